"""The archive as files: what any web server or CDN can serve, as the site itself answers it."""

import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.handlers.base import BaseHandler
from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.views.defaults import page_not_found

from digest import listing
from digest.models import Issue, PublishedItem

Tell = Callable[[int, int], None]

# Pages that answer without being asked anything; what needs a server (search, sign-up) is left.
ALONE = [
    "archive:home", "archive:issue_list", "archive:rss", "archive:atom", "archive:json",
    "archive:sitemap", "archive:robots", "publication:about", "publication:look",
    "publication:icon",
]  # fmt: skip
_LINKED = re.compile(r'(?:href|src)="([^"]+)"')
_ONWARD = re.compile(r'href="\?after=([^"]+)"')


class ExportError(Exception):
    """The archive cannot be written; the message says why."""


def export(folder: Path, tell: Tell | None = None) -> int:
    """Write every public page below `folder`, and answer how many.

    Files of ours are overwritten, others left alone. `tell` hears how many of how many pages are
    done. Raises ExportError.
    """
    exporting = _Export(folder)
    waiting = _paths()
    for done, path in enumerate(waiting, start=1):
        # A long list goes on on a page of its own, which is written next.
        waiting += exporting.page(path)
        if tell:
            tell(done, len(waiting))
    exporting.assets()
    exporting.write("/404.html", page_not_found(exporting.request("/"), Http404()).content)
    return len(waiting)


class _Export:
    def __init__(self, folder: Path) -> None:
        self.folder, self.static = folder.resolve(), set[str]()
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def page(self, path: str) -> list[str]:
        """Write the page at `path`; answers the paths of those that go on from it."""
        body = self.answer(path)
        if not path.endswith("/"):
            self.write(path, body)
            return []
        text, start = body.decode(), path.partition("after/")[0]
        self.static |= {ref for ref in _LINKED.findall(text) if ref.startswith(settings.STATIC_URL)}
        onward = [f"{start}after/{unquote(key)}/" for key in _ONWARD.findall(text)]
        text = _ONWARD.sub(lambda key: f'href="{start}after/{unquote(key[1])}/"', text)
        self.write(f"{path}index.html", text.encode())
        return onward

    def answer(self, path: str) -> bytes:
        """What the site answers there, by the way of every request."""
        response = self.handler.get_response(self.request(path))
        if response.status_code != HTTPStatus.OK:
            raise ExportError(f"{path} answers {response.status_code}.")
        return bytes(getattr(response, "content", b""))

    def request(self, path: str) -> HttpRequest:
        """As from a reader at the public address."""
        start, _, key = path.partition("after/")
        site = urlsplit(settings.SITE_URL)
        request = HttpRequest()
        request.method, request.path, request.path_info = "GET", start, start
        request.META = {
            "HTTP_HOST": site.netloc,
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "QUERY_STRING": urlencode({"after": key.rstrip("/")}) if key else "",
        }
        request.GET = QueryDict(request.META["QUERY_STRING"])
        return request

    def assets(self) -> None:
        """The style sheets that pages name, from where the site serves them."""
        for address in self.static:
            name = address.removeprefix(settings.STATIC_URL)
            if found := finders.find(name):
                self.write(address, Path(str(found)).read_bytes())
            else:
                with staticfiles_storage.open(name) as file:
                    self.write(address, file.read())

    def write(self, path: str, body: bytes) -> None:
        file = (self.folder / unquote(path).lstrip("/")).resolve()
        if ".." in Path(unquote(path)).parts or not file.is_relative_to(self.folder):
            raise ExportError(f"{path} is no name for a file.")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        except OSError as error:
            raise ExportError(f"{file} cannot be written: {error.strerror}.") from error


def _paths() -> list[str]:
    numbers = Issue.objects.published().values_list("number", flat=True)
    shelves = [shelf.slug for shelf in listing.shelves()]
    sources = PublishedItem.objects.on_pages().exclude(domain="").order_by("domain")
    domains = sources.values_list("domain", flat=True).distinct()
    return [
        *map(reverse, ALONE),
        *(reverse("archive:issue", args=[number]) for number in numbers),
        *(reverse("archive:card", args=[number]) for number in numbers),
        *(reverse("archive:section", args=[slug]) for slug in shelves),
        *(reverse("archive:section_atom", args=[slug]) for slug in shelves),
        *(reverse("archive:source", args=[domain]) for domain in domains),
    ]
