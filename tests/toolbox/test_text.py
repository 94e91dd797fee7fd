import random
import unicodedata

import pytest

from toolbox import text
from toolbox.text import first_line, one_line, printable, rare, storable

# Of every kind that is looked for, and of what stands around it.
LETTERS = (
    "aZ 9~\t\n\r\v\f\0\x08\x1f\x7f\x80\x9f\xa0\xad\xe9\u0301\u0323\u200b\u202e\u2066\u4e2d"
    "\ud800\ufeff\ufffe\U0001f3f4\U000e0067\U000e007f\U0001f195"
)


def test_it_drops_what_a_database_or_xml_refuses() -> None:
    assert printable("a\x00b\x08c\ud800d\ufffee\n") == "abcde\n"


def test_it_drops_what_makes_text_read_otherwise_than_it_is() -> None:
    assert printable("file\u202etxt.exe\u2066x\u2069") == "filetxt.exex"


def test_it_puts_text_on_one_line_composed() -> None:
    assert one_line(" Cafe\u0301 \u00a0\n au\tlait ") == "Café au lait"


def test_it_cuts_long_text_with_an_ellipsis() -> None:
    assert one_line("a" * 20, 10) == "a" * 9 + "…"
    assert one_line("a" * 10, 10) == "a" * 10


def test_an_error_is_told_in_one_line() -> None:
    assert first_line(ValueError("refused\n\tIs the server running?")) == "refused"
    assert first_line(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize("seed", range(200))
def test_looking_at_the_rare_letters_alone_changes_no_answer(seed: int) -> None:
    dice = random.Random(seed)
    said = "".join(dice.choice(LETTERS) * dice.randint(1, 5) for _ in range(dice.randint(1, 60)))
    assert storable(said) == text._NOT_XML.sub("", said)
    assert printable(said) == text._UNPRINTABLE.sub("", said)
    seen = text._PILE.sub(r"\1", text._UNSEEN.sub("", text._UNPRINTABLE.sub("", said)))
    assert one_line(said) == " ".join(unicodedata.normalize("NFC", seen).split())


def test_rare_letters_keep_their_order_and_their_neighbours() -> None:
    assert rare("plain\ttext\r\n") == ""
    assert rare("wäre „schön“ hier\x0b") == "ä „ ö “ \x01"
