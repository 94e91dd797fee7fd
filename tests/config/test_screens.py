"""Every screen of ours in the admin is among those that axe looks at."""

import pytest
from django.test import Client
from django.urls import ResolverMatch, resolve

from tests.config.test_every_door import doors
from tests.newsroom import make_newsroom

pytestmark = pytest.mark.django_db
# What Django, its tasks and axes bring along, drawn by Django alone.
THEIRS = ("auth_", "axes_", "django_tasks_", "password_change")
DJANGOS = ("_delete", "_history", "_add")
NO_SCREENS = {
    "login", "admin:jsi18n",
    # The mail and the page themselves, in a frame of the preview; axe looks at both elsewhere.
    "admin:digest_issue_output",
    # Rows that nobody opens by hand, with Django's own form.
    "admin:curation_entry_change", "admin:audience_import_change",
    "admin:audience_suppression_change", "admin:publication_auditentry_change",
}  # fmt: skip


def is_ours(match: ResolverMatch) -> bool:
    name = match.url_name or ""
    return not name.startswith(THEIRS) and not name.endswith(DJANGOS)


def test_no_screen_is_forgotten(client: Client) -> None:
    editor, screens = make_newsroom()
    client.force_login(editor)
    matches = [resolve(path.partition("?")[0]) for path in screens.values()]
    rows = {
        "_".join(str(match.url_name).split("_")[:2]): str(next(iter(match.kwargs.values())))
        for match in matches
        if match.kwargs
    }
    found = set()
    for door in doors(rows):
        match = resolve(door.path)
        answer = client.get(door.path) if is_ours(match) else None
        if answer and answer.status_code == 200 and "<!DOCTYPE html" in answer.text[:100]:
            found.add(match.view_name)

    assert len(found) > 40
    assert found - NO_SCREENS - {match.view_name for match in matches} == set()
