"""Nothing leads outside: no page, no document, no file of the look, and nothing is asked for at run time."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path

from tests.test_architecture import ROOT, all_text_files

# Formats name themselves by an address that nobody fetches; examples of addresses are under the reserved domain.
NAMES = ("http://www.w3.org/", "http://schemas.openxmlformats.org/", "http://purl.org/", "urn:")
OWN = ("http://127.0.0.1", "https://127.0.0.1", "http://localhost", "http://testserver", "https://evil.example")
EXAMPLES = re.compile(r"https?://(?:[\w-]+\.)*(?:example|invalid)(?:[.:/]|$)|https?://[\w.-]*example[\w.-]*")
LOADS = re.compile(r"""(?:src|href|action|data|poster|hx-get|hx-post)\s*=\s*["'](//[^"']+|https?://[^"']+)""")


def outside(text: str) -> list[str]:
    found = re.findall(r"https?://[\w.:@%-]+[\w/.#?=&%-]*", text)
    return [a for a in found if not a.startswith((*NAMES, *OWN)) and not EXAMPLES.match(a)]


def documents() -> list[Path]:
    found = [p for p in all_text_files() if p.suffix == ".md"]
    return [p for p in found if not any(part.startswith(".") for part in p.relative_to(ROOT).parts)]


def test_no_document_refers_outside() -> None:
    assert len(documents()) > 10
    wrong = {str(p.relative_to(ROOT)): outside(p.read_text(encoding="utf-8")) for p in documents()}
    assert {p: found for p, found in wrong.items() if found} == {}


def test_style_sheets_load_nothing() -> None:
    sheets = list((ROOT / "static").rglob("*.css"))
    assert len(sheets) > 10
    loads = re.compile(r"@import|url\(\s*[\"']?(?:https?:)?//")
    assert [p.name for p in sheets if loads.search(p.read_text(encoding="utf-8"))] == []


def test_detector_sees_what_it_must() -> None:
    assert outside("see https://cdn.somewhere.net/x.js") == ["https://cdn.somewhere.net/x.js"]
    assert outside("https://portal.example.lg.jp/ and http://127.0.0.1:8000/ and http://www.w3.org/2000/svg") == []
    assert LOADS.findall('<script src="//cdn.somewhere.net/x.js">') == ["//cdn.somewhere.net/x.js"]


def test_inside_a_namespace_there_is_really_no_way_out() -> None:
    """`make test-offline` sets the variable: then a route to anywhere would make the run worthless."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: the system only looks for a route
            reachable = True
        except OSError:
            reachable = False
    assert not (os.environ.get("DXPORTAL_OFFLINE") and reachable)
