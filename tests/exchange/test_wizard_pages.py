"""取り込みウィザード from the file to the dry run, as a browser without JavaScript walks it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Succession
from actions.models import Action, Budget, Phase
from audit.models import Entry
from exchange.models import Import
from exchange.wizard.models import Draft, Layout
from exchange.wizard.targets import known_places
from tests import builders as make
from tests.accounts.making import make_reorganisation
from tests.exchange import city, corpus
from tests.money.making import make_budget

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def upload(client: Client, data: bytes, target: str, name: str = "取組一覧.xlsx") -> object:
    return client.post(reverse("wizard:start"), {"file": SimpleUploadedFile(name, data), "target": target})


def begun(client: Client, data: bytes, target: str = "actions:0", name: str = "取組一覧.xlsx") -> Draft:
    answer = upload(client, data, target, name)
    assert answer.status_code == 302, answer.context["form"].errors
    return Draft.objects.latest("created_at")


def page(client: Client, draft: Draft, step: str) -> str:
    return reverse(f"wizard:{step}", args=[draft.pk])


def initial(form: object) -> dict[str, object]:
    """What a browser sends when nothing is touched."""
    sent = {name: form[name].value() for name in form.fields}
    return {n: v for n, v in sent.items() if v not in (None, False)}


def step(client: Client, draft: Draft, name: str, **changes: object) -> object:
    """Open a page and send its form as proposed, with changes."""
    url = page(client, draft, name)
    shown = client.get(url)
    assert shown.status_code == 200
    data = {k: v for k, v in (initial(shown.context["form"]) | changes).items() if v is not None}
    return client.post(url, data)


@pytest.fixture
def plan(db: None) -> object:
    return make.main_plan()


@pytest.fixture
def walked(cast: SimpleNamespace, as_user: SignIn, plan: object) -> tuple[Client, Draft]:
    """The schedule sheet with all that is proposed, up to the preview."""
    client = as_user(cast.secretariat)
    draft = begun(client, city.schedule_sheet())
    for name in ("sheet", "columns", "values"):
        assert step(client, draft, name).status_code == 302
    draft.refresh_from_db()
    return client, draft


def test_heads_are_proposed_below_the_title(cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, city.schedule_sheet())
    answer = client.get(page(client, draft, "sheet"))
    assert (answer.context["form"]["first"].value(), answer.context["form"]["depth"].value()) == (4, 2)
    assert [s["name"] for s in answer.context["sheets"]] == ["進捗一覧", "作業用"]
    assert "非表示" in answer.content.decode()


def test_another_sheet_has_its_own_proposal(cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, city.schedule_sheet())
    answer = client.get(page(client, draft, "sheet"), {"sheet": "作業用"})
    assert answer.context["shown"]["name"] == "作業用"
    assert answer.context["form"]["first"].value() == 1


def test_columns_are_proposed(walked: tuple[Client, Draft]) -> None:
    _, draft = walked
    assert draft.chosen().columns == {
        0: "code", 1: "title", 2: "lead_department", 3: "starts_on", 4: "ends_on", 9: "purpose"
    }  # fmt: skip


def test_values_are_proposed(walked: tuple[Client, Draft]) -> None:
    _, draft = walked
    assert draft.chosen().values == {"lead_department": {"税務課": "0204 税務課", "総務部福祉課": "0401 福祉課"}}


def test_the_preview_shows_rows_and_what_is_left_out(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    answer = client.get(page(client, draft, "preview"))
    shown = answer.context["preview"]
    assert [row[0] for row in shown.rows] == [6, 7, 8]
    assert (shown.new, shown.known, shown.bars) == (3, 0, 3)
    assert [(o["label"], o["rows"][0][0]) for o in shown.left_out] == [("合計の行", 9), ("注記", 10)]
    assert not shown.unknown
    assert not shown.lacking


def confirmed(client: Client, draft: Draft) -> Import:
    """Hand over, check, and confirm."""
    answer = client.post(page(client, draft, "preview"))
    assert answer.status_code == 302, answer.content.decode()
    kept = Import.objects.latest("created_at")
    assert answer.url == reverse("exchange:confirm", args=[kept.pk])
    return kept


def test_the_whole_way_into_the_city(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    kept = confirmed(client, draft)
    assert kept.counts == {"new": 6}, kept.counts
    answer = client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    assert answer.status_code in (200, 302)
    first = Action.objects.get(code="1")
    assert (first.title, first.lead_department.name) == ("電子申請の拡大", "税務課")
    assert (first.starts_on, first.ends_on) == (dt.date(2026, 4, 1), dt.date(2028, 3, 31))
    assert Action.objects.get(code="2").lead_department.name == "税務課"
    assert Action.objects.get(code="2").purpose == "=危険な式"
    assert Action.objects.get(code="3").ends_on == dt.date(2027, 3, 31)
    bars = list(Phase.objects.order_by("action__code", "starts_on").values_list("action__code", "label", "owner"))
    assert bars == [("1", "調査検討", "office"), ("1", "整備", "department"), ("2", "実施", "department")]
    assert Phase.objects.get(label="整備").ends_on == dt.date(2028, 3, 31)


def test_the_same_sheet_again_changes_nothing(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    kept = confirmed(client, draft)
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    again = begun(client, city.schedule_sheet())
    for name in ("sheet", "columns", "values"):
        assert step(client, again, name).status_code == 302
    assert client.get(page(client, again, "preview")).context["preview"].known == 3
    assert confirmed(client, again).counts == {"same": 6}


def test_a_layout_is_remembered(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    step(client, draft, "columns", c9="issue")
    step(client, draft, "values", **{"v-lead_department-1": ""})
    confirmed(client, draft)
    layout = Layout.objects.get()
    assert (layout.book, layout.used) == ("actions", 1)
    assert Entry.objects.filter(object_type="wizard.layout", act="create").count() == 1
    again = begun(client, city.schedule_sheet(), name="翌年の一覧.xlsx")
    step(client, again, "sheet")
    again.refresh_from_db()
    assert again.remembered
    assert again.chosen().columns[9] == "issue"
    assert again.chosen().values["lead_department"]["総務部福祉課"] == ""
    assert "前に同じ見出しの表" in client.get(page(client, again, "columns")).content.decode()


def test_a_word_without_a_value_is_told(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    step(client, draft, "values", **{"v-lead_department-0": ""})
    assert client.get(page(client, draft, "preview")).context["preview"].unknown == [("担当", ["税務課"])]


def test_a_field_is_given_once(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    answer = step(client, draft, "columns", c9="title")
    assert answer.status_code == 422
    assert "同じ項目" in answer.content.decode()


def test_no_column_at_all_is_refused(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    answer = client.post(page(client, draft, "columns"), {})
    assert answer.status_code == 422
    assert "一つは選んで" in answer.content.decode()


def test_a_missing_field_takes_one_value_for_all(cast: SimpleNamespace, as_user: SignIn, plan: object) -> None:
    client = as_user(cast.secretariat)
    rows = [["取組名", "開始", "終了"], ["窓口", "R8.4.1", "R9.3.31"], ["決裁", "R8.4.1", "R9.3.31"]]
    draft = begun(client, corpus.book(rows))
    step(client, draft, "sheet")
    fixed = {"x-code": "新-{番号}", "x-lead_department": "0204 税務課"}
    assert step(client, draft, "columns", **fixed).url == page(client, draft, "preview")
    kept = confirmed(client, draft)
    assert kept.counts == {"new": 2}
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    assert list(Action.objects.order_by("code").values_list("code", flat=True)) == ["新-001", "新-002"]


def test_a_required_field_without_any_value_is_told(cast: SimpleNamespace, as_user: SignIn, plan: object) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, corpus.book([["取組名", "終了"], ["窓口", "R9.3.31"]]))
    step(client, draft, "sheet")
    step(client, draft, "columns")
    answer = client.get(page(client, draft, "preview"))
    assert "開始日" in answer.context["preview"].lacking
    assert confirmed(client, draft).counts == {"error": 1}


def test_departments_from_a_csv_meet_those_that_exist(cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.admin)
    draft = begun(client, city.departments_csv(), "departments:0", "所属.csv")
    assert "Shift_JIS" in client.get(page(client, draft, "sheet")).content.decode()
    for name in ("sheet", "columns", "values"):
        step(client, draft, name)
    shown = client.get(page(client, draft, "preview")).context["preview"]
    assert [(row[0], row[1]) for row in shown.rows] == [(2, True), (3, False)]
    kept = confirmed(client, draft)
    assert kept.counts["new"] == 1
    assert not kept.stops


def test_a_hostile_file_is_refused_on_the_page(cast: SimpleNamespace, as_user: SignIn) -> None:
    answer = upload(as_user(cast.secretariat), corpus.far_corner(), "actions:0")
    assert answer.status_code == 422
    assert "1,048,576行目" in answer.content.decode()
    assert not Draft.objects.exists()


def test_an_empty_form_is_refused(cast: SimpleNamespace, as_user: SignIn) -> None:
    assert as_user(cast.secretariat).post(reverse("wizard:start"), {}).status_code == 422


def test_a_target_of_others_is_refused(cast: SimpleNamespace, as_user: SignIn) -> None:
    answer = upload(as_user(cast.secretariat), corpus.book(), "departments:0")
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_heads_outside_the_sheet_are_refused(cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, corpus.book())
    answer = step(client, draft, "sheet", first="99")
    assert answer.status_code == 422
    assert "シートの中にありません" in answer.content.decode()


def test_a_draft_is_its_makers_alone(walked: tuple[Client, Draft], cast: SimpleNamespace, as_user: SignIn) -> None:
    _, draft = walked
    other = as_user(make.make_user("secretariat"))
    for name in ("sheet", "columns", "values", "preview"):
        assert other.get(page(other, draft, name)).status_code == 404


def test_readers_may_not_begin(cast: SimpleNamespace, as_user: SignIn) -> None:
    assert as_user(cast.viewer).get(reverse("wizard:start")).status_code == 403


def test_a_draft_can_be_dropped(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    assert client.post(page(client, draft, "discard")).status_code == 302
    assert not Draft.objects.exists()


def test_a_layout_can_be_forgotten(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    confirmed(client, draft)
    layout = Layout.objects.get()
    assert "取組一覧.xlsx" in client.get(reverse("wizard:layouts")).content.decode()
    assert client.post(reverse("wizard:forget", args=[layout.pk])).status_code == 302
    assert not Layout.objects.exists()
    assert Entry.objects.filter(object_type="wizard.layout", act="delete").count() == 1


def test_only_heads_and_no_rows_are_refused(cast: SimpleNamespace, as_user: SignIn, plan: object) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, corpus.book([["取組名", "終了"], ["合計", None]]))
    step(client, draft, "sheet")
    step(client, draft, "columns")
    answer = client.post(page(client, draft, "preview"))
    assert answer.status_code == 422
    assert "取り込む行がありません" in answer.content.decode()


def test_what_is_handed_over_is_the_same_file_each_time(walked: tuple[Client, Draft]) -> None:
    client, draft = walked
    first, second = confirmed(client, draft), confirmed(client, draft)
    assert first.digest == second.digest


def test_the_error_workbook_of_the_dry_run_opens(cast: SimpleNamespace, as_user: SignIn, plan: object) -> None:
    client = as_user(cast.secretariat)
    draft = begun(client, corpus.book([["取組名", "終了"], ["窓口", "いつか"]]))
    step(client, draft, "sheet")
    step(client, draft, "columns")
    kept = confirmed(client, draft)
    content = client.get(reverse("exchange:errors", args=[kept.pk])).content
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames


def test_departments_are_followed_through_reorganisations(cast: SimpleNamespace) -> None:
    gone = make.today() - dt.timedelta(days=1)
    first, second = (make.make_department(name=name, valid_to=gone) for name in ("収納課", "市税課"))
    reorganisation = make_reorganisation()
    for old, new in ((first, second), (second, cast.tax), (second, cast.welfare)):
        Succession.objects.create(old=old, new=new, kind="split", reorganisation=reorganisation)
    found = {p.name: p for p in known_places() if not p.option}
    assert found["収納課"].heirs == found["市税課"].heirs
    assert {h.partition(" ")[2] for h in found["収納課"].heirs} == {cast.tax.name, cast.welfare.name}


def test_a_list_of_budgets_finds_its_rows_by_action_and_year(cast: SimpleNamespace, as_user: SignIn) -> None:
    """The one budget of a year is not every row of that year, and R8 is 2026."""
    held, other = make.make_action(code="B-1", title="電子契約"), make.make_action(code="B-2", title="書かない窓口")
    budget = make_budget(action=held, fiscal_year=2026, requested=500)
    book = openpyxl.Workbook()
    for row in (["事業名", "R8当初", "国庫"], [held.title, "540万円", 0], [other.title, 1200, None]):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    client = as_user(cast.secretariat)
    draft = begun(client, data.getvalue(), "budgets:0", "予算.xlsx")
    step(client, draft, "sheet")
    step(client, draft, "columns", **{"x-fiscal_year": "R8"})
    step(client, draft, "values")
    shown = client.get(page(client, draft, "preview")).context["preview"]
    assert (shown.known, shown.new) == (1, 1)
    kept = confirmed(client, draft)
    client.post(reverse("exchange:confirm", args=[kept.pk]), {"seen": kept.seen})
    found = Budget.objects.order_by("action__code").values_list("action", "fiscal_year", "approved", "national")
    assert list(found) == [(held.pk, 2026, 5400, 0), (other.pk, 2026, 1200, None)]
    assert Budget.objects.get(pk=budget.pk).approved == 5400


def test_where_a_sheet_goes_is_chosen_and_not_the_first_of_the_list(cast: SimpleNamespace, as_user: SignIn) -> None:
    client = as_user(cast.secretariat)
    shown = client.get(reverse("wizard:start")).context["form"]
    answer = upload(client, city.schedule_sheet(), shown["target"].value() or "")
    assert answer.context["form"].errors["target"] == ["選んでください。"]
    assert not Draft.objects.exists()
