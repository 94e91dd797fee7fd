from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DigestConfig(AppConfig):
    """What we say: issues, their blocks, and what became of them in print."""

    name = "digest"

    def ready(self) -> None:
        from digest import (
            checks,  # noqa: F401  (registers the checks)
            searching,
        )

        # Django's own hook for what is no model, as it makes its permissions.
        post_migrate.connect(searching.INDEX.install, sender=self)
