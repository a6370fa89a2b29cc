"""The editor of the rubric: every page and act, for the secretariat alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from maturity import services
from maturity.models import Axis, Level, Rubric
from tests.builders import make_rubric


@pytest.fixture
def rubric(db):
    return make_rubric(axes=2, label="第1版")


@pytest.fixture
def draft(rubric, cast):
    return services.start_draft(by=cast.secretariat)


@pytest.fixture
def client(cast, as_user):
    return as_user(cast.secretariat)


def url(name, obj) -> str:
    return reverse(f"maturity:{name}", args=[obj.pk])


def levels(**texts):
    return {f"level_{n}": f"姿{n}" for n in range(1, 6)} | texts


HEADS = {"label": "第2版", "name": "基準", "lowest": "１", "highest": "5", "target_level": "", "version": "1"}


class TestReading:
    def test_a_draft_is_seen_by_its_editors_only(self, draft, cast, as_user, client):
        page = reverse("maturity:rubric")
        assert "（下書き）" in client.get(page).content.decode()
        assert client.get(page, {"version": draft.pk}).status_code == 200
        for name in ("viewer", "lead", "executive", "admin"):
            reader = as_user(getattr(cast, name))
            assert "下書き" not in reader.get(page).content.decode()
            assert reader.get(page, {"version": draft.pk}).status_code == 404

    def test_the_version_in_use_is_shown_first_although_a_draft_is_newer(self, draft, client):
        assert "第1版" in client.get(reverse("maturity:rubric")).content.decode().partition("</h1>")[2][:80]


class TestEditor:
    def test_a_draft_is_started_once(self, rubric, client):
        response = client.post(reverse("maturity:rubric_draft"))
        draft = Rubric.objects.drafts().get()
        assert response["Location"] == url("rubric_edit", draft)
        again = client.post(reverse("maturity:rubric_draft"), follow=True)
        assert "下書き（第2版）がすでにあります" in again.content.decode()
        assert Rubric.objects.count() == 2

    def test_it_shows_the_levels_as_the_departments_will_and_what_is_missing(self, draft, client):
        Level.objects.filter(axis__rubric=draft, axis__name="軸2", number=3).update(descriptor="")
        html = client.get(url("rubric_edit", draft)).content.decode()
        assert "軸1のレベル5の姿" in html
        assert "軸「軸2」のレベル3に文章がありません。" in html

    @pytest.mark.parametrize(
        "name", ["rubric_edit", "rubric_settings", "rubric_publish", "rubric_discard", "axis_create"]
    )
    def test_a_published_version_sends_its_editor_away(self, rubric, client, name):
        response = client.get(url(name, rubric), follow=True)
        assert "公開した版のため変えられません" in response.content.decode()

    def test_settings_are_stored(self, draft, client):
        data = HEADS | {"highest": "６", "target_level": "4", "uses_weights": "on", "as_of": "R8.4.1"}
        assert client.post(url("rubric_settings", draft), data).status_code == 302
        draft.refresh_from_db()
        assert (draft.highest, draft.target_level, draft.uses_weights) == (6, 4, True)

    @pytest.mark.parametrize(
        "values",
        [
            {"highest": "1"},
            {"highest": "x"},
            {"highest": "11"},
            {"label": "第1版"},
            {"as_of": "きのう"},
            {"target_level": "9"},
        ],
    )
    def test_bad_settings_come_back_with_what_was_typed(self, draft, client, values):
        response = client.post(url("rubric_settings", draft), HEADS | {"note": "書いた文"} | values)
        assert response.status_code == 422
        assert "書いた文" in response.content.decode()

    def test_stale_settings_show_both_values(self, draft, client):
        client.post(url("rubric_settings", draft), HEADS | {"note": "先の人"})
        response = client.post(url("rubric_settings", draft), HEADS | {"note": "後の人"})
        html = response.content.decode()
        assert (response.status_code, "先の人" in html, "後の人" in html) == (409, True, True)


class TestAxes:
    def test_an_axis_is_added_with_its_levels(self, draft, client):
        data = {"name": "データ活用", "weight": "１．５"} | levels()
        assert client.post(url("axis_create", draft), data).status_code == 302
        axis = draft.axes.get(name="データ活用")
        assert (axis.weight, list(axis.levels.values_list("descriptor", flat=True))) == (
            Decimal("1.5"), ["姿1", "姿2", "姿3", "姿4", "姿5"],
        )  # fmt: skip

    def test_an_axis_is_renamed_and_its_texts_change(self, draft, client):
        axis = draft.axes.first()
        data = {"name": "新しい名前", "weight": "1", "version": "1"} | levels(level_2="新しい文")
        assert client.post(url("axis_edit", axis), data)["Location"].endswith(f"#axis-{axis.key}")
        axis.refresh_from_db()
        assert (axis.name, axis.levels.get(number=2).descriptor) == ("新しい名前", "新しい文")

    def test_the_preview_shows_what_was_typed_and_stores_nothing(self, draft, client):
        axis = draft.axes.first()
        data = {"name": "新しい名前", "weight": "1", "version": "1", "preview": "1"} | levels(level_2="<b>文")
        page = client.post(url("axis_edit", axis), data)
        part = client.post(url("axis_edit", axis), data, headers={"HX-Request": "true", "HX-Target": "axis-preview"})
        assert (page.status_code, part.status_code) == (200, 200)
        assert part.content.decode().lstrip().startswith('<div id="axis-preview"')
        assert "&lt;b&gt;文" in part.content.decode()
        axis.refresh_from_db()
        assert axis.name == "軸1"

    @pytest.mark.parametrize(
        "values",
        [{"name": ""}, {"name": "軸2"}, {"weight": "NaN"}, {"weight": "0"}, {"weight": "Infinity"}, {"weight": "-1"},
         {"level_1": "あ" * 301}, {"version": ""}],
    )  # fmt: skip
    def test_bad_values_come_back_with_what_was_typed(self, draft, client, values):
        data = {"name": "名前", "weight": "1", "version": "1"} | levels(level_5="残る文") | values
        response = client.post(url("axis_edit", draft.axes.first()), data)
        assert response.status_code == 422
        assert "残る文" in response.content.decode()

    def test_a_stale_axis_shows_both_texts(self, draft, client):
        axis = draft.axes.first()
        data = {"name": "軸1", "weight": "1", "version": "1"}
        client.post(url("axis_edit", axis), data | levels(level_3="先の文"))
        response = client.post(url("axis_edit", axis), data | levels(level_3="後の文"))
        html = response.content.decode()
        assert response.status_code == 409
        assert "いま保存されている値：先の文" in html
        assert "後の文" in html

    def test_axes_move_and_go(self, draft, client):
        first, second = draft.axes.all()
        client.post(url("axis_move", second), {"direction": "up"})
        assert [a.name for a in draft.axes.all()] == ["軸2", "軸1"]
        assert client.post(url("axis_move", second), {"direction": "sideways"}).status_code == 404
        assert "削除しますか" in client.get(url("axis_delete", first)).content.decode()
        client.post(url("axis_delete", first))
        assert [a.name for a in draft.axes.all()] == ["軸2"]


class TestMapping:
    def test_it_is_stored(self, draft, rubric, client):
        (one, two), (old_one, old_two) = draft.axes.all(), rubric.axes.all()
        data = {f"axis_{one.pk}": old_two.pk, f"axis_{two.pk}": old_one.pk, "version": "1"}
        assert client.post(url("mapping", draft), data).status_code == 302
        assert [a.line for a in draft.axes.all()] == ["axis-2", "axis-1"]

    def test_an_axis_mapped_twice_is_a_form_error(self, draft, rubric, client):
        one, two = draft.axes.all()
        old = rubric.axes.first().pk
        response = client.post(url("mapping", draft), {f"axis_{one.pk}": old, f"axis_{two.pk}": old, "version": "1"})
        assert response.status_code == 422
        assert "2回選ばれています" in response.content.decode()
        assert [a.line for a in draft.axes.all()] == ["axis-1", "axis-2"]

    @pytest.mark.parametrize("value", ["x", "999999"])
    def test_an_unknown_axis_is_a_form_error(self, draft, client, value):
        one = draft.axes.first()
        assert client.post(url("mapping", draft), {f"axis_{one.pk}": value, "version": "1"}).status_code == 422

    def test_the_first_version_has_none(self, rubric, client):
        assert client.get(url("mapping", rubric)).status_code == 404


class TestPublishAndDiscard:
    def test_it_is_published(self, draft, client):
        assert "これから始める照会が第2版を使います" in client.get(url("rubric_publish", draft)).content.decode()
        assert client.post(url("rubric_publish", draft), {"version": "1"}).status_code == 302
        assert Rubric.objects.current().get() == draft

    def test_an_empty_level_keeps_it_a_draft(self, draft, client):
        Level.objects.filter(axis__rubric=draft, number=3).update(descriptor="")
        response = client.post(url("rubric_publish", draft), {"version": "1"})
        assert response.status_code == 422
        assert "軸「軸1」のレベル3に文章がありません。" in response.content.decode()
        assert Rubric.objects.drafts().get() == draft

    def test_it_is_discarded(self, draft, client):
        assert "削除しますか" in client.get(url("rubric_discard", draft)).content.decode()
        client.post(url("rubric_discard", draft))
        assert not Rubric.objects.drafts().exists()
        assert Axis.objects.count() == 2
