"""What the queue answers to its own script: the row as it is now, or that it left."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from curation import queue, uses
from curation.models import Link
from tests.makers import make_editor, make_link, make_section

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
