"""Memory across issues: it warns of what ran or waits, says where, and forbids nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation import memory, queue, recalling, uses
from curation.identity import address_identity
from curation.models import Link, LinkAddress, PastItem
from curation.recalling import Words
from tests.makers import NOW, make_editor, make_link, make_section

pytestmark = pytest.mark.django_db
BLURB = (
    "Every year we ask what you build with, what you test with and what you wish for. Take part!"
)


def remember(number: int = 12, **values: Any) -> UUID:
    """Something that ran a week ago."""
    uid = uuid4()
    item = {"section": "News", "title": "The survey is open", "url": "https://a.org/1", **values}
    memory.remember(number, [memory.Past(uid, **item)], NOW - timedelta(days=7))
    return uid


def addressed(link: Link) -> Link:
    LinkAddress.objects.create(identity=address_identity(link.url), url=link.url, link=link)
    return link


def told(title: str = "Nothing like it at all", **words: Any) -> list[str]:
    return [str(one) for one in memory.of_words([Words(title, **words)], NOW)[0]]


def of_link(link: Link) -> list[str]:
    return [str(one) for one in memory.of_links([link])[link.pk]]


def test_the_same_address_that_ran_is_told_with_issue_section_and_date() -> None:
    remember(url="https://a.org/survey/")
    assert told(url="http://www.a.org/survey?utm_source=x") == ["Ran in #12, News, 13 Nov 2026"]
    assert told(url="https://a.org/other") == []


def test_an_address_is_remembered_over_all_issues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "PAST", 1)
    remember(3, url="https://a.org/old")
    remember(12)
    assert told(url="https://a.org/old") == ["Ran in #3, News, 13 Nov 2026"]


def test_any_address_of_a_link_counts() -> None:
    remember(url="https://b.org/moved")
    link = addressed(make_link())
    moved = "https://b.org/moved"
    LinkAddress.objects.create(identity=address_identity(moved), url=moved, link=link)
    assert of_link(link) == ["Ran in #12, News, 13 Nov 2026"]


def test_a_near_same_title_that_ran_is_told_and_other_numbers_are_another_story() -> None:
    remember(title="The 2026 Django Developers Survey is open")
    assert told("The 2026 Django Developer Survey is open!") == [
        "Titles alike (98 %): “The 2026 Django Developers Survey is open”"
        " ran in #12, News, 13 Nov 2026"
    ]
    assert told("The 2027 Django Developers Survey is open") == []


def test_a_near_same_blurb_is_told_whatever_stands_above_it() -> None:
    remember(title="Fellow report, first half", blurb=BLURB)
    expected = "Same blurb: “Fellow report, first half” ran in #12, News, 13 Nov 2026"
    assert told("Something else entirely", blurb=BLURB.replace("!", ".")) == [expected]
    assert told("Something else entirely", blurb="Short.") == []


def test_what_waits_and_what_is_chosen_is_told_and_what_was_turned_down_is_not() -> None:
    queue.shortlist(
        make_link(title="Async views in production, a story"), by=None, section=make_section("News")
    )
    make_link(title="Nothing alike here", blurb=BLURB)
    queue.reject(make_link(title="Rejected views in production, a story"), by=None)
    assert told("Async views in production, the story") == [
        "Titles alike (94 %): “Async views in production, a story” is shortlisted for News"
    ]
    assert told("Other words altogether", blurb=BLURB) == [
        "Same blurb: “Nothing alike here” is waiting"
    ]
    assert told("Rejected views in production, the story") == []


def test_a_link_is_no_reminder_of_itself_but_of_where_it_stands() -> None:
    link = addressed(make_link(title="Async views in production, a story", blurb=BLURB))
    assert of_link(link) == []
    queue.shortlist(link, by=None)
    uses.place(link.pk, issue_number=14, section="Articles", block_uid=uuid4())
    assert of_link(link) == ["Stands in #14, Articles"]


def test_a_block_at_the_desk_is_no_reminder_of_itself() -> None:
    link, uid = addressed(make_link(title="Async views in production, a story")), uuid4()
    queue.shortlist(link, by=None)
    uses.place(link.pk, issue_number=14, section="Articles", block_uid=uid)
    assert told(link.title, url=link.url, link=link.pk, block=uid) == []
    assert told(link.title, url=link.url, link=link.pk) == ["Stands in #14, Articles"]


def test_a_column_that_runs_every_week_is_told_once() -> None:
    for number in (10, 11, 12):
        remember(number, title="Djangonaut Space session notes", url=f"https://a.org/{number}")
    assert len(told("Djangonaut Space session notes")) == 1


def test_telling_it_again_corrects_the_words_and_keeps_the_date() -> None:
    uid = remember(title="With a typpo")
    item = memory.Past(uid, "News", "Without a typo", "https://a.org/1")
    memory.remember(12, [item], NOW)
    (kept,) = PastItem.objects.all()
    assert (kept.title, kept.published_at) == ("Without a typo", NOW - timedelta(days=7))


def test_fifty_links_take_as_many_queries_as_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in (2, 48):
        for n in range(number):
            link = addressed(
                make_link(title=f"Story about subject {number} {n}", blurb=BLURB + str(n))
            )
            uses.place(link.pk, issue_number=1, section="News", block_uid=uuid4())
            remember(1, title=link.title, url=link.url, blurb=link.blurb)
        with django_assert_num_queries(20):
            memory.of_links(list(Link.objects.all()))
    with django_assert_num_queries(0):
        assert memory.of_words([], NOW) == []


def test_the_queue_shows_it_and_one_press_keeps_the_follow_up(client: Client) -> None:
    ann = make_editor("ann")
    client.force_login(ann)
    remember(title="A proposal for better imports", url="https://a.org/<b>")
    link = make_link(title="A proposal for better imports")
    page = client.get("/admin/queue/").text
    assert "Same title: “A proposal for better imports” ran in #12, News, 13 Nov 2026" in page
    assert 'form="queue-follow" name="number" value="12"' in page
    said = {"link": link.pk, "version": 0, "number": 12, "back": "show=waiting"}
    answer = client.post("/admin/queue/follow-up/", said, follow=True)
    assert "is a follow-up of #12" in answer.text
    assert Link.objects.get().follow_up_of == 12
    queue.undo(by=ann)
    assert Link.objects.get().follow_up_of is None
