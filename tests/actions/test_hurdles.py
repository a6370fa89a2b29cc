"""Hurdles: raised in a reply, official with it, worked by the office, and asked of others."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from actions import services
from actions.models import Hurdle, NoHurdle, PolicyRequest
from actions.sections_hurdles import HurdleSection
from audit.models import Entry
from lib.writes import StaleError
from rounds.services import accept_reply, correct_reply
from tests.actions.conftest import PERIOD, days
from tests.actions.making import make_hurdle, make_request
from tests.builders import make_action, make_department, make_reply, make_round, today

pytestmark = pytest.mark.django_db
section = HurdleSection()
SEAL = {"kind": "custom", "title": "請求書の押印廃止", "text": "押印のため紙が残る。"}


@pytest.fixture
def asked(cast):
    """The tax department's reply to a round that asks for hurdles only."""
    return make_reply(round=make_round(PERIOD.key, sections=["hurdles"]), department=cast.tax)


def raise_seal(reply, by, **kw):
    return services.raise_hurdle(reply=reply, by=by, **SEAL | kw)


def accept(reply, by):
    reply.refresh_from_db()
    reply.state, reply.submitted_at, reply.approved_at = "approved", timezone.now(), timezone.now()
    reply.save()
    return accept_reply(reply=reply, version=reply.version, by=by)


def test_silence_is_missing_and_none_is_an_answer(cast, asked):
    assert [m.anchor for m in section.standing(asked).missing] == ["sec-hurdles"]
    services.say_no_hurdle(reply=asked, by=cast.member)
    assert section.standing(asked).done == 1
    assert section.freeze(asked) == {
        "heads": ["区分", "件名", "内容", "影響する取組", "全庁共通"], "rows": [["—", "課題はない", "—", "—", "—"]],
        "none": True, "hurdles": [],
    }  # fmt: skip


def test_a_second_none_changes_nothing_and_it_can_be_taken_back(cast, asked):
    for _ in range(2):
        services.say_no_hurdle(reply=asked, by=cast.member)
    assert NoHurdle.objects.count() == 1
    assert Entry.objects.filter(note="課題なし").count() == 1
    services.say_no_hurdle(reply=asked, by=cast.member, none=False)
    assert section.standing(asked).missing


def test_raising_one_takes_the_word_none_back(cast, asked):
    services.say_no_hurdle(reply=asked, by=cast.member)
    hurdle = raise_seal(asked, cast.member)
    assert not NoHurdle.objects.exists()
    with pytest.raises(ValidationError, match="先に取り消して"):
        services.say_no_hurdle(reply=asked, by=cast.member)
    assert (hurdle.raised_by_department, hurdle.raised_on, hurdle.accepted_at) == (cast.tax, today(), None)
    assert hurdle.source == asked.round.title


def test_a_raised_hurdle_is_official_with_its_reply(cast, as_user, asked):
    action = make_action(code="K-12", title="電子請求", lead_department=cast.tax)
    hurdle = raise_seal(asked, cast.member, actions=[action], cross_cutting=True)
    assert not Hurdle.objects.official().exists()
    assert as_user(cast.executive).get(reverse("actions:hurdle", args=[hurdle.pk])).status_code == 404
    accept(asked, cast.secretariat)
    assert list(Hurdle.objects.official()) == [hurdle]
    part = asked.__class__.objects.get(pk=asked.pk).frozen["parts"][0]
    assert part["rows"] == [["慣行", "請求書の押印廃止", "押印のため紙が残る。", "K-12 電子請求", "はい"]]
    assert part["hurdles"][0]["actions"] == [{"id": action.pk, "code": "K-12", "title": "電子請求"}]
    page = as_user(cast.executive).get(reverse("actions:detail", args=[action.pk])).content.decode()
    assert "請求書の押印廃止" in page


def test_the_review_queue_shows_what_was_raised(cast, asked):
    raise_seal(asked, cast.member)
    [change] = section.changes([asked])[asked.pk]
    assert (change.kind, change.title, change.code) == ("hurdle", "請求書の押印廃止", "慣行")


def test_a_correction_leaves_accepted_hurdles_official(cast, asked):
    hurdle = raise_seal(asked, cast.member)
    accepted = accept(asked, cast.secretariat)
    correct_reply(reply=accepted, version=accepted.version, reason="追加", by=cast.secretariat)
    assert list(Hurdle.objects.official()) == [hurdle]
    with pytest.raises(ValidationError, match="事務局が管理"):
        services.drop_raised(hurdle=Hurdle.objects.get(), by=cast.member)


def test_a_submitted_reply_takes_no_hurdle(cast, asked):
    asked.state = "submitted"
    asked.save()
    with pytest.raises(ValidationError, match="承認待ち"):
        raise_seal(asked, cast.member)
    assert not Hurdle.objects.exists()


def test_two_members_on_one_draft_end_in_a_conflict(cast, asked):
    hurdle = raise_seal(asked, cast.member)
    first, second = Hurdle.objects.get(), Hurdle.objects.get()
    services.change_raised(hurdle=first, version=1, by=cast.member, **SEAL | {"title": "先"})
    with pytest.raises(StaleError):
        services.change_raised(hurdle=second, version=1, by=cast.lead, **SEAL | {"title": "後"})
    hurdle.refresh_from_db()
    assert hurdle.title == "先"


def test_a_draft_is_dropped_with_a_trace(cast, asked):
    services.drop_raised(hurdle=raise_seal(asked, cast.member), by=cast.member)
    assert not Hurdle.objects.exists()
    assert Entry.objects.filter(act="unreport").count() == 1


@pytest.mark.parametrize(
    ("kw", "field"), [({"kind": ""}, "kind"), ({"title": ""}, "title"), ({"text": "長" * 1001}, "text")]
)
def test_what_is_missing_or_too_long_is_named(cast, asked, kw, field):
    with pytest.raises(ValidationError) as refused:
        raise_seal(asked, cast.member, **kw)
    assert set(refused.value.error_dict) == {field}


# ---- worked by the office


def work(hurdle, by, version=1, **kw):
    values = {n: getattr(hurdle, n) for n in ("kind", "title", "text", "cross_cutting", "state", "resolution")}
    return services.update_hurdle(hurdle=hurdle, version=version, by=by, **values | kw)


def test_solving_needs_the_way_it_was_solved(cast):
    hurdle = make_hurdle()
    with pytest.raises(ValidationError) as refused:
        work(hurdle, cast.secretariat, state="solved")
    assert set(refused.value.error_dict) == {"resolution"}
    hurdle = Hurdle.objects.get()
    work(hurdle, cast.secretariat, state="solved", resolution="規則を改め、押印を不要にした。")
    assert Hurdle.objects.get().solved_on == today()
    work(hurdle, cast.secretariat, version=2, state="working")
    assert Hurdle.objects.get().solved_on is None


def test_a_draft_is_not_worked_on(cast, asked):
    with pytest.raises(ValidationError, match="まだ受理されていない"):
        work(raise_seal(asked, cast.member), cast.secretariat, state="working")


def test_a_stale_form_shows_both_values(cast, as_user):
    hurdle = make_hurdle(raised_by_department=cast.tax)
    work(Hurdle.objects.get(), cast.secretariat, state="working")
    data = SEAL | {"raised_by_department": cast.tax.pk, "state": "open", "version": "1", "source": "", "resolution": ""}
    response = as_user(cast.secretariat).post(reverse("actions:hurdle_edit", args=[hurdle.pk]), data)
    assert response.status_code == 409
    assert "いま保存されている値：対応中" in response.content.decode()


def test_the_register_filters_and_its_numbers_open_lists(cast, as_user):
    seal = make_hurdle(cross_cutting=True)
    solved = {"state": "solved", "resolution": "済", "solved_on": today()}
    make_hurdle(kind="budget", title="補助金申請のオンライン化", text="原本が要る。", **solved)
    client = as_user(cast.executive)
    url = reverse("actions:hurdles")
    assert client.get(url).context["listing"].total == 2
    raised = f"raised={seal.raised_by_department_id}"
    for query in ("kind=custom&unsolved=on", "state=open", "cross=on", "q=押印", raised):
        assert list(client.get(f"{url}?{query}").context["listing"].page) == [seal], query
    assert "?kind=custom&amp;unsolved=on" in client.get(url).content.decode()


def test_a_survey_answer_becomes_a_hurdle_by_its_link(cast, as_user):
    query = {"title": "紙の申請", "text": "窓口でしか受けられない", "department": cast.tax.pk, "source": "アンケート 3"}
    page = as_user(cast.secretariat).get(reverse("actions:hurdle_create"), query)
    form = page.context["form"]
    assert form["title"].value() == "紙の申請"
    assert form["raised_by_department"].value() == cast.tax.pk
    data = SEAL | {"raised_by_department": cast.tax.pk, "state": "open", "source": "アンケート 3", "resolution": ""}
    as_user(cast.secretariat).post(reverse("actions:hurdle_create"), data)
    hurdle = Hurdle.objects.get()
    assert (hurdle.source, hurdle.accepted_at is not None) == ("アンケート 3", True)


@pytest.mark.parametrize("query", [{"department": "9" * 30}, {"action": "x"}, {"kind": "none"}, {"title": "長" * 900}])
def test_a_broken_link_still_opens_the_form(cast, as_user, query):
    assert as_user(cast.secretariat).get(reverse("actions:hurdle_create"), query).status_code == 200


# ---- 政策要望


def test_a_request_moves_the_hurdle_to_waiting(cast):
    hurdle = make_hurdle()
    services.create_request(hurdle=hurdle, by=cast.secretariat, addressee="総務省", text="様式の見直し")
    assert Hurdle.objects.get().state == "request"
    assert Entry.objects.filter(act="update").count() == 1


def test_a_solved_hurdle_stays_solved(cast):
    hurdle = make_hurdle(state="solved", resolution="済", solved_on=today())
    services.create_request(hurdle=hurdle, by=cast.secretariat, addressee="県", text="様式")
    assert Hurdle.objects.get().state == "solved"


@pytest.mark.parametrize(
    ("kw", "field"),
    [
        ({"answer": "検討する"}, "submitted_on"), ({"submitted_on": 1}, "submitted_on"),
        ({"addressee": ""}, "addressee"), ({"submitted_on": -1, "answered_on": -2}, "answered_on"),
        ({"text": "長" * 1001}, "text"),
    ],
)  # fmt: skip
def test_bad_requests_are_named(cast, kw, field):
    values = {k: today() + days(v) if isinstance(v, int) else v for k, v in kw.items()}
    with pytest.raises(ValidationError) as refused:
        services.create_request(
            hurdle=make_hurdle(), by=cast.secretariat, **{"addressee": "国", "text": "要望"} | values
        )
    assert field in refused.value.error_dict
    assert not PolicyRequest.objects.exists()
    assert Hurdle.objects.get().state == "open"


def test_an_answer_is_entered_once(cast, as_user):
    stored = make_request(make_hurdle(), submitted_on=today() - days(30))
    url, client = reverse("actions:request_edit", args=[stored.pk]), as_user(cast.secretariat)
    data = {"addressee": "総務省", "text": "様式の見直し", "answer": "改める", "version": "1"}
    data |= {"submitted_on": "", "answered_on": today().isoformat()}
    assert client.post(url, data).status_code == 422
    data["submitted_on"] = (today() - days(30)).isoformat()
    assert client.post(url, data).status_code == 302
    assert client.post(url, data | {"answer": "別"}).status_code == 409
    assert PolicyRequest.objects.get().answer == "改める"
    assert "改める" in client.get(reverse("actions:requests")).content.decode()


# ---- the pages of a reply


def test_a_member_raises_changes_and_drops_on_the_reply(cast, as_user, asked):
    client, page = as_user(cast.member), reverse("rounds:reply", args=[asked.pk])
    assert "課題・ハードルの有無が未回答" in client.get(page).content.decode()
    data = {f"hurdle-{k}": v for k, v in SEAL.items()}
    wrong = client.post(reverse("actions:raise_hurdle", args=[asked.pk]), data | {"hurdle-title": ""})
    assert wrong.status_code == 422
    assert "押印のため紙が残る。" in wrong.content.decode()
    client.post(reverse("actions:raise_hurdle", args=[asked.pk]), data)
    hurdle = Hurdle.objects.get()
    url = reverse("actions:raised_hurdle", args=[asked.pk, hurdle.pk])
    client.post(url, data | {"hurdle-title": "印鑑", "hurdle-version": "1"})
    assert client.post(url, data | {"hurdle-title": "はんこ", "hurdle-version": "1"}).status_code == 409
    assert "印鑑" in client.get(page).content.decode()
    client.post(reverse("actions:drop_hurdle", args=[asked.pk, hurdle.pk]))
    client.post(reverse("actions:no_hurdle", args=[asked.pk]))
    assert "「課題はない」と答えています" in client.get(page).content.decode()


def test_only_actions_of_the_department_can_be_ticked(cast, as_user, asked):
    foreign = make_action(lead_department=make_department())
    data = {f"hurdle-{k}": v for k, v in SEAL.items()} | {"hurdle-actions": [foreign.pk]}
    assert as_user(cast.member).post(reverse("actions:raise_hurdle", args=[asked.pk]), data).status_code == 422


def test_a_round_that_does_not_ask_has_no_such_page(cast, as_user, reply):
    assert as_user(cast.member).post(reverse("actions:no_hurdle", args=[reply.pk])).status_code == 404


def test_earlier_unsolved_hurdles_stand_beside(cast, as_user, asked):
    make_hurdle(raised_by_department=cast.tax, title="前の課題")
    make_hurdle(raised_by_department=cast.welfare, title="よその課題")
    page = as_user(cast.member).get(reverse("rounds:reply", args=[asked.pk])).content.decode()
    assert "前の課題" in page
    assert "よその課題" not in page


# ---- in place, without loading the page again

HX = {"HTTP_HX_REQUEST": "true"}


def sent(**kw):
    return {f"hurdle-{k}": v for k, v in (SEAL | kw).items()}


def at(target):
    return HX | {"HTTP_HX_TARGET": target}


def test_a_hurdle_is_added_to_the_list_with_an_empty_form_for_the_next(cast, as_user, asked):
    services.say_no_hurdle(reply=asked, by=cast.member)
    answer = as_user(cast.member).post(reverse("actions:raise_hurdle", args=[asked.pk]), sent(), **at("hurdle-raise"))
    page, hurdle = answer.content.decode(), Hurdle.objects.get()
    assert answer["HX-Trigger-After-Swap"] == "reply-changed"
    assert 'hx-swap-oob="beforeend:#hurdles-raised"' in page
    assert f'id="hurdle-{hurdle.pk}"' in page
    assert "保存済み" in page
    assert "<html" not in page
    assert "「課題はない」と答えています" not in page
    assert page.index("hurdle-raise") < page.index("押印のため紙が残る。") > page.index("</details>")


def test_a_refused_hurdle_keeps_what_was_typed_in_place(cast, as_user, asked):
    url = reverse("actions:raise_hurdle", args=[asked.pk])
    answer = as_user(cast.member).post(url, sent(title=""), **at("hurdle-raise"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="hurdle-raise" open' in page
    assert "押印のため紙が残る。" in page
    assert "<html" not in page
    assert not Hurdle.objects.exists()


def test_a_hurdle_is_changed_in_its_line(cast, as_user, asked):
    hurdle = raise_seal(asked, cast.member)
    client, url = as_user(cast.member), reverse("actions:raised_hurdle", args=[asked.pk, hurdle.pk])
    here = at(f"hurdle-{hurdle.pk}")
    form = client.get(url, **here).content.decode()
    assert f'id="hurdle-{hurdle.pk}-hurdle-title"' in form, "ids differ from those of the form for a new one"
    assert "<html" not in form
    changed = client.post(url, sent(title="印鑑", version="1"), **here)
    assert changed["HX-Trigger-After-Swap"] == "reply-changed"
    assert "印鑑" in changed.content.decode()
    stale = client.post(url, sent(title="はんこ", version="1"), **here)
    assert stale.status_code == 409
    assert "この内容で上書きする" in stale.content.decode()
    assert "<html" not in stale.content.decode()
    shown = client.get(url, {"shown": "1"}, **here).content.decode()
    assert "印鑑" in shown
    assert "<form method" in shown
    assert "<textarea" not in shown


def test_dropping_the_last_one_asks_again(cast, as_user, asked):
    hurdle = raise_seal(asked, cast.member)
    url = reverse("actions:drop_hurdle", args=[asked.pk, hurdle.pk])
    page = as_user(cast.member).post(url, **at(f"hurdle-{hurdle.pk}")).content.decode()
    assert "まだ答えていません" in page
    assert 'hx-swap-oob="true"' in page


def test_none_is_said_and_taken_back_in_place(cast, as_user, asked):
    client, url = as_user(cast.member), reverse("actions:no_hurdle", args=[asked.pk])
    assert "「課題はない」と答えています" in client.post(url, **at("hurdle-said")).content.decode()
    assert "まだ答えていません" in client.post(url, {"undo": "1"}, **at("hurdle-said")).content.decode()
    raise_seal(asked, cast.member)
    refused = client.post(url, **at("hurdle-said"))
    assert refused.status_code == 422
    assert "先に取り消してください" in refused.content.decode()


def test_an_accepted_hurdle_is_not_dropped_in_place_either(cast, as_user, asked):
    hurdle = raise_seal(asked, cast.member)
    Hurdle.objects.update(accepted_at=timezone.now())
    url = reverse("actions:drop_hurdle", args=[asked.pk, hurdle.pk])
    answer = as_user(cast.member).post(url, **at(f"hurdle-{hurdle.pk}"))
    assert answer["HX-Redirect"].endswith(f"/replies/{asked.pk}/")
    assert Hurdle.objects.exists()
