from django.apps import AppConfig


class AudienceConfig(AppConfig):
    """Who asked: subscribers, their consent, and who must not be mailed again."""

    name = "audience"

    def ready(self) -> None:
        from audience import listeners  # noqa: F401  (registers them)
