"""Django's two ways to delete, led to the one verb that discards an issue."""

from collections.abc import Iterable
from typing import Any

from content_editor.admin import ContentEditor
from django.contrib import admin, messages
from django.contrib.admin.actions import delete_selected
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from digest import editing
from digest.admin.person import editor
from digest.errors import IssueError
from digest.models import BLOCKS, Issue, RenderedIssue


class Discarding(ContentEditor):
    """What never came out goes with all that was made of it; what did is refused in words."""

    actions = ["delete_selected"]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            if object_id.isdecimal():
                editing.check_discardable(Issue.objects.filter(pk=object_id))
            return super().delete_view(request, object_id, extra_context)
        except IssueError as error:
            messages.error(request, str(error))
            return redirect("admin:digest_issue_changelist")

    @admin.action(description="Discard the chosen issues", permissions=["delete"])
    def delete_selected(
        self, request: HttpRequest, queryset: QuerySet[Issue]
    ) -> HttpResponse | None:
        """Django's own, with its question, but all of them or none."""
        try:
            with transaction.atomic():
                editing.check_discardable(queryset)
                return delete_selected(self, request, queryset)
        except IssueError as error:
            messages.error(request, str(error))
            return None

    def get_deleted_objects(self, objs: Iterable[Issue], request: HttpRequest) -> Any:
        """What goes along, counted: Django would refuse an issue that was ever approved."""
        issues = list(objs)
        items = sum(model.objects.filter(parent__in=issues).count() for model in BLOCKS)
        approved = RenderedIssue.objects.filter(issue__in=issues).count()
        counts = {"issues": len(issues), "items": items, "approved versions": approved}
        return [str(issue) for issue in issues], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Issue) -> None:
        editing.discard(obj, by=editor(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Issue]) -> None:
        for issue in queryset:
            editing.discard(issue, by=editor(request))
