"""Passwords forgotten or never chosen: Django's own pages, with our sender and our address."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from config.setup import letters
from publication.access import record
from publication.masthead import current
from publication.models import AuditEntry

VERB = "forgot the password"
PAUSE = timedelta(minutes=10)
BACKEND = "django.contrib.auth.backends.ModelBackend"


class ForgottenForm(PasswordResetForm):
    """Mails one person once in a while: a form that anybody can send must not fill a mailbox."""

    def get_users(self, email: str) -> Iterator[User]:
        lately = AuditEntry.objects.filter(verb=VERB, at__gt=timezone.now() - PAUSE)
        for person in super().get_users(email):
            if not lately.filter(subject=str(person)).exists():
                record(None, VERB, str(person))
                yield person


class ForgottenView(PasswordResetView):
    """A link to a new password, from the publication's own address and to its own site."""

    form_class = ForgottenForm

    def form_valid(self, form: Any) -> HttpResponse:
        self.from_email = letters.from_header()
        # Never the host that was asked for: whoever asks could name their own.
        scheme, _, domain = settings.SITE_URL.partition("://")
        named = {"site_name": current().name, "domain": domain, "protocol": scheme}
        self.extra_email_context = named
        return super().form_valid(form)


@method_decorator(never_cache, name="dispatch")
class ChooseView(PasswordResetConfirmView):
    """A new password, and in with it."""

    post_reset_login = True
    post_reset_login_backend = BACKEND

    def get_success_url(self) -> str:
        return reverse("admin:index")
