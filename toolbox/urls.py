"""Addresses of our own site."""

from typing import Any

from django.conf import settings
from django.urls import reverse


def absolute(path: str) -> str:
    """The public address of a path on this site, for mails, feeds and canonical links."""
    return f"{settings.SITE_URL}{path}"


def absolute_url(view: str, *args: Any) -> str:
    """The public address of a view."""
    return absolute(reverse(view, args=args))
