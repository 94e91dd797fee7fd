"""The sign-up form, and its cheap defence against robots: a trap and a clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.signing import BadSignature, Signer

from toolbox.addresses import AddressError, normalise

# Which form and which words a person agreed to; kept with each request as proof.
WORDING = "subscribe/1"
FASTEST = timedelta(seconds=2)
SLOWEST = timedelta(days=1)
_stamp = Signer(salt="audience.form", sep=".")


class SubscribeForm(forms.Form):
    """One address. `website` is the trap: people do not see it, robots fill it in."""

    email = forms.CharField(
        max_length=320,
        error_messages={"required": "Write your address, such as you@example.com."},
    )
    website = forms.CharField(required=False)
    shown_at = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, now: datetime) -> None:
        super().__init__(data)
        self.now = now

    @property
    def stamp(self) -> str:
        """When this form was first shown, signed; kept while it counts, so a second press does."""
        sent = self.data.get("shown_at", "")
        if self._age(sent) <= SLOWEST:
            return sent
        return _stamp.sign(str(int(self.now.timestamp())))

    @property
    def is_trapped(self) -> bool:
        """A robot filled in what no person sees."""
        return bool(self.data.get("website"))

    def clean_email(self) -> str:
        """The address as we keep it, or in plain words why it is none."""
        try:
            return normalise(self.cleaned_data["email"])
        except AddressError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_shown_at(self) -> None:
        """Nobody writes an address within two seconds; a form of last week is a robot's copy.

        A form without our stamp, on the home page or elsewhere, leads here for a second press.
        """
        if not FASTEST <= self._age(self.cleaned_data["shown_at"]) <= SLOWEST:
            raise forms.ValidationError("Almost done: press Subscribe once more.")

    def _age(self, stamp: str) -> timedelta:
        """How long ago a stamp was made; for ever, if it is none of ours."""
        try:
            return self.now - datetime.fromtimestamp(int(_stamp.unsign(stamp)), UTC)
        except BadSignature:
            return timedelta.max
