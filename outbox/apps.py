from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Facts on their way: reliable signals."""

    name = "outbox"
