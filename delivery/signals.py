"""The facts this room tells."""

from outbox.signals import ReliableSignal

# Sent with `mailing_id` and `reason`. The machine held a mailing back; a person must look.
mailing_held = ReliableSignal("mailing_held")
# Sent with `reason`. This install no longer knows that it is the one that sends.
sending_stopped = ReliableSignal("sending_stopped")
