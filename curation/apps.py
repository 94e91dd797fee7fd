from django.apps import AppConfig


class CurationConfig(AppConfig):
    """What came in: feeds, entries, and the links an editor sorts."""

    name = "curation"

    def ready(self) -> None:
        from curation import checks, listeners  # noqa: F401  (registers them)
