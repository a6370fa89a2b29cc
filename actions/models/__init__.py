"""The models of actions, by what they hold."""

from actions.models.actions import (
    Action,
    Milestone,
    Phase,
    lifecycle_choices,
    merge_choices,
    owner_choices,
    reason_choices,
)
from actions.models.changes import DateChange, change_choices
from actions.models.grades import Grade, GradeScale, HeadGrade, PlanScale
from actions.models.hurdles import Hurdle, NoHurdle, PolicyRequest, hurdle_state_choices
from actions.models.money import Budget, FundingProgramme, budget_kind_choices, level_choices
from actions.models.proposals import (
    Proposal,
    Review,
    ReviewSheet,
    SheetScore,
    decision_choices,
    proposal_state_choices,
)
from actions.models.reports import ProgressReport

__all__ = [
    "Action",
    "Budget",
    "DateChange",
    "FundingProgramme",
    "Grade",
    "GradeScale",
    "HeadGrade",
    "Hurdle",
    "Milestone",
    "NoHurdle",
    "Phase",
    "PlanScale",
    "PolicyRequest",
    "ProgressReport",
    "Proposal",
    "Review",
    "ReviewSheet",
    "SheetScore",
    "budget_kind_choices",
    "change_choices",
    "decision_choices",
    "hurdle_state_choices",
    "level_choices",
    "lifecycle_choices",
    "merge_choices",
    "owner_choices",
    "proposal_state_choices",
    "reason_choices",
]
