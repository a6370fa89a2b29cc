"""One's own password: refusals, the change, its ledger row, and the handed-out password."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts import services
from audit.models import Entry
from tests.builders import PASSWORD, make_user

URL = "/accounts/password/"
GOOD = "kawa-no-nagare-27"


def change(client: Client, current: str = PASSWORD, new: str = GOOD, again: str | None = None):
    return client.post(URL, {"current": current, "new": new, "again": new if again is None else again})


def test_change_keeps_the_session_and_is_recorded_without_the_password(as_user, cast: SimpleNamespace) -> None:
    client = as_user(cast.lead)
    assert change(client).status_code == 302
    cast.lead.refresh_from_db()
    assert cast.lead.check_password(GOOD)
    assert client.get(URL).status_code == 200, "still signed in"
    entry = Entry.objects.get()
    assert (entry.act, entry.object_id, entry.changes) == ("password", str(cast.lead.pk), {})
    assert GOOD not in str(vars(entry))


def test_change_ends_the_sessions_elsewhere(as_user, cast: SimpleNamespace) -> None:
    here, elsewhere = as_user(cast.lead), as_user(cast.lead)
    change(here)
    assert elsewhere.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"current": "wrong"}, "いまのパスワードが違います。"),
        ({"again": "kawa-no-nagare-28"}, "2回の入力が一致しません。"),
        ({"new": "short-1"}, "12 文字以上"),
        ({"new": "123456789012345"}, "数字しか"),
        ({"new": "password1234"}, "一般的"),
        ({"new": "lead-tax-1234"}, "職員番号"),
        ({"new": ""}, "必須"),
        ({"new": "あ" * 129}, "128"),
    ],
)
def test_refusals_name_the_reason_and_change_nothing(
    as_user, cast: SimpleNamespace, data: dict[str, str], message: str
) -> None:
    response = change(as_user(cast.lead), **data)
    assert response.status_code == 422
    assert message in response.text
    cast.lead.refresh_from_db()
    assert cast.lead.check_password(PASSWORD)
    assert not Entry.objects.exists()


def test_the_page_never_sends_a_typed_password_back(as_user, cast: SimpleNamespace) -> None:
    assert GOOD not in change(as_user(cast.lead), current="wrong").text


def test_wrong_passwords_are_counted_as_at_the_sign_in(as_user, cast: SimpleNamespace, settings) -> None:
    """Who finds a screen unlocked must not try one after the other here, where the confirmation would stop them."""
    client = as_user(cast.lead)
    for n in range(settings.AXES_FAILURE_LIMIT):
        change(client, current=f"wrong-{n}")
    assert change(client).status_code != 302
    cast.lead.refresh_from_db()
    assert cast.lead.check_password(PASSWORD)


def test_handed_out_password_must_be_changed_first(as_user, db: None) -> None:
    user = make_user("secretariat", login_id="new", must_change_password=True)
    client = as_user(user)
    assert client.get("/audit/")["Location"] == URL
    fragment = client.get("/audit/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, URL)
    assert "管理者が決めたパスワードです" in client.get(URL).text
    change(client)
    assert client.get("/audit/").status_code == 200


def test_handed_out_password_still_allows_sign_out(as_user, db: None) -> None:
    client = as_user(make_user("viewer", must_change_password=True))
    assert client.post("/accounts/sign-out/")["Location"] == "/accounts/sign-in/"


def test_service_rolls_back_with_its_ledger_row(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.ledger._sinks", [lambda events: (_ for _ in ()).throw(RuntimeError("book is full"))])
    with pytest.raises(RuntimeError, match="book is full"):
        services.set_password(user=cast.lead, password=GOOD, by=cast.admin, must_change=True)
    cast.lead.refresh_from_db()
    assert cast.lead.check_password(PASSWORD)
    assert not cast.lead.must_change_password


def test_service_refuses_a_weak_password(cast: SimpleNamespace) -> None:
    with pytest.raises(ValidationError):
        services.set_password(user=cast.lead, password="short", by=cast.admin, must_change=True)
