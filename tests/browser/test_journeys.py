"""The loop that the portal is for, as people walk it: each role in a browser of its own."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import VIEWPORT, Watched
from tests.browser.server import PASSWORD, SIGN_IN, Portal

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
LATE = "税務システムの標準準拠システムへの移行"
REASON = "事業者の要員が足りず、切替を半年延ばす。"


def open_reply(page: Page) -> None:
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("税務課")


def test_a_report_goes_from_the_member_to_the_executive(fresh_portal: Portal, enter: Enter) -> None:
    member = enter(fresh_portal, "member-tax")
    watched = Watched(member)
    open_reply(member)
    answer_what_is_left(member)
    member.get_by_role("button", name="課長の承認へ進む").click()
    expect(member.locator("#messages")).to_contain_text("課長の承認へ進めました")
    expect(member.get_by_role("heading", name="いまの状態")).to_be_visible()
    assert not [c for c in watched.complaints if "422" not in c]

    lead = enter(fresh_portal, "lead-tax")
    open_reply(lead)
    lead.get_by_role("button", name="承認して提出する").click()
    expect(lead.locator("#messages")).to_contain_text("承認しました")

    executive = enter(fresh_portal, "executive")
    before = percent_of(executive)
    assert before == "35%", "what is not accepted yet is not official"

    accept(enter(fresh_portal, "secretariat"))
    assert percent_of(executive) == "40%"


def answer_what_is_left(page: Page) -> None:
    """変更なし for the rest, a reason wherever the page then asks for one, and the last axis with its evidence."""
    page.get_by_role("button", name=re.compile("まとめて変更なし")).click()
    expect(page.get_by_role("button", name=re.compile("まとめて変更なし"))).to_have_count(0)
    for row in lacking(page):
        row.get_by_label("理由の区分").select_option("人材")
        row.get_by_label("理由と見通し").fill(REASON)
        row.get_by_label("理由と見通し").blur()
        expect(row.get_by_role("status")).to_contain_text("保存済み")
    page.get_by_role("navigation", name="評価の軸").get_by_role("link", name=re.compile("改善意識")).click()
    axis = page.get_by_role("region", name="改善意識")
    axis.get_by_role("radio", name=re.compile("^レベル 3")).check()
    expect(axis.get_by_role("status")).to_contain_text("まだ保存していません")
    axis.get_by_label("根拠").fill("改善の提案書")
    axis.get_by_label("根拠").blur()
    expect(axis.get_by_role("status")).to_contain_text("保存済み")
    expect(page.get_by_role("list", name="挙げた課題").get_by_role("listitem")).not_to_have_count(0)
    expect(page.locator("#submit-bar")).to_contain_text("すべて回答済みです")


def lacking(page: Page) -> list[Locator]:
    """The rows that the bar at the foot of the page names for want of a reason."""
    bar = page.locator("#submit-bar")
    expect(bar).not_to_contain_text(re.compile(r"K-\d+ が未回答"))
    links = bar.get_by_role("link", name=re.compile("理由が未入力"))
    expect(links.first).to_be_visible()
    return [page.locator(link.get_attribute("href")) for link in links.all()]


def accept(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="確認する").first.click()
    expect(page.get_by_role("complementary", name="回答の状況")).to_be_visible()
    card = page.get_by_role("article", name="税務課の回答")
    if not card.is_visible():
        page.get_by_role("row", name=re.compile("税務課")).get_by_role("link").last.click()
    expect(card).to_contain_text(LATE)
    expect(card).to_contain_text(REASON)
    card.get_by_role("button", name=re.compile("受理する")).click()
    expect(page.locator("#messages")).to_contain_text("税務課の回答を受理しました")


def percent_of(page: Page) -> str:
    page.goto("/actions/?q=K-12")
    page.get_by_role("link", name=LATE).click()
    return re.search(r"\d+%", page.locator("main").inner_text())[0]


def test_the_secretariat_sends_back_and_the_member_reads_why(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    page.goto("/")
    page.get_by_role("link", name="確認する").first.click()
    card = page.get_by_role("article").first
    name = card.get_attribute("aria-label").removesuffix("の回答")
    card.get_by_role("link", name=re.compile("差し戻す")).click()
    page.get_by_role("button", name=re.compile("差し戻す")).first.click()
    expect(page.locator("#review, main").first).to_contain_text("差し戻しの理由を入力してください")
    page.get_by_label("差し戻しの理由").fill("単位を確かめてください。")
    page.get_by_role("button", name=re.compile("差し戻す")).first.click()
    expect(page.locator("#messages")).to_contain_text(f"{name}に差し戻しました")


def test_an_element_is_edited_in_place_and_published(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    watched = Watched(page)
    start_draft(page)
    edit_first_vision(page, "誰一人取り残さないまち")
    expect(page.locator("#messages")).to_contain_text("「誰一人取り残さないまち」を保存しました")
    page.get_by_role("link", name="公開前の確認へ").click()
    expect(page.locator("main")).to_contain_text("誰一人取り残さないまち")
    assert not watched.complaints

    viewer = enter(fresh_portal, "viewer")
    viewer.goto("/strategy/")
    assert "誰一人取り残さないまち" not in viewer.content(), "a draft is nobody else's business"


def start_draft(page: Page) -> None:
    page.goto("/strategy/")
    page.get_by_role("heading", name="サンプル市 DX推進ビジョン").get_by_role("link").click()
    page.get_by_role("button", name="次の版の下書きをつくる").or_(page.get_by_role("link", name="下書きを開く")).click()
    expect(page.get_by_text("下書きを編集できます")).to_be_visible()


def edit_first_vision(page: Page, title: str) -> None:
    page.locator("main").get_by_role("link", name=re.compile("編集")).nth(1).click()
    form = page.get_by_role("form", name=re.compile("の編集$"))
    form.get_by_label("表題").fill(title)
    form.get_by_role("button", name="保存").click()


def test_the_second_to_save_sees_both_values(fresh_portal: Portal, enter: Enter) -> None:
    first, second = enter(fresh_portal, "secretariat"), enter(fresh_portal, "secretariat")
    start_draft(first)
    second.goto(first.url)
    for page in (first, second):
        page.locator("main").get_by_role("link", name=re.compile("編集")).nth(1).click()
        expect(page.get_by_role("form", name=re.compile("の編集$"))).to_be_visible()
    for page, title in ((first, "はじめの人の表題"), (second, "あとの人の表題")):
        form = page.get_by_role("form", name=re.compile("の編集$"))
        form.get_by_label("表題").fill(title)
        form.get_by_role("button", name="保存").click()
        if page is first:
            expect(page.locator("#messages")).to_contain_text("「はじめの人の表題」を保存しました")
    expect(form).to_contain_text("はじめの人の表題")
    expect(form.get_by_label("表題")).to_have_value("あとの人の表題")
    form.get_by_role("button", name="保存").click()
    expect(second.locator("#messages")).to_contain_text("「あとの人の表題」を保存しました")


def test_everything_needed_for_a_report_works_without_javascript(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "member-tax", by_form=True, java_script_enabled=False)
    open_reply(page)
    page.get_by_role("button", name=re.compile("まとめて変更なし")).click()
    for place in [row.get_attribute("id") for row in lacking(page)]:
        row = page.locator(f"#{place}")
        row.get_by_label("理由の区分").select_option("人材")
        row.get_by_label("理由と見通し").fill(REASON)
        row.get_by_role("button", name=re.compile("^保存")).click()
        expect(page.locator(f"#{place}").get_by_label("理由と見通し")).to_have_value(REASON)
    page.get_by_role("region", name="改善意識").get_by_role("radio", name=re.compile("^レベル 2")).check()
    page.get_by_role("region", name="改善意識").get_by_role("button", name="保存").click()
    page.get_by_role("button", name="課長の承認へ進む").click()
    expect(page.locator("#messages")).to_contain_text("課長の承認へ進めました")


def test_keyboard_alone_signs_in_works_and_signs_out(portal: Portal, browser: object) -> None:
    context = browser.new_context(base_url=portal.url, viewport=VIEWPORT, locale="ja-JP")  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(SIGN_IN)
    for key in (*"member-tax", "Tab", *PASSWORD, "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: SIGN_IN not in url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ")).to_be_focused()
    expect(page.get_by_role("link", name="本文へ")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, "回答する")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("税務課")
    page.locator(".who details.menu summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="サインアウト")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="サインアウト")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="サインアウト").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("サインアウトしました。")).to_be_visible()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until a link of that name has the focus, as somebody without a mouse would."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    pytest.fail(f"no way to {name} by Tab")


def test_a_failed_request_is_said_and_loses_nothing(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "member-tax")
    open_reply(page)
    page.context.set_offline(True)
    done = page.get_by_role("form", name=LATE).get_by_label("実績と次にすること")
    done.fill("通信が切れている間に書いた文。")
    done.blur()
    expect(page.locator("#messages")).to_contain_text("保存できませんでした")
    expect(page.locator("#messages")).to_be_in_viewport()
    expect(page.get_by_role("form", name=LATE).get_by_role("status")).to_have_text("保存できていません")
    expect(done).to_have_value("通信が切れている間に書いた文。")


def test_leaving_an_edited_form_asks_first(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    start_draft(page)
    page.locator("main").get_by_role("link", name=re.compile("編集")).nth(1).click()
    form = page.get_by_role("form", name=re.compile("の編集$"))
    form.get_by_label("表題").press_sequentially("変")
    page.get_by_role("link", name="ホーム").first.click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(form).to_be_visible()
