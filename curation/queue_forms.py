"""What a deed of the queue may come with, checked before any verb is called."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from curation import queue_page
from curation.bulk import Pick
from curation.models import Link

SNOOZE = timedelta(days=7)
GONE = "This link is gone: it was deleted."
# A link and the version that was seen: two numbers within what a row can have.
PICK = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


class SortingForm(forms.Form):
    """What sorting may come with, for one link or for many."""

    section = forms.ModelChoiceField(
        queue_page.sections(),
        to_field_name="slug",
        required=False,
        error_messages={"invalid_choice": "There is no such section to sort links into."},
    )
    reason = forms.CharField(required=False)
    until = forms.DateField(
        required=False, error_messages={"invalid": "Write the day as 2026-11-30."}
    )
    # A button with its day, which wins over the field beside it.
    quick = forms.DateField(
        required=False, error_messages={"invalid": "Write the day as 2026-11-30."}
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        day = said.get("quick") or said.get("until") or timezone.localdate() + SNOOZE
        return said | {"morning": _morning(day)}


class DeedForm(SortingForm):
    """What a deed on one link may come with."""

    link = forms.ModelChoiceField(
        Link.objects.select_related("section"), error_messages={"invalid_choice": GONE}
    )
    version = forms.IntegerField(min_value=0)
    title = forms.CharField(required=False)
    blurb = forms.CharField(required=False)
    note = forms.CharField(required=False)
    number = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    into = forms.ModelChoiceField(
        Link.objects.all(), required=False, error_messages={"invalid_choice": GONE}
    )


class PicksField(forms.Field):
    """The links that were ticked, each as `pk:version`."""

    widget = forms.SelectMultiple

    def to_python(self, value: list[str] | None) -> list[Pick]:
        found = [PICK.fullmatch(text) for text in value or []]
        if not all(found):
            raise forms.ValidationError("Tick the links again: the page sent something else.")
        return [Pick(int(pick[1]), int(pick[2])) for pick in found if pick]


class BulkForm(SortingForm):
    """What a deed on several links may come with."""

    deed = forms.ChoiceField(
        choices=[(name, name) for name in ("shortlist", "reject", "snooze", "section")],
        error_messages={"invalid_choice": "There is no such deed for several links."},
    )
    pick = PicksField(error_messages={"required": "Tick some links first."})


def faults(form: forms.Form) -> str:
    """All that is wrong with what was sent, in one line."""
    return " ".join(str(fault) for faults in form.errors.values() for fault in faults)


def days() -> dict[str, date]:
    """The days that a snooze offers, in the publication's time zone."""
    today = timezone.localdate()
    return {
        "tomorrow": today + timedelta(days=1),
        "monday": today + timedelta(days=7 - today.weekday()),
        "week": today + SNOOZE,
        "month": today + timedelta(days=30),
    }


def _morning(day: date) -> datetime:
    """The first moment of a day in the publication's time zone."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
