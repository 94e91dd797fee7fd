"""What pages say of mailings."""

from datetime import UTC, datetime, timedelta

from django import template
from django.db.models import Q
from django.template import Context

from audience.models import Subscriber
from delivery.models import Delivery, Instance, Mailing

register = template.Library()


@register.filter
def rough(span: timedelta) -> str:
    """A time to wait, as a person would say it."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    return f"{round(minutes / 60)} hours"


@register.filter
def in_utc(moment: datetime) -> str:
    """The hour where no summer time is."""
    return f"{moment.astimezone(UTC):%H:%M} UTC"


@register.inclusion_tag("admin/delivery/notices.html", takes_context=True)
def mailing_notices(context: Context) -> dict[str, object]:
    """What waits for a person, for those who may act on it."""
    if not context["perms"]["delivery"]["view_mailing"]:
        return {}
    known = Instance.objects.first()
    held = Mailing.objects.filter(state=Mailing.State.PAUSED).exclude(hold_reason="")
    return {
        "held": held.select_related("issue"),
        "closed_because": known.closed_because if known else "",
    }


@register.inclusion_tag("admin/delivery/mails_to.html", takes_context=True)
def mails_to(context: Context, subscriber: Subscriber) -> dict[str, object]:
    """The last hundred mails to a person and to their address, for those who may see the ledger."""
    theirs = Q(subscriber=subscriber) | Q(address_key=subscriber.address_key)
    mails = Delivery.objects.filter(theirs).select_related("mailing__issue").order_by("-pk")
    return {"allowed": context["perms"]["delivery"]["view_delivery"], "mails": mails[:100]}
