from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConfigConfig(AppConfig):
    """The wiring of the rooms, and the commands that cross them."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the checks)
        from config.roles import sync_roles

        post_migrate.connect(sync_roles, dispatch_uid="config.roles")
