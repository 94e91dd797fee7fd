"""What a person enters about feeds."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from curation import following
from curation.following import FeedAddressError
from curation.models import Feed
from publication.models import Section

LIST_BYTES = 5_000_000


class FeedForm(forms.ModelForm[Feed]):
    """Says what is wrong with an address where it was typed."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if url := self.cleaned_data.get("url"):
            try:
                self.cleaned_data["url"] = following.free_address(url, self.instance)
            except FeedAddressError as error:
                self.add_error("url", str(error))
        return cleaned


class ListForm(forms.Form):
    """A list of feeds to import."""

    file = forms.FileField(label="OPML file", help_text="As other feed readers export it.")
    section = forms.ModelChoiceField(
        Section.objects.all(),
        required=False,
        empty_label="By the names of its folders",
        help_text="Suggested for what these feeds bring.",
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > LIST_BYTES:
            raise forms.ValidationError(f"The file is larger than {LIST_BYTES // 1_000_000} MB.")
        return file
