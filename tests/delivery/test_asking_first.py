"""Before an issue is mailed, the editor types how many people get it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from delivery.models import Mailing
from digest import approval
from digest.models import Issue, LinkBlock
from publication.masthead import current
from tests.delivery.makers import make_readers
from tests.digest.issues import add, make_issue
from tests.makers import make_editor
from tests.tasks import work_off

pytestmark = pytest.mark.django_db
MAIL = {"publish": "now", "mail": "with"}


@pytest.fixture
def url(client: Client) -> str:
    issue = make_issue(7, subject="Lamps, and more lamps")
    add(LinkBlock, issue, title="A story", url="https://example.com/1")
    approval.approve(issue, by=None)
    client.force_login(make_editor())
    return reverse("admin:digest_issue_publish", args=[issue.pk])


def state() -> str:
    return str(Issue.objects.get().state)


def test_the_page_says_to_how_many_from_whom_and_with_which_subject(
    client: Client, url: str
) -> None:
    make_readers(3)

    asked = client.get(url).text

    assert "To <strong>3 people</strong>" in asked
    assert "“Lamps, and more lamps”" in asked
    assert current().sender_email in asked


@pytest.mark.parametrize("typed", ["", "2", "30", "all"])
def test_another_number_publishes_and_mails_nothing(client: Client, url: str, typed: str) -> None:
    make_readers(3)

    answer = client.post(url, {**MAIL, "readers": typed})

    assert answer.status_code == 200
    assert "errorlist" in answer.text
    assert state() == Issue.State.READY


@pytest.mark.django_db(transaction=True)
def test_the_right_number_mails(client: Client, url: str) -> None:
    make_readers(3)

    client.post(url, {**MAIL, "readers": "3"})

    work_off()
    assert state() == Issue.State.PUBLISHED
    assert Mailing.objects.get().deliveries.count() == 3


def test_a_planned_mail_asks_too(client: Client, url: str) -> None:
    make_readers(3)
    later = {"publish": "later", "publish_at": "2099-01-01T09:00", "mail": "with"}

    client.post(url, later)
    assert Issue.objects.get().publish_at is None

    client.post(url, {**later, "readers": "3"})
    assert Issue.objects.get().publish_at is not None


@pytest.mark.parametrize(("typed", "out"), [("398", True), ("390", False)])
def test_who_comes_and_goes_meanwhile_is_no_reason_to_type_it_again(
    client: Client, url: str, typed: str, out: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_readers(2)
    # One in a hundred of four hundred may have come since the page was read.
    monkeypatch.setattr("audience.models.people.SubscriberQuerySet.count", lambda _: 400)

    client.post(url, {**MAIL, "readers": typed})

    assert (state() == Issue.State.PUBLISHED) is out


def test_nobody_is_counted_where_no_mail_leaves(client: Client, url: str) -> None:
    make_readers(3)

    client.post(url, {"publish": "now", "mail": "never"})

    assert state() == Issue.State.PUBLISHED
