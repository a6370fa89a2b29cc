"""The documents against the program: what they quote, name and link to is there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from tests.warm import ROOT

PAPERS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
OURS = [config.name for config in apps.get_app_configs() if (ROOT / config.label).is_dir()]
PROGRAM = sorted({name.split(".")[0] for name in OURS})
GAP = "◇"
# Quoted by the guide and said by nobody here: values that a city writes into its own tables, and menus of Office.
FOREIGN = {
    "令和8年度上半期　実績", "2026H1実績", "実績（R8下期）", "R8年度目標", "R7実績（分子）", "R7実績（分母）",
    "38.7%（12/31）", "1,200件", "データの編集",
}  # fmt: skip


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


@cache
def said() -> tuple[str, str]:
    """All that the portal can say: as it is written, and without marks, every value a gap."""
    folders = [*PROGRAM, "templates", "static", "fixtures"]
    kinds = {".py", ".html", ".js", ".json", ".txt"}
    files = (p for f in folders for p in sorted((ROOT / f).rglob("*")) if p.suffix in kinds)
    text = "\n".join(p.read_text(encoding="utf-8") for p in files if "migrations" not in p.parts)
    plain = re.sub(r"\{%.*?%\}|</?[a-z][^<>]*>", "", text)
    return bare(text), bare(re.sub(r"\{\{.*?\}\}|\{[^{}]*\}", GAP, plain))


def is_said(words: str) -> bool:
    """Whether a page, message or sheet holds the words; `n`, `○` and `…` in them stand for a value."""
    written, plain = said()
    words = bare(words)
    shape = f"「?{GAP}」?".join(re.escape(part) for part in re.split(r"[nN○…]+", words))
    return words in written or words in plain or re.search(shape, plain) is not None


@pytest.mark.parametrize("path", GUIDE, ids=lambda path: path.stem)
def test_the_guide_quotes_what_the_portal_says(path: Path) -> None:
    quoted = re.findall(r"「([^「」]+)」", path.read_text(encoding="utf-8"))
    steps = {step.strip() for words in quoted for step in words.split("→")} - FOREIGN
    assert not sorted(step for step in steps if not is_said(step))


def test_words_that_nobody_says_are_found() -> None:
    assert not is_said("この言葉はどの画面にもない")
    assert is_said("照会を開く")


def anchors(path: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    wrong = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        if name.startswith(("http:", "https:")):
            continue
        other = (path.parent / name).resolve() if name else path
        if not other.exists() or (anchor and anchor not in anchors(other)):
            wrong.append(target)
    assert not wrong


def test_the_guide_lists_every_chapter() -> None:
    listed = re.findall(r"\(guide/([a-z-]+)\.md\)", (ROOT / "docs" / "guide.ja.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(path.stem for path in GUIDE)


def test_the_glossary_names_what_exists() -> None:
    code = "\n".join(p.read_text(encoding="utf-8") for f in PROGRAM for p in (ROOT / f).rglob("*.py"))
    words = set(re.findall(r"\w+", code))
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    second = re.findall(r"^\|[^|]+\|([^|]+)\|", glossary, re.MULTILINE)
    named = {word for tick in re.findall(r"`([^`]+)`", "".join(second)) for word in re.findall(r"\w+", tick)}
    assert len(named) > 100
    assert not named - words


def test_decisions_are_numbered_once_and_those_that_are_named_exist() -> None:
    text = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    numbers = [int(n) for n in re.findall(r"^## (\d+)\. ", text, re.MULTILINE)]
    assert numbers == sorted(set(numbers))
    papers = "\n".join(path.read_text(encoding="utf-8") for path in PAPERS)
    assert {int(n) for n in re.findall(r"[Dd]ecision (\d+)", papers)} <= set(numbers)


def test_tests_that_the_documents_name_exist() -> None:
    papers = "\n".join(path.read_text(encoding="utf-8") for path in PAPERS)
    named = set(re.findall(r"`(tests(?:/\w+)*(?:\.py)?)/?`", papers))
    assert len(named) > 20
    assert not {name for name in named if not (ROOT / name).exists()}
    alone = set(re.findall(r"`(test_\w+\.py)`", papers))
    assert not alone - {path.name for path in (ROOT / "tests").rglob("test_*.py")}


def test_commands_of_the_manual_are_those_that_there_are() -> None:
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    there = get_commands()
    ours = {name for name, app in there.items() if not app.startswith(("django.", "axes", "whitenoise", "mozilla"))}
    named = set(re.findall(r"(?:manage\.py|portal) ([a-z_]+)\b", manual)) - {"python"}
    assert not {name for name in ours if not re.search(rf"\b{name}\b", manual)}
    assert named <= set(there)
