"""The facts this room tells the others. It does not know who listens."""

from outbox.signals import ReliableSignal

# Sent with `subscriber_id`. Somebody asked at a form; a confirmation is owed.
subscription_requested = ReliableSignal("subscription_requested")
# Sent with `reason`. Too many asked and too few confirmed: confirmation mail has stopped.
confirmations_stopped = ReliableSignal("confirmations_stopped")
# Sent with `subscriber_id`. They want to move, see or erase what we hold: a fresh link is owed.
account_link_requested = ReliableSignal("account_link_requested")
# Sent with `subscriber_id`. They want to move: their new address is owed a question.
move_requested = ReliableSignal("move_requested")
# Sent with `subscriber_id`. They clicked: from now on they are mailed.
subscriber_confirmed = ReliableSignal("subscriber_confirmed")
