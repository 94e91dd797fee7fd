"""The queue under the admin: for the staff, and of them for who may sort."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.urls import path

from curation import queue_link_views, queue_views
from curation.queue import PERMISSION

app_name = "queue"


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return admin.site.admin_view(permission_required(PERMISSION, raise_exception=True)(view))


urlpatterns = [
    path("", _door(queue_views.queue), name="queue"),
    path("undo/", _door(queue_views.undo), name="undo"),
    path("changes/", _door(queue_views.changed), name="changes"),
    path("several/", _door(queue_views.several), name="several"),
    path("<int:pk>/", _door(queue_link_views.link), name="link"),
    path("<slug:name>/", _door(queue_views.deed), name="deed"),
]
