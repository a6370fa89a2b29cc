"""Rules of every template: fragments, no inline code, works without JavaScript."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from lib.templatetags.portal import icon
from tests.test_architecture import ROOT, STOREY, modules, tree_of

TEMPLATES = ROOT / "templates"


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def name_of(path: Path) -> str:
    return path.relative_to(TEMPLATES).as_posix()


@cache
def source_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", text, flags=re.S)


def included(path: Path) -> list[str]:
    return re.findall(r"{%\s*include\s+[\"']([^\"']+)[\"']", source_of(path))


def test_fragments_never_extend_and_pages_always_do() -> None:
    extends = {name_of(p): "{% extends" in source_of(p) for p in templates()}
    fragments = {n for n in extends if n.rpartition("/")[2].startswith("_")}
    assert not {n for n in fragments if extends[n]}
    assert {n for n in extends if not extends[n]} - fragments == {"base.html"}


SHARED = ("components", "forms", "charts")


def test_templates_include_only_from_their_own_storey_or_below() -> None:
    wrong = []
    for path in templates():
        owner = name_of(path).split("/")[0]
        for target in included(path):
            if not (TEMPLATES / target).is_file():
                wrong.append(f"{name_of(path)} includes {target}, which does not exist")
            other = target.split("/")[0]
            if other == owner or other in SHARED:
                continue
            mine, theirs = STOREY.get(owner), STOREY.get("strategy" if other == "national" else other)
            if mine is None or theirs is None or theirs <= mine:
                wrong.append(f"{name_of(path)} includes {target}")
    assert not wrong


def test_no_style_script_or_handler_stands_in_a_template() -> None:
    """The content policy would refuse them silently."""
    forbidden = {
        "style attribute": r"\sstyle\s*=",
        "style element": r"<style\b",
        "inline script": r"<script(?![^>]*\ssrc=)",
        "event handler": r"\son[a-z]+\s*=\s*[\"']",
        "hx-on": r"\shx-on\b|\sdata-hx-on\b",
        "javascript address": r"javascript:",
        "evaluated htmx value": r"hx-(vals|headers|vars)\s*=\s*[\"']\s*js:|hx-vars",
        "unescaped output": r"\|\s*safe\b|{%\s*autoescape off",
    }
    wrong = []
    for path in templates():
        found = [k for k, pattern in forbidden.items() if re.search(pattern, source_of(path))]
        wrong += [f"{name_of(path)}: {k}" for k in found]
    assert not wrong


class Elements(HTMLParser):
    """Elements with their attributes and the open elements around each."""

    VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[dict[str, str | None]] = []
        self.seen: list[tuple[dict[str, str | None], list[dict[str, str | None]]]] = []
        # Template tags would confuse the parser; a word in their place keeps attributes readable.
        self.feed(re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "value", text, flags=re.S), flags=re.S))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {**dict(attrs), "<tag>": tag, "<line>": str(self.getpos()[0])}
        self.seen.append((element, list(self.open)))
        if tag not in self.VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = {**dict(attrs), "<tag>": tag, "<line>": str(self.getpos()[0])}
        self.seen.append((element, list(self.open)))

    def handle_endtag(self, tag: str) -> None:
        for n in range(len(self.open) - 1, -1, -1):
            if self.open[n]["<tag>"] == tag:
                del self.open[n:]
                return


def test_no_template_asks_a_free_mapping_for_its_items() -> None:
    """`x.items` finds a key named `items` first; mappings with keys of their own give a property instead."""
    asked = re.compile(r"\b(changes|conflicts|previous|frozen)\.items\b")
    wrong = [name_of(path) for path in templates() if asked.search(source_of(path))]
    assert not wrong


def test_every_htmx_element_works_without_javascript() -> None:
    """hx-get stands on a link or a form, or loads by itself beside a link; hx-post on a form."""
    wrong = []
    for path in templates():
        elements = Elements(source_of(path))
        for element, around in elements.seen:
            tag, inside_form = element["<tag>"], any(e["<tag>"] == "form" for e in around)
            loads = re.search(r"load|revealed|intersect", element.get("hx-trigger") or "")
            linked = loads and any(e["<tag>"] == "a" and element in a for e, a in elements.seen)
            if "hx-get" in element and not ("href" in element or tag == "form" or linked or inside_form):
                wrong.append(f"{name_of(path)}:{element['<line>']} <{tag}> hx-get")
            posts = element.keys() & {"hx-post", "hx-put", "hx-patch", "hx-delete"}
            if posts - {"hx-post"}:
                wrong.append(f"{name_of(path)}:{element['<line>']} a form cannot {posts}")
            if posts and not (tag == "form" or (inside_form and "formaction" in element)):
                wrong.append(f"{name_of(path)}:{element['<line>']} <{tag}> hx-post")
            if posts and tag == "form" and (element.get("method") or "").lower() != "post":
                wrong.append(f"{name_of(path)}:{element['<line>']} form without method=post")
    assert not wrong


def test_every_posting_form_carries_the_csrf_token() -> None:
    wrong = []
    for path in templates():
        for form in re.findall(r"<form\b[^>]*method=[\"']post[\"'].*?</form>", source_of(path), flags=re.S | re.I):
            if "csrf_token" not in form:
                wrong.append(f"{name_of(path)}: {form[:80]}")
    assert not wrong


def test_every_icon_of_a_template_exists() -> None:
    wrong = []
    for path in templates():
        for name in re.findall(r"{%\s*icon\s+[\"']([\w-]+)[\"']", source_of(path)):
            try:
                icon(name)
            except Exception:
                wrong.append(f"{name_of(path)}: {name}")
    assert not wrong


# ---- fragments and regions


def regions() -> Iterator[tuple[str, str, str, str]]:
    """(where, page, target id, fragment) of every `htmx.render(..., regions={...})` with literal names."""
    for module, path in modules().items():
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", "") != "render":
                continue
            given = next((k.value for k in node.keywords if k.arg == "regions"), None)
            page = node.args[1] if len(node.args) > 1 else None
            if isinstance(given, ast.Dict) and isinstance(page, ast.Constant):
                for key, value in zip(given.keys, given.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                        yield f"{module}:{node.lineno}", page.value, key.value, value.value


def first_id(path: Path) -> str | None:
    if not path.is_file():
        return None
    for element, _ in Elements(source_of(path)).seen:
        return element.get("id")
    return None


def reaches(page: str, fragment: str, seen: frozenset[str] = frozenset()) -> bool:
    if page == fragment:
        return True
    path = TEMPLATES / page
    nexts = set(included(path)) if path.is_file() else set()
    return any(reaches(n, fragment, seen | {page}) for n in nexts - seen)


def test_root_id_of_a_fragment_is_its_target() -> None:
    wrong = [
        f"{where}: {fragment} starts with id {first_id(TEMPLATES / fragment)!r}, not {target!r}"
        for where, _, target, fragment in regions()
        if first_id(TEMPLATES / fragment) != target
    ]
    assert not wrong


def test_the_full_page_includes_the_same_fragment() -> None:
    wrong = [f"{where}: {page} not {fragment}" for where, page, _, fragment in regions() if not reaches(page, fragment)]
    assert not wrong


def test_every_width_of_a_column_has_a_rule() -> None:
    """A card without its width stands in one of twelve columns, a few letters wide."""
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "static" / "css").glob("*.css"))
    named = {width for path in templates() for width in re.findall(r'class="[^"]*\b(w\d+)\b', source_of(path))}
    assert {width for width in named if f".{width} {{ grid-column:" not in rules} == set()
