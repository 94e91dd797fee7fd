"""The shelves in the admin: their order by buttons, and an address that may change."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from digest import shelving
from digest.admin.person import editor
from publication.access import NotAllowedError
from publication.models import Section
from toolbox.naming import NamedFormSet

STEPS = {"up": -1, "down": 1}


class SectionForm(forms.ModelForm[Section]):
    """What a shelf is, at an address that leads to no other."""

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        try:
            shelving.check_free(slug, former=self.initial.get("slug", ""))
        except shelving.AddressTakenError as error:
            raise forms.ValidationError(str(error)) from error
        return slug


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin[Section]):
    """The shelves, in the order a new issue takes them."""

    form = SectionForm
    list_display = ["title", "kind", "order", "active"]
    list_editable = ["active"]
    fields = ["title", "slug", "kind", "active"]
    prepopulated_fields = {"slug": ["title"]}

    class Media:
        css = {"all": ["newsdesk/slots.css"]}

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.shift))
        where = path("<int:pk>/<str:way>/", view, name="publication_section_shift")
        return [*super().get_urls()[:-1], where, *super().get_urls()[-1:]]

    @admin.display(description="Order")
    def order(self, section: Section) -> str:
        """One place up or down, in the list's own form."""
        return render_to_string("admin/publication/section/order.html", {"section": section})

    def shift(self, request: HttpRequest, pk: int, way: str) -> HttpResponse:
        """Move a shelf by one place."""
        section = get_object_or_404(Section, pk=pk)
        try:
            if not shelving.shift(section, STEPS.get(way, 0), by=editor(request)):
                messages.info(request, f"{section} is at the end already.")
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error
        return redirect("admin:publication_section_changelist")

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=NamedFormSet, **kwargs)

    def save_model(self, request: HttpRequest, obj: Section, form: Any, change: Any) -> None:
        """A new one goes last; one with a new address takes all that ran along."""
        if not change:
            obj.position = shelving.last_position()
        super().save_model(request, obj, form, change)
        if change and "slug" in form.changed_data:
            former = form.initial["slug"]
            count = shelving.moved(obj, former, by=editor(request))
            messages.info(
                request, f"/sections/{former}/ leads on to /sections/{obj.slug}/ ({count} items)."
            )
