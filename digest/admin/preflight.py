"""The pre-flight at the desk: all that was found, where to mend it, and who let what pass."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from digest import overrides, visiting
from digest.admin.person import editor
from digest.errors import IssueError
from digest.models import Issue, Visit
from digest.preflight import Report, inspect
from digest.tasks import visit_due
from publication.access import NotAllowedError
from toolbox.nudges import nudge


def panel(request: HttpRequest, issue: Issue, report: Report) -> dict[str, Any]:
    """What the panel's template shows of a report."""
    person = editor(request)
    urls = [url for url in visiting.addresses(issue) if visiting.is_visited(url)]
    visits = Visit.objects.filter(identity__in=[visiting.identity(url) for url in urls])
    looked = [visit for visit in visits if visit.looked_at]
    return {
        "report": report,
        "never": overrides.NEVER,
        "may_let_pass": issue.state != Issue.State.PUBLISHED
        and person.has_perm("digest.approve_issue"),
        "links": {
            "all": len(urls),
            "looked": len(looked),
            "waiting": sum(visit.due_at is not None for visit in visits),
            "since": min((visit.looked_at for visit in looked if visit.looked_at), default=None),
        },
    }


@require_GET
def preflight(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or only the panel for a page that shows it beside something."""
    context |= panel(request, issue, inspect(issue))
    context["title"] = f"Pre-flight of issue #{issue.number}"
    name = "preflight_panel" if "panel" in request.GET else "preflight"
    return TemplateResponse(request, f"admin/digest/issue/{name}.html", context)


@require_POST
def look(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Have the links looked at; a worker does it."""
    count = visiting.ask(issue, now=timezone.now(), older_than=visiting.AGAIN)
    if count:
        nudge(visit_due)
        looked = f"{count} link{'s are' if count > 1 else ' is'} being looked at."
        messages.info(request, f"{looked} Open this page again in a moment.")
    else:
        messages.info(request, "Every link was looked at just now.")
    return _back(issue)


@require_POST
def let_pass(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Let one blocker pass, with the reason typed."""
    key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
    now = timezone.now()
    return _try(
        request,
        issue,
        lambda: overrides.let_pass(issue, key, reason=reason, by=editor(request), now=now),
        "Let pass. Your name and your reason are kept with the issue.",
    )


@require_POST
def take_back(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Let it stop the approval again."""
    key = request.POST.get("key", "")
    return _try(
        request,
        issue,
        lambda: overrides.take_back(issue, key, by=editor(request)),
        "Taken back: it stops the approval again.",
    )


def _try(request: HttpRequest, issue: Issue, deed: Callable[[], object], done: str) -> HttpResponse:
    try:
        deed()
    except (IssueError, NotAllowedError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return _back(issue)


def _back(issue: Issue) -> HttpResponse:
    return redirect("admin:digest_issue_preflight", issue.pk)
