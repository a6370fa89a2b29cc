"""Home of each role and the executive dashboard."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actions import figures
from dashboard import queries
from dashboard.city import gather
from meetings.queries_collect import collect
from meetings.queries_present import present
from tests import builders

pytestmark = pytest.mark.django_db
HOME = reverse("dashboard:home")


def test_executive_lands_on_the_dashboard(city, cast, as_user) -> None:
    page = as_user(cast.executive).get(HOME)
    text = page.content.decode()
    assert page.status_code == 200
    assert "本部会議のホーム" in text
    assert "遅れている取組" in text
    assert "要員が足りない" in text
    assert "事務局の仕事" not in text


def test_secretariat_sees_its_desk_first(city, cast, as_user) -> None:
    text = as_user(cast.secretariat).get(HOME).content.decode()
    assert text.index("事務局の仕事") < text.index("国の重点項目ごとの進み")
    assert "確認待ち 0課" in text


def test_the_round_that_is_due_first_stands_first_on_the_desk(city, cast, as_user) -> None:
    due = city.opened.due_on
    soon = builders.make_round("2025-11", title="先に締め切る照会", due_on=due - dt.timedelta(days=5))
    late = builders.make_round("2026-11", title="あとの照会", due_on=due + dt.timedelta(days=5))
    tasks = as_user(cast.secretariat).get(HOME).context["desk"][:3]
    assert [t.title for t in tasks] == [soon.title, city.opened.title, late.title]
    assert [t.primary for t in tasks] == [True, False, False]


def test_replies_that_a_reorganisation_ended_are_not_counted(city, cast, as_user) -> None:
    said = re.findall(r"全\d+課", as_user(cast.secretariat).get(HOME).text)
    builders.make_reply(round=city.opened, department=builders.make_department(), state="void")
    assert said
    assert re.findall(r"全\d+課", as_user(cast.secretariat).get(HOME).text) == said


def test_secretariat_without_open_round_is_told_to_open_one(cast, as_user) -> None:
    text = as_user(cast.secretariat).get(HOME).content.decode()
    assert "いま開いている照会はありません" in text
    assert reverse("rounds:open") in text


def test_department_lands_on_its_open_round(city, cast, as_user) -> None:
    text = as_user(cast.lead).get(HOME).content.decode()
    assert "税務課のホーム" in text
    assert city.opened.title in text
    assert "回答する" in text


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"sent_back_reason": "根拠を書いてください。"}, "課長からの差し戻し"),
        ({"state": "returned", "return_comment": "根拠を書いてください。"}, "差し戻し"), ({}, "下書き"),
    ],
)
def test_a_reply_that_came_back_is_not_called_a_draft(city, cast, as_user, values, word) -> None:
    city.opened.replies.filter(department=cast.tax).update(**values)
    page = as_user(cast.member).get(HOME)
    (task,) = page.context["replies"]
    assert task.word == word
    assert f"{word}</span>" in page.text
    assert task.act == ("直す" if values else "回答する")


def test_department_home_counts_only_its_own_actions(city, cast, as_user) -> None:
    page = as_user(cast.other_lead).get(HOME)
    assert page.context["total"] == 2
    assert page.context["counts"]["late"] == 0


def test_foreign_department_is_not_chosen_by_address(city, cast, as_user) -> None:
    assert as_user(cast.lead).get(f"{HOME}?department={cast.welfare.pk}").status_code == 404


def test_admin_lands_on_administration(city, cast, as_user) -> None:
    text = as_user(cast.admin).get(HOME).content.decode()
    assert "管理者のホーム" in text
    assert reverse("accounts:users") in text


def test_without_a_role_there_is_an_explanation(cast, as_user) -> None:
    page = as_user(cast.nobody).get(HOME)
    assert page.status_code == 403
    assert "役割がまだありません" in page.content.decode()


def test_states_are_counted_once_each(city) -> None:
    counts = figures.state_counts(figures.live_with_state(city.today))
    assert counts == {"done": 1, "run": 1, "late": 1, "over": 1, "todo": 1, "stop": 0}


@pytest.mark.parametrize("state", ["done", "run", "late", "over", "todo"])
def test_every_tile_opens_a_list_with_the_same_count(city, cast, as_user, state) -> None:
    client = as_user(cast.executive)
    page = client.get(HOME)
    figure = next(f for f in page.context["figures"] if f.url == page.context["urls"][state])
    listing = client.get(figure.url)
    assert listing.context["listing"].total == figure.value


def test_late_link_opens_late_and_overdue_together(city, cast, as_user) -> None:
    client = as_user(cast.executive)
    page = client.get(HOME)
    assert client.get(page.context["urls"]["behind"]).context["listing"].total == page.context["behind"] == 2


def test_item_and_vision_rows_open_lists_with_the_same_count(city, cast, as_user) -> None:
    client = as_user(cast.executive)
    page = client.get(HOME)
    for row in (*page.context["items"], *page.context["visions"], *page.context["departments"]):
        assert client.get(row.url).context["listing"].total == row.total
    assert page.context["items"][0].total == 3


def test_silent_department_is_named(city, cast, as_user) -> None:
    page = as_user(cast.executive).get(HOME)
    assert [r.department for r in page.context["silent"]] == [cast.welfare]
    assert page.context["silent_count"] == 1


@pytest.mark.parametrize("query", ["", "?department={welfare}", "?department={tax}", "?item={item}", "?item={other}"])
def test_the_silent_departments_follow_the_filter(city, cast, as_user, query) -> None:
    """The sentence, the card and the actions behind each row tell of what the page is narrowed to."""
    other = builders.make_item(plan=city.item.plan, name="窓口", key="n-2", category="priority")
    city.actions.todo.items.add(other)
    client = as_user(cast.executive)
    page = client.get(HOME + query.format(welfare=cast.welfare.pk, tax=cast.tax.pk, item=city.item.pk, other=other.pk))
    shown = page.context["silent"]
    assert [r.department for r in shown] == ([] if "{tax}" in query or "{item}" in query else [cast.welfare])
    assert page.context["silent_count"] == len(shown)
    assert page.context["reply_count"] == (1 if query else 2)
    assert f"<b>{len(shown)}</b>課</a>です" in page.text
    for row in shown:
        assert client.get(row.url).context["listing"].total == row.actions > 0


@pytest.mark.parametrize("role", ["executive", "viewer"])
def test_a_draft_is_not_said_to_be_an_answer(city, cast, as_user, role) -> None:
    """Nobody is silent, yet nothing has come: the sentence and the card say who is where, as the round's page does."""
    city.opened.replies.filter(department=cast.welfare).update(state="returned", started_at=timezone.now())
    builders.make_reply(
        round=city.opened, department=builders.make_department(), state="approved", started_at=timezone.now()
    )
    client = as_user(getattr(cast, role))
    page = client.get(reverse("dashboard:overview"))
    card = page.text[page.text.index('id="silent"') :]
    assert page.context["pending"] == [("差し戻し中", 1), ("下書き", 1)]
    assert "何も入力していない課はありません。" in card
    link = reverse("rounds:detail", args=[city.opened.pk])
    assert f'事務局にまだ届いていない課は、<a href="{link}">差し戻し中 1課、下書き 1課</a>です。' in card
    assert "ほかに、差し戻し中 1課、下書き 1課があります。" in page.text[: page.text.index('id="silent"')]
    shown = client.get(link).context["monitor"]
    assert [(w.state.label, len(w.tiles)) for w in shown.awaited] == page.context["pending"]


def test_a_filter_whose_department_was_not_asked_says_nothing_of_silence(city, cast, as_user) -> None:
    unasked = builders.make_action(lead_department=builders.make_department()).lead_department
    page = as_user(cast.executive).get(f"{HOME}?department={unasked.pk}")
    assert (page.context["silent_count"], page.context["reply_count"]) == (0, 0)
    assert "この照会でたずねた課はありません" in page.text
    assert "照会に何も入力していない課は" not in page.text


def _asks(city, cast, period: str, *, opens: int, due: int, sections: tuple[str, ...] = ("progress",)) -> None:
    """A further round that nobody has answered, which opens and is due so many days from now."""
    day = dt.timedelta(days=1)
    other = builders.make_round(
        period, opens_on=city.today + opens * day, due_on=city.today + due * day, sections=list(sections)
    )
    for department in (cast.tax, cast.welfare):
        builders.make_reply(round=other, department=department)


@pytest.mark.parametrize(
    ("period", "opens", "due", "sections"),
    [("2026H2", 3, 20, ("progress",)), ("2026H2", 0, 20, ("progress",)), ("2026-11", 0, 2, ("questions",))],
    ids=["opens later", "opened this morning", "short survey"],
)
def test_another_round_does_not_hide_who_owes_this_one(city, cast, as_user, period, opens, due, sections) -> None:
    _asks(city, cast, period, opens=opens, due=due, sections=sections)
    context = as_user(cast.executive).get(HOME).context
    assert (context["round"], context["silent_count"]) == (city.opened, 1)


def test_a_planned_round_has_nobody_silent(city, cast, as_user) -> None:
    _asks(city, cast, "2026H2", opens=3, due=20)
    type(city.opened).objects.filter(pk=city.opened.pk).update(closed_at=timezone.now())
    context = as_user(cast.executive).get(HOME).context
    assert (context["round"], context["silent_count"]) == (city.opened, 1)


def _closed_now(city, **kw) -> None:
    type(city.opened).objects.filter(pk=city.opened.pk).update(closed_at=timezone.now(), **kw)


def test_closing_a_round_early_does_not_hide_who_failed_in_it(city, cast, as_user) -> None:
    """Until its due day, as if it were open; from the next day on the round that is due next counts."""
    _asks(city, cast, "2026H2", opens=0, due=20)
    _closed_now(city)
    context = as_user(cast.executive).get(HOME).context
    assert (context["round"], context["silent_count"]) == (city.opened, 1)
    frozen = collect(city.today)
    assert (frozen["round"]["id"], frozen["silent"]) == (city.opened.pk, [cast.welfare.pk])
    assert [d["id"] for d in present(city.today).content["departments"] if d["silent"]] == [cast.welfare.pk]
    assert collect(city.opened.due_on + dt.timedelta(days=1))["round"]["period"] == "2026H2"


def test_a_round_closed_to_be_asked_anew_gives_way_at_once(city, cast, as_user) -> None:
    _closed_now(city)
    _asks(city, cast, city.opened.period, opens=0, due=20, sections=tuple(city.opened.sections))
    context = as_user(cast.executive).get(HOME).context
    assert (context["round"].pk != city.opened.pk, context["silent_count"]) == (True, 2)


def test_a_round_closed_before_its_first_day_was_never_asked(city, cast, as_user) -> None:
    _asks(city, cast, "2026H2", opens=0, due=5)
    yesterday = timezone.now() - dt.timedelta(days=1)
    type(city.opened).objects.filter(period="2026H2").update(closed_at=yesterday)
    assert as_user(cast.executive).get(HOME).context["round"] == city.opened


def test_a_reply_ended_with_its_department_is_not_counted_among_those_asked(city, cast, as_user) -> None:
    builders.make_reply(round=city.opened, department=builders.make_department(), state="void")
    context = as_user(cast.executive).get(HOME).context
    assert (context["silent_count"], context["reply_count"]) == (1, 2)
    assert collect(city.today)["round"]["asked"] == 2


def test_register_progress_leaves_out_what_does_not_apply(city) -> None:
    register = builders.make_register(item=city.item)
    for applicable, state in (("yes", "done"), ("yes", "working"), ("no", "done"), ("unknown", "done")):
        builders.make_register_entry(register=register, applicable=applicable, state=state, reason="対象がない")
    found = gather(city.today)
    row = queries.by_item(found, found.roll)[0]
    assert (row.register.tally.done, row.register.tally.applicable) == (1, 2)


def test_empty_city_says_what_to_do(cast, as_user) -> None:
    text = as_user(cast.viewer).get(HOME).content.decode()
    assert "取組がまだ登録されていません" in text
    assert "受理済みの自己評価がまだありません" in text


def test_projector_shows_the_same_figures(city, cast, as_user) -> None:
    client = as_user(cast.executive)
    big = client.get(reverse("dashboard:projector"))
    assert big.context["counts"] == client.get(HOME).context["counts"]
    assert len(re.findall(r'class="screen"', big.content.decode())) == 6


def test_dashboard_stays_at_the_same_number_of_queries(city, cast, as_user) -> None:
    client = as_user(cast.executive)
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME)
    for _ in range(10):
        builders.make_action(
            items=[city.item], elements=[city.vision], reported_as_of=city.closed.period_end, behind=True
        )
    with CaptureQueriesContext(connection) as many:
        client.get(HOME)
    assert len(many) == len(few) <= 12


@pytest.mark.parametrize("name", ["home", "overview", "projector", "search"])
def test_only_reading(cast, as_user, name) -> None:
    assert as_user(cast.executive).post(reverse(f"dashboard:{name}")).status_code == 405
