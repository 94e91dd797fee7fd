"""What the queue answers to its own script: the row as it is now, or that it left."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation import merging, queue, uses
from curation.models import Link
from tests.makers import NOW, make_editor, make_link, make_section

pytestmark = pytest.mark.django_db
QUEUE = "/admin/queue/"
JSON = {"Accept": "application/json"}


def row(answer: dict[str, Any]) -> Any:
    """The row of the one link that an answer tells of."""
    (link,) = answer["links"]
    return link["row"]


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(make_editor("ann"))
    return client


def said(link: Link, **values: object) -> dict[str, Any]:
    """What the page's form for this link sends."""
    return {"link": link.pk, "version": link.version, "back": "show=waiting", **values}


def kept(link: Link) -> Link:
    return Link.objects.get(pk=link.pk)


def test_a_script_is_told_the_link_left_and_how_many_are_where(desk: Client) -> None:
    link = make_link(title="Django 7")
    make_link()
    answer = desk.post(QUEUE + "reject/", said(link), headers=JSON)
    assert answer.json() == {
        "said": "“Django 7” rejected.",
        "links": [{"link": link.pk, "version": 1, "row": None}],
        "counts": {
            "waiting": "1", "shortlisted": "0", "snoozed": "0", "rejected": "1", "hidden": "0",
            "everything": "2",
        },
    }  # fmt: skip


def test_a_script_gets_the_row_of_a_link_that_stays(desk: Client) -> None:
    link = make_link(title="Django 7")
    make_section("News")
    answer = desk.post(QUEUE + "section/", said(link, section="news"), headers=JSON).json()
    assert f'data-link="{link.pk}" data-version="1" data-section="news"' in row(answer)
    queue.shortlist(kept(link), by=None)
    moved = said(kept(link), section="news", back="show=shortlisted")
    assert "Django 7" in row(desk.post(QUEUE + "shortlist/", moved, headers=JSON).json())


def test_a_script_gets_the_row_back_when_it_undoes(desk: Client) -> None:
    link = make_link()
    desk.post(QUEUE + "reject/", said(link))
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, headers=JSON)
    assert answer.json()["links"][0]["link"] == link.pk
    assert f'data-link="{link.pk}" data-version="2"' in row(answer.json())


def test_a_script_is_refused_with_the_row_as_it_is_now(desk: Client) -> None:
    link = make_link()
    queue.set_section(kept(link), make_section("News"), by=make_editor("ben"))
    answer = desk.post(QUEUE + "reject/", said(link), headers=JSON)
    assert answer.status_code == 409
    assert "by ben" in answer.json()["said"]
    assert 'data-version="1"' in row(answer.json())
    assert kept(link).state == Link.State.NEW


def test_a_script_is_told_why_an_undo_is_refused(desk: Client) -> None:
    link = make_link()
    desk.post(QUEUE + "shortlist/", said(link))
    uses.place(link.pk, issue_number=12, section="News", block_uid=uuid4())
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, headers=JSON)
    assert (answer.status_code, row(answer.json())) == (409, None)
    assert "stands in #12" in answer.json()["said"]


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("snooze", {"until": "soon"}, "Write the day as"),
        ("snooze", {"until": "2020-01-01"}, "choose a later one"),
        ("section", {"section": "nowhere"}, "no such section"),
        ("shortlist", {"section": "sponsored"}, "no such section"),
        ("reject", {"link": 999999}, "gone"),
        ("reject", {"link": "x"}, "gone"),
        ("reject", {"version": ""}, "required"),
        ("reject", {"reason": "nul \0"}, "Null characters"),
    ],
)
def test_it_refuses_what_makes_no_sense(
    desk: Client, name: str, values: dict[str, object], words: str
) -> None:
    make_section("Sponsored", kind="sponsor")
    link = make_link()
    answer = desk.post(f"{QUEUE}{name}/", said(link) | values, headers=JSON)
    assert answer.status_code in (400, 409)
    assert words in answer.json()["said"]
    assert kept(link).version == 0


def test_a_script_reads_the_pages_that_follow(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.queue_page.PAGE", 2)
    for _ in range(3):
        make_link()
    page = desk.get(QUEUE)
    assert f'href="?{page.context["older"]}"'.replace("&", "&amp;") in page.content.decode()
    answer = desk.get(f"{QUEUE}?{page.context['older']}", headers=JSON).json()
    assert (len(answer["rows"]), answer["older"]) == (1, "")


def several(deed: str, *links: Link, **values: object) -> dict[str, Any]:
    picks = [f"{link.pk}:{link.version}" for link in links]
    return {"deed": deed, "pick": picks, "back": "show=waiting", **values}


def test_several_links_are_sorted_in_one_act(desk: Client) -> None:
    links = [make_link() for _ in range(3)]
    make_section("News")
    said = several("shortlist", *links, section="news")
    answer = desk.post(QUEUE + "several/", said, headers=JSON).json()
    assert answer["said"] == "3 links shortlisted for News."
    assert [(each["version"], each["row"]) for each in answer["links"]] == [(1, None)] * 3
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, headers=JSON).json()
    assert answer["said"] == "Undone: 3 links are as they were."
    assert len(answer["links"]) == 3
    assert all(each["row"] for each in answer["links"])


def test_a_script_is_told_on_which_links_it_was_not_done(desk: Client) -> None:
    stale, fresh = make_link(title="Taken"), make_link()
    queue.shortlist(kept(stale), by=make_editor("ben"))
    answer = desk.post(QUEUE + "several/", several("reject", stale, fresh), headers=JSON)
    assert answer.status_code == 200
    told = "1 link rejected. “Taken” has changed: it is shortlisted, by ben."
    assert answer.json()["said"] == told
    answer = desk.post(QUEUE + "several/", several("reject", stale), headers=JSON)
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pick": []}, "Tick some links first"),
        ({"pick": ["1"]}, "Tick the links again"),
        ({"pick": ["9" * 30 + ":1"]}, "Tick the links again"),
        ({"pick": ["1:1; DROP"]}, "Tick the links again"),
        ({"deed": "explode"}, "no such deed"),
        ({"deed": ""}, "required"),
        ({"section": "nowhere"}, "no such section"),
        ({"pick": [f"{n}:0" for n in range(1, 300)]}, "too many"),
    ],
)
def test_it_refuses_several_of_what_makes_no_sense(
    desk: Client, values: dict[str, object], words: str
) -> None:
    link = make_link()
    answer = desk.post(QUEUE + "several/", several("reject", link) | values, headers=JSON)
    assert answer.status_code in (400, 409)
    assert words in answer.json()["said"]
    assert kept(link).version == 0


def test_a_script_edits_in_place_and_gets_the_row_back(desk: Client) -> None:
    link = make_link(title="Teh title")
    words = {"title": "The title", "blurb": "Short.", "note": "check"}
    answer = desk.post(QUEUE + "edit/", said(link) | words, headers=JSON).json()
    assert answer["said"] == "“The title” reads as you wrote it."
    assert 'data-title="The title" data-blurb="Short." data-note="check"' in row(answer)
    answer = desk.post(QUEUE + "edit/", said(kept(link), title=""), headers=JSON)
    assert (answer.status_code, kept(link).title) == (409, "The title")


def test_a_script_merges_and_undo_takes_the_links_apart(desk: Client) -> None:
    one, other = make_link(title="One"), make_link(title="Other")
    answer = desk.post(QUEUE + "merge/", said(one, into=other.pk), headers=JSON).json()
    assert answer["said"] == "“One” merged into “Other”."
    assert [bool(each["row"]) for each in answer["links"]] == [False, True]
    assert kept(one).merged_into == other
    answer = desk.post(QUEUE + "undo/", {"back": "show=waiting"}, headers=JSON).json()
    assert {each["link"] for each in answer["links"]} == {one.pk, other.pk}
    assert kept(one).merged_into is None


def test_it_merges_what_is_placed_and_refuses_what_cannot_be_merged(desk: Client) -> None:
    placed, other, third = make_link(title="Placed"), make_link(title="Other"), make_link()
    uses.place(placed.pk, issue_number=12, section="News", block_uid=uuid4())
    placed = kept(placed)
    for into, words in [("", "Choose the link"), (placed.pk, "into itself"), (9999, "gone")]:
        answer = desk.post(QUEUE + "merge/", said(placed, into=into), headers=JSON)
        assert answer.status_code in (400, 409)
        assert words in answer.json()["said"]
    desk.post(QUEUE + "merge/", said(placed, into=other.pk), headers=JSON)
    assert other.uses.get().issue_number == 12, "what is placed stays placed, under both"
    answer = desk.post(QUEUE + "merge/", said(third, into=placed.pk), headers=JSON)
    assert answer.status_code == 409
    assert "merged into “Other” already" in answer.json()["said"]


def look(desk: Client, since: str, **asked: str) -> dict[str, Any]:
    """What the open page asks every few seconds."""
    answer = desk.get(f"{QUEUE}changes/", {"since": since, **asked}, headers=JSON)
    return dict(answer.json())


@pytest.fixture
def start() -> str:
    """A moment after which the test's deeds count; what was there before is older."""
    return timezone.now().isoformat()


def old(**values: object) -> Link:
    return make_link(changed_at=NOW, **values)


def test_what_others_do_is_told_once_with_the_rows(desk: Client, start: str) -> None:
    taken, new = old(title="Taken"), make_link(title="Fresh")
    queue.shortlist(kept(taken), by=make_editor("ben"))
    answer = look(desk, start)
    rows = {each["link"]: each["row"] for each in answer["links"]}
    assert rows[taken.pk] is None
    assert "Fresh" in rows[new.pk]
    assert answer["said"] == "ben shortlisted “Taken”."
    assert answer["counts"]["shortlisted"] == "1"
    assert look(desk, answer["now"]).get("said", "") == ""


def test_ones_own_deeds_are_not_announced_but_shown_in_the_other_tab(
    desk: Client, start: str
) -> None:
    link = old()
    desk.post(QUEUE + "reject/", said(link))
    answer = look(desk, start)
    assert (answer["said"], answer["links"][0]["row"]) == ("", None)


def test_undoing_placing_merging_and_waking_show_in_an_open_page(desk: Client, start: str) -> None:
    ben = make_editor("ben")
    undone, placed, withdrawn, merged, into = [old(title=f"Link {n}") for n in range(5)]
    woken = old(state=Link.State.SNOOZED, snoozed_until=timezone.now() + timedelta(seconds=1))
    Link.objects.filter(pk=woken.pk).update(snoozed_until=timezone.now())
    queue.reject(undone, by=ben)
    queue.undo(by=ben)
    block = uuid4()
    uses.place(placed.pk, issue_number=1, section="News", block_uid=uuid4())
    uses.place(withdrawn.pk, issue_number=1, section="News", block_uid=block)
    Link.objects.update(changed_at=NOW)
    uses.withdraw([block])
    merging.merge(kept(merged), kept(into), by=ben, now=timezone.now())
    told = {each["link"] for each in look(desk, start)["links"]}
    assert told == {withdrawn.pk, merged.pk, into.pk, woken.pk}


def test_only_what_is_looked_for_is_shown_of_what_came(desk: Client, start: str) -> None:
    wanted, other = make_link(title="django"), make_link(title="flask")
    rows = {each["link"]: each["row"] for each in look(desk, start, q="django")["links"]}
    assert (bool(rows[wanted.pk]), bool(rows[other.pk])) == (True, False)


def test_much_that_changed_is_not_carried_but_said(
    desk: Client, start: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.watching.MOST", 2)
    for _ in range(3):
        make_link()
    answer = look(desk, start)
    assert (answer["many"], "links" in answer) == (True, False)


def test_a_look_that_finds_nothing_costs_two_queries_of_links(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        old()
    desk.get(QUEUE)
    # Publication, session and user, what changed, what woke.
    with django_assert_num_queries(5):
        assert look(desk, timezone.now().isoformat()).keys() == {"now"}
    for _ in range(20):
        make_link()
    asked = []
    for number in (5, 20):
        Link.objects.update(changed_at=NOW)
        for link in Link.objects.order_by("-pk")[:number]:
            queue.reject(link, by=None)
            Link.objects.filter(pk=link.pk).update(version=99)
        with CaptureQueriesContext(connection) as queries:
            assert len(look(desk, timezone.now().isoformat())["links"]) == number
        asked.append(len(queries))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("since", ["", "soon", "2026-11-20", "9999-12-31T23:59:59Z", "0001-01-01"])
def test_a_moment_that_makes_no_sense_is_no_error(desk: Client, since: str) -> None:
    assert "now" in look(desk, since)
