"""What 事務局 set beside the self-assessments of サンプル市: reviewed levels, and the city's own assessment."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from lib import ledger
from maturity import queries
from maturity.models import Axis, Score
from maturity.services import review_score, save_city_level
from rounds.models import Round

# Every so many answers one is a level too high; the axes that the latest review has reached so far.
STRICT_EVERY, REACHED = 9, 2
DOUBT = "根拠の資料からは、この段階まで確かめられない。"
EVIDENCE = "庁内調査の結果と本部会議の資料"
WORDS = "進んだ課が出てきた一方、課によって差が大きい。全庁の決まりとして整えるところまでは届いていない。"


def tell_calibration(today: dt.date, posts: People) -> None:
    """Review the round before the latest one in full and the latest one in part; rate the city in both."""
    by = posts.actor("secretariat")
    with telling(moment(today - dt.timedelta(days=1), 21)):
        for age, round_ in enumerate(queries.assessed_rounds()[:2]):
            scores = queries.scores_to_review(round_.pk)
            lines = [a.line for a in Axis.objects.filter(rubric__is_current=True)]
            reached = lines if age else lines[:REACHED]
            _review([s for s in scores if s.axis.line in reached], by)
            _rate(round_, by)


def _review(scores: list[Score], by: ledger.Actor) -> None:
    rated = [s for s in scores if s.level is not None]
    for place, score in enumerate(rated):
        strict = place % STRICT_EVERY == STRICT_EVERY - 1 and score.level > 1
        review_score(
            score=score, reviewed_level=score.level - strict, review_comment=DOUBT if strict else "",
            version=score.version, by=by,
        )  # fmt: skip


def _rate(round_: Round, by: ledger.Actor) -> None:
    """The city stands a little below its departments: the level that their average has fully reached."""
    found = queries.city_radar(round_.pk)
    means: dict[str, Decimal | None] = {a.key: a.now for a in found.axes} if found else {}
    rubric = queries.rubric_of_round(round_)
    for axis in rubric.axes.all() if rubric else ():
        if (mean := means.get(axis.line)) is not None:
            save_city_level(
                round_=round_, axis=axis, level=max(rubric.lowest, math.floor(mean)), evidence=EVIDENCE,
                comment=WORDS, version=1, by=by,
            )  # fmt: skip
