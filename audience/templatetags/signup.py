"""What another room's page needs to hold our sign-up form."""

from django import template
from django.utils import timezone

from audience.forms import SubscribeForm

register = template.Library()


@register.simple_tag
def signup_stamp() -> str:
    """When this page was made, signed. A page kept for over a day asks for a second press."""
    return SubscribeForm(now=timezone.now()).stamp
