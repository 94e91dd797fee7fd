from django.apps import AppConfig


class AudienceConfig(AppConfig):
    """Who asked: subscribers, their consent, and who must not be mailed again."""

    name = "audience"
