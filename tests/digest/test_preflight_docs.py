"""The list of checks, what the docs say of them, and their tests stay in step."""

import re
from pathlib import Path

from digest.preflight import CHECKS

ROOT = Path(__file__).parents[2]


def test_each_check_has_its_line_in_the_docs() -> None:
    lines = (ROOT / "docs/preflight.md").read_text(encoding="utf-8").splitlines()
    rows = [re.match(r"\| `([\w-]+)` \| (\w+) \| \S", line) for line in lines]

    assert [row.groups() for row in rows if row] == [
        (check.code, check.level.value) for check in CHECKS
    ]


def test_each_check_has_a_test_that_names_it_or_what_it_says() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8")
        for path in Path(__file__).parent.glob("test_*.py")
        if path.name != Path(__file__).name
    )
    # The oldest are known by their words: tests/digest/test_preflight.py.
    by_words = {
        "hour-passed": "it comes out as soon as it is approved",
        "token": "links to a subscriber's own page",
        "masthead": "set the postal address in Publication",
        "title": "has no title.",
        "empty-text": "A text is empty.",
        "unsafe-address": "has an address that readers cannot be sent to",
        "mail-large": "KB",
        "mail-too-large": "KB",
        "links-unseen": "not looked at yet",
    }
    untested = [it.code for it in CHECKS if f'"{it.code}"' not in tests and it.code not in by_words]
    assert untested == []
    assert [code for code, words in by_words.items() if words not in tests] == []


def test_no_two_checks_share_a_name() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
