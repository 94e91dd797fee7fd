"""Telling the editors by mail what waits for them."""

from delivery.models import Mailing
from publication.telling import Notice, tell
from toolbox.urls import absolute_url

MAY_SEND = "delivery.send_mailing"
WHY = "Sent to those who may send mailings."


def tell_held(mailing: Mailing, reason: str) -> int:
    """Say that a mailing was held, and where to go on. Answers how many were told."""
    notice = Notice(
        subject=f"The mailing of {mailing.issue} is on hold",
        words=[reason, "Nothing more of it leaves until somebody has looked."],
        act="Resume or cancel it",
        page=absolute_url("admin:delivery_mailing_change", mailing.pk),
        why=WHY,
    )
    return tell(MAY_SEND, notice)


def tell_stopped(reason: str) -> int:
    """Say that this install sends nothing, and where to change that. Answers how many were told."""
    notice = Notice(
        subject="Newsdesk sends nothing until you say so",
        words=[reason, "So that nobody gets an issue twice, nothing leaves until you have looked."],
        act="Look at the mailings",
        page=absolute_url("admin:delivery_mailing_changelist"),
        why=WHY,
    )
    return tell(MAY_SEND, notice)
