"""What an editor types about a mailing."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from toolbox.addresses import AddressError, several
from toolbox.typed import NumberOfPeople, agree


class HourForm(forms.Form):
    """Gives `mail_at`, aware: an hour is meant where the publication lives."""

    mail_at = forms.DateTimeField(
        label="Another hour",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class ReadersForm(forms.Form):
    """Is valid when `readers` is how many are still to get a mailing, typed by hand."""

    readers = NumberOfPeople()

    def __init__(self, data: QueryDict, *, audience: int) -> None:
        super().__init__(data)
        self.audience = audience

    def clean_readers(self) -> int | None:
        typed: int | None = self.cleaned_data["readers"]
        agree(typed, self.audience)
        return typed


class RehearsalForm(forms.Form):
    """Gives `addresses`, normalised."""

    addresses = forms.CharField(
        label="To",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text="One address a line. The list for next time stands under Publication.",
    )

    def clean_addresses(self) -> list[str]:
        try:
            return several(self.cleaned_data["addresses"])
        except AddressError as error:
            raise ValidationError(str(error)) from error


def starting_with(own: str, seeds: str) -> dict[str, Any]:
    """Oneself first."""
    return {"addresses": "\n".join(filter(None, [own, *seeds.split()]))}
