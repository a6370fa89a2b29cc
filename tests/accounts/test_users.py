"""管理者's pages: users, memberships, extension."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.access import department_scope
from accounts.models import Membership, User
from accounts.roles import ROLE_PERMISSIONS, SCOPED, Permission, Role
from audit.models import Entry
from lib import fiscal
from tests import builders

pytestmark = pytest.mark.django_db
LIST = reverse("accounts:users")
NEW = {"login_id": "12345", "display_name": "税務課 主査", "email": "", "password": "Haru-no-Umi-26"}


def form_of(user: User, **kw) -> dict:
    values = {"login_id": user.login_id, "display_name": user.display_name, "email": user.email, "is_active": "on"}
    return values | {"version": user.version} | kw


def test_list_filters_by_role_and_text(cast, as_user) -> None:
    client = as_user(cast.admin)
    found = client.get(LIST, {"role": "lead"}).context["listing"].page.object_list
    assert {u.login_id for u in found} == {"lead-tax", "lead-welfare"}
    assert [u.login_id for u in client.get(LIST, {"q": "福祉"}).context["listing"].page] == ["lead-welfare"]
    assert "条件に合う利用者はいません" in client.get(LIST, {"q": "いない人"}).content.decode()


def test_create_leads_to_the_roles_and_is_recorded_without_the_password(cast, as_user) -> None:
    page = as_user(cast.admin).post(reverse("accounts:user_create"), NEW)
    user = User.objects.get(login_id="12345")
    assert page.headers["Location"] == reverse("accounts:user", args=[user.pk])
    assert user.must_change_password
    assert user.check_password(NEW["password"])
    entry = Entry.objects.about(user).get()
    assert (entry.act, entry.actor_id) == ("create", cast.admin.pk)
    assert NEW["password"] not in str(entry.changes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"login_id": "lead-tax"}, "すでに使われています"),
        ({"login_id": "職員1"}, "半角の英数字"),
        ({"password": "short"}, "12"),
        ({"display_name": ""}, "必須"),
        ({"display_name": "あ" * 61}, "60"),
        ({"email": "not an address"}, "メールアドレス"),
    ],
)
def test_create_refuses_and_keeps_what_was_typed(cast, as_user, change, words) -> None:
    before = User.objects.count()
    page = as_user(cast.admin).post(reverse("accounts:user_create"), NEW | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert User.objects.count() == before
    assert not Entry.objects.exists()


def test_edit_saves_and_records_before_and_after(cast, as_user) -> None:
    url = reverse("accounts:user", args=[cast.viewer.pk])
    as_user(cast.admin).post(url, form_of(cast.viewer, display_name="議会事務局"))
    cast.viewer.refresh_from_db()
    assert cast.viewer.display_name == "議会事務局"
    assert Entry.objects.about(cast.viewer).get().changes == {"display_name": ["監査事務局", "議会事務局"]}


def test_second_editor_sees_both_values_and_chooses(cast, as_user) -> None:
    url = reverse("accounts:user", args=[cast.viewer.pk])
    client = as_user(cast.admin)
    client.post(url, form_of(cast.viewer, display_name="先の人の値"))
    stale = form_of(cast.viewer, display_name="後の人の値")
    page = client.post(url, stale)
    text = page.content.decode()
    assert page.status_code == 409
    assert "先の人の値" in text
    assert "後の人の値" in text
    assert User.objects.get(pk=cast.viewer.pk).display_name == "先の人の値"
    client.post(url, stale | {"version": page.context["form"]["version"].value()})
    assert User.objects.get(pk=cast.viewer.pk).display_name == "後の人の値"


def test_administrator_cannot_lock_out_himself(cast, as_user) -> None:
    values = form_of(cast.admin)
    del values["is_active"]
    page = as_user(cast.admin).post(reverse("accounts:user", args=[cast.admin.pk]), values)
    assert page.status_code == 422
    assert "自分自身" in page.content.decode()
    assert User.objects.get(pk=cast.admin.pk).is_active


def test_stopped_user_is_signed_out_of_everything(cast, as_user) -> None:
    client = as_user(cast.viewer)
    values = form_of(cast.viewer)
    del values["is_active"]
    as_user(cast.admin).post(reverse("accounts:user", args=[cast.viewer.pk]), values)
    assert client.get(reverse("dashboard:home")).status_code == 302


def test_reset_gives_a_password_that_must_be_changed(cast, as_user) -> None:
    as_user(cast.admin).post(reverse("accounts:password_reset", args=[cast.viewer.pk]), {"password": "Kari-no-Kagi-7"})
    cast.viewer.refresh_from_db()
    assert cast.viewer.check_password("Kari-no-Kagi-7")
    assert cast.viewer.must_change_password


def test_a_department_binds_only_the_roles_that_the_form_says(cast, as_user) -> None:
    """What the form says of the department beside a role is what the roles do."""
    page = as_user(cast.admin).get(reverse("accounts:membership_create", args=[cast.nobody.pk]))
    assert "所属長と推進員のほかの役割は、所属を選んでも全庁に及びます" in page.text
    for role in Role:
        user = builders.make_user()
        builders.make_membership(user=user, role=role, department=cast.tax, force_department=True)
        scoped = [p for p in Permission if p in SCOPED and p in ROLE_PERMISSIONS[role]]
        assert all((department_scope(user, p) is None) == (role not in ("lead", "member")) for p in scoped)


def test_the_extension_of_roles_has_one_name(cast, as_user) -> None:
    page = as_user(cast.admin).get(reverse("accounts:reorganisations")).text
    assert f'{reverse("accounts:extend")}"' in page
    assert "役割の延長</a>" in page


def test_membership_lapses_with_the_fiscal_year_unless_told(cast, as_user) -> None:
    url = reverse("accounts:membership_create", args=[cast.nobody.pk])
    as_user(cast.admin).post(url, {"role": "member", "department": cast.tax.pk, "valid_from": "R8.11.1"})
    held = cast.nobody.memberships.get()
    assert (held.valid_from, held.valid_until) == (dt.date(2026, 11, 1), dt.date(2027, 3, 31))
    assert Entry.objects.about(held).get().act == "create"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"department": ""}, "所属が必要です"),
        ({"valid_from": "R8.13.1"}, "R8.13.1"),
        ({"valid_until": "2026-10-31"}, "開始日以後"),
        ({"role": "king"}, "選択"),
        ({"department": "999999"}, "選択"),
    ],
)
def test_membership_refusals(cast, as_user, change, words) -> None:
    values = {"role": "member", "department": cast.tax.pk, "valid_from": "令和8年11月1日", "valid_until": ""}
    page = as_user(cast.admin).post(reverse("accounts:membership_create", args=[cast.nobody.pk]), values | change)
    assert page.status_code == 422
    assert words in page.content.decode()
    assert not cast.nobody.memberships.exists()


def test_same_membership_twice_is_refused(cast, as_user) -> None:
    url = reverse("accounts:membership_create", args=[cast.nobody.pk])
    for role, department in (("member", cast.tax.pk), ("viewer", "")):
        values = {"role": role, "department": department, "valid_from": "2026-11-01"}
        assert as_user(cast.admin).post(url, values).status_code == 302
        assert as_user(cast.admin).post(url, values).status_code == 422
    assert cast.nobody.memberships.count() == 2


def test_membership_edit_and_stale(cast, as_user) -> None:
    held = cast.lead.memberships.get()
    url = reverse("accounts:membership", args=[held.pk])
    values = {"role": "member", "department": cast.tax.pk, "valid_from": "2026-04-01", "valid_until": "2027-03-31"}
    client = as_user(cast.admin)
    assert client.post(url, values | {"version": held.version}).status_code == 302
    assert client.post(url, values | {"role": "lead", "version": held.version}).status_code == 409
    assert Membership.objects.get(pk=held.pk).role == "member"


def test_bulk_extension_moves_only_the_chosen(cast, as_user) -> None:
    today = builders.today()
    end = dt.date(today.year + (today.month > 3), 3, 31)
    ending = [
        builders.make_membership(user=u, role="viewer", valid_from=today, valid_until=end)
        for u in (cast.nobody, cast.executive)
    ]
    url = reverse("accounts:extend")
    page = as_user(cast.admin).get(url)
    assert set(page.context["ending"]) == set(ending)
    as_user(cast.admin).post(url, {"memberships": [ending[0].pk], "until": f"{end.year + 1}-03-31"})
    until = [Membership.objects.get(pk=m.pk).valid_until.year for m in ending]
    assert until == [end.year + 1, end.year]
    assert Entry.objects.filter(act="extend").count() == 1


@pytest.mark.parametrize("department", [True, False])
def test_a_role_that_goes_on_already_is_not_to_be_extended(cast, as_user, department) -> None:
    today = builders.today()
    end, place = fiscal.fiscal_year_end(today), cast.tax if department else None
    own = {"user": cast.nobody, "role": "viewer", "department": place, "force_department": True}
    ending = builders.make_membership(**own, valid_from=today, valid_until=end)
    other = builders.make_membership(**own | {"user": builders.make_user()}, valid_from=today, valid_until=end)
    elsewhere = own | {"department": cast.welfare}
    later = {"valid_from": end + dt.timedelta(days=1), "valid_until": end + dt.timedelta(days=365)}
    builders.make_membership(**elsewhere, **later)
    client, url = as_user(cast.admin), reverse("accounts:extend")
    assert {ending, other} <= set(client.get(url).context["ending"])
    builders.make_membership(**own, **later)
    shown = set(client.get(url).context["ending"])
    assert ending not in shown
    assert other in shown


def test_extension_without_a_choice_says_so(cast, as_user) -> None:
    end = builders.today()
    builders.make_membership(user=cast.nobody, role="viewer", valid_from=end, valid_until=end)
    page = as_user(cast.admin).post(reverse("accounts:extend"), {"until": "2030-03-31"})
    assert page.status_code == 422
    assert "1つ以上" in page.content.decode()


@pytest.mark.parametrize("typed", ["²", "9" * 30, "x", "-1"])
def test_extension_of_what_is_no_key_says_so(cast, as_user, typed) -> None:
    answer = as_user(cast.admin).post(reverse("accounts:extend"), {"memberships": typed, "until": "2030-03-31"})
    assert answer.status_code == 422


def test_who_never_signed_in_stands_last_either_way(cast, as_user) -> None:
    now = timezone.now()
    for n, user in enumerate((cast.lead, cast.member)):
        User.objects.filter(pk=user.pk).update(last_login=now - dt.timedelta(days=n + 1))
    client = as_user(cast.admin)
    for sort, first in (("last", [cast.member, cast.lead]), ("-last", [cast.lead, cast.member])):
        assert list(client.get(LIST, {"sort": sort}).context["listing"].page)[:2] == first


def test_a_role_of_an_abolished_department_keeps_it(cast, as_user) -> None:
    gone = builders.make_department(valid_to=dt.date(2024, 3, 31))
    held = builders.make_membership(user=cast.nobody, role="viewer", department=gone, force_department=True)
    url, client = reverse("accounts:membership", args=[held.pk]), as_user(cast.admin)
    assert f'<option value="{gone.pk}" selected>' in client.get(url).text
    values = {"role": "viewer", "department": gone.pk, "valid_from": "2020-04-01", "valid_until": "2024-03-31"}
    assert client.post(url, values | {"version": held.version}).status_code == 302
    assert Membership.objects.get(pk=held.pk).department == gone


def test_extension_service_is_all_or_nothing(cast) -> None:
    one = builders.make_membership(user=cast.nobody, role="viewer", valid_from=dt.date(2026, 4, 1))
    other = builders.make_membership(user=cast.viewer, role="viewer", valid_from=dt.date(2030, 4, 1))
    with pytest.raises(ValidationError):
        services.extend_memberships(memberships=[one, other], until=dt.date(2028, 3, 31), by=cast.admin)
    assert Membership.objects.get(pk=one.pk).valid_until == dt.date(2099, 3, 31)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ["secretariat", "executive", "lead", "member", "viewer", "nobody"])
def test_others_may_not_enter(cast, as_user, role) -> None:
    assert as_user(getattr(cast, role)).get(LIST).status_code == 403


def test_unknown_ids_are_404(cast, as_user) -> None:
    client = as_user(cast.admin)
    for name in ("user", "password_reset", "membership_create", "membership", "department"):
        assert client.get(reverse(f"accounts:{name}", args=[999999])).status_code == 404
