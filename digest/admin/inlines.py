"""One inline for the sections, one for every block type: made from the registry, none by hand."""

from collections.abc import Set as AbstractSet
from typing import Any

from content_editor.admin import ContentEditorInline
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from digest.admin.days import DAYS
from digest.admin.forms import BlockForm, BlockFormSet, ImageForm, SectionFormSet
from digest.guards import may_stand
from digest.models import BLOCKS, Block, ImageBlock, Issue, IssueSection

SWITCHES = ("in_email", "in_web", "in_feeds")
HIDDEN = ("region", "ordering", "link")


class WithTheIssue:
    """Whoever may edit the issue may edit what it is made of: one permission, not nine."""

    def has_add_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        return request.user.has_perm("digest.change_issue")

    has_change_permission = has_delete_permission = has_view_permission = has_add_permission


class SectionInline(WithTheIssue, admin.TabularInline[IssueSection, Issue]):
    """The issue's own sections: rename, re-order, hide, add one just for this issue."""

    model = IssueSection
    formset = SectionFormSet
    extra = 0
    fields = ["title", "kind", "position", "intro", "hidden"]
    verbose_name_plural = "sections of this issue"


class BlockInline(WithTheIssue, ContentEditorInline):
    """What all types of block have in common on the desk."""

    form = BlockForm
    exclude = ["link"]  # The form sets it, as a number.
    formset = BlockFormSet
    formfield_overrides = DAYS
    template = "admin/digest/issue/blocks.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Block]:
        """With their links: each block says whether its own has changed since."""
        blocks: QuerySet[Block] = super().get_queryset(request).select_related("link")
        return blocks

    def regions(self, all_regions: AbstractSet[str]) -> set[str]:
        """The sections whose kind takes this type."""
        return {key for key in all_regions if may_stand(self.model, key)}


def block_inline(model: type[Block]) -> type[BlockInline]:
    """The inline of one block type: heading first, then words, its own fields, the switches."""
    own = model.own_fields()
    rows = [(*model.headline, "url"), "blurb", tuple(field.name for field in own), SWITCHES, HIDDEN]
    references = [field.name for field in own if isinstance(field, models.ForeignKey)]
    options: dict[str, Any] = {
        "fieldsets": [(None, {"fields": [row for row in rows if row]})],
        "autocomplete_fields": references,
        "icon": model.icon,
        "form": ImageForm if model is ImageBlock else BlockForm,
    }
    inline: type[BlockInline] = BlockInline.create(model, **options)
    return inline


BLOCK_INLINES = [block_inline(model) for model in BLOCKS]
