"""Days on the desk: the browser's own field, which shows each reader the order they know."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db import models

# A year typed with two digits is the year 26 to a browser: older than any newsletter.
OLDEST = date(1970, 1, 1)
# The admin dresses what it knows: text fields by this class, days not at all.
DAY = {"type": "date", "min": OLDEST.isoformat(), "class": "vTextField"}
DAYS: dict[type[models.Field[Any, Any]], dict[str, Any]] = {
    models.DateField: {
        "widget": forms.DateInput(format="%Y-%m-%d", attrs=DAY),
        "validators": [MinValueValidator(OLDEST, "Type the year with four digits.")],
    }
}
