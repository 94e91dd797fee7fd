"""What an address of the queue asks for: a shelf, what to look for on it, where to go on."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from curation.models import Link

SHELVES = ("waiting", "shortlisted", "snoozed", "rejected", "hidden", "everything")
# Shelves that are in the order of the news; the others are in the order of the deeds.
BY_NEWS = {"waiting", "hidden", "everything"}
# Shelves that hold links of one state, and so can be read in the order of their scores.
SCORED = {"waiting", "shortlisted", "snoozed", "rejected"}
AGES = {
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "older": timedelta(days=30),
}
# Instead of a section: links that have none.
NO_SECTION = "-"
LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """What a person asks the queue for. What makes no sense asks for nothing."""

    show: str = SHELVES[0]
    section: str = ""
    feed: str = ""
    kind: str = ""
    age: str = ""
    language: str = ""
    q: str = ""
    order: str = ""
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """From a query string."""
        said = {
            name: query.get(name, "").replace("\0", "").strip()[:LONGEST] for name in vars(cls())
        }
        show = _one_of(SHELVES, said["show"]) or SHELVES[0]
        return cls(
            **said
            | {
                "show": show,
                "feed": said["feed"] if said["feed"].isdecimal() and len(said["feed"]) < 16 else "",
                "kind": _one_of(Link.Kind.values, said["kind"]),
                "age": _one_of(AGES, said["age"]),
                "order": _one_of(["score"], said["order"]) if show in SCORED else "",
            }
        )

    def query(self, **differing: object) -> str:
        """Back into a query string, with what differs."""
        return urlencode(
            {name: value for name, value in {**vars(self), **differing}.items() if value}
        )

    @property
    def filters(self) -> int:
        """By how many things the shelf is narrowed, beside words."""
        return sum(map(bool, (self.section, self.feed, self.kind, self.age, self.language)))

    @property
    def narrowed(self) -> bool:
        """Whether the person looks for something, rather than at the whole shelf."""
        return bool(self.filters or self.q)

    @property
    def place(self) -> str:
        """The column that orders the shelf."""
        if self.order:
            return self.order
        return "published_at" if self.show in BY_NEWS else "state_since"


def _one_of(known: Container[str], said: str) -> str:
    return said if said in known else ""
