"""The log-in in two steps, and the page of the second one. Stands before the admin's own."""

from django.contrib import admin
from django.urls import path

from config.second_factor import login_views, views

own = admin.site.admin_view
urlpatterns = [
    path("login/", login_views.AdminLoginView.as_view(), name="login"),
    path("login/code/", login_views.CodeView.as_view(), name="second_factor_code"),
    path("second-factor/", own(views.manage), name="second_factor"),
    path("second-factor/begin/", own(views.begin), name="second_factor_begin"),
    path("second-factor/on/", own(views.turn_on), name="second_factor_on"),
]
