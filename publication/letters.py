"""Mails to one person that are no issue: no news, one button, and why it came."""

import email.policy
import uuid
from contextlib import closing
from email.headerregistry import Address

from django.core.mail import EmailMultiAlternatives
from django.utils.crypto import salted_hmac

from publication.masthead import current
from toolbox import mjml
from toolbox.addresses import normalise
from toolbox.jinja import draw
from toolbox.smtp import Answer
from toolbox.transports import open_lines
from toolbox.urls import absolute


def letter(name: str, to: str, *, nonce: str = "", **words: object) -> EmailMultiAlternatives:
    """The mail of the templates emails/`name`.*; the same `nonce`, the same Message-ID."""
    publication = current()
    context = {"publication": publication, "site_url": absolute(""), **words}
    sender = Address(publication.sender_name, addr_spec=publication.sender_email)
    mail = EmailMultiAlternatives(
        subject=draw(f"emails/{name}.subject.txt", context).strip(),
        body=draw(f"emails/{name}.txt", context),
        from_email=str(sender),
        to=[to],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": _message_id(name, nonce or uuid.uuid4().hex, sender),
        },
    )
    html = mjml.to_html(draw(f"emails/{name}.mjml", context))
    mail.attach_alternative(html, "text/html")
    return mail


def post(mail: EmailMultiAlternatives, *, timeout: float | None = None) -> Answer:
    """Hand it over at once, by the very way the newsletter goes, and answer what the server said.

    `timeout`: seconds, where somebody waits for the page. Raises AddressError.
    """
    sender, to = normalise(current().sender_email), normalise(mail.to[0])
    source = mail.message(policy=email.policy.SMTP).as_bytes()
    with closing(open_lines(1, timeout=timeout)[0]) as line:
        return line.send(sender, to, source)


def _message_id(name: str, nonce: str, sender: Address) -> str:
    """One for each request, so that a mail sent twice is seen to be the same."""
    request = salted_hmac(f"publication.letters.{name}", nonce, algorithm="sha256").hexdigest()
    return f"<{request[:32]}@{sender.domain}>"
