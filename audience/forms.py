"""The sign-up form."""

from django import forms

from toolbox.addresses import AddressError, normalise
from toolbox.robots import GuardedForm

# Which form and which words a person agreed to; kept with each request as proof.
WORDING = "subscribe/1"


class SubscribeForm(GuardedForm):
    """One address."""

    salt = "audience.form"
    press = "Subscribe"

    email = forms.CharField(
        max_length=320,
        error_messages={"required": "Write your address, such as you@example.com."},
    )

    def clean_email(self) -> str:
        """The address as we keep it, or in plain words why it is none."""
        try:
            return normalise(self.cleaned_data["email"])
        except AddressError as error:
            raise forms.ValidationError(str(error)) from error
