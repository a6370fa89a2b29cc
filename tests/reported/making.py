"""A round that asks for figures, and what a department is asked in it."""

from __future__ import annotations

from types import SimpleNamespace

from tests import builders as make
from tests.indicators.builders import make_indicator


def build(world: SimpleNamespace) -> None:
    """An old round that is still open asks 税務課 about its register row and its indicator."""
    world.figures_round = make.make_round("2023H1", sections=["registers", "indicators"])
    world.figures_reply = make.make_reply(round=world.figures_round, department=world.own)


def grow_figures(world: SimpleNamespace) -> None:
    make.make_register_entry(register=world.register, department=world.own)
    make_indicator(department=world.own, actuals={"2023-03-31": 2})
