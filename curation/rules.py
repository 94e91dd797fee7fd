"""Which rules speak about a story. Pure answers, quick for a hundred rules and thousands of links.

What an editor types is words and stars, never a regular expression: a star stands for anything,
and whatever is typed is answered in a time that grows with the length of the title only.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import translate
from urllib.parse import urlsplit

from curation.models.rule import Rule, listed

_BETWEEN_WORDS = re.compile(r"[^\w+#*]+")
# What a rule can decide, by the field that says so.
EFFECTS = ("section_id", "kind", "source_label", "hide")


@dataclass(frozen=True)
class Story:
    """What rules look at."""

    title: str
    url: str
    feeds: frozenset[int] = frozenset()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Read:
    """A story as the conditions read it: folded once, for all rules."""

    feeds: frozenset[int]
    title: str
    host: str
    path: str
    tags: frozenset[str]


Test = Callable[[_Read], bool]
Verdict = dict[str, Rule]


class Rulebook:
    """Rules in their order, ready to judge many stories."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [(rule, _conditions(rule), _effects(rule)) for rule in rules]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def judge(self, story: Story) -> Verdict:
        """For each of EFFECTS that is decided, the rule that decides it: the first in order."""
        read, verdict = _fold(story), dict[str, Rule]()
        for rule, conditions, effects in self._rules:
            if effects <= verdict.keys() or not all(holds(read) for holds in conditions):
                continue
            for effect in effects:
                verdict.setdefault(effect, rule)
        return verdict


def _effects(rule: Rule) -> frozenset[str]:
    return frozenset(effect for effect in EFFECTS if getattr(rule, effect))


def _conditions(rule: Rule) -> list[Test]:
    """The cheap ones first: most rules end at their first condition."""
    tests: list[Test] = []
    if feed := rule.feed_id:
        tests.append(lambda read: feed in read.feeds)
    if rule.tags:
        tags = frozenset(word.casefold() for word in listed(rule.tags))
        tests.append(lambda read: not tags.isdisjoint(read.tags))
    if rule.words:
        # A lone star would fit every title: it fits none.
        words = [_words(word) for word in listed(rule.words) if _spaced(word.strip("*"))]
        tests.append(lambda read: any(word in read.title for word in words))
    if rule.address:
        places = [_place(place) for place in listed(rule.address)]
        tests.append(lambda read: any(holds(read) for holds in places))
    return tests


def _fold(story: Story) -> _Read:
    try:
        parts = urlsplit(story.url)
        host, path = parts.hostname or "", parts.path
    except ValueError:
        host = path = ""
    return _Read(
        feeds=story.feeds,
        title=f" {_spaced(story.title)} ",
        host=host.removeprefix("www."),
        path=path.lower() or "/",
        tags=frozenset(tag.casefold() for tag in story.tags),
    )


def _spaced(text: str) -> str:
    """Words and what belongs to them (C++, C#), with one space between."""
    return _BETWEEN_WORDS.sub(" ", text.casefold()).strip()


def _words(phrase: str) -> str:
    """What to look for in a title: whole words, unless a star leaves that side open."""
    before = "" if phrase.startswith("*") else " "
    after = "" if phrase.endswith("*") else " "
    return f"{before}{_spaced(phrase.strip('*'))}{after}"


def _place(pattern: str) -> Test:
    """example.com with all below it, example.com/jobs with all below that, /jobs on any host."""
    host, slash, path = re.sub(r"^https?://", "", pattern.lower()).partition("/")
    on_host = _on_host(host.removeprefix("www."))
    if not slash:
        return on_host
    path = f"/{path}".rstrip("/")
    under, below = _glob(path), _glob(f"{path}/*")
    return lambda read: on_host(read) and (under(read.path) or below(read.path))


def _on_host(host: str) -> Test:
    if not host:
        return lambda read: True
    if "*" in host:
        matches = _glob(host)
        return lambda read: matches(read.host)
    return lambda read: read.host == host or read.host.endswith(f".{host}")


def _glob(pattern: str) -> Callable[[str], bool]:
    """fnmatch writes stars as atomic groups: they never try again, so none can be made slow.
    Only the star is special."""
    matches = re.compile(translate(re.sub(r"[\[?]", r"[\g<0>]", pattern))).match
    return lambda text: matches(text) is not None
