"""Letters to one person, none of them an issue: no news, one link, and why it came."""

import email.policy
from contextlib import closing
from email.headerregistry import Address

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from publication.masthead import current
from toolbox import mjml
from toolbox.addresses import normalise
from toolbox.smtp import Verdict
from toolbox.transports import open_lines
from toolbox.urls import absolute


class NotSentError(Exception):
    """No server took it this time; it is still owed."""


def letter(name: str, to: str, *, nonce: str, **words: object) -> EmailMultiAlternatives:
    """The mail of the templates emails/`name`.*; the same `nonce`, the same Message-ID."""
    publication = current()
    context = {"publication": publication, "site_url": absolute(""), **words}
    sender = Address(publication.sender_name, addr_spec=publication.sender_email)
    mail = EmailMultiAlternatives(
        subject=render_to_string(f"emails/{name}.subject.txt", context).strip(),
        body=render_to_string(f"emails/{name}.txt", context),
        from_email=str(sender),
        to=[to],
        headers={
            "Auto-Submitted": "auto-generated",
            "Message-ID": _message_id(name, nonce, sender),
        },
    )
    html = mjml.to_html(render_to_string(f"emails/{name}.mjml", context))
    mail.attach_alternative(html, "text/html")
    return mail


def send(mail: EmailMultiAlternatives) -> None:
    """Hand it over. Refused for good is done as well. Raises NotSentError."""
    source = mail.message(policy=email.policy.SMTP).as_bytes()
    with closing(open_lines(1)[0]) as line:
        answer = line.send(normalise(current().sender_email), mail.to[0], source)
    if answer.verdict not in {Verdict.ACCEPTED, Verdict.PERMANENT}:
        raise NotSentError(answer.text)


def _message_id(name: str, nonce: str, sender: Address) -> str:
    """One for each request, so that a mail sent twice is seen to be the same."""
    request = salted_hmac(f"audience.{name}", nonce, algorithm="sha256").hexdigest()
    return f"<{request[:32]}@{sender.domain}>"
