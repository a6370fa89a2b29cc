"""Lists as files: what the page shows, whole, with nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import User
from actions.models import Action
from exchange import lists
from exchange.lists import Head, Shown
from exchange.writing import tables
from tests.actions.making import make_head_grade, make_hurdle
from tests.builders import make_action, today
from tests.meetings.making import make_decision

pytestmark = pytest.mark.usefixtures("city")

As = Callable[[User], Client]

# Who reads which list, and the object that it belongs to.
LISTS: dict[str, tuple[str, str]] = {
    "users": ("admin", ""), "departments": ("admin", ""), "reorganisations": ("admin", ""), "orphans": ("admin", ""),
    "reads": ("admin", ""), "scales": ("secretariat", ""), "publications": ("secretariat", ""),
    **dict.fromkeys(
        ("actions", "schedule", "hurdles", "requests", "budgets", "budget-totals", "budget-season", "programmes",
         "grades", "proposals", "indicators", "terms", "plans", "visions", "national-current", "national-versions",
         "mappings", "checklists", "gaps", "maturity", "references", "national-indicators", "surveys", "rounds",
         "meetings", "decisions", "bodies", "snapshots", "moves"), ("viewer", "")),
    "elements": ("viewer", "edition"), "registers": ("viewer", "register"), "relations": ("viewer", "plan"),
    "national-items": ("viewer", "national"), "checklist": ("viewer", "checklist"), "usage": ("viewer", "usage"),
    "answers": ("viewer", "questionnaire"), "replies": ("viewer", "round"), "review": ("secretariat", "round"),
    "proposal-scores": ("secretariat", "in_review"), "action-phases": ("viewer", "action"),
    "action-milestones": ("viewer", "action"), "action-reports": ("viewer", "action"),
}  # fmt: skip


def address(key: str, kind: str, world: SimpleNamespace) -> str:
    about = LISTS[key][1]
    if about:
        return reverse("exchange:object_list", args=[key, getattr(world, about).pk, kind])
    return reverse("exchange:list", args=[key, kind])


def rows_of(content: bytes, encoding: str = "utf-8-sig") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(encoding), newline="")))


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(tables.WRITERS))
def test_every_list_in_every_form(kind: str, world: SimpleNamespace, as_user: As) -> None:
    assert set(lists.keys()) == set(LISTS)
    for key, (who, _) in LISTS.items():
        response = as_user(getattr(world.cast, who)).get(address(key, kind, world))
        assert response.status_code == 200, key
        assert "attachment" in response.headers["Content-Disposition"]
        if kind == "csv":
            assert len({len(row) for row in rows_of(response.content)}) == 1, key


@pytest.mark.django_db
def test_filter_and_order_of_the_page_are_kept(world: SimpleNamespace, as_user: As) -> None:
    for n in range(60):
        make_action(lead_department=world.own, title=f"続きの取組{n:02}", code=f"B-{n:02}", lifecycle="running")
    client = as_user(world.cast.viewer)
    query = {"q": "続きの取組", "sort": "-code", "page": "2"}
    page = client.get(reverse("actions:list"), query).content.decode()
    assert f"{reverse('exchange:list', args=['actions', 'csv'])}?q=" in page
    rows = rows_of(client.get(reverse("exchange:list", args=["actions", "csv"]), query).content)
    assert [r[0] for r in rows[1:]] == [f"B-{n:02}" for n in reversed(range(60))]


def taken(client: Client, key: str, query: dict[str, str] | None = None, pk: int | None = None) -> list[list[str]]:
    """The rows of a list as CSV, without its heads."""
    path = reverse("exchange:list", args=[key, "csv"]) if pk is None else reverse(
        "exchange:object_list", args=[key, pk, "csv"]
    )  # fmt: skip
    return rows_of(client.get(path, query or {}).content)[1:]


@pytest.mark.django_db
def test_hurdles_and_decisions_keep_their_filter(world: SimpleNamespace, as_user: As) -> None:
    make_hurdle(title="解決した課題", state="solved", resolution="条例を改めた。")
    open_one = make_hurdle(title="残る課題", cross_cutting=True)
    open_one.actions.add(world.action)
    client = as_user(world.cast.viewer)
    titles = [r[0] for r in taken(client, "hurdles", {"unsolved": "on"})]
    assert "残る課題" in titles
    assert "解決した課題" not in titles
    row = next(r for r in taken(client, "hurdles") if r[0] == "残る課題")
    assert (row[3], row[8]) == ("はい", f"{world.action.code} {world.action.title}")
    make_decision(meeting=world.meeting, kind="decision", text="方針を決めた", department=None, due_on=None)
    assert [r[0] for r in taken(client, "decisions", {"kind": "decision"})] == ["方針を決めた"]


@pytest.mark.django_db
def test_budgets_say_what_is_unknown_by_a_blank(world: SimpleNamespace, as_user: As) -> None:
    year = world.budget.fiscal_year
    client = as_user(world.cast.viewer)
    row = next(r for r in taken(client, "budgets", {"year": str(year)}) if r[0] == world.action.code)
    assert row[3:7] == [str(year), "1000", "", ""]
    assert taken(client, "budgets", {"year": str(year + 5)}) == []
    by_department = taken(client, "budget-totals", {"year": str(year)})
    assert [world.own.name, "1", "1000"] == next(r for r in by_department if r[0] == world.own.name)[:3]


@pytest.mark.django_db
def test_drafts_and_running_scores_of_proposals_stay_inside(world: SimpleNamespace, as_user: As) -> None:
    draft, running = world.proposal, world.in_review
    type(draft).objects.filter(pk=draft.pk).update(title="下書きの計画書")
    assert "下書きの計画書" in [r[0] for r in taken(as_user(world.cast.lead), "proposals")]
    for reader in (world.cast.viewer, world.cast.other_lead):
        client = as_user(reader)
        assert "下書きの計画書" not in [r[0] for r in taken(client, "proposals")]
        hidden = reverse("exchange:object_list", args=["proposal-scores", draft.pk, "csv"])
        assert client.get(hidden).status_code == 404
    assert taken(as_user(world.cast.lead), "proposal-scores", pk=running.pk) == []
    assert taken(as_user(world.cast.secretariat), "proposal-scores", pk=running.pk)


@pytest.mark.django_db
def test_both_assessors_stand_side_by_side(world: SimpleNamespace, as_user: As) -> None:
    scale = world.plan.plan_scale.scale
    own, head = scale.grades.all()[:2]
    day = world.action.reported_as_of or today()
    Action.objects.filter(pk=world.action.pk).update(self_grade=own, head_grade=head, reported_as_of=day)
    make_head_grade(world.action, head, as_of=day, comment="加速する")
    row = next(r for r in taken(as_user(world.cast.viewer), "grades") if r[0] == world.action.code)
    assert row[4:8] == [str(own), str(head), day.isoformat(), "加速する"]
    assert row[11] == "いいえ"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["users", "reads", "publications", "scales", "orphans", "reorganisations"])
def test_lists_that_few_may_read_refuse_others(key: str, world: SimpleNamespace, as_user: As) -> None:
    assert as_user(world.cast.viewer).get(reverse("exchange:list", args=[key, "csv"])).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1"])
def test_nothing_in_a_cell_is_run(text: str, world: SimpleNamespace, as_user: As) -> None:
    Action.objects.filter(pk=world.action.pk).update(title=text)
    client = as_user(world.cast.viewer)
    book = load_workbook(io.BytesIO(client.get(address("actions", "xlsx", world)).content))
    titles = [row[1] for row in book.active.iter_rows(min_row=2)]
    assert f"'{text}" in [c.value for c in titles]
    assert {c.data_type for c in titles} == {"s"}
    assert f"'{text}" in [r[1] for r in rows_of(client.get(address("actions", "csv", world)).content)]


@pytest.mark.django_db
def test_leading_zeros_and_dates_in_a_workbook(world: SimpleNamespace, as_user: As) -> None:
    Action.objects.filter(pk=world.action.pk).update(code="0071")
    content = as_user(world.cast.viewer).get(address("actions", "xlsx", world)).content
    sheet = load_workbook(io.BytesIO(content)).active
    heads = [c.value for c in sheet[1]]
    row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == "0071")
    assert row[0].number_format == "@"
    assert row[heads.index("開始日")].is_date
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B2", "$1:$1")


@pytest.mark.django_db
def test_a_draft_is_hidden_from_readers(world: SimpleNamespace, as_user: As) -> None:
    url = reverse("exchange:object_list", args=["elements", world.draft.pk, "csv"])
    assert as_user(world.cast.viewer).get(url).status_code == 404
    assert as_user(world.cast.secretariat).get(url).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", [["nothing", "csv"], ["actions", "pdf"], ["elements", "csv"]])
def test_lists_and_forms_that_do_not_exist(path: list[str], world: SimpleNamespace, as_user: As) -> None:
    assert as_user(world.cast.secretariat).get(reverse("exchange:list", args=path)).status_code == 404


HEADS = (Head("名称", "name"), Head("値", "value", "number", "単位は件"))


def test_utf8_has_a_mark_for_spreadsheets() -> None:
    assert tables.csv_utf8(Shown("表", HEADS, [["a", -5]])).content == "\ufeff名称,値\r\na,-5\r\n".encode()


def test_shift_jis_alone_where_everything_fits() -> None:
    file = tables.csv_cp932(Shown("表", HEADS, [["髙﨑①", 1]]))
    assert file.name == "表_Shift_JIS.csv"
    assert rows_of(file.content, "cp932") == [["名称", "値"], ["髙﨑①", "1"]]


def test_shift_jis_reports_what_does_not_fit() -> None:
    file = tables.csv_cp932(Shown("表", HEADS, [["𠮷野🙂", 1]]))
    assert file.name == "表_Shift_JIS.zip"
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert rows_of(archive.read("表_Shift_JIS.csv"), "cp932")[1] == ["〓野〓", "1"]
        report = rows_of(archive.read("入らない文字.csv"))
    assert [r[:4] for r in report[1:]] == [["2", "名称", "𠮷", "U+20BB7"], ["2", "名称", "🙂", "U+1F642"]]


def test_the_long_form_brings_its_dictionary() -> None:
    file = tables.long_form(Shown("表", HEADS, [["a", 1], ["b", None]]))
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        data = rows_of(archive.read("data.csv"))
        words = rows_of(archive.read("dictionary.csv"))
    assert data == [["row", "key", "value"], ["1", "name", "a"], ["1", "value", "1"], ["2", "name", "b"]]
    assert words == [
        ["key", "label", "kind", "note"], ["name", "名称", "文字", ""], ["value", "値", "数", "単位は件"],
    ]  # fmt: skip
