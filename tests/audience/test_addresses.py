"""One address is written in one way, and recognised again however it is spelt."""

import pytest
from django.conf import LazySettings

from audience.addresses import address_key
from toolbox.addresses import AddressError, normalise


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  ada@example.com\n", "ada@example.com"),
        ("Ada.Lovelace+news@EXAMPLE.Com", "Ada.Lovelace+news@example.com"),
        ("ada@example.com.", "ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@straße.example", "ada@xn--strae-oqa.example"),
        ("o'brien@example.com", "o'brien@example.com"),
    ],
)
def test_it_writes_an_address_in_one_way(typed: str, kept: str) -> None:
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example.com\r\nBcc: all@example.com",
        "ada\x00@example.com",
        "ada\u2028@example.com",
        "ada lovelace@example.com",
        "ada@example.com, bob@example.com",
        "ada@example.com bob@example.com",
        "ada@bob@example.com",
        "Ada <ada@example.com>",
        '"ada"@example.com',
        "ada@[127.0.0.1]",
        "ada@[IPv6:::1]",
        "ada@127.0.0.1",
        "ada@10.0.0.10",
        "ada@localhost",
        "ada@example..com",
        "ada@-example.com",
        "ada@exam_ple.com",
        "ada@xn--a.example.com..",
        "ada@bücher..example",
        "ädä@example.com",
        f"{'a' * 65}@example.com",
        f"ada@{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 63}.com",
        f"ada@{'ü' * 63}.example",
    ],
)
def test_it_refuses_what_cannot_be_mailed(typed: str) -> None:
    with pytest.raises(AddressError) as refused:
        normalise(typed)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize("other", ["ADA@example.com", "Ada@Example.COM.", " ada@example.com"])
def test_it_knows_one_person_however_they_spell_it(other: str) -> None:
    assert address_key(other) == address_key("ada@example.com")


def test_it_tells_two_people_apart() -> None:
    assert address_key("ada@example.com") != address_key("bob@example.com")


def test_the_key_depends_on_the_secret_and_hides_the_address(settings: LazySettings) -> None:
    before = address_key("ada@example.com")
    settings.ADDRESS_KEY = "another key"
    assert address_key("ada@example.com") != before
    assert len(before) == 64
    assert "ada" not in before
