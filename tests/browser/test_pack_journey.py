"""The files of a meeting and the city's public site: made, downloaded and opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pptx import Presentation
from pypdf import PdfReader

from tests.browser.axe import faults
from tests.browser.conftest import Watched
from tests.browser.server import Portal
from tests.browser.test_pages import too_wide

pytestmark = pytest.mark.browser

Enter = Callable[..., Page]
OPENED = {
    "PDF": lambda data: len(PdfReader(data).pages),
    "PowerPoint": lambda data: len(Presentation(data).slides),
    "Excel": lambda data: len(load_workbook(data).sheetnames),
}


def test_a_pack_is_made_in_one_click_and_opens(fresh_portal: Portal, enter: Enter) -> None:
    page = enter(fresh_portal, "secretariat")
    watched = Watched(page)
    page.goto("/meetings/")
    page.get_by_role("link", name="第4回 DX推進本部会議", exact=True).first.click()
    page.get_by_role("link", name="会議資料").first.click()
    page.get_by_role("button", name="資料を作る").click()
    files = page.locator("#pack-files")
    expect(files.get_by_text("できました")).to_have_count(3, timeout=120_000)
    for row in files.locator("tbody tr").all():
        kind = row.locator("th").inner_text()
        with page.expect_download() as download:
            row.get_by_role("link", name="を保存").click()
        assert OPENED[kind](io.BytesIO(Path(download.value.path()).read_bytes())) > 1, kind
    assert not watched.complaints


def test_the_public_site_stands_alone(portal: Portal, enter: Enter, tmp_path: Path) -> None:
    """Every page opens from a folder without any server, asks for nothing outside and has no accessibility fault."""
    page = enter(portal, "secretariat")
    page.goto("/meetings/publications/")
    page.locator(".tbl.roomy tbody th a").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="公開用のファイル").click()
    zipfile.ZipFile(download.value.path()).extractall(tmp_path)
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > 3
    watched = Watched(page)
    for path in pages:
        page.goto(path.as_uri())
        assert not watched.complaints, path.name
        assert not [*faults(page), *too_wide(page)], path.name
