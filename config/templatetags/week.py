"""The front page's week, and what a login page says of a fresh install."""

from django import template
from django.template import Context
from django.utils import timezone

from config.setup.claiming import is_claimed
from config.week import week

register = template.Library()


@register.inclusion_tag("admin/week.html", takes_context=True)
def week_at_a_glance(context: Context) -> dict[str, object]:
    """The cards, for who is logged in."""
    return {"week": week(context["user"], timezone.now())}


@register.inclusion_tag("admin/setup/unclaimed.html")
def if_unclaimed() -> dict[str, object]:
    """The way in where nobody has an account."""
    return {"unclaimed": not is_claimed()}
