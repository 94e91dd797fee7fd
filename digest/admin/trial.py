"""The form of the desk as it stands, unsaved: bound and checked as a save would, never stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from digest import tree
from digest.admin.forms import BlockFormSet, SectionFormSet, is_kept
from digest.admin.preview import PARTS, drawn
from digest.models import Block, Issue, IssueSection
from digest.preflight import LARGE_MAIL, LARGEST_MAIL, Level, Report, inspect
from digest.rendering import Rendering

if TYPE_CHECKING:
    from digest.admin.issue import IssueAdmin


@dataclass(frozen=True)
class Note:
    """Something to say of what is typed; `row` is the form's row it is about ("" for none)."""

    level: str
    text: str
    row: str = ""


@dataclass(frozen=True)
class Trial:
    """What a save would store, as instances."""

    issue: Issue
    sections: list[IssueSection]
    blocks: dict[str, Block]  # by the prefix of their row
    complaints: list[Note]

    def report(self) -> Report:
        """The pre-flight of it."""
        return inspect(self.issue, tree.plant(self.issue, self.sections, self.blocks.values()))

    def notes(self, report: Report) -> list[Note]:
        """What stops a save, and what the pre-flight found, each at its row."""
        rows: dict[UUID, str] = {block.uid: row for row, block in self.blocks.items()}
        found = [
            Note(finding.level, finding.text, rows.get(finding.uid, "") if finding.uid else "")
            for finding in report.findings
        ]
        return self.complaints + found


@require_POST
def trial(
    request: HttpRequest, issue: Issue, context: dict[str, Any], desk: "IssueAdmin", part: str
) -> HttpResponse:
    """One output of what is typed, its size, and what is to be said of it."""
    if part not in PARTS:
        raise Http404
    if not desk.has_change_permission(request, issue):
        raise PermissionDenied
    tried = bind(desk, request, issue)
    report = tried.report()
    shown = report.rendering
    answer = {
        "html": _page(request, tried.issue, shown, part) if shown else "",
        "subject": shown.subject if shown else "",
        "size": len(shown.email_html.encode()) if shown else 0,
        "large": LARGE_MAIL,
        "largest": LARGEST_MAIL,
        "notes": [vars(note) for note in tried.notes(report)],
    }
    return JsonResponse(answer)


def _page(request: HttpRequest, issue: Issue, shown: Rendering, part: str) -> str:
    """What goes into the frame: plain text too, as a page that shows it as it is."""
    page = drawn(request, issue, shown, part)
    if part != "text":
        return page
    context = {"issue": issue, "text": page}
    return render_to_string("admin/digest/issue/text.html", context, request)


def bind(desk: "IssueAdmin", request: HttpRequest, issue: Issue) -> Trial:
    """Read the posted form as a save would. What cannot be read keeps its stored value."""
    form = desk.get_form(request, issue, change=True)(request.POST, instance=issue)
    complaints = list(_complaints(form, "")) if not form.is_valid() else []
    sections: list[IssueSection] = []
    blocks: dict[str, Block] = {}
    for made, inline in desk.get_formsets_with_inlines(request, issue):
        prefix = made.get_default_prefix()
        # As the admin asks, which copies all that was posted for each type of block.
        rows = inline.get_queryset(request)
        formset = made(request.POST, request.FILES, issue, prefix=prefix, queryset=rows)
        if not formset.is_valid():
            complaints += [Note(Level.BLOCKER, str(text)) for text in formset.non_form_errors()]
        for row in filter(is_kept, formset.forms):
            complaints += _complaints(row, row.prefix)
            if isinstance(formset, BlockFormSet):
                blocks[row.prefix] = row.instance
            elif isinstance(formset, SectionFormSet):
                sections.append(row.instance)
    sections.sort(key=lambda section: (section.position, section.pk or float("inf")))
    return Trial(form.instance, sections, blocks, complaints)


def _complaints(form: Any, row: str) -> Iterator[Note]:
    for name, errors in form.errors.items():
        label = f"{form.fields[name].label}: " if name in form.fields else ""
        yield from (Note(Level.BLOCKER, f"{label}{error}", row) for error in errors)
