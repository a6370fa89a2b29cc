"""Who may open and do what: one row for every route and method of the portal, a module an app."""

from tests.access import (
    accounts,
    actions,
    audit,
    blanks,
    dashboard,
    depth,
    evidence,
    exchange,
    hurdles,
    indicators,
    maturity,
    meetings,
    money,
    national,
    packs,
    proposals,
    rounds,
    strategy,
    wizard,
)
from tests.access.base import ROLES, Row, Values, key, pk

__all__ = ["ROLES", "ROWS", "Row", "Values", "key", "pk"]

MODULES = (
    accounts,
    actions,
    audit,
    blanks,
    dashboard,
    depth,
    evidence,
    exchange,
    hurdles,
    indicators,
    maturity,
    meetings,
    money,
    national,
    proposals,
    packs,
    rounds,
    strategy,
    wizard,
)
ROWS = [row for module in MODULES for row in module.ROWS]
