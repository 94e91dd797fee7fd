"""Addresses that people send: whole ones are taken, the others refused in words."""

import pytest

from curation.addressing import AddressRefusedError, public_address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.com/a", "https://example.com/a"),
        ("  example.com/x y \n", "https://example.com/x%20y"),
        ("example.com:8000/x", "https://example.com:8000/x"),
        ("http://8.8.8.8/", "http://8.8.8.8/"),
        ("https://www.日本.jp/ü", "https://www.xn--wgv71a.jp/%C3%BC"),
    ],
)
def test_what_a_person_types_becomes_a_whole_address(text: str, address: str) -> None:
    assert public_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,hi",
        "ftp://x.org",
        "mailto:a@b.c",
    ],
)
def test_other_schemes_are_refused(text: str) -> None:
    with pytest.raises(AddressRefusedError, match="Only http and https"):
        public_address(text)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "10.0.0.1",
        "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[fd00::1]",
        "localhost", "localhost.", "intra.localhost", "printer.local", "db.internal",
        "①②⑦.⓪.⓪.①", "224.0.0.1", "nas.home.arpa",
    ],
)  # fmt: skip
def test_a_private_host_is_refused_in_any_spelling(host: str) -> None:
    with pytest.raises(AddressRefusedError, match="private"):
        public_address(f"http://{host}/")


@pytest.mark.parametrize(
    "text",
    [
        "", "hello world", "http://", "http:example.com", "//example.com/x", "http://intranet/",
        "http://a..b/", "http://exa mple.com/", "http://%6cocalhost/", "http://example.com:0/",
        "java\nscript:alert(1)", "http://[broken", "https://example.com/" + "a" * 2000,
        "https://me:secret@example.com/",
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(AddressRefusedError, match=r"\.$"):
        public_address(text)
