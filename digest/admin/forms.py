"""What the desk's form refuses. content-editor checks in the browser only; here is the server."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.models import BaseInlineFormSet
from django.http import QueryDict

from curation.models import Link
from digest import editing
from digest.assembly import check_placeable
from digest.errors import IssueError
from digest.fitting import words
from digest.guards import edit_token, may_stand
from digest.models import BLOCKS, Block, ImageBlock, Issue
from digest.pictures import PictureError, written_anew
from toolbox.naming import name_fields

MODELS = {model._meta.label_lower: model for model in BLOCKS}


class IssueForm(forms.ModelForm[Issue]):
    """The issue's own fields, and the token that tells whether somebody else saved meanwhile."""

    edit_token = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Issue
        fields = ["number", "date", "title", "subject", "preheader"]
        help_texts = {
            "number": "The issue's address. Settled by the approval: links to it never break."
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "number" in self.fields:
            # Said where it can be changed no more: beside a field it would only take room.
            self.fields["number"].help_text = ""
        self.fields["edit_token"].initial = edit_token(self.instance) if self.instance.pk else ""
        self.clone: editing.Clone | None = None
        self.stale = False

    def clean(self) -> dict[str, Any] | None:
        self.stale = self.cleaned_data["edit_token"] != self.fields["edit_token"].initial
        if self.stale:
            raise ValidationError(
                "Somebody else saved this issue since you opened it, so nothing of yours was "
                "saved and nothing of theirs was lost. Both are told above."
            )
        if isinstance(self.data, QueryDict) and "_clone" in self.data:
            self.clone = self._clone(self.data.getlist("_clone"))
        return super().clean()

    def _clone(self, asked: list[str]) -> editing.Clone:
        """What is to be copied: blocks of this issue only, into a section of it that takes them."""
        region, ordering = self.data.get("_clone_region", ""), self.data.get("_clone_ordering", "")
        blocks = [self._own_block(label) for label in asked]
        keys = {known.key for known in self.instance.regions}
        for block in blocks:
            if region not in keys or not may_stand(type(block), region):
                raise ValidationError(f"“{block}” cannot be copied into this section.")
        return editing.Clone(blocks, region, int(ordering) if ordering.isdecimal() else 0)

    def _own_block(self, label: str) -> Block:
        model, _, pk = label.partition(":")
        found = None
        if model in MODELS and pk.isdecimal():
            found = MODELS[model].objects.filter(parent=self.instance.pk, pk=pk).first()
        if found is None:
            raise ValidationError("Only blocks of this issue can be copied here.")
        return found


class BlockForm(forms.ModelForm[Block]):
    """A block. `link` is a plain hidden number that is taken from the shortlist, once."""

    link = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        fields = ["url"]  # The inline of each type names its own.
        labels = {"url": "URL"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["link"] = self.instance.link_id
        self.fields["link"].disabled = bool(self.instance.pk)

    def clean(self) -> dict[str, Any] | None:
        if not self.instance.pk:
            self.instance.link_id = self.cleaned_data.get("link")
        return super().clean()


class ImageForm(BlockForm):
    """A picture: what was chosen is opened and written anew before it is kept."""

    instance: ImageBlock

    def clean_image(self) -> Any:
        chosen = self.cleaned_data["image"]
        if not isinstance(chosen, UploadedFile):
            return chosen
        try:
            picture = written_anew(chosen)
        except PictureError as error:
            raise ValidationError(str(error)) from error
        self.instance.width, self.instance.height = picture.width, picture.height
        return picture


def is_kept(row: forms.BaseModelForm[Any]) -> bool:
    """Whether a save would store this row: it is not ticked for deletion, and says something."""
    return f"{row.prefix}-DELETE" not in row.data and not (
        row.empty_permitted and not row.has_changed()
    )


class RowField(forms.ModelChoiceField):
    """Which row a form is about, among those that were read: Django asks for each by itself."""

    def __init__(self, rows: Mapping[str, Any], initial: Any) -> None:
        hidden = forms.HiddenInput()
        super().__init__(queryset=None, initial=initial, required=False, widget=hidden)
        self._rows = rows

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if str(value) not in self._rows:
            raise ValidationError(self.error_messages["invalid_choice"], params={"value": value})
        return self._rows[str(value)]


class GuardedFormSet(BaseInlineFormSet):
    """The rows of one issue, of one model."""

    instance: Issue

    @cached_property
    def _rows(self) -> dict[str, Any]:
        return {str(row.pk): row for row in self.get_queryset()}

    def add_fields(self, form: Any, index: int | None) -> None:
        """Django's, with a field of our own for the row."""
        super().add_fields(form, index)
        form.fields["id"] = RowField(self._rows, form.fields["id"].initial)

    def going(self, form: forms.ModelForm[Any]) -> bool:
        """Whether the row is ticked for deletion."""
        return f"{form.prefix}-DELETE" in self.data


class BlockFormSet(GuardedFormSet):
    """All blocks of one type: each where it may stand, each new one's link fresh from the queue."""

    model: type[Block]

    def clean(self) -> None:
        super().clean()
        keys = {region.key for region in self.instance.regions}
        for form in self.forms:
            if self.going(form) or not hasattr(form, "cleaned_data"):
                continue
            region = form.cleaned_data.get("region")
            if region and (region not in keys or not may_stand(self.model, region)):
                form.add_error(None, f"A {self.model._meta.verbose_name} may not stand here.")
            if not form.instance.pk and form.cleaned_data.get("link"):
                self._check_link(form)

    def _check_link(self, form: forms.ModelForm[Block]) -> None:
        try:
            link = Link.objects.get(pk=form.cleaned_data["link"])
            check_placeable(link, self.instance)
            form.instance.taken = words(link)
        except Link.DoesNotExist:
            form.add_error(None, "This link was deleted from the queue.")
        except IssueError as error:
            form.add_error(None, str(error))


class SectionFormSet(GuardedFormSet):
    """The issue's sections. One that still holds blocks is neither deleted nor made another kind:
    its blocks would stand nowhere.
    """

    def clean(self) -> None:
        super().clean()
        held = posted_regions(self.data)
        for form in self.initial_forms:
            kind = form.initial["kind"]
            items = held[f"{kind}_{form.instance.pk}"]
            gone = self.going(form)
            if items and (gone or form.cleaned_data.get("kind") != kind):
                deed = "deleted" if gone else "made another kind"
                raise ValidationError(
                    f"{form.initial['title']} cannot be {deed}: it still holds {items} "
                    f"{'item' if items == 1 else 'items'}. Move or delete them first."
                )

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        name_fields(form)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """A new section stands last, unless its position says otherwise."""
        kwargs = super().get_form_kwargs(index)
        if index is None:
            last = max((section.position for section in self.get_queryset()), default=0)
            kwargs["initial"] = {"position": last + 10}
        return kwargs


def posted_regions(data: Mapping[str, Any]) -> Counter[str]:
    """How many blocks the posted form leaves in each region."""
    rows = (re.fullmatch(r"(digest_\w+_set-\d+)-region", name) for name in data)
    kept = (row[1] for row in rows if row and f"{row[1]}-DELETE" not in data)
    return Counter(data[f"{row}-region"] for row in kept)
