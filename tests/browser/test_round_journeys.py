"""The loop of a round with three departments and a silent one, and maturity from an assessment to its action."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Watched
from tests.browser.server import Portal

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
TITLE = "年末の状況の照会"
QUESTION = "いま一番困っていることは何ですか"
ASKED = ("福祉課", "商工観光課", "学校教育課", "債権回収課")
HURDLE = "相談の記録を書ける職員が1人しかいない"
REASON = "業者との協議が長引き、半年延ばす。"
REMARK = "前回と同じ文です。契約の名前がわかるように書いてください。"
BETTER = "校務支援の賃貸借契約の更新を待っている。"


def test_a_round_goes_from_opening_to_acceptance(fresh_portal: Portal, enter: Enter) -> None:
    office = enter(fresh_portal, "secretariat")
    watched = Watched(office)
    at = open_round(office)
    expect(office.get_by_role("complementary", name="回答の状況")).to_contain_text("未回答 4")

    unchanged(enter(fresh_portal, "lead-0502"))
    member = enter(fresh_portal, "member-0401")
    with_changes(member)
    approve(enter(fresh_portal, "lead-welfare"))
    school = enter(fresh_portal, "lead-0601")
    hand_in(school, "協議中。")

    office.goto(at)
    expect(office.get_by_role("complementary", name="回答の状況")).to_contain_text("確認待ち 3")
    send_back_by_keyboard(office)
    put_right(school)
    accept_by_keyboard(office, at)
    close_with_one_silent(office, at)
    late_entry(office, enter(fresh_portal, "lead-0205"), at)
    assert not [c for c in watched.complaints if "422" not in c]


def test_two_answers_at_once_leave_the_bar_at_the_last(fresh_portal: Portal, enter: Enter) -> None:
    """A row saves itself while 変更なし for the rest is asked: its answer exchanges the button that still waits."""
    page = enter(fresh_portal, "member-tax")
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    page.route("**/rest/", lambda route: (time.sleep(2), route.continue_()))
    row = page.locator("#sec-progress .act", has=page.get_by_label("進捗率")).first
    rest = page.get_by_role("button", name=re.compile("まとめて変更なし"))
    row.get_by_label("進捗率").fill("３０")
    with page.expect_response(lambda answer: answer.url.endswith("/rest/")):
        rest.evaluate("button => { document.activeElement.blur(); button.click(); }")
    expect(page.locator("#submit-bar")).not_to_contain_text(re.compile(r"[A-Z]-\d+ が未回答"))


def test_a_row_that_was_refused_is_not_overwritten_unasked(fresh_portal: Portal, enter: Enter) -> None:
    """変更なし for the rest would take the words of a row off the screen that could not be saved."""
    page = enter(fresh_portal, "member-tax")
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    row = page.locator("#sec-progress .act", has=page.get_by_label("進捗率")).first
    rest = page.get_by_role("button", name=re.compile("まとめて変更なし"))
    with page.expect_response(lambda answer: answer.status == 422):
        row.get_by_label("進捗率").fill("百二十")
        row.get_by_label("進捗率").blur()
    asked = declined(page, rest)
    assert asked == ["まだ保存できていない行があります。続けると、その行も「変更なし」になります。続けますか。"]
    expect(row.get_by_label("進捗率")).to_have_value("百二十")
    page.once("dialog", lambda dialog: dialog.accept())
    rest.click()
    expect(rest).to_have_count(0)


def declined(page: Page, button: Locator) -> list[str]:
    """What the browser asks when the button is pressed; the answer is no."""
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    button.click()
    return asked


def test_what_could_not_be_saved_is_not_handed_in_unasked(fresh_portal: Portal, enter: Enter) -> None:
    """A refused row is asked about; one that never arrives hands in nothing; one that is on its way arrives first."""
    open_round(enter(fresh_portal, "secretariat"))
    page = enter(fresh_portal, "lead-0502")
    enter_reply(page)
    all_the_same(page)
    say(page, "特にありません。")
    give_reasons(page, REASON)
    row = page.locator("#sec-progress .act").first
    row.get_by_role("link", name=re.compile("^変える")).click()
    with page.expect_response(lambda answer: answer.status == 422):
        row.get_by_label("進捗率").fill("百二十")
        row.get_by_label("進捗率").blur()
    hand_over = page.get_by_role("button", name="承認して提出する")
    asked = declined(page, hand_over)
    assert asked == ["まだ保存できていない入力があります。このまま進めると、その入力は回答に入りません。進めますか。"]
    expect(row.get_by_label("進捗率")).to_have_value("百二十")

    page.route("**/actions/replies/**", lambda route: (time.sleep(1), route.abort()))
    row.get_by_label("進捗率").fill("")
    hand_over.click()
    expect(page.locator("#messages")).to_contain_text("保存できませんでした")
    page.unroute("**/actions/replies/**")
    row.get_by_label("実績と次にすること").fill("窓口の様式をそろえた。")
    row.get_by_label("実績と次にすること").blur()
    expect(row.get_by_role("status").filter(has_text="保存済み")).to_be_visible()
    page.wait_for_timeout(300)
    expect(hand_over).to_be_visible()

    page.route("**/actions/replies/**", lambda route: (time.sleep(1), route.continue_()))
    row.get_by_label("実績と次にすること").fill(BETTER)
    hand_over.click()
    expect(page.locator("#messages")).to_contain_text("提出しました。事務局の確認を待っています")
    expect(page.locator("main")).to_contain_text(BETTER)


def test_values_of_a_row_are_not_taken_back_unasked(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "member-tax")
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    row = page.locator("#sec-progress .act", has=page.get_by_text("保存済み")).first
    words = row.get_by_label("実績と次にすること").input_value()
    asked = declined(page, row.get_by_role("button", name=re.compile("変更なしにする")))
    assert asked == ["この取組に入力した内容を消して、前回のままにします。よろしいですか。"]
    expect(row.get_by_label("実績と次にすること")).to_have_value(words)


def test_the_save_of_the_keyboard_moves_nothing(fresh_portal: Portal, enter: Enter) -> None:
    """保存 shows while the keyboard is on it and goes as the mouse is pressed: a press whose target moves is lost."""
    page = enter(fresh_portal, "member-tax")
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    row = page.locator("#sec-progress .act", has=page.get_by_text("保存済み")).first
    for place, field in ((row, "実績と次にすること"), (page.locator(".q").first, "ほかの課に伝えたい工夫")):
        place.get_by_role("textbox", name=field).focus()
        height = tall(place)
        page.keyboard.press("Tab")
        expect(place.get_by_role("button", name="保存")).to_be_focused()
        assert tall(place) == height, field


def tall(place: Locator) -> int:
    return place.evaluate("shown => shown.offsetHeight")


def open_round(page: Page) -> str:
    """Ask four departments for the last month; the address of the round."""
    page.goto("/rounds/new/")
    months = page.locator("#id_period optgroup[label='月'] option")
    page.get_by_label("対象の期間").select_option(months.nth(1).get_attribute("value"))
    expect(page.get_by_label("件名")).not_to_have_value(re.compile("期の照会"))
    page.get_by_label("件名").fill(TITLE)
    for section in ("成熟度の自己評価", "登録簿の数値", "指標の実績"):
        page.get_by_label(section).uncheck()
    page.get_by_role("textbox", name="質問", exact=True).fill(QUESTION)
    page.locator("#departments header").get_by_role("button", name=re.compile("すべて外す")).click()
    page.get_by_role("button", name="この内容で照会を開く").last.click()
    expect(page.locator("#f-id_departments")).to_contain_text("照会する所属を1つ以上選んでください")
    for name in ASKED:
        page.get_by_label(name, exact=True).check()
    page.get_by_role("button", name="この内容で照会を開く").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    return page.url


def enter_reply(page: Page) -> None:
    page.goto("/rounds/")
    page.get_by_role("heading", name=re.compile(TITLE)).get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)


def say(page: Page, words: str, hurdle: str = "") -> None:
    """Answer what every department is asked beside its actions: hurdles, and the free question."""
    if hurdle:
        raise_hurdle(page, hurdle)
    else:
        page.get_by_role("button", name="課題はない").click()
        expect(page.locator("#sec-hurdles")).to_contain_text("「課題はない」と答えています")
    box = page.get_by_label(QUESTION)
    box.fill(words)
    box.blur()
    expect(page.locator("#section-questions").get_by_role("status")).to_contain_text("保存済み")


def raise_hurdle(page: Page, title: str) -> None:
    """In place: what is typed elsewhere on the page stays, and no page is loaded."""
    page.locator("#hurdle-raise summary").click()
    form = page.get_by_role("form", name="課題を挙げる")
    form.get_by_label("区分").select_option("人材")
    form.get_by_role("button", name="挙げる").click()
    expect(form).to_contain_text("入力してください。")
    form.get_by_label("件名").fill(title)
    form.get_by_role("button", name="挙げる").click()
    expect(page.get_by_role("list", name="挙げた課題")).to_contain_text(title)


def all_the_same(page: Page) -> None:
    page.get_by_role("button", name=re.compile("まとめて変更なし")).click()
    expect(page.locator("#sec-progress")).to_contain_text("残りの取組を「変更なし」にしました")
    expect(page.locator("#submit-bar")).not_to_contain_text(re.compile(r"[A-Z]-\d+ が未回答"))


def give_reasons(page: Page, reason: str) -> None:
    """Write a reason into every row that the bar at the foot of the page names."""
    links = page.locator("#submit-bar").get_by_role("link", name=re.compile("理由が未入力"))
    for row in [page.locator(link.get_attribute("href")) for link in links.all()]:
        tell(row, reason)


def tell(row: Locator, reason: str) -> None:
    row.get_by_label("理由の区分").select_option("予算")
    box = row.get_by_label("理由と見通し")
    box.fill(reason)
    box.blur()
    expect(row.get_by_role("status").filter(has_text="保存済み")).to_be_visible()


def submit(page: Page) -> None:
    expect(page.locator("#submit-bar")).to_contain_text("すべて回答済みです")
    page.locator("#submit-bar").get_by_role("button").click()
    expect(page.get_by_role("heading", name="いまの状態")).to_be_visible()


def unchanged(page: Page) -> None:
    """A head answers alone: nothing changed anywhere, two clicks and the free question."""
    watched = Watched(page)
    enter_reply(page)
    all_the_same(page)
    say(page, "特にありません。")
    give_reasons(page, REASON)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("提出しました。事務局の確認を待っています")
    assert not [c for c in watched.complaints if "422" not in c]


def with_changes(page: Page) -> None:
    """A member reports progress and a later end; the page asks why before it lets the reply go."""
    enter_reply(page)
    row = page.locator("#sec-progress .act").first
    row.get_by_label("進捗率").fill("３０")
    row.get_by_label("実績と次にすること").fill("相談記録の様式を3つの係でそろえた。")
    row.get_by_text("期日・節目の変化").click()
    row.get_by_label("新しい終了予定日").fill("令和99年3月31日")
    row.get_by_label("新しい終了予定日").blur()
    expect(row).to_contain_text("終了予定日を後ろへ動かすときは、理由の区分と内容を入力してください")
    later = row.get_by_label(re.compile("の新しい期日$")).first
    later.fill("令和98年3月31日")
    later.blur()
    all_the_same(page)
    expect(page.locator("#submit-bar")).to_contain_text("理由が未入力")
    give_reasons(page, REASON)
    say(page, "相談員が足りない。", HURDLE)
    submit(page)
    expect(page.locator("#messages")).to_contain_text("課長の承認へ進めました")


def approve(page: Page) -> None:
    enter_reply(page)
    expect(page.locator("#sec-progress")).to_contain_text("相談記録の様式を3つの係でそろえた。")
    page.get_by_role("button", name="承認して提出する").click()
    expect(page.locator("#messages")).to_contain_text("承認しました")


def hand_in(page: Page, reason: str) -> None:
    enter_reply(page)
    all_the_same(page)
    give_reasons(page, reason)
    say(page, "端末の更新の費用。")
    submit(page)


def card_at(page: Page, name: str) -> Locator:
    """Press J until the card of a department has the focus."""
    card = page.get_by_role("article", name=f"{name}の回答")
    expect(card).to_be_visible()
    for _ in range(4):
        page.keyboard.press("j")
        if card.evaluate("card => card === document.activeElement"):
            return card
    pytest.fail(f"no way to {name} by the keyboard")


def send_back_by_keyboard(page: Page) -> None:
    card = card_at(page, "学校教育課")
    page.keyboard.press("r")
    comment = card.get_by_label("差し戻しの理由")
    expect(comment).to_be_focused()
    page.keyboard.insert_text("実績をもう一度確かめてください。")
    card.get_by_text(re.compile("項目ごとに指摘を書く")).click()
    card.get_by_label("校務支援システムのクラウド化").fill(REMARK)
    card.get_by_role("button", name="この内容で差し戻す").click()
    expect(page.locator("#messages")).to_contain_text("学校教育課に差し戻しました")
    expect(page.get_by_role("complementary", name="回答の状況")).to_contain_text("差し戻し中 1")


def put_right(page: Page) -> None:
    """The returned reply says what to fix, at the top and at the item; nothing else has to be entered again."""
    enter_reply(page)
    expect(page.get_by_role("alert").first).to_contain_text("実績をもう一度確かめてください。")
    row = page.locator(".act", has_text="校務支援システムのクラウド化")
    expect(row).to_contain_text(f"事務局の指摘：{REMARK}")
    box = row.get_by_label("実績と次にすること")
    row.get_by_role("link", name=re.compile("^変える")).or_(box).first.click()
    box.fill(BETTER)
    box.blur()
    expect(row.get_by_role("status").filter(has_text="保存済み")).to_be_visible()
    page.get_by_role("button", name=re.compile("^直した")).click()
    expect(page.locator("#remarks")).to_contain_text("対応済み")
    submit(page)


def accept_by_keyboard(page: Page, at: str) -> None:
    page.goto(at)
    pushed = page.get_by_role("article", name="福祉課の回答")
    expect(pushed).to_contain_text(re.compile(r"計画変更\d回"))
    expect(pushed).to_contain_text("令和98年3月31日")
    expect(pushed).to_contain_text(REASON)
    expect(pushed).to_contain_text(HURDLE)
    for name in ("福祉課", "学校教育課", "商工観光課"):
        card = card_at(page, name)
        page.keyboard.press("a")
        expect(page.locator("#messages")).to_contain_text(f"{name}の回答を受理しました")
        expect(card).to_have_count(0)
    expect(page.get_by_role("complementary", name="回答の状況")).to_contain_text("受理 3")


def close_with_one_silent(page: Page, at: str) -> None:
    """The page of closing names who is still silent; they can enter nothing afterwards."""
    page.goto(at)
    page.get_by_role("link", name="照会を締め切る").click()
    expect(page.get_by_role("row", name=re.compile("債権回収課"))).to_contain_text("回答なしとして残ります")
    page.get_by_role("button", name="照会を締め切る").click()
    expect(page.locator("#messages")).to_contain_text("締め切りました")


def late_entry(office: Page, head: Page, at: str) -> None:
    """事務局 opens one reply of the closed round again; what comes in then is marked as late."""
    monitor = office.get_by_role("complementary", name="回答の状況")
    monitor.get_by_role("link", name=re.compile("債権回収課")).first.click()
    expect(office.locator("main")).to_contain_text("締め切られました")
    office.get_by_role("link", name="受付を再開する").click()
    office.get_by_label("理由").fill("災害対応のため間に合わなかった。")
    office.get_by_role("button", name="受付を再開する").click()
    head.goto(office.url)
    expect(head.locator("main")).to_contain_text("災害対応のため間に合わなかった。")
    all_the_same(head)
    give_reasons(head, REASON)
    say(head, "人手。")
    submit(head)
    expect(head.locator("main")).to_contain_text("期限後の提出")
    office.goto(at)
    card = office.get_by_role("article", name="債権回収課の回答")
    expect(card.or_(office.locator(".quiet")).first).to_be_visible()
    office.get_by_text("表で見る").last.click()
    row = office.get_by_role("row", name=re.compile("債権回収課"))
    expect(row).to_contain_text("期限後")


# ---- 成熟度: self, review, gap, action

AXIS = "改善意識"
EVIDENCE = "改善提案の一覧 https://portal.example.lg.jp/kaizen"
COMMENT = "提案は出ているが、実施した記録がない。"
NEW = "改善提案を四半期ごとに実施まで追う"


def test_a_level_is_assessed_calibrated_and_becomes_an_action(fresh_portal: Portal, enter: Enter) -> None:
    lead = enter(fresh_portal, "lead-tax")
    watched = Watched(lead)
    lead.goto("/")
    lead.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    assess(lead)
    all_the_same(lead)
    give_reasons(lead, REASON)
    submit(lead)

    office = enter(fresh_portal, "secretariat")
    accept(office)
    calibrate(office)

    open_gap(lead)
    start_action(lead)
    part = lead.locator("#gap-actions")
    expect(part).to_contain_text(NEW)
    expect(part).to_contain_text("遅れている取組はありません")
    assert not [c for c in watched.complaints if "422" not in c]


def assess(page: Page) -> None:
    """A level above the last one is not done before its evidence is there."""
    page.get_by_role("navigation", name="評価の軸").get_by_role("link", name=re.compile(AXIS)).click()
    axis = page.get_by_role("region", name=AXIS)
    axis.get_by_role("radio", name=re.compile("^レベル 4")).check()
    axis.get_by_label("目標レベル").select_option("レベル 5")
    axis.get_by_label("目標の期日").fill("令和99年3月31日")
    expect(axis).to_contain_text("根拠")
    axis.get_by_label("根拠").fill("javascript:alert(1)")
    axis.get_by_label("根拠").blur()
    expect(axis.get_by_role("status")).not_to_contain_text("保存済み")
    axis.get_by_label("根拠").fill(EVIDENCE)
    axis.get_by_label("根拠").blur()
    expect(axis.get_by_role("status")).to_contain_text("保存済み")


def accept(page: Page) -> None:
    page.goto("/rounds/")
    page.locator("#rounds tbody").get_by_role("link").first.click()
    monitor = page.get_by_role("complementary", name="回答の状況")
    monitor.get_by_role("link", name=re.compile("税務課")).first.click()
    page.get_by_role("button", name="受理する").click()
    expect(page.locator("#messages")).to_contain_text("税務課の回答を受理しました")


def calibrate(page: Page) -> None:
    """A reviewed level that differs from the department's own needs a comment."""
    page.goto("/maturity/")
    page.get_by_role("link", name="確認する").first.click()
    page.get_by_role("navigation", name="評価の軸").get_by_role("link", name=re.compile(AXIS)).click()
    row = page.get_by_role("article", name="税務課")
    expect(row).to_contain_text("自己 レベル4")
    row.get_by_label("確認後のレベル").select_option("レベル 3")
    row.get_by_role("button", name=re.compile("確認を保存")).click()
    expect(row).to_contain_text("まだ保存していません")
    row.get_by_label(re.compile("コメント|理由")).fill(COMMENT)
    row.get_by_role("button", name=re.compile("確認を保存")).click()
    expect(row).to_contain_text("確認後との差")


def open_gap(page: Page) -> None:
    page.goto("/maturity/gaps/")
    page.get_by_label("課", exact=True).select_option("税務課")
    row = page.get_by_role("row", name=re.compile(f"税務課.*{AXIS}"))
    expect(row).to_contain_text("あと2")
    row.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text(COMMENT)


def start_action(page: Page) -> None:
    page.get_by_role("link", name="取組を新しく始める").click()
    expect(page.get_by_label(AXIS)).to_be_checked()
    expect(page.get_by_label("担当")).to_have_value(re.compile(r"\d+"))
    expect(page.get_by_label("現状と課題")).to_have_value(re.compile(f"成熟度「{AXIS}」はいまレベル3"))
    page.get_by_label("整理番号").fill("Z-05")
    page.get_by_label("取組名").fill(NEW)
    expect(page.get_by_label("終了予定日")).to_have_value("令和99年3月31日")
    page.get_by_role("button", name="保存する").click()
