"""Mail by a mail service's API, through django-anymail."""

import email
import email.policy
from contextlib import suppress
from typing import Any, cast

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, mailers

from toolbox.smtp import Answer, Verdict, anonymous

# Written by the service, or by Django from fields of their own.
_NOT_HEADERS = {"to", "from", "subject", "reply-to", "mime-version", "content-type", "date"}
# What a status says of our message, beyond "not so": asked too often, and not who we say we are.
_STATUSES = {401: Verdict.AWAY, 403: Verdict.AWAY, 429: Verdict.TEMPORARY, 503: Verdict.TEMPORARY}


class ServiceLine:
    """One connection to a mail service, kept. For one thread."""

    def __init__(self) -> None:
        self._service: Any = None

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """Hand over one message. Without an answer nobody knows whether it was taken."""
        mail = letter(message, recipient)
        try:
            if self._service is None:
                self._service = mailers.default
                self._service.open()
            self._service.send_messages([mail])
        except AnymailRecipientsRefused as error:
            return anonymous(Answer(Verdict.PERMANENT, str(error)), recipient)
        except AnymailAPIError as error:
            return anonymous(Answer(_verdict(error), str(error)), recipient)
        except AnymailError as error:
            # It never left: our own set-up, or words the service has no place for.
            return anonymous(Answer(Verdict.AWAY, str(error)), recipient)
        status = cast("Any", mail).anymail_status
        known = status.message_id if isinstance(status.message_id, str) else ""
        return Answer(Verdict.ACCEPTED, f"taken by {self._service.esp_name}", known[:200])

    def close(self) -> None:
        """Hang up."""
        if self._service is not None:
            with suppress(OSError):
                self._service.close()
            self._service = None


def letter(message: bytes, recipient: str) -> EmailMultiAlternatives:
    """The built mail, in the fields a service wants it in; nothing of it is counted or followed."""
    built = email.message_from_bytes(message, policy=email.policy.SMTP)
    text, html = built.get_body(("plain",)), built.get_body(("html",))
    mail = EmailMultiAlternatives(
        subject=str(built["Subject"]),
        body=text.get_content() if text is not None else "",
        from_email=str(built["From"]),
        to=[recipient],
        reply_to=[str(built["Reply-To"])] if built["Reply-To"] else None,
        headers={
            name: str(value) for name, value in built.items() if name.lower() not in _NOT_HEADERS
        },
    )
    if html is not None:
        mail.attach_alternative(html.get_content(), "text/html")
    return mail


def _verdict(error: AnymailAPIError) -> Verdict:
    """No status means no answer; from 500 on the service itself does not know."""
    status = getattr(error, "status_code", None)
    if status is None or (status >= 500 and status not in _STATUSES):
        return Verdict.UNKNOWN
    return _STATUSES.get(status, Verdict.PERMANENT)
