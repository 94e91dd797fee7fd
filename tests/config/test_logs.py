"""No line of a log tells who reads the newsletter, and none opens anything."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.test import Client

from audience.models import Subscriber
from config.logs import Json, Line, anonymous
from delivery import sending
from delivery.models import Delivery
from tests.delivery.makers import make_mailing
from tests.makers import NOW
from tests.sink import sinking

ADDRESSES = [
    "ada@example.com",
    "Ada.Lovelace+news@mail.example.co.uk",
    "<ada@example.com>",
    "'ada@example.com'",
    "ada@xn--strae-oqa.de",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "around", ["550 {}: no such user", "to={}, from x", "{}", "Key (email)=({})"]
)
def test_no_address_is_left(address: str, around: str) -> None:
    assert "@" not in anonymous(around.format(address))


@pytest.mark.parametrize("door", ["confirm", "unsubscribe", "preferences", "setup"])
def test_no_token_is_left(door: str) -> None:
    said = anonymous(f"Not Found: /{door}/s3cr3t-t0ken/ from elsewhere")
    assert said == f"Not Found: /{door}/…/ from elsewhere"


@pytest.mark.parametrize("text", ["", "Nothing @ all", "user@host", "5 @ 3.20", "/issues/12/"])
def test_other_words_stay(text: str) -> None:
    assert anonymous(text) == text


@pytest.fixture(params=[Line, Json])
def written(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """All that is logged in this test, as a handler of the settings would write it."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(request.param())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream.getvalue
    root.removeHandler(handler)


def test_a_traceback_holds_none_either(written: Callable[[], str]) -> None:
    try:
        raise ValueError("duplicate key: (email)=(ada@example.com)")
    except ValueError:
        logging.getLogger("newsdesk.audience").exception("ada@example.com could not be stored")
    assert "ValueError" in written()
    assert "ada@example.com" not in written()


def test_a_line_for_a_collector_is_one_json_object() -> None:
    try:
        raise ValueError("one\ntwo")
    except ValueError:
        trace = sys.exc_info()
    record = logging.LogRecord("newsdesk.x", logging.ERROR, "f", 1, "a %s", ("b",), trace)
    line = Json().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("error", "newsdesk.x", "a b")


@pytest.mark.django_db
def test_a_mailing_and_its_readers_leave_no_address_behind(
    written: Callable[[], str], client: Client, settings: LazySettings
) -> None:
    make_mailing(readers=3)
    with sinking({"RCPT": "550 no such user <somebody@example.com>"}) as sink:
        settings.MAILERS = sink.options(timeout=5)
        sending.drain(NOW)
    assert Delivery.objects.filter(state=Delivery.State.FAILED).count() == 3
    for reader in Subscriber.objects.all():
        client.post(f"/unsubscribe/{reader.token}/")
        client.get(f"/preferences/x{reader.token}/")
    said = written()
    assert "Not Found: /preferences/" in said
    for reader in Subscriber.objects.all():
        assert "@example.com" not in said
        assert reader.token not in said


def test_every_handler_of_the_settings_writes_so() -> None:
    logging_: dict[str, Any] = settings.LOGGING
    for handler in logging_["handlers"].values():
        assert handler["formatter"] in logging_["formatters"]
    for formatter in logging_["formatters"].values():
        assert formatter["()"].startswith("config.logs.")
    for name in ("django", "django.request", "newsdesk.delivery", "django.tasks"):
        # Theirs is the root's: no handler of a library's own stands before it.
        assert not logging.getLogger(name).handlers, name
