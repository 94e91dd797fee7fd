"""A letter to one person, by the way the newsletter goes."""

import time

import pytest
from django.conf import LazySettings

from publication.letters import letter, post
from publication.telling import Notice
from tests.sink import hang, sinking
from toolbox.addresses import AddressError
from toolbox.smtp import Verdict

pytestmark = pytest.mark.django_db
NOTICE = Notice(subject="A word", words=["Look."], act="Look", page="https://x.example/", why="")


def test_it_goes_to_the_address_as_it_is_written_on_the_wire(settings: LazySettings) -> None:
    with sinking() as sink:
        settings.MAILERS = sink.options()
        answer = post(letter("notice", "Ada@BÜCHER.example", notice=NOTICE))
    assert answer.verdict == Verdict.ACCEPTED
    assert "xn--bcher-kva.example" in sink.recipients[0]


@pytest.mark.parametrize("address", ["nobody", "a@x.example\r\nBcc: b@x.example"])
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(AddressError):
        post(letter("notice", address, notice=NOTICE))


def test_whoever_waits_for_the_page_waits_no_longer(settings: LazySettings) -> None:
    with sinking({"EHLO": hang}) as sink:
        settings.MAILERS = sink.options()
        began = time.monotonic()
        # The server is waited for five seconds where nobody does.
        answer = post(letter("notice", "ada@example.com", notice=NOTICE), timeout=0.3)
    assert answer.verdict != Verdict.ACCEPTED
    assert time.monotonic() - began < 4
