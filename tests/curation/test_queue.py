"""Sorting what came in: each deed is attributed, held against others, and can be taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from curation import queue, uses
from curation.models import Link, LinkEvent
from publication.access import NotAllowedError
from tests.makers import NOW, make_editor, make_link, make_section, make_staff

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


@pytest.fixture
def ben() -> User:
    return make_editor("ben")


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def test_it_shortlists_into_the_section_that_was_suggested(ann: User) -> None:
    news = make_section("News")
    link = make_link(section=news, section_reason="this feed's shelf")
    queue.shortlist(link, by=ann)
    assert kept(link).state == Link.State.SHORTLISTED
    assert (kept(link).section, kept(link).section_reason) == (news, "this feed's shelf")


def test_it_shortlists_into_another_section_and_says_who_chose_it(ann: User) -> None:
    link = make_link(section=make_section("News"))
    queue.shortlist(link, by=ann, section=make_section("Articles"))
    assert (kept(link).section, kept(link).section_reason) == (
        make_section("Articles"),
        "set by ann",
    )


def test_it_rejects_with_the_reason_on_one_line(ann: User) -> None:
    link = make_link()
    queue.reject(link, by=ann, reason="  off \n topic " + "x" * 300)
    assert kept(link).state == Link.State.REJECTED
    assert kept(link).reject_reason.startswith("off topic xxx")
    assert len(kept(link).reject_reason) == 200


def test_it_snoozes_until_the_day_comes(ann: User) -> None:
    link = make_link()
    until = NOW + timedelta(days=3)
    queue.snooze(link, by=ann, until=until, now=NOW)
    assert list(Link.objects.waiting(until - timedelta(seconds=1))) == []
    assert list(Link.objects.waiting(until)) == [link]


def test_it_refuses_to_snooze_to_the_past(ann: User) -> None:
    link = make_link()
    with pytest.raises(queue.PastSnoozeError, match="later"):
        queue.snooze(link, by=ann, until=NOW, now=NOW)
    assert kept(link).state == Link.State.NEW


def test_it_sets_the_section_and_leaves_the_state(ann: User) -> None:
    link = make_link()
    since = kept(link).state_since
    queue.set_section(link, make_section("News"), by=ann)
    assert (kept(link).section, kept(link).state) == (make_section("News"), Link.State.NEW)
    queue.set_section(link, None, by=ann)
    assert (kept(link).section, kept(link).state_since) == (None, since)


def test_a_new_state_clears_what_belonged_to_the_old_one(ann: User) -> None:
    link = make_link()
    queue.reject(link, by=ann, reason="no")
    queue.snooze(link, by=ann, until=NOW + DAY, now=NOW)
    assert kept(link).reject_reason == ""
    queue.shortlist(link, by=ann)
    assert kept(link).snoozed_until is None
    assert kept(link).state_since > kept(link).seen_at


def test_it_writes_who_did_what_and_what_changed(ann: User) -> None:
    link = make_link()
    queue.reject(link, by=ann, reason="off topic")
    event = LinkEvent.objects.get()
    assert (event.link, event.actor, event.actor_name) == (link, ann, "ann")
    assert event.verb == "rejected"
    assert (event.before["state"], event.after["state"]) == ("new", "rejected")
    assert (event.before["reject_reason"], event.after["reject_reason"]) == ("", "off topic")
    assert "section_id" not in event.after


def test_the_machine_may_act_and_is_named() -> None:
    queue.shortlist(make_link(), by=None, section=make_section("News"))
    event = LinkEvent.objects.get()
    assert (event.actor, event.actor_name) == (None, "Newsdesk")
    assert event.link.section_reason == "set by Newsdesk"


def test_doing_the_same_again_leaves_no_second_event(ann: User) -> None:
    link = make_link()
    queue.shortlist(link, by=ann)
    queue.shortlist(link, by=ann)
    assert LinkEvent.objects.count() == 1


@pytest.mark.parametrize("deed", ["shortlist", "reject", "snooze", "set_section", "undo"])
def test_it_refuses_who_may_not_sort(deed: str) -> None:
    eve = make_staff("eve", "curation.view_link")
    link = make_link()
    calls = {
        "shortlist": lambda: queue.shortlist(link, by=eve),
        "reject": lambda: queue.reject(link, by=eve),
        "snooze": lambda: queue.snooze(link, by=eve, until=NOW + DAY, now=NOW),
        "set_section": lambda: queue.set_section(link, None, by=eve),
        "undo": lambda: queue.undo(by=eve),
    }
    with pytest.raises(NotAllowedError, match=r"curation\.triage_link"):
        calls[deed]()
    assert kept(link).version == 0


def test_the_permission_is_enough() -> None:
    queue.reject(make_link(), by=make_staff("cay", "curation.triage_link"))
    assert LinkEvent.objects.get().actor_name == "cay"


def test_it_refuses_a_link_that_somebody_else_moved_and_says_who(ann: User, ben: User) -> None:
    link = make_link(title="Django 7")
    seen_by_ben = kept(link)
    queue.shortlist(link, by=ann, section=make_section("News"))
    with pytest.raises(queue.StaleLinkError) as refusal:
        queue.reject(seen_by_ben, by=ben)
    assert str(refusal.value) == "“Django 7” has changed: it is shortlisted for News, by ann."
    assert refusal.value.link == link
    assert kept(link).state == Link.State.SHORTLISTED
    assert LinkEvent.objects.count() == 1


def test_it_refuses_a_version_that_is_not_the_one_seen(ann: User) -> None:
    link = make_link()
    queue.reject(link, by=ann, reason="dull", version=0)
    with pytest.raises(queue.StaleLinkError, match=r"rejected \(dull\), by ann"):
        queue.shortlist(kept(link), by=ann, version=0)
    queue.shortlist(kept(link), by=ann, version=1)


def test_it_says_so_when_the_link_was_deleted_or_merged(ann: User) -> None:
    link = make_link()
    ghost = kept(link)
    link.delete()
    with pytest.raises(queue.StaleLinkError, match="gone"):
        queue.reject(ghost, by=ann)
    merged = make_link(merged_into=make_link(title="The original"))
    with pytest.raises(queue.StaleLinkError, match="merged into “The original”"):
        queue.reject(merged, by=ann)


def test_it_refuses_to_reject_what_stands_in_a_draft(ann: User) -> None:
    link = make_link()
    queue.shortlist(link, by=ann)
    uses.place(link.pk, issue_number=12, section="News", block_uid=uuid4())
    with pytest.raises(queue.PlacedSinceError, match=r"stands in #12\. Take it out"):
        queue.reject(kept(link), by=ann)


def test_placing_a_link_tells_a_page_that_still_shows_it(ann: User) -> None:
    link = make_link()
    queue.shortlist(link, by=ann)
    seen = kept(link)
    uses.place(link.pk, issue_number=12, section="News", block_uid=uuid4())
    with pytest.raises(queue.StaleLinkError):
        queue.set_section(seen, None, by=ann)


def test_it_undoes_any_number_of_steps(ann: User) -> None:
    first, second = make_link(), make_link(section=make_section("News"))
    since = kept(second).state_since
    queue.reject(first, by=ann, reason="no")
    queue.shortlist(second, by=ann, section=make_section("Articles"))
    queue.snooze(second, by=ann, until=NOW + DAY, now=NOW)

    assert queue.undo(by=ann).verb == "snoozed"
    assert (kept(second).state, kept(second).snoozed_until) == (Link.State.SHORTLISTED, None)
    assert queue.undo(by=ann).verb == "shortlisted"
    assert (kept(second).section, kept(second).state) == (make_section("News"), Link.State.NEW)
    assert kept(second).state_since == since
    assert queue.undo(by=ann).link == first
    assert (kept(first).state, kept(first).reject_reason) == (Link.State.NEW, "")
    with pytest.raises(queue.NothingToUndoError):
        queue.undo(by=ann)


def test_it_undoes_only_ones_own_deeds(ann: User, ben: User) -> None:
    link = make_link()
    queue.reject(link, by=ann)
    with pytest.raises(queue.NothingToUndoError):
        queue.undo(by=ben)
    assert kept(link).state == Link.State.REJECTED


def test_it_does_not_undo_what_somebody_else_changed_since(ann: User, ben: User) -> None:
    link = make_link(title="Django 7")
    queue.shortlist(link, by=ann)
    queue.set_section(link, make_section("News"), by=ben)
    with pytest.raises(queue.StaleLinkError, match="shortlisted for News, by ben"):
        queue.undo(by=ann)
    queue.undo(by=ben)
    queue.undo(by=ann)
    assert kept(link).state == Link.State.NEW


def test_it_does_not_undo_what_was_placed_since(ann: User) -> None:
    link = make_link()
    queue.shortlist(link, by=ann)
    block = uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=block)
    with pytest.raises(queue.PlacedSinceError, match="#12"):
        queue.undo(by=ann)
    uses.withdraw([block])
    queue.undo(by=ann)
    assert kept(link).state == Link.State.NEW


def test_undo_passes_over_what_can_no_longer_be_undone_and_tells_it_once(
    ann: User, ben: User
) -> None:
    oldest, older, placed, taken = [make_link(title=f"Link {n}") for n in range(4)]
    for link in (oldest, older, placed, taken):
        queue.shortlist(link, by=ann)
    uses.place(placed.pk, issue_number=12, section="News", block_uid=uuid4())
    queue.reject(kept(taken), by=ben)

    undone = queue.undo(by=ann)
    assert undone.link == older
    assert [str(reason) for reason in queue.passed_over(undone)] == [
        "“Link 3” has changed: it is rejected, by ben.",
        "“Link 2” stands in #12. Take it out of the issue first.",
    ]
    undone = queue.undo(by=ann)
    assert (undone.link, queue.passed_over(undone)) == (oldest, [])
    with pytest.raises(queue.StaleLinkError, match=r"Link 3.* by ben"):
        queue.undo(by=ann)
    assert [kept(link).state for link in (oldest, older, placed, taken)] == [
        "new", "new", "shortlisted", "rejected",
    ]  # fmt: skip


def test_what_ran_may_be_chosen_again_and_undone(ann: User) -> None:
    link, uid = queue.shortlist(make_link(), by=ann), uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=uid)
    queue.shortlist(kept(link), by=ann)
    assert not Link.objects.unplaced().exists()
    uses.publish(12, [uid], NOW)
    queue.shortlist(kept(link), by=ann)
    assert list(Link.objects.unplaced()) == [link]
    queue.undo(by=ann)
    assert not Link.objects.unplaced().exists()


def test_undo_passes_over_what_was_merged_since(ann: User) -> None:
    other, merged = make_link(), make_link()
    queue.reject(other, by=ann)
    queue.reject(merged, by=ann)
    Link.objects.filter(pk=merged.pk).update(merged_into=other)
    assert queue.undo(by=ann).link == other


def test_a_link_is_never_merged_into_itself() -> None:
    link = make_link()
    with pytest.raises(IntegrityError, match="link_not_merged_into_itself"), transaction.atomic():
        Link.objects.filter(pk=link.pk).update(merged_into=link)


def test_undo_leaves_a_shelf_empty_that_was_deleted_since(ann: User) -> None:
    news = make_section("News")
    link = make_link(section=news)
    queue.shortlist(link, by=ann, section=make_section("Articles"))
    news.delete()
    queue.undo(by=ann)
    assert (kept(link).section, kept(link).state) == (None, Link.State.NEW)


def test_it_edits_what_editors_write_and_undo_gives_the_words_back(ann: User) -> None:
    link = make_link(title="Teh title", blurb="As it came")
    queue.edit(link, by=ann, title=" The \n title ", blurb="One.\r\nTwo.\0", note="ask Ines")
    assert (kept(link).title, kept(link).blurb) == ("The title", "One.\nTwo.")
    assert kept(link).note == "ask Ines"
    assert LinkEvent.objects.get().verb == "edited"
    queue.undo(by=ann)
    assert (kept(link).title, kept(link).blurb, kept(link).note) == ("Teh title", "As it came", "")


def test_a_note_alone_is_no_edit_and_the_same_words_are_nothing(ann: User) -> None:
    link = make_link(title="Title", blurb="Blurb")
    queue.edit(link, by=ann, title="Title", blurb="Blurb", note="")
    assert not LinkEvent.objects.exists()
    queue.edit(link, by=ann, title="Title", blurb="Blurb", note="late")
    assert LinkEvent.objects.get().verb == "noted"


def test_a_link_keeps_a_title(ann: User) -> None:
    link = make_link(title="Title")
    with pytest.raises(queue.NoTitleError, match="needs a title"):
        queue.edit(link, by=ann, title=" \u202e\n", blurb="lost?", note="")
    assert kept(link).blurb == ""


def test_it_refuses_an_edit_of_a_title_that_somebody_else_changed(ann: User, ben: User) -> None:
    link = make_link(title="Title")
    queue.edit(kept(link), by=ben, title="Ben's", blurb="", note="")
    with pytest.raises(queue.StaleLinkError):
        queue.edit(kept(link), by=ann, title="Ann's", blurb="", note="", version=0)
    assert kept(link).title == "Ben's"


def test_what_a_person_sorts_no_rule_hides(ann: User) -> None:
    link = make_link(hidden_by="No jobs")
    assert not Link.objects.waiting(NOW).exists()
    queue.shortlist(link, by=ann)
    assert kept(link).hidden_by == ""
    queue.undo(by=ann)
    assert kept(link).hidden_by == "No jobs"


def test_a_page_seen_before_an_undo_is_stale(ann: User, ben: User) -> None:
    link = make_link()
    queue.reject(link, by=ann)
    seen_by_ben = kept(link)
    queue.undo(by=ann)
    with pytest.raises(queue.StaleLinkError, match="waiting"):
        queue.shortlist(seen_by_ben, by=ben)
