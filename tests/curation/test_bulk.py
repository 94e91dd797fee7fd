"""One act on several links: each as far as it goes, taken back in one step."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import User

from curation import bulk, queue, uses
from curation.models import Link, LinkEvent
from tests.makers import make_editor, make_link, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


def reject_all(links: list[Link], by: User) -> bulk.Outcome:
    def deed(link: Link, version: int) -> Link:
        return queue.reject(link, by=by, reason="dull", version=version)

    return bulk.together([bulk.Pick(link.pk, link.version) for link in links], deed, by)


def states(links: list[Link]) -> list[str]:
    return [Link.objects.get(pk=link.pk).state for link in links]


def test_it_does_one_deed_to_each_and_undoes_all_in_one_step(ann: User) -> None:
    links = [make_link() for _ in range(3)]
    queue.set_section(links[0], make_section("News"), by=ann)
    outcome = reject_all(links, ann)
    assert (len(outcome.done), outcome.refused) == (3, [])
    undone = queue.undo(by=ann)
    assert sorted(queue.taken_back(undone)) == [link.pk for link in links]
    assert states(links) == ["new", "new", "new"]
    assert queue.undo(by=ann).verb == "moved", "what was done before stands until it is undone"


def test_a_refusal_keeps_no_other_link_from_its_turn(ann: User) -> None:
    fresh, stale, placed, gone = [make_link(title=f"Link {n}") for n in range(4)]
    queue.shortlist(Link.objects.get(pk=stale.pk), by=make_editor("ben"))
    uses.place(placed.pk, issue_number=12, section="News", block_uid=uuid4())
    placed.refresh_from_db()
    ghost, _ = Link(pk=gone.pk), gone.delete()
    outcome = reject_all([fresh, stale, placed, ghost], ann)
    assert outcome.done == [fresh]
    assert [str(refusal) for refusal in outcome.refused] == [
        "“Link 1” has changed: it is shortlisted, by ben.",
        "“Link 2” stands in #12. Take it out of the issue first.",
        "This link is gone: it was deleted.",
    ]
    assert states([fresh, stale, placed]) == ["rejected", "shortlisted", "new"]


def test_undo_takes_back_what_it_can_of_several_and_names_the_rest(ann: User) -> None:
    links = [make_link(title=f"Link {n}") for n in range(3)]
    reject_all(links, ann)
    queue.shortlist(Link.objects.get(pk=links[0].pk), by=make_editor("ben"))
    undone = queue.undo(by=ann)
    assert states(links) == ["shortlisted", "new", "new"]
    assert [str(reason) for reason in queue.passed_over(undone)] == [
        "“Link 0” has changed: it is shortlisted, by ben."
    ]
    with pytest.raises(queue.StaleLinkError):
        queue.undo(by=ann)


def test_it_refuses_more_than_anybody_looks_at(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    links = [make_link() for _ in range(3)]
    with pytest.raises(bulk.TooManyError, match="at most 2"):
        reject_all(links, ann)
    assert not LinkEvent.objects.exists()


def test_one_deed_alone_is_an_act_of_its_own(ann: User) -> None:
    first, second = make_link(), make_link()
    queue.reject(first, by=ann)
    queue.reject(second, by=ann)
    assert queue.taken_back(queue.undo(by=ann)) == [second.pk]
