"""The bundled feeds as values: what each of them brings, and what the editor makes of it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "feeds"
EXTENSIONS = {"rss": "xml", "atom": "xml", "rdf": "xml", "json": "json"}


@dataclass(frozen=True)
class Story:
    """One entry of a bundled feed. `age` is in days before the demo was set up.

    `source` names the site where a feed collects from many. `goes` names the issue it runs in, or
    "shortlist"; without it, a reason or days of snooze, the story waits in the queue.
    """

    title: str
    url: str
    text: str
    age: float
    author: str = ""
    source: str = ""
    section: str = ""
    goes: str = ""
    rejected: str = ""
    snoozed: int = 0


@dataclass(frozen=True)
class Source:
    """One bundled feed."""

    slug: str
    title: str
    site: str
    format: str
    section: str
    stories: list[Story] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the demo's feed server has it."""
        return f"/{self.slug}.{EXTENSIONS[self.format]}"


# Subscribed to and gone: there is a failing feed to look at.
GONE = Source("gazette", "The Template Gazette", "https://gazette.example.org/", "rss", "articles")


def read() -> list[Source]:
    """All bundled feeds, in the order of their names."""
    return [_source(path) for path in sorted(FOLDER.glob("*.toml"))]


def _source(path: Path) -> Source:
    values: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    stories = [Story(**entry) for entry in values.pop("entry")]
    return Source(slug=path.stem, stories=stories, **values)
