"""Addresses of others, as strangers write them: what may be linked to, and what can be mailed."""

from urllib.parse import urlsplit

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

LONGEST = 254  # RFC 5321: a path of 256 octets less its angle brackets.
_validate = EmailValidator(allowlist=[])


class AddressError(ValueError):
    """This is no address we can mail; the message says why, for the person who typed it."""


def followable(url: str) -> str:
    """`url` if a browser may follow it to the web, else empty: no `javascript:`, no `data:`."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def host(url: str) -> str:
    """The host of `url` as people say it; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def normalise(email: str) -> str:
    """One address as we store and send it: the domain in punycode and lower case.

    Raises AddressError, before anything unsendable can reach a header or an envelope.
    """
    email = email.strip()
    if not email.isprintable() or " " in email:
        raise AddressError("An address has no spaces or line breaks in it.")
    if email.count("@") != 1 or any(mark in email for mark in ',;<>"'):
        raise AddressError("Write one address, such as you@example.com.")
    local, domain = email.split("@")
    if not local.isascii():
        raise AddressError("The part before the @ may only hold plain letters, digits and signs.")
    address = f"{local}@{_domain(domain)}"
    if len(address) > LONGEST or len(local) > 64:
        raise AddressError("This address is longer than mail allows.")
    try:
        _validate(address)
    except ValidationError as error:
        raise AddressError("This does not look like an address: you@example.com does.") from error
    return address


def several(text: str) -> list[str]:
    """The addresses in a text, one a line or behind commas, each once. Raises AddressError."""
    found: dict[str, None] = {}
    for word in text.replace(",", " ").split():
        try:
            found[normalise(word)] = None
        except AddressError as error:
            raise AddressError(f"“{word}”: {error}") from error
    return list(found)


def _domain(domain: str) -> str:
    """A domain name in ASCII. IDNA 2008: Python's own codec sends straße.de to strasse.de."""
    domain = domain.removesuffix(".").lower()
    if "." not in domain or domain.startswith("[") or domain.rsplit(".", 1)[1].isdigit():
        raise AddressError("After the @ comes a domain name, such as example.com.")
    try:
        return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressError(f"{domain} is not a domain name.") from error
