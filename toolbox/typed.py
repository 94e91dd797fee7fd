"""A number typed by hand, so that nobody mails thousands by a press too many."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# So much of the audience may change between reading the number and typing it.
CHURN = 0.01


class NumberOfPeople(forms.IntegerField):
    """How many people get a mail, read on the page and typed there."""

    def __init__(self, **kwargs: Any) -> None:
        numeric = {"inputmode": "numeric", "autocomplete": "off", "size": 12}
        super().__init__(required=False, widget=forms.TextInput(attrs=numeric), **kwargs)


def agree(typed: int | None, audience: int) -> None:
    """Raise ValidationError unless `typed` is the size of the audience, or nearly."""
    if audience and (typed is None or abs(typed - audience) > audience * CHURN):
        raise ValidationError(f"Type {audience}: so many people get it.")
