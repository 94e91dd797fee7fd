"""The issue's page: Django's admin with content-editor, and around it the rules of the desk."""

from contextlib import nullcontext
from functools import reduce
from operator import add
from typing import Any

from content_editor.admin import ContentEditor, auto_icon_colors
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Count, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.views.decorators.csp import csp_override
from js_asset import ImportMap, Media

from digest import assembly, desk, editing, errata, history
from digest.admin.conflict import both_sides
from digest.admin.days import DAYS
from digest.admin.discarding import Discarding
from digest.admin.forms import IssueForm
from digest.admin.inlines import BLOCK_INLINES, SectionInline
from digest.admin.person import editor
from digest.admin.preview import PARTS
from digest.admin.views import desk_urls
from digest.errors import IssueError
from digest.models import BLOCKS, Issue

SCRIPTS = ("desk", "preview", "keep", "preflight", "names")
# The scripts share newsdesk/rows; the import map leads to its hashed name.
DESK = Media(
    css={"all": ["newsdesk/preview.css", "newsdesk/preflight.css"]},
    js=[forms.Script(f"newsdesk/{name}.js", type="module") for name in SCRIPTS],
    importmap=ImportMap({"newsdesk/rows": "newsdesk/rows.js"}),
)
# content-editor and prose-editor each add a style element: allowed on this page only. The frame of
# the preview is drawn under the same policy, and a mail styles itself and shows others' images.
EDITOR_CSP: dict[str, Any] = {
    **settings.SECURE_CSP,
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "https:", "data:"],
}


@auto_icon_colors
@admin.register(Issue)
class IssueAdmin(Discarding):
    """The desk. Whoever may not edit an issue, or finds it published, is shown its preview."""

    form = IssueForm
    formfield_overrides = DAYS
    inlines = [*BLOCK_INLINES, SectionInline]
    nothing_yet = "No issues yet. A draft is made of the sections and of what is on the shortlist."
    list_display = ["number", "title", "date", "state", "items"]
    list_display_links = ["number", "title"]
    list_per_page = 50
    list_filter = ["state"]
    search_fields = ["number", "title"]
    view_on_site = False

    class Media:
        css = {"all": ["newsdesk/desk.css"]}

    def get_urls(self) -> list[URLPattern]:
        return [*desk_urls(self), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Issue]:
        counts = (Coalesce(Subquery(_count(model)), 0) for model in BLOCKS)
        return super().get_queryset(request).annotate(item_count=reduce(add, counts))

    @admin.display(ordering="item_count")
    def items(self, issue: Any) -> int:
        """How many blocks the issue holds."""
        return int(issue.item_count)

    # Who may do what

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return _open(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return _open(obj) and super().has_delete_permission(request, obj)

    # The form

    def get_fieldsets(self, request: HttpRequest, obj: Issue | None = None) -> Any:
        rows = [("number", "date", "title"), ("subject", "preheader"), "edit_token"]
        return [(None, {"fields": rows})]

    def get_readonly_fields(self, request: HttpRequest, obj: Issue | None = None) -> list[str]:
        return ["number"] if obj and obj.state != Issue.State.DRAFT else []

    def get_inlines(self, request: HttpRequest, obj: Issue | None) -> list[Any]:
        return list(self.inlines) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        suggested = {
            "number": assembly.next_number(),
            "date": assembly.next_date(timezone.now()),
        }
        return suggested | super().get_changeform_initial_data(request)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Issue | None:
        """While a form is saved the row is held: two would pass the token check side by side."""
        issue = super().get_object(request, object_id, from_field)
        if issue and request.method == "POST":
            return Issue.objects.select_for_update().get(pk=issue.pk)
        return issue

    @method_decorator(csp_override(EDITOR_CSP))
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As Django's, but a rule that says no after the form was valid is told, and undone."""
        adding = object_id is None and request.method == "POST"
        try:
            with assembly.one_at_a_time() if adding else nullcontext():
                return super().changeform_view(request, object_id, form_url, extra_context)
        except IssueError as error:
            messages.error(request, str(error))
            return redirect(request.path)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        issue = Issue.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        if issue and not self.has_change_permission(request, issue):
            if request.method == "POST":
                why = "you may only look at it" if _open(issue) else "it is published and locked"
                messages.error(request, f"#{issue.number} was not saved: {why}.")
            return redirect("admin:digest_issue_preview", issue.pk)
        return super().change_view(request, object_id, form_url, extra_context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Django's page, with what each save changed, and a way back to it."""
        issue = Issue.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        saves = list(history.with_changes(issue)) if issue else []
        may_restore = bool(issue) and self.has_change_permission(request, issue)
        context = {"saves": saves, "may_restore": may_restore, "is_nav_sidebar_enabled": False}
        return super().history_view(request, object_id, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        issue = kwargs.get("obj")
        if issue is None:  # Without blocks content-editor's script finds nothing to hold on to.
            return super(ContentEditor, self).render_change_form(request, context, **kwargs)
        sections = list(issue.sections.all())
        takers = desk.takers(sections)
        offers, earlier = desk.shortlist(issue, sections), desk.earlier(issue, sections)
        context |= {
            "title": f"Issue #{issue.number}: {issue.get_state_display().lower()}",
            "subtitle": None,
            "is_nav_sidebar_enabled": False,
            "show_save_and_add_another": False,
            "offers": offers,
            "earlier": earlier,
            "errata": errata.offered(),
            "conflict": self._conflict(request, context, issue.pk),
            "parts": PARTS,
            "open_sections": [section for section in sections if section.key in takers],
            "desk": {
                "issue": issue.pk,
                "bound": request.method == "POST",
                "takers": takers,
                "hidden": [section.key for section in sections if section.hidden],
                "offers": {offer["id"]: offer for offer in offers + earlier},
            },
        }
        response: Any = super().render_change_form(request, context, **kwargs)
        response.context_data["media"] += DESK
        return response

    def _conflict(self, request: HttpRequest, context: dict[str, Any], pk: int) -> Any:
        stale = getattr(context["adminform"].form, "stale", False)
        return both_sides(self, request, pk) if stale else None

    # Saving

    def save_model(self, request: HttpRequest, obj: Issue, form: Any, change: Any) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            assembly.add_sections(obj)
            history.keep(obj, by=editor(request))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Not content-editor's own: it copies whatever block it is told to, of any issue."""
        super(ContentEditor, self).save_related(request, form, formsets, change)
        edited = form.has_changed() or any(formset.has_changed() for formset in formsets)
        if form.clone:
            editing.clone(form.instance, form.clone, by=editor(request))
        if change and (edited or form.clone):
            self._settle(request, form)

    def _settle(self, request: HttpRequest, form: Any) -> None:
        former_number = form.initial.get("number")
        undone = editing.settle(form.instance, by=editor(request), former_number=former_number)
        if undone:
            messages.warning(request, undone)

    def response_add(self, request: HttpRequest, obj: Issue, *args: Any) -> HttpResponse:
        messages.success(request, f"#{obj.number} is ready to be filled.")
        return redirect("admin:digest_issue_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Issue) -> HttpResponse:
        if "_preview" in request.POST:
            return redirect("admin:digest_issue_preview", obj.pk)
        return super().response_change(request, obj)


def _open(issue: Issue | None) -> bool:
    return issue is None or issue.state != Issue.State.PUBLISHED


def _count(model: type[Model]) -> QuerySet[Any]:
    rows = model._default_manager.filter(parent=OuterRef("pk")).order_by()
    return rows.values("parent").annotate(n=Count("pk")).values("n")
