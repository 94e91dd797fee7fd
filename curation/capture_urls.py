"""Bringing links, under the admin: for the staff, and of them for who may sort."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.urls import path

from curation import capture_views
from curation.deeds import PERMISSION

app_name = "capture"


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return admin.site.admin_view(permission_required(PERMISSION, raise_exception=True)(view))


urlpatterns = [
    path("", _door(capture_views.capture), name="capture"),
    path("kept/<int:pk>/", _door(capture_views.kept), name="kept"),
    path("bookmarklet/", _door(capture_views.bookmarklet), name="bookmarklet"),
    path("paste/", _door(capture_views.paste), name="paste"),
    path("paste/back/", _door(capture_views.take_back), name="take_back"),
]
