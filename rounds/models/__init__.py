"""The models of rounds, by what they hold."""

from rounds.models.attachments import Attachment
from rounds.models.notices import CalendarToken, Reminder, reminder_choices
from rounds.models.questions import Answer, Question, kind_choices
from rounds.models.remarks import ReplyRemark
from rounds.models.rounds import FormerReply, Reply, Round, state_choices

__all__ = [
    "Answer",
    "Attachment",
    "CalendarToken",
    "FormerReply",
    "Question",
    "Reminder",
    "Reply",
    "ReplyRemark",
    "Round",
    "kind_choices",
    "reminder_choices",
    "state_choices",
]
