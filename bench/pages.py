"""What is measured: pages with the role that reads them, and the target as a ratio to the floor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


@dataclass(frozen=True)
class Measured:
    """One page. `most` is the ratio to the floor that it must not exceed at the largest size, `growth` the one
    between the largest city and the smallest; None where the figure is only reported. A row is `written` before each
    request of those that show what nothing kept of the database can spare (`lib.unchanged`)."""

    key: str
    label: str
    login: str
    route: str
    most: float | None = None
    growth: float | None = None
    args: Callable[[Any], list[Any]] = lambda found: []
    query: Callable[[Any], dict[str, Any]] = lambda found: {}
    target: str = ""
    written: bool = False
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        fragment = {"HX-Request": "true", "HX-Target": self.target} if self.target else {}
        object.__setattr__(self, "headers", fragment)

    def path(self, found: Any) -> str:
        query = urlencode(self.query(found), doseq=True)
        return reverse(self.route, args=self.args(found)) + (f"?{query}" if query else "")


LIST = "actions:list"
PAGES = (
    Measured("list", "取組の一覧 50行", "executive", LIST, 2.0, 1.3),
    Measured("fragment", "同 HTMXの断片", "executive", LIST, 1.5, 1.3, target="actions"),
    Measured(
        "filtered", "同 所属と状態で絞り込み", "executive", LIST, 2.0, 1.3,
        query=lambda f: {"department": f.department.pk, "state": ["run", "late"]},
    ),
    Measured("search", "同 文字で検索", "executive", LIST, 3.0, 1.3, query=lambda f: {"q": "電子"}),
    Measured("dashboard", "本部員のホーム", "executive", "dashboard:home", 4.0, 2.0),
    Measured("list-written", "取組の一覧、書き込みの直後", "executive", LIST, written=True),
    Measured("dashboard-written", "本部員のホーム、書き込みの直後", "executive", "dashboard:home", written=True),
    Measured("schedule", "工程表", "executive", "actions:schedule", 6.0, 1.3),
    Measured("round", "所属の照会 取組30件", "lead-bench", "rounds:reply", 4.0, None, args=lambda f: [f.reply.pk]),
    Measured("tree", "戦略 要素300", "executive", "strategy:plan", 3.0, 1.3, args=lambda f: [f.edition.pk]),
    Measured(
        "figures", "同 進捗の断片", "executive", "actions:element_figures", 3.0, None,
        query=lambda f: {"edition": f.edition.pk}, target="figures",
    ),
    Measured("detail", "取組の詳細と経過", "secretariat", "actions:detail", 1.5, None, args=lambda f: [f.action.pk]),
    Measured("monitor", "照会の状況", "secretariat", "rounds:detail", None, None, args=lambda f: [f.round.pk]),
    Measured("rounds", "照会の一覧", "secretariat", "rounds:list", None, 1.3),
    Measured("national", "国の計画", "executive", "national:home", None, None),
    Measured("maturity", "成熟度", "executive", "maturity:home", None, None),
    Measured("indicators", "指標の一覧", "executive", "indicators:list", None, 1.3),
    Measured("ledger", "操作の記録", "admin", "audit:entries", None, 1.3),
    Measured("users", "利用者の一覧", "admin", "accounts:users", None, 1.3),
    Measured("everything", "全体の検索", "executive", "dashboard:search", None, None, query=lambda f: {"q": "電子"}),
)  # fmt: skip
