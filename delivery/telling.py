"""Telling the editors by mail what waits for them."""

from email.headerregistry import Address
from textwrap import dedent

from django.contrib.auth.models import User
from django.core.mail import EmailMessage

from delivery.models import Mailing
from publication.masthead import current
from toolbox.text import one_line
from toolbox.urls import absolute_url


def tell_held(mailing: Mailing, reason: str) -> int:
    """Say that a mailing was held, and where to go on. Answers how many were told."""
    page = absolute_url("admin:delivery_mailing_change", mailing.pk)
    return _tell(
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
    return _tell(
        "Newsdesk sends nothing until you say so",
        f"""\
        {reason}

        So that nobody gets an issue twice, nothing leaves until somebody has looked:
        {page}
        """,
    )


def _tell(subject: str, text: str) -> int:
    publication = current()
    sender = str(Address(publication.sender_name, addr_spec=publication.sender_email))
    who = User.objects.with_perm("delivery.send_mailing").exclude(email="")
    mails = [
        EmailMessage(
            subject=one_line(f"{publication.name}: {subject}", 150),
            body=dedent(text),
            from_email=sender,
            to=[person.email],
            headers={"Auto-Submitted": "auto-generated"},
        )
        for person in who
    ]
    return sum(mail.send() for mail in mails)
