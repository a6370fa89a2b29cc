"""The writes of maturity, by what they change."""

from maturity.services.assess import (
    CITY_FIELDS,
    FIELDS,
    REVIEW_FIELDS,
    UNSAFE,
    accept_assessment,
    review_score,
    save_city_level,
    save_score,
)
from maturity.services.loading import load_rubric
from maturity.services.publishing import discard_draft, problems, publish_rubric, set_mapping, start_draft
from maturity.services.rubrics import create_axis, delete_axis, move_axis, update_axis, update_rubric

__all__ = [
    "CITY_FIELDS",
    "FIELDS",
    "REVIEW_FIELDS",
    "UNSAFE",
    "accept_assessment",
    "create_axis",
    "delete_axis",
    "discard_draft",
    "load_rubric",
    "move_axis",
    "problems",
    "publish_rubric",
    "review_score",
    "save_city_level",
    "save_score",
    "set_mapping",
    "start_draft",
    "update_axis",
    "update_rubric",
]
