"""Creating, editing, archiving: forms that keep what was typed and never overwrite silently."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from actions import services
from actions.models import Action
from lib.wareki import format_date
from tests.builders import (
    main_plan,
    make_action,
    make_department,
    make_edition,
    make_element,
    make_item,
    make_layer,
    make_milestone,
    make_national_plan,
    make_phase,
)

pytestmark = pytest.mark.django_db
CREATE = "/actions/new/"


def formset(prefix, rows=(), initial=0):
    data = {f"{prefix}-TOTAL_FORMS": str(len(rows) + 3), f"{prefix}-INITIAL_FORMS": str(initial)}
    for n, row in enumerate(rows):
        data |= {f"{prefix}-{n}-{k}": v for k, v in row.items()}
    for n in range(len(rows), len(rows) + 3):
        data |= {f"{prefix}-{n}-owner": "office"} if prefix == "phases" else {}
    return data


def sent(department, *, phases=(), milestones=(), initial=(0, 0), **kw):
    values = {
        "plan": main_plan().pk, "code": "K-12", "title": "標準準拠システムへの移行", "lead_department": department.pk,
        "responsible_post": "税務課長", "starts_on": "令和8年4月1日", "ends_on": "Ｒ１０．３．３１",
        "purpose": "", "issue": "", "version": "",
    }  # fmt: skip
    return values | formset("phases", phases, initial[0]) | formset("milestones", milestones, initial[1]) | kw


START = dt.date(2026, 4, 1)
PHASE = {"label": "調査検討", "owner": "joint", "starts_on": "R8.4.1", "ends_on": "2026-09-30"}


def edit_url(action):
    return reverse("actions:edit", args=[action.pk])


def resend(action, **kw):
    """What the edit form of `action` sends back untouched, changed by `kw`."""
    return sent(
        action.lead_department, code=action.code, title=action.title, version=str(action.version),
        starts_on=action.starts_on.isoformat(), ends_on=action.ends_on.isoformat(),
    ) | kw  # fmt: skip


def test_the_office_creates_an_action_with_its_schedule(cast, as_user):
    element = make_element(layer=make_layer(edition=make_edition(status="published")))
    item = make_item(plan=make_national_plan(is_current=True))
    milestone = {"title": "公開", "due_on": "R9.10.1", "done_on": ""}
    data = sent(cast.tax, phases=[PHASE], milestones=[milestone], elements=[element.pk], items=[item.pk])
    response = as_user(cast.secretariat).post(CREATE, data)
    action = Action.objects.get()
    assert response["Location"] == reverse("actions:detail", args=[action.pk])
    assert (action.starts_on, action.ends_on) == (dt.date(2026, 4, 1), dt.date(2028, 3, 31))
    assert list(action.elements.all()) == [element]
    assert list(action.items.all()) == [item]
    phase = action.phases.get()
    assert (phase.label, phase.owner, phase.ends_on, phase.actual) == ("調査検討", "joint", dt.date(2026, 9, 30), False)
    assert action.milestones.get().title == "公開"


def test_a_lead_creates_for_the_own_department_only(cast, as_user):
    client = as_user(cast.lead)
    assert client.post(CREATE, sent(cast.tax)).status_code == 302
    response = client.post(CREATE, sent(cast.welfare, code="K-13"))
    assert response.status_code == 422
    assert Action.objects.count() == 1
    page = client.get(CREATE).content.decode()
    assert "税務課" in page
    assert f'<option value="{cast.welfare.pk}"' not in page


@pytest.mark.parametrize("who", ["member", "executive", "viewer", "admin", "nobody"])
def test_others_do_not_create(cast, as_user, who):
    client = as_user(getattr(cast, who))
    assert client.get(CREATE).status_code == 403
    assert client.post(CREATE, sent(cast.tax)).status_code == 403
    assert not Action.objects.exists()


@pytest.mark.parametrize("who", ["member", "other_lead", "executive", "viewer", "admin", "nobody"])
def test_others_do_not_edit_archive_or_restore(cast, as_user, action, who):
    client = as_user(getattr(cast, who))
    assert client.get(edit_url(action)).status_code == 403
    for name, data in (("edit", resend(action)), ("archive", {}), ("restore", {})):
        assert client.post(reverse(f"actions:{name}", args=[action.pk]), data).status_code == 403
    action.refresh_from_db()
    assert action.version == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_on": "R8.3.31"}, "終了予定日は開始日以後"),
        ({"starts_on": "8.4.1"}, "元号がありません"),
        ({"starts_on": "令和8年2月30日"}, "という日はありません"),
        ({"starts_on": "平成33年4月1日"}, "平成の期間にありません"),
        ({"starts_on": ""}, "必須"),
        ({"title": ""}, "必須"),
        ({"title": "長" * 121}, "120"),
        ({"code": "長" * 21}, "20"),
        ({"purpose": "長" * 2001}, "2000"),
        ({"plan": "999"}, "選択"),
        ({"lead_department": "999"}, "選択"),
        ({"elements": ["999"]}, "999"),
        ({"items": ["x"]}, "x"),
        ({"supporting": ["9" * 30]}, "9" * 18),
        ({"phases-TOTAL_FORMS": "x"}, "工程"),
    ],
)
def test_wrong_values_are_told_and_kept(cast, as_user, wrong, words):
    response = as_user(cast.secretariat).post(CREATE, sent(cast.tax, responsible_post="打ち込んだ職", **wrong))
    page = response.content.decode()
    assert response.status_code == 422
    assert words in page
    assert "打ち込んだ職" in page
    assert "まだ保存していません" in page
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (PHASE | {"ends_on": "R8.3.1"}, "終わりは始め以後"),
        (PHASE | {"label": ""}, "必須"),
        (PHASE | {"owner": "nobody"}, "nobody"),
        (PHASE | {"starts_on": "いつか"}, "日付として読めません"),
    ],
)
def test_a_wrong_row_is_told_in_its_place(cast, as_user, row, words):
    response = as_user(cast.secretariat).post(CREATE, sent(cast.tax, phases=[row]))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "工程</a>に誤りがあります" in response.content.decode()
    assert not Action.objects.exists()


def test_a_milestone_is_not_reached_in_the_future(cast, as_user):
    row = {"title": "公開", "due_on": "R9.10.1", "done_on": "2099-01-01"}
    response = as_user(cast.secretariat).post(CREATE, sent(cast.tax, milestones=[row]))
    assert response.status_code == 422
    assert "達成日は今日まで" in response.content.decode()


def test_too_many_rows_are_refused(cast, as_user):
    data = sent(cast.tax) | {"phases-TOTAL_FORMS": "2000"}
    assert as_user(cast.secretariat).post(CREATE, data).status_code == 422


def test_a_taken_code_is_told_at_its_field(cast, as_user):
    make_action(code="K-12", plan=main_plan())
    response = as_user(cast.secretariat).post(CREATE, sent(cast.tax, code="Ｋ－１２"))
    assert response.status_code == 422
    assert "同じ計画の別の取組" in response.content.decode()


@pytest.mark.parametrize("code", ["K-91", "Ｋ－９１", "k-91"])
def test_case_and_width_make_no_other_code(cast, as_user, code):
    """The refusal names the code that is there, as it is written there."""
    make_action(code="k-91", plan=main_plan())
    response = as_user(cast.secretariat).post(CREATE, sent(cast.tax, code=code))
    assert response.status_code == 422
    assert "整理番号「k-91」は、同じ計画の別の取組で使われています。" in response.content.decode()
    assert Action.objects.count() == 1


def test_a_code_may_change_its_own_case(cast, as_user, action):
    data = resend(action, code=action.code.swapcase())
    assert as_user(cast.secretariat).post(edit_url(action), data).status_code == 302


def test_everything_wrong_is_told_in_one_answer(cast, as_user):
    """A schedule that is wrong does not hide what the plan itself would be refused for."""
    make_action(code="K-12", plan=main_plan())
    data = sent(cast.tax, phases=[PHASE | {"ends_on": "R8.3.1"}], milestones=[{"title": "公開", "due_on": "いつか"}])
    page = as_user(cast.secretariat).post(CREATE, data | {"ends_on": "R8.3.31"}).content.decode()
    for words in ("終わりは始め以後", "日付として読めません", "終了予定日は開始日以後", "同じ計画の別の取組"):
        assert words in page
    assert Action.objects.count() == 1


def test_a_missing_code_is_told_with_the_wrong_dates(cast, as_user, action):
    page = as_user(cast.secretariat).post(CREATE, sent(cast.tax, code="", ends_on="R8.3.31")).content.decode()
    assert "必須" in page
    assert "終了予定日は開始日以後" in page


def test_a_doubled_code_and_wrong_dates_are_told_together(cast, as_user):
    make_action(code="K-12", plan=main_plan())
    page = as_user(cast.secretariat).post(CREATE, sent(cast.tax, ends_on="R8.3.31")).content.decode()
    assert "終了予定日は開始日以後" in page
    assert "同じ計画の別の取組" in page


def test_an_empty_post_is_told(cast, as_user, action):
    assert as_user(cast.secretariat).post(CREATE).status_code == 422
    assert as_user(cast.secretariat).post(edit_url(action)).status_code == 422


def test_the_edit_page_holds_what_is_stored(cast, as_user, action):
    make_phase(action=action, label="移行テスト", starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 9, 30))
    make_milestone(action=action, title="本番の切替")
    page = as_user(cast.lead).get(edit_url(action)).content.decode()
    for words in (
        "標準準拠システムへの移行",
        f'value="{format_date(action.starts_on)}"',
        "移行テスト",
        'value="令和8年9月30日"',
        "本番の切替",
    ):
        assert words in page
    assert 'name="phases-TOTAL_FORMS" value="4"' in page


def test_editing_changes_facts_and_rows(cast, as_user, action):
    for label in ("残る段階", "消える段階"):
        make_phase(action=action, label=label, starts_on=dt.date(2026, 4, 1), ends_on=dt.date(2026, 9, 30))
    rows = [
        {"label": "残る段階", "owner": "office", "starts_on": "R8.4.1", "ends_on": "R8.9.30"},
        {"label": "消える段階", "owner": "office", "starts_on": "R8.4.1", "ends_on": "R8.9.30", "DELETE": "on"},
        {"label": "新しい段階", "owner": "department", "starts_on": "R8.10.1", "ends_on": "R9.3.31", "actual": "on"},
    ]
    data = resend(action, title="新しい名前") | formset("phases", rows, initial=2)
    assert as_user(cast.lead).post(edit_url(action), data).status_code == 302
    action.refresh_from_db()
    assert (action.title, action.version) == ("新しい名前", 2)
    assert [(p.label, p.actual) for p in action.phases.all()] == [("残る段階", False), ("新しい段階", True)]


def test_a_stale_form_shows_both_values_and_lets_the_person_choose(cast, as_user, action):
    other = make_element(layer=make_layer(edition=make_edition(status="published")), title="あとの要素")
    services.update_action(
        action=Action.objects.get(pk=action.pk), version=1, by=cast.secretariat, title="先の名前", elements=[other],
        phases=[PHASE | {"label": "先の段階", "owner": "office", "starts_on": START, "ends_on": START}],
    )  # fmt: skip
    client = as_user(cast.lead)
    response = client.post(edit_url(action), resend(action, title="後の名前"))
    page = response.content.decode()
    assert response.status_code == 409
    assert 'value="後の名前"' in page
    assert "いま保存されている値：先の名前" in page
    assert f"いま保存されている値：{other}" in page
    assert "先の段階（推進室）" in page
    assert 'name="version" value="2"' in page
    assert Action.objects.get().title == "先の名前"
    chosen = client.post(edit_url(action), resend(action, title="後の名前", version="2"))
    assert chosen.status_code == 302
    assert Action.objects.get().title == "後の名前"


@pytest.mark.parametrize("version", ["", "0", "99", "x"])
def test_a_version_that_is_none_changes_nothing(cast, as_user, action, version):
    response = as_user(cast.lead).post(edit_url(action), resend(action, title="新しい名前", version=version))
    assert response.status_code in (409, 422)
    assert Action.objects.get().title == "標準準拠システムへの移行"


def test_a_department_that_ended_stays_with_its_action(cast, as_user):
    gone = make_department(valid_to=dt.date(2026, 3, 31), name="旧税務課")
    action = make_action(lead_department=gone)
    page = as_user(cast.secretariat).get(edit_url(action)).content.decode()
    assert "旧税務課" in page
    assert "旧税務課" not in as_user(cast.secretariat).get(CREATE).content.decode()


def test_never_is_no_end_date(cast, as_user, action):
    """One such action would take the schedule and the reply of its department away from everybody."""
    client = as_user(cast.lead)
    answer = client.post(edit_url(action), resend(action) | {"ends_on": "9999-12-31"})
    assert answer.status_code == 422
    assert "9998年3月31日まで" in answer.text
    assert client.get(reverse("actions:schedule")).status_code == 200


def test_archive_and_restore(cast, as_user, action):
    client = as_user(cast.lead)
    page = client.post(reverse("actions:archive", args=[action.pk]), follow=True).content.decode()
    assert "取組を保管しました" in page
    assert Action.objects.get().archived_at
    assert (
        "すでに保管されています"
        in client.post(reverse("actions:archive", args=[action.pk]), follow=True).content.decode()
    )
    assert "元に戻しました" in client.post(reverse("actions:restore", args=[action.pk]), follow=True).content.decode()
    assert not Action.objects.get().archived_at


@pytest.mark.parametrize("name", ["archive", "restore"])
def test_archiving_is_never_a_link(cast, as_user, action, name):
    assert as_user(cast.lead).get(reverse(f"actions:{name}", args=[action.pk])).status_code == 405


@pytest.mark.parametrize("name", ["edit", "archive", "restore"])
def test_what_is_not_there_is_not_found(cast, as_user, name):
    assert as_user(cast.secretariat).post(reverse(f"actions:{name}", args=[999999])).status_code == 404


@pytest.mark.parametrize("name", ["edit", "archive", "restore"])
def test_a_post_without_a_token_is_refused(cast, action, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.secretariat, backend="accounts.backends.PortalBackend")
    assert client.post(reverse(f"actions:{name}", args=[action.pk]), resend(action)).status_code == 403
    action.refresh_from_db()
    assert action.version == 1
