"""The form by which readers send in links."""

from django import forms

from curation.addressing import AddressRefusedError, public_address
from curation.submitting import NOTE_LENGTH, Sent
from toolbox.addresses import AddressError, normalise
from toolbox.robots import GuardedForm


class SubmitForm(GuardedForm):
    """An address, and words that are optional all of them."""

    salt = "curation.submit"
    press = "“Send to the editors”"

    url = forms.CharField(
        error_messages={
            "required": "Write the address of a page, such as https://example.com/story."
        }
    )
    title = forms.CharField(required=False, max_length=500)
    note = forms.CharField(required=False, max_length=NOTE_LENGTH)
    name = forms.CharField(required=False, max_length=100)
    email = forms.CharField(required=False, max_length=320)

    def clean_url(self) -> str:
        """The whole address, or in plain words why it is none."""
        try:
            return public_address(self.cleaned_data["url"])
        except AddressRefusedError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_email(self) -> str:
        """Where the editors can answer; nobody is mailed by us."""
        email: str = self.cleaned_data["email"]
        try:
            return normalise(email) if email else ""
        except AddressError as error:
            raise forms.ValidationError(str(error)) from error

    @property
    def sent(self) -> Sent:
        """What was filled in."""
        data = self.cleaned_data
        words = {name: data[name] for name in ("title", "note", "name", "email")}
        return Sent(address=data["url"], **words)
