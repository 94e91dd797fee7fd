from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CurationConfig(AppConfig):
    """What came in: feeds, entries, and the links an editor sorts."""

    name = "curation"

    def ready(self) -> None:
        from curation import checks, listeners, searching  # noqa: F401  (registers them)

        # Django's own hook for what is no model, as it makes its permissions.
        post_migrate.connect(searching.INDEX.install, sender=self)
