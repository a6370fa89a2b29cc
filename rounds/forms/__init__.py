"""Forms of rounds."""

from rounds.forms.acts import AnswerForm, ReasonForm, ReturnForm, VersionForm, seen_versions
from rounds.forms.opening import EditForm, OpenForm, period_choices
from rounds.forms.questions import QuestionRows

__all__ = [
    "AnswerForm",
    "EditForm",
    "OpenForm",
    "QuestionRows",
    "ReasonForm",
    "ReturnForm",
    "VersionForm",
    "period_choices",
    "seen_versions",
]
