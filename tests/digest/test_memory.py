"""What the digest tells the memory, and what a link brings along to its block."""

import pytest

from curation import memory, queue
from curation.models import PastItem
from curation.recalling import Words
from digest.approval import approve
from digest.assembly import place
from digest.models import LinkBlock
from digest.publishing import publish
from tests.digest.issues import add, add_section, make_issue
from tests.makers import NOW, make_link

pytestmark = pytest.mark.django_db


def test_what_came_out_is_remembered_in_the_words_readers_saw_typed_in_or_not() -> None:
    issue = make_issue(7)
    block = add(
        LinkBlock,
        issue,
        title="A typed story",
        url="https://www.example.com/1",
        blurb="<p>Told.</p>",
    )
    approve(issue, by=None)
    assert not PastItem.objects.exists()
    publish(issue, by=None, now=NOW)
    item = PastItem.objects.get()
    assert (item.block_uid, item.issue_number, item.published_at) == (block.uid, 7, NOW)
    assert (item.title, item.blurb) == ("A typed story", "Told.")
    (reminders,) = memory.of_words([Words("Other", url="http://example.com/1/")], NOW)
    assert [reminder.ran for reminder in reminders] == [7]


def test_a_follow_up_travels_to_the_block() -> None:
    issue = make_issue(7)
    section = add_section(issue, "News")
    link = queue.shortlist(make_link(), by=None)
    queue.follow_up(link, 3, by=None)
    block = place(link, section, by=None)
    assert isinstance(block, LinkBlock)
    assert block.follow_up_of == 3
