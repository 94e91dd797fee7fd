"""The last question before an issue comes out: when, and when is it mailed, and to how many."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from toolbox.typed import NumberOfPeople, agree


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

    readers = NumberOfPeople()

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
        """Asked for only where a mail is to leave."""
        typed: int | None = self.cleaned_data.get("readers")
        if self.cleaned_data.get("mail") in {"with", "later"}:
            agree(typed, self.audience)
        return typed

    def _time(self, name: str, *, after: datetime) -> datetime:
        moment: datetime | None = self.cleaned_data.get(name)
        if moment is None:
            raise ValidationError("Say when.")
        if moment < after:
            raise ValidationError("That is too early.")
        return moment
