"""A mail to one of our own, by the very way the newsletter goes, and what the server said to it."""

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.formats import date_format

from publication.access import record, require
from publication.letters import letter, post
from publication.masthead import current
from publication.telling import Notice
from toolbox.addresses import AddressError
from toolbox.smtp import Answer, Verdict
from toolbox.text import one_line
from toolbox.urls import absolute_url

# Seconds. Somebody waits for the page.
PATIENCE = 8.0
HELLO = "test mail"


def send(to: str, notice: Notice) -> Answer:
    """Send it at once and answer what the mail server said; an address that is none is refused."""
    try:
        return post(letter("notice", to, notice=notice), timeout=PATIENCE)
    except AddressError as error:
        return Answer(Verdict.PERMANENT, str(error))


def say_hello(to: str, *, by: User) -> Answer:
    """The test mail of the set-up."""
    require(by, "publication.change_publication")
    name = one_line(current().name)
    notice = Notice(
        subject=f"Test mail of {name}",
        words=[
            "It came the way your issues will. Look at its sender, and whether it went to spam."
        ],
        act="Go on with the set-up",
        page=absolute_url("setup:step", "sender"),
        why=f"{by} asked for it on {date_format(timezone.localtime(), 'j F Y, H:i')}.",
    )
    answer = send(to, notice)
    record(by, HELLO, "set-up", verdict=str(answer.verdict))
    return answer
