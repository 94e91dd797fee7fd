from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The wiring of the rooms, and the commands that cross them."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the checks)
