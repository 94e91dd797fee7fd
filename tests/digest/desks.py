"""The desk as a person uses it: open an issue's page, change something, press save."""

from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.urls import reverse

from curation.models import Link
from digest import assembly
from digest.models import Issue, IssueSection, LinkBlock
from publication.models import Section, SectionKind
from tests.forms import Fields, fields_of
from tests.makers import NOW, make_editor, make_link, make_section


@dataclass
class Desk:
    """One issue open in one browser."""

    issue: Issue
    client: Client

    @property
    def url(self) -> str:
        return reverse("admin:digest_issue_change", args=[self.issue.pk])

    def section(self, title: str) -> IssueSection:
        return self.issue.sections.get(title=title)

    def open(self) -> Fields:
        """What the form holds now."""
        response = self.client.get(self.url)
        assert response.status_code == 200
        return fields_of(response.content.decode(), "issue_form")

    def post(self, fields: Fields, **more: Any) -> Any:
        return self.client.post(self.url, {**fields, **more})

    def save(self, fields: Fields, **more: Any) -> Any:
        """Post what must be accepted."""
        response = self.post(fields, **more)
        assert response.status_code == 302, errors(response)
        return response


def make_desk(*titles: str, client: Client | None = None) -> Desk:
    """A draft with News, Jobs and Updates; `titles` stand in News, each from its link."""
    Section.objects.all().delete()
    news = make_section("News", position=1)
    make_section("Jobs", SectionKind.JOBS, position=2)
    make_section("Updates", SectionKind.TEXT, position=3)
    for title in reversed(titles):
        make_link(title=title, section=news, state=Link.State.SHORTLISTED, blurb=f"{title}, said")
    issue = assembly.draft(by=None, now=NOW)
    client = client or Client()
    client.force_login(make_editor())
    return Desk(issue, client)


def row(fields: Fields, title: str) -> str:
    """The prefix of the row of the link block with that title."""
    return next(name for name, value in fields.items() if value == title and "_set-" in name)[:-6]


def new_row(
    fields: Fields, section: IssueSection, *, kind: str = "linkblock", **values: Any
) -> str:
    """Add a block to the form, as content-editor's script would; answers its prefix."""
    total = f"digest_{kind}_set-TOTAL_FORMS"
    prefix = f"digest_{kind}_set-{fields[total]}"
    fields[total] = str(int(str(fields[total])) + 1)
    given = {"region": section.key, "ordering": "500", "in_email": "on", "in_web": "on", **values}
    fields.update({f"{prefix}-{name}": str(value) for name, value in given.items()})
    return prefix


def errors(response: Any) -> str:
    """Everything the page complains about."""
    context = response.context
    if context is None or "errors" not in context:
        return ""
    return " ".join(str(error) for error in context["errors"])


def block(title: str) -> LinkBlock:
    return LinkBlock.objects.get(title=title)
