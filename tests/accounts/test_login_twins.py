"""Staff numbers that differ only in the case of their letters are not both registered."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import User
from tests import builders
from tests.accounts.test_users import NEW, form_of
from tests.exchange.helpers import Taken, messages

pytestmark = pytest.mark.django_db
WORDS = "大文字と小文字だけが違う職員番号「lead-tax」"


def test_a_new_user(cast, as_user) -> None:
    page = as_user(cast.admin).post(reverse("accounts:user_create"), NEW | {"login_id": "Lead-TAX"})
    assert page.status_code == 422
    assert WORDS in page.text
    assert not User.objects.filter(login_id="Lead-TAX").exists()


def test_a_changed_one(cast, as_user) -> None:
    url = reverse("accounts:user", args=[cast.viewer.pk])
    page = as_user(cast.admin).post(url, form_of(cast.viewer, login_id="LEAD-TAX"))
    assert page.status_code == 422
    assert WORDS in page.text


def test_ones_own_may_change_its_case(cast) -> None:
    services.update_user(user=cast.viewer, version=1, by=cast.admin, login_id="Viewer")
    assert User.objects.get(pk=cast.viewer.pk).login_id == "Viewer"


def test_who_has_a_twin_already_can_still_be_changed(cast) -> None:
    twin = builders.make_user(login_id="LEAD-TAX")
    services.update_user(user=twin, version=1, by=cast.admin, login_id="LEAD-TAX", is_active=False)
    with pytest.raises(ValidationError, match="大文字と小文字"):
        services.update_user(user=twin, version=2, by=cast.admin, login_id="Lead-Tax")


def filled(cast, *logins: str) -> Taken:
    taken = Taken("users", cast.admin)
    for login in logins:
        taken.add(**{"職員番号": login, "表示名": "職員", "最初のパスワード": "Haru-no-Umi-26"})
    return taken


def test_a_workbook_is_refused(cast) -> None:
    assert WORDS in messages(filled(cast, "LEAD-tax").stage())[0]
    kept = Taken("users", cast.admin).put(cast.viewer.pk, "職員番号", "LEAD-TAX").stage()
    assert WORDS in messages(kept)[0]


def test_two_rows_of_a_workbook(cast) -> None:
    assert "大文字と小文字だけが違う職員番号「T-01」" in messages(filled(cast, "T-01", "t-01").stage())[0]


def test_the_same_number_is_told_as_before(cast) -> None:
    assert messages(filled(cast, "lead-tax").stage()) == [
        "同じ値の行がすでに登録されています。ほかの行と違う値にしてください。"
    ]
