"""Every page that grows, by what it offers as a file: the list behind it, a file of its own, or why there is none.

A new page with rows fails `test_every_list.py` until it stands here: a list without an export is a decision, never
an oversight.
"""

from __future__ import annotations

# The lists of the registry that a page offers in all four forms.
EXPORTED: dict[str, tuple[str, ...]] = {
    "accounts:departments": ("departments",),
    "accounts:orphans": ("orphans",),
    "accounts:reorganisations": ("reorganisations",),
    "accounts:users": ("users",),
    "actions:budget_season": ("budget-season",),
    "actions:budget_totals": ("budget-totals",),
    "actions:budgets": ("budgets",),
    "actions:detail": ("action-phases", "action-milestones", "action-reports"),
    "actions:grades": ("grades",),
    "actions:hurdles": ("hurdles",),
    "actions:list": ("actions",),
    "actions:programmes": ("programmes",),
    "actions:proposal": ("proposal-scores",),
    "actions:proposals": ("proposals",),
    "actions:requests": ("requests",),
    "actions:scales": ("scales",),
    "actions:schedule": ("schedule",),
    "audit:reads": ("reads",),
    "indicators:list": ("indicators",),
    "maturity:gaps": ("gaps",),
    "maturity:home": ("maturity",),
    "maturity:indicators": ("national-indicators",),
    "maturity:questionnaire": ("answers",),
    "maturity:references": ("references",),
    "maturity:review": ("review",),
    "maturity:surveys": ("surveys",),
    "maturity:usage": ("usage",),
    "meetings:bodies": ("bodies",),
    "meetings:compare": ("moves",),
    "meetings:decisions": ("decisions",),
    "meetings:home": ("meetings",),
    "meetings:publications": ("publications",),
    "meetings:snapshots": ("snapshots",),
    "national:checklist": ("checklist",),
    "national:checklists": ("checklists",),
    "national:home": ("national-current",),
    "national:register": ("registers",),
    "national:version": ("national-items",),
    "national:versions": ("national-versions", "mappings"),
    "rounds:detail": ("replies",),
    "rounds:list": ("rounds",),
    "strategy:home": ("plans",),
    "strategy:plan": ("elements",),
    "strategy:relations": ("relations",),
    "strategy:terms": ("terms",),
    "strategy:visions": ("visions",),
}

# Pages with files of their own, because what leaves is more than a table.
OWN_FILES: dict[str, str] = {
    "audit:entries": "audit:export",
    "meetings:pack": "meetings:pack_file",
    "strategy:compare": "strategy:compare_excel",
}

_FORM = "a form; its rows are those of the list that it changes"
_PART = "a part of another page, with a link to its list"
_ONE = "the page of one object"
_FILE = "a file itself"
_GATHERS = "gathers from lists that have their own files; every number opens one"
_TOOL = "what the portal remembers for its own use"
NOT_LISTS: dict[str, str] = {
    **dict.fromkeys(
        ("accounts:change", "accounts:change_create", "accounts:extend", "actions:budget_create", "actions:budget_grid",
         "actions:row",
         "actions:bulk", "actions:create", "actions:edit", "actions:hurdle_create", "actions:hurdle_edit",
         "actions:merge", "actions:proposal_decide", "actions:proposal_review", "maturity:answer_create",
         "maturity:answer_edit", "maturity:mapping", "maturity:rubric_edit", "maturity:rubric_publish",
         "maturity:usage_edit", "meetings:action_link", "meetings:action_open", "meetings:agenda_propose",
         "meetings:attendance", "meetings:create", "meetings:decision_create", "meetings:meeting_freeze",
         "meetings:round_freeze", "national:mapping_edit", "national:register_bulk", "national:version_follow",
         "rounds:close", "rounds:open", "rounds:reply", "rounds:return", "strategy:edition_publish",
         "strategy:element_links", "strategy:element_parent", "strategy:layers", "strategy:orphans", "blanks:use",
         "wizard:start"), _FORM),
    **dict.fromkeys(
        ("actions:department_actions", "actions:element_actions", "actions:element_figures", "actions:gap_actions",
         "actions:item_actions", "actions:item_schedule", "maturity:city", "national:checklist_summary"), _PART),
    **dict.fromkeys(
        ("accounts:reorganisation", "accounts:user", "actions:hurdle", "indicators:detail",
         "maturity:department", "maturity:gap", "maturity:rubric", "meetings:decision", "meetings:detail",
         "meetings:snapshot", "national:item", "strategy:element"), _ONE),
    **dict.fromkeys(
        ("audit:export", "blanks:fill", "exchange:list", "exchange:object_list", "exchange:workbook", "maturity:chart",
         "maturity:department_chart", "meetings:pack_print", "rounds:calendar_feed", "rounds:export_csv",
         "rounds:export_xlsx", "strategy:compare_excel"), _FILE),
    **dict.fromkeys(("dashboard:home", "dashboard:overview", "dashboard:projector", "dashboard:search"), _GATHERS),
    **dict.fromkeys(("blanks:list", "exchange:home", "rounds:calendar", "wizard:layouts"), _TOOL),
}  # fmt: skip
