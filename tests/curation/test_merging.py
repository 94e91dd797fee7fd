"""Two links that are one story become one and come apart again, and nothing is lost on the way."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation import merging, queue, uses
from curation.deeds import StaleLinkError
from curation.identity import address_identity, canonical_url
from curation.merging import AlreadyMergedError, NotMergedError, SameLinkError, merge, unmerge
from curation.models import Entry, Link, LinkAddress, LinkEvent, LinkUse
from curation.offering import known
from curation.splitting import NotApartError, split
from curation.sweeping import sweep
from publication.access import NotAllowedError
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
def ann() -> User:
    return make_editor("ann")


def story(url: str, **values: Any) -> Link:
    """A link with its address and the entry it came from."""
    link = make_link(url=url, **values)
    address(link, url)
    make_entry(make_feed(), link)
    return kept(link)


def address(link: Link, url: str) -> LinkAddress:
    return LinkAddress.objects.create(
        link=link, url=canonical_url(url), identity=address_identity(url)
    )


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def everything() -> dict[str, Any]:
    """All that merging touches, but the versions, which only grow."""
    return {
        "links": list(Link.objects.order_by("pk").values()),
        "addresses": list(LinkAddress.objects.order_by("pk").values("pk", "link_id")),
        "entries": list(Entry.objects.order_by("pk").values("pk", "link_id")),
        "uses": list(LinkUse.objects.order_by("pk").values("pk", "link_id")),
    }


def without_versions(state: dict[str, Any]) -> dict[str, Any]:
    for link in state["links"]:
        del link["version"], link["changed_at"]
    return state


def place(link: Link, number: int = 12) -> LinkUse:
    return uses.place(link.pk, issue_number=number, section="News", block_uid=uuid4())


def test_it_moves_all_sources_and_addresses_to_the_one_that_stands(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")

    assert merge(one, two, by=ann, now=NOW) == two
    assert kept(one).merged_into == two
    assert two.entries.count() == two.addresses.count() == 2
    assert set(known([address_identity("https://a.example/1")]).values()) == {two.pk}
    assert list(Link.objects.waiting(NOW)) == [two]


def test_it_says_who_merged_and_why() -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    merge(one, two, by=None, now=NOW, reason="its page redirects there")

    event = one.events.get()
    assert (event.verb, event.actor_name) == ("merged", "Newsdesk")
    assert (event.after["merged_into_id"], event.after["reason"]) == (
        two.pk,
        "its page redirects there",
    )


@pytest.mark.parametrize("way", ["undo", "unmerge"])
def test_it_comes_apart_exactly_as_it_was(ann: User, way: str) -> None:
    shelf = make_section("News")
    one = story(
        "https://a.example/1", blurb="Words", note="Ask Ben", author="Ines",
        state=Link.State.SHORTLISTED, section=shelf, section_reason="set by ann",
    )  # fmt: skip
    two = story("https://b.example/1", note="Good", hidden_by="No jobs", state=Link.State.REJECTED)
    place(one)
    one = kept(one)
    before = without_versions(everything())

    merge(one, two, by=ann, now=NOW)
    assert without_versions(everything()) != before
    if way == "undo":
        assert queue.undo(by=ann).link == one
    else:
        unmerge(kept(one), by=ann, now=NOW)
    assert without_versions(everything()) == before


def test_what_was_shortlisted_stays_shortlisted(ann: User) -> None:
    chosen = story(
        "https://a.example/1", state=Link.State.SHORTLISTED, section=make_section("News")
    )
    turned_down = story("https://b.example/1", state=Link.State.REJECTED, reject_reason="off topic")
    merge(chosen, turned_down, by=ann, now=NOW)

    standing = kept(turned_down)
    assert (standing.state, standing.section, standing.reject_reason) == (
        "shortlisted", make_section("News"), "",
    )  # fmt: skip
    assert list(Link.objects.unplaced()) == [standing]
    assert standing.events.get().verb == "shortlisted"


def test_what_was_turned_down_takes_the_newcomer_with_it(ann: User) -> None:
    turned_down = story("https://b.example/1", state=Link.State.REJECTED)
    merge(story("https://a.example/1"), turned_down, by=ann, now=NOW)
    assert not Link.objects.waiting(NOW).exists()


def test_it_takes_over_only_words_that_are_missing(ann: User) -> None:
    one = story("https://a.example/1", blurb="His", author="Ines", note="One")
    two = story("https://b.example/1", blurb="Hers", note="Two")
    merge(one, two, by=ann, now=NOW)

    assert (kept(two).blurb, kept(two).author, kept(two).note) == ("Hers", "Ines", "Two\n\nOne")
    assert (kept(one).blurb, kept(one).note) == ("His", "One"), "its own words stay with it"


def test_what_an_editor_changed_after_the_merge_stays(ann: User) -> None:
    one = story("https://a.example/1", blurb="His", state=Link.State.SHORTLISTED)
    two = story("https://b.example/1")
    merge(one, two, by=ann, now=NOW)
    Link.objects.filter(pk=two.pk).update(blurb="Written by ann")
    queue.reject(kept(two), by=ann)
    unmerge(kept(one), by=ann, now=NOW)

    assert (kept(two).blurb, kept(two).state) == ("Written by ann", "rejected")
    assert kept(one).state == "shortlisted"


def test_it_answers_where_the_whole_story_ran(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    use = place(one)
    merge(kept(one), two, by=ann, now=NOW)
    assert two.uses.get() == use

    uses.place(one.pk, issue_number=12, section="Moved", block_uid=use.block_uid)
    assert two.uses.get().section == "Moved", "a block that holds the merged link is told of again"
    unmerge(kept(one), by=ann, now=NOW)
    assert one.uses.get() == use


def test_a_placed_story_is_not_offered_again_by_a_merge(ann: User) -> None:
    placed = story("https://a.example/1", state=Link.State.SHORTLISTED)
    waits = story("https://b.example/1", state=Link.State.SHORTLISTED)
    place(placed)
    Link.objects.filter(pk=waits.pk).update(state_since=NOW.replace(year=2100))
    merge(kept(placed), kept(waits), by=ann, now=NOW)
    assert not Link.objects.unplaced().exists()


def test_what_was_chosen_again_after_it_ran_stays_chosen(ann: User) -> None:
    ran = story("https://a.example/1", state=Link.State.SHORTLISTED)
    use = place(ran)
    uses.publish(12, [use.block_uid], NOW)
    again = story("https://b.example/1", state=Link.State.SHORTLISTED)
    merge(kept(ran), again, by=ann, now=NOW)
    assert list(Link.objects.unplaced()) == [again]


def test_what_ran_settles_the_story_it_is_merged_into_and_no_other_once_apart(ann: User) -> None:
    ran = story("https://a.example/1", state=Link.State.SHORTLISTED)
    use = place(ran)
    uses.publish(12, [use.block_uid], NOW)
    other = story("https://b.example/1", state=Link.State.SHORTLISTED)
    merge(kept(ran), other, by=ann, now=NOW)
    assert (kept(ran).settled_at, kept(other).settled_at) == (None, use.placed_at)
    unmerge(kept(ran), by=ann, now=NOW)
    assert (kept(ran).settled_at, kept(other).settled_at) == (use.placed_at, None)
    assert list(Link.objects.unplaced()) == [other]


def test_a_use_that_strayed_settles_the_story_it_is_of(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    merge(one, two, by=ann, now=NOW)
    use = place(two)
    LinkUse.objects.update(link=one, published_at=NOW)
    assert merging.gather_strays() == 1
    assert kept(two).settled_at == use.placed_at


def test_links_merged_before_move_on_and_come_back(ann: User) -> None:
    one, two, three = (story(f"https://{n}.example/1") for n in "abc")
    merge(one, two, by=ann, now=NOW)
    merge(two, three, by=ann, now=NOW)
    assert {kept(one).merged_into, kept(two).merged_into} == {three}
    assert three.entries.count() == 3

    assert queue.undo(by=ann).link == two
    assert (kept(one).merged_into, kept(two).merged_into) == (two, None)
    assert two.entries.count() == 2
    assert queue.undo(by=ann).link == one
    assert {link.entries.count() for link in (one, two, three)} == {1}


def test_one_comes_out_of_a_cluster_without_the_others(ann: User) -> None:
    one, two, three = (story(f"https://{n}.example/1") for n in "abc")
    merge(one, two, by=ann, now=NOW)
    merge(two, three, by=ann, now=NOW)
    unmerge(kept(one), by=ann, now=NOW)
    assert one.addresses.count() == one.entries.count() == 1

    unmerge(kept(two), by=ann, now=NOW)
    assert {link.entries.count() for link in (one, two, three)} == {1}
    assert not Link.objects.exclude(merged_into=None).exists()


def test_taking_out_can_be_undone_and_done_again(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    merge(one, two, by=make_editor("ben"), now=NOW)
    unmerge(kept(one), by=ann, now=NOW)

    assert queue.undo(by=ann).verb == "unmerged"
    assert (kept(one).merged_into, two.entries.count()) == (two, 2)
    with pytest.raises(queue.NothingToUndoError):
        queue.undo(by=ann)
    unmerge(kept(one), by=ann, now=NOW)
    assert one.entries.count() == two.entries.count() == 1


def test_it_refuses_what_makes_no_sense(ann: User) -> None:
    one, two, three = (story(f"https://{n}.example/1", title=n) for n in "abc")
    with pytest.raises(SameLinkError, match="into itself"):
        merge(one, one, by=ann, now=NOW)
    with pytest.raises(NotMergedError):
        unmerge(one, by=ann, now=NOW)
    merge(one, two, by=ann, now=NOW)
    with pytest.raises(AlreadyMergedError, match="“a” is merged into “b” already") as refusal:
        merge(kept(one), three, by=ann, now=NOW)
    assert refusal.value.link == two
    with pytest.raises(AlreadyMergedError):
        merge(three, kept(one), by=ann, now=NOW)


def test_it_refuses_what_has_moved_on(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    with pytest.raises(StaleLinkError):
        merge(one, two, by=ann, now=NOW, version=7)
    seen = kept(two)
    queue.reject(two, by=make_editor("ben"))
    with pytest.raises(StaleLinkError, match="by ben"):
        merge(one, seen, by=ann, now=NOW)
    assert kept(one).merged_into is None
    assert one.entries.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_each_into_the_other_one_is_refused() -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    start = Barrier(2)

    def do(link: Link, into: Link) -> str:
        try:
            start.wait(10)
            merge(link, into, by=None, now=NOW)
            return "merged"
        except queue.QueueError:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        done = pool.map(do, (one, kept(two)), (two, kept(one)))
        assert sorted(done) == ["merged", "refused"]
    assert Link.objects.standing().get().entries.count() == 2


def test_it_refuses_who_may_not_sort() -> None:
    eve = make_staff("eve", "curation.view_link")
    one, two = story("https://a.example/1"), story("https://b.example/1")
    calls = [
        lambda: merge(one, two, by=eve, now=NOW),
        lambda: unmerge(one, by=eve, now=NOW),
        lambda: split(one, by=eve, now=NOW),
    ]
    for call in calls:
        with pytest.raises(NotAllowedError):
            call()


def test_earlier_deeds_on_the_standing_link_can_still_be_undone(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    queue.reject(two, by=ann)
    merge(one, kept(two), by=None, now=NOW)
    assert queue.undo(by=ann).verb == "rejected"
    assert kept(two).state == "new"


def test_it_moves_on_what_came_in_the_moment_of_a_merge(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    merge(one, two, by=ann, now=NOW)
    late = make_entry(make_feed(), kept(one))
    Link.objects.update(checked_at=NOW)
    told = sweep(NOW) or ""
    assert "1 rows moved on" in told, "with no page to look at"
    assert Entry.objects.get(pk=late.pk).link == two
    assert merging.gather_strays() == 0


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by what there is")
def test_looking_for_strays_does_not_read_every_row(ann: User) -> None:
    merge(story("https://a.example/1"), story("https://b.example/1"), by=ann, now=NOW)
    with CaptureQueriesContext(connection) as asked:
        merging.gather_strays()
    assert len(asked.captured_queries) == 3
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            assert not [plan for *_, plan in cursor.fetchall() if plan.startswith("SCAN")]


def test_it_splits_off_a_source_with_its_address(ann: User) -> None:
    link = story("https://a.example/1", section=make_section("News"))
    wrong = make_entry(
        make_feed(title="Other blog"), link, url="https://b.example/2?utm_source=x",
        title="Another story", author="Ines",
    )  # fmt: skip
    also = make_entry(make_feed(), link, url="http://www.b.example/2/")
    address(link, wrong.url)

    own = split(link, entries=[wrong], by=ann, now=NOW)
    assert (own.url, own.title, own.author, own.source_label, own.state) == (
        "https://b.example/2", "Another story", "Ines", "Other blog", "new",
    )  # fmt: skip
    assert own.section == make_section("News")
    assert set(own.entries.all()) == {wrong, also}, "who has the same address goes along"
    assert own.addresses.get().identity == address_identity("https://b.example/2")
    assert link.entries.count() == link.addresses.count() == 1


def test_a_split_can_be_undone(ann: User) -> None:
    link = story("https://a.example/1")
    wrong = make_entry(make_feed(), link, url="https://b.example/2")
    address(link, wrong.url)
    own = split(link, entries=[wrong], by=ann, now=NOW)

    assert queue.undo(by=ann).link == own
    assert (kept(own).merged_into, link.entries.count(), link.addresses.count()) == (link, 2, 2)
    unmerge(kept(own), by=ann, now=NOW)
    assert own.entries.get() == wrong


def test_it_splits_off_an_address_that_no_entry_told(ann: User) -> None:
    link = story("https://a.example/1")
    wrong = address(link, "https://b.example/2")
    own = split(link, addresses=[wrong], by=ann, now=NOW)
    assert (own.url, own.title) == ("https://b.example/2", link.title)
    assert own.addresses.get() == wrong


def test_it_refuses_to_split_off_what_is_the_link_itself(ann: User) -> None:
    link, other = story("https://a.example/1"), story("https://b.example/1", title="B")
    with pytest.raises(NotApartError, match="Split off the others"):
        split(link, entries=link.entries.all(), by=ann, now=NOW)
    with pytest.raises(NotApartError, match="does not belong"):
        split(link, entries=other.entries.all(), by=ann, now=NOW)
    merge(other, link, by=ann, now=NOW)
    with pytest.raises(NotApartError, match="came with “B”"):
        split(link, addresses=link.addresses.exclude(url=link.url), by=ann, now=NOW)


def test_it_remembers_what_people_took_apart(ann: User) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    assert merging.taken_apart([one, two]) == set()
    merge(one, two, by=None, now=NOW)
    assert merging.taken_apart([one, two]) == set()
    unmerge(kept(one), by=ann, now=NOW)
    assert merging.taken_apart([two, one]) == {frozenset((one.pk, two.pk))}


def test_it_asks_as_few_questions_for_many_sources(
    ann: User, django_assert_max_num_queries: Any
) -> None:
    one, two = story("https://a.example/1"), story("https://b.example/1")
    for n in range(30):
        make_entry(make_feed(), one)
        address(one, f"https://a.example/{n}/x")
    with django_assert_max_num_queries(20):
        merge(one, two, by=ann, now=NOW)
    assert LinkEvent.objects.count() == 1
