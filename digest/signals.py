"""The facts this room tells the others. It does not know who listens."""

from outbox.signals import ReliableSignal

# Sent with `issue_id`, `number` and the `revision` that went public. Whether it is mailed, and
# when, stands on the issue.
issue_published = ReliableSignal("issue_published")
