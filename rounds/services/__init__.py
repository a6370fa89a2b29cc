"""The writes of rounds, by what they change."""

from rounds.services.answers import save_answer
from rounds.services.attachments import attach_files, remove_attachment
from rounds.services.calendars import create_token, digest_of, revoke_token
from rounds.services.corrections import correct_reply, reopen_reply, resolve_remark, void_reply
from rounds.services.reminders import due_notices, send_reminders
from rounds.services.replies import (
    RETURNABLE,
    Mark,
    accept_replies,
    accept_reply,
    approve_reply,
    return_reply,
    send_back_reply,
    submit_reply,
    touch,
    withdraw_reply,
)
from rounds.services.rounds import close_round, default_title, open_round, reopen_round, update_round

__all__ = [
    "RETURNABLE",
    "Mark",
    "accept_replies",
    "accept_reply",
    "approve_reply",
    "attach_files",
    "close_round",
    "correct_reply",
    "create_token",
    "default_title",
    "digest_of",
    "due_notices",
    "open_round",
    "remove_attachment",
    "reopen_reply",
    "reopen_round",
    "resolve_remark",
    "return_reply",
    "revoke_token",
    "save_answer",
    "send_back_reply",
    "send_reminders",
    "submit_reply",
    "touch",
    "update_round",
    "void_reply",
    "withdraw_reply",
]
