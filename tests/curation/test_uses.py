"""Where a link stands and where it ran, as the digest tells it."""

from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation import queue, uses
from curation.models import Link, LinkUse
from curation.models.link import UNSETTLED
from tests.makers import NOW, make_link
from tests.plans import plan

pytestmark = pytest.mark.django_db


def run(link: Link, number: int) -> UUID:
    """Place a link in an issue that came out."""
    block = uuid4()
    uses.place(link.pk, issue_number=number, section="News", block_uid=block)
    uses.publish(number, [block], NOW)
    return block


def settled(link: Link) -> datetime | None:
    return Link.objects.get(pk=link.pk).settled_at


def make_links_that_ran(many: int) -> None:
    links = Link.objects.bulk_create(
        Link(
            url=f"https://example.com/{n}",
            title="Ran",
            published_at=NOW - timedelta(hours=n),
            state="shortlisted",
        )
        for n in range(many)
    )
    placings = [uses.Placing(link.pk, "News", uuid4()) for link in links]
    uses.place_many(1, placings)
    uses.publish(1, [placing.block_uid for placing in placings], NOW)


def test_a_placed_link_leaves_the_shortlist_and_a_withdrawn_one_comes_back() -> None:
    link, block = queue.shortlist(make_link(), by=None), uuid4()
    assert list(Link.objects.unplaced()) == [link]
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    assert list(Link.objects.unplaced()) == []
    assert uses.withdraw([block]) == 1
    assert list(Link.objects.unplaced()) == [link]


def test_placing_a_block_again_moves_its_one_use() -> None:
    link, other, block = make_link(), make_link(), uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    uses.place(other.pk, issue_number=13, section="Articles", block_uid=block)
    use = LinkUse.objects.get()
    assert (use.link, use.issue_number, use.section) == (other, 13, "Articles")


def test_telling_the_same_again_changes_nothing() -> None:
    link, block = make_link(), uuid4()
    first = uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    again = uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    assert first == again
    assert Link.objects.get().version == 1


def test_it_refuses_to_place_what_is_no_link() -> None:
    with pytest.raises(uses.NoSuchLinkError, match="no link 99"):
        uses.place(99, issue_number=12, section="News", block_uid=uuid4())
    assert not LinkUse.objects.exists()


def test_publishing_dates_the_blocks_that_came_out_once() -> None:
    came_out, left_out, elsewhere = uuid4(), uuid4(), uuid4()
    for number, block in [(12, came_out), (12, left_out), (13, elsewhere)]:
        uses.place(make_link().pk, issue_number=number, section="News", block_uid=block)
    assert uses.publish(12, [came_out, elsewhere], NOW) == 1
    assert uses.publish(12, [came_out], NOW + timedelta(days=1)) == 0
    dated = LinkUse.objects.exclude(published_at=None).get()
    assert (dated.block_uid, dated.published_at) == (came_out, NOW)


def test_what_ran_is_neither_withdrawn_nor_moved() -> None:
    link, block = make_link(), uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    uses.publish(12, [block], NOW)
    assert uses.withdraw([block]) == 0
    uses.place(link.pk, issue_number=13, section="Articles", block_uid=block)
    assert LinkUse.objects.get().issue_number == 12


def test_what_ran_before_can_be_chosen_again() -> None:
    link, block = make_link(), uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    uses.publish(12, [block], timezone.now())
    queue.shortlist(Link.objects.get(), by=None)
    assert list(Link.objects.unplaced()) == [link]


def test_what_ran_is_passed_over_by_the_index_and_what_is_chosen_again_is_not() -> None:
    ran, again = (queue.shortlist(make_link(), by=None) for _ in range(2))
    for link in (ran, again):
        run(link, 12)
    assert list(Link.objects.filter(UNSETTLED)) == []
    queue.shortlist(Link.objects.get(pk=again.pk), by=None)
    assert list(Link.objects.filter(UNSETTLED)) == list(Link.objects.unplaced()) == [again]


def test_the_newest_of_what_ran_settles_a_link() -> None:
    link = make_link()
    run(link, 12)
    assert settled(link) == LinkUse.objects.get(issue_number=12).placed_at
    run(link, 13)
    uses.place(link.pk, issue_number=14, section="News", block_uid=uuid4())
    assert settled(link) == LinkUse.objects.get(issue_number=13).placed_at


def test_what_ran_before_the_column_was_there_is_settled_by_its_migration() -> None:
    ran, draft = make_link(), make_link()
    run(ran, 12)
    uses.place(draft.pk, issue_number=13, section="News", block_uid=uuid4())
    told = settled(ran)
    Link.objects.update(settled_at=None)
    import_module("curation.migrations.0006_settled_links").settle(apps, None)
    assert (settled(ran), settled(draft)) == (told, None)


def test_a_draft_settles_nothing() -> None:
    link = queue.shortlist(make_link(), by=None)
    uses.place(link.pk, issue_number=12, section="News", block_uid=uuid4())
    assert settled(link) is None
    assert list(Link.objects.unplaced()) == []


def test_the_shortlist_follows_its_index() -> None:
    make_links_that_ran(3000)
    link = queue.shortlist(make_link(), by=None)
    shelf = Link.objects.unplaced().order_by("-state_since", "-pk")
    for asked in (shelf[:51], shelf.order_by()[:501]):
        assert "link_unsettled" in plan(asked)
    assert list(shelf) == [link]


def test_many_are_placed_in_the_same_few_queries_and_each_link_is_told_once() -> None:
    def queries(links: int) -> int:
        placings = [uses.Placing(make_link().pk, "News", uuid4()) for _ in range(links)]
        with CaptureQueriesContext(connection) as captured:
            uses.place_many(12, placings)
        return len(captured)

    queries(1)
    assert queries(10) == queries(60)
    assert LinkUse.objects.count() == 71
    assert set(Link.objects.values_list("version", flat=True)) == {1}


def test_telling_many_again_places_the_new_moves_the_old_and_leaves_what_ran() -> None:
    ran, old, new = (uses.Placing(make_link().pk, "News", uuid4()) for _ in range(3))
    uses.place_many(12, [ran, old])
    uses.publish(12, [ran.block_uid], NOW)
    moved = [replace(placing, section="Articles") for placing in (ran, old, new)]
    uses.place_many(13, moved)
    uses.place_many(13, moved)
    sections = {use.block_uid: (use.issue_number, use.section) for use in LinkUse.objects.all()}
    assert sections == {
        ran.block_uid: (12, "News"),
        old.block_uid: (13, "Articles"),
        new.block_uid: (13, "Articles"),
    }
    assert set(Link.objects.values_list("version", flat=True)) == {1}


def test_one_that_is_no_link_keeps_all_out() -> None:
    sound = uses.Placing(make_link().pk, "News", uuid4())
    with pytest.raises(uses.NoSuchLinkError, match="no link 99999"):
        uses.place_many(12, [sound, uses.Placing(99999, "News", uuid4())])
    assert not LinkUse.objects.exists()
