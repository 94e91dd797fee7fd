"""The last question before an issue comes out: when, and when is it mailed, and to how many."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

# So much of the audience may change between reading the number and typing it.
CHURN = 0.01


class PublishForm(forms.Form):
    """Gives `publish_at` (None: now) and `mail_at` (None: never), both aware."""

    publish = forms.ChoiceField(
        choices=[("now", "now"), ("later", "at a time")],
        widget=forms.RadioSelect,
        initial="now",
    )
    publish_at = forms.DateTimeField(
        required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    mail = forms.ChoiceField(
        choices=[("with", "as soon as it is out"), ("later", "at a time"), ("never", "never")],
        widget=forms.RadioSelect,
        initial="with",
    )
    mail_at = forms.DateTimeField(
        required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )

    # Typed, so that nobody mails thousands by a press too many.
    readers = forms.IntegerField(
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 12}),
    )

    def __init__(self, *args: Any, now: datetime, audience: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.audience = now, audience

    def clean_publish_at(self) -> datetime | None:
        if self.cleaned_data.get("publish") != "later":
            return None
        return self._time("publish_at", after=self.now)

    def clean_mail_at(self) -> datetime | None:
        out = self.cleaned_data.get("publish_at") or self.now
        if self.cleaned_data.get("mail") == "later":
            return self._time("mail_at", after=out)
        return out if self.cleaned_data.get("mail") == "with" else None

    def clean_readers(self) -> int | None:
        """The size of the audience, or nearly: people come and go while it is typed."""
        typed: int | None = self.cleaned_data.get("readers")
        if not self.audience or self.cleaned_data.get("mail") not in {"with", "later"}:
            return typed
        if typed is None or abs(typed - self.audience) > self.audience * CHURN:
            raise ValidationError(f"Type {self.audience}: so many people get it.")
        return typed

    def _time(self, name: str, *, after: datetime) -> datetime:
        moment: datetime | None = self.cleaned_data.get(name)
        if moment is None:
            raise ValidationError("Say when.")
        if moment < after:
            raise ValidationError("That is too early.")
        return moment
