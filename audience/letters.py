"""Sending a letter to one subscriber now."""

import email.policy
from contextlib import closing

from django.core.mail import EmailMultiAlternatives

from publication.masthead import current
from toolbox.addresses import normalise
from toolbox.smtp import Verdict
from toolbox.transports import open_lines


class NotSentError(Exception):
    """No server took it this time; it is still owed."""


def send(mail: EmailMultiAlternatives) -> None:
    """Hand it over. Refused for good is done as well. Raises NotSentError."""
    source = mail.message(policy=email.policy.SMTP).as_bytes()
    with closing(open_lines(1)[0]) as line:
        answer = line.send(normalise(current().sender_email), mail.to[0], source)
    if answer.verdict not in {Verdict.ACCEPTED, Verdict.PERMANENT}:
        raise NotSentError(answer.text)
