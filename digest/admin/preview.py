"""The preview: each output as it will be, at an address of its own and shut off from the admin."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from digest.admin.person import editor
from digest.admin.preflight import panel
from digest.guards import edit_token
from digest.models import Issue, RenderedIssue
from digest.preflight import LARGE_MAIL, LARGEST_MAIL, inspect
from digest.rendering import RenderError, Rendering, render

PARTS = {"email": "E-mail", "text": "Plain text", "web": "Web page", "feed": "Feed"}
# The page in the frame runs nothing and reaches nothing of ours; a mail styles itself inline.
FRAME_CSP: Mapping[str, list[str]] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:", "data:"],
    "frame-ancestors": [CSP.SELF],
}


@require_GET
def preview(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """One output at a time, what the pre-flight says of a draft, and what can be done next."""
    person, part = editor(request), request.GET.get("part", "email")
    context |= {
        "title": f"Issue #{issue.number}: {issue.get_state_display().lower()}",
        "parts": PARTS,
        "part": part if part in PARTS else "email",
        "seen": edit_token(issue),
        "large": LARGE_MAIL,
        "largest": LARGEST_MAIL,
        "may_edit": issue.state != Issue.State.PUBLISHED and person.has_perm("digest.change_issue"),
        "may_approve": person.has_perm("digest.approve_issue"),
        "may_publish": person.has_perm("digest.publish_issue"),
    }
    frozen = _frozen(issue)
    report = None if frozen else inspect(issue)
    shown = frozen or (report.rendering if report else None)
    size = len(shown.email_html.encode()) if shown else 0
    context |= {"shown": shown, "size": size, "overrides": issue.overrides.all()}
    if report:
        context |= panel(request, issue, report)
    return TemplateResponse(request, "admin/digest/issue/preview.html", context)


@require_GET
@xframe_options_sameorigin
@csp_override(FRAME_CSP)
def output(request: HttpRequest, issue: Issue, context: dict[str, Any], part: str) -> HttpResponse:
    """One output, bare, for the preview's frame."""
    if part not in PARTS:
        raise Http404
    try:
        shown: Rendering | RenderedIssue = _frozen(issue) or render(issue)
    except RenderError as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=409)
    kind = "text/plain; charset=utf-8" if part == "text" else None
    return HttpResponse(drawn(request, issue, shown, part), content_type=kind)


def drawn(request: HttpRequest, issue: Issue, shown: Rendering | RenderedIssue, part: str) -> str:
    """One output as a whole page: the mail and the text as they are, the others in their frame."""
    match part:
        case "email":
            return shown.email_html
        case "text":
            return shown.email_text
        case "feed":
            context = {"issue": issue, "feed_body": shown.feed_body}
            return render_to_string("admin/digest/issue/feed.html", context, request)
        case _:
            context = {"issue": issue, "rendered": shown}
            context |= {"corrections": issue.rendered.corrections()}
            return render_to_string("archive/issue.html", context, request)


def _frozen(issue: Issue) -> RenderedIssue | None:
    """From approval on it is the artefact that is shown; a draft is rendered as it stands."""
    return None if issue.state == Issue.State.DRAFT else issue.rendered.first()
