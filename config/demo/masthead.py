"""The demo's publication, its shelves, and the account that edits it."""

import tomllib
from pathlib import Path

from django.contrib.auth.models import User

from config.demo.ownership import Demo
from publication.masthead import current
from publication.models import Section

WORDS = tomllib.loads((Path(__file__).parent / "publication.toml").read_text(encoding="utf-8"))
# Good for loopback only, and printed when the demo is served.
EDITOR = LOGIN = "editor"


def set_up(demo: Demo) -> str:
    """Fill in the masthead, order the shelves, make the editor's account."""
    publication = current()
    for name, value in WORDS["publication"].items():
        setattr(publication, name, value.strip() if isinstance(value, str) else value)
    publication.full_clean()
    publication.save()
    for position, shelf in enumerate(WORDS["shelf"]):
        values = {"title": shelf["title"], "kind": shelf["kind"], "position": position}
        Section.objects.update_or_create(slug=shelf["slug"], defaults=values)
    User.objects.create_superuser(EDITOR, "editor@weekly-migration.example.org", LOGIN)
    return f"{publication}: {len(WORDS['shelf'])} shelves, one editor"


def editor() -> User:
    """Whoever does the editing in the demo."""
    return User.objects.get(username=EDITOR)


def login() -> str:
    """What to type at the admin, for as long as it is true."""
    account = User.objects.filter(username=EDITOR).first()
    known = account is not None and account.check_password(LOGIN)
    return f"{EDITOR} / {LOGIN}" if known else f"{EDITOR}, with the password you chose"
