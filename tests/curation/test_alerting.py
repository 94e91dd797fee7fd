"""One mail to the editors when feeds ail; one, until they are well again."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from curation import alerting
from curation.models import Feed
from curation.sweeping import sweep
from outbox import running
from outbox.models import Receipt
from publication.telling import readers
from tests.makers import NOW, make_editor, make_feed, make_staff

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOW + 100 * DAY


@pytest.fixture(autouse=True)
def _reader() -> None:
    make_editor("ann")


@pytest.fixture(autouse=True)
def _box(settings: object) -> None:
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}  # type: ignore[attr-defined]


def failing(hours: float = 49, **values: Any) -> Feed:
    error = {"error_streak": 5, "last_error": "The server refuses us (403).", "last_ok_at": NOW}
    return make_feed(**{**error, "failing_since": NOW - hours * HOUR, **values})


def silent(**values: Any) -> Feed:
    spoke = {"last_ok_at": NOW, "usual_gap": 5 * DAY, "last_new_at": NOW - 40 * DAY}
    return make_feed(**{**spoke, **values})


def told() -> list[str]:
    """What has been sent since the last time, once the outbox has run."""
    running.run_due(timezone.now() + timedelta(seconds=1))
    subjects = [str(letter.subject) for letter in mail.outbox]
    mail.outbox.clear()
    return subjects


@pytest.mark.parametrize(
    ("values", "ails"),
    [
        ({"failing_since": NOW - 47 * HOUR}, False),
        ({"failing_since": NOW - 48 * HOUR}, True),
        ({"failing_since": NOW - 49 * HOUR, "state": "paused"}, False),
        ({"state": "retired", "last_error": "The feed is gone for good (410)."}, True),
        ({"state": "retired", "error_streak": 0}, False),
    ],
)
def test_it_tells_of_what_fails_for_two_days(values: dict[str, Any], ails: bool) -> None:
    failing(**values)

    assert alerting.note(NOW) == ails


@pytest.mark.parametrize(
    ("values", "ails"),
    [
        ({}, True),
        ({"last_new_at": NOW - 15 * DAY}, False),
        ({"last_new_at": NOW - 15 * DAY - HOUR}, True),
        ({"usual_gap": HOUR, "last_new_at": NOW - 13 * DAY}, False),
        ({"usual_gap": HOUR, "last_new_at": NOW - 15 * DAY}, True),
        ({"usual_gap": 30 * DAY}, False),
        ({"usual_gap": None}, False),
        ({"last_new_at": None}, False),
        ({"state": "paused"}, False),
    ],
)
def test_it_tells_of_what_is_silent_for_thrice_its_gap(values: dict[str, Any], ails: bool) -> None:
    silent(**values)

    assert alerting.note(NOW) == ails


def test_one_mail_tells_of_all_and_is_not_repeated() -> None:
    failing(title="Broken <b>blog</b>")
    silent(title="Quiet blog")
    assert sweep(NOW) == "2 feeds to poll, the editors are told of 2 feeds"
    running.run_due()

    [letter] = mail.outbox
    assert (letter.subject, letter.to) == ("2 feeds need a look", ["ann@example.com"])
    body = " ".join(str(letter.body).split())
    assert "The server refuses us (403)." in body
    assert "usually something new comes every 5 days." in body
    assert "http://127.0.0.1:8000/admin/curation/feed/" in body
    assert isinstance(letter, EmailMultiAlternatives)
    assert "Broken &lt;b&gt;blog&lt;/b&gt;" in str(letter.alternatives[0][0])
    mail.outbox.clear()

    for hours in (0, 1, 30, 500):
        alerting.note(NOW + hours * HOUR)
    assert told() == []


def test_it_tells_again_after_the_feed_was_well() -> None:
    feed = failing(title="Blog")
    alerting.note(NOW)
    assert told() == ["Blog needs a look"]

    Feed.objects.update(error_streak=0, failing_since=None)
    alerting.note(NOW + DAY)
    Feed.objects.update(error_streak=1, failing_since=NOW + DAY)
    alerting.note(NOW + 2 * DAY)
    assert told() == []
    alerting.note(NOW + 3 * DAY)
    feed.refresh_from_db()
    assert feed.alerted_at == NOW + 3 * DAY


def test_a_silent_feed_that_then_fails_is_not_told_twice() -> None:
    feed = silent()
    alerting.note(NOW)
    Feed.objects.filter(pk=feed.pk).update(error_streak=1, failing_since=NOW + HOUR)

    assert alerting.note(NOW + 9 * DAY) == 0


def test_what_ails_next_waits_for_the_next_mail() -> None:
    """An outage of ours takes a day to show on all feeds."""
    failing()
    assert alerting.note(NOW) == 1
    for n in range(30):
        failing(hours=48 - n / 60)
    assert [alerting.note(NOW + h * HOUR) for h in (1, 12, 23)] == [0, 0, 0]
    assert alerting.note(NOW + 24 * HOUR) == 30


def test_it_tells_those_who_can_do_something_about_it() -> None:
    make_staff("bea", "curation.change_feed")
    make_staff("may-only-look", "curation.view_feed")
    nobody = make_staff("no-address", "curation.change_feed")
    gone = make_staff("gone", "curation.change_feed")
    nobody.email, gone.is_active = "", False
    nobody.save()
    gone.save()

    assert [person.username for person in readers(alerting.PERMISSION)] == ["ann", "bea"]


def test_nothing_is_marked_while_nobody_can_be_told() -> None:
    readers(alerting.PERMISSION).update(email="")
    failing()

    assert alerting.note(NOW) == 0
    assert not Feed.objects.exclude(alerted_at=None).exists()


def test_a_worker_that_is_killed_before_it_sends_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing(title="Blog")
    alerting.note(NOW)

    class Killed(BaseException):
        pass

    def die(*args: object, **kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(alerting, "tell", die)
        with pytest.raises(Killed):
            running.run_due()
    assert mail.outbox == []
    Receipt.objects.update(lease_until=None)

    assert told() == ["Blog needs a look"]
    assert told() == []


def test_who_is_well_meanwhile_is_not_told_of() -> None:
    feed = failing()
    alerting.note(NOW)
    Feed.objects.filter(pk=feed.pk).update(error_streak=0)

    assert told() == []


def test_the_same_mail_has_the_same_message_id() -> None:
    make_editor("bea")
    feed = failing()
    for now in (NOW, LATER):
        assert alerting.send([feed.pk], at="x", now=now) == 2
    assert alerting.send([feed.pk], at="y", now=NOW) == 2

    first, second, again, once_more, *others = [
        it.extra_headers["Message-ID"] for it in mail.outbox
    ]
    assert (first, second) == (again, once_more)
    assert len({first, second, *others}) == 4
