"""Somebody can always administer: the last 管理者 of today keeps the role, on whatever way it would go."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import services
from accounts.models import Membership
from accounts.services_admins import LAST
from audit.models import Entry
from lib import ledger
from tests import builders
from tests.accounts.making import apply, change, make_reorganisation
from tests.exchange.helpers import Taken, messages

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
WAYS = [{"valid_until": -1}, {"role": "viewer"}, {"valid_from": 1}]


def values_of(held: Membership, way: dict) -> dict:
    facts = {"role": held.role, "department": held.department, "valid_from": held.valid_from}
    facts |= {"valid_until": held.valid_until}
    return facts | {k: v if k == "role" else builders.today() + v * DAY for k, v in way.items()}


def edit(client, held: Membership, way: dict):
    values = {k: v or "" for k, v in values_of(held, way).items()}
    return client.post(reverse("accounts:membership", args=[held.pk]), values | {"version": held.version})


@pytest.mark.parametrize("way", WAYS)
def test_the_only_administrator_keeps_the_role(cast, as_user, way) -> None:
    held = cast.admin.memberships.get()
    builders.make_user("admin", is_active=False)
    page = edit(as_user(cast.admin), held, way)
    assert page.status_code == 422
    assert LAST in page.text
    assert Membership.objects.get(pk=held.pk).version == held.version
    assert not Entry.objects.about(held).exists()


@pytest.mark.parametrize("way", WAYS)
def test_where_another_one_stays_a_role_may_end(cast, as_user, way) -> None:
    builders.make_user("admin")
    assert edit(as_user(cast.admin), cast.admin.memberships.get(), way).status_code == 302


def test_a_role_may_end_later(cast, as_user) -> None:
    assert edit(as_user(cast.admin), cast.admin.memberships.get(), {"valid_until": 0}).status_code == 302


def test_a_moved_end_takes_the_last_one_as_little(cast) -> None:
    held = cast.admin.memberships.get()
    with pytest.raises(ValidationError, match="管理者がいなくなる"):
        services.extend_memberships(memberships=[held], until=builders.today() - DAY, by=cast.admin)


def test_the_last_one_is_not_stopped_by_a_command_either(cast) -> None:
    with pytest.raises(ValidationError, match="管理者がいなくなる"):
        services.update_user(user=cast.admin, version=1, by=ledger.command("x"), is_active=False)


def test_where_nobody_administers_anything_else_may_be_stored(cast) -> None:
    held = cast.admin.memberships.get()
    Membership.objects.filter(pk=held.pk).update(valid_until=builders.today() - DAY)
    services.update_user(user=cast.viewer, version=1, by=ledger.command("x"), display_name="議会事務局")


def test_a_reorganisation_does_not_end_it(cast) -> None:
    gone = builders.make_department()
    cast.admin.memberships.update(department=gone)
    row = make_reorganisation()
    change(row, "abolish", [gone], [], cast.admin)
    with pytest.raises(ValidationError, match="管理者がいなくなる"):
        apply(row, cast.admin)


def ended(cast) -> Taken:
    taken = Taken("users", cast.admin)
    return taken.put(cast.admin.memberships.get().pk, "終了日", builders.today() - DAY, "役割")


def test_a_workbook_is_refused_in_its_dry_run(cast) -> None:
    assert LAST in messages(ended(cast).stage())


def test_a_workbook_that_stops_the_other_one_is_refused(cast) -> None:
    other = builders.make_user("admin")
    assert LAST in messages(ended(cast).put(other.pk, "利用中", "いいえ").stage())


def test_a_workbook_may_hand_the_role_over(cast) -> None:
    taken = ended(cast)
    taken.add("役割", **{"利用者": "viewer", "役割": "管理者", "開始日": builders.today()})
    taken.bring()
    assert cast.viewer.memberships.filter(role="admin").exists()


def test_a_workbook_hands_it_to_nobody_who_is_stopped(cast) -> None:
    stopped = builders.make_user(is_active=False)
    taken = ended(cast)
    taken.add("役割", **{"利用者": stopped.login_id, "役割": "管理者", "開始日": builders.today()})
    assert LAST in messages(taken.stage())


def test_a_workbook_that_was_checked_before_the_other_one_left_stores_nothing(cast) -> None:
    other = builders.make_user("admin")
    taken = ended(cast)
    kept = taken.stage()
    other.memberships.update(valid_until=builders.today() - DAY)
    with pytest.raises(ValidationError):
        taken.apply(kept)
    assert cast.admin.memberships.current().exists()
