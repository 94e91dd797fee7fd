"""The shelves: their order, and addresses that lead on for ever."""

import pytest
from django.test import Client
from django.urls import reverse

from digest import approval, publishing, shelving
from digest.models import Issue, LinkBlock, PublishedItem
from publication.access import NotAllowedError
from publication.models import Section
from tests.digest.issues import add, add_section, make_issue, publish
from tests.forms import fields_of
from tests.makers import NOW, make_editor, make_section, make_staff

pytestmark = pytest.mark.django_db


def make_ran(section: Section, number: int = 7) -> Issue:
    issue = make_issue(number)
    add(LinkBlock, add_section(issue, section.title, section=section), title=f"In {number}")
    publish(issue)
    return issue


def rename(section: Section, slug: str) -> None:
    former, section.slug = section.slug, slug
    section.save()
    shelving.moved(section, former, by=None)


def signed_in() -> Client:
    client = Client()
    client.force_login(make_editor())
    return client


def test_an_address_that_changed_leads_on_for_ever(client: Client) -> None:
    section = make_section("News", slug="news")
    make_ran(section)
    seen = client.get("/sections/news/")["ETag"]
    rename(section, "latest")
    rename(section, "newest")

    for old in ("news", "latest"):
        for path in (f"/sections/{old}/", f"/feeds/sections/{old}.atom"):
            response = client.get(path, headers={"if-none-match": seen})
            assert response.status_code == 301
            assert response["Location"] == path.replace(old, "newest")
            assert "In 7" in client.get(response["Location"]).content.decode()
    assert "</mark> 7" in client.get("/search/?q=In&section=news").content.decode()
    assert client.get("/sections/never/").status_code == 404


def test_going_back_makes_no_circle(client: Client) -> None:
    section = make_section("News", slug="news")
    make_ran(section)
    rename(section, "latest")
    rename(section, "news")
    assert client.get("/sections/news/").status_code == 200
    assert client.get("/sections/latest/")["Location"] == "/sections/news/"


def test_an_address_that_leads_on_is_no_other_sections(client: Client) -> None:
    section = make_section("News", slug="news")
    make_ran(section)
    rename(section, "latest")
    url, editor = reverse("admin:publication_section_add"), signed_in()
    given = {"title": "New News", "slug": "news", "kind": "links", "active": "on"}
    assert "is a former address of “latest”" in editor.post(url, given).content.decode()
    with pytest.raises(shelving.AddressTakenError):
        rename(make_section("Other", slug="other"), "news")
    assert client.get("/sections/news/")["Location"] == "/sections/latest/"


def test_what_was_approved_before_comes_out_at_the_new_address() -> None:
    section = make_section("News", slug="news")
    issue = make_issue(8)
    add(LinkBlock, add_section(issue, "News", section=section), title="Waits")
    approval.approve(issue, by=None)
    rename(section, "latest")
    publishing.publish(issue, by=None, now=NOW)
    assert PublishedItem.objects.get().section_slug == "latest"


def test_the_admin_brings_what_ran_along(client: Client) -> None:
    section = make_section("News", slug="news")
    make_ran(section)
    url = reverse("admin:publication_section_change", args=[section.pk])
    editor = signed_in()
    fields = fields_of(editor.get(url).content.decode(), "section_form")
    page = editor.post(url, {**fields, "slug": "latest"}, follow=True).content.decode()
    assert "/sections/news/ leads on to /sections/latest/ (1 items)." in page
    assert client.get("/sections/news/").status_code == 301


def test_a_shelf_goes_up_and_down_by_a_button() -> None:
    Section.objects.all().delete()
    for title in ("One", "Two", "Three"):
        make_section(title)
    editor = signed_in()
    page = editor.get(reverse("admin:publication_section_changelist")).content.decode()
    assert 'aria-label="Move Three up"' in page
    three = Section.objects.get(title="Three")

    def press(way: str) -> list[str]:
        url = reverse("admin:publication_section_shift", args=[three.pk, way])
        assert editor.post(url).status_code == 302
        return [section.title for section in Section.objects.all()]

    assert press("up") == ["One", "Three", "Two"]
    assert press("up") == ["Three", "One", "Two"]
    assert press("up") == ["Three", "One", "Two"]
    assert press("down") == ["One", "Three", "Two"]
    url = reverse("admin:publication_section_shift", args=[three.pk, "up"])
    assert editor.get(url).status_code == 405


def test_a_new_shelf_stands_last_and_strangers_move_none() -> None:
    section = make_section("News")
    with pytest.raises(NotAllowedError):
        shelving.shift(section, 1, by=make_staff("reader"))
    with pytest.raises(NotAllowedError):
        shelving.moved(section, "former", by=make_staff("other"))
    editor = signed_in()
    url = reverse("admin:publication_section_add")
    given = {"title": "Last", "slug": "last", "kind": "links", "active": "on"}
    assert editor.post(url, given).status_code == 302
    assert Section.objects.last() == Section.objects.get(slug="last")
