"""The desk in a real browser: what an editor does by hand, and that nothing complains meanwhile."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, ViewportSize, expect

from curation.models import Link
from digest.models import Issue, JobBlock, LinkBlock
from publication.models import SectionKind
from tests.digest.desks import Desk, make_desk
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import NOW, make_link, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = ".order-machine .inline-related:not(.has_original):not(.empty-form)"


@pytest.fixture
def quiet(page: Page) -> Iterator[list[str]]:
    """Errors and refused content on any page of the test fail it."""
    complaints: list[str] = []

    def note(message: Any) -> None:
        if message.type in {"error", "warning"} and "favicon" not in str(message.location):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield complaints
    assert complaints == []


@pytest.fixture
def desk(page: Page, live_server: Any, quiet: list[str]) -> Desk:
    """A draft with one link in News, and three on the shortlist; the browser is logged in."""
    desk = make_desk("Placed already")
    shortlist("Fresh from the queue", "News", SectionKind.LINKS)
    shortlist("Editor at Desk", "Jobs", SectionKind.JOBS)
    shortlist("Left for later", "News", SectionKind.LINKS)
    cookie = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page.goto(live_server.url + desk.url)
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("News")
    return desk


def shortlist(title: str, section: str, kind: str) -> Link:
    shelf = make_section(section, kind)
    return make_link(title=title, section=shelf, state=Link.State.SHORTLISTED, blurb="As found.")


def offers(page: Page) -> Any:
    """What the panel shows, and has not just given away."""
    return page.locator("#desk-panel li:visible button:enabled .desk-title")


def test_an_editor_inserts_writes_saves_and_finds_it_again(page: Page, desk: Desk) -> None:
    page.get_by_role("button", name="Fresh from the queue").click()
    expect(page.locator("#desk-said")).to_have_text("Inserted into News. Not saved yet.")
    expect(offers(page)).to_have_text(["Left for later", "Editor at Desk"])
    blurb = page.locator(f"{NEW} .ProseMirror")
    expect(blurb).to_have_text("As found.")
    blurb.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Said better by ")
    page.keyboard.press("ControlOrMeta+b")
    page.keyboard.type("us")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    placed = LinkBlock.objects.get(title="Fresh from the queue")
    assert placed.blurb == "<p>Said better by <strong>us</strong></p>"
    assert placed.link == Link.objects.get(title="Fresh from the queue")
    expect(page.locator(".order-machine .has_original .ProseMirror").nth(1)).to_have_text(
        "Said better by us"
    )
    expect(offers(page)).to_have_count(2)


def test_the_keyboard_alone_fills_the_suggested_sections(page: Page, desk: Desk) -> None:
    page.get_by_label("Insert into").select_option("the section suggested")
    page.get_by_label("Search").press_sequentially("desk edit")
    expect(offers(page)).to_have_text(["Editor at Desk"])
    page.keyboard.press("Enter")
    expect(page.locator("#desk-said")).to_have_text("Inserted into Jobs. Not saved yet.")
    expect(page.locator(".tabs.regions .tab.active")).to_have_text("Jobs")
    expect(page.get_by_label("Search")).to_be_focused()
    expect(offers(page)).to_have_count(2)
    page.keyboard.press("ControlOrMeta+s")
    expect(page.locator(".messagelist .success")).to_be_visible()
    job = JobBlock.objects.get()
    assert (job.role, job.company) == ("Editor", "Desk")


def test_a_double_click_takes_one_link_and_not_its_neighbour(page: Page, desk: Desk) -> None:
    first = page.get_by_role("button", name="Left for later")
    place = first.bounding_box()
    assert place
    first.dblclick()
    # Nor does a slower second click at the same place, while the mouse is in the list.
    page.mouse.click(place["x"] + 20, place["y"] + 20)
    expect(offers(page)).to_have_text(["Editor at Desk", "Fresh from the queue"])
    assert page.locator(NEW).count() == 1
    # Another row is free at once, and the list closes up when the mouse is gone.
    page.get_by_role("button", name="Fresh from the queue").click()
    expect(offers(page)).to_have_text(["Editor at Desk"])
    page.mouse.move(5, 5)
    expect(page.locator("#desk-panel .desk-offers li:visible")).to_have_count(1)
    assert page.locator(NEW).count() == 2


def test_a_double_click_copies_one_block_of_the_issue_before(page: Page, desk: Desk) -> None:
    before = make_issue(0, date=NOW.date())
    job = add(JobBlock, add_section(before, "Jobs", SectionKind.JOBS), role="Editor", company="X")
    publish(before)
    page.reload()
    page.get_by_text("Copy from the issue before").click()
    page.get_by_role("button", name=str(job)).dblclick()
    expect(page.locator("#desk-said")).to_contain_text("Inserted into Jobs")
    assert page.locator(NEW).count() == 1


def test_the_keyboard_alone_opens_a_section(page: Page, desk: Desk) -> None:
    page.locator(".tabs.regions .tab", has_text="Jobs").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".tabs.regions .tab.active")).to_have_text("Jobs")


def test_what_is_taken_out_again_returns_to_the_shortlist(page: Page, desk: Desk) -> None:
    page.get_by_role("button", name="Fresh from the queue").click()
    expect(offers(page)).to_have_count(2)
    page.locator(".inline-related:not(.has_original) .inline-deletelink").last.click()
    expect(offers(page)).to_have_count(3)
    page.locator(".inline-related.has_original h3 .delete input").check()
    page.get_by_role("button", name="Save and continue editing").click()
    expect(offers(page)).to_have_count(4)


def test_a_mistake_is_shown_in_the_section_where_it_stands(page: Page, desk: Desk) -> None:
    page.get_by_label("Insert into").select_option("the section suggested")
    page.get_by_role("button", name="Editor at Desk").click()
    page.locator("input[name$='-0-role']").fill("")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".tabs.regions .tab.active.desk-errors")).to_contain_text("Jobs")
    expect(page.locator(".order-machine .errorlist").first).to_contain_text("required")
    # What was typed is still there, and its link is not offered a second time.
    expect(page.locator("input[name$='-0-company']")).to_have_value("Desk")
    expect(offers(page)).to_have_count(2)


def test_from_the_editor_to_the_public_page(page: Page, desk: Desk) -> None:
    page.get_by_role("button", name="Save and preview").click()
    for title in ("The mail on a desktop", "The mail on a phone"):
        mail = page.frame_locator(f"iframe[title='{title}']")
        expect(mail.get_by_text("Placed already").first).to_be_visible()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator(".preview-text")).to_contain_text("Placed already")
    page.get_by_role("link", name="Web page").click()
    web = page.frame_locator("iframe[title='The web page']")
    expect(web.get_by_role("heading", name="Placed already").first).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("button", name="Publish #1").click()
    expect(page.get_by_text("It is locked")).to_be_visible()
    assert Issue.objects.get().state == Issue.State.PUBLISHED
    page.get_by_role("button", name="On the site").click()
    expect(page.get_by_role("heading", name="Placed already").first).to_be_visible()


def test_one_click_on_the_list_makes_the_draft(page: Page, desk: Desk, live_server: Any) -> None:
    Issue.objects.all().delete()
    page.goto(live_server.url + reverse("admin:digest_issue_changelist"))
    page.get_by_role("button", name="New draft").click()
    expect(page.locator("h1")).to_have_text("Issue #1: draft")


def test_adding_an_issue_by_hand_complains_of_nothing(
    page: Page, desk: Desk, live_server: Any
) -> None:
    page.goto(live_server.url + reverse("admin:digest_issue_add"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("h1")).to_have_text("Issue #2: draft")


def test_without_scripts_a_link_is_inserted_all_the_same(
    browser: Any, live_server: Any, quiet: list[str]
) -> None:
    desk = make_desk("Placed already")
    shortlist("Fresh from the queue", "News", SectionKind.LINKS)
    plain = browser.new_context(java_script_enabled=False)
    cookie = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    plain.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
    )
    page = plain.new_page()
    page.goto(live_server.url + desk.url)
    page.get_by_role("button", name="Fresh from the queue").click()
    expect(page.locator(".messagelist")).to_contain_text("now stands in News")
    assert LinkBlock.objects.filter(title="Fresh from the queue").exists()
    plain.close()


PHONE = ViewportSize(width=390, height=844)
ON_TOP = """element => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2))
}"""


def test_days_are_given_in_the_browsers_own_field(page: Page, desk: Desk) -> None:
    page.get_by_label("Date:").fill("2026-12-04")
    page.get_by_label("Insert into").select_option("the section suggested")
    page.get_by_role("button", name="Editor at Desk").click()
    page.locator(f"{NEW} input[name$='-runs_until']").fill("2027-01-31")
    page.keyboard.press("ControlOrMeta+s")
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(page.get_by_label("Date:")).to_have_value("2026-12-04")
    assert Issue.objects.get().date == date(2026, 12, 4)
    assert JobBlock.objects.get().runs_until == date(2027, 1, 31)


@pytest.mark.parametrize("typed", ["12040026", "1204"])
def test_a_day_typed_short_is_told_at_its_field_and_not_saved(
    page: Page, desk: Desk, typed: str
) -> None:
    page.get_by_label("Insert into").select_option("the section suggested")
    page.get_by_role("button", name="Editor at Desk").click()
    until = page.locator(f"{NEW} input[name$='-runs_until']")
    until.click(position={"x": 12, "y": 12})
    page.keyboard.type(typed)
    page.locator(".tabs.regions .tab", has_text="News").click()
    page.keyboard.press("ControlOrMeta+s")
    expect(until).to_be_focused()
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("Jobs")
    assert not JobBlock.objects.exists()


def add_many_sections(desk: Desk) -> None:
    for n in range(8):
        add_section(desk.issue, f"A section more, {n}", position=90 + n)


def test_the_tabs_stay_above_the_tools_of_the_blurbs(page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 1280, "height": 500})
    tools = page.locator(".order-machine .has_original .prose-menubar")
    expect(tools).to_be_visible()
    tools.evaluate("tools => scrollBy(0, tools.getBoundingClientRect().top - 10)")
    box = tools.bounding_box()
    assert box
    assert box["y"] < 30
    assert not tools.evaluate(ON_TOP)


def test_on_a_phone_a_block_shows_its_title_and_all_its_tools(page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    head = page.locator(".order-machine .inline-related:visible > h3").first
    title, tools = head.locator(".inline_label"), head.locator(".delete label")
    assert title.evaluate("it => it.clientWidth") > 150
    assert tools.evaluate(
        "it => it.getBoundingClientRect().right <= it.closest('h3').getBoundingClientRect().right"
    )


def test_on_a_phone_the_tools_leave_the_label_free(page: Page, desk: Desk) -> None:
    page.set_viewport_size(PHONE)
    label = page.locator(".order-machine .has_original .field-blurb label")
    label.scroll_into_view_if_needed()
    tools = page.locator(".order-machine .has_original .prose-menubar").bounding_box()
    words = label.bounding_box()
    assert tools
    assert words
    assert tools["y"] >= words["y"] + words["height"]


def test_on_a_phone_the_tabs_are_one_row_with_the_open_one_in_sight(page: Page, desk: Desk) -> None:
    add_many_sections(desk)
    page.set_viewport_size(PHONE)
    page.reload()
    last = page.locator(".tabs.regions .tab").last
    last.evaluate("tab => tab.click()")
    expect(last).to_be_in_viewport(ratio=0.9)
    strip = page.locator(".tabs.regions").bounding_box()
    assert strip
    assert strip["height"] < 50
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_way_to_the_sections_ends_at_their_heading(page: Page, desk: Desk) -> None:
    add_many_sections(desk)
    page.set_viewport_size({"width": 1280, "height": 500})
    page.reload()
    expect(page.locator(".tabs.regions .tab.active")).to_be_visible()
    page.locator(".object-tools").get_by_role("link", name="Sections").click()
    heading = page.locator("#sections-heading")
    expect(heading).to_be_in_viewport(ratio=1)
    assert heading.evaluate(ON_TOP)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_sections_have_room_beside_the_preview(page: Page, desk: Desk, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("button", name="Preview", exact=True).click()
    group = page.locator("#sections-group")
    assert group.evaluate("group => group.querySelector('table').scrollWidth <= group.clientWidth")
    intro = group.locator(".has_original .field-intro .prose-editor").first.bounding_box()
    assert intro
    assert intro["width"] > 250
