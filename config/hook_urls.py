"""Where the mail service in use tells what became of a mail: /hooks/<service>/tracking/."""

from anymail.urls import urlpatterns as known
from django.conf import settings
from django.urls import URLPattern

app_name = "hooks"


def calls() -> list[URLPattern]:
    """Only our own service's, and only where each call has to show the secret.

    Services that sign their calls are held to that by django-anymail besides.
    """
    backend = settings.MAILERS["default"].get("BACKEND", "")
    if not backend.startswith("anymail.") or not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return []
    service = f"{backend.split('.')[2]}_"
    ours = [call for call in known if str(call.name).startswith(service)]
    return [call for call in ours if "inbound" not in str(call.name)]


urlpatterns = calls()
