"""The log-in in two steps, and the page of the second one. Stands before the admin's own."""

from django.contrib import admin
from django.urls import path

from config.second_factor import views

urlpatterns = [
    path("login/", views.AdminLoginView.as_view(), name="login"),
    path("login/code/", views.CodeView.as_view(), name="second_factor_code"),
    path("second-factor/", admin.site.admin_view(views.manage), name="second_factor"),
]
