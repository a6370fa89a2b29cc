"""自分のビジョン: nobody but its author reads it, on no page and in no record, until it is shared."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from lib import ledger
from lib.writes import StaleError
from strategy import services
from strategy.models import PersonalVision
from tests.conftest import ROLES
from tests.reading.conftest import last

MINE, ALL = reverse("strategy:my_vision"), reverse("strategy:visions")
SECRET = "ひみつの理想"


def values(**kw) -> dict:
    return {"version": 0, "ideal": SECRET, "attitude": "creative", "will_do": "小さく始める"} | kw


def save(user, **kw) -> PersonalVision:
    return services.save_vision(**values(shared=False) | kw, by=user)


def everything_told() -> str:
    rows = Entry.objects.all()
    return "\n".join(f"{e.object_label} {e.changes} {e.note}" for e in rows)


def test_written_and_read_by_its_author(as_user, cast) -> None:
    member = as_user(cast.member)
    page = member.post(MINE, values(), follow=True)
    assert "自分だけが読めます。" in page.text
    assert SECRET in page.text
    vision = PersonalVision.objects.get()
    assert (vision.user, vision.attitude, vision.shared, vision.shared_at) == (cast.member, "creative", False, None)


def test_a_private_vision_is_on_no_page_of_anybody_else(as_user, cast, element) -> None:
    save(cast.member)
    pages = [MINE, ALL, reverse("dashboard:home"), reverse("strategy:home") + "?list",
             reverse("strategy:plan", args=[element.edition_id]), reverse("audit:entries"),
             reverse("accounts:user", args=[cast.member.pk])]  # fmt: skip
    for role in ROLES:
        if role == "member":
            continue
        client = as_user(getattr(cast, role))
        for url in pages:
            assert SECRET not in client.get(url).text, (role, url)


def test_search_finds_no_private_vision_for_anyone(as_user, cast) -> None:
    save(cast.member)
    for role in ROLES[:-1]:
        page = as_user(getattr(cast, role)).get(reverse("dashboard:search"), {"q": "ひみつ"})
        assert "見つかりませんでした" in page.text, role


def test_the_ledger_learns_only_that_it_changed(cast) -> None:
    first = save(cast.member)
    save(cast.member, version=first.version, ideal="ひみつの別の理想")
    services.delete_vision(version=2, by=cast.member)
    assert [e.act for e in Entry.objects.order_by("pk")] == ["create", "update", "delete"]
    assert "ひみつ" not in everything_told()
    assert "小さく" not in everything_told()


def test_a_shared_vision_is_listed_with_department_and_role_but_no_name(as_user, cast) -> None:
    cast.member.display_name = "個人の名前"
    cast.member.save()
    save(cast.member, shared=True)
    text = as_user(cast.viewer).get(ALL).text
    assert SECRET in text
    assert "税務課 推進員" in text
    assert "個人の名前" not in text
    assert cast.member.login_id not in text
    assert SECRET in everything_told()


def test_withdrawing_hides_it_again(as_user, cast) -> None:
    vision = save(cast.member, shared=True)
    as_user(cast.member).post(MINE, values(version=vision.version, ideal="ひみつの続き"))
    assert SECRET not in as_user(cast.viewer).get(ALL).text
    assert "ひみつの続き" not in everything_told()
    assert PersonalVision.objects.get().shared_at is None


def test_search_finds_shared_ones(as_user, cast) -> None:
    save(cast.member, shared=True)
    page = as_user(cast.viewer).get(reverse("dashboard:search"), {"q": "ヒミツ"})
    assert "<mark>ひみつ</mark>の理想" in page.text


def test_the_count_is_shown_at_the_strategy(reader, cast, element) -> None:
    save(cast.member, shared=True)
    save(cast.lead)
    for url in (reverse("strategy:home") + "?list", reverse("strategy:plan", args=[element.edition_id])):
        assert "みんなのビジョン" in reader.get(url).text
        assert reader.get(url).context["shared_visions"] == 1


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"ideal": "", "will_do": "", "attitude": ""}, "どれか一つは書いてください"),
        ({"ideal": "あ" * 1001}, "1000"),
        ({"attitude": "other"}, "正しく選択"),
    ],
)
def test_refusals_keep_what_was_typed(reader, wrong: dict, message: str) -> None:
    page = reader.post(MINE, values(**wrong))
    assert page.status_code == 422
    assert message in page.text
    assert not PersonalVision.objects.exists()


def test_two_windows_see_both_values(as_user, cast) -> None:
    save(cast.member, ideal="先の理想")
    page = as_user(cast.member).post(MINE, values(ideal="後の理想"))
    assert page.status_code == 409
    assert "いま保存されている値：先の理想" in page.text
    assert "後の理想" in page.text
    with pytest.raises(StaleError):
        services.delete_vision(version=7, by=cast.member)


def test_first_saving_in_two_windows_at_once(cast) -> None:
    row = services.visions.PersonalVision(user=cast.member, version=0, ideal="後")
    save(cast.member, ideal="先")
    with pytest.raises(StaleError):
        services.visions._insert(row, 0)


def test_the_author_deletes_it(as_user, cast) -> None:
    save(cast.lead, shared=True)
    vision = save(cast.member)
    page = as_user(cast.member).post(reverse("strategy:my_vision_delete"), {"version": vision.version}, follow=True)
    assert "消しました" in page.text
    assert [v.user for v in PersonalVision.objects.all()] == [cast.lead]


@pytest.mark.parametrize("version", ["", "x", "9" * 30, "-1"])
def test_deleting_without_a_version_deletes_nothing(as_user, cast, version: str) -> None:
    save(cast.member)
    as_user(cast.member).post(reverse("strategy:my_vision_delete"), {"version": version})
    assert PersonalVision.objects.count() == 1


def test_nothing_is_stored_when_the_ledger_fails(cast, monkeypatch) -> None:
    def broken(**kw) -> None:
        raise RuntimeError

    monkeypatch.setattr(ledger, "record", broken)
    with pytest.raises(RuntimeError):
        save(cast.member)
    assert not PersonalVision.objects.exists()


def test_script_comes_out_as_text(as_user, cast) -> None:
    save(cast.member, shared=True, ideal="<script>alert(1)</script>")
    for q in ("", "alert"):
        assert "<script>alert" not in as_user(cast.viewer).get(ALL, {"q": q}).text


def test_the_service_refuses_too_long_a_text(cast) -> None:
    with pytest.raises(ValidationError):
        save(cast.member, ideal="あ" * 1001)
    assert last() is None
