"""The page of one link: its history, who tells it, and what it can be merged with."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import bulk, merging, queue, uses
from curation.models import Link
from tests.makers import (
    NOW,
    make_editor,
    make_entry,
    make_feed,
    make_link,
    make_section,
    make_staff,
)

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor("ann"))
    return client


def page(desk: Client, link: Link, **asked: str) -> str:
    answer = desk.get(f"/admin/queue/{link.pk}/", asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_says_who_did_what_and_when_in_words(desk: Client) -> None:
    ben, link = make_editor("ben"), make_link(title="Story")
    until = timezone.now() + timedelta(days=3)
    queue.snooze(link, by=ben, until=until, now=timezone.now())
    queue.shortlist(link, by=ben, section=make_section("News"))
    queue.set_section(link, None, by=None)
    queue.reject(link, by=ben, reason="paywall")
    queue.edit(link, by=ben, title="The story", blurb="New", note="")
    queue.edit(link, by=ben, title="The story", blurb="New", note="ask Ines")
    queue.undo(by=ben)
    text = page(desk, link)
    for words in (
        "snoozed it until", "shortlisted it into News",
        "rejected it (paywall)", "edited the title and the summary", "noted: ask Ines",
    ):  # fmt: skip
        assert words in text, words
    assert text.count('<b dir="auto">ben</b>') == 5
    assert '<b dir="auto">Newsdesk</b>' in text
    assert text.count('class="is-undone"') == 1


def test_it_says_who_tells_it_and_where_it_ran(desk: Client) -> None:
    link = make_link(title="Story")
    make_entry(make_feed(title="Own blog"), link, title="Story, first told")
    make_entry(make_feed(title="Planet"), link, date_is_ours=True)
    block = uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    uses.publish(12, [block], NOW)
    uses.place(link.pk, issue_number=14, section="Articles", block_uid=uuid4())
    text = page(desk, link)
    for words in (
        "Own blog", "Story, first told", "Planet", "no date given", "Ran in #12, News, 20 Nov 2026",
        "Stands in #14, Articles",
    ):  # fmt: skip
        assert words in text, words


def test_it_proposes_what_may_be_the_same_story_with_the_reason(desk: Client) -> None:
    link = make_link(title="Django 7.0 alpha released")
    make_link(title="Django 7.0 alpha released!", url="https://elsewhere.example/")
    make_link(title="Something else")
    text = page(desk, link)
    assert "Django 7.0 alpha released!" in text
    assert "Same title" in text
    assert "Something else" not in text


def test_another_link_is_searched_for_and_merged_without_a_script(desk: Client) -> None:
    link, other = make_link(title="One"), make_link(title="Wholly other", state="rejected")
    text = page(desk, link, q="wholly", back="show=waiting")
    assert f'name="into" value="{other.pk}"' in text
    said = {"link": link.pk, "version": 0, "into": other.pk, "back": "show=waiting"}
    answer = desk.post("/admin/queue/merge/", said, follow=True)
    assert "“One” merged into “Wholly other”." in answer.content.decode()
    assert "Merged into" in page(desk, Link.objects.get(pk=link.pk))
    assert "Stands for “" in page(desk, other)


def test_a_script_gets_the_same_as_a_fragment(desk: Client) -> None:
    link = make_link(title="Story")
    answer = desk.get(f"/admin/queue/{link.pk}/", headers=JSON).json()
    assert answer["title"] == "Story"
    assert answer["html"].lstrip().startswith("<section")
    assert "What was done" in answer["html"]


def test_a_number_no_link_has_is_not_found(desk: Client) -> None:
    for pk in (99, 10**30):
        assert desk.get(f"/admin/queue/{pk}/").status_code == 404


def test_it_is_for_those_who_sort(client: Client) -> None:
    link = make_link()
    assert client.get(f"/admin/queue/{link.pk}/").status_code == 302
    client.force_login(make_staff("eve", "curation.view_link"))
    for address in (f"{link.pk}/", "changes/"):
        assert client.get(f"/admin/queue/{address}").status_code == 403
    assert client.post("/admin/queue/several/").status_code == 403


def test_a_long_history_takes_as_many_queries_as_a_short_one(desk: Client) -> None:
    link, ben, asked = make_link(), make_editor("ben"), []
    page(desk, link)
    for number in (2, 30):
        for n in range(number):
            make_entry(make_feed(), link)
            queue.set_section(Link.objects.get(pk=link.pk), make_section(f"S {n}"), by=ben)
            make_link(title=link.title, url=f"https://{n}-{number}.example/")
        with CaptureQueriesContext(connection) as queries:
            page(desk, link)
        asked.append(len(queries))
    assert asked[0] >= asked[1] > 5


def test_markup_in_what_people_wrote_shows_as_text(desk: Client) -> None:
    hostile = "<script>alert(1)</script>"
    ben, link = make_editor("<b>ben</b>"), make_link(title=hostile)
    queue.edit(link, by=ben, title=f"{hostile}2", blurb=hostile, note=hostile)
    queue.reject(link, by=ben, reason=hostile)
    make_entry(make_feed(title=hostile), link, title=hostile)
    other = make_link(title=f"{hostile}3", url="https://elsewhere.example/")
    merging.merge(make_link(title=hostile), Link.objects.get(pk=link.pk), by=ben, now=NOW)
    picks = [bulk.Pick(other.pk, 0)]
    bulk.together(picks, lambda link, version: queue.reject(link, by=ben, reason=hostile), ben)
    for asked in ({}, {"q": "script", "back": hostile}):
        text = page(desk, link, **asked)
        assert "<script>alert" not in text
        assert "<b>ben</b>" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
