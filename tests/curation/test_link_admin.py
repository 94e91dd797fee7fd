"""The page of one link: all it is made of, and two buttons that take apart what is not one."""

from typing import Any

import pytest
from django.test import Client

from curation import queue
from curation.identity import address_identity, canonical_url
from curation.merging import merge, unmerge
from curation.models import Link, LinkAddress
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


@pytest.fixture
def ann(client: Client) -> Client:
    client.force_login(make_editor("ann"))
    return client


def address(link: Link, url: str) -> LinkAddress:
    return LinkAddress.objects.create(
        link=link, url=canonical_url(url), identity=address_identity(url)
    )


def story(url: str, **values: Any) -> Link:
    link = make_link(url=url, **values)
    address(link, url)
    make_entry(make_feed(title=f"Feed of {link.title}"), link)
    return Link.objects.get(pk=link.pk)


def shown(client: Client, link: Link) -> str:
    answer = client.get(f"/admin/curation/link/{link.pk}/change/")
    assert answer.status_code == 200
    return answer.content.decode()


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def test_it_shows_all_that_a_link_is_made_of(ann: Client) -> None:
    link = story("https://a.example/1", title="First", raw_title="First | A", author="Ines")
    other = story("https://b.example/1", title="Second")
    queue.shortlist(link, by=make_editor("ben"), section=make_section("News"))
    merge(other, link, by=None, now=NOW, reason="its address leads there")

    page = shown(ann, kept(link))
    for words in [
        "First | A", "Ines", "Feed of First", "Feed of Second", "https://b.example/1",
        "came with “Second”", "ben shortlisted it into News",
        "Newsdesk merged “Second” into it: its address leads there",
        f'action="/admin/curation/link/{other.pk}/take-out/"',
    ]:  # fmt: skip
        assert words in page
    assert "split-" not in page, "what came with a link is taken out with it"


def test_the_page_of_a_merged_link_leads_to_the_one_that_stands(ann: Client) -> None:
    link, other = story("https://a.example/1", title="First"), story("https://b.example/1")
    merge(other, link, by=None, now=NOW)
    page = shown(ann, other)
    assert f'href="/admin/curation/link/{link.pk}/change/"' in page
    assert "Take it out again" in page


def test_a_merged_link_is_taken_out_by_a_button(ann: Client) -> None:
    link, other = story("https://a.example/1"), story("https://b.example/1", title="Second")
    merge(other, link, by=None, now=NOW)
    answer = ann.post(f"/admin/curation/link/{other.pk}/take-out/", follow=True)
    assert "“Second” is taken out. It is waiting." in answer.content.decode()
    assert "ann took it out of" in answer.content.decode()
    assert (kept(other).merged_into, other.entries.count()) == (None, 1)
    answer = ann.post(f"/admin/curation/link/{other.pk}/take-out/", follow=True)
    assert "is not merged into another link" in answer.content.decode()


def test_a_source_and_an_address_are_split_off_by_a_button(ann: Client) -> None:
    link = story("https://a.example/1")
    entry = make_entry(make_feed(), link, url="https://b.example/2", title="Another")
    address(link, entry.url)
    learned = address(link, "https://c.example/3")
    assert f"/split-entry/{entry.pk}/" in shown(ann, link)

    answer = ann.post(f"/admin/curation/link/{link.pk}/split-entry/{entry.pk}/", follow=True)
    assert "“Another” is split off. It is waiting." in answer.content.decode()
    ann.post(f"/admin/curation/link/{link.pk}/split-address/{learned.pk}/")
    assert Link.objects.count() == 3
    assert link.entries.count() == link.addresses.count() == 1

    own = link.addresses.get()
    answer = ann.post(f"/admin/curation/link/{link.pk}/split-address/{own.pk}/", follow=True)
    assert "Split off the others instead" in answer.content.decode()


def test_who_may_only_look_sees_no_buttons_and_cannot_press_them(client: Client) -> None:
    client.force_login(make_staff("eve", "curation.view_link"))
    link, other = story("https://a.example/1"), story("https://b.example/1")
    merge(other, link, by=None, now=NOW)
    assert "<button" not in shown(client, link).split('id="content-main"')[1].split("<footer")[0]
    assert client.post(f"/admin/curation/link/{other.pk}/take-out/").status_code == 403
    assert kept(other).merged_into == link
    client.force_login(make_staff("cay", "curation.view_feed"))
    assert client.get(f"/admin/curation/link/{link.pk}/change/").status_code == 403


def test_a_get_takes_nothing_apart(ann: Client) -> None:
    link, other = story("https://a.example/1"), story("https://b.example/1")
    merge(other, link, by=None, now=NOW)
    assert ann.get(f"/admin/curation/link/{other.pk}/take-out/").status_code == 405
    assert ann.get("/admin/curation/link/nonsense/change/").status_code == 404


def test_history_says_what_was_taken_back(ann: Client) -> None:
    link, other = story("https://a.example/1", title="First"), story("https://b.example/1")
    merge(other, link, by=None, now=NOW)
    unmerge(kept(other), by=make_editor("ben"), now=NOW)
    page = shown(ann, other)
    assert 'class="undone"' in page
    assert "ben took it out of “First”" in page


def test_it_asks_as_few_questions_for_many_sources(
    ann: Client, django_assert_max_num_queries: Any
) -> None:
    link = story("https://a.example/1")
    for n in range(12):
        merge(story(f"https://{n}.example/1"), link, by=None, now=NOW)
        make_entry(make_feed(), link)
    with django_assert_max_num_queries(20):
        shown(ann, link)


def test_nothing_a_stranger_wrote_runs_on_the_page(ann: Client) -> None:
    evil = "<script>alert(1)</script>"
    link = story("javascript:alert(1)", title=evil, author=evil, image=evil, raw_title=evil)
    page = shown(ann, link)
    assert evil not in page
    assert 'href="javascript' not in page
