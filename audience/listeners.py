"""What this room does when it hears of a fact."""

from django.utils import timezone

from audience import account, confirmation
from audience.signals import (
    account_link_requested,
    confirmations_stopped,
    move_requested,
    subscription_requested,
)
from publication.telling import Notice, tell
from toolbox.urls import absolute_url


@subscription_requested.listen("audience.send_confirmation")
def send_confirmation(subscriber_id: int) -> None:
    """Ask the address whether it was them."""
    confirmation.send(subscriber_id, now=timezone.now())


@account_link_requested.listen("audience.send_account_link")
def send_account_link(subscriber_id: int) -> None:
    """Mail them the link to what only they may do."""
    account.send_link(subscriber_id, now=timezone.now())


@move_requested.listen("audience.send_move_question")
def send_move_question(subscriber_id: int) -> None:
    """Ask the new address whether it is theirs."""
    account.send_question(subscriber_id, now=timezone.now())


@confirmations_stopped.listen("audience.tell_stopped")
def tell_stopped(reason: str) -> None:
    """Tell those who can let it go on."""
    notice = Notice(
        subject="Confirmation mail has stopped",
        words=[
            f"{reason} It looks as if the sign-up form is being used to bother strangers.",
            "The form still answers. No confirmation mail leaves until you say whether those that "
            "wait are to be sent or thrown away.",
        ],
        act="Send or throw them away",
        page=absolute_url("admin:audience_subscriber_changelist"),
        why="Sent to those who look after the subscribers.",
    )
    tell("audience.change_subscriber", notice)
