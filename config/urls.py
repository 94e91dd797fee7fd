"""Every address of the site, room by room. What lives under the admin stands before it."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("healthz", views.healthz),
    path("metrics", views.metrics),
    path("", include("config.setup.urls")),
    path("admin/", include("config.second_factor.urls")),
    path("admin/password/", include("config.setup.password_urls")),
    path("admin/week/", admin.site.admin_view(views.glance), name="week"),
    path("admin/queue/", include("curation.queue_urls")),
    path("admin/capture/", include("curation.capture_urls")),
    path("admin/", admin.site.urls),
    path("hooks/", include("config.hook_urls")),
    path("", include("publication.urls")),
    path("", include("curation.urls")),
    path("", include("audience.urls")),
    path("", include("digest.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("mailbox/", include("config.mailbox_urls")))
