"""Rules as sentences: written, tried out on the last links, put in order, applied to what waits."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from curation import queue_page, ruling
from curation.models import Rule
from curation.models.rule import listed
from publication.models import Section
from toolbox.naming import NamedFormSet

# Of the links that applying would change, so many are shown before.
SHOWN = 100


class RuleForm(forms.ModelForm[Rule]):
    """Says what is missing from the sentence where it was typed."""

    class Meta:
        model = Rule
        fields: Iterable[str] = [
            "feed", "words", "address", "tags",
            "section", "kind", "source_label", "hide", "active",
        ]  # fmt: skip
        help_texts = {
            "words": "Any of these, with commas between: hiring, we are looking for. A star leaves"
            " the word open: hir* is also “hired” and “hiring”.",
            "address": "A host with all below it, or a part of it: example.com, example.com/jobs,"
            " github.com/*/releases, /careers.",
            "tags": "Any of these, as the feed has them, with commas between.",
            "source_label": "What stands as the source below the link.",
            "hide": "Kept and shown among the hidden links, but never in the queue.",
            "active": "Off: kept, but not followed.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "section" in self.fields:
            section = cast("forms.ModelChoiceField[Any]", self.fields["section"])
            section.queryset = queue_page.sections()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for name in {"words", "address", "tags"} & cleaned.keys():
            for word in listed(cleaned[name]):
                if not any(letter.isalnum() for letter in word):
                    self.add_error(name, f"“{word}” would fit everything: write a word beside it.")
        if "hide" in cleaned and not any(
            cleaned.get(name) for name in ("section", "kind", "source_label", "hide")
        ):
            raise forms.ValidationError(
                "Say what to do with these links, or the rule does nothing."
            )
        return cleaned


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin[Rule]):
    """What is done by itself to a link that comes in. The order counts."""

    form = RuleForm
    nothing_yet = (
        "No rules yet. A rule does to each new link what you would do every time: suggests a"
        " section, names its source, hides what never fits. It is tried out before it is saved."
    )
    list_display = ["sentence", "position", "active"]
    list_editable = ["position", "active"]
    list_select_related = ["feed", "section"]
    # There may be thousands.
    autocomplete_fields = ["feed"]
    fieldsets = [
        ("When a link comes in", {"fields": ["feed", "words", "address", "tags"],
         "description": "What you fill in must all hold."}),
        ("Then", {"fields": ["section", "kind", "source_label", "hide"]}),
        (None, {"fields": ["active"]}),
    ]  # fmt: skip

    class Media:
        css = {"all": ["newsdesk/rules.css"]}

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any) -> URLPattern:
            return path(
                f"{route}/", self.admin_site.admin_view(view), name=f"curation_rule_{route}"
            )

        return [own("preview", self.preview), own("apply", self.apply), *super().get_urls()]

    def get_changelist_formset(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_formset(request, formset=NamedFormSet, **kwargs)

    def save_model(self, request: HttpRequest, obj: Rule, form: Any, change: Any) -> None:
        ruling.save(obj, by=_person(request))

    def delete_model(self, request: HttpRequest, obj: Rule) -> None:
        ruling.delete(Rule.objects.filter(pk=obj.pk), by=_person(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Rule]) -> None:
        ruling.delete(queryset, by=_person(request))

    def response_post_save_add(self, request: HttpRequest, obj: Rule) -> HttpResponseRedirect:
        self._offer_to_apply(request)
        return super().response_post_save_add(request, obj)

    def response_post_save_change(self, request: HttpRequest, obj: Rule) -> HttpResponseRedirect:
        self._offer_to_apply(request)
        return super().response_post_save_change(request, obj)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What the rule that is being written would have done, before it is saved."""
        if not (self.has_add_permission(request) or self.has_change_permission(request)):
            raise PermissionDenied
        pk = request.POST.get("rule", "")
        rule = Rule.objects.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 16 else None
        form = RuleForm(request.POST, instance=rule)
        context = self.admin_site.each_context(request) | {
            "title": "What this rule would have touched",
            "opts": self.opts,
            "form": form,
            "back": reverse("admin:curation_rule_change", args=[rule.pk])
            if rule
            else reverse("admin:curation_rule_add"),
            "sent": [(name, request.POST[name]) for name in form.fields if name in request.POST],
            "looked_at": ruling.LATEST,
        }
        if form.is_valid():
            rule = form.save(commit=False)
            context |= {"rule": rule, "touched": ruling.preview(rule)}
        return render(request, "admin/curation/rule/preview.html", context)

    def apply(self, request: HttpRequest) -> HttpResponse:
        """Follow the rules for what waits already; first what that would change."""
        if not self.has_change_permission(request) or not request.user.has_perm(ruling.SORT):
            raise PermissionDenied
        if request.method == "POST":
            changed = ruling.apply(by=_person(request), now=timezone.now())
            messages.success(
                request, f"{_links(changed)} changed. Undo in the queue takes each back."
            )
            return redirect("admin:curation_rule_changelist")
        pending, sections = ruling.pending(timezone.now()), Section.objects.in_bulk()
        context = self.admin_site.each_context(request) | {
            "title": "Apply the rules to what waits",
            "opts": self.opts,
            "count": _links(len(pending)),
            "pending": [(link, ruling.told(values, sections)) for link, values in pending[:SHOWN]],
            "more": len(pending) > SHOWN,
        }
        return render(request, "admin/curation/rule/apply.html", context)

    def _offer_to_apply(self, request: HttpRequest) -> None:
        pending = len(ruling.pending(timezone.now()))
        if pending:
            page = reverse("admin:curation_rule_apply")
            words = format_html(
                'It holds for what comes in. <a href="{}">Apply the rules to {} waiting</a>.',
                page,
                _links(pending),
            )
            messages.info(request, words)


def _links(number: int) -> str:
    return "1 link" if number == 1 else f"{number} links"


def _person(request: HttpRequest) -> User:
    """Who is at the door: the admin lets nobody in without a name."""
    return cast("User", request.user)
