from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Sending it, once to each."""

    name = "delivery"
