"""Models of the strategy: the city's own plans, the national plan, registers, checklists, indicators."""

from strategy.models.checklists import Checklist, ChecklistGroup, ChecklistItem
from strategy.models.editions import ChangeNote, DeletedElement, PlannedRelink
from strategy.models.indicators import ActualCorrection, Indicator, IndicatorActual, IndicatorTarget
from strategy.models.national import ItemMapping, NationalMove, NationalPlan, NationalTarget, PriorityItem
from strategy.models.plans import Edition, Element, ElementLink, Layer, Plan
from strategy.models.registers import Register, RegisterEntry
from strategy.models.relations import PlanRelation
from strategy.models.reported import ReportedFigure
from strategy.models.terms import Term
from strategy.models.visions import PersonalVision

__all__ = [
    "ActualCorrection",
    "ChangeNote",
    "Checklist",
    "ChecklistGroup",
    "ChecklistItem",
    "DeletedElement",
    "Edition",
    "Element",
    "ElementLink",
    "Indicator",
    "IndicatorActual",
    "IndicatorTarget",
    "ItemMapping",
    "Layer",
    "NationalMove",
    "NationalPlan",
    "NationalTarget",
    "PersonalVision",
    "Plan",
    "PlanRelation",
    "PlannedRelink",
    "PriorityItem",
    "Register",
    "RegisterEntry",
    "ReportedFigure",
    "Term",
]
