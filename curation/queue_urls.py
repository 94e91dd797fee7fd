"""The queue under the admin: for the staff, and of them for who may sort."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.urls import path

from curation import hidden_views, queue_views
from curation.queue import PERMISSION

app_name = "queue"


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return admin.site.admin_view(permission_required(PERMISSION, raise_exception=True)(view))


urlpatterns = [
    path("", _door(queue_views.queue), name="queue"),
    path("hidden/", _door(hidden_views.hidden), name="hidden"),
    path("undo/", _door(queue_views.undo), name="undo"),
    path("<slug:name>/", _door(queue_views.deed), name="deed"),
]
