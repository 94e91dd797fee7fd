from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Sending it, once to each."""

    name = "delivery"

    def ready(self) -> None:
        from delivery import hooks, listeners  # noqa: F401  (registers them)

        hooks.connect()
