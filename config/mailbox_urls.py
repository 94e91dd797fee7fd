"""The local mailbox at /mailbox/, in DEBUG only. A name that is none never reaches a view."""

from django.urls import path, register_converter

from config import mailbox_views
from toolbox.mailbox import NAME


class MailName:
    """The name of a mail, exactly as `toolbox.mailbox.deposit` gives it."""

    regex = NAME

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(MailName, "mail")

app_name = "mailbox"
urlpatterns = [
    path("", mailbox_views.box, name="box"),
    path("<mail:name>/", mailbox_views.mail, name="mail"),
    path("<mail:name>/text/", mailbox_views.text, name="text"),
    path("<mail:name>/html/", mailbox_views.html, name="html"),
    path("<mail:name>/source/", mailbox_views.source, name="source"),
    path("<mail:name>.eml", mailbox_views.download, name="download"),
]
