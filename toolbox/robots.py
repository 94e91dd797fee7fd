"""The cheap defence of a public form against robots: a trap that people do not see, and a clock.

Neither needs a script, a cookie, or anything of the person.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.signing import BadSignature, Signer

FASTEST = timedelta(seconds=2)
SLOWEST = timedelta(days=1)


class GuardedForm(forms.Form):
    """A form with a signed stamp of when it was shown. `website` is the trap: robots fill it in."""

    # The form's own, so that a stamp of one form says nothing to another.
    salt: ClassVar[str]
    press: ClassVar[str]

    website = forms.CharField(required=False)
    shown_at = forms.CharField(required=False)

    def __init__(self, data: Any = None, *, now: datetime, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.now = now

    @property
    def stamp(self) -> str:
        """When this form was first shown, signed; kept while it counts, so a second press does."""
        sent = self.data.get("shown_at", "")
        if self._age(sent) <= SLOWEST:
            return sent
        return self._signer.sign(str(int(self.now.timestamp())))

    @property
    def is_trapped(self) -> bool:
        """A robot filled in what no person sees."""
        return bool(self.data.get("website"))

    def clean_shown_at(self) -> None:
        """Nobody fills in a form within two seconds; a form of last week is a robot's copy.

        A form without our stamp, on the home page or elsewhere, leads here for a second press.
        """
        if not FASTEST <= self._age(self.cleaned_data["shown_at"]) <= SLOWEST:
            raise forms.ValidationError(f"Almost done: press {self.press} once more.")

    @property
    def _signer(self) -> Signer:
        return Signer(salt=self.salt, sep=".")

    def _age(self, stamp: str) -> timedelta:
        """How long ago a stamp was made; for ever, if it is none of ours."""
        try:
            return self.now - datetime.fromtimestamp(int(self._signer.unsign(stamp)), UTC)
        except BadSignature:
            return timedelta.max
