"""How mail leaves: over SMTP lines of our own, or by any other mailer Django knows."""

import email
import email.policy
from typing import Protocol

from django.conf import settings
from django.core.mail import EmailMessage, mailers

from toolbox import smtp
from toolbox.service import ServiceLine
from toolbox.smtp import Answer, Verdict

SMTP = "django.core.mail.backends.smtp.EmailBackend"
# As it was built, byte for byte: no header is folded anew.
_AS_BUILT = email.policy.SMTP.clone(refold_source="none")


class Line(Protocol):
    """One way out, for one thread."""

    def send(self, sender: str, recipient: str, message: bytes) -> Answer: ...

    def close(self) -> None: ...


def open_lines(count: int, *, timeout: float | None = None) -> list[Line]:
    """The lines mail goes out by. They connect when they are first used.

    `timeout`: seconds, where somebody waits for the answer and cannot wait as long as a worker.
    """
    mailer = settings.MAILERS["default"]
    if mailer.get("BACKEND", SMTP) == SMTP:
        options = mailer["OPTIONS"] | ({"timeout": timeout} if timeout else {})
        return [smtp.Line(**options) for _ in range(count)]
    if mailer["BACKEND"].startswith("anymail."):
        return [ServiceLine() for _ in range(count)]
    return [MailerLine()]


class MailerLine:
    """Django's default mailer, such as the local mailbox of a laptop."""

    def send(self, sender: str, recipient: str, message: bytes) -> Answer:
        """A mailer that fails does not say whether the mail left, so nobody knows."""
        try:
            sent = mailers.default.send_messages([Built(message, recipient)])
        except Exception as error:
            answer = Answer(Verdict.UNKNOWN, f"{type(error).__name__}: {error}")
            return smtp.anonymous(answer, recipient)
        verdict = Verdict.ACCEPTED if sent else Verdict.TEMPORARY
        return Answer(verdict, f"{sent or 'not'} taken by {settings.MAILERS['default']['BACKEND']}")

    def close(self) -> None:
        """Nothing is kept open."""


class Built(EmailMessage):
    """A mail that is built already, in the shape Django's mailers take."""

    def __init__(self, source: bytes, recipient: str) -> None:
        self.built = email.message_from_bytes(source, policy=_AS_BUILT)
        super().__init__(
            subject=str(self.built["Subject"]), from_email=str(self.built["From"]), to=[recipient]
        )

    def message(self, **options: object) -> email.message.EmailMessage:
        """The bytes it was made from, parsed."""
        return self.built
