"""Views of maturity, one module a subject."""

from maturity.views.assess import assess
from maturity.views.city import city_chart, department, department_chart, home
from maturity.views.gaps import gap, gaps
from maturity.views.review import city, city_level, review, review_score
from maturity.views.rubrics import (
    axis_create,
    axis_delete,
    axis_edit,
    axis_move,
    mapping,
    rubric,
    rubric_discard,
    rubric_draft,
    rubric_edit,
    rubric_publish,
    rubric_settings,
)

__all__ = [
    "assess",
    "axis_create",
    "axis_delete",
    "axis_edit",
    "axis_move",
    "city",
    "city_chart",
    "city_level",
    "department",
    "department_chart",
    "gap",
    "gaps",
    "home",
    "mapping",
    "review",
    "review_score",
    "rubric",
    "rubric_discard",
    "rubric_draft",
    "rubric_edit",
    "rubric_publish",
    "rubric_settings",
]
