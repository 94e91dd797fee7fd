"""What can be done at the desk beside saving the form: draft, insert, preview, approve, publish.

Each view calls one verb and tells the person what came of it.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_POST

from curation.models import Link
from digest import approval, assembly, desk, errata, publishing, revisions
from digest.admin.correcting import correct
from digest.admin.import_view import import_issues
from digest.admin.person import editor
from digest.admin.preflight import let_pass, look, preflight, take_back
from digest.admin.preview import output, preview
from digest.admin.publish_form import PublishForm
from digest.admin.trial import trial
from digest.errors import IssueError
from digest.fitting import PlacementError, home
from digest.guards import check_seen
from digest.models import Issue, IssueSection, RenderedIssue
from digest.signals import readers_asked
from publication.access import NotAllowedError

if TYPE_CHECKING:
    from digest.admin.issue import IssueAdmin

IssueView = Callable[..., HttpResponse]


def desk_urls(site: "IssueAdmin") -> list[URLPattern]:
    """The addresses of the desk, each behind the admin's login."""
    guarded = site.admin_site.admin_view
    on_one = {
        "insert": insert,
        "preview": preview,
        "approve": approve,
        "reopen": reopen,
        "publish": publish,
        "recall": recall,
        "correct": correct,
        "erratum": erratum,
        "restore": restore,
        "preflight": preflight,
        "look": look,
        "let_pass": let_pass,
        "take_back": take_back,
    }
    return [
        path("draft/", guarded(draft), name="digest_issue_draft"),
        path("import/", guarded(_on_all(site, import_issues)), name="digest_issue_import"),
        *(
            path(f"<int:pk>/{name}/", guarded(_of(site, view)), name=f"digest_issue_{name}")
            for name, view in on_one.items()
        ),
        path(
            "<int:pk>/preview/<str:part>/", guarded(_of(site, output)), name="digest_issue_output"
        ),
        path(
            "<int:pk>/trial/<str:part>/",
            guarded(_of(site, partial(trial, desk=site))),
            name="digest_issue_trial",
        ),
    ]


@require_POST
def draft(request: HttpRequest) -> HttpResponse:
    """The next issue in one click; a second click leads to the same draft."""
    try:
        issue = assembly.draft(by=editor(request), now=timezone.now())
    except assembly.DraftExistsError as error:
        messages.info(request, str(error))
        issue = error.issue
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    return redirect("admin:digest_issue_change", issue.pk)


@require_POST
def insert(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Without JavaScript: set a link of the shortlist at the end of a section."""

    def place() -> None:
        asked = request.POST.get("link", "")
        sections = {section.key: section for section in issue.sections.all()}
        section = sections.get(request.POST.get("section", ""))
        if ":" in asked:
            placed, section = _repeat(request, issue, asked, section)
        else:
            placed, section = _place(request, asked, section, list(sections.values()))
        messages.success(request, f"“{placed}” now stands in {section}.")
        if issue.state == Issue.State.READY:
            messages.warning(request, approval.undone(recalled=issue.publish_at is not None))

    _try(request, place)
    return redirect("admin:digest_issue_change", issue.pk)


def _place(
    request: HttpRequest, asked: str, section: IssueSection | None, sections: list[IssueSection]
) -> tuple[object, IssueSection]:
    link = get_object_or_404(Link, pk=asked if asked.isdecimal() else 0)
    section = section or home(link, sections)
    if section is None:
        raise PlacementError("This issue has no section that takes links: add one first.")
    assembly.place(link, section, by=editor(request))
    return link, section


def _repeat(
    request: HttpRequest, issue: Issue, asked: str, section: IssueSection | None
) -> tuple[object, IssueSection]:
    block = desk.named(asked, issue)
    if block is None:
        raise Http404
    sections = list(issue.sections.all())
    theirs = IssueSection.objects.filter(pk=block.region.rpartition("_")[2]).first()
    key = desk.home_of_copy(block, theirs, sections) if theirs else ""
    section = section or next((it for it in sections if it.key == key), None)
    if section is None:
        raise PlacementError(f"This issue has no section that “{block}” may stand in.")
    assembly.repeat(block, section, by=editor(request))
    return block, section


@require_POST
def erratum(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Tell what was corrected in an earlier issue to those who had it by mail."""
    asked = request.POST.get("correction", "")
    corrections = RenderedIssue.objects.corrections()
    correction = get_object_or_404(corrections, pk=asked if asked.isdecimal() else 0)

    def take() -> None:
        block = errata.take(correction, issue, by=editor(request))
        messages.success(request, f"“{block}” now stands in this issue: read it through.")
        if issue.state == Issue.State.READY:
            messages.warning(request, approval.undone(recalled=issue.publish_at is not None))

    _try(request, take)
    return redirect("admin:digest_issue_change", issue.pk)


@require_POST
def approve(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Freeze what the person has just seen; what has changed since is not it."""
    late = issue.publish_at and issue.publish_at <= timezone.now()

    def freeze() -> None:
        with transaction.atomic():
            Issue.objects.select_for_update().get(pk=issue.pk)
            check_seen(issue, request.POST.get("seen", ""))
            approval.approve(issue, by=editor(request))
        out = " Its hour has passed: it comes out now." if late else ""
        messages.success(
            request, f"#{issue.number} is approved. What you see is what goes out.{out}"
        )

    _try(request, freeze)
    return redirect("admin:digest_issue_preview", issue.pk)


@require_POST
def reopen(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Take an approval back."""

    def take_back() -> None:
        undone = approval.reopen(issue, by=editor(request))
        if undone:
            messages.success(request, undone)

    _try(request, take_back)
    return redirect("admin:digest_issue_change", issue.pk)


@require_POST
def restore(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Make the issue what it was after one of its saves."""
    number = request.POST.get("revision", "")
    revision = get_object_or_404(issue.revisions, pk=number if number.isdecimal() else 0)

    def have_back() -> None:
        undone = revisions.restore(revision, by=editor(request))
        when = date_format(timezone.localtime(revision.at), "j F, H:i")
        messages.success(request, f"#{issue.number} is again what it was on {when}.")
        if undone:
            messages.warning(request, undone)

    _try(request, have_back)
    return redirect("admin:digest_issue_change", issue.pk)


def publish(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Ask when to publish and when to mail; then do it, or leave it to the clock."""
    if not request.user.has_perm("digest.publish_issue"):
        raise PermissionDenied
    now = timezone.now()
    answers: list[tuple[Any, Any]] = readers_asked.send(sender=Issue)
    audience = sum(number for _, number in answers)
    data = request.POST if request.method == "POST" else None
    form = PublishForm(data, now=now, audience=audience)
    if not form.is_valid():
        approved = issue.rendered.order_by("revision").last()
        context |= {"form": form, "title": f"Publish issue #{issue.number}", "subtitle": None}
        context |= {"subject": approved.subject if approved else issue.subject or issue.title}
        return TemplateResponse(request, "admin/digest/issue/publish.html", context)
    publish_at, mail_at = form.cleaned_data["publish_at"], form.cleaned_data["mail_at"]

    def let_out() -> None:
        if publish_at:
            publishing.schedule(issue, by=editor(request), publish_at=publish_at, mail_at=mail_at)
            messages.success(request, f"#{issue.number} will come out by itself.")
        else:
            publishing.publish(issue, by=editor(request), now=now, mail_at=mail_at)
            messages.success(request, f"#{issue.number} is out.")

    _try(request, let_out)
    return redirect("admin:digest_issue_preview", issue.pk)


@require_POST
def recall(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """Take back the hour at which the clock would publish."""
    _try(request, lambda: publishing.schedule(issue, by=editor(request), publish_at=None))
    return redirect("admin:digest_issue_preview", issue.pk)


def _of(site: "IssueAdmin", view: IssueView) -> Callable[..., HttpResponse]:
    """`view` with its issue looked up, for people who may see issues at all."""

    def on_issue(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
        if not site.has_view_or_change_permission(request):
            raise PermissionDenied
        issue = get_object_or_404(Issue, pk=pk)
        context = {
            **site.admin_site.each_context(request),
            "opts": site.opts,
            "issue": issue,
            "is_nav_sidebar_enabled": False,
        }
        return view(request, issue, context, **kwargs)

    return on_issue


def _on_all(site: "IssueAdmin", view: IssueView) -> Callable[..., HttpResponse]:
    """`view` with what the pages of the admin need."""

    def on_all(request: HttpRequest) -> HttpResponse:
        return view(request, {**site.admin_site.each_context(request), "opts": site.opts})

    return on_all


def _try(request: HttpRequest, deed: Callable[[], object]) -> None:
    """Do it, and tell the person when a rule says no."""
    try:
        deed()
    except (IssueError, NotAllowedError) as error:
        messages.error(request, str(error))
