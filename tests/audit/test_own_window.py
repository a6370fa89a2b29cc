"""A stale form of who was faster in another window of their own: it does not speak of another person."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services as accounts
from lib import ledger
from lib.writes import StaleError
from rounds import services
from rounds.models import Reply
from strategy.models import PersonalVision
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(cast):
    """A user's form as two windows show it, and its address."""
    user = builders.make_user()
    values = {"login_id": user.login_id, "display_name": "窓口 主査", "is_active": "on", "version": user.version}
    return user, reverse("accounts:user", args=[user.pk]), values


def test_ones_own_other_window_is_named(cast, as_user, form) -> None:
    _, url, values = form
    client = as_user(cast.admin)
    assert client.post(url, values).status_code == 302
    page = client.post(url, values | {"display_name": "窓口 係長"})
    assert page.status_code == 409
    assert "あなたが別の画面で先に保存しています。" in page.text
    assert "ほかの人" not in page.text


def test_another_person_is_still_another_person(cast, as_user, form) -> None:
    user, url, values = form
    client = as_user(cast.admin)
    client.post(url, values)
    other = builders.make_user("admin")
    stored = type(user).objects.get(pk=user.pk)
    accounts.update_user(user=stored, version=stored.version, by=other, display_name="窓口 課長")
    page = client.post(url, values | {"display_name": "窓口 係長"})
    assert "ほかの人が先に保存しています。" in page.text


def test_an_act_in_ones_own_other_window(cast, as_user) -> None:
    reply = builders.make_reply(department=cast.tax)
    Reply.objects.filter(pk=reply.pk).update(state="submitted", version=2)
    services.approve_reply(reply=reply, version=2, by=cast.lead)
    Reply.objects.filter(pk=reply.pk).update(state="submitted")
    words = as_user(cast.lead).post(reverse("rounds:approve", args=[reply.pk]), {"version": 2}).text
    assert "あなたが別の画面でこの回答を動かしました" in words


def test_where_nobody_asks_nobody_is_named(cast, form) -> None:
    user, _, _ = form
    accounts.update_user(user=user, version=user.version, by=cast.admin, display_name="窓口 課長")
    with pytest.raises(ValidationError, match="ほかの人が"):
        raise StaleError(user)
    with ledger.asked_by(cast.admin.pk), pytest.raises(ValidationError, match="あなたが別の画面で"):
        raise StaleError(user)


def test_a_vision_that_was_deleted_meanwhile_was_deleted_by_oneself(cast, as_user) -> None:
    client, url = as_user(cast.viewer), reverse("strategy:my_vision")
    values = {"version": 0, "ideal": "窓口に行かずに済む", "attitude": "creative", "will_do": "小さく始める"}
    assert client.post(url, values).status_code == 302
    client.post(reverse("strategy:my_vision_delete"), {"version": 1})
    page = client.post(url, values | {"version": 1, "ideal": "書かずに済む"})
    assert page.status_code == 422
    assert "あなたが別の画面で先に削除しています。" in page.text
    assert "残しておくときは、もう一度保存してください。" in page.text
    assert not PersonalVision.objects.exists()
    again = {name: page.context["form"][name].value() for name in values}
    assert client.post(url, again).status_code == 302
    assert PersonalVision.objects.get().ideal == "書かずに済む"
