"""The house of the design, held against every import and every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.places import PLACES, SUNK, UPWARD

ROOT = Path(__file__).resolve().parent.parent

# A package may import from packages of a lower line only; those on one line never import each other.
STOREYS = (
    ("dxportal",),
    ("dashboard",),
    ("meetings",),
    ("actions",),
    ("strategy", "maturity"),
    ("rounds",),
    ("exchange",),
    ("audit",),
    ("accounts",),
    ("lib",),
)
STOREY = {package: n for n, line in enumerate(STOREYS) for package in line}
PACKAGES = [p for p in STOREY if (ROOT / p).is_dir()]

# Inside an app, the same: a module imports from later lines, or from its own line.
RANKS = (
    {"apps", "urls", "management", "templatetags"},
    {"views", "middleware"},
    {"sections"},
    {"forms", "filters", "backends", "sessions"},
    {"charts", "resources"},
    {"services"},
    {"queries", "access"},
    {"models"},
    {"querysets"},
)
RANK = {name: n for n, names in enumerate(RANKS) for name in names}
PURE = len(RANKS)

def sources(*folders: str) -> list[Path]:
    found = [p for f in folders for p in sorted((ROOT / f).rglob("*.py"))]
    return [p for p in found if "migrations" not in p.parts]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file with its line: at the top, in functions, under TYPE_CHECKING."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, node.module] if node.module else base)
            yield from ((node.lineno, f"{stem}.{alias.name}") for alias in node.names)


def names_in_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Imports in disguise: `app.Model` in relations and get_model, dotted paths for import_module."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in ("ForeignKey", "OneToOneField", "ManyToManyField", "get_model", "import_module", "import_string"):
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str) and "." in first.value:
                yield node.lineno, first.value


def test_every_package_has_its_storey() -> None:
    here = {p.parent.name for p in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert here <= set(STOREY)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_from_below(package: str) -> None:
    wrong = []
    for path in sources(package):
        for line, name in [*imports(path), *names_in_strings(path)]:
            other = name.split(".")[0]
            if other in STOREY and other != package and STOREY[other] <= STOREY[package]:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def test_nobody_imports_the_roof_or_the_tests() -> None:
    wrong = []
    for path in sources(*PACKAGES):
        for line, name in imports(path):
            owner = name.split(".")[0]
            if owner == "tests" or (owner == "dxportal" and path.parts[len(ROOT.parts)] != "dxportal"):
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def rank(module: str) -> int | None:
    """Line of a module inside its app; None when the tables above do not place it."""
    if module in SUNK:
        return RANK[SUNK[module]]
    parts = module.split(".")
    for depth in range(len(parts), 1, -1):
        if place := PLACES.get(".".join(parts[:depth])):
            return PURE if place[0] == "pure" else RANK[place[0]]
    # A module of one noun stands with its kind: charts_indicators with charts, queries_move with queries.
    return RANK.get(parts[1].split("_")[0]) if len(parts) > 1 else None


@cache
def modules() -> dict[str, Path]:
    return {module_of(p): p for p in sources(*PACKAGES)}


def inside(path: Path) -> Iterator[tuple[int, str]]:
    """Imports of a file from its own app, resolved to modules."""
    app = module_of(path).split(".")[0]
    for line, name in imports(path):
        if name.split(".")[0] != app:
            continue
        target = name if name in modules() else name.rpartition(".")[0]
        if "." in target:
            yield line, target


APPS = [p for p in PACKAGES if p not in ("dxportal", "lib")]


@pytest.mark.parametrize("app", APPS)
def test_modules_of_an_app_are_placed(app: str) -> None:
    unplaced = [m for m in modules() if m.startswith(f"{app}.") and rank(m) is None]
    assert not unplaced, "add them to PLACES with the reason they exist"


@pytest.mark.parametrize("app", APPS)
def test_modules_of_an_app_import_downwards(app: str) -> None:
    wrong = []
    for path in sources(app):
        here = rank(module_of(path))
        for line, target in inside(path):
            there = rank(target)
            if (module_of(path), target) in UPWARD:
                continue
            if here is not None and there is not None and there < here:
                wrong.append(f"{path.relative_to(ROOT)}:{line} imports {target}")
    assert not wrong


def test_places_name_only_modules_that_exist() -> None:
    assert not [m for m in [*PLACES, *SUNK] if m not in modules()]
    assert all(reason for _, reason in PLACES.values())


PURE_OF_LIB = ("lib.charts", "lib.fiscal", "lib.wareki", "lib.palette", "lib.states", "lib.fold.", "lib.formulas")


def pure_modules() -> list[str]:
    in_lib = [m for m in modules() if m.startswith(PURE_OF_LIB)]
    return in_lib + [m for m in modules() if m.split(".")[0] in APPS and rank(m) == PURE]


def test_pure_modules_know_no_django_and_no_clock() -> None:
    wrong = []
    for module in pure_modules():
        path = modules()[module]
        for line, name in imports(path):
            owner = name.split(".")[0]
            pure = name.startswith(PURE_OF_LIB) or rank(name) == PURE or rank(name.rpartition(".")[0] or name) == PURE
            if owner in ("django", "django_htmx", "django_filters") or (owner in STOREY and not pure):
                wrong.append(f"{module}:{line} imports {name}")
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("today", "now", "utcnow"):
                wrong.append(f"{module}:{node.lineno} reads the clock")
    assert not wrong


def test_services_know_no_request() -> None:
    wrong = []
    for module, path in modules().items():
        if rank(module) != RANK["services"] or module.split(".")[0] not in APPS:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.arg) and node.arg == "request":
                wrong.append(f"{module}:{node.lineno}")
        wrong += [f"{module}:{line}" for line, name in imports(path) if name.startswith(("django.http", "lib.http"))]
    assert not wrong


def test_public_services_take_keywords_only_and_say_who() -> None:
    wrong = []
    for module, path in modules().items():
        if not re.fullmatch(r"\w+\.services(\.\w+)?", module):
            continue
        for node in tree_of(path).body:
            decorated = isinstance(node, ast.FunctionDef) and any(
                ast.unparse(d).startswith("transaction.atomic") for d in node.decorator_list
            )
            if not decorated or node.name.startswith("_") or module == "audit.services.ledger":
                continue
            names = {a.arg for a in node.args.kwonlyargs}
            if node.args.args or not names & {"by", "user"}:
                wrong.append(f"{module}.{node.name}")
    assert not wrong


def test_views_do_not_write() -> None:
    """Saving is the business of services: no view touches a row."""
    acts = {"save", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
    wrong = []
    for module, path in modules().items():
        if rank(module) != RANK["views"] or module.split(".")[0] not in APPS:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in acts:
                owner = ast.unparse(node.func.value)
                if "services" not in owner and "session" not in owner:
                    wrong.append(f"{module}:{node.lineno} {owner}.{node.func.attr}")
    assert not wrong


def test_a_locked_row_may_still_be_referred_to() -> None:
    """Who writes a row that refers to a locked one would wait for it with the end of the ledger in hand."""
    wrong = []
    for path in sources(*PACKAGES):
        calls = [n for n in ast.walk(tree_of(path)) if isinstance(n, ast.Call)]
        locks = [n for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr == "select_for_update"]
        wrong += [f"{path}:{n.lineno}" for n in locks if "no_key" not in [k.arg for k in n.keywords]]
    assert not wrong


# ---- size, language and origin of files


def code_files() -> list[Path]:
    found = [p for f in (*PACKAGES, "templates", "static") for p in (ROOT / f).rglob("*")]
    kept = [p for p in found if p.suffix in (".py", ".html", ".css", ".js") and "migrations" not in p.parts]
    return [*kept, ROOT / "manage.py"]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in code_files()}
    assert not {p: n for p, n in lengths.items() if n > 400}


def all_text_files() -> list[Path]:
    left_out = {".git", ".venv", "var", "wheelhouse", "staticfiles", "__pycache__", "test-results"}
    kept = (".py", ".html", ".css", ".js", ".md", ".toml", ".lock", ".txt", ".json", ".svg", ".sh")
    named = [ROOT / "Makefile", ROOT / ".ci" / "run", ROOT / "NOTICE", ROOT / ".gitignore"]
    found = [p for p in ROOT.rglob("*") if p.suffix in kept and not left_out & set(p.relative_to(ROOT).parts)]
    return [p for p in [*found, *named] if p.is_file() and not any(d.startswith(".h") for d in p.parts)]


# Written in halves, so that this file does not contain what it forbids.
REGISTRIES = ("py~pi.org", "python~hosted.org", "npm~js.org", "crates~.io", "unp~kg.com", "jsde~livr")
UNFINISHED = ("TO~DO", "FIX~ME", "XX~X:", "mark.sk~ip", "mark.xf~ail", "pytest.sk~ip(", "raise NotImplemented~Error")
MACHINE = ("/wo~rk/", "/ro~ot/", "/ho~me/", "/op~t/", "/t~mp/")


@pytest.mark.parametrize(
    "words", [REGISTRIES, UNFINISHED, MACHINE], ids=["registry hosts", "unfinished work", "paths of one machine"]
)
def test_no_file_names(words: tuple[str, ...]) -> None:
    forbidden = [word.replace("~", "") for word in words]
    wrong = []
    for path in all_text_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            wrong += [f"{path.relative_to(ROOT)}:{number} {word}" for word in forbidden if word in line]
    assert not wrong


# Names of formats and the machine itself; nothing that a browser or the portal would fetch.
ADDRESSES = ("http://www.w3.org/2000/svg", "http://127.0.0.1", "https://127.0.0.1")


def test_nothing_is_fetched_from_elsewhere() -> None:
    wrong = []
    for path in code_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for address in re.findall(r"https?://[\w.:/-]+", line):
                if not address.startswith(ADDRESSES):
                    wrong.append(f"{path.relative_to(ROOT)}:{number} {address}")
    assert not wrong


# ---- what is imported is locked, and what is locked is used

# Used by name only: the server, the database driver, and what settings list as strings.
NAMED_ONLY = {"granian", "psycopg", "psycopg-binary", "whitenoise", "django-axes"}


def locked(name: str) -> tuple[set[str], set[str]]:
    """Packages of a lock: those asked for directly, and what they bring along."""
    direct, _, brought = (ROOT / name).read_text(encoding="utf-8").partition("\n\n")
    return _names(direct), _names(brought)


def _names(text: str) -> set[str]:
    return {line.partition("==")[0].lower() for line in text.splitlines() if "==" in line}


def imported(*folders: str) -> set[str]:
    known = packages_distributions()
    owners = {name.split(".")[0] for path in sources(*folders) for _, name in imports(path)}
    return {dist.lower() for owner in owners - set(STOREY) for dist in known.get(owner, ())}


def test_every_import_is_locked_for_running() -> None:
    direct, _ = locked("requirements.lock")
    assert imported(*PACKAGES) - direct == set()


def test_nothing_is_locked_in_vain() -> None:
    direct, _ = locked("requirements.lock")
    assert direct - imported(*PACKAGES) - NAMED_ONLY == set()
