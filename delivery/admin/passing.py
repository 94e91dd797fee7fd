"""What makes mail pass: the records to set, and what a test mail showed. Reads, changes nothing."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from delivery import compliance
from delivery.admin.person import MAY_SEND
from delivery.message import NoWayOutError, sender_of
from digest.models import RenderedIssue
from publication.masthead import current


class SourceForm(forms.Form):
    """Gives `source`, the text of a mail that arrived."""

    source = forms.CharField(
        label="Source of a test mail",
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="In the mail program: “Show original” or “View source”. It is not stored.",
    )


def show(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page."""
    if not request.user.has_perm(MAY_SEND):
        raise PermissionDenied
    form = SourceForm(request.POST if request.method == "POST" else None)
    pasted = form.cleaned_data["source"].encode() if form.is_valid() else b""
    context |= {
        "title": "What makes mail pass",
        "sender": sender_of(current()),
        "form": form,
        "pasted": bool(pasted),
        **_records(),
        **(_examined(pasted) if pasted else _sample()),
    }
    return TemplateResponse(request, "admin/delivery/passing.html", context)


def _records() -> dict[str, Any]:
    try:
        return {"records": compliance.records()}
    except (OSError, ValueError) as error:
        return {"problem": f"MAIL_DKIM_KEY cannot be used: {error}"}


def _sample() -> dict[str, Any]:
    """The latest mail that was approved, as it would leave."""
    latest = RenderedIssue.objects.select_related("issue").order_by("-pk").first()
    if latest is None:
        return {}
    try:
        return {"issue": latest.issue, **_examined(compliance.sample(latest))}
    except (NoWayOutError, OSError, ValueError) as error:
        return {"issue": latest.issue, "problem": str(error)}


def _examined(source: bytes) -> dict[str, Any]:
    return {"findings": compliance.examine(source)}
