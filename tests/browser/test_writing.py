"""Writing in a draft as 事務局 does: cards dragged to their place, texts that survive a closed window."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Watched
from tests.browser.server import Portal
from tests.browser.test_journeys import start_draft

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
LOST = "窓を閉じる前に書いていた表題"


def titles(page: Page) -> list[str]:
    return page.locator(".items .item > i").all_inner_texts()


def card(page: Page, label: str) -> Locator:
    return page.locator(".items li.slot").filter(has=page.locator(".item > i", has_text=label))


def test_a_card_is_dragged_before_another(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    watched = Watched(page)
    start_draft(page)
    before = titles(page)
    card(page, before[1]).locator("[data-drag]").hover()
    page.mouse.down()
    for y in (12, 8, 4):  # a hand moves on; a busy browser may miss the first move over its goal
        card(page, before[0]).hover(position={"x": 8, "y": y})
    page.mouse.up()
    expect(page.locator("#messages")).to_contain_text("を動かしました")
    assert titles(page)[:2] == [before[1], before[0]]
    assert not watched.complaints


def test_the_editor_of_a_card_in_a_row_stands_free(fresh_portal: Portal, enter: Enter) -> None:
    """It opens below its card and pushes the others down: a real click reaches its buttons, at any width."""
    page = enter(fresh_portal, "secretariat")
    watched = Watched(page)
    start_draft(page)
    for width, place in ((1366, 0), (1366, 3), (390, 1)):
        page.set_viewport_size({"width": width, "height": 800})
        cards = page.locator(".items li.slot")
        cards.nth(place).get_by_role("link", name=re.compile("^編集")).click()
        form = page.get_by_role("form", name=re.compile("の編集$"))
        typed = f"{form.get_by_label('表題').input_value()}、改"
        form.get_by_label("表題").fill(typed)
        form.get_by_role("button", name="保存").click(timeout=5_000)
        expect(form).to_have_count(0)
        expect(cards.nth(place)).to_contain_text(typed)
    assert not watched.complaints


def open_editor(page: Page) -> Locator:
    page.locator("main").get_by_role("link", name=re.compile("^編集")).nth(1).click()
    form = page.get_by_role("form", name=re.compile("の編集$"))
    expect(form).to_be_visible()
    return form


def test_a_text_survives_a_closed_window(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    page.on("dialog", lambda dialog: dialog.accept())
    start_draft(page)
    form = open_editor(page)
    stored = form.get_by_label("表題").input_value()
    form.get_by_label("表題").fill(LOST)
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('dxportal:'))")
    page.reload()

    form = open_editor(page)
    expect(form.get_by_label("表題")).to_have_value(stored)
    form.get_by_role("button", name="書きかけに戻す").click()
    expect(form.get_by_label("表題")).to_have_value(LOST)
    form.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text(f"「{LOST}」を保存しました")

    form = open_editor(page)
    expect(form.get_by_role("button", name="書きかけに戻す")).to_have_count(0)


def test_a_text_survives_a_session_that_ended(fresh_portal: Portal, enter: Enter) -> None:
    """Sent at once after the last key, from a page for a new thing and from a row that saves itself."""
    page = enter(fresh_portal, "lead-tax")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/actions/proposals/new/")
    page.get_by_label("件名").fill(LOST)
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="下書きを保存").click()
    sign_in_again(page)
    page.get_by_role("button", name="書きかけに戻す").click()
    expect(page.get_by_label("件名")).to_have_value(LOST)

    open_reply(page)
    done = page.get_by_label("実績と次にすること").first
    done.fill(LOST)
    page.context.clear_cookies(name="sessionid")
    done.blur()
    sign_in_again(page)
    with page.expect_response(lambda answer: "/actions/replies/" in answer.url):
        page.get_by_role("button", name="書きかけに戻す").click()
    expect(done).to_have_value(LOST)
    page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.includes('/actions/replies/'))")


KEPT = "() => Object.entries(localStorage).some(([key, kept]) => key.includes(%r) && !JSON.parse(kept).sent)"


def test_a_refused_row_survives_a_closed_window(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "lead-tax")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    open_reply(page)
    row = page.locator("#sec-progress .act", has=page.get_by_label("進捗率")).first
    row.get_by_label("実績と次にすること").fill(LOST)
    with page.expect_response(lambda answer: answer.status == 422):
        row.get_by_label("進捗率").fill("百二十")
        row.get_by_label("進捗率").blur()
    page.reload()
    assert dialogs == ["beforeunload"]
    row.get_by_role("button", name="書きかけに戻す").click()
    expect(row.get_by_label("実績と次にすること")).to_have_value(LOST)
    expect(row.get_by_label("進捗率")).to_have_value("百二十")


def test_a_refused_page_survives_a_closed_window(fresh_portal: Portal, enter: Enter) -> None:
    """The page that refuses shows the words again; nothing has taken them."""
    page = enter(fresh_portal, "lead-tax")
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.accept()))
    page.goto("/actions/proposals/new/")
    page.get_by_label("現状と課題").fill(LOST)
    with page.expect_response(lambda answer: answer.status == 422):
        page.get_by_role("button", name="下書きを保存").click()
    expect(page.get_by_label("現状と課題")).to_have_value(LOST)
    page.wait_for_function(KEPT % "/proposals/new/")
    page.get_by_label("現状と課題").click()
    page.goto("/")
    assert dialogs == ["beforeunload"]
    page.goto("/actions/proposals/new/")
    page.get_by_role("button", name="書きかけに戻す").click()
    expect(page.get_by_label("現状と課題")).to_have_value(LOST)
    page.get_by_label("件名").fill("窓口の案内")
    page.get_by_role("button", name="下書きを保存").click()
    page.wait_for_url(lambda url: not url.endswith("/new/"))
    page.goto("/actions/proposals/new/")
    expect(page.get_by_role("button", name="書きかけに戻す")).to_have_count(0)


def test_a_refused_form_within_a_page_survives_a_closed_window(fresh_portal: Portal, enter: Enter) -> None:
    """HTMX puts a new form in the place of the refused one."""
    page = enter(fresh_portal, "secretariat")
    page.on("dialog", lambda dialog: dialog.accept())
    start_draft(page)
    form = open_editor(page)
    form.get_by_label("説明").fill(LOST)
    form.get_by_label("表題").fill("")
    with page.expect_response(lambda answer: answer.status == 422):
        form.get_by_role("button", name="保存").click()
    expect(form.get_by_label("説明")).to_have_value(LOST)
    page.wait_for_function(KEPT % "/strategy/")
    page.reload()
    form = open_editor(page)
    form.get_by_role("button", name="書きかけに戻す").click()
    expect(form.get_by_label("説明")).to_have_value(LOST)


def sign_in_again(page: Page) -> None:
    page.wait_for_url("**/sign-in/**")
    page.get_by_label("職員番号").fill("lead-tax")
    page.get_by_label("パスワード").fill("dxportal-demo")
    page.get_by_role("button", name="サインイン").click()
    page.wait_for_url(lambda url: "sign-in" not in url)


def test_signing_out_leaves_no_text_behind(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    page.on("dialog", lambda dialog: dialog.accept())
    start_draft(page)
    open_editor(page).get_by_label("表題").fill(LOST)
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('dxportal:'))")
    page.locator(".who details.menu summary").click()
    page.get_by_role("button", name="サインアウト").click()
    page.wait_for_url("**/sign-in/**")
    assert page.evaluate("Object.keys(localStorage)") == []


def open_reply(page: Page) -> None:
    page.goto("/")
    page.get_by_role("region", name="いま答える照会").get_by_role("link").first.click()


class Held:
    """Holds the first answer that a row waits for until `release`, as a slow network would."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.first: list[Route] = []
        page.route(re.compile("/actions/replies/"), self._take)

    def _take(self, route: Route) -> None:
        if self.first:
            route.continue_()
        else:
            self.first.append(route)

    def release(self) -> None:
        while not self.first:
            self.page.wait_for_timeout(20)
        with self.page.expect_response(re.compile("/actions/replies/")):
            self.first[0].continue_()


def test_what_is_typed_while_a_row_is_saved_is_kept(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "lead-tax")
    page.on("dialog", lambda dialog: dialog.accept())
    open_reply(page)
    done = page.get_by_label("実績と次にすること").first
    held = Held(page)
    done.fill("先に書いた文。")
    done.blur()
    done.fill(LOST)
    held.release()
    page.reload()
    page.get_by_role("button", name="書きかけに戻す").click()
    expect(done).to_have_value(LOST)
