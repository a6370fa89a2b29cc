"""A reorganisation: what each kind moves, what stays as it was, all or nothing, once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from accounts import services_reorganisation as services
from accounts.models import Department, Membership, Reorganisation, Succession
from accounts.queries_reorganisation import preview
from actions.models import Action
from audit.models import Entry
from audit.services import verify
from strategy.models import RegisterEntry
from tests.accounts.making import apply, change, make_reorganisation, new
from tests.builders import (
    make_action,
    make_department,
    make_membership,
    make_register_entry,
    make_reply,
    make_round,
    today,
)
from tests.indicators.builders import make_indicator
from tests.money.making import make_proposal

pytestmark = pytest.mark.django_db
YESTERDAY = dt.timedelta(days=1)


@pytest.fixture
def row():
    return make_reorganisation()


def named(name: str) -> Department:
    return Department.objects.get(name=name)


def handed(obj: Model) -> list[Entry]:
    return list(Entry.objects.about(obj).filter(act="hand_over"))


class TestRename:
    @pytest.fixture
    def everything(self, cast):
        action = make_action(lead_department=cast.tax)
        helped = make_action(lead_department=cast.welfare, supporting=[cast.tax])
        entry = make_register_entry(department=cast.tax)
        indicator = make_indicator(department=cast.tax)
        proposal = make_proposal(department=cast.tax)
        return [action, helped, entry, indicator, proposal]

    def test_all_of_it_goes_on_under_the_new_name(self, cast, row, everything) -> None:
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        apply(row, cast.admin)
        heir = named("課税課")
        action, helped, entry, indicator, proposal = everything
        assert Action.objects.get(pk=action.pk).lead_department == heir
        assert list(helped.supporting.all()) == [heir]
        for obj in (entry, indicator, proposal):
            obj.refresh_from_db()
            assert obj.department == heir
        assert {len(handed(obj)) for obj in everything} == {1}
        assert handed(action)[0].changes["lead_department"] == ["税務課", "課税課"]
        assert verify().sound

    def test_the_past_keeps_the_old_name(self, cast, row) -> None:
        old_round = make_round("2024H1", closed_at=timezone.now())
        frozen = {"department": "税務課"}
        past = make_reply(
            round=old_round, department=cast.tax, state="accepted", accepted_at=timezone.now(), frozen=frozen
        )
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        apply(row, cast.admin)
        past.refresh_from_db()
        assert (past.department.name, past.frozen, past.state) == ("税務課", frozen, "accepted")
        old = Department.objects.get(pk=cast.tax.pk)
        assert old.valid_to == row.effective_on - YESTERDAY
        assert list(old.successors.all()) == [named("課税課")]
        assert list(named("課税課").predecessors.all()) == [old]
        assert old in Department.objects.on(row.effective_on - YESTERDAY)
        assert old not in Department.objects.on(row.effective_on)

    def test_roles_end_the_day_before_and_begin_anew(self, cast, row) -> None:
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        apply(row, cast.admin)
        old, fresh = cast.lead.memberships.order_by("valid_from")
        assert (old.department, old.valid_until) == (cast.tax, row.effective_on - YESTERDAY)
        assert (fresh.department.name, fresh.role, fresh.valid_from) == ("課税課", "lead", row.effective_on)
        assert fresh.valid_until == dt.date(2099, 3, 31)
        assert len(handed(old)) == 1

    def test_a_role_that_has_not_begun_moves_as_it_is(self, cast, row) -> None:
        later = make_membership(
            user=cast.nobody, role="lead", department=cast.tax, valid_from=today() + dt.timedelta(days=30)
        )
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        apply(row, cast.admin)
        later.refresh_from_db()
        assert (later.department.name, later.valid_until) == ("課税課", dt.date(2099, 3, 31))
        assert cast.nobody.memberships.count() == 1

    def test_sections_of_a_renamed_division_follow(self, cast, row) -> None:
        division = make_department(kind="division", name="総務部")
        Department.objects.filter(pk=cast.tax.pk).update(parent=division)
        change(row, "rename", [division], [new("0200", "経営部", kind="division")], cast.admin)
        change(row, "rename", [cast.tax], [new("0204", "課税課", parent=division.pk)], cast.admin)
        apply(row, cast.admin)
        assert named("課税課").parent == named("経営部")


class TestMerge:
    def test_several_into_a_new_one(self, cast, row) -> None:
        ours, theirs = make_action(lead_department=cast.tax), make_action(lead_department=cast.welfare)
        make_membership(user=cast.lead, role="lead", department=cast.welfare)
        change(row, "merge", [cast.tax, cast.welfare], [new("0401", "税務福祉課")], cast.admin)
        apply(row, cast.admin)
        heir = named("税務福祉課")
        assert set(heir.led_actions.all()) == {ours, theirs}
        assert heir.predecessors.count() == 2
        # One person held the same role in both: it is given once.
        assert Membership.objects.filter(user=cast.lead, department=heir).count() == 1

    @pytest.mark.parametrize("ends", [(2098, 2099), (2099, 2098), (2099, 2099)])
    def test_roles_in_both_that_have_not_begun_become_the_longer_one(self, cast, row, ends) -> None:
        start = today() + dt.timedelta(days=30)
        for department, year in zip((cast.tax, cast.welfare), ends, strict=True):
            term = {"valid_from": start, "valid_until": dt.date(year, 3, 31)}
            make_membership(user=cast.nobody, role="member", department=department, **term)
        change(row, "merge", [cast.tax, cast.welfare], [new("0401", "税務福祉課")], cast.admin)
        apply(row, cast.admin)
        held = Membership.objects.get(user=cast.nobody, department=named("税務福祉課"))
        assert (held.valid_from, held.valid_until) == (start, dt.date(2099, 3, 31))

    def test_into_one_that_goes_on(self, cast, row) -> None:
        moved = make_action(lead_department=cast.welfare)
        stays = make_action(lead_department=cast.tax)
        change(row, "merge", [cast.tax, cast.welfare], [{"id": cast.tax.pk}], cast.admin)
        apply(row, cast.admin)
        moved.refresh_from_db()
        assert moved.lead_department == cast.tax
        assert Department.objects.get(pk=cast.tax.pk).valid_to is None
        assert not handed(stays)
        assert cast.lead.memberships.get().valid_until == dt.date(2099, 3, 31)

    def test_supporting_and_leading_do_not_double(self, cast, row) -> None:
        both = make_action(lead_department=cast.tax, supporting=[cast.welfare])
        change(row, "merge", [cast.tax, cast.welfare], [new("0401", "税務福祉課")], cast.admin)
        apply(row, cast.admin)
        both.refresh_from_db()
        assert (both.lead_department.name, both.supporting.count()) == ("税務福祉課", 0)

    def test_indicators_of_one_name_are_told_apart(self, cast, row) -> None:
        one, two = (make_indicator(name="利用率", department=d) for d in (cast.tax, cast.welfare))
        change(row, "merge", [cast.tax, cast.welfare], [new("0401", "税務福祉課")], cast.admin)
        apply(row, cast.admin)
        one.refresh_from_db()
        two.refresh_from_db()
        assert (one.name, two.name) == ("利用率", "利用率（旧福祉課）")


class TestSplit:
    def test_each_thing_goes_where_it_was_sent(self, cast, row) -> None:
        first, second, lost = (make_action(lead_department=cast.tax) for _ in range(3))
        split = change(row, "split", [cast.tax], [new("0204", "課税課"), new("0214", "収納課")], cast.admin)
        services.assign(
            change=split, assignments={f"action-{second.pk}": 1, f"action-{lost.pk}": None}, by=cast.admin
        )
        shown = preview(row)
        assert [m.held.key for m in shown.left] == [f"action-{lost.pk}"]
        apply(row, cast.admin)
        leads = dict(Action.objects.values_list("pk", "lead_department__name"))
        assert leads == {first.pk: "課税課", second.pk: "収納課", lost.pk: "税務課"}
        assert not handed(lost)
        assert Reorganisation.objects.get().result[0]["left"] == [f"取組（担当）　{lost}"]

    def test_the_old_one_may_go_on(self, cast, row) -> None:
        stays, goes = make_action(lead_department=cast.tax), make_action(lead_department=cast.tax)
        split = change(row, "split", [cast.tax], [{"id": cast.tax.pk}, new("0214", "収納課")], cast.admin)
        services.assign(change=split, assignments={f"action-{goes.pk}": 1}, by=cast.admin)
        apply(row, cast.admin)
        assert Department.objects.get(pk=cast.tax.pk).valid_to is None
        assert set(Succession.objects.values_list("old__name", "new__name")) == {("税務課", "収納課")}
        goes.refresh_from_db()
        assert (goes.lead_department.name, handed(stays)) == ("収納課", [])

    def test_a_place_that_does_not_exist(self, cast, row) -> None:
        split = change(row, "split", [cast.tax], [new("0204", "課税課"), new("0214", "収納課")], cast.admin)
        with pytest.raises(ValidationError, match="引き継ぎ先にない"):
            services.assign(change=split, assignments={"action-1": 2}, by=cast.admin)


class TestAbolish:
    def test_without_heirs_things_are_left(self, cast, row) -> None:
        entry = make_register_entry(department=cast.tax)
        change(row, "abolish", [cast.tax], [], cast.admin)
        assert entry.pk in [int(m.held.key.split("-")[1]) for m in preview(row).left if m.noun == "登録簿の行"]
        apply(row, cast.admin)
        assert RegisterEntry.objects.get().department == cast.tax
        assert cast.lead.memberships.get().valid_until == row.effective_on - YESTERDAY

    def test_with_an_heir(self, cast, row) -> None:
        entry = make_register_entry(department=cast.tax)
        change(row, "abolish", [cast.tax], [{"id": cast.welfare.pk}], cast.admin)
        apply(row, cast.admin)
        entry.refresh_from_db()
        assert entry.department == cast.welfare


class TestOnce:
    def test_a_second_submit_changes_nothing(self, cast, row) -> None:
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        seen = preview(row).digest
        services.apply_reorganisation(reorganisation=row, digest=seen, by=cast.admin)
        entries, departments = Entry.objects.count(), Department.objects.count()
        with pytest.raises(ValidationError, match="すでに適用"):
            services.apply_reorganisation(reorganisation=row, digest=seen, by=cast.admin)
        assert (Entry.objects.count(), Department.objects.count()) == (entries, departments)

    def test_not_before_its_day(self, cast) -> None:
        row = make_reorganisation(effective_on=today() + YESTERDAY)
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        with pytest.raises(ValidationError, match="施行日"):
            apply(row, cast.admin)
        assert not Department.objects.filter(name="課税課").exists()

    def test_what_nobody_saw_is_not_applied(self, cast, row) -> None:
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        seen = preview(row).digest
        make_action(lead_department=cast.tax)
        with pytest.raises(ValidationError, match="引き継ぐものが変わりました"):
            services.apply_reorganisation(reorganisation=row, digest=seen, by=cast.admin)
        assert Reorganisation.objects.get().applied_at is None

    def test_nothing_to_do(self, cast, row) -> None:
        with pytest.raises(ValidationError, match="変更が1つもありません"):
            apply(row, cast.admin)

    def test_a_fault_on_the_way_leaves_everything(self, cast, row, monkeypatch) -> None:
        action = make_action(lead_department=cast.tax)
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        entries = Entry.objects.count()

        def broken(**kw):
            raise RuntimeError("disk")

        monkeypatch.setattr("rounds.holders.hand_over_replies", broken)
        make_reply(round=make_round(), department=cast.tax)
        with pytest.raises(RuntimeError):
            apply(row, cast.admin)
        assert Action.objects.get().lead_department == cast.tax
        assert Department.objects.get(pk=cast.tax.pk).valid_to is None
        assert (Entry.objects.count(), handed(action)) == (entries, [])


class TestRefusals:
    @pytest.mark.parametrize(
        ("kind", "sources", "targets"),
        [
            ("merge", ["tax"], [new("1", "甲")]), ("rename", ["tax", "welfare"], [new("1", "甲")]),
            ("rename", ["tax"], []), ("split", ["tax"], [new("1", "甲")]), ("dissolve", ["tax"], []),
            ("rename", ["tax"], [new("0401", "甲")]), ("rename", ["tax"], [new("", "甲")]),
            ("split", ["tax"], [new("1", "甲"), new("1", "乙")]), ("rename", ["tax"], [new("1", "長" * 61)]),
        ],
    )  # fmt: skip
    def test_wrong_shapes(self, cast, row, kind, sources, targets) -> None:
        with pytest.raises(ValidationError):
            change(row, kind, [getattr(cast, name) for name in sources], targets, cast.admin)
        assert not row.changes.exists()

    def test_a_department_stands_in_one_change(self, cast, row) -> None:
        change(row, "rename", [cast.tax], [new("1", "甲")], cast.admin)
        with pytest.raises(ValidationError, match="別の変更に入っています"):
            change(row, "abolish", [cast.tax], [], cast.admin)
        with pytest.raises(ValidationError, match="なくなる所属"):
            change(row, "abolish", [cast.welfare], [{"id": cast.tax.pk}], cast.admin)

    def test_what_takes_over_does_not_end_in_a_later_change(self, cast, row) -> None:
        change(row, "abolish", [cast.tax], [{"id": cast.welfare.pk}], cast.admin)
        with pytest.raises(ValidationError, match="引き継ぎ先"):
            change(row, "rename", [cast.welfare], [new("F900", "福祉保健課")], cast.admin)

    def test_what_takes_over_was_ended_since(self, cast, row) -> None:
        change(row, "abolish", [cast.tax], [{"id": cast.welfare.pk}], cast.admin)
        Department.objects.filter(pk=cast.welfare.pk).update(valid_to=row.effective_on - dt.timedelta(days=1))
        with pytest.raises(ValidationError, match="なくなる所属"):
            apply(row, cast.admin)

    def test_one_that_has_ended_already(self, cast, row) -> None:
        gone = make_department(valid_to=row.effective_on - dt.timedelta(days=5))
        with pytest.raises(ValidationError, match="続く所属ではありません"):
            change(row, "rename", [gone], [new("1", "甲")], cast.admin)

    def test_the_code_of_one_that_ends_is_free(self, cast, row) -> None:
        assert change(row, "rename", [cast.tax], [new(cast.tax.code, "課税課")], cast.admin).pk

    def test_discard_and_remove(self, cast, row) -> None:
        made = change(row, "rename", [cast.tax], [new("1", "甲")], cast.admin)
        services.remove_change(change=made, by=cast.admin)
        assert not row.changes.exists()
        services.discard_reorganisation(reorganisation=row, by=cast.admin)
        assert not Reorganisation.objects.exists()

    def test_what_was_applied_stays(self, cast, row) -> None:
        made = change(row, "rename", [cast.tax], [new("1", "甲")], cast.admin)
        apply(row, cast.admin)
        for act in (
            lambda: services.discard_reorganisation(reorganisation=row, by=cast.admin),
            lambda: services.remove_change(change=made, by=cast.admin),
            lambda: change(row, "abolish", [cast.welfare], [], cast.admin),
        ):
            with pytest.raises(ValidationError, match="すでに適用"):
                act()
