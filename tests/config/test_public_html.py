"""The HTML of every public page, by the rules of the language."""

import re
from collections import Counter
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from tinyhtml5.parser import HTMLParser

from audience.models import Subscriber
from delivery.greeting import greeted
from digest.models import Issue, RenderedIssue
from digest.rendering import render
from publication.masthead import current
from publication.telling import Notice, Thing
from tests.audience.makers import ask, confirmation_link
from tests.site import BARE, make_site
from toolbox.jinja import draw
from toolbox.mjml import to_html

pytestmark = pytest.mark.django_db
ROOMS = {"archive", "planet", "publication", "audience"}
POINTERS = ("for", "aria-labelledby", "aria-describedby")
# What answers with no page to look at.
NO_PAGES = {
    "archive:card", "archive:picture", "archive:sitemap", "archive:robots", "archive:rss",
    "archive:atom", "archive:json", "archive:section_rss", "archive:section_atom",
    "archive:section_json", "planet:atom", "planet:opml",
    "planet:manifest", "publication:look", "publication:icon", "audience:download",
    "audience:mail_link",
}  # fmt: skip


def faults(html: str) -> list[str]:
    """What a parser has to mend, ids that are not unique, and references that lead nowhere."""
    parser = HTMLParser(namespace_html_elements=False)
    tree = parser.parse(html)
    said = [f"{where}: {code}" for where, code, _ in parser.errors]
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    said += [f"id {name} {count} times" for name, count in ids.items() if count > 1]
    said += [f"nothing is called {name}" for name in _pointed_at(elements) if name not in ids]
    return said + [f"a {tag} in a {outer}" for outer, tag in _nested(tree)]


def _pointed_at(elements: list[Element]) -> set[str]:
    named = {name for one in elements for key in POINTERS for name in one.get(key, "").split()}
    hrefs = [one.get("href", "") for one in elements if one.tag == "a"]
    return named | {href[1:] for href in hrefs if href.startswith("#")}


def _nested(tree: Any) -> list[tuple[str, str]]:
    """Interactive content inside interactive content, and headings in the words of a link."""
    wrong = {"a": {"a", "button", "input", "select"}, "button": {"a", "input"}, "label": {"label"}}
    return [
        (outer, str(inside.tag))
        for outer, refused in wrong.items()
        for one in tree.iter(outer)
        for inside in one.iter()
        if inside is not one and inside.tag in refused
    ]


def test_every_kind_of_page_is_valid(client: Client) -> None:
    said = {}
    for name, path in make_site().items():
        response = client.get(path)
        assert response.status_code == (
            404 if name in {"404", "broken link", "link too old"} else 200
        ), name
        said[name] = faults(response.text)

    assert {name: each for name, each in said.items() if each} == {}


@pytest.mark.parametrize("path", BARE)
def test_pages_are_valid_before_there_is_anything(client: Client, path: str) -> None:
    assert faults(client.get(path).text) == []


def test_what_a_press_answers_is_valid(client: Client) -> None:
    ask()
    token = confirmation_link()
    confirmed = client.post(f"/confirm/{token}/", follow=True).text
    left = client.post(
        f"/unsubscribe/{Subscriber.objects.get().token}/", headers={"accept": "text/html"}
    ).text
    refused = client.post("/subscribe/", {"email": "nonsense"}).text

    assert [*faults(confirmed), *faults(left), *faults(refused)] == []


def test_the_mail_is_valid() -> None:
    make_site()

    for rendered in RenderedIssue.objects.all():
        assert faults(rendered.email_html) == []


def frame(mail: str) -> list[str]:
    """What makes a mail one of ours: its language, its schemes, its style, how it begins."""
    head, _, body = mail.partition("<body")
    styles = re.findall(r"<style[^>]*>(.*?)</style>", head, re.DOTALL)
    masthead = re.search(r"<a [^>]*>The Example</a>", body)
    assert masthead
    return [mail[: mail.index("<head")], *styles, masthead[0]]


def test_all_mails_share_one_frame_and_are_valid() -> None:
    make_site()
    masthead = current()
    masthead.name = "The Example"
    masthead.save()
    things = [Thing("A feed", "It has been silent.", "https://example.com/1")]
    notice = Notice("It waits", ["Somebody must look."], "Look", "https://example.com/", "", things)
    known = {"publication": masthead, "site_url": "http://127.0.0.1:8000", "notice": notice}
    known |= {"confirm_url": "https://example.com/c", "url": "https://example.com/a"}
    others = ["confirm", "notice", "account", "move"]
    mails = [to_html(draw(f"emails/{name}.mjml", known)) for name in others]
    mails.append(render(Issue.objects.get(number=7)).email_html)

    for mail in mails:
        assert faults(mail) == []
        assert frame(mail) == frame(mails[0])
        assert mail.count("<h1") == 1
        assert masthead.postal_address in mail
        roles = re.findall(r"<table[^>]*?role=\"(\w+)\"", mail)
        assert len(roles) == mail.count("<table")
        assert set(roles) == {"presentation"}
        assert all("alt=" in image for image in re.findall("<img[^>]*>", mail))


def test_the_welcome_turns_dark_with_the_mail_below_it() -> None:
    make_site()
    mail = render(Issue.objects.get(number=7))
    _, html = greeted(mail.email_text, mail.email_html)
    dark = html.partition("@media (prefers-color-scheme: dark)")[2]

    assert f".wash, .wash table {{ background-color: {current().look.dark.wash}" in dark
    welcome = html[: html.index("Welcome to ")]
    assert 'class="wash"' in welcome[welcome.index("<body") :]


def test_the_parser_sees_what_is_wrong() -> None:
    page = "<!DOCTYPE html><title>x</title><p id=a>{}"

    assert faults(page.format("fine")) == []
    for wrong in (
        "<p id=a>",
        "<a href='#b'>",
        "<a href=/><a href=/>x</a></a>",
        "</b>",
        "<p>&amp x",
    ):
        assert faults(page.format(wrong)), wrong


def test_no_public_page_is_forgotten() -> None:
    addresses = make_site().values()
    resolver = get_resolver()
    looked_at = {
        resolver.resolve(path.partition("?")[0]).view_name
        for path in addresses
        if path != "/nowhere/"
    }

    assert set(_names(resolver, "")) - NO_PAGES - looked_at == set()


def _names(resolver: URLResolver, space: str) -> list[str]:
    """Every name in the rooms that readers visit."""
    found: list[str] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver) and (pattern.namespace in ROOMS):
            found += _names(pattern, f"{pattern.namespace}:")
        elif isinstance(pattern, URLResolver) and not pattern.namespace and not space:
            found += _names(pattern, "")
        elif (
            isinstance(pattern, URLPattern)
            and pattern.name
            and space in {f"{room}:" for room in ROOMS}
        ):
            found.append(space + pattern.name)
    return found
