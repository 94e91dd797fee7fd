from django.apps import AppConfig


class ToolboxConfig(AppConfig):
    """Tools without tables. An app only so that its template tags are found."""

    name = "toolbox"
