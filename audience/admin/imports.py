"""Lists of subscribers: upload, read the count, say yes."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from audience import importing
from audience.admin.subscribers import person
from audience.models import Import
from audience.tables import TableError
from audience.taking import LABELS
from audience.tasks import take_in_lists
from toolbox.nudges import nudge
from toolbox.readonly import ReadOnlyAdmin


class ListForm(forms.Form):
    """One file."""

    file = forms.FileField(
        label="CSV file",
        help_text="Our own export, Buttondown's, one of Mailchimp's, or any table with a column "
        "“email”. Up to 50 MB.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    """A list is counted first; nothing is changed before somebody says so."""

    nothing_yet = "No list was imported yet. Import a list stands on the page of subscribers."
    list_display = ["name", "state", "uploaded_at", "by", "finished_at"]

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"audience_import_{name}")

        return [
            own("add/", self.upload, "add"),
            own("<int:pk>/change/", self.show, "change"),
            own("<int:pk>/decide/", self.decide, "decide"),
            *super().get_urls(),
        ]

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take the file; a worker counts it."""
        self._require(request)
        form = ListForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                job = importing.upload(
                    file.name, file.chunks(), by=person(request), now=timezone.now()
                )
            except TableError as error:
                form.add_error("file", str(error))
            else:
                nudge(take_in_lists)
                return redirect("admin:audience_import_change", job.pk)
        return self._page(request, "upload", form=form, title="Import subscribers")

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far it is, what came of it, and the button."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        job = get_object_or_404(Import.objects.defer("content"), pk=pk)
        figures = [(label, job.counts[label]) for label in LABELS if job.counts.get(label)]
        return self._page(request, "import", job=job, figures=figures, title=f"Import of {job}")

    def decide(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take it in, or throw it away."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        self._require(request)
        job, who = get_object_or_404(Import.objects.defer("content"), pk=pk), person(request)
        if request.POST.get("do") == "drop":
            done = importing.drop(job, by=who, now=timezone.now())
        else:
            done = importing.accept(job, by=who)
            nudge(take_in_lists)
        if not done:
            messages.warning(request, "Somebody has decided this already.")
        return redirect("admin:audience_import_change", pk)

    def _require(self, request: HttpRequest) -> None:
        if not request.user.has_perm(importing.PERMISSION):
            raise PermissionDenied

    def _page(self, request: HttpRequest, name: str, **context: Any) -> HttpResponse:
        page = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return render(request, f"admin/audience/import/{name}.html", page)
