"""What the page of a snapshot shows, computed from its content alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lib import charts
from lib.states import STATES
from meetings.words import thread

BAR_ORDER = ("done", "run", "late", "over", "todo", "stop")
DELAYED = ("late", "over")


def page(content: Mapping[str, Any], asked: Mapping[str, str]) -> dict[str, Any]:
    """Context of the page; `asked` may name a state, a department or an item."""
    rows = [_action(a) for a in content["actions"] if _wanted(a, asked)]
    scale = charts.stack_scale([i["counts"] for i in content["items"]]) or 1
    return {
        "content": content, "rows": rows, "total": len(content["actions"]), "shown": len(rows),
        "tiles": _tiles(content),
        "items": [_barred(i, scale, f"i{i['id']}") for i in content["items"] if i["category"] == "priority"],
        "visions": [_barred(e, None, f"v{e['id']}") for e in content["elements"] if e["leading"]],
        "silent": [d for d in content["departments"] if d["id"] in set(content["silent"])],
        "departments": [d for d in content["departments"] if sum(d["counts"].values())],
        "legend": charts.legend(present=[k for k in BAR_ORDER if content["totals"].get(k)]),
        "filtered": bool(_filters(asked)), "asked": asked, "radar": _radar(content.get("maturity")),
    }  # fmt: skip


def _tiles(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Numbers by state in the words of that day; icon and colour are the portal's."""
    shown = [k for k in BAR_ORDER if k != "stop" or content["totals"].get(k)]
    return [
        {
            "key": k, "label": content["labels"]["states"][k], "icon": STATES[k].icon,
            "css": "todo" if k == "stop" else STATES[k].css, "count": content["totals"].get(k, 0),
        }
        for k in shown
    ]  # fmt: skip


def _filters(asked: Mapping[str, str]) -> dict[str, str]:
    return {k: asked[k] for k in ("state", "department", "item") if asked.get(k)}


def _wanted(row: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    wanted = _filters(asked)
    state = wanted.get("state")
    return (
        (not state or row["state"] == state or (state == "behind" and row["state"] in DELAYED))
        and wanted.get("department") in (None, str(row["department"]))
        and ("item" not in wanted or wanted["item"] in {i["key"] for i in row["items"]})
    )


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    state = STATES[row["state"]]
    return {**row, "thread": thread(row["pushes"], row["ends_on"]), "css": state.css, "icon": state.icon}


def _barred(row: Mapping[str, Any], scale: int | None, uid: str) -> dict[str, Any]:
    counts = {k: row["counts"].get(k, 0) for k in BAR_ORDER if row["counts"].get(k)}
    bar = charts.stacked_bar(counts, scale=scale or max(1, sum(counts.values())))
    return {**row, "bar": bar, "uid": uid}


def _radar(maturity: Mapping[str, Any] | None) -> Any:
    if not maturity or not maturity["axes"]:
        return None
    axes = maturity["axes"]
    series = [
        charts.RadarSeries("now", "自己評価", [_number(a["self"]) for a in axes]),
        charts.RadarSeries("target", "目標", [_number(a["target"]) for a in axes]),
    ]
    return charts.radar([a["name"] for a in axes], series)


def _number(text: str | None) -> float | None:
    return float(text) if text is not None else None
