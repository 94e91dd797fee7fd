"""Past issues by hand: pasted or chosen as files, looked over, and taken into the archive."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from digest import past
from digest.admin.person import editor
from digest.errors import IssueError
from digest.importing import import_issue
from digest.past import PastIssue

LARGEST = 2 * 1024 * 1024  # bytes: a hundred times a long issue
MOST = 500


class Files(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """A list of files; Django's own field takes one."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(ManyFilesField, self).clean(one, initial) for one in data or []]


class ImportForm(forms.Form):
    """Files, or one issue pasted. Gives `issues`, oldest first."""

    attached = ManyFilesField(required=False, label="Files")
    text = forms.CharField(
        required=False,
        label="or one issue, pasted",
        widget=forms.Textarea(attrs={"rows": 12}),
        strip=False,
    )

    def clean(self) -> dict[str, Any] | None:
        texts = [(file.name or "?", _text(file)) for file in self.cleaned_data.get("attached", [])]
        pasted = self.cleaned_data.get("text", "")
        if pasted.strip():
            texts.append(("What was pasted", pasted))
        if not texts:
            raise ValidationError("Choose a file, or paste the text of an issue.")
        if len(texts) > MOST:
            raise ValidationError(f"At most {MOST} at a time.")
        self.cleaned_data["issues"] = sorted(
            (_read(name, text) for name, text in texts), key=lambda issue: issue.date
        )
        return super().clean()


def import_issues(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Each issue stands or is refused by itself; what seems lost is told."""
    if not editor(request).has_perm("digest.publish_issue"):
        raise PermissionDenied
    posted = request.method == "POST"
    form = ImportForm(request.POST, request.FILES) if posted else ImportForm()
    if not form.is_valid():
        context |= {"form": form, "title": "Import past issues", "subtitle": None}
        return TemplateResponse(request, "admin/digest/issue/import.html", context)
    for told in form.cleaned_data["issues"]:
        _take(request, told)
    return redirect("admin:digest_issue_changelist")


def _take(request: HttpRequest, told: PastIssue) -> None:
    try:
        issue = import_issue(told, by=editor(request), now=timezone.now())
    except IssueError as error:
        messages.error(request, f"“{told.title}” was not imported: {error}")
        return
    count, sections = len(told.blocks), len(told.sections)
    messages.success(request, f"{issue} of {issue.date}: {count} items in {sections} sections.")
    for flag in told.flags:
        messages.warning(request, f"#{issue.number}: {flag}")


def _text(file: UploadedFile) -> str:
    if (file.size or 0) > LARGEST:
        raise ValidationError(f"{file.name} is larger than 2 MB: that is no issue.")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(f"{file.name} is no text in UTF-8.") from error


def _read(name: str, text: str) -> PastIssue:
    try:
        return past.read(text)
    except IssueError as error:
        raise ValidationError(f"{name}: {error}") from error
