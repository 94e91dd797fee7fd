"""Correcting what is out: choose the item, mend its words, say what was wrong."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import modelform_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override

from digest import tree
from digest.admin.person import editor
from digest.correcting import LONGEST, SHORTEST, Correction, correctable
from digest.correcting import correct as correct_item
from digest.errors import IssueError
from digest.guards import edit_token
from digest.models import Block, Issue

# prose-editor adds a style element.
EDITOR_CSP: dict[str, Any] = {
    **settings.SECURE_CSP,
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
}


class NoteForm(forms.Form):
    """What readers are told of a correction, and where."""

    note = forms.CharField(
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"class": "vLargeTextField"}),
        label="What was wrong",
        help_text="Readers see it with today’s date: “The deadline was wrong: it is 3 December.”",
    )
    erratum = forms.BooleanField(
        required=False,
        initial=True,
        label="Offer it to the next issue",
        help_text="Those who had the issue by mail have the old words.",
    )
    withdrawn = forms.BooleanField(
        required=False,
        label="Take the item off the web and out of the feeds",
    )
    seen = forms.CharField(widget=forms.HiddenInput)


@csp_override(EDITOR_CSP)
def correct(request: HttpRequest, issue: Issue, context: dict[str, Any]) -> HttpResponse:
    """First which item, then its words as they should read."""
    if not editor(request).has_perm("digest.publish_issue"):
        raise PermissionDenied
    if issue.state != Issue.State.PUBLISHED:
        messages.info(request, f"#{issue.number} is not out yet: edit it here.")
        return redirect("admin:digest_issue_change", issue.pk)
    context |= {"title": f"Correct issue #{issue.number}", "subtitle": None}
    asked = request.GET.get("item", "")
    if not asked:
        context |= {
            "sections": tree.read(issue).sections,
            "corrections": issue.rendered.corrections(),
        }
        return TemplateResponse(request, "admin/digest/issue/correct.html", context)
    return _one(request, issue, _item(issue, asked), context)


def _one(request: HttpRequest, issue: Issue, block: Block, context: dict[str, Any]) -> HttpResponse:
    posted = request.POST if request.method == "POST" else None
    form = modelform_factory(type(block), fields=correctable(type(block)), labels={"url": "URL"})
    words = form(posted, instance=block)
    note = NoteForm(posted, initial={"seen": edit_token(issue)}, prefix="correction")
    if words.is_valid() and note.is_valid() and _done(request, issue, words, note):
        return redirect("admin:digest_issue_correct", issue.pk)
    context |= {"item": block, "words": words, "note": note, "media": words.media}
    return TemplateResponse(request, "admin/digest/issue/correct_item.html", context)


def _done(request: HttpRequest, issue: Issue, words: Any, note: NoteForm) -> bool:
    told = note.cleaned_data
    correction = Correction(
        uid=words.instance.uid,
        note=told["note"],
        values=words.cleaned_data,
        withdrawn=told["withdrawn"],
        erratum=told["erratum"],
    )
    try:
        correct_item(issue, correction, by=editor(request), seen=told["seen"])
    except IssueError as error:
        note.add_error(None, str(error))
        return False
    messages.success(request, "Corrected: the page and the feeds say so. The mail is as it went.")
    return True


def _item(issue: Issue, asked: str) -> Block:
    try:
        uid = UUID(asked)
    except ValueError as error:
        raise Http404 from error
    found = (item.block for item in tree.read(issue).items)
    block = next((block for block in found if block.uid == uid), None)
    if block is None:
        raise Http404
    return block
