"""The desk under an editor's hands: preview, order, a closed tab, a second save, a whole issue."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from curation.models import Link
from digest import assembly
from digest.guards import blocks_of
from digest.models import Issue, IssueSection, JobBlock, LinkBlock
from publication.models import Section, SectionKind
from tests.digest.desks import Desk, make_desk, row
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import NOW, make_editor, make_link, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = ".order-machine .inline-related:not(.has_original):not(.empty-form)"


@pytest.fixture
def quiet(page: Page) -> Iterator[None]:
    """Errors and refused content on any page of the test fail it."""
    complaints: list[str] = []

    def note(message: Any) -> None:
        if message.type in {"error", "warning"} and "favicon" not in str(message.location):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield
    assert complaints == []


def log_in(page: Page, desk: Desk, site: str) -> None:
    cookie = desk.client.cookies[settings.SESSION_COOKIE_NAME].value
    named = {"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site}
    page.context.add_cookies([named])  # type: ignore[list-item]
    page.goto(site + desk.url)
    expect(page.locator(".tabs.regions .tab.active")).to_be_visible()


@pytest.fixture
def desk(page: Page, live_server: Any, quiet: None) -> Desk:
    """A draft with three links in News, and two on the shortlist; the browser is logged in."""
    desk = make_desk("One", "Two", "Three")
    news = make_section("News")
    for title in ("Second offer", "First offer"):
        make_link(title=title, section=news, state=Link.State.SHORTLISTED, blurb="As found.")
    log_in(page, desk, live_server.url)
    return desk


def titles(page: Page) -> list[str]:
    """The open section's titles as they stand, top to bottom."""
    rows = page.locator(".order-machine .inline-related:not(.empty-form):visible").all()
    places = sorted((int(row.evaluate("row => row.style.order")), row) for row in rows)
    return [row.locator("input[name$='-title']").input_value() for _, row in places]


def title_field(page: Page, title: str) -> Any:
    return page.locator(f".order-machine input[name$='-title'][value='{title}']")


def row_of(page: Page, title: str) -> Any:
    return page.locator(f".order-machine .inline-related:has(input[value='{title}'])")


def save(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+s")
    expect(page.locator(".messagelist .success")).to_be_visible()


def test_the_preview_shows_what_is_typed_and_marks_what_fails(page: Page, desk: Desk) -> None:
    page.get_by_role("button", name="Preview", exact=True).click()
    mail = page.frame_locator("#desk-preview iframe")
    expect(mail.get_by_text("One", exact=True).first).to_be_visible()
    title_field(page, "One").fill("Typed just now")
    expect(mail.get_by_text("Typed just now")).to_be_visible()
    expect(page.locator(".preview-size")).to_contain_text("of the 102 KB")
    two = row_of(page, "Two")
    two.locator("input[name$='-url']").fill("javascript:alert(1)")
    expect(two.locator(".desk-note.blocker")).to_contain_text("readers cannot be sent to")
    page.locator("#preview-part").select_option("text")
    expect(mail.locator("pre")).to_contain_text("Typed just now")
    page.locator("#preview-part").select_option("web")
    page.locator("#preview-width").select_option("375")
    expect(mail.get_by_role("heading", name="Typed just now")).to_be_visible()
    assert not LinkBlock.objects.filter(title="Typed just now").exists()


def test_the_keyboard_moves_a_block_and_folds_it(page: Page, desk: Desk) -> None:
    title_field(page, "Three").focus()
    page.keyboard.press("Alt+Shift+ArrowUp")
    page.keyboard.press("Alt+Shift+ArrowUp")
    assert titles(page) == ["Three", "One", "Two"]
    expect(title_field(page, "Three")).to_be_focused()
    one = row_of(page, "One")
    one.get_by_role("button", name="Move down").press("Enter")
    assert titles(page) == ["Three", "Two", "One"]
    one.locator(".inline_label").press("Enter")
    expect(title_field(page, "One")).to_be_hidden()
    save(page)
    assert [block.title for block in LinkBlock.objects.all()] == ["Three", "Two", "One"]


def test_a_link_is_inserted_behind_the_block_one_works_at(page: Page, desk: Desk) -> None:
    title_field(page, "One").focus()
    page.get_by_role("button", name="First offer").click()
    page.get_by_role("button", name="Second offer").click()
    assert titles(page) == ["One", "First offer", "Second offer", "Two", "Three"]
    save(page)
    assert [block.title for block in LinkBlock.objects.all()][:3] == [
        "One",
        "First offer",
        "Second offer",
    ]


def test_a_link_is_dragged_to_where_it_is_to_stand(page: Page, desk: Desk) -> None:
    target = row_of(page, "Two").locator("h3")
    page.locator("#desk-panel li", has_text="First offer").drag_to(
        target, target_position={"x": 60, "y": 3}
    )
    assert titles(page) == ["One", "First offer", "Two", "Three"]
    expect(page.locator(f"{NEW} .ProseMirror")).to_have_text("As found.")


def test_what_was_typed_survives_a_closed_tab(page: Page, desk: Desk, live_server: Any) -> None:
    title_field(page, "One").fill("Typed and lost")
    blurb = page.locator(".inline-related.has_original .ProseMirror").first
    blurb.click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Words of an hour")
    page.get_by_role("button", name="First offer").click()
    page.wait_for_timeout(1000)  # as long as it takes to be kept, and more
    tab = page.context.new_page()
    page.close()
    tab.goto(live_server.url + desk.url)
    expect(tab.locator("#desk-kept")).to_contain_text("was not saved")
    tab.get_by_role("button", name="Put it back").click()
    expect(tab.locator("#desk-kept")).to_contain_text("It is back")
    expect(tab.locator(".inline-related.has_original .ProseMirror").first).to_have_text(
        "Words of an hour"
    )
    save(tab)
    assert {block.title for block in LinkBlock.objects.all()} == {
        "Typed and lost", "Two", "Three", "First offer",
    }  # fmt: skip
    assert LinkBlock.objects.get(title="Typed and lost").blurb == "<p>Words of an hour</p>"
    assert LinkBlock.objects.get(title="First offer").link is not None
    expect(tab.locator("#desk-kept")).to_be_hidden()


def leave_and_open_again(page: Page) -> None:
    page.wait_for_timeout(1000)  # as long as it takes to be kept, and more
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#desk-kept")).to_contain_text("was not saved")


def test_what_is_on_offer_outlives_a_save_of_something_else(page: Page, desk: Desk) -> None:
    page.get_by_label("Preheader").fill("Words of an hour")
    leave_and_open_again(page)
    page.get_by_label("Subject").fill("Said meanwhile")
    save(page)
    expect(page.locator("#desk-kept")).to_contain_text("was not saved")
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Preheader")).to_have_value("Words of an hour")
    expect(page.get_by_label("Subject")).to_have_value("Said meanwhile")
    save(page)
    expect(page.locator("#desk-kept")).to_be_hidden()
    desk.issue.refresh_from_db()
    assert desk.issue.preheader == "Words of an hour"


def test_what_is_typed_beside_an_offer_is_kept_with_it(page: Page, desk: Desk) -> None:
    page.get_by_label("Preheader").fill("Words of an hour")
    page.get_by_role("button", name="First offer").click()
    leave_and_open_again(page)
    page.get_by_label("Subject").fill("Words of a minute")
    page.get_by_role("button", name="First offer").click()
    leave_and_open_again(page)
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_label("Preheader")).to_have_value("Words of an hour")
    expect(page.get_by_label("Subject")).to_have_value("Words of a minute")
    assert titles(page) == ["One", "Two", "Three", "First offer"]


def test_what_is_forgotten_is_offered_no_more(page: Page, desk: Desk) -> None:
    page.get_by_label("Preheader").fill("Words of an hour")
    leave_and_open_again(page)
    page.get_by_role("button", name="Forget it").click()
    page.reload()
    expect(page.locator(".tabs.regions .tab.active")).to_be_visible()
    expect(page.locator("#desk-kept")).to_be_hidden()


def test_a_second_save_shows_both_texts_and_loses_neither(page: Page, desk: Desk) -> None:
    title_field(page, "One").fill("Mine")
    fields = desk.open()
    desk.save(fields, **{f"{row(fields, 'One')}-title": "Theirs", "title": "Also theirs"})
    page.keyboard.press("ControlOrMeta+s")
    both = page.locator(".desk-conflict")
    expect(both).to_contain_text("Theirs")
    expect(both).to_contain_text("Mine")
    expect(page.locator(".errornote, .errorlist").first).to_be_visible()
    page.get_by_role("link", name="Open the newest version").click()
    expect(title_field(page, "Theirs")).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    save(page)
    assert LinkBlock.objects.filter(title="Mine").exists()
    desk.issue.refresh_from_db()
    assert desk.issue.title == "Also theirs"


def test_what_was_edited_in_the_queue_is_taken_over_in_one_click(page: Page, desk: Desk) -> None:
    Link.objects.filter(title="One").update(title="One, mended", blurb="Said anew.")
    page.reload()
    note = page.locator(".desk-changed")
    expect(note).to_contain_text("title is now “One, mended”")
    note.get_by_role("button", name="Take it over").click()
    save(page)
    assert LinkBlock.objects.get(title="One, mended").blurb == "<p>Said anew.</p>"


def test_a_block_is_copied_from_the_issue_before(page: Page, desk: Desk) -> None:
    before = make_issue(0, date=NOW.date())
    job = add(JobBlock, add_section(before, "Jobs", SectionKind.JOBS), role="Editor", company="X")
    publish(before)
    page.reload()
    page.get_by_text("Copy from the issue before").click()
    page.get_by_role("button", name=str(job)).click()
    expect(page.locator(".tabs.regions .tab.active")).to_contain_text("Jobs")
    save(page)
    assert JobBlock.objects.get(parent=desk.issue).company == "X"


@dataclass
class Hands:
    """What an editor does, counted: each key press, click or line typed is one action."""

    page: Page
    actions: int = 0
    began: float = field(default_factory=time.monotonic)

    def press(self, key: str) -> None:
        self.actions += 1
        self.page.keyboard.press(key)

    def click(self, what: Any) -> None:
        self.actions += 1
        what.click()

    def type(self, words: str) -> None:
        self.actions += 1
        self.page.keyboard.type(words)


def test_an_issue_of_thirty_items_is_made_of_a_hundred_links(
    page: Page, live_server: Any, quiet: None, capsys: pytest.CaptureFixture[str]
) -> None:
    Section.objects.all().delete()
    shelves = [make_section(name, position=at) for at, name in enumerate(["News", "Articles"])]
    shelves.append(make_section("Jobs", SectionKind.JOBS, position=2))
    issue = assembly.draft(by=None, now=NOW)
    for n in range(100):
        make_link(
            title=f"Story number {n:03}",
            blurb=f"What story {n} says.",
            section=shelves[n % 3],
            state=Link.State.SHORTLISTED,
        )
    desk = Desk(issue, Client())
    desk.client.force_login(make_editor())
    log_in(page, desk, live_server.url)
    hands = Hands(page)
    search = page.get_by_label("Search")
    hands.click(page.get_by_label("Insert into"))
    page.get_by_label("Insert into").select_option("the section suggested")
    hands.click(search)
    for n in range(30):  # Typed to the end, as one who knows what to look for.
        hands.type(f"{n * 3 + n % 3:03}")
        hands.press("Enter")
    hands.press("ControlOrMeta+s")
    expect(page.locator(".messagelist .success")).to_be_visible()
    seconds = time.monotonic() - hands.began
    assert len(blocks_of(issue)) == 30
    assert Link.objects.unplaced().count() == 70
    sections = IssueSection.objects.filter(issue=issue)
    filled = {block.region for block in blocks_of(issue)}
    assert filled == {section.key for section in sections}
    hands.click(page.get_by_role("button", name="Preview", exact=True))
    mail = page.frame_locator("#desk-preview iframe")
    expect(mail.get_by_text("Story number 000")).to_be_visible()
    with capsys.disabled():
        sys.stdout.write(
            f"\n30 of 100 links: {hands.actions} actions, {seconds:.1f} s by machine\n"
        )
    # From the list to its section a link costs its name and one key.
    assert hands.actions <= 2 * 30 + 5
    assert Issue.objects.count() == 1
