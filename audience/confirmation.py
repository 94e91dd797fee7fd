"""The confirmation mail: no news, one link, and why it came."""

import email.policy
from contextlib import closing
from datetime import datetime
from email.headerregistry import Address

from django.core.mail import EmailMultiAlternatives
from django.db.models import F
from django.template.loader import render_to_string
from django.utils.crypto import salted_hmac

from audience.models import Subscriber
from audience.tokens import confirmation_token
from publication.masthead import current
from toolbox import mjml
from toolbox.addresses import normalise
from toolbox.smtp import Answer, Verdict
from toolbox.transports import open_lines
from toolbox.urls import absolute, absolute_url


class NotSentError(Exception):
    """No server took it this time; it is still owed."""


def send(subscriber_id: int, *, now: datetime) -> bool:
    """Send what the latest request is owed; answers False when that was done before.

    Killed between sending and noting it, it sends again: the same mail, the same Message-ID.
    What is refused for good is not tried again. Raises NotSentError.
    """
    subscriber = Subscriber.objects.owed_a_confirmation().filter(pk=subscriber_id).first()
    if subscriber is None:
        return False
    answer = _hand_over(subscriber)
    if answer.verdict not in {Verdict.ACCEPTED, Verdict.PERMANENT}:
        raise NotSentError(answer.text)
    Subscriber.objects.filter(pk=subscriber.pk).update(
        confirmation_sent_at=now, confirmations_sent=F("confirmations_sent") + 1
    )
    return True


def _hand_over(subscriber: Subscriber) -> Answer:
    source = letter(subscriber).message(policy=email.policy.SMTP).as_bytes()
    sender = normalise(current().sender_email)
    with closing(open_lines(1)[0]) as line:
        return line.send(sender, subscriber.email, source)


def letter(subscriber: Subscriber) -> EmailMultiAlternatives:
    """The mail for this request."""
    publication = current()
    context = {
        "publication": publication,
        "confirm_url": absolute_url("audience:confirm", confirmation_token(subscriber)),
        "site_url": absolute(""),
        "subscriber": subscriber,
    }
    sender = Address(publication.sender_name, addr_spec=publication.sender_email)
    mail = EmailMultiAlternatives(
        subject=render_to_string("emails/confirm.subject.txt", context).strip(),
        body=render_to_string("emails/confirm.txt", context),
        from_email=str(sender),
        to=[subscriber.email],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": _message_id(subscriber, sender)},
    )
    html = mjml.to_html(render_to_string("emails/confirm.mjml", context))
    mail.attach_alternative(html, "text/html")
    return mail


def _message_id(subscriber: Subscriber, sender: Address) -> str:
    """One for each request, so that a mail sent twice is seen to be the same."""
    request = salted_hmac(
        "audience.confirmation", subscriber.confirm_nonce, algorithm="sha256"
    ).hexdigest()
    return f"<{request[:32]}@{sender.domain}>"
