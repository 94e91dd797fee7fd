"""The mail: written once for everybody, filled in for each.

Taking a mail apart and building it again costs milliseconds; joining its pieces around a token
costs microseconds. So the bytes are made once, with a placeholder wherever a person's token will
stand, and everything that is one person's own is three lines on top.
"""

import email.policy
from collections.abc import Collection
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.text import slugify

from delivery.greeting import greeted
from delivery.quoting import quoted
from digest.models import RenderedIssue
from digest.parts import cut
from digest.placeholders import TOKEN, subscriber_links
from publication.masthead import current
from publication.models import Publication
from toolbox import signing
from toolbox.addresses import normalise
from toolbox.smtp_dialogue import Dotless
from toolbox.text import one_line
from toolbox.urls import absolute, absolute_url


class NoWayOutError(Exception):
    """The approved mail has no place for a person's own link out, so nobody may be sent it."""


def compose(
    rendered: RenderedIssue,
    *,
    mark: str = "",
    leave_out: Collection[str] = (),
    welcome: bool = False,
) -> bytes:
    """The approved mail as bytes, the placeholder in it. Raises NoWayOutError.

    `mark` stands before the subject of a mail that is not the real one. `leave_out`: the slugs of
    the sections that are cut out of what was approved. `welcome`: somebody's first one.
    """
    text, html = _without(rendered, leave_out)
    if welcome:
        text, html = greeted(text, html)
    for body in (text, html):
        if TOKEN not in body:
            raise NoWayOutError(f"{rendered} has no unsubscribe link in its text or its HTML.")
    publication = current()
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = Address(publication.sender_name, addr_spec=sender_of(publication))
    if publication.reply_to:
        mail["Reply-To"] = normalise(publication.reply_to)
    mail["Subject"] = one_line(f"{mark}{rendered.subject}")
    mail["List-Id"] = f"{one_line(publication.name)} <{_list_id(publication)}>"
    mail["MIME-Version"] = "1.0"
    mail.make_alternative()
    mail.attach(_part("plain", text))
    mail.attach(_part("html", html))
    return _list_headers(publication, rendered) + mail.as_bytes()


def _without(rendered: RenderedIssue, slugs: Collection[str]) -> tuple[str, str]:
    gone = [part for part in rendered.parts if part["section"] in slugs]
    text = cut(rendered.email_text, [part["text"] for part in gone])
    return text, cut(rendered.email_html, [part["html"] for part in gone])


def pieces_of(source: bytes) -> list[bytes]:
    """A composed mail cut at its placeholders. No line in it begins with a dot any more."""
    return source.replace(b"\r\n.", b"\r\n=2E").split(TOKEN.encode())


def fill_in(
    pieces: list[bytes], *, recipient: str, token: str, message_id: str, date: datetime
) -> bytes:
    """One person's mail, signed where this install signs."""
    own = f"To: {recipient}\r\nMessage-ID: {message_id}\r\nDate: {_stamp(date)}\r\n"
    mail = own.encode() + token.encode().join(pieces)
    if signing.is_on():
        # The Message-ID is on the domain mail is sent from.
        mail = signing.signature(mail, message_id.strip("<>").partition("@")[2]) + mail
    return Dotless(mail)


def sender_of(publication: Publication) -> str:
    """The address mail is sent from and bounces go to."""
    return normalise(publication.sender_email)


def _stamp(date: datetime) -> str:
    return _stamp_of_second(date.replace(microsecond=0))


@lru_cache(maxsize=4)
def _stamp_of_second(date: datetime) -> str:
    return format_datetime(date)


def _part(subtype: str, text: str) -> EmailMessage:
    part = EmailMessage(policy=email.policy.SMTP)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quoted(text, keep=TOKEN))
    return part


def _list_headers(publication: Publication, rendered: RenderedIssue) -> bytes:
    """RFC 2369 and 8058. Written by hand: `email` breaks long addresses into encoded words."""
    ways_out = [f"<{subscriber_links()['unsubscribe_url']}>"]
    if publication.reply_to:
        ways_out.append(f"<mailto:{normalise(publication.reply_to)}?subject=unsubscribe%20{TOKEN}>")
    lines = (
        f"List-Unsubscribe: {', '.join(ways_out)}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        f"List-Archive: <{absolute_url('archive:issue_list')}>",
        f"List-Help: <{absolute('/about/')}>",
        # By mailing, for the figures of Google's Postmaster Tools; nothing in it is a person's.
        f"Feedback-ID: issue-{rendered.issue.number}:newsletter:newsdesk:{_slug(publication)}",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _slug(publication: Publication) -> str:
    return slugify(publication.name) or "newsletter"


def _list_id(publication: Publication) -> str:
    """What mail programs sort by: it must not change when the title of an issue does."""
    return f"{_slug(publication)}.{urlsplit(settings.SITE_URL).hostname}"
