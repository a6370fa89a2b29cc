"""Indicators follow their items to another version of the national plan."""

from __future__ import annotations

from strategy.models import Indicator
from strategy.relink_items import LinkFollower


class IndicatorItemFollower(LinkFollower):
    """Answers `strategy.relink_items` for indicators."""

    model = Indicator
    noun = "指標"
    route = "indicators:detail"
