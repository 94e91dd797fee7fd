"""Addresses of others, as strangers write them: what may be linked to, and what people call it."""

from urllib.parse import urlsplit


def followable(url: str) -> str:
    """`url` if a browser may follow it to the web, else empty: no `javascript:`, no `data:`."""
    return url if url.lower().startswith(("http://", "https://")) else ""


def host(url: str) -> str:
    """The host of `url` as people say it; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
