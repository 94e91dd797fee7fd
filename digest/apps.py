from django.apps import AppConfig


class DigestConfig(AppConfig):
    """What we say: issues, their blocks, and what became of them in print."""

    name = "digest"

    def ready(self) -> None:
        from digest import checks  # noqa: F401  (registers the checks)
