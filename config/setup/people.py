"""Accounts for those who make the newsletter, each in a role; the password is theirs to choose."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from config.roles import ROLES
from config.setup.letters import send
from publication.access import NotAllowedError, record
from publication.masthead import current
from publication.telling import Notice
from toolbox.smtp import Answer
from toolbox.text import one_line
from toolbox.urls import absolute_url

OWNER = "Owner"
CHOICES = [
    ("Contributor", "Contributor: brings and sorts links"),
    ("Editor", "Editor: makes the issues, and approves them"),
    ("Publisher", "Publisher: also publishes, mails, and looks after subscribers"),
    (OWNER, "Owner: may do everything, this page included"),
]


class AccountError(Exception):
    """The account cannot be made; the message says why."""


@dataclass(frozen=True)
class Invitation:
    """An account without a password, the address to set one at, and what became of the mail."""

    person: User
    link: str
    answer: Answer


def invite(username: str, email: str, role: str, *, by: User) -> Invitation:
    """Make the account and mail its owner a link. Raises AccountError, NotAllowedError.

    The link is answered too: where mail does not work yet it is handed over by other means.
    """
    if not by.is_superuser:
        raise NotAllowedError("Only an owner makes accounts.")
    person = _account(username, email, role, by=by)
    link = password_link(person)
    name = one_line(current().name)
    notice = Notice(
        subject=f"Your account at {name}",
        words=[f"{by} has made an account for you: {username}, as {role.lower()}."],
        act="Choose your password",
        page=link,
        why="The link is good for three days.",
    )
    return Invitation(person, link, send(email, notice))


def password_link(person: User) -> str:
    """Where this person sets a password, once, within PASSWORD_RESET_TIMEOUT."""
    who = urlsafe_base64_encode(force_bytes(person.pk))
    return absolute_url("password_reset_confirm", who, default_token_generator.make_token(person))


@transaction.atomic
def _account(username: str, email: str, role: str, *, by: User) -> User:
    if User.objects.filter(username__iexact=username).exists():
        raise AccountError(f"There is an account “{username}” already.")
    if role != OWNER and role not in ROLES:
        raise AccountError(f"There is no role “{role}”.")
    person = User(username=username, email=email, is_staff=True, is_superuser=role == OWNER)
    person.set_unusable_password()
    person.save()
    if role != OWNER:
        person.groups.add(Group.objects.get(name=role))
    record(by, "invited", username, role=role)
    return person
