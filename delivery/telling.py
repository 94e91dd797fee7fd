"""Telling the editors by mail what waits for them."""

from delivery.models import Mailing
from publication.telling import tell
from toolbox.urls import absolute_url

MAY_SEND = "delivery.send_mailing"


def tell_held(mailing: Mailing, reason: str) -> int:
    """Say that a mailing was held, and where to go on. Answers how many were told."""
    page = absolute_url("admin:delivery_mailing_change", mailing.pk)
    return tell(
        MAY_SEND,
        f"The mailing of {mailing.issue} is on hold",
        f"""\
        {reason}

        Nothing more of it leaves until somebody has looked. Resume or cancel it here:
        {page}
        """,
    )


def tell_stopped(reason: str) -> int:
    """Say that this install sends nothing, and where to change that. Answers how many were told."""
    page = absolute_url("admin:delivery_mailing_changelist")
    return tell(
        MAY_SEND,
        "Newsdesk sends nothing until you say so",
        f"""\
        {reason}

        So that nobody gets an issue twice, nothing leaves until somebody has looked:
        {page}
        """,
    )
