"""The forms of the public pages, and of the owner's."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from audience.models import Subscriber
from audience.preferences import offered
from publication.masthead import current
from publication.models import Section
from toolbox.addresses import AddressError, normalise
from toolbox.proof import BITS, is_proof
from toolbox.robots import GuardedForm

# Which form and which words a person agreed to; kept with each request as proof.
WORDING = "subscribe/2"
LONGEST_PAUSE = timedelta(days=366)


class AddressField(forms.CharField):
    """One address as we keep it, or in plain words why it is none."""

    def __init__(self, **kwargs: Any) -> None:
        required = {"required": "Write your address, such as you@example.com."}
        super().__init__(max_length=320, error_messages=required, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return normalise(super().clean(value))
        except AddressError as error:
            raise forms.ValidationError(str(error)) from error


class SubscribeForm(GuardedForm):
    """One address."""

    salt = "audience.form"
    press = "Subscribe"
    bits = BITS
    needs_proof = (
        "Several addresses were signed up from your network today. Press Subscribe once more, "
        "with JavaScript switched on; or try again tomorrow."
    )

    email = AddressField()
    # The browser's work, where there is a script to do it.
    proof = forms.CharField(required=False, max_length=20)

    @property
    def is_proven(self) -> bool:
        """Whether the browser worked for this very request."""
        stamp, email = (str(self.data.get(name, "")) for name in ("shown_at", "email"))
        return is_proof(str(self.data.get("proof", "")), stamp, email.strip())


class MoveForm(forms.Form):
    """Where to move to."""

    email = AddressField()


class PreferencesForm(forms.Form):
    """Which sections, and from when on again."""

    sections = forms.ModelMultipleChoiceField(
        Section.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    until = forms.DateField(required=False)

    def __init__(self, data: Any = None, *, subscriber: Subscriber, now: datetime) -> None:
        chosen = set(subscriber.sections.values_list("pk", flat=True))
        sections = offered()
        ticked = [section.pk for section in sections if not chosen or section.pk in chosen]
        super().__init__(data, initial={"sections": ticked, "until": subscriber.paused_until})
        field: Any = self.fields["sections"]
        field.queryset = sections
        self.today = now.astimezone(ZoneInfo(current().time_zone)).date()

    @property
    def tomorrow(self) -> date:
        """The first day a pause can end."""
        return self.today + timedelta(days=1)

    def clean_sections(self) -> Any:
        """None at all is not a choice but a goodbye, which has its own button."""
        chosen = self.cleaned_data["sections"]
        if not chosen and offered().exists():
            raise forms.ValidationError("Tick at least one section, or unsubscribe below.")
        return chosen

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and not self.today < until <= self.today + LONGEST_PAUSE:
            raise forms.ValidationError("Choose a day to come, within a year.")
        return until
