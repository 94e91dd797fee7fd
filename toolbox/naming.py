"""Names for the fields of a table, for those who hear it: a column's heading names no cell."""

from typing import Any

from django import forms
from django.forms.models import BaseModelFormSet


def name_fields(row: forms.BaseModelForm[Any]) -> None:
    """Let each field of `row` say what it is, and of what."""
    of = row.instance if row.instance.pk else "a new one"
    for name, field in row.fields.items():
        if not field.widget.is_hidden:
            label = field.label or name.replace("_", " ").capitalize()
            field.widget.attrs.setdefault("aria-label", f"{label} of {of}")


class NamedFormSet(BaseModelFormSet[Any, Any]):
    """Rows of a table whose fields name themselves."""

    def add_fields(self, form: Any, index: Any) -> None:
        super().add_fields(form, index)
        name_fields(form)
