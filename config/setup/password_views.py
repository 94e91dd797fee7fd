"""Passwords forgotten or never chosen: Django's own pages, with our sender and our address."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView, PasswordResetView
from django.core.mail import mailers
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from config.second_factor import factor, halfway
from config.setup.people import password_link
from publication.access import KNOWS, record
from publication.letters import letter
from publication.models import AuditEntry
from publication.telling import Notice

logger = logging.getLogger("newsdesk.setup")

VERB = "forgot the password"
PAUSE = timedelta(minutes=10)


class ForgottenForm(PasswordResetForm):
    """Mails one person once in a while: a form that anybody can send must not fill a mailbox.

    The mail leads to our own site and never to the host that was asked for: whoever asks could name
    their own.
    """

    def get_users(self, email: str) -> Iterator[User]:
        lately = AuditEntry.objects.filter(verb=VERB, at__gt=timezone.now() - PAUSE)
        for person in super().get_users(email):
            if not lately.filter(subject=str(person)).exists():
                record(None, VERB, str(person))
                yield person

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Django's own, with the look of our other mails. As there, what keeps it from leaving is
        for the log: the page tells nobody who has an account."""
        *_, context, _sender, to = args
        person = context["user"]
        try:
            mailers.default.send_messages([letter("notice", to, notice=_way_in(person))])
        except Exception:
            logger.exception("The way to a new password was not mailed to account %s", person.pk)


def _way_in(person: User) -> Notice:
    return Notice(
        subject=f"A new password for {person}",
        words=["Somebody asked for a new password for this account."],
        act="Choose a password",
        page=password_link(person),
        why="If it was not you, let it lie: the old one stays, and the link ends in three days.",
    )


class ForgottenView(PasswordResetView):
    """A link to a new password."""

    form_class = ForgottenForm


@method_decorator(never_cache, name="dispatch")
class ChooseView(PasswordResetConfirmView):
    """A new password, and in with it where nothing else is asked for."""

    post_reset_login_backend = KNOWS

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        asks = factor.is_on(form.user)
        self.post_reset_login = not asks
        done = super().form_valid(form)
        if not asks:
            return done
        halfway.remember(self.request, form.user, timezone.now())
        return redirect("second_factor_code")

    def get_success_url(self) -> str:
        return reverse("admin:index")
