"""Who gave the right password in this browser and still owes a code. Nobody is logged in by it."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

KEY = "second_factor"
LASTS = timedelta(minutes=10)


def remember(request: HttpRequest, person: User, now: datetime) -> None:
    """Let this browser type the code, under a session that nobody else can know."""
    request.session.cycle_key()
    request.session[KEY] = [person.pk, person.get_session_auth_hash(), now.timestamp()]


def who(request: HttpRequest, now: datetime) -> User | None:
    """Who may type it; None when it took too long, or the password or the account changed."""
    pk, password, since = request.session.get(KEY, [0, "", 0.0])
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or now.timestamp() - since > LASTS.total_seconds():
        return None
    same = constant_time_compare(password, person.get_session_auth_hash())
    return person if same else None


def forget(request: HttpRequest) -> None:
    """It is typed."""
    request.session.pop(KEY, None)
