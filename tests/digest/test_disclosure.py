"""What is paid for says so: its label and rel=sponsored in every output, whatever is typed."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from digest.models import Issue, PublishedItem, SponsorBlock
from digest.rendering import render
from digest.values import as_json
from publication.models import SectionKind
from tests.digest.issues import add, add_section, make_issue, publish
from tests.makers import make_section

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("masthead_filled_in")]
LABELS = [("Partner", "Partner"), ("", "Sponsored"), (" . ", "Sponsored"), ("–", "Sponsored")]


def advertised(label: str) -> Issue:
    issue = make_issue()
    shelf = make_section("Sponsored 1", SectionKind.SPONSOR)
    section = add_section(issue, "Partner and Sponsored", SectionKind.SPONSOR, section=shelf)
    blurb = '<p>Ask <a rel="author" href="https://ballast.example/inside">them</a>.</p>'
    url = "https://ballast.example/"
    add(SponsorBlock, section, title="Steady", url=url, blurb=blurb, label=label)
    return issue


def undisclosed(html: str) -> list[str]:
    """The links to the sponsor that do not say what they are."""
    links = re.findall(r"<a\b[^>]*https://ballast\.example[^>]*>", unescape(html))
    assert links
    return [link for link in links if not re.search(r'rel="[^"]*\bsponsored\b', link)]


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_each_rendering_says_so(label: str, shown: str) -> None:
    rendering = render(advertised(label))

    for html in (rendering.email_html, rendering.web_body, rendering.feed_body):
        assert undisclosed(html) == []
        assert re.search(rf">\s*{shown}\s*<", html)
    assert f"-- {shown} --" in rendering.email_text


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_so_does_each_page_and_feed(client: Client, label: str, shown: str) -> None:
    issue = advertised(label)
    publish(issue)

    pages = ["/issues/7/", "/sources/ballast.example/", "/sections/sponsored-1/"]
    feeds = ["/feeds/issues.rss", "/feeds/issues.atom", "/feeds/sections/sponsored-1.atom"]
    for path in pages + feeds:
        html = unescape(client.get(path).content.decode())
        assert shown in html, path
        assert undisclosed(html) == [], path
    feed = client.get("/feeds/issues.json").json()
    assert undisclosed(feed["items"][0]["content_html"]) == []


@pytest.mark.parametrize(("label", "shown"), LABELS)
def test_so_does_what_is_handed_on(label: str, shown: str) -> None:
    issue = advertised(label)
    [section] = as_json(issue, render(issue).items)["sections"]
    [item] = section["items"]
    assert item["label"] == shown
    assert undisclosed(item["blurb"]) == []

    publish(issue)
    assert PublishedItem.objects.get().label == shown


def test_the_desk_takes_no_label_without_a_word() -> None:
    with pytest.raises(ValidationError, match="Say in a word that it is paid for"):
        SponsorBlock(label="…").clean_fields(exclude=["parent", "region", "uid"])
