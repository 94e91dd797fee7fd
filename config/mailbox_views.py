"""What the local mailbox shows: the list, one mail, and its HTML in a frame that runs nothing."""

import re

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from toolbox import mailbox
from toolbox.mailbox import Letter, NoSuchMailError

PER_PAGE = 50
# A frame's `srcdoc` would inherit the page's own policy and lose every style of the mail.
MAIL_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:", "data:"],
    "frame-ancestors": [CSP.SELF],
    # Holds when the address is opened by itself, outside of the frame.
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
_NEW_TAB = '<base target="_blank">'


def box(request: HttpRequest) -> HttpResponse:
    """All mails, newest first."""
    page = Paginator(mailbox.names(), PER_PAGE).get_page(request.GET.get("page"))
    letters = [mailbox.read(name) for name in page]
    return render(request, "mailbox/box.html", {"page": page, "letters": letters})


def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as its reader sees it: the HTML in a frame, or the text when it has none."""
    letter = _letter(name)
    shown = "html" if letter.html is not None else "text"
    return render(request, "mailbox/mail.html", {"letter": letter, "shown": shown})


def text(request: HttpRequest, name: str) -> HttpResponse:
    """The plain text of one mail."""
    return render(request, "mailbox/mail.html", {"letter": _letter(name), "shown": "text"})


@xframe_options_sameorigin
@csp_override(MAIL_CSP)
def html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail, bare. Its links open in a new tab, since the frame has no bar."""
    body = _letter(name).html
    if body is None:
        raise Http404("This mail has no HTML.")
    head = _HEAD.search(body)
    at = head.end() if head else 0
    return HttpResponse(body[:at] + _NEW_TAB + body[at:])


def source(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as it came over the wire, to read."""
    return HttpResponse(_source(name), content_type="text/plain; charset=utf-8")


def download(request: HttpRequest, name: str) -> HttpResponse:
    """The mail as it came over the wire, to keep or to open in a mail program."""
    response = HttpResponse(_source(name), content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="{name}.eml"'
    return response


def _letter(name: str) -> Letter:
    try:
        return mailbox.read(name)
    except NoSuchMailError as error:
        raise Http404(str(error)) from error


def _source(name: str) -> bytes:
    try:
        return mailbox.source(name)
    except NoSuchMailError as error:
        raise Http404(str(error)) from error
