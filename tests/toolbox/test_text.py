from toolbox.text import first_line, one_line, printable


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
