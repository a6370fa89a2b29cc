"""How an answer on one axis is said in Japanese."""

from __future__ import annotations

from lib import wareki
from maturity.models import Score


def level_words(score: Score | None) -> str:
    """レベル3, 該当なし or 未回答."""
    if score is None or not score.is_answered:
        return "未回答"
    return "該当なし" if score.not_applicable else f"レベル{score.level}"


def change_words(levels: int) -> str:
    """前回から+1, 前回と同じ."""
    if not levels:
        return "前回と同じ"
    return f"前回から+{levels}" if levels > 0 else f"前回から−{-levels}"


def goal_words(score: Score) -> str:
    """目標 令和10年3月末, or 目標 without a date."""
    return f"目標 {wareki.format_date(score.target_on, 'month_end')}" if score.target_on else "目標"


def target_words(score: Score) -> str:
    """レベル4（令和10年3月末）; empty without a target."""
    if score.target_level is None:
        return ""
    due = f"（{wareki.format_date(score.target_on, 'month_end')}）" if score.target_on else ""
    return f"レベル{score.target_level}{due}"


def reviewed_words(score: Score) -> str:
    """レベル3, or 未確認 as long as 事務局 set none."""
    return "未確認" if score.reviewed_level is None else f"レベル{score.reviewed_level}"
