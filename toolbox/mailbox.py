"""The local mailbox: where mail ends up on a laptop, an .eml file each; see /mailbox/."""

import time
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


def deposit(message: bytes) -> Path:
    """Put one mail into the box. Names sort by time of arrival."""
    box = Path(settings.MAILBOX_DIR)
    box.mkdir(parents=True, exist_ok=True)
    path = box / f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.eml"
    path.write_bytes(message)
    return path


class EmailBackend(BaseEmailBackend):
    """Django's door to the box: `EMAIL_URL=mailbox:`."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            deposit(message.message().as_bytes())
        return len(email_messages)
