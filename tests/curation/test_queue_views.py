"""The queue's door: the same deeds for a plain form and for a script, and nobody else let in."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation import queue
from curation.models import Link, LinkEvent, LinkUse
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
QUEUE = "/admin/queue/"
SCRIPT = {"accept": "application/json"}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


@pytest.fixture
def desk(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


def said(link: Link, **values: object) -> dict[str, Any]:
    """What the page's form for this link sends."""
    return {"link": link.pk, "version": link.version, "back": "show=waiting", **values}


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


@pytest.mark.parametrize("address", ["", "undo/", "shortlist/"])
def test_a_stranger_is_sent_to_the_login(client: Client, address: str) -> None:
    for answer in (client.get(QUEUE + address), client.post(QUEUE + address)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/admin/login/?next=/admin/queue/")


def test_staff_who_may_not_sort_are_refused(client: Client) -> None:
    client.force_login(make_staff("eve", "curation.view_link"))
    link = make_link()
    assert client.get(QUEUE).status_code == 403
    assert client.post(QUEUE + "reject/", said(link)).status_code == 403
    assert client.post(QUEUE + "undo/").status_code == 403
    assert kept(link).state == Link.State.NEW
    assert b"/admin/queue/" not in client.get("/admin/").content


def test_the_permission_opens_the_queue_and_the_admin_leads_there(client: Client) -> None:
    client.force_login(make_staff("cay", "curation.triage_link"))
    assert client.get(QUEUE).status_code == 200
    assert client.get("/admin/").content.count(b'href="/admin/queue/"') >= 2


def test_a_get_does_nothing(desk: Client) -> None:
    link = make_link()
    for name in ("shortlist", "reject", "snooze", "section", "undo"):
        assert desk.get(f"{QUEUE}{name}/", said(link)).status_code == 405
    assert desk.post(QUEUE).status_code == 405
    assert desk.post(QUEUE + "explode/", said(link)).status_code == 404
    assert not LinkEvent.objects.exists()


def test_a_deed_needs_the_token_of_our_own_page(ann: User) -> None:
    client, link = Client(enforce_csrf_checks=True), make_link()
    client.force_login(ann)
    assert client.post(QUEUE + "reject/", said(link)).status_code == 403
    assert kept(link).state == Link.State.NEW


def test_it_shows_what_an_editor_needs_to_decide(desk: Client) -> None:
    link = make_link(
        title="Async views", blurb="One year later.", section=make_section("News"),
        section_reason="this feed’s shelf", source_label="Own blog", kind="video",
    )  # fmt: skip
    make_entry(make_feed(title="Planet"), link)
    LinkUse.objects.create(
        link=link, issue_number=304, section="Articles", block_uid=uuid4(), published_at=NOW
    )
    page = desk.get(QUEUE).content.decode()
    for words in ("Async views", "One year later.", "Own blog", "Video", "Also in", "Planet"):
        assert words in page
    assert "Suggested: <b>News</b>, this feed’s shelf" in page
    assert "Ran in #304, Articles" in page
    assert "Shortlist for News" in page


def test_the_focus_is_the_link_that_is_asked_for(desk: Client) -> None:
    make_link(title="First", published_at=NOW + timedelta(hours=1))
    second = make_link(title="Second")
    answer = desk.get(QUEUE, {"focus": second.pk})
    assert answer.context["focus"].link == second
    assert desk.get(QUEUE, {"focus": "99"}).context["focus"].link.title == "First"


def test_markup_shows_as_text_everywhere(desk: Client) -> None:
    feeds = [make_feed(title=HOSTILE), make_feed(title=f"{HOSTILE}2")]
    link = make_link(
        title=HOSTILE, blurb=HOSTILE, source_label=f"{HOSTILE}3", author=HOSTILE, via=HOSTILE,
        note=HOSTILE, section_reason=HOSTILE, section=make_section(HOSTILE, slug="x"),
        url=f"javascript:{HOSTILE}", language='"><script>',
    )  # fmt: skip
    for feed in feeds:
        make_entry(feed, link)
    page = desk.get(QUEUE, {"q": "script"}).content.decode()
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 8
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    queue.reject(link, by=None, reason=HOSTILE)
    assert "<script>alert" not in desk.get(QUEUE, {"show": "rejected"}).content.decode()


def test_a_form_shortlists_and_goes_on_with_the_next_link(desk: Client, ann: User) -> None:
    link, following = make_link(title="Django 7"), make_link()
    make_section("News")
    answer = desk.post(
        QUEUE + "shortlist/", said(link, section="news", next=following.pk), follow=True
    )
    assert kept(link).section == make_section("News")
    assert LinkEvent.objects.get().actor == ann
    assert answer.context["focus"].link == following
    assert "“Django 7” shortlisted for News." in answer.content.decode()


def test_a_form_rejects_with_a_reason_and_comes_back_to_its_page(desk: Client) -> None:
    link = make_link()
    back = "show=snoozed&q=django"
    answer = desk.post(QUEUE + "reject/", said(link, reason="off topic", back=back))
    assert kept(link).reject_reason == "off topic"
    assert answer["Location"] == f"{QUEUE}?show=snoozed&q=django"


def test_the_way_back_never_leaves_the_queue(desk: Client) -> None:
    link = make_link()
    answer = desk.post(QUEUE + "reject/", said(link, back="//evil.example", next="//evil.example"))
    assert answer["Location"].startswith(f"{QUEUE}?show=waiting")


def test_a_form_snoozes_to_the_morning_of_that_day(desk: Client) -> None:
    link, day = make_link(), timezone.localdate() + timedelta(days=3)
    desk.post(QUEUE + "snooze/", said(link, until=day.isoformat()))
    until = kept(link).snoozed_until
    assert until is not None
    assert (timezone.localtime(until).date(), until.hour, until.minute) == (day, 0, 0)


def test_a_snooze_without_a_day_is_a_week(desk: Client) -> None:
    link = make_link()
    desk.post(QUEUE + "snooze/", said(link))
    until = kept(link).snoozed_until
    assert until is not None
    assert until.date() == timezone.localdate() + timedelta(days=7)


def test_a_form_sets_the_section_and_stays_with_the_link(desk: Client) -> None:
    link = make_link(published_at=NOW - timedelta(days=1))
    make_link()
    make_section("News")
    answer = desk.post(QUEUE + "section/", said(link, section="news"), follow=True)
    assert (kept(link).section, kept(link).state) == (make_section("News"), Link.State.NEW)
    assert answer.context["focus"].link == link


def test_a_form_undoes_and_the_link_is_in_focus_again(desk: Client) -> None:
    link = make_link(title="Django 7", published_at=NOW - timedelta(days=1))
    make_link()
    desk.post(QUEUE + "reject/", said(link))
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, follow=True)
    assert answer.context["focus"].link == link
    assert "Undone: “Django 7” is waiting again." in answer.content.decode()
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, follow=True)
    assert "nothing left to undo" in answer.content.decode()


def test_a_form_that_undoes_says_once_what_it_passed_over(desk: Client) -> None:
    first, second, third = [make_link(title=f"Link {n}") for n in range(3)]
    for link in (first, second, third):
        desk.post(QUEUE + "shortlist/", said(link))
    queue.reject(kept(third), by=make_editor("ben"))
    why = "Not undone: “Link 2” has changed: it is rejected, by ben."
    answer = desk.post(QUEUE + "undo/", follow=True)
    assert f"“Link 1” is waiting again. {why}" in answer.content.decode()
    answer = desk.post(QUEUE + "undo/", follow=True)
    assert "“Link 0” is waiting again." in answer.content.decode()
    assert why not in answer.content.decode()


def test_a_form_of_a_stale_page_says_what_the_link_has_become(desk: Client) -> None:
    link = make_link(title="Django 7")
    queue.reject(kept(link), by=make_editor("ben"), reason="paywall")
    answer = desk.post(QUEUE + "shortlist/", said(link), follow=True)
    assert "it is rejected (paywall), by ben." in answer.content.decode()
    assert kept(link).state == Link.State.REJECTED


@pytest.mark.parametrize("pk", ["9" * 5000, "9" * 19, "-1", "x", "²", ""])
def test_a_number_that_no_link_has_is_no_such_link(desk: Client, pk: str) -> None:
    answer = desk.post(QUEUE + "reject/", {"link": pk, "version": 0}, follow=True)
    assert answer.status_code == 200
    assert len(answer.context["messages"]) == 1
    by_script = desk.post(QUEUE + "reject/", {"link": pk, "version": 0}, headers=SCRIPT)
    assert by_script.status_code == 400


@pytest.mark.parametrize("show", ["waiting", "shortlisted", "snoozed", "rejected"])
def test_an_empty_shelf_says_what_to_do(desk: Client, show: str) -> None:
    page = desk.get(QUEUE, {"show": show}).content.decode()
    assert "data-empty" in page
    assert {"waiting": "No feeds yet", "shortlisted": "shortlist is empty"}.get(show, "") in page


def test_an_empty_queue_leads_to_the_buttons_that_fill_it(desk: Client) -> None:
    page = desk.get(QUEUE).content.decode()
    assert 'href="/admin/curation/feed/add/"' in page
    assert 'href="/admin/curation/feed/import/"' in page
    make_feed()
    page = desk.get(QUEUE).content.decode()
    assert '<a href="/admin/curation/feed/">among the feeds</a> and choose “Poll now”' in page
    assert "manage.py" not in page


def test_an_empty_queue_offers_no_button_that_would_refuse(client: Client) -> None:
    client.force_login(make_staff("cay", "curation.triage_link"))
    page = client.get(QUEUE).content.decode()
    assert "Ask somebody who may add feeds" in page
    assert "/admin/curation/feed/" not in page


def test_an_empty_queue_says_when_the_feeds_were_read(desk: Client) -> None:
    make_feed(last_poll_at=timezone.now() - timedelta(minutes=12))
    page = desk.get(QUEUE).content.decode()
    assert "All sorted." in page
    assert "12\xa0minutes ago" in page
    assert "Nothing like this is waiting" in desk.get(QUEUE, {"q": "x"}).content.decode()


def test_a_hundred_links_take_as_many_queries_as_five(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    feed, news = make_feed(), make_section("News")
    desk.get(QUEUE)
    for number in (5, 95):
        for _ in range(number):
            make_entry(feed, make_link(section=news))
        # Session, user and publication 3, links 2, what belongs to them 3, what they
        # remind of 16, counts 7, around 4.
        with django_assert_num_queries(35):
            page = desk.get(QUEUE)
        assert len(page.context["page"].rows) == min(50, Link.objects.count())
