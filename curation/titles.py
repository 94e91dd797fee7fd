"""How two titles compare: pure answers, for a proposal and never for a decision."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property, lru_cache

from rapidfuzz import fuzz

# In percent. Below it the titles of one blog are alike: "Using X with Y", "Using Z with Y".
ALIKE = 90
# Titles that at least so near are looked at; with the same blurb they are one story.
KIN = 60
# A title with fewer words names a kind of thing: "Release notes".
WORDS = 3
TELLING_WORDS = 2
# What a site puts behind its titles is no longer than this.
TAIL_WORDS = 5
_TAIL = re.compile(r"\s+[|·•–—-]\s+|\s+::\s+|\s+[«»]\s+")
# Words that turn a title round, however near the rest is.
_TURNS = {"not", "no", "never", "without", "dont", "isnt", "doesnt", "cant", "wont", "un"}
# Words that say when or which, and those that fill a column every week.
_GENERIC = re.compile(
    r"""the|an?|our|my|your|this|that|in|for|of|on|and|from|to|at|with|what|whats|is|s|new|news
    |weekly|daily|monthly|annual|weeks?|weekend|days?|months?|years?|today|now|updates?|updated
    |released?|releases|notes?|version|changelog|changes|announcements?|announcing|issues?
    |episodes?|ep|parts?|vol|volume|no|number|newsletter|digest|roundup|round|up|recap|links?
    |readings?|list|open|threads?|status|reports?|summary|reviews?|interesting|favou?rites?
    |things|misc|hello|world|untitled|home|blog|posts?|index|welcome|about|community|meetings?
    |minutes|agenda|january|february|march|april|may|june|july|august|september|october
    |november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec
    |(?:mon|tues|wednes|thurs|fri|satur|sun)day|v?\d\w*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Title:
    """A title, and how it is compared."""

    text: str

    @cached_property
    def key(self) -> str:
        """All of it, folded: "Django 5.2 – What’s new?" is "django 5 2 whats new"."""
        return fold(self.text)

    @cached_property
    def tail(self) -> str:
        """What stands behind its last bar or dash with that mark: "| Blog". "" where that is long
        or has numbers in it, and so belongs to the title."""
        marks = list(_TAIL.finditer(self.text))
        if not marks or len(self.text[: marks[-1].start()].split()) < WORDS:
            return ""
        tail = self.text[marks[-1].start() :].strip()
        return tail if len(tail.split()) <= TAIL_WORDS + 1 and not _numbers(tail) else ""

    @cached_property
    def stem(self) -> str:
        """The key without the tail."""
        return fold(self.text.removesuffix(self.tail))

    @cached_property
    def generic(self) -> bool:
        """Whether it could stand over any story: "Weekly update", "Release notes 5.2"."""
        words = self.stem.split()
        telling = [word for word in words if not _GENERIC.fullmatch(word)]
        return len(words) < WORDS or len(telling) < TELLING_WORDS


@lru_cache(maxsize=20_000)
def title(text: str) -> Title:
    """It, with what was worked out of it. Kept: a page of the queue compares the same titles as
    the one before."""
    return Title(text)


def stem(text: str) -> str:
    """The title's stem."""
    return title(text).stem


def fold(text: str) -> str:
    """Lower case, without accents and punctuation, one space between words."""
    letters = unicodedata.normalize("NFKD", text.casefold()).replace("’", "").replace("'", "")
    kept = (c if c.isalnum() else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def likeness(one: str, other: str) -> str:
    """Why two titles may be over one story, in words; "" when they are not alike.

    Titles that could stand over anything are not, nor are those with other numbers in them:
    "Django 5.1 released" and "Django 5.2 released".
    """
    a, b = title(one), title(other)
    if not comparable(a, b):
        return ""
    if a.key == b.key:
        return "Same title"
    if a.stem == b.stem:
        return "Same title but for " + " and ".join(f"“{t.tail}”" for t in (a, b) if t.tail)
    percent = nearness(a, b)
    turned = _TURNS & (set(a.stem.split()) ^ set(b.stem.split()))
    return f"Titles alike ({percent} %)" if percent >= ALIKE and not turned else ""


def nearness(a: Title, b: Title) -> int:
    """How alike, in percent."""
    return int(fuzz.ratio(a.stem, b.stem))


def comparable(a: Title, b: Title) -> bool:
    """Whether likeness would say anything."""
    return not (a.generic or b.generic) and _numbers(a.stem) == _numbers(b.stem)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)
