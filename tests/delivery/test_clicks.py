"""However many press "Publish" at once, one issue comes out and one mailing goes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from delivery.models import Delivery, Mailing
from digest import approval
from digest.models import Issue, LinkBlock
from outbox.models import Fact
from publication.models import AuditEntry
from tests.delivery.makers import make_readers
from tests.digest.issues import add, make_issue
from tests.makers import make_editor
from tests.tasks import work_off

CLICKS = 20
CHOSEN = {"publish": "now", "mail": "with", "readers": "3"}


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_make_one_mailing(mailoutbox: list[object]) -> None:
    issue = make_issue(7)
    add(LinkBlock, issue, title="A story", url="https://example.com/1")
    approval.approve(issue, by=None)
    make_readers(3)
    editor = make_editor()
    clients = [Client() for _ in range(CLICKS)]
    for client in clients:
        client.force_login(editor)

    def click(client: Client) -> int:
        try:
            url = f"/admin/digest/issue/{issue.pk}/publish/"
            return client.post(url, CHOSEN).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(CLICKS) as people:
        assert set(people.map(click, clients)) == {302}
    assert Issue.objects.get().state == Issue.State.PUBLISHED
    assert Fact.objects.count() == AuditEntry.objects.filter(verb="published").count() == 1
    work_off()
    assert Mailing.objects.count() == 1
    assert Delivery.objects.count() == len(mailoutbox) == 3
