"""What is typed for the second factor."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest


class CodeForm(forms.Form):
    """Gives `code`: six digits of the app, or a spare code."""

    code = forms.CharField(
        max_length=20,
        error_messages={"required": "Type the code."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class TurnOnForm(CodeForm):
    """Gives `password` too, which is the person's: a desk left open is nobody's to lock."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        error_messages={"required": "Type your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, data: Any, *, request: HttpRequest, person: User) -> None:
        super().__init__(data)
        self.request, self.person = request, person

    def clean_password(self) -> str:
        """Counted like a log-in: a few wrong ones rest the account."""
        password = str(self.cleaned_data["password"])
        name = self.person.get_username()
        if authenticate(self.request, username=name, password=password) != self.person:
            raise ValidationError("This is not your password.")
        return password
