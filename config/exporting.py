"""The archive as files: what any web server or CDN can serve, as the site itself answers it.

What needs a server (search, sign-up, the planet) stays where the site is: the files lead there.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import default_storage
from django.core.handlers.base import BaseHandler
from django.http import Http404, HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.defaults import page_not_found

from digest import listing, shelving
from digest.models import Issue, PublishedItem

Tell = Callable[[int, int], None]

# Pages that answer without being asked anything.
ALONE = [
    "archive:home", "archive:issue_list", "archive:rss", "archive:atom", "archive:json",
    "archive:sitemap", "archive:robots", "publication:about", "publication:look",
    "publication:icon",
]  # fmt: skip
FORMS = ("rss", "atom", "json")
# What a file cannot answer.
LIVE = [
    "archive:search", "audience:subscribe", "planet:planet", "planet:atom", "planet:opml",
    "planet:submit",
]  # fmt: skip
_LINKED = re.compile(r'(?:href|src)="([^"]+)"')
_PICTURE = re.compile(r"/media/(issues/[0-9a-f]{32}\.(?:jpg|png))")


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
    for former, now in shelving.former_slugs().items():
        exporting.moved(former, now)
    missing = page_not_found(exporting.request("/"), Http404()).content.decode()
    exporting.write("/404.html", exporting.settled(missing).encode())
    return len(waiting)


class _Export:
    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.static, self.pictures = set[str](), set[str]()
        self.live = re.compile(f'(href|action)="({"|".join(map(reverse, LIVE))})"')
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def page(self, path: str) -> list[str]:
        """Write the page at `path`; answers the paths of those that go on from it."""
        body = self.answer(path)
        if not path.endswith("/"):
            self.write(path, body)
            return []
        text, start = self.settled(body.decode()), path.partition("after/")[0]
        site = re.escape(settings.SITE_URL)
        # Addresses of this list: where it goes on, and its own name for search engines.
        lists = re.compile(rf'"((?:{site})?)(?:{start})?\?after=([^"&]+)"')
        pages = {f"{start}after/{unquote(key)}/" for _, key in lists.findall(text)}
        text = lists.sub(lambda to: f'"{to[1]}{start}after/{unquote(to[2])}/"', text)
        self.write(f"{path}index.html", text.encode())
        return sorted(pages - {path})

    def settled(self, text: str) -> str:
        """A page with the addresses that files can keep; what it shows is noted."""
        self.static |= {ref for ref in _LINKED.findall(text) if ref.startswith(settings.STATIC_URL)}
        self.pictures |= set(_PICTURE.findall(text))
        return self.live.sub(rf'\1="{settings.SITE_URL}\2"', text)

    def moved(self, former: str, now: str) -> None:
        """A section's former address leads on, as well as files can."""
        page = reverse("archive:section", args=[now])
        leading = render_to_string("archive/moved.html", {"address": page})
        self.write(f"{reverse('archive:section', args=[former])}index.html", leading.encode())
        for form in FORMS:
            feed, old = (reverse(f"archive:section_{form}", args=[slug]) for slug in (now, former))
            self.write(old, self.answer(feed))

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
        """The style sheets and pictures that pages name, from where the site serves them."""
        for name in self.pictures:
            if not default_storage.exists(name):
                raise ExportError(f"The picture media/{name} is not there: bring it back.")
            with default_storage.open(name) as file:
                self.write(f"/media/{name}", file.read())
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
        *(reverse(f"archive:section_{form}", args=[slug]) for slug in shelves for form in FORMS),
        *(reverse("archive:source", args=[domain]) for domain in domains),
    ]
