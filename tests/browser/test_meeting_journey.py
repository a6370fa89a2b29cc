"""A meeting leaves a decision, the decision becomes an action, and the next meeting begins with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched
from tests.browser.server import Portal

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
HOMEWORK = "移行の遅れを取り戻す手順を示す"
ACTION = "移行手順の見直し"


def open_next_meeting(page: Page) -> None:
    page.goto("/meetings/")
    page.get_by_role("region", name="これからの会議の表").get_by_role("link").first.click()


def write_decision(page: Page) -> None:
    page.locator("#agenda").get_by_role("link", name=re.compile("決定を書く")).first.click()
    page.get_by_label("種別").select_option("宿題")
    page.get_by_label("内容").fill(HOMEWORK)
    page.get_by_label("担当").select_option("税務課")
    page.get_by_label("期限").fill("令和99年3月31日")
    page.get_by_role("button", name="保存する").click()


def test_a_decision_becomes_an_action_and_comes_back(fresh_portal: Portal, enter: Enter) -> None:
    office = enter(fresh_portal, "secretariat")
    watched = Watched(office)
    open_next_meeting(office)
    write_decision(office)
    expect(office.locator("#decisions")).to_contain_text(HOMEWORK)
    office.get_by_role("link", name="資料を確定する").click()
    office.get_by_role("button", name="資料を確定する").click()
    expect(office.locator("#messages")).to_contain_text("資料を確定しました")

    lead = enter(fresh_portal, "lead-tax")
    lead.goto("/")
    lead.get_by_role("link", name=HOMEWORK).click()
    start_action(lead)
    lead.get_by_label("報告").fill("手順を見直す取組を始めた。")
    lead.get_by_role("button", name="報告する").click()
    expect(lead.locator("#messages")).to_contain_text("報告しました")

    plan_another(office)
    expect(office.locator("#open")).to_contain_text(HOMEWORK)
    expect(office.locator("#open")).to_contain_text("報告あり")
    office.locator("#open").get_by_role("link", name=HOMEWORK).click()
    expect(office.locator("#reports")).to_contain_text("手順を見直す取組を始めた。")
    expect(office.locator("#actions")).to_contain_text(ACTION)
    office.get_by_role("button", name="完了にする").click()
    expect(office.get_by_role("button", name="再開する")).to_be_visible()
    assert not watched.complaints

    executive = enter(fresh_portal, "executive")
    executive.goto("/")
    expect(executive.locator("#open")).not_to_contain_text(HOMEWORK)


def start_action(page: Page) -> None:
    page.get_by_role("link", name="取組を始める").click()
    page.get_by_label("整理番号").fill("Z-01")
    page.get_by_label("取組名").fill(ACTION)
    page.get_by_label("終了予定日").fill("令和99年3月31日")
    page.get_by_role("button", name="保存する").click()
    expect(page.locator("#actions")).to_contain_text(ACTION)
    expect(page.locator("#actions")).to_contain_text("新しい取組")


def plan_another(page: Page) -> None:
    page.goto("/meetings/create/")
    page.get_by_label("会議体").select_option("進捗報告会")
    page.get_by_label("開催日").fill("令和90年3月1日")
    page.get_by_role("button", name="予定する").click()
    page.get_by_role("link", name="加えない").click()


def test_the_projector_goes_from_section_to_section_by_arrow_keys(portal: Portal, enter: Enter) -> None:
    page = enter(portal, "executive", viewport={"width": 1366, "height": 1400})
    page.goto("/projector/")
    tops = [top_of(page, n) for n in range(1, 4)]
    assert tops == sorted(tops)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#s2")).to_be_in_viewport(ratio=0.5)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#s4")).to_be_in_viewport(ratio=0.5)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#s2")).to_be_in_viewport(ratio=0.5)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1280, 420)])
def test_the_projector_shows_all_of_a_section_before_the_next(
    portal: Portal, enter: Enter, width: int, height: int
) -> None:
    """A key never skips what a low screen cuts off, and each section begins at the top of the screen."""
    page = enter(portal, "executive", viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.goto("/projector/")
    starts = [round(top_of(page, n)) for n in range(1, 7)]
    end = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    down = walk(page, "ArrowDown")
    assert set(starts) <= set(down)
    assert down[-1] == end
    assert all(b - a <= height for a, b in pairwise(down))
    up = walk(page, "ArrowUp")
    assert up[-1] == 0
    assert set(starts) <= set(up)


def walk(page: Page, key: str) -> list[int]:
    """Where the page stood after each press of the key, until it moved no more."""
    stood = [round(page.evaluate("scrollY"))]
    while len(stood) < 2 or stood[-1] != stood[-2]:
        page.keyboard.press(key)
        page.wait_for_timeout(100)
        stood.append(round(page.evaluate("scrollY")))
        assert len(stood) < 60
    return stood


def top_of(page: Page, n: int) -> float:
    box = page.locator(f"#s{n}").bounding_box()
    assert box is not None
    return box["y"]


def test_the_dashboard_prints_on_one_a3_page(portal: Portal, enter: Enter) -> None:
    page = enter(portal, "executive")
    page.goto("/")
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed).groups()  # type: ignore[union-attr]
    assert (round(float(width)), round(float(height))) == (1191, 842)
