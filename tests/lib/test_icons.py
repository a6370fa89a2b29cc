"""Icons read from the archive of their package."""

from __future__ import annotations

import re
from pathlib import Path

import lucide
import pytest

from lib import icons
from lib.templatetags.portal import icon
from tests.installation import ROOT

USED = sorted({
    name
    for path in (ROOT / "templates").rglob("*.html")
    for name in re.findall(r'{% icon "([\w-]+)"', Path(path).read_text(encoding="utf-8"))
})  # fmt: skip


def test_every_icon_of_the_templates_is_drawn_as_its_package_draws_it() -> None:
    assert len(USED) > 30
    for name in USED:
        drawn = icon(name, 20, "2")
        assert drawn == lucide._render_icon(name, 20, stroke_width="2", aria_hidden="true"), name


def test_an_icon_that_does_not_exist_is_named() -> None:
    with pytest.raises(lucide.IconDoesNotExist, match="no-such-icon"):
        icons.svg("no-such-icon")
