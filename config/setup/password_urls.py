"""Passwords forgotten or never chosen, under the names Django's own pages look for."""

from django.contrib.auth.views import PasswordResetDoneView
from django.urls import path

from config.setup.password_views import ChooseView, ForgottenView

urlpatterns = [
    path("forgotten/", ForgottenView.as_view(), name="admin_password_reset"),
    path("forgotten/sent/", PasswordResetDoneView.as_view(), name="password_reset_done"),
    path("<uidb64>/<token>/", ChooseView.as_view(), name="password_reset_confirm"),
]
