"""Telling people of the staff by mail what waits for them."""

from email.headerregistry import Address
from textwrap import dedent

from django.core.mail import EmailMessage

from publication.access import holders
from publication.masthead import current
from toolbox.text import one_line


def tell(permission: str, subject: str, text: str) -> int:
    """Mail everybody who holds `permission` and has an address. Answers how many were told."""
    publication = current()
    sender = str(Address(publication.sender_name, addr_spec=publication.sender_email))
    who = holders(permission).exclude(email="")
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
