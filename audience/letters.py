"""Sending a letter to one subscriber now."""

from django.core.mail import EmailMultiAlternatives

from publication.letters import post
from toolbox.smtp import Verdict


class NotSentError(Exception):
    """No server took it this time; it is still owed."""


def send(mail: EmailMultiAlternatives) -> None:
    """Hand it over. Refused for good is done as well. Raises NotSentError."""
    answer = post(mail)
    if answer.verdict not in {Verdict.ACCEPTED, Verdict.PERMANENT}:
        raise NotSentError(answer.text)
