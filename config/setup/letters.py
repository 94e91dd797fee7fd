"""A mail to one of our own, by the very way the newsletter goes, and what the server said to it."""

import email.policy
import uuid
from contextlib import closing
from email.headerregistry import Address
from email.message import EmailMessage
from textwrap import dedent

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format

from delivery.message import sender_of
from publication.access import record, require
from publication.masthead import current
from toolbox.addresses import AddressError, normalise
from toolbox.smtp import Answer, Verdict
from toolbox.text import one_line
from toolbox.transports import open_lines

# Seconds. Somebody waits for the page.
PATIENCE = 8.0
HELLO = "test mail"


def send(to: str, subject: str, text: str) -> Answer:
    """Send it at once and answer what the mail server said; an address that is none is refused."""
    publication = current()
    sender = sender_of(publication)
    try:
        to = normalise(to)
    except AddressError as error:
        return Answer(Verdict.PERMANENT, str(error))
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = Address(publication.sender_name, addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = one_line(subject)
    mail["Date"] = timezone.now()
    mail["Message-ID"] = f"<{uuid.uuid4().hex}@{sender.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    with closing(open_lines(1, timeout=PATIENCE)[0]) as line:
        return line.send(sender, to, mail.as_bytes())


def say_hello(to: str, *, by: User) -> Answer:
    """The test mail of the set-up."""
    require(by, "publication.change_publication")
    name = current().name
    text = f"""\
        This is the test mail of {name}, asked for by {by} on
        {date_format(timezone.localtime(), "j F Y, H:i")}.

        It came the way your issues will. Look at its sender, and whether it went to spam.
        """
    answer = send(to, f"Test mail of {name}", dedent(text))
    record(by, HELLO, "set-up", verdict=str(answer.verdict))
    return answer


def from_header() -> str:
    """The publication as the sender of a mail of Django's."""
    return str(Address(current().sender_name, addr_spec=sender_of(current())))
