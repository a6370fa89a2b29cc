"""Forms of maturity, by what they change."""

from maturity.forms.rubrics import AxisForm, MappingForm, RubricForm, VersionForm
from maturity.forms.scores import CityForm, ReviewForm, ScoreForm

__all__ = ["AxisForm", "CityForm", "MappingForm", "ReviewForm", "RubricForm", "ScoreForm", "VersionForm"]
