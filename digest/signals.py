"""The facts this room tells the others. It does not know who listens."""

from django.dispatch import Signal

from outbox.signals import ReliableSignal

# Sent with `issue_id`, `number` and the `revision` that went public. Whether it is mailed, and
# when, stands on the issue.
issue_published = ReliableSignal("issue_published")

# A question, not a fact: how many people would have an issue in the mail at present? Whoever
# mails answers with a number.
readers_asked = Signal()
