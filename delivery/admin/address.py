"""What mail servers said of one subscriber, and a person's word against it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from audience.models import Subscriber
from audience.returns import TAKEN_OUT, NotTakenOutError
from delivery import events
from delivery.admin.person import person
from delivery.models import Pardon
from delivery.pardons import ReasonMissingError, pardon
from publication.access import NotAllowedError

SHOWN = 100


def show(request: HttpRequest, context: dict[str, Any], pk: int) -> HttpResponse:
    """The page, and its one button."""
    if not request.user.has_perm("audience.view_subscriber"):
        raise PermissionDenied
    subscriber = get_object_or_404(Subscriber, pk=pk)
    if request.method == "POST" and _pardoned(request, subscriber):
        return redirect("admin:delivery_delivery_address", pk)
    context |= {
        "title": f"What mail servers said of {subscriber}",
        "subscriber": subscriber,
        "told": events.history(subscriber.address_key)[:SHOWN],
        "pardons": Pardon.objects.filter(address_key=subscriber.address_key),
        "may_pardon": subscriber.state in TAKEN_OUT
        and request.user.has_perm("audience.change_subscriber"),
        "why": request.POST.get("why", ""),
    }
    return TemplateResponse(request, "admin/delivery/address.html", context)


def _pardoned(request: HttpRequest, subscriber: Subscriber) -> bool:
    try:
        why = request.POST.get("why", "")
        pardon(subscriber, why=why, by=person(request), now=timezone.now())
    except (ReasonMissingError, NotTakenOutError) as error:
        messages.error(request, str(error))
        return False
    except NotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    messages.success(request, f"{subscriber} is mailed again.")
    return True
