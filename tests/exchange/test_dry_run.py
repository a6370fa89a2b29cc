"""The dry run, cell by cell: new, changed, unchanged, removed, conflict and error; blank takes nothing away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Department
from actions.models import Action, DateChange
from audit.models import Entry
from exchange import services
from exchange.cells import text_of
from exchange.models import Import
from lib.writes import save_versioned
from strategy.models import Element, IndicatorActual, RegisterEntry
from tests.exchange.helpers import Taken, cells_of, messages
from tests.indicators.builders import make_target

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("near", "city")]


@pytest.fixture
def taken(world: SimpleNamespace) -> Taken:
    return Taken("actions", world.cast.secretariat)


def test_a_changed_cell_shows_both_values(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "取組名", "窓口の見直し").stage()
    assert kept.counts == {"changed": 1, "same": kept.total - 1}
    assert cells_of(kept, "changed") == [("title", "電子申請の拡大", "窓口の見直し", "")]
    assert kept.may_apply
    assert Action.objects.get(pk=world.action.pk).title == "電子申請の拡大"


def test_applying_stores_the_row_with_its_ledger_entry(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "取組名", "窓口の見直し").bring()
    stored = Action.objects.get(pk=world.action.pk)
    assert (stored.title, stored.version) == ("窓口の見直し", world.action.version + 1)
    whole, single = Entry.objects.all()[:2]
    assert (whole.act, whole.object_id, whole.origin) == ("load", str(kept.pk), "import")
    assert whole.changes["changed"] == [None, 1]
    assert (single.act, single.object_id) == ("update", str(stored.pk))
    assert single.changes == {"title": ["電子申請の拡大", "窓口の見直し"]}
    assert not kept.content
    assert not kept.outcome


def test_blank_never_takes_away(taken: Taken, world: SimpleNamespace) -> None:
    Action.objects.filter(pk=world.action.pk).update(purpose="目的", responsible_post="課長")
    taken.put(world.action.pk, "目的", None).put(world.action.pk, "責任者（職）", "   ")
    kept = taken.stage()
    assert kept.counts == {"same": kept.total}


@pytest.mark.parametrize("word", ["（空欄にする）", "(空欄にする)", " （空欄にする） "])
def test_the_word_takes_away(taken: Taken, world: SimpleNamespace, word: str) -> None:
    Action.objects.filter(pk=world.action.pk).update(purpose="目的")
    kept = taken.put(world.action.pk, "目的", word).stage()
    assert cells_of(kept, "changed") == [("purpose", "目的", "", "")]
    taken.apply(kept)
    assert Action.objects.get(pk=world.action.pk).purpose == ""


def test_a_required_cell_cannot_be_emptied(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "取組名", "（空欄にする）").stage()
    assert messages(kept) == ["必ず入力する列なので、空欄にはできません。"]
    assert not kept.may_apply


def test_the_word_in_the_column_of_acts_archives(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "操作", "（削除）").stage()
    assert kept.counts["removed"] == 1
    taken.apply(kept)
    assert Action.objects.get(pk=world.action.pk).archived_at is not None
    assert Entry.objects.filter(act="archive", object_id=str(world.action.pk)).count() == 1


def test_another_word_in_the_column_of_acts_is_refused(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "操作", "消す").stage()
    assert messages(kept) == ["「（削除）」か空欄だけを入力できます。"]


def test_a_row_that_moved_on_is_refused_not_merged(taken: Taken, world: SimpleNamespace) -> None:
    world.action.purpose = "ほかの人が書いた目的"
    save_versioned(world.action, version=world.action.version, fields=["purpose"])
    kept = taken.put(world.action.pk, "取組名", "窓口の見直し").stage()
    assert kept.counts["conflict"] == 1
    assert not kept.may_apply
    with pytest.raises(ValidationError):
        taken.apply(kept)
    assert Action.objects.get(pk=world.action.pk).title == "電子申請の拡大"


def test_a_row_that_moved_on_and_is_left_alone_does_not_matter(taken: Taken, world: SimpleNamespace) -> None:
    save_versioned(world.action, version=world.action.version, fields=[])
    kept = taken.put(world.foreign_action.pk, "取組名", "相談の共有").stage()
    assert kept.counts == {"changed": 1, "same": kept.total - 1}


def test_a_row_that_moves_after_the_dry_run_stops_everything(taken: Taken, world: SimpleNamespace) -> None:
    taken.put(world.action.pk, "取組名", "A").put(world.foreign_action.pk, "取組名", "B")
    kept = taken.stage()
    save_versioned(world.action, version=world.action.version, fields=[])
    with pytest.raises(ValidationError, match="登録が変わりました"):
        taken.apply(kept)
    assert not Action.objects.filter(title__in=["A", "B"]).exists()
    kept.refresh_from_db()
    assert kept.counts["conflict"] == 1
    assert not Entry.objects.filter(act="load").exists()


def test_one_wrong_row_stops_all_rows(taken: Taken, world: SimpleNamespace) -> None:
    taken.put(world.action.pk, "取組名", "A").put(world.foreign_action.pk, "開始日", "令和8年13月1日")
    kept = taken.stage()
    assert (kept.counts["changed"], kept.counts["error"]) == (1, 1)
    with pytest.raises(ValidationError):
        taken.apply(kept)
    assert not Action.objects.filter(title="A").exists()


@pytest.mark.parametrize(
    ("label", "value", "words"),
    [
        ("取組名", "あ" * 121, "120字以内"),
        ("担当", "ない課", "税務課"),
        ("開始日", "いつか", "令和8年11月1日"),
        ("終了予定日", "1990-01-01", "終了予定日は開始日以後"),
        ("国の項目", "ない項目", "選んでください"),
    ],
)
def test_an_error_names_the_cell_and_what_is_allowed(
    taken: Taken, world: SimpleNamespace, label: str, value: str, words: str
) -> None:
    kept = taken.put(world.action.pk, label, value).stage()
    assert kept.counts["error"] == 1
    assert any(words in m for m in messages(kept)), messages(kept)


def test_a_new_row_with_its_schedule(taken: Taken, world: SimpleNamespace) -> None:
    taken.add(
        **{"計画": world.plan.name, "整理番号": "009", "取組名": "新しい取組", "担当": "税務課",
           "開始日": "R8.4.1", "終了予定日": "2027-03-31"}
    )  # fmt: skip
    taken.add("工程", **{"取組": "009", "段階": "調査", "主体": "原課", "始め": "R8.4.1", "終わり": "R8.9.30"})
    taken.add("節目", **{"取組": "009 新しい取組", "節目": "公開", "期日": "令和9年3月31日"})
    kept = taken.stage()
    assert kept.counts["new"] == 3
    taken.apply(kept)
    stored = Action.objects.get(code="009")
    assert [p.label for p in stored.phases.all()] == ["調査"]
    assert [m.title for m in stored.milestones.all()] == ["公開"]
    assert Entry.objects.filter(object_id=str(stored.pk), act="create").count() == 1


def test_leading_zeros_and_a_number_typed_as_text(taken: Taken, world: SimpleNamespace) -> None:
    Action.objects.filter(pk=world.action.pk).update(code="0071")
    again = Taken("actions", world.cast.secretariat)
    assert again.get(world.action.pk, "整理番号") == "0071"
    kept = again.put(world.action.pk, "整理番号", 72).bring()
    assert kept.applied_at
    assert Action.objects.get(pk=world.action.pk).code == "72"


def test_two_rows_of_one_code_are_refused(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "整理番号", world.foreign_action.code).stage()
    assert messages(kept) == ["同じ値の行がすでに登録されています。ほかの行と違う値にしてください。"]


def test_a_code_that_differs_in_case_is_refused_by_its_name(taken: Taken, world: SimpleNamespace) -> None:
    Action.objects.filter(pk=world.foreign_action.pk).update(code="k-91")
    kept = taken.put(world.action.pk, "整理番号", "Ｋ－９１").stage()
    assert messages(kept) == ["「k-91」がすでに登録されています（大文字と小文字、全角と半角は区別しません）。"]


def test_two_new_codes_that_differ_in_case_are_one(taken: Taken, world: SimpleNamespace) -> None:
    new = {"計画": world.plan.name, "取組名": "新しい取組", "担当": "税務課"}
    new |= {"開始日": "R8.4.1", "終了予定日": "R9.3.31"}
    first = taken.add(**new | {"整理番号": "X-1"})
    taken.add(**new | {"整理番号": "x-1"})
    assert messages(taken.stage()) == [f"{first}行目と同じです。ほかの行と違う値にしてください。"]


def test_a_date_that_moves_later_needs_a_reason(taken: Taken, world: SimpleNamespace) -> None:
    taken.put(world.action.pk, "終了予定日", "令和20年3月31日")
    assert messages(taken.stage()) == ["期日を後ろへ動かすときは、理由を入力してください。"]
    taken.put(world.action.pk, "期日を動かす理由", "調達が遅れた").bring()
    change = DateChange.objects.get(action=world.action, reason="調達が遅れた")
    assert (change.kind, change.old_on) == ("end", world.action.ends_on)
    assert Action.objects.get(pk=world.action.pk).pushes == world.action.pushes + 1


def test_a_department_lead_sees_and_changes_only_the_own_rows(world: SimpleNamespace) -> None:
    whole, own = Taken("actions", world.cast.secretariat), Taken("actions", world.cast.lead)
    ids = [row[0].value for row in own.sheet().iter_rows(min_row=2)]
    assert world.foreign_action.pk not in ids
    whole.put(world.foreign_action.pk, "取組名", "よその取組")
    kept = whole.stage(user=world.cast.lead)
    assert kept.counts["error"] >= 1
    assert any("見つかりません" in m for m in messages(kept))
    with pytest.raises(ValidationError):
        whole.apply(kept, user=world.cast.lead)


def test_a_department_lead_cannot_hand_an_action_to_others(world: SimpleNamespace) -> None:
    kept = Taken("actions", world.cast.lead).put(world.action.pk, "担当", "0401 福祉課").stage()
    assert kept.counts["error"] == 1


def test_rows_of_one_id_are_refused(taken: Taken, world: SimpleNamespace) -> None:
    sheet = taken.sheet()
    sheet.append([c.value for c in sheet[taken.row(world.action.pk)]])
    assert "同じIDの行が2つあります。" in messages(taken.stage())[0]


def test_a_lost_version_is_refused(taken: Taken, world: SimpleNamespace) -> None:
    kept = taken.put(world.action.pk, "版数", None).put(world.action.pk, "取組名", "A").stage()
    assert "版数が消えています。" in messages(kept)[0]


@pytest.mark.parametrize("spoil", ["heads", "sheet", "twice", "unknown"])
def test_a_sheet_that_is_not_this_one_is_refused_whole(taken: Taken, spoil: str) -> None:
    sheet = taken.sheet()
    if spoil == "heads":
        sheet.cell(1, 1).value = "番号"
    elif spoil == "twice":
        sheet.cell(1, 5).value = "計画"
    elif spoil == "unknown":
        sheet.cell(1, 5).value = "知らない列"
    else:
        for name in ("取組", "工程", "節目"):
            taken.excel[name].title = f"x{name}"
    with pytest.raises(ValidationError):
        taken.stage()
    assert not Import.objects.filter(file_name="表.xlsx").exists()


def test_the_export_of_another_page_is_refused(world: SimpleNamespace) -> None:
    other = Taken("registers", world.cast.secretariat)
    other.book = Taken("actions", world.cast.secretariat).book
    with pytest.raises(ValidationError, match="登録簿"):
        other.stage()


def test_departments_with_a_new_division_and_its_sections(world: SimpleNamespace) -> None:
    taken = Taken("departments", world.cast.admin)
    rows = {"所属コード": "0900", "名称": "DX推進部", "略称": "DX部", "種別": "部", "設置日": "令和9年4月1日"}
    taken.add(**rows)
    taken.add(
        **{"所属コード": "0901", "名称": "データ課", "略称": "データ課", "上位の部": "0900", "設置日": "R9.4.1"}
    )  # fmt: skip
    taken.bring()
    assert Department.objects.get(code="0901").parent == Department.objects.get(code="0900")


def test_a_new_user_with_a_role_and_no_password_in_sight(world: SimpleNamespace) -> None:
    taken = Taken("users", world.cast.admin)
    word = "hajimete-no-8moji"
    taken.add(**{"職員番号": "00123", "表示名": "企画課長", "利用中": "はい", "最初のパスワード": word})
    taken.add("役割", **{"利用者": "00123", "役割": "所属長", "所属": "税務課", "開始日": "R8.4.1"})
    kept = taken.stage()
    assert kept.counts["new"] == 2, messages(kept)
    assert word not in str(cells_of(kept))
    taken.apply(kept)
    user = type(world.cast.admin).objects.get(login_id="00123")
    assert user.check_password(word)
    assert user.must_change_password
    assert user.memberships.get().valid_until.isoformat() == "2027-03-31"
    assert not [e for e in Entry.objects.filter(origin="import") if word in str(e.changes)]


def test_a_new_user_without_a_password_is_refused(world: SimpleNamespace) -> None:
    taken = Taken("users", world.cast.admin)
    taken.add(**{"職員番号": "00123", "表示名": "企画課長"})
    assert "最初のパスワード" in messages(taken.stage())[0]


def test_progress_becomes_a_draft_of_the_reply(world: SimpleNamespace) -> None:
    taken = Taken("progress", world.cast.lead, world.round)
    taken.put(world.action.pk, "進捗率", 70).put(world.action.pk, "実績と次にすること", "試行した。").bring()
    draft = world.reply.reports.get(action=world.action)
    assert (draft.percent, draft.done, draft.accepted_at) == (70, "試行した。", None)


def test_progress_of_a_closed_round_is_refused_by_its_service(world: SimpleNamespace) -> None:
    taken = Taken("progress", world.cast.lead, world.round)
    world.reply.state = "approved"
    world.reply.save()
    kept = taken.put(world.action.pk, "進捗率", 70).stage()
    assert kept.counts["error"] == 1
    assert not world.reply.reports.exists()


def test_registers_go_through_their_service(world: SimpleNamespace) -> None:
    taken = Taken("registers", world.cast.secretariat)
    assert "対象外とする理由" in messages(taken.put(world.entry.pk, "該当", "対象外").stage())[0]
    taken.put(world.entry.pk, "対象外の理由", "県の事務").bring()
    assert RegisterEntry.objects.get(pk=world.entry.pk).reason == "県の事務"


def test_an_actual_is_corrected_with_its_reason(world: SimpleNamespace) -> None:
    taken = Taken("indicators", world.cast.secretariat)
    pk = world.kpi_actual.pk
    assert messages(taken.put(pk, "実績値", 4, "実績").stage()) == ["訂正の理由を入力してください。"]
    taken.put(pk, "訂正の理由", "数え直した", "実績").bring()
    assert IndicatorActual.objects.get(pk=pk).value == 4
    assert world.kpi_actual.corrections.get().reason == "数え直した"


def test_a_target_moves_with_its_indicator_in_one_file(world: SimpleNamespace) -> None:
    target = make_target(indicator=world.kpi, fiscal_year=2030, value=5)
    taken = Taken("indicators", world.cast.secretariat)
    taken.put(target.pk, "目標値", 6, "目標").bring()
    target.refresh_from_db()
    assert target.value == 6
    taken = Taken("indicators", world.cast.secretariat)
    taken.put(world.kpi.pk, "備考", "見直した").put(target.pk, "目標値", 7, "目標").bring()
    target.refresh_from_db()
    world.kpi.refresh_from_db()
    assert (target.value, world.kpi.note) == (7, "見直した")


def test_a_row_under_a_wrong_new_row_says_which(world: SimpleNamespace) -> None:
    taken = Taken("indicators", world.cast.secretariat)
    number = taken.add(**{"指標名": "新しい指標", "区分": "成果指標"})
    taken.add("目標", **{"指標": "新しい指標", "年度": 2030, "目標値": 5})
    kept = taken.stage()
    assert kept.counts["error"] == 2
    assert any(f"{number}行目の新しい行を、先に登録できません" in m for m in messages(kept))


def test_elements_of_a_draft(world: SimpleNamespace) -> None:
    taken = Taken("elements", world.cast.secretariat, world.draft)
    taken.put(world.draft_element.pk, "表題", "手続の完結")
    taken.add(**{"階層": "ビジョン", "表題": "学びの場", "上位の要素": taken.get(world.draft_element.pk, "上位の要素")})
    taken.bring()
    assert Element.objects.get(pk=world.draft_element.pk).title == "手続の完結"
    assert Element.objects.get(title="学びの場").parent_id == world.draft_top.pk


def test_a_department_that_has_not_begun_finds_its_axes(world: SimpleNamespace) -> None:
    taken = Taken("maturity", world.cast.lead, world.round)
    assert taken.sheet().max_row == 1 + world.rubric.axes.count()
    taken.sheet().cell(2, taken.column("レベル")).value = 3
    taken.sheet().cell(2, taken.column("根拠")).value = "規程がある"
    kept = taken.bring()
    assert kept.counts == {"new": 1, "same": world.rubric.axes.count() - 1}
    assert world.reply.assessment.scores.filter(level=3).count() == 1


def test_a_head_that_stands_twice_is_refused(world: SimpleNamespace) -> None:
    taken = Taken("actions", world.cast.secretariat)
    sheet = taken.sheet()
    sheet.cell(1, sheet.max_column + 1).value = "取組名"
    with pytest.raises(ValidationError, match="見出し「取組名」が2つあります"):
        taken.stage()


def test_a_file_without_rows_is_refused(world: SimpleNamespace) -> None:
    with pytest.raises(ValidationError, match="行がありません"):
        Taken("actions", world.cast.secretariat, with_rows=False).stage()


def test_a_csv_of_a_single_sheet_is_read_too(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    taken = Taken("departments", world.cast.admin)
    pk = world.own.pk
    heads, line = ([text_of(c.value) for c in taken.sheet()[n]] for n in (1, taken.row(pk)))
    line[heads.index("名称")] = "課税課"
    data = "\n".join(",".join(row) for row in (heads, line)).encode("cp932")
    kept = services.stage(book=taken.book, scope=None, file_name="所属.csv", data=data, by=world.cast.admin)
    assert cells_of(kept, "changed") == [("name", "税務課", "課税課", "")]
