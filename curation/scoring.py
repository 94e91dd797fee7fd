"""How early a link deserves a look: a number of days, and why in words. Pure.

The number says as if when a link had been published: one that is worth three days more stands
where one stands that is three days younger. So time alone never changes the order of two links,
and a score stays right until something is learned about the story or its source.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# Each source beyond the first is worth so many days, up to so many.
ANOTHER_SOURCE, MOST_SOURCES = 1.5, 4.5
# A source all of whose links ran is worth so many days; one of whom less is known, nothing.
ALWAYS_RAN, KNOWN = 4.0, 5
# What is worth less is not worth a word.
WORTH_SAYING = 0.1


@dataclass(frozen=True)
class Record:
    """What became of a source's links: how many were sorted, and how many of them ran."""

    source: str
    sorted: int
    ran: int

    @property
    def worth(self) -> float:
        """Days."""
        return ALWAYS_RAN * self.ran / self.sorted if self.sorted >= KNOWN else 0.0


@dataclass(frozen=True)
class Score:
    """Days since 2000, as if; and what beyond the date made them."""

    value: float
    reason: str


def score(published_at: datetime, records: list[Record]) -> Score:
    """The score of a story that these sources tell. The best of them counts, and how many."""
    several = min(MOST_SOURCES, ANOTHER_SOURCE * max(0, len(records) - 1))
    best = max(records, key=lambda record: record.worth, default=Record("", 0, 0))
    said = []
    if several:
        said.append(f"{len(records)} sources tell it ({_days(several)})")
    if best.worth >= WORTH_SAYING:
        said.append(f"{best.ran} of {best.sorted} from {best.source} ran ({_days(best.worth)})")
    age = (published_at - BEGINNING) / DAY
    return Score(age + several + best.worth, ", ".join(said))


def _days(worth: float) -> str:
    return f"+{worth:.1f}".removesuffix(".0") + (" day" if worth == 1 else " days")
