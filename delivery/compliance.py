"""What makes mail pass: the DNS records to set, and what a mail that arrived shows."""

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address

from django.conf import settings

from delivery.message import compose, fill_in, pieces_of, sender_of
from digest.models import RenderedIssue
from publication.masthead import current
from toolbox import signing

# Gmail clips a mail beyond it; with the parts that are one person's own.
CLIPPED = 102_400
LONGEST_LINE = 998
ONCE = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id")
ONE_CLICK = ("List-Unsubscribe", "List-Unsubscribe-Post")
METHODS = ("spf", "dkim", "dmarc")
# As long as a subscriber's token.
NOBODYS = "a-test-mail-of-nobodys"


@dataclass(frozen=True)
class Record:
    """One DNS record. An empty value: somebody else gives it, and `why` says who."""

    kind: str
    name: str
    value: str
    why: str


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `is_good` is None where the mail does not say."""

    what: str
    is_good: bool | None
    words: str


def records() -> list[Record]:
    """For the domain mail is sent from, by how it is sent. Raises OSError, ValueError."""
    domain = sender_of(current()).partition("@")[2]
    return [_spf(domain), _dkim(domain), _dmarc(domain)]


def _spf(domain: str) -> Record:
    why = "Says which servers may send for the domain. One record a domain: add to it if there is."
    options = settings.MAILERS["default"].get("OPTIONS", {})
    if "host" in options:
        return Record("TXT", domain, f"v=spf1 {_mechanism(options['host'])} ~all", why)
    return Record("TXT", domain, "", f"{why} Your mail service names what to include.")


def _mechanism(host: str) -> str:
    """How SPF names a server: by its name, or by its bare address (RFC 7208, 5.3 and 5.6)."""
    try:
        return f"ip{ip_address(host).version}:{host}"
    except ValueError:
        return f"a:{host}"


def _dkim(domain: str) -> Record:
    why = "The public half of the key that signs each mail."
    if signing.is_on():
        selector = settings.MAIL_DKIM["selector"]
        return Record("TXT", f"{selector}._domainkey.{domain}", signing.record(), why)
    giver = "Your mail server or service signs and gives it; else set MAIL_DKIM_KEY."
    return Record("TXT", f"selector._domainkey.{domain}", "", f"{why} {giver}")


def _dmarc(domain: str) -> Record:
    why = (
        "Says what to do with mail that fails both. Begin with p=none, read the reports for some "
        "weeks, then p=quarantine."
    )
    return Record("TXT", f"_dmarc.{domain}", f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}", why)


def sample(rendered: RenderedIssue) -> bytes:
    """The mail of an issue as it leaves, its links nobody's."""
    sender = sender_of(current())
    return fill_in(
        pieces_of(compose(rendered)),
        recipient=sender,
        token=NOBODYS,
        message_id=f"<sample@{sender.partition('@')[2]}>",
        date=rendered.created_at,
    )


def examine(source: bytes) -> list[Finding]:
    """Look a mail over: as it leaves, or the source of one that arrived."""
    lines = re.sub(b"\r\n|\r|\n", b"\r\n", source.strip()) + b"\r\n"
    mail = email.message_from_bytes(lines, policy=email.policy.default)
    if not isinstance(mail, EmailMessage) or mail["From"] is None:
        return [
            Finding(
                "Source", is_good=False, words="This is not the source of a mail: it has no From."
            )
        ]
    return [
        *_headers(mail),
        *_shape(mail, lines),
        *_signature(mail),
        *_results(mail),
    ]


def _headers(mail: EmailMessage) -> Iterator[Finding]:
    for name in ONCE:
        count = len(mail.get_all(name, []))
        words = "there once" if count == 1 else "missing" if not count else f"there {count} times"
        yield Finding(name, count == 1, words)
    out = str(mail["List-Unsubscribe"] or "")
    good = out.startswith("<https://")
    words = out or "missing"
    yield Finding("List-Unsubscribe", good, words if good else f"{words}; https has to come first")
    post = str(mail["List-Unsubscribe-Post"] or "")
    yield Finding(ONE_CLICK[1], post == "List-Unsubscribe=One-Click", post or "missing")


def _shape(mail: EmailMessage, source: bytes) -> Iterator[Finding]:
    kinds = [part.get_content_type() for part in mail.walk()][1:]
    good = mail.get_content_type() == "multipart/alternative" and kinds == [
        "text/plain",
        "text/html",
    ]
    yield Finding("Parts", good, ", ".join(kinds) or mail.get_content_type())
    longest = max(map(len, source.split(b"\r\n")))
    yield Finding(
        "Longest line", longest <= LONGEST_LINE, f"{longest} characters of {LONGEST_LINE}"
    )
    html = mail.get_body(("html",))
    size = len(html.get_content().encode()) if html is not None else len(source)
    yield Finding("Size", size < CLIPPED, f"{size:,} bytes; Gmail clips from {CLIPPED:,}")


def _signature(mail: EmailMessage) -> Iterator[Finding]:
    covered = [
        {name.strip().lower() for name in found[1].split(":")}
        for signature in mail.get_all("DKIM-Signature", [])
        if (found := re.search(r"\bh=([^;]+)", re.sub(r"\s", "", str(signature))))
    ]
    if not covered:
        told = "none in this mail: your mail server or service has to add it"
        yield Finding("DKIM signature", None, told)
        return
    both = any({name.lower() for name in ONE_CLICK} <= names for names in covered)
    words = "covers the one-click headers" if both else "leaves out the one-click headers"
    yield Finding("DKIM signature", both, words)


def _results(mail: EmailMessage) -> Iterator[Finding]:
    """The first Authentication-Results is that of the server that took the mail last."""
    told = str((mail.get_all("Authentication-Results") or [""])[0])
    for method in METHODS:
        found = re.search(rf"\b{method}=(\w+)", told)
        if found is None:
            yield Finding(method.upper(), None, "not told: paste a mail that has arrived")
        else:
            yield Finding(method.upper(), found[1] == "pass", found[1])
