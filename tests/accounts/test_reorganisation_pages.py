"""The wizard's pages, and the list of what nobody is responsible for."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import Department, DepartmentChange, Reorganisation
from accounts.queries_reorganisation import orphans, preview
from actions.models import Action
from audit.models import Entry
from tests.accounts.making import apply, change, make_reorganisation, new
from tests.builders import make_action, make_department, make_membership, make_register_entry, make_reply, today

pytestmark = pytest.mark.django_db


def url(name, *args):
    return reverse(f"accounts:{name}", args=args)


@pytest.fixture
def admin(cast, as_user):
    return as_user(cast.admin)


@pytest.fixture
def row():
    return make_reorganisation()


class TestWizard:
    def test_the_whole_way(self, cast, admin) -> None:
        action = make_action(lead_department=cast.tax, title="標準化")
        start = {"title": "令和8年4月の改編", "effective_on": today().isoformat(), "note": ""}
        admin.post(url("reorganisation_create"), start)
        row = Reorganisation.objects.get()
        data = {
            "source": cast.tax.pk, "name_1": "課税課", "short_1": "課税", "code_1": "0204",
            "name_2": "収納課", "short_2": "収納", "code_2": "0214",
        }  # fmt: skip
        response = admin.post(url("change_create", row.pk, "split"), data)
        made = DepartmentChange.objects.get()
        assert response["Location"] == url("change", made.pk)
        page = admin.get(url("change", made.pk))
        sent = {name: page.context["form"][name].value() for name in page.context["form"].fields}
        assert admin.post(url("change", made.pk), sent | {f"action-{action.pk}": "1"}).status_code == 302
        page = admin.get(url("reorganisation", row.pk))
        text = page.content.decode()
        assert "標準化" in text
        assert "収納課（新設）" in text
        digest = page.context["preview"].digest
        admin.post(url("reorganisation_apply", row.pk), {"digest": digest})
        assert Action.objects.get().lead_department.name == "収納課"
        page = admin.post(url("reorganisation_apply", row.pk), {"digest": digest}, follow=True)
        assert "すでに適用されています" in page.content.decode()
        assert Department.objects.filter(name="収納課").count() == 1
        assert Entry.objects.about(row).filter(act="apply").count() == 1

    def test_rename_keeps_the_place(self, cast, admin, row) -> None:
        division = make_department(kind="division")
        Department.objects.filter(pk=cast.tax.pk).update(parent=division, order=77)
        data = {"source": cast.tax.pk, "name": "課税課", "short_name": "課税", "code": "0204"}
        assert admin.post(url("change_create", row.pk, "rename"), data).status_code == 302
        assert DepartmentChange.objects.get().targets == [
            new("0204", "課税課", short_name="課税", order=77, parent=division.pk)
        ]

    def test_merge_into_an_existing_one_or_a_new_one(self, cast, admin, row) -> None:
        both = [cast.tax.pk, cast.welfare.pk]
        page = admin.post(url("change_create", row.pk, "merge"), {"sources": both})
        assert page.status_code == 422
        assert "新しい所属をつくるとき" in page.content.decode()
        assert admin.post(url("change_create", row.pk, "merge"), {"sources": both, "existing": cast.tax.pk}).url
        assert DepartmentChange.objects.get().targets == [{"id": cast.tax.pk}]

    @pytest.mark.parametrize(
        ("key", "data", "words"),
        [
            ("rename", {"name": "甲"}, "必須"), ("split", {"name_1": "甲"}, "そろえて入力"),
            ("merge", {"sources": []}, "2つ以上"), ("abolish", {"source": "99999"}, "選択"),
        ],
    )  # fmt: skip
    def test_bad_input_is_named(self, cast, admin, row, key, data, words) -> None:
        page = admin.post(url("change_create", row.pk, key), data)
        assert page.status_code == 422
        assert words in page.content.decode()
        assert not row.changes.exists()

    def test_a_taken_code_is_refused_on_its_field(self, cast, admin, row) -> None:
        data = {"source": cast.tax.pk, "name": "甲", "short_name": "甲", "code": cast.welfare.code}
        page = admin.post(url("change_create", row.pk, "rename"), data)
        assert page.status_code == 422
        assert "ほかの所属で使われています" in page.content.decode()

    def test_an_unknown_kind(self, admin, row) -> None:
        assert admin.get(url("change_create", row.pk, "dissolve")).status_code == 404

    def test_a_changed_preview_is_shown_again(self, cast, admin, row) -> None:
        change(row, "rename", [cast.tax], [new("1", "甲")], cast.admin)
        seen = preview(row).digest
        make_action(lead_department=cast.tax, title="あとから登録")
        page = admin.post(url("reorganisation_apply", row.pk), {"digest": seen})
        assert page.status_code == 409
        assert "あとから登録" in page.content.decode()
        assert Reorganisation.objects.get().applied_at is None

    def test_before_its_day_there_is_no_button(self, cast, admin) -> None:
        row = make_reorganisation(effective_on=today() + dt.timedelta(days=9))
        change(row, "rename", [cast.tax], [new("1", "甲")], cast.admin)
        assert "この内容で適用する" not in admin.get(url("reorganisation", row.pk)).content.decode()

    def test_what_is_left_is_named(self, cast, admin, row) -> None:
        make_action(lead_department=cast.tax, title="残る取組")
        change(row, "abolish", [cast.tax], [], cast.admin)
        text = admin.get(url("reorganisation", row.pk)).content.decode()
        assert "引き継がれないもの" in text
        assert "残る取組" in text
        assert "引き継ぎ先のない廃止です" in text
        assert reverse("accounts:orphans") in text

    def test_an_heir_takes_the_warning_away(self, cast, admin, row) -> None:
        make_action(lead_department=cast.tax)
        change(row, "abolish", [cast.tax], [{"id": cast.welfare.pk}], cast.admin)
        assert "引き継ぎ先のない廃止です" not in admin.get(url("reorganisation", row.pk)).content.decode()

    def test_departments_show_what_they_became(self, cast, admin, row) -> None:
        change(row, "rename", [cast.tax], [new("0204", "課税課")], cast.admin)
        apply(row, cast.admin)
        assert "前身 税務課" in admin.get(url("departments")).content.decode()

    def test_discard(self, admin, row) -> None:
        admin.post(url("reorganisation_discard", row.pk))
        assert not Reorganisation.objects.exists()


class TestOrphans:
    @pytest.fixture
    def gone(self):
        return make_department(name="旧課", valid_to=today() - dt.timedelta(days=1))

    def found(self):
        return {(o.noun, o.label): o.why for o in orphans(today())}

    def test_everything_of_a_dissolved_department(self, cast, gone) -> None:
        action = make_action(lead_department=gone)
        helped = make_action(lead_department=cast.tax, supporting=[gone])
        entry = make_register_entry(department=gone)
        reply = make_reply(department=gone)
        make_membership(user=cast.nobody, role="lead", department=gone)
        words = self.found()
        assert "旧課は" in words["取組（担当）", str(action)]
        assert ("取組（関係する所属）", str(helped)) in words
        assert ("登録簿の行", f"{entry.register} {entry.number} {entry.name}") in words
        assert ("途中の回答", str(reply)) in words
        assert ("役割", "役割のない職員 所属長") in words

    def test_rows_without_a_department_and_departments_without_people(self, cast) -> None:
        empty = make_department(name="無人課")
        action = make_action(lead_department=empty)
        make_action(lead_department=empty, lifecycle="done")
        make_register_entry(department=None)
        make_register_entry(department=None, applicable="no", reason="制度がない")
        words = self.found()
        assert words["取組（担当）", str(action)] == "無人課に所属長も推進員もいません"
        assert words["所属", "無人課"] == "所属長も推進員もいません"
        assert [n for n, _ in words].count("登録簿の行") == 1
        assert [n for n, _ in words].count("取組（担当）") == 1

    def test_none(self, cast, admin) -> None:
        make_action(lead_department=cast.tax)
        assert "担当のないものはありません" in admin.get(url("orphans")).content.decode()

    def test_several_are_handed_over_together(self, cast, admin, gone) -> None:
        action, entry = make_action(lead_department=gone), make_register_entry(department=None)
        keys = [f"action-{action.pk}", f"entry-{entry.pk}"]
        assert admin.post(url("orphans"), {"orphans": keys, "department": cast.tax.pk}).status_code == 302
        action.refresh_from_db()
        entry.refresh_from_db()
        assert (action.lead_department, entry.department) == (cast.tax, cast.tax)
        for obj in (action, entry):
            assert Entry.objects.about(obj).filter(act="hand_over").count() == 1

    @pytest.mark.parametrize("keys", [[], ["action-1"], ["nothing"], ["action-x"]])
    def test_what_is_not_on_the_list_is_refused(self, cast, admin, keys) -> None:
        page = admin.post(url("orphans"), {"orphans": keys, "department": cast.tax.pk})
        assert page.status_code == 422
        assert "一覧にないもの" in page.content.decode()

    def test_the_office_reads_and_does_not_write(self, cast, as_user, gone) -> None:
        make_action(lead_department=gone, title="残った取組")
        office = as_user(cast.secretariat)
        text = office.get(url("orphans")).content.decode()
        assert "残った取組" in text
        assert "選んだものを引き継ぐ" not in text
        assert office.post(url("orphans"), {}).status_code == 403
