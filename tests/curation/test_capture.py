"""Bringing a link by hand: what we know about it is said at once, and one button keeps it."""

import json
import re
from typing import Any
from urllib.parse import unquote, urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation import bringing, capture, memory, queue, uses
from curation.addressing import AddressRefusedError
from curation.capture import Shared
from curation.models import Link, LinkEvent, Rule
from publication.access import NotAllowedError
from tests.makers import NOW, make_editor, make_section, make_staff

pytestmark = pytest.mark.django_db
CAPTURE = "/admin/capture/"
PAGE = Shared("https://example.com/story", "A story", "What I marked.")
HOSTILE = "</textarea><script>alert(1)</script>"


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


@pytest.fixture
def desk(client: Client, ann: User) -> Client:
    client.force_login(ann)
    return client


def kept(by: User, shared: Shared = PAGE, **values: Any) -> Link:
    return capture.capture(shared, by=by, now=NOW, **{"shortlist": False, **values})


def says(shared: Shared = PAGE) -> str:
    return capture.look(shared, NOW).says


# The verb


def test_a_page_becomes_a_link_on_the_shortlist_with_what_came_along(ann: User) -> None:
    news = make_section("News")
    kept(ann, section=news, note="Ask her for a quote", shortlist=True)
    link = Link.objects.get()
    assert (link.url, link.title, link.blurb) == (PAGE.url, "A story", "What I marked.")
    assert (link.state, link.section, link.origin) == ("shortlisted", news, "bookmarklet")
    assert (link.note, link.section_reason) == ("Ask her for a quote", "set by ann")
    events = LinkEvent.objects.order_by("pk").values_list("verb", "actor_name")
    assert list(events) == [("brought", "ann"), ("noted", "ann"), ("shortlisted", "ann")]


def test_the_same_page_again_is_the_same_link_with_one_more_note(ann: User) -> None:
    kept(ann, note="One")
    queue.reject(Link.objects.get(), by=ann, reason="dull")
    again = Shared("http://www.example.com/story/?utm_source=x", "Another title")
    kept(ann, again, note="Two", shortlist=True)
    link = Link.objects.get()
    assert (link.title, link.note, link.state) == ("A story", "One\nTwo", "shortlisted")


def test_it_says_where_a_page_stands(ann: User) -> None:
    assert says() == "New"
    link = kept(ann)
    assert says() == "Waiting"
    queue.shortlist(link, by=ann, section=make_section("News"))
    assert says() == "Shortlisted for News"
    queue.reject(link, by=ann, reason="dull")
    assert says() == "Rejected (dull)"
    Link.objects.update(state="new", hidden_by="From Planet: hide")
    assert says() == "Hidden by the rule “From Planet: hide”"
    uid = uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=uid)
    assert says() == "Stands in #12, News"
    uses.publish(12, [uid], NOW)
    assert says() == "Ran in #12, News, 20 Nov 2026"


def test_undoing_it_turns_the_link_down_and_deletes_nothing(ann: User) -> None:
    kept(ann)
    queue.undo(by=ann)
    link = Link.objects.get()
    assert (link.state, link.reject_reason) == ("rejected", bringing.TAKEN_BACK)


def test_rules_suggest_for_what_is_brought_and_never_hide_it(ann: User) -> None:
    jobs = make_section("Jobs", kind="jobs")
    Rule.objects.create(address="example.com", section=jobs, kind="job", hide=True)
    assert capture.look(PAGE, NOW).link.section == jobs
    link = kept(ann, section=jobs, shortlist=True)
    assert (link.kind, link.hidden_by) == ("job", "")
    assert link.section_reason.startswith("by the rule")


def test_a_page_that_ran_is_shortlisted_again(ann: User, desk: Client) -> None:
    link, uid = kept(ann, shortlist=True), uuid4()
    uses.place(link.pk, issue_number=12, section="News", block_uid=uid)
    uses.publish(12, [uid], NOW)
    page = desk.get(CAPTURE, {"url": PAGE.url}).text
    assert "Shortlist again" in page
    assert page.count("Ran in #12") == 1
    desk.post(CAPTURE, {"url": PAGE.url, "shortlist": "1", "follow_up": "12"})
    assert [one.follow_up_of for one in Link.objects.unplaced()] == [12]


def test_a_follow_up_is_kept(ann: User) -> None:
    assert kept(ann, follow_up=12).follow_up_of == 12


STORY = "https://e.com/boats"
TITLE = "How boats float"


@pytest.mark.parametrize(
    ("shared", "url", "title", "blurb"),
    [
        # A browser gives the title, and the address as the text.
        ({"title": TITLE, "text": f"{STORY}?utm_source=share"}, STORY, TITLE, ""),
        # With some words marked: the words, the address, and where in the page they stand.
        (
            {"title": TITLE, "text": f'"It is the water."\n {STORY}#:~:text=It%20is'},
            STORY, TITLE, '"It is the water."',
        ),
        # Apps give one text, and no title.
        ({"text": f"{TITLE}\n{STORY}"}, STORY, TITLE, ""),
        ({"text": f"{TITLE} - {STORY}"}, STORY, TITLE, ""),
        ({"text": f"{TITLE}\nIt is the water.\n{STORY}"}, STORY, TITLE, "It is the water."),
        ({"text": STORY}, STORY, "e.com/boats", ""),
        ({"title": "", "text": f"Read {STORY}!", "url": ""}, STORY, "Read !", ""),
        ({"title": STORY}, STORY, "e.com/boats", ""),
        # Or everything twice.
        ({"title": TITLE, "text": f"{TITLE} {STORY}"}, STORY, TITLE, ""),
        ({"title": TITLE, "text": STORY, "url": STORY}, STORY, TITLE, ""),
        ({"title": TITLE, "text": "Words", "url": STORY}, STORY, TITLE, "Words"),
        ({"title": TITLE, "text": f"({STORY}_(1))"}, f"{STORY}_(1)", TITLE, ""),
        ({"title": "T", "text": f"{STORY} and {STORY}2"}, STORY, "T", f"and {STORY}2"),
        ({"text": "w " * 110 + STORY}, STORY, "e.com/boats", ("w " * 110).strip()),
        ({"url": "e.com/boats", "text": "words"}, STORY, "words", ""),
    ],
)  # fmt: skip
def test_whatever_a_phone_shares_is_shown_as_a_link(
    client: Client, desk: Client, shared: dict[str, str], url: str, title: str, blurb: str
) -> None:
    target = json.loads(client.get("/manifest.webmanifest").text)["share_target"]
    assert target["method"] == "GET"
    # As a browser does it: what there is, under the names of the manifest, as a form.
    query = {target["params"][name]: value for name, value in shared.items()}
    window = desk.get(f"{target['action']}?{urlencode(query)}")
    sighting = window.context["sighting"]
    assert (sighting.link.url, sighting.link.title, sighting.link.blurb) == (url, title, blurb)

    hidden = {"url": sighting.link.url, "text": window.context["selection"]}
    desk.post(target["action"], hidden | {"title": title, "shortlist": "1"})
    link = Link.objects.get()
    assert (link.url, link.title, link.blurb, link.state) == (url, title, blurb, "shortlisted")


def test_what_has_no_address_is_refused_in_words() -> None:
    with pytest.raises(AddressRefusedError, match="no address in what was shared"):
        Shared("", "Only", "words").address  # noqa: B018


def test_it_refuses_who_may_not_sort() -> None:
    with pytest.raises(NotAllowedError):
        kept(make_staff("eve", "curation.view_link"))


# The window


def test_the_window_says_what_is_known_in_a_few_queries_and_keeps_nothing(
    desk: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    past = memory.Past(uuid4(), "News", "A story of some length", "https://other.com/")
    memory.remember(12, [past], NOW)
    said = {"url": PAGE.url, "title": "A story of some length", "text": PAGE.text}
    with django_assert_max_num_queries(30):
        page = desk.get(CAPTURE, said).text
    assert "New</p>" in page
    assert "“A story of some length” ran in #12, News, 20 Nov 2026." in page
    assert 'name="follow_up" value="12"' in page
    assert not Link.objects.exists()


def test_one_press_keeps_it_and_the_answer_says_so(desk: Client) -> None:
    said = {"url": PAGE.url, "title": "A story", "section": make_section("News").slug}
    answer = desk.post(CAPTURE, said | {"shortlist": "1"}, follow=True)
    assert "Shortlisted for News" in answer.text
    assert Link.objects.get().state == "shortlisted"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "http://127.0.0.1/", "nonsense", "http://[x", "ftp://a.b/"]
)
def test_an_address_that_cannot_be_a_link_is_refused_in_words(desk: Client, url: str) -> None:
    for answer in (desk.get(CAPTURE, {"url": url}), desk.post(CAPTURE, {"url": url})):
        assert 'role="alert"' in answer.text
        assert "Look it up" in answer.text
        assert 'href="javascript' not in answer.text
    assert not Link.objects.exists()


def test_markup_shows_as_text(desk: Client) -> None:
    said = {"url": "https://example.com/<script>", "title": HOSTILE, "text": HOSTILE}
    assert "<script>alert" not in desk.get(CAPTURE, said).text
    answer = desk.post(CAPTURE, said | {"note": HOSTILE, "shortlist": "1"}, follow=True)
    assert "<script>alert" not in answer.text
    assert "<script>alert" not in desk.get("/admin/queue/?show=shortlisted").text
    assert "<script>alert" not in desk.get(CAPTURE, said).text
    assert Link.objects.get().note == HOSTILE


def test_a_login_on_the_way_loses_nothing(client: Client, ann: User) -> None:
    said = urlencode({"url": PAGE.url, "title": "Ünï & co", "text": "a=b&c"})
    answer = client.get(f"{CAPTURE}?{said}")
    login = answer["Location"]
    assert login.startswith("/admin/login/?next=")
    back = client.post(login, {"username": "ann", "password": "editor"})["Location"]
    page = client.get(back).text
    assert (PAGE.url in page, "Ünï &amp; co" in page, "a=b&amp;c" in page) == (True,) * 3


def test_it_cannot_be_pressed_from_another_page(ann: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ann)
    assert client.post(CAPTURE, {"url": PAGE.url, "shortlist": "1"}).status_code == 403
    answer = client.get(CAPTURE, {"url": PAGE.url})
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert not Link.objects.exists()


@pytest.mark.parametrize("page", ["", "bookmarklet/", "paste/", "kept/1/"])
def test_it_is_for_who_may_sort(client: Client, page: str) -> None:
    assert client.get(CAPTURE + page)["Location"].startswith("/admin/login/")
    client.force_login(make_staff("eve", "curation.view_link"))
    assert client.get(CAPTURE + page).status_code == 403


def test_the_bookmarklet_only_opens_our_window(desk: Client) -> None:
    page = desk.get(CAPTURE + "bookmarklet/").text
    found = re.search(r'href="(javascript:[^"]+)"', page)
    assert found
    code = unquote(found[1]).replace("&quot;", '"').replace("&#x27;", "'")
    assert '"http://testserver/admin/capture/"' in code
    assert "fetch" not in code
    assert "Pressing the button here does nothing" in page


def test_the_manifest_offers_the_window_as_a_place_to_share_to(client: Client) -> None:
    answer = client.get("/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    target = json.loads(answer.text)["share_target"]
    assert target["action"] == CAPTURE
    assert target["params"] == {"title": "title", "text": "text", "url": "url"}
