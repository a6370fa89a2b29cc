"""Budgets of サンプル市: the fiscal year before, this one, and what has been asked for the next. All made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from random import Random

from actions.models import FundingProgramme
from actions.services.budgets import create_budget, create_programme
from dxportal.demo.clock import moment, telling
from dxportal.demo.people import People
from dxportal.demo.work import Job
from lib import fiscal

EVERY = 2  # one action in so many has a budget
LEFT_OPEN = 4  # and of those that go on, one in so many has not asked yet
SHARES = {
    "own": {"general": 10}, "grant": {"national": 5, "general": 5}, "county": {"prefectural": 4, "general": 6},
    "bond": {"bond": 7, "general": 3}, "mixed": {"national": 5, "bond": 3, "other": 1, "general": 1},
}  # fmt: skip
KINDS = ("own", "own", "grant", "county", "bond", "mixed", "unknown")
COUNTY = {
    "name": "サンプル県 市町村デジタル化支援補助金（架空）", "short_name": "県デジタル補助", "level": "prefectural",
    "rate": "2/5", "source": "サンプル県の交付要綱（架空）", "verified": True,
    "note": "デモのための架空の制度です。",
}  # fmt: skip


def tell_budgets(today: dt.date, posts: People, jobs: Sequence[Job]) -> None:
    """Let 事務局 enter the programme of the county, and the departments their budgets, the day before `today`."""
    this = fiscal.fiscal_year(today)
    with telling(moment(today - dt.timedelta(days=1), 20, 45)):
        county = create_programme(
            by=posts.actor("secretariat"), valid_from=this - 2, valid_to=this, **COUNTY
        )
        programmes = {"county": county, "grant": _named("第2世代交付金"), "mixed": _named("第2世代交付金")}
        for job in _chosen(jobs, this):
            _tell(job, this, programmes, posts)


def _named(short_name: str) -> FundingProgramme:
    return FundingProgramme.objects.get(short_name=short_name)


def _chosen(jobs: Sequence[Job], this: int) -> list[Job]:
    since = fiscal.Period(str(this - 1)).start
    return [j for j in jobs if j.work.ends_on >= since][::EVERY]


def _tell(job: Job, this: int, programmes: dict[str, FundingProgramme], posts: People) -> None:
    rng = Random(f"budget {job.code}")  # noqa: S311
    kind, base = rng.choice(KINDS), rng.choice((480, 900, 1500, 2400, 3600, 6000, 9800, 14500, 24000))
    for year in (this - 1, this, this + 1):
        span = fiscal.Period(str(year))
        if job.work.starts_on > span.end or job.work.ends_on < span.start:
            continue
        if year > this and rng.randrange(LEFT_OPEN) == 0:
            continue
        _row(job, year, this, kind, base, programmes, rng, posts)


def _row(
    job: Job, year: int, this: int, kind: str, base: int, programmes: dict[str, FundingProgramme], rng: Random,
    posts: People,
) -> None:  # fmt: skip
    asked = base * rng.choice((9, 10, 11)) // 10 // 10 * 10
    granted = asked * rng.choice((8, 9, 10, 10)) // 10 // 10 * 10 if year <= this else None
    spent = granted - rng.choice((0, 3, 17, 48)) * granted // 400 if granted is not None and year < this else None
    amount = next(v for v in (spent, granted, asked) if v is not None)
    values = {"requested": asked, "approved": granted, "executed": spent, **_sources(kind, amount)}
    programme = programmes.get(kind)
    if programme and programme.is_valid_in(year):
        values["programme"] = programme
    by = posts.lead(job.department)
    create_budget(action=job.stored, fiscal_year=year, by=by, **values)
    if year == this and rng.randrange(6) == 0:
        more = max(100, base // 10 // 10 * 10)
        create_budget(
            action=job.stored, fiscal_year=year, kind="extra", number=1, requested=more, approved=more, by=by,
            note="6月補正", **_sources("own", more),
        )  # fmt: skip


def _sources(kind: str, amount: int) -> dict[str, int]:
    """A breakdown that adds up; none where the department does not know yet."""
    if kind == "unknown":
        return {}
    parts = dict.fromkeys(("national", "prefectural", "bond", "other", "general"), 0)
    parts |= {name: amount * tenths // 10 for name, tenths in SHARES[kind].items()}
    parts["general"] += amount - sum(parts.values())
    return parts
