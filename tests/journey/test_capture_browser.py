"""A page anywhere is two actions from the shortlist, in a real browser; and what readers send."""

from datetime import timedelta
from urllib.parse import unquote, urlencode
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from curation import memory
from curation.models import Link, Rule
from tests.makers import NOW, make_editor, make_link, make_section

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STORY = "https://blog.example.com/story?a=1&b=ü"
HTML = """<!doctype html><meta charset="utf-8"><title>Ünï & “co” | Blog</title>
<p id="words">What I marked, 100 % of it.</p>"""


@pytest.fixture
def ann() -> User:
    make_section("Articles", slug="articles")
    return make_editor("ann")


def log_in(page: Page) -> None:
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("editor")
    page.keyboard.press("Enter")


@pytest.fixture
def bookmarklet(page: Page, live_server: LiveServer, ann: User) -> str:
    """The script behind the button, as the browser's bar of bookmarks keeps it."""
    page.goto(f"{live_server.url}/admin/login/?next=/admin/capture/bookmarklet/")
    log_in(page)
    href = page.get_by_title("Drag me to the bar of bookmarks").get_attribute("href")
    return unquote((href or "").removeprefix("javascript:"))


def press(context: BrowserContext, bookmarklet: str) -> Page:
    """Look at a page of somebody else, mark some words, press the bookmarklet."""
    context.route(
        "https://blog.example.com/**",
        lambda route: route.fulfill(body=HTML, content_type="text/html"),
    )
    page = context.new_page()
    page.goto(STORY)
    page.evaluate("getSelection().selectAllChildren(document.getElementById('words'))")
    with page.expect_popup() as opened:
        page.evaluate(bookmarklet)
    opened.value.set_viewport_size({"width": 400, "height": 720})
    return opened.value


def test_two_actions_bring_a_page_onto_the_shortlist(page: Page, bookmarklet: str) -> None:
    window = press(page.context, bookmarklet)  # the first
    expect(window.get_by_role("status")).to_have_text("New")
    assert window.evaluate("document.documentElement.scrollWidth") <= 400
    expect(window.get_by_role("button", name="Shortlist")).to_be_focused()
    with window.expect_event("close"):
        window.keyboard.press("Enter")  # the second
    link = Link.objects.get()
    assert (link.title, link.blurb) == ("Ünï & “co”", "What I marked, 100 % of it.")
    assert (link.state, str(link.section)) == ("shortlisted", "Articles")
    assert link.url == "https://blog.example.com/story?a=1&b=%C3%BC"
    again = press(page.context, bookmarklet)
    expect(again.get_by_role("status")).to_have_text("Shortlisted for Articles")


def test_logged_out_one_logs_in_and_finds_the_page_one_came_with(
    page: Page, bookmarklet: str
) -> None:
    page.context.clear_cookies()
    window = press(page.context, bookmarklet)
    log_in(window)
    expect(window.get_by_role("status")).to_have_text("New")
    expect(window.get_by_label("Title")).to_have_value("Ünï & “co”")
    expect(window.get_by_text("What I marked, 100 % of it.")).to_be_visible()
    assert not Link.objects.exists()


def test_a_share_from_a_phone_takes_two_presses_after_the_login(
    browser: Browser, live_server: LiveServer, ann: User
) -> None:
    phone = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = phone.new_page()
    target = page.request.get(f"{live_server.url}/manifest.webmanifest").json()["share_target"]
    shared = urlencode({"title": "Ünï & co", "text": "https://blog.example.com/story?a=1"})
    page.goto(f"{live_server.url}{target['action']}?{shared}")
    log_in(page)
    expect(page.get_by_role("status")).to_have_text("New")
    expect(page.get_by_label("Title")).to_have_value("Ünï & co")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Shortlist").tap()
    expect(page.get_by_text("You can close this window")).to_be_visible()
    link = Link.objects.get()
    assert (link.url, link.state) == ("https://blog.example.com/story?a=1", "shortlisted")

    page.goto(f"{live_server.url}{target['action']}?title=Only+words&text=And+more")
    expect(page.get_by_role("alert")).to_have_text("There is no address in what was shared.")
    expect(page.get_by_label("Address of the page")).to_be_focused()
    phone.close()


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of something that ran; and whoever fills in a form is taken for a person."""
    monkeypatch.setattr("toolbox.robots.FASTEST", timedelta(0))
    past = memory.Past(uuid4(), "News", "A story", "https://example.com/ran")
    memory.remember(12, [past], NOW)
    return past.url


def test_a_reader_is_told_before_sending_and_sends_another(
    page: Page, live_server: LiveServer, ran: str
) -> None:
    page.goto(f"{live_server.url}/submit/")
    page.get_by_label("Address of the page").fill(ran)
    page.keyboard.press("Tab")
    expect(page.locator("#answer")).to_contain_text("This ran in issue 12, in News")
    page.get_by_label("Address of the page").fill("javascript:alert(1)")
    page.keyboard.press("Tab")
    expect(page.locator("#answer")).to_contain_text("Only http and https addresses are taken")
    page.get_by_label("Address of the page").fill("example.com/new")
    page.keyboard.press("Tab")
    expect(page.locator("#answer")).to_contain_text("New to us.")
    page.get_by_role("button", name="Send to the editors").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Link.objects.get().url == "https://example.com/new"


def test_the_same_without_javascript(browser: Browser, live_server: LiveServer, ran: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{live_server.url}/submit/")
    page.get_by_label("Address of the page").fill(ran)
    page.get_by_label("Why it matters").fill("It does")
    page.get_by_role("button", name="Send to the editors").click()
    expect(page.locator("#answer")).to_contain_text("This ran in issue 12, in News")
    expect(page.get_by_label("Why it matters")).to_have_value("It does")
    page.get_by_label("Address of the page").fill("https://example.com/new")
    page.get_by_role("button", name="Send to the editors").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert Link.objects.get().note == "It does"
    context.close()


def test_a_rule_shows_what_it_would_touch_while_it_is_written(
    page: Page, live_server: LiveServer, ann: User
) -> None:
    make_link(title="Django 7 is out")
    make_link(title="Flask 4 is out")
    page.goto(f"{live_server.url}/admin/login/?next=/admin/curation/rule/add/")
    log_in(page)
    page.get_by_label("Words in the title").fill("django")
    page.get_by_label("Kind").select_option("release")
    preview = page.locator("#rule-preview")
    expect(preview).to_contain_text("With “django” in the title: kind release")
    expect(preview).to_contain_text("1 of the last 50 links")
    expect(preview).to_contain_text("Django 7 is out")
    assert not Rule.objects.exists()
