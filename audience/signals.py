"""The facts this room tells the others. It does not know who listens."""

from outbox.signals import ReliableSignal

# Sent with `subscriber_id`. Somebody asked at a form; a confirmation is owed.
subscription_requested = ReliableSignal("subscription_requested")
# Sent with `subscriber_id`. They clicked: from now on they are mailed.
subscriber_confirmed = ReliableSignal("subscriber_confirmed")
