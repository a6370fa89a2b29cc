"""Versions of the rubric: draft, change, mapping, publication, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from maturity import queries, services
from maturity.models import Axis, Level, Rubric
from tests.builders import make_assessment, make_reply, make_round, make_rubric


@pytest.fixture
def rubric(db):
    return make_rubric(axes=3, label="第1版", target_level=4)


@pytest.fixture
def draft(rubric, cast):
    return services.start_draft(by=cast.secretariat)


def heads(rubric, **values):
    names = ("name", "label", "source", "as_of", "lowest", "highest", "target_level", "uses_weights", "note", "version")
    return {name: getattr(rubric, name) for name in names} | values


def update(rubric, by, **values):
    return services.update_rubric(rubric=rubric, by=by, **heads(rubric, **values))


def texts(axis) -> dict[int, str]:
    return dict(axis.levels.values_list("number", "descriptor"))


def edit(axis, by, **values):
    given = {"name": axis.name, "description": "", "weight": Decimal(1), "descriptors": texts(axis)} | values
    return services.update_axis(axis=axis, version=given.pop("version", axis.version), by=by, **given)


class TestDraft:
    def test_it_copies_axes_levels_and_lines_of_the_version_in_use(self, draft, rubric, cast):
        assert (draft.status, draft.label, draft.follows, draft.target_level) == ("draft", "第2版", rubric, 4)
        old, new = rubric.axes.all(), draft.axes.all()
        assert [(a.key, a.line, a.name, a.order) for a in new] == [(a.key, a.line, a.name, a.order) for a in old]
        assert [texts(a) for a in new] == [texts(a) for a in old]
        entry = Entry.objects.about(draft).first()
        assert (entry.act, entry.note) == ("create", "第1版から作成")

    def test_there_is_one_draft(self, draft, cast):
        with pytest.raises(ValidationError, match="下書き（第2版）がすでにあります"):
            services.start_draft(by=cast.secretariat)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_rubric(is_current=False, is_draft=True)

    def test_without_any_version_the_first_draft_is_empty(self, cast):
        draft = services.start_draft(by=cast.secretariat)
        assert (draft.label, draft.axes.count(), list(draft.numbers)) == ("第1版", 0, [1, 2, 3, 4, 5])

    def test_a_draft_changes_nothing_that_is_in_use(self, draft, rubric, cast):
        edit(draft.axes.first(), cast.secretariat, name="新しい名前")
        assert rubric.axes.first().name == "軸1"
        assert queries.rubric_of_round(make_round()) == rubric

    def test_discarding_removes_it_and_says_what_it_was(self, draft, cast):
        services.discard_draft(rubric=draft, by=cast.secretariat)
        assert list(Rubric.objects.values_list("label", flat=True)) == ["第1版"]
        entry = Entry.objects.filter(act="delete").get()
        assert entry.changes["axes"] == [["軸1", "軸2", "軸3"], None]

    def test_a_failing_ledger_takes_everything_back(self, rubric, cast, monkeypatch):
        monkeypatch.setattr(ledger, "record", _fail)
        with pytest.raises(RuntimeError):
            services.start_draft(by=cast.secretariat)
        assert Rubric.objects.count() == 1


def _fail(**kwargs) -> None:
    raise RuntimeError("no ledger")


class TestHeads:
    def test_a_wider_range_adds_blank_levels(self, draft, cast):
        update(draft, cast.secretariat, lowest=0, highest=6)
        assert [list(texts(a)) for a in draft.axes.all()] == [[0, 1, 2, 3, 4, 5, 6]] * 3
        assert texts(draft.axes.first())[0] == ""

    def test_a_narrower_range_drops_blank_levels_only(self, draft, cast):
        with pytest.raises(ValidationError) as caught:
            update(draft, cast.secretariat, highest=4)
        assert caught.value.message_dict == {
            "highest": ["「軸1」のレベル5に文章があります。消してから範囲を狭めてください。"]
        }
        draft.refresh_from_db()
        assert (draft.highest, draft.version) == (5, 1)
        Level.objects.filter(axis__rubric=draft, number=5).update(descriptor="")
        update(draft, cast.secretariat, highest=4)
        assert list(texts(draft.axes.first())) == [1, 2, 3, 4]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"lowest": 5, "highest": 5}, "highest"), ({"lowest": 6}, "highest"), ({"highest": 11}, "highest"),
            ({"target_level": 6}, "target_level"), ({"target_level": 0}, "target_level"),
            ({"label": "第1版"}, "label"), ({"name": ""}, "name"), ({"label": "あ" * 31}, "label"),
        ],
    )  # fmt: skip
    def test_bad_heads_are_refused(self, draft, cast, values, field):
        count = Entry.objects.count()
        with pytest.raises(ValidationError) as caught:
            update(draft, cast.secretariat, **values)
        assert field in caught.value.message_dict
        assert Entry.objects.count() == count

    def test_a_stale_form_overwrites_nothing(self, draft, cast):
        update(draft, cast.secretariat, note="先の人")
        with pytest.raises(StaleError) as caught:
            update(draft, cast.secretariat, note="後の人", version=1)
        assert caught.value.current.note == "先の人"


class TestAxes:
    def test_a_new_axis_stands_last_with_a_level_for_each_number_and_a_line_of_its_own(self, draft, cast):
        axis = services.create_axis(
            rubric=draft, name="データ活用", description="説明", weight=Decimal("2.0"),
            descriptors={1: " 姿 ", 9: "範囲の外"}, by=cast.secretariat,
        )  # fmt: skip
        assert [a.name for a in draft.axes.all()][-1] == "データ活用"
        assert texts(axis) == {1: "姿", 2: "", 3: "", 4: "", 5: ""}
        assert axis.line == axis.key
        assert not Axis.objects.exclude(pk=axis.pk).filter(line=axis.line).exists()
        assert Entry.objects.about(axis).first().changes["level_1"] == [None, "姿"]

    def test_the_ledger_keeps_both_texts_of_a_changed_level(self, draft, cast):
        axis = draft.axes.first()
        edit(axis, cast.secretariat, name="名前", descriptors=texts(axis) | {2: "新しい文"})
        entry = Entry.objects.about(axis).first()
        assert entry.changes == {"name": ["軸1", "名前"], "level_2": ["軸1のレベル2の姿", "新しい文"]}

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": "軸2"}, "name"), ({"name": ""}, "name"), ({"weight": Decimal(0)}, "weight"),
            ({"weight": Decimal("-1")}, "weight"), ({"weight": Decimal("NaN")}, "weight"),
            ({"descriptors": {1: "あ" * 301}}, "descriptor"),
        ],
    )  # fmt: skip
    def test_bad_values_are_refused_and_nothing_is_lost(self, draft, cast, values, field):
        axis = draft.axes.first()
        before = texts(axis)
        with pytest.raises(ValidationError) as caught:
            edit(axis, cast.secretariat, **values)
        assert field in caught.value.message_dict
        axis.refresh_from_db()
        assert (axis.name, axis.version, texts(axis)) == ("軸1", 1, before)

    def test_a_stale_axis_shows_what_is_stored(self, draft, cast):
        axis = draft.axes.first()
        edit(axis, cast.secretariat, name="先の人")
        with pytest.raises(StaleError) as caught:
            edit(axis, cast.secretariat, name="後の人", version=1)
        assert caught.value.current.name == "先の人"

    def test_axes_move_and_the_ends_stay(self, draft, cast):
        first, second, third = draft.axes.all()
        services.move_axis(axis=third, direction="up", by=cast.secretariat)
        assert [a.name for a in draft.axes.all()] == ["軸1", "軸3", "軸2"]
        count = Entry.objects.count()
        services.move_axis(axis=first, direction="up", by=cast.secretariat)
        services.move_axis(axis=second, direction="down", by=cast.secretariat)
        assert ([a.name for a in draft.axes.all()], Entry.objects.count()) == (["軸1", "軸3", "軸2"], count)

    def test_a_deleted_axis_is_in_the_ledger(self, draft, cast):
        services.delete_axis(axis=draft.axes.first(), by=cast.secretariat)
        assert [a.name for a in draft.axes.all()] == ["軸2", "軸3"]
        assert Entry.objects.filter(act="delete").get().changes["level_1"] == ["軸1のレベル1の姿", None]


class TestAPublishedVersionNeverChanges:
    def test_every_write_is_refused(self, rubric, cast):
        axis, by = rubric.axes.first(), cast.secretariat
        writes = [
            lambda: update(rubric, by, note="x"),
            lambda: services.create_axis(
                rubric=rubric, name="x", description="", weight=Decimal(1), descriptors={}, by=by
            ),
            lambda: edit(axis, by, name="x"),
            lambda: services.move_axis(axis=axis, direction="down", by=by),
            lambda: services.delete_axis(axis=axis, by=by),
            lambda: services.publish_rubric(rubric=rubric, version=rubric.version, by=by),
            lambda: services.discard_draft(rubric=rubric, by=by),
        ]
        for write in writes:
            with pytest.raises(ValidationError, match="公開した版のため変えられません"):
                write()
        assert not Entry.objects.exists()

    def test_an_archived_one_neither(self, draft, rubric, cast):
        services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)
        rubric.refresh_from_db()
        assert rubric.status == "archived"
        with pytest.raises(ValidationError, match="公開した版のため変えられません"):
            edit(rubric.axes.first(), cast.secretariat, name="x")


class TestPublish:
    def test_it_archives_the_former_one(self, draft, rubric, cast):
        published = services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)
        rubric.refresh_from_db()
        assert (published.status, rubric.status) == ("published", "archived")
        assert published.published_at is not None
        assert [e.act for e in Entry.objects.all() if e.act in ("publish", "archive")] == ["publish", "archive"]

    def test_rounds_that_are_open_keep_theirs_and_later_ones_use_the_new_one(self, draft, rubric, cast):
        before = make_reply(round=make_round("2026H1"), department=cast.tax)
        services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)
        after = make_reply(round=make_round("2026H2"), department=cast.tax)
        assert (queries.rubric_of(before), queries.rubric_of(after)) == (rubric, draft)

    def test_a_round_opened_before_any_publication_takes_the_first_version(self, cast):
        reply = make_reply(department=cast.tax)
        rubric = make_rubric(published_at=timezone.now())
        make_rubric(is_current=False, published_at=timezone.now() + dt.timedelta(days=1))
        assert queries.rubric_of(reply) == rubric

    @pytest.mark.parametrize("blank", ["", "  \n"])
    def test_an_empty_level_is_refused_by_name(self, draft, cast, blank):
        Level.objects.filter(axis__rubric=draft, axis__name="軸2", number__in=(2, 4)).update(descriptor=blank)
        with pytest.raises(ValidationError) as caught:
            services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)
        assert caught.value.messages == ["軸「軸2」のレベル2・4に文章がありません。"]
        assert Rubric.objects.current().get().label == "第1版"

    def test_axes_without_levels_and_versions_without_axes_are_refused(self, draft, cast):
        Level.objects.filter(axis__rubric=draft, axis__name="軸3").delete()
        assert services.problems(draft) == ["軸「軸3」に段階がありません。"]
        draft.axes.all().delete()
        with pytest.raises(ValidationError, match="軸が1つもありません"):
            services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)

    def test_a_missing_number_is_an_empty_level(self, draft):
        Level.objects.filter(axis__rubric=draft, axis__name="軸1", number=3).delete()
        assert services.problems(draft) == ["軸「軸1」のレベル3に文章がありません。"]

    def test_a_draft_that_moved_on_is_not_published(self, draft, cast):
        update(draft, cast.secretariat, note="変更")
        with pytest.raises(StaleError):
            services.publish_rubric(rubric=draft, version=1, by=cast.secretariat)
        assert Rubric.objects.current().get().label == "第1版"
        assert not Entry.objects.filter(act="archive").exists()


class TestMapping:
    def lines(self, rubric) -> list[str]:
        return [a.line for a in rubric.axes.all()]

    def pairs(self, draft, rubric, *numbers):
        """The n-th axis of the draft continues the given axis (by its place) of the version before."""
        old = list(rubric.axes.all())
        return {a.pk: None if n is None else old[n].pk for a, n in zip(draft.axes.all(), numbers, strict=True)}

    def map(self, draft, rubric, cast, *numbers):
        pairs = self.pairs(draft, rubric, *numbers)
        draft.refresh_from_db()
        return services.set_mapping(rubric=draft, version=draft.version, pairs=pairs, by=cast.secretariat)

    def test_shared_keys_are_the_default(self, draft, rubric):
        assert self.lines(draft) == self.lines(rubric) == ["axis-1", "axis-2", "axis-3"]

    def test_axes_may_be_crossed_and_left_alone(self, draft, rubric, cast):
        self.map(draft, rubric, cast, 1, 0, None)
        first, second, third = self.lines(draft)
        assert (first, second) == ("axis-2", "axis-1")
        assert third not in self.lines(rubric)
        entry = Entry.objects.about(draft).first()
        assert entry.act == "link"
        assert entry.changes == {"軸1": ["軸1", "軸2"], "軸2": ["軸2", "軸1"], "軸3": ["軸3", ""]}

    def test_an_axis_left_alone_can_be_joined_again(self, draft, rubric, cast):
        self.map(draft, rubric, cast, None, None, None)
        self.map(draft, rubric, cast, 0, 1, 2)
        assert self.lines(draft) == self.lines(rubric)

    def test_an_axis_mapped_twice_is_refused(self, draft, rubric, cast):
        with pytest.raises(ValidationError, match="「軸1」が2回選ばれています"):
            self.map(draft, rubric, cast, 0, 0, None)
        assert self.lines(draft) == self.lines(rubric)

    def test_the_database_holds_it_too(self, draft):
        first, second, _ = draft.axes.all()
        with pytest.raises(IntegrityError), transaction.atomic():
            Axis.objects.filter(pk=second.pk).update(line=first.line)

    def test_an_axis_of_another_version_is_refused(self, draft, cast):
        other = make_rubric(is_current=False).axes.first()
        pairs = {draft.axes.first().pk: other.pk}
        with pytest.raises(ValidationError, match="前の版にない軸"):
            services.set_mapping(rubric=draft, version=draft.version, pairs=pairs, by=cast.secretariat)

    def test_it_may_be_corrected_after_publication_and_later_versions_follow(self, draft, rubric, cast):
        services.publish_rubric(rubric=draft, version=draft.version, by=cast.secretariat)
        third = services.start_draft(by=cast.secretariat)
        self.map(draft, rubric, cast, 1, 0, 2)
        assert self.lines(third) == self.lines(draft) == ["axis-2", "axis-1", "axis-3"]
        assert [a.name for a in draft.axes.all()] == ["軸1", "軸2", "軸3"]

    def test_a_stale_mapping_is_refused(self, draft, rubric, cast):
        self.map(draft, rubric, cast, 1, 0, 2)
        pairs = self.pairs(draft, rubric, 0, 1, 2)
        with pytest.raises(StaleError):
            services.set_mapping(rubric=draft, version=1, pairs=pairs, by=cast.secretariat)

    def test_the_last_level_is_found_through_the_mapping(self, draft, rubric, cast):
        before = make_reply(round=make_round("2025H2"), department=cast.tax)
        make_assessment({"axis-1": 2, "axis-2": 4}, reply=before, rubric=rubric, accepted_at=timezone.now())
        self.map(draft, rubric, cast, 1, 0, None)
        services.publish_rubric(rubric=draft, version=Rubric.objects.get(pk=draft.pk).version, by=cast.secretariat)
        reply = make_reply(round=make_round("2026H2"), department=cast.tax)
        found = [queries.previous_score(reply, a) for a in draft.axes.all()]
        assert [s.level if s else None for s in found] == [4, 2, None]
