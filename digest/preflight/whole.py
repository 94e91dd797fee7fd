"""The issue as a whole: its head, its mail, its foot."""

import re
from collections.abc import Iterator
from html import unescape

from django.utils import timezone
from django.utils.formats import date_format

from digest import personal, proofing
from digest.drawing import Press
from digest.models import Issue
from digest.placeholders import subscriber_links
from digest.preflight.findings import Hit
from digest.preflight.subject import Subject
from publication import masthead

KILOBYTE = 1024
# Gmail cuts a mail off past 102 KB, and with it the way out.
LARGEST_MAIL = 102 * KILOBYTE
LARGE_MAIL = 90 * KILOBYTE
# Characters of a subject that a desktop's list of mails shows; a phone shows half of it.
LONGEST_SUBJECT = 70
IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
ALT = re.compile(r"\balt\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
FILE_NAME = re.compile(r"[\w-]+\.(?:png|jpe?g|gif|webp|svg)", re.IGNORECASE)


def no_item(subject: Subject) -> Iterator[Hit]:
    """An issue without an item is not an issue."""
    if not subject.items:
        yield Hit("The issue has no item that any reader would see.")


def no_issue_title(subject: Subject) -> Iterator[Hit]:
    """The title is the page's heading and, without a subject, the mail's."""
    if not subject.issue.title.strip():
        yield Hit("The issue has no title: its number will stand for it.")


def hour_passed(subject: Subject) -> Iterator[Hit]:
    """Approved past its hour, an issue is out before anybody can think again."""
    hour = subject.issue.publish_at
    if hour and hour <= subject.now and not subject.is_out:
        said = date_format(timezone.localtime(hour), "j F Y, H:i")
        yield Hit(f"Its hour, {said}, has passed: it comes out as soon as it is approved.")


def token_in_words(subject: Subject) -> Iterator[Hit]:
    """A link to somebody's token page, frozen for everybody. The finished outputs count."""
    if subject.rendering is None or not personal.held_by(subject.rendering):
        return
    press = Press(subject.issue, subject.tree, masthead.current())
    end = "links to a subscriber's own page."
    items = [Hit(f"“{item.name}” {end}", item) for item in personal.guilty_items(press)]
    sections = personal.guilty_sections(press)
    intros = [Hit(f"The section {section.title} {end}") for section in sections]
    yield from items + intros or [Hit(f"The issue's title, subject or preheader {end}")]


def output_broken(subject: Subject) -> Iterator[Hit]:
    """The finished outputs, read back: broken HTML, a lost address, a lost word."""
    if subject.rendering is None:
        return
    press = Press(subject.issue, subject.tree, masthead.current())
    for fault in proofing.faults(press, subject.rendering):
        yield Hit(*fault)


def masthead_stand_in(subject: Subject) -> Iterator[Hit]:
    """The postal address stands below every mail; a new install only has a stand-in."""
    if masthead.current().postal_address == masthead.NEW["postal_address"]:
        yield Hit("Every mail would end in a stand-in: set the postal address in Publication.")


def footer_missing(subject: Subject) -> Iterator[Hit]:
    """The postal address and the way out, as the law asks, in both parts of the mail."""
    if subject.rendering is None:
        return
    address = _folded(masthead.current().postal_address)
    way_out = subscriber_links()["unsubscribe_url"]
    for name, part in (
        ("HTML", unescape(subject.rendering.email_html)),
        ("text", subject.rendering.email_text),
    ):
        if not address or address not in _folded(part):
            yield Hit(f"The postal address is missing from the {name} part of the mail.")
        if way_out not in part:
            yield Hit(f"The link to unsubscribe is missing from the {name} part of the mail.")


def mail_too_large(subject: Subject) -> Iterator[Hit]:
    """Gmail shows the first 102 KB of a mail."""
    if _weight(subject) > LARGEST_MAIL:
        yield _too_heavy(subject)


def mail_large(subject: Subject) -> Iterator[Hit]:
    """Close to what Gmail shows: a sponsor's long text may cut off the end."""
    if LARGE_MAIL < _weight(subject) <= LARGEST_MAIL:
        yield _too_heavy(subject)


def subject_long(subject: Subject) -> Iterator[Hit]:
    """What a list of mails cuts off."""
    words = subject.issue.subject or subject.issue.title
    if len(words) > LONGEST_SUBJECT:
        yield Hit(
            f"The subject has {len(words)} characters; past {LONGEST_SUBJECT} it is cut off:"
            f" “{words}”"
        )


def preheader_missing(subject: Subject) -> Iterator[Hit]:
    """Without one a list of mails shows whatever comes first, such as “Read it on the web”."""
    if not subject.issue.preheader.strip() and not subject.is_out:
        yield Hit("The issue has no preheader: say in a line what is in it.")


def preheader_repeats(subject: Subject) -> Iterator[Hit]:
    """A preheader that says the subject again wastes the second line."""
    words = (subject.issue.subject or subject.issue.title).strip().casefold()
    if words and subject.issue.preheader.strip().casefold() == words:
        yield Hit("The preheader only says the subject again.")


def alt_missing(subject: Subject) -> Iterator[Hit]:
    """An image for those who do not see it. An empty text says that it means nothing."""
    if subject.rendering is None:
        return
    outputs = subject.rendering.email_html + subject.rendering.web_body
    for image in dict.fromkeys(IMAGE.findall(outputs)):
        alt = ALT.search(image)
        words = (alt[1] or alt[2] or "").strip() if alt else None
        if words is None:
            yield Hit(f"An image has no alternative text: {image[:80]}")
        elif FILE_NAME.fullmatch(words):
            yield Hit(f"An image's alternative text is the name of its file: {words}.")


def date_passed(subject: Subject) -> Iterator[Hit]:
    """A draft that is dated yesterday."""
    today = timezone.localdate(subject.now)
    if subject.issue.state == Issue.State.DRAFT and subject.day < today:
        yield Hit(f"The issue is dated {date_format(subject.day, 'j F Y')}, which is past.")


def _weight(subject: Subject) -> int:
    """Bytes of the mail."""
    return len(subject.rendering.email_html.encode()) if subject.rendering else 0


def _too_heavy(subject: Subject) -> Hit:
    size = _weight(subject) / KILOBYTE
    return Hit(f"The mail has {size:.0f} KB; Gmail cuts it off after 102.")


def _folded(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())
