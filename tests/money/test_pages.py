"""The table of a year, its totals, the list of the season, and the panel of an action."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from actions import queries_money
from actions.models import Budget
from lib import fiscal
from tests.builders import make_action, make_department, make_item, make_national_plan, make_report, today
from tests.money.making import make_budget, make_programme, this_year

pytestmark = pytest.mark.django_db
LIST, TOTALS, SEASON = (reverse(f"actions:{n}") for n in ("budgets", "budget_totals", "budget_season"))


@pytest.fixture
def action(cast):
    action = make_action(code="K-12", title="標準化", lead_department=cast.tax, lifecycle="running")
    action.ends_on = fiscal.Period(str(this_year() + 2)).end
    action.save()
    return action


def codes(page):
    return [r.action.code for r in page.context["rows"]]


class TestList:
    def test_one_row_an_action_with_later_budgets_added(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=1200, approved=1000, national=600, general=400)
        make_budget(action=action, kind="extra", number=1, approved=250)
        page = as_user(cast.viewer).get(LIST)
        (row,) = page.context["rows"]
        assert (row.year.approved, row.year.extra, row.extras) == (1250, 250, 1)
        text = page.content.decode()
        assert "1,250" in text
        assert "補正 250" in text

    def test_unknown_is_a_dash_and_zero_is_zero(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=0)
        page = as_user(cast.viewer).get(LIST)
        (row,) = page.context["rows"]
        assert (row.year.requested, row.year.approved) == (0, None)
        assert '<td class="num">0</td><td class="num">—</td>' in page.content.decode()

    def test_sums_over_the_filter_not_the_page(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=100)
        for _ in range(60):
            make_budget(action=make_action(lead_department=cast.welfare), requested=10)
        page = as_user(cast.viewer).get(LIST)
        assert len(page.context["rows"]) == 50
        assert (page.context["total"].requested, page.context["total"].actions) == (700, 61)
        page = as_user(cast.viewer).get(LIST, {"department": cast.tax.pk})
        assert page.context["total"].requested == 100

    def test_other_years_and_archived_actions_stay_out(self, cast, as_user, action) -> None:
        make_budget(action=action, fiscal_year=this_year() - 1, requested=100)
        make_budget(action=make_action(archived_at=timezone.now()), requested=100)
        assert codes(as_user(cast.viewer).get(LIST)) == []
        assert codes(as_user(cast.viewer).get(LIST, {"year": this_year() - 1})) == ["K-12"]

    @pytest.mark.parametrize("year", ["", "abc", "99999999999999999999", "1900", "²"])
    def test_a_wrong_year_is_this_year(self, cast, as_user, year) -> None:
        assert as_user(cast.viewer).get(LIST, {"year": year}).context["year"] == this_year()

    def test_filters(self, cast, as_user, action) -> None:
        programme = make_programme()
        item = make_item(plan=make_national_plan(is_current=True))
        action.items.add(item)
        make_budget(action=action, requested=100, national=50, programme=programme)
        bare = make_action(code="B-1", title="費用なし", lead_department=cast.welfare)
        make_budget(action=make_action(code="C-1"), executed=5, national=5)
        client = as_user(cast.viewer)
        assert codes(client.get(LIST, {"programme": programme.pk})) == ["K-12"]
        assert codes(client.get(LIST, {"item": item.pk})) == ["K-12"]
        assert codes(client.get(LIST, {"q": "標準"})) == ["K-12"]
        assert codes(client.get(LIST, {"gap": "none"})) == [bare.code]
        assert codes(client.get(LIST, {"gap": "executed"})) == ["K-12"]
        assert codes(client.get(LIST, {"gap": "requested"})) == ["C-1"]
        assert codes(client.get(LIST, {"gap": "sources"})) == ["C-1", "K-12"]
        assert codes(client.get(LIST, {"gap": "programme"})) == ["C-1"]

    def test_sorting_by_an_amount(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=5)
        make_budget(action=make_action(code="A-1"), requested=9)
        assert codes(as_user(cast.viewer).get(LIST, {"sort": "requested"})) == ["K-12", "A-1"]
        assert codes(as_user(cast.viewer).get(LIST, {"sort": "-requested"})) == ["A-1", "K-12"]

    def test_the_fragment_is_the_table_alone(self, cast, as_user) -> None:
        page = as_user(cast.viewer).get(LIST, headers={"HX-Request": "true", "HX-Target": "budgets"})
        assert page.content.decode().lstrip().startswith('<div id="budgets">')

    def test_only_writers_see_the_way_to_write(self, cast, as_user) -> None:
        assert "表で入力" in as_user(cast.lead).get(LIST).content.decode()
        assert "表で入力" not in as_user(cast.viewer).get(LIST).content.decode()


class TestTotals:
    def rows(self, client, **query):
        return {t.label: t for t in client.get(TOTALS, query).context["rows"]}

    def test_by_department(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=100, approved=80, general=80)
        make_budget(action=make_action(lead_department=cast.tax), requested=10)
        make_budget(action=make_action(lead_department=cast.welfare), executed=7, national=3)
        found = self.rows(as_user(cast.viewer))
        tax, welfare = found["税務課"], found["福祉課"]
        assert (tax.actions, tax.requested, tax.approved, tax.executed) == (2, 110, 80, None)
        assert (tax.divided, tax.unknown, tax.sources["general"]) == (90, 10, 80)
        assert (welfare.divided, welfare.unknown) == (7, 4)

    def test_an_action_of_two_items_counts_in_both_but_once_in_all(self, cast, as_user, action) -> None:
        plan = make_national_plan(is_current=True)
        one, two = make_item(plan=plan, name="窓口"), make_item(plan=plan, name="標準化")
        action.items.add(one, two, make_item(plan=make_national_plan(), name="旧版の項目"))
        make_budget(action=action, requested=100)
        make_budget(action=make_action(), requested=1)
        page = as_user(cast.viewer).get(TOTALS, {"by": "item"})
        found = {t.label: t.requested for t in page.context["rows"]}
        assert found == {f"{one.tag}　窓口": 100, f"{two.tag}　標準化": 100, "国の項目に結び付かない取組": 1}
        assert page.context["total"].requested == 101
        assert "足しても" in page.content.decode()

    def test_by_programme_and_by_year(self, cast, as_user, action) -> None:
        programme = make_programme(short_name="交付金X")
        make_budget(action=action, requested=100, programme=programme)
        make_budget(action=action, fiscal_year=this_year() - 1, requested=40)
        found = self.rows(as_user(cast.viewer), by="programme")
        assert found["交付金X"].requested == 100
        found = self.rows(as_user(cast.viewer), by="year")
        assert [t.requested for t in found.values()] == [40, 100]

    def test_a_result_replaces_the_breakdown_of_later_budgets(self, cast, as_user, action) -> None:
        make_budget(action=action, approved=100, executed=120, general=120)
        make_budget(action=action, kind="extra", number=1, approved=30, general=30)
        found = self.rows(as_user(cast.viewer))["税務課"]
        assert (found.sources["general"], found.divided, found.approved) == (120, 120, 130)

    def test_an_unknown_grouping_is_by_department(self, cast, as_user) -> None:
        assert as_user(cast.viewer).get(TOTALS, {"by": "colour"}).context["by"] == "department"


class TestSeason:
    def test_what_runs_next_year_without_an_amount(self, cast, as_user, action) -> None:
        next_year = this_year() + 1
        make_action(code="E-1", ends_on=fiscal.Period(str(this_year())).end)
        make_action(code="D-1", ends_on=action.ends_on, lifecycle="done")
        zero = make_action(code="Z-1", ends_on=action.ends_on)
        make_budget(action=zero, fiscal_year=next_year, requested=0)
        blank = make_action(code="L-1", ends_on=action.ends_on)
        make_budget(action=blank, fiscal_year=next_year, approved=5)
        page = as_user(cast.viewer).get(SEASON, {"sort": "code"})
        assert codes(page) == ["K-12", "L-1"]
        assert page.context["year"] == next_year

    def test_reasons(self, cast, action) -> None:
        old = make_programme(short_name="終わる交付金", valid_to=this_year())
        make_budget(action=action, approved=800, programme=old)
        action.last_report = make_report(action=action, reason_kind="budget", reason="足りない")
        action.save()
        rows = queries_money.wanted(queries_money.without_request(this_year() + 1), this_year() + 1)
        words = "、".join(rows[0].reasons)
        for part in ("3月末まで続く取組", "今年度の予算は800千円", "「終わる交付金」は今年度まで", "理由が「予算」"):
            assert part in words

    def test_a_lead_may_enter_for_the_own_department_only(self, cast, as_user, action) -> None:
        other = make_action(code="W-1", lead_department=cast.welfare, ends_on=action.ends_on)
        page = as_user(cast.lead).get(SEASON)
        assert page.context["may_edit"] == {action.pk}
        assert reverse("actions:budget_create", args=[other.pk]) not in page.content.decode()


class TestPanel:
    def test_rows_of_the_action_and_the_reminder(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=100, note="端末の更新")
        text = as_user(cast.lead).get(reverse("actions:detail", args=[action.pk])).content.decode()
        assert "端末の更新" in text
        assert "要求額がまだ入っていません" in text
        make_budget(action=action, fiscal_year=this_year() + 1, requested=0)
        text = as_user(cast.lead).get(reverse("actions:detail", args=[action.pk])).content.decode()
        assert "要求額がまだ入っていません" not in text

    def test_readers_get_no_links_to_write(self, cast, as_user, action) -> None:
        budget = make_budget(action=action, requested=100)
        text = as_user(cast.viewer).get(reverse("actions:detail", args=[action.pk])).content.decode()
        assert reverse("actions:budget_edit", args=[budget.pk]) not in text


class TestForms:
    def url(self, action):
        return reverse("actions:budget_create", args=[action.pk])

    def test_a_lead_enters_a_row(self, cast, as_user, action) -> None:
        data = {"fiscal_year": this_year(), "kind": "extra", "number": "１", "approved": "△１，０００", "note": "減額"}
        response = as_user(cast.lead).post(self.url(action), data)
        assert response["Location"] == reverse("actions:detail", args=[action.pk]) + "#budgets"
        budget = Budget.objects.get()
        assert (budget.approved, budget.requested, budget.number) == (-1000, None, 1)

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"requested": "たくさん"}, "整数"), ({"requested": "-5"}, "0以上"), ({"national": "5"}, "どれかも入力"),
            ({"fiscal_year": "1990"}, "選択"), ({"requested": "5", "general": "9"}, "超えています"),
        ],
    )  # fmt: skip
    def test_refusals_keep_what_was_typed(self, cast, as_user, action, wrong, words) -> None:
        data = {"fiscal_year": this_year(), "kind": "initial", "note": "端末の更新"} | wrong
        page = as_user(cast.lead).post(self.url(action), data)
        assert page.status_code == 422
        assert words in page.content.decode()
        assert "端末の更新" in page.content.decode()
        assert not Budget.objects.exists()

    def test_the_same_row_twice_is_refused(self, cast, as_user, action) -> None:
        data = {"fiscal_year": this_year(), "kind": "initial", "requested": "5"}
        client = as_user(cast.lead)
        assert client.post(self.url(action), data).status_code == 302
        page = client.post(self.url(action), data)
        assert page.status_code == 422
        assert "すでに登録" in page.content.decode()
        assert Budget.objects.count() == 1

    def test_a_stale_form_shows_both_values(self, cast, as_user, action) -> None:
        budget = make_budget(action=action, requested=100)
        client, url = as_user(cast.lead), reverse("actions:budget_edit", args=[budget.pk])
        assert client.post(url, {"requested": "110", "version": 1}).status_code == 302
        page = client.post(url, {"requested": "90", "version": 1})
        assert page.status_code == 409
        assert "110" in page.content.decode()
        assert Budget.objects.get().requested == 110

    def test_delete(self, cast, as_user, action) -> None:
        budget = make_budget(action=action, requested=100)
        url = reverse("actions:budget_delete", args=[budget.pk])
        assert as_user(cast.other_lead).post(url, {"version": 1}).status_code == 403
        as_user(cast.lead).post(url, {"version": "x"})
        assert Budget.objects.exists()
        as_user(cast.lead).post(url, {"version": 1})
        assert not Budget.objects.exists()


class TestGrid:
    def url(self, department):
        return f"{reverse('actions:budget_grid')}?department={department.pk}&year={this_year()}"

    def test_a_reduction_is_told_of_only_where_it_may_be_entered(self, cast, as_user, action) -> None:
        first, extra = make_budget(action=action, requested=10), make_budget(action=action, kind="extra", number=1)
        edits = (reverse("actions:budget_edit", args=[b.pk]) for b in (first, extra))
        pages = (self.url(cast.tax), *edits, reverse("actions:budget_create", args=[action.pk]))
        told = ["△500" in as_user(cast.lead).get(page).content.decode() for page in pages]
        assert told == [False, False, True, True]

    def cell(self, action, name):
        return f"b{action.pk}-{name}"

    def test_touched_rows_are_saved_together(self, cast, as_user, action) -> None:
        other = make_action(lead_department=cast.tax)
        stored = make_budget(action=other, requested=70)
        data = {
            self.cell(action, "version"): "0", self.cell(action, "requested"): "1,000",
            self.cell(other, "version"): "1", self.cell(other, "requested"): "80",
        }  # fmt: skip
        response = as_user(cast.lead).post(self.url(cast.tax), data)
        assert response.status_code == 302
        stored.refresh_from_db()
        assert (stored.requested, action.budgets.get().requested) == (80, 1000)

    def test_a_unit_alone_is_no_blank(self, cast, as_user, action) -> None:
        data = {
            self.cell(action, "version"): "0", self.cell(action, "requested"): "180万円",
            self.cell(action, "approved"): "千円",
        }  # fmt: skip
        page = as_user(cast.lead).post(self.url(cast.tax), data)
        assert page.status_code == 422
        assert f'href="#id_{self.cell(action, "approved")}"' in page.text
        assert "千円単位の整数で入力してください" in page.text
        assert not Budget.objects.exists()
        data[self.cell(action, "approved")] = ""
        assert as_user(cast.lead).post(self.url(cast.tax), data).status_code == 302
        assert Budget.objects.get().requested == 1800

    def test_a_wrong_row_stores_none(self, cast, as_user, action) -> None:
        other = make_action(lead_department=cast.tax)
        data = {
            self.cell(action, "version"): "0", self.cell(action, "requested"): "1",
            self.cell(other, "version"): "0", self.cell(other, "national"): "5",
        }  # fmt: skip
        page = as_user(cast.lead).post(self.url(cast.tax), data)
        assert page.status_code == 422
        assert "まだ一つも保存していません" in page.content.decode()
        assert not Budget.objects.exists()

    def test_a_row_that_moved_on_shows_both(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=50, version=3)
        data = {self.cell(action, "version"): "1", self.cell(action, "requested"): "60"}
        page = as_user(cast.lead).post(self.url(cast.tax), data)
        assert page.status_code == 409
        assert "いまの値：50" in page.content.decode()

    def test_rows_of_others_are_refused(self, cast, as_user, action) -> None:
        foreign = make_action(lead_department=cast.welfare)
        page = as_user(cast.lead).post(self.url(cast.tax), {self.cell(foreign, "version"): "0"})
        assert page.status_code == 422
        assert "この表にない行" in page.content.decode()
        assert as_user(cast.lead).get(self.url(cast.welfare)).status_code == 403

    def test_an_untouched_page_changes_nothing(self, cast, as_user, action) -> None:
        make_budget(action=action, requested=50)
        client = as_user(cast.lead)
        (form,) = client.get(self.url(cast.tax)).context["forms"]
        data = {form.add_prefix(n): form[n].value() or "" for n in (*form.Meta.fields, "version", "seen")}
        assert client.post(self.url(cast.tax), data).status_code == 302
        assert Budget.objects.get().version == 1

    def test_a_department_without_actions(self, cast, as_user) -> None:
        make_department()
        assert "取組がまだありません" in as_user(cast.secretariat).get(reverse("actions:budget_grid")).content.decode()


class TestProgrammes:
    def test_office_enters_and_others_read(self, cast, as_user) -> None:
        data = {"name": "交付金", "short_name": "交付", "level": "national", "valid_from": today().year, "rate": "1/2"}
        assert as_user(cast.secretariat).post(reverse("actions:programme_create"), data).status_code == 302
        text = as_user(cast.viewer).get(reverse("actions:programmes")).content.decode()
        assert "1/2" in text
        assert "未確認" in text
        assert as_user(cast.lead).post(reverse("actions:programme_create"), data).status_code == 403

    def test_edit_and_conflict(self, cast, as_user) -> None:
        programme = make_programme(name="交付金")
        url = reverse("actions:programme_edit", args=[programme.pk])
        data = {"name": "交付金", "short_name": "新略称", "level": "national", "version": 1}
        client = as_user(cast.secretariat)
        assert client.post(url, data).status_code == 302
        page = client.post(url, data | {"short_name": "別の略称"})
        assert page.status_code == 409
        assert "新略称" in page.content.decode()
