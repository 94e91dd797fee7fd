"""The masthead in the admin, with the mail beside it in the colours and words that are typed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST

from digest.admin.issue import EDITOR_CSP
from digest.errors import IssueError
from digest.models import Issue
from digest.rendering import render
from publication.masthead import current
from publication.models import Publication

NO_ISSUE = "There is no issue yet. Make a first draft: its mail stands here as it will look."
AS_TYPED = "The mail of #{number} as it would look, saved or not."


class PublicationForm(forms.ModelForm[Publication]):
    """The accent by the browser's own picker."""

    class Meta:
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}


@admin.register(Publication)
class PublicationAdmin(admin.ModelAdmin[Publication]):
    """One row: nothing to add, nothing to delete."""

    form = PublicationForm
    fieldsets = [
        (None, {"fields": ["name", "tagline", "about", "accent", "language"]}),
        (
            "Mail",
            {"fields": ["sender_name", "sender_email", "reply_to", "postal_address", "seed_list"]},
        ),
        ("Readers", {"fields": ["takes_links"]}),
        ("Rhythm", {"fields": ["publishing_day", "time_zone"]}),
    ]

    class Media:
        css = {"all": ["newsdesk/branding.css"]}
        js = [forms.Script("newsdesk/branding.js", type="module")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Publication | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.trial))
        return [path("trial/", view, name="publication_publication_trial"), *super().get_urls()]

    # The frame is drawn under the page's policy, and a mail styles itself.
    @method_decorator(csp_override(EDITOR_CSP))
    def changeform_view(self, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(*args, **kwargs)

    def trial(self, request: HttpRequest) -> HttpResponse:
        """The newest issue's mail with the form as it stands; a wrong field counts as stored."""
        publication = current()
        if not self.has_change_permission(request, publication):
            raise PermissionDenied
        form = self.get_form(request, publication, change=True)(request.POST, instance=publication)
        wrong = [f"{form[name].label}: {said[0]}" for name, said in form.errors.items()]
        _restore(publication, form.errors)
        html, said = _mail(publication)
        return JsonResponse({"html": html, "said": " ".join(wrong) or said, "wrong": bool(wrong)})


def _restore(publication: Publication, names: Iterable[str]) -> None:
    """What was refused as it is stored."""
    stored = current()
    for name in names:
        setattr(publication, name, getattr(stored, name))


def _mail(publication: Publication) -> tuple[str, str]:
    """The mail, and a word to it."""
    issue = Issue.objects.order_by("-number").first()
    if issue is None:
        return "", NO_ISSUE
    try:
        return render(issue, publication=publication).email_html, AS_TYPED.format(
            number=issue.number
        )
    except IssueError as error:
        return "", str(error)
