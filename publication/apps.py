from django.apps import AppConfig


class PublicationConfig(AppConfig):
    """Who we are: the masthead, its shelves, who may do what, and what was done."""

    name = "publication"
