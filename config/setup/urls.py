"""The first run: the door for who may claim an install, and behind the admin's login the steps."""

from django.contrib import admin
from django.urls import path

from config.setup import views

app_name = "setup"
urlpatterns = [
    path("setup/<str:token>/", views.claim, name="claim"),
    path("admin/setup/", admin.site.admin_view(views.start), name="start"),
    path("admin/setup/<slug:slug>/", admin.site.admin_view(views.step), name="step"),
]
