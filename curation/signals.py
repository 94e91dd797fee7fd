"""The facts this room tells. It does not know who listens."""

from outbox.signals import ReliableSignal

# Sent with `feeds` (their pks) and `at` (ISO 8601). They ail, and the editors are owed one mail.
feeds_ail = ReliableSignal("feeds_ail")
