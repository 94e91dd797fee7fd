"""What an address of the queue asks for: a shelf, what to look for on it, where to go on."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

SHELVES = ("waiting", "shortlisted", "snoozed", "rejected")
LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Asked:
    """What a person asks the queue for. What makes no sense asks for nothing."""

    show: str = SHELVES[0]
    section: str = ""
    feed: str = ""
    q: str = ""
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """From a query string."""
        said = {name: query.get(name, "").replace("\0", "").strip() for name in vars(cls())}
        return cls(
            show=said["show"] if said["show"] in SHELVES else SHELVES[0],
            section=said["section"],
            feed=said["feed"] if said["feed"].isdecimal() and len(said["feed"]) < 16 else "",
            q=said["q"][:LONGEST_SEARCH],
            after=said["after"],
        )

    def query(self, **differing: object) -> str:
        """Back into a query string, with what differs."""
        return urlencode(
            {name: value for name, value in {**vars(self), **differing}.items() if value}
        )

    @property
    def narrowed(self) -> bool:
        """Whether the person looks for something, rather than at the whole shelf."""
        return bool(self.section or self.feed or self.q)
