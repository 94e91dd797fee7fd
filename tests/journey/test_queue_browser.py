"""Sorting by keyboard alone, in a real browser: in order, however slow the network."""

import os
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from curation import queue
from curation.models import Link, LinkEvent
from publication.models import Section
from tests.makers import NOW, make_editor, make_feed, make_link, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ann() -> User:
    return make_editor("ann")


@pytest.fixture
def links() -> list[Link]:
    """Twelve links, newest first, and three shelves whose keys are 1, 2 and 3."""
    make_feed()
    Section.objects.all().delete()
    for position, title in enumerate(("News", "Articles", "Projects"), start=1):
        make_section(title, position=position)
    return [make_link(title=f"Link {n}", published_at=NOW - timedelta(hours=n)) for n in range(12)]


@pytest.fixture
def desk(page: Page, live_server: LiveServer, ann: User, links: list[Link]) -> Page:
    """Ann, logged in, at the queue."""
    page.goto(f"{live_server.url}/admin/login/?next=/admin/queue/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    expect(page.locator("#queue[data-live]")).to_be_attached()
    return page


def slow_down(page: Page, milliseconds: int = 200) -> None:
    """Every answer takes that long from now on."""
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    limits = {"latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {"offline": False, **limits})


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def settled(page: Page, events: int, patience: int = 100) -> list[LinkEvent]:
    """The deeds in the order the server was told of them, once it knows of as many."""
    for _ in range(patience):
        if LinkEvent.objects.count() >= events:
            break
        page.wait_for_timeout(50)
    page.wait_for_timeout(100)
    return list(LinkEvent.objects.order_by("pk"))


def in_focus(page: Page, title: str) -> None:
    expect(page.locator("#queue-body h2")).to_have_text(title)
    expect(page.locator(".queue-row [aria-current]")).to_contain_text(title)


def test_it_sorts_by_keyboard_alone_and_keeps_the_order_on_a_slow_network(desk: Page) -> None:
    slow_down(desk)
    in_focus(desk, "Link 0")
    press(desk, "1xz2x3xk1")
    in_focus(desk, "Link 8")
    assert LinkEvent.objects.count() < 8
    events = settled(desk, 8)
    assert [(e.link.title, e.verb) for e in events] == [
        ("Link 0", "shortlisted"),
        ("Link 1", "rejected"),
        ("Link 2", "snoozed"),
        ("Link 3", "shortlisted"),
        ("Link 4", "rejected"),
        ("Link 5", "shortlisted"),
        ("Link 6", "rejected"),
        ("Link 7", "shortlisted"),
    ]
    shelves = {e.link.title: str(e.link.section) for e in events if e.verb == "shortlisted"}
    assert shelves == {
        "Link 0": "News", "Link 3": "Articles", "Link 5": "Projects", "Link 7": "News",
    }  # fmt: skip


def test_undo_typed_ahead_brings_the_link_back_in_focus_and_lets_it_be_sorted_anew(
    desk: Page,
) -> None:
    slow_down(desk)
    press(desk, "xxuu1")
    in_focus(desk, "Link 1")
    events = settled(desk, 3)
    assert [(e.link.title, e.verb, e.undone_at is None) for e in events] == [
        ("Link 0", "rejected", False),
        ("Link 1", "rejected", False),
        ("Link 0", "shortlisted", True),
    ]
    assert Link.objects.waiting(NOW).count() == 11
    expect(desk.locator(".queue-row")).to_have_count(11)


def test_moving_and_opening_and_the_list_of_keys(desk: Page) -> None:
    press(desk, "jjk")
    in_focus(desk, "Link 1")
    expect(desk.locator(".queue-row [aria-current]")).to_be_focused()
    desk.context.route("https://example.com/**", lambda route: route.fulfill(body="there"))
    with desk.context.expect_page() as opened:
        press(desk, "o")
    assert opened.value.url.startswith("https://example.com/story-")
    press(desk, "?")
    expect(desk.get_by_role("dialog")).to_contain_text("reject")
    press(desk, "x")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog")).not_to_be_visible()
    assert not LinkEvent.objects.exists()


def test_letters_in_a_field_are_letters_and_enter_rejects_with_them(desk: Page) -> None:
    desk.keyboard.press("Shift+X")
    press(desk, "x1ju")
    in_focus(desk, "Link 0")
    desk.keyboard.press("Enter")
    in_focus(desk, "Link 1")
    expect(desk.locator(".queue-row [aria-current]")).to_be_focused()
    (event,) = settled(desk, 1)
    assert event.link.reject_reason == "x1ju"
    expect(desk.get_by_role("status")).to_have_text("“Link 0” rejected (x1ju).")
    expect(desk.get_by_label("Reason for rejecting")).to_have_value("")


def test_a_link_comes_back_and_says_so_when_the_server_cannot_be_reached(desk: Page) -> None:
    desk.route("**/admin/queue/reject/", lambda route: route.abort())
    press(desk, "x1")
    expect(desk.get_by_role("alert")).to_contain_text("“Link 0” stays as it was.")
    expect(desk.locator(".queue-row").first).to_contain_text("Link 0")
    in_focus(desk, "Link 2")
    (event,) = settled(desk, 1)
    assert (event.link.title, event.verb) == ("Link 1", "shortlisted")


def test_undo_after_a_failed_deed_takes_back_nothing_else(desk: Page) -> None:
    press(desk, "1")
    settled(desk, 1)
    held: list[Route] = []
    desk.route("**/admin/queue/reject/", lambda route: held.append(route), times=1)
    press(desk, "xu")
    for _ in range(500):
        if held:
            break
        desk.wait_for_timeout(20)
    held[0].abort()
    expect(desk.get_by_role("alert")).to_contain_text("“Link 1” stays as it was.")
    desk.wait_for_timeout(300)
    assert LinkEvent.objects.filter(undone_at=None).count() == 1
    in_focus(desk, "Link 1")


def test_it_says_what_somebody_else_did_meanwhile(desk: Page, links: list[Link]) -> None:
    queue.shortlist(links[0], by=make_editor("ben"))
    press(desk, "x")
    expect(desk.get_by_role("alert")).to_contain_text("it is shortlisted, by ben.")
    expect(desk.locator(".queue-row")).to_have_count(11)
    desk.get_by_role("button", name="Close").click()
    expect(desk.get_by_role("alert")).to_be_empty()


def test_setting_a_section_leaves_the_link_in_focus(desk: Page) -> None:
    press(desk, "c")
    desk.get_by_label("Section", exact=True).select_option("News")
    desk.get_by_role("button", name="Set section").click()
    expect(desk.get_by_role("button", name=re.compile("Shortlist for News"))).to_be_visible()
    in_focus(desk, "Link 0")


def test_the_last_link_leaves_an_empty_queue_that_undo_fills_again(desk: Page) -> None:
    press(desk, "x" * 12)
    expect(desk.get_by_role("heading", name="All sorted.")).to_be_visible()
    assert len(settled(desk, 12)) == 12
    expect(desk.locator("[data-count=waiting]")).to_have_text("0")
    press(desk, "u")
    in_focus(desk, "Link 11")


def test_the_next_page_comes_by_itself(
    desk: Page, links: list[Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.queue_page.PAGE", 5)
    desk.reload()
    expect(desk.locator(".queue-row")).to_have_count(12)
    assert desk.locator(".queue-row-title").all_inner_texts() == [link.title for link in links]


def test_keys_typed_ahead_of_the_next_page_wait_for_its_links(
    desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.queue_page.PAGE", 5)
    held: list[Route] = []
    desk.route("**/admin/queue/?*after=*", lambda route: held.append(route), times=1)
    desk.reload()
    press(desk, "xxxxx1x2u3")
    expect(desk.locator("#queue-body h2")).to_have_count(0)
    held[0].continue_()
    in_focus(desk, "Link 8")
    events = settled(desk, 9)
    assert [(e.link.title, e.verb, e.undone_at is None) for e in events] == [
        *[(f"Link {n}", "rejected", True) for n in range(5)],
        ("Link 5", "shortlisted", True),
        ("Link 6", "rejected", True),
        ("Link 7", "shortlisted", False),
        ("Link 7", "shortlisted", True),
    ]


def test_keys_can_be_switched_off(desk: Page) -> None:
    press(desk, "?")
    desk.get_by_label("Single keys act").uncheck()
    desk.keyboard.press("Escape")
    press(desk, "x")
    desk.reload()
    press(desk, "x")
    in_focus(desk, "Link 0")
    assert not LinkEvent.objects.exists()


def test_a_login_that_ran_out_is_said_and_nothing_is_lost(desk: Page) -> None:
    desk.context.clear_cookies(name="sessionid")
    press(desk, "x")
    expect(desk.get_by_role("alert")).to_contain_text("logged out")
    expect(desk.locator(".queue-row").first).to_contain_text("Link 0")


def test_it_works_on_a_phone(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("document.documentElement.scrollWidth") <= 390
    small = desk.evaluate(
        """[...document.querySelectorAll(
             `#queue :is(button, select, input:not([type=checkbox]), .queue-pick, .queue-tool,
              .queue-row a)`
           )]
           .filter((target) => target.offsetParent && target.offsetHeight < 44).length"""
    )
    assert small == 0
    desk.get_by_role("button", name="Reject").click()
    in_focus(desk, "Link 1")
    desk.locator(".queue-row a").nth(4).click()
    in_focus(desk, "Link 5")
    expect(desk.locator("#queue-body h2")).to_be_in_viewport()


def test_what_another_editor_does_shows_within_seconds(desk: Page, links: list[Link]) -> None:
    ben = make_editor("ben")
    queue.reject(links[3], by=ben)
    fresh = make_link(title="Just in", published_at=NOW + timedelta(hours=1))
    expect(desk.get_by_role("status").first).to_have_text("ben rejected “Link 3”.", timeout=15_000)
    expect(desk.locator(f"[data-link='{links[3].pk}']")).to_have_count(0)
    expect(desk.locator(".queue-row").first).to_contain_text("Just in")
    in_focus(desk, "Link 0")
    queue.undo(by=ben)
    queue.reject(fresh, by=ben)
    expect(desk.locator(f"[data-link='{links[3].pk}']")).to_be_attached(timeout=15_000)
    titles = desk.locator(".queue-row-title").all_inner_texts()
    assert titles == [link.title for link in links], "each where it was"


def test_a_link_in_focus_is_not_exchanged_under_the_finger(desk: Page, links: list[Link]) -> None:
    queue.shortlist(links[0], by=make_editor("ben"))
    expect(desk.locator("#queue-elsewhere")).to_have_text(
        "ben shortlisted “Link 0”.", timeout=15_000
    )
    in_focus(desk, "Link 0")
    press(desk, "x")
    expect(desk.get_by_role("alert")).to_contain_text("it is shortlisted, by ben.")
    in_focus(desk, "Link 1")
    expect(desk.locator(".queue-row")).to_have_count(11)
    assert Link.objects.get(title="Link 1").state == Link.State.NEW


def test_it_edits_title_and_summary_in_place(desk: Page) -> None:
    press(desk, "e")
    expect(desk.get_by_label("Title", exact=True)).to_be_focused()
    desk.get_by_label("Title", exact=True).fill("A better title 1xzu")
    desk.get_by_label("Summary", exact=True).fill("In one line.")
    desk.keyboard.press("Control+Enter")
    in_focus(desk, "A better title 1xzu")
    expect(desk.locator(".queue-blurb").first).to_have_text("In one line.")
    press(desk, "n")
    desk.keyboard.type("ask Ines")
    desk.keyboard.press("Escape")
    press(desk, "u")
    in_focus(desk, "Link 0")
    assert len(settled(desk, 1)) == 1, "what was cancelled was not kept"


def test_what_was_written_survives_a_refusal(desk: Page, links: list[Link]) -> None:
    press(desk, "e")
    desk.get_by_label("Title", exact=True).fill("Ann's title")
    queue.edit(links[0], by=make_editor("ben"), title="Ben's title", blurb="", note="")
    desk.keyboard.press("Control+Enter")
    expect(desk.get_by_role("alert")).to_contain_text("“Ben's title” has changed")
    expect(desk.get_by_label("Title", exact=True)).to_have_value("Ann's title")
    desk.keyboard.press("Control+Enter")
    in_focus(desk, "Ann's title")


def slowly(verb: Callable[..., Any]) -> Callable[..., Any]:
    """As on a server that has much to do."""

    def slow(*args: Any, **kwargs: Any) -> Any:
        time.sleep(1)
        return verb(*args, **kwargs)

    return slow


def test_it_merges_with_the_link_a_key_picks(
    desk: Page, links: list[Link], monkeypatch: pytest.MonkeyPatch
) -> None:
    Link.objects.filter(pk=links[0].pk).update(title="The same story told twice")
    Link.objects.filter(pk=links[5].pk).update(title="The same story, told twice")
    Link.objects.filter(pk=links[7].pk).update(title="Told elsewhere")
    desk.reload()
    expect(desk.locator("#queue[data-live]")).to_be_attached()
    press(desk, "m")
    expect(desk.get_by_role("dialog")).to_contain_text("The same story, told twice")
    press(desk, "1")
    in_focus(desk, "Link 1")
    assert [event.verb for event in settled(desk, 1)] == ["merged"]
    # Asked before the undoing is stored, the server would still tell of a merged link.
    monkeypatch.setattr(queue, "undo", slowly(queue.undo))
    press(desk, "u")
    in_focus(desk, "The same story told twice")
    expect(desk.locator(".queue-row")).to_have_count(12)
    press(desk, "m")
    desk.get_by_label("Search for the link to merge into").fill("elsew")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("dialog").get_by_role("button", name="Told elsewhere")).to_be_visible()
    press(desk, "1")
    settled(desk, 2)
    assert Link.objects.get(pk=links[0].pk).merged_into == links[7]


def test_selected_links_are_sorted_and_undone_together(desk: Page) -> None:
    press(desk, "vjjv")
    expect(desk.get_by_text("2 selected")).to_be_visible()
    press(desk, "2")
    expect(desk.locator(".queue-row")).to_have_count(10)
    in_focus(desk, "Link 3")
    events = settled(desk, 2)
    assert {str(e.link.section) for e in events} == {"Articles"}
    press(desk, "u")
    expect(desk.get_by_role("status").first).to_have_text("Undone: 2 links are as they were.")
    assert not LinkEvent.objects.filter(undone_at=None).exists()
    titles = desk.locator(".queue-row-title").all_inner_texts()
    assert titles == [f"Link {n}" for n in range(12)]


def make_hundred() -> None:
    """A week of candidates, the twelve among them."""
    for n in range(12, 100):
        make_link(title=f"Link {n}", published_at=NOW - timedelta(hours=n), blurb="Words. " * 20)


# Measured in the page: from the key to the frame that shows the next link.
MEASURE = """() => { window.took = []; let began = 0;
  document.addEventListener("keydown", (event) => { began = event.timeStamp }, true);
  new MutationObserver(() => began && requestAnimationFrame(() => {
    if (began) window.took.push(performance.now() - began); began = 0;
  })).observe(document.getElementById("queue-body"), { childList: true }) }"""


def test_a_hundred_links_are_sorted_by_keyboard_alone(
    desk: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    make_hundred()
    desk.reload()
    expect(desk.locator("#queue[data-live]")).to_be_attached()
    desk.evaluate(MEASURE)
    keys = "12x3sxz1x2" * 10
    began = time.monotonic()
    press(desk, keys)
    expect(desk.get_by_role("heading", name="All sorted.")).to_be_visible(timeout=60_000)
    seen = time.monotonic() - began
    events = settled(desk, 100, patience=600)
    stored = time.monotonic() - began
    took = sorted(desk.evaluate("window.took"))
    assert [event.link.title for event in events] == [f"Link {n}" for n in range(100)]
    with capsys.disabled():
        print(  # noqa: T201  (the figure is what this test is for)
            f"\n100 links by keyboard: {len(keys)} keys, {seen:.1f} s until the queue was empty, "
            f"{stored:.1f} s until all was stored; key to next link {took[len(took) // 2]:.0f} ms "
            f"(median), {took[-1]:.0f} ms (longest)"
        )


def test_the_same_works_without_javascript(
    browser: Browser, live_server: LiveServer, ann: User, links: list[Link],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/login/?next=/admin/queue/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")
    make_hundred()
    number = int(os.environ.get("LINKS_WITHOUT_JAVASCRIPT", "12"))
    began = time.monotonic()
    for n in range(number):
        expect(page.locator("#queue-body h2")).to_have_text(f"Link {n}")
        name = ("Shortlist", "News", "Reject", "Snooze")[n % 4]
        page.get_by_role("button", name=re.compile(f"{name}")).first.press("Enter")
    took = time.monotonic() - began
    assert LinkEvent.objects.count() == number
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#queue-body h2")).to_have_text(f"Link {number - 1}")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Title", exact=True).fill("Written without a script")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#queue-body h2")).to_have_text("Written without a script")
    page.get_by_label("Select “Link 50”").check()
    page.get_by_label("Select “Link 51”").check()
    page.get_by_label("All selected links").get_by_role("button", name="Reject").click()
    expect(page.locator(".messagelist")).to_contain_text("2 links rejected.")
    page.get_by_label("Search title").fill("link 52")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".queue-row")).to_have_count(1)
    page.get_by_role("link", name="Merge").click()
    page.get_by_label("Search for the link to merge into").fill("link 53")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("button", name="Link 53").click()
    expect(page.locator(".messagelist")).to_contain_text("“Link 52” merged into “Link 53”.")
    context.close()
    with capsys.disabled():
        print(f"\n{number} links without JavaScript: {number} presses, {took:.1f} s")  # noqa: T201
