"""What a person enters about feeds."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from curation import discovery, following
from curation.discovery import NoFeedError
from curation.fetching import FetchError
from curation.following import FeedAddressError
from curation.models import Feed
from publication.models import Section

LIST_BYTES = 5_000_000


class FeedForm(forms.ModelForm[Feed]):
    """Says what is wrong with an address where it was typed, and finds the feed of a site."""

    pick = forms.CharField(label="Its feeds", required=False, widget=forms.RadioSelect)
    # The page that was entered, when its feed was found; why there was no answer, if none came.
    entered = ""
    doubt = ""

    class Meta:
        help_texts = {"url": "Of the feed, or of the site: its feed is found."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "pick" in self.fields:
            self._offer(self.instance.candidates)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        typed, picked = self.cleaned_data.get("url"), self.cleaned_data.get("pick")
        if typed:
            try:
                self._settle(picked or typed, typed)
            except (FeedAddressError, NoFeedError) as error:
                self.add_error("url", str(error))
        return cleaned

    def _settle(self, text: str, typed: str) -> None:
        """Raises FeedAddressError, NoFeedError."""
        url = following.free_address(text, self.instance)
        if self._is_known(url):
            self.cleaned_data["url"] = url
            return
        try:
            found = discovery.look(url, timezone.now()).feeds
        except FetchError as error:
            # Servers are away now and then: the poller asks again.
            self.doubt = str(error)
            self.cleaned_data["url"] = url
            return
        if len(found) > 1:
            self._offer([(feed.url, str(feed)) for feed in found])
            self.add_error("url", f"This page has {len(found)} feeds: choose one of them below.")
            return
        self.cleaned_data["url"] = following.free_address(found[0].url, self.instance)
        page = following.feed_address(typed)
        self.entered = page if page != self.cleaned_data["url"] else ""

    def _is_known(self, url: str) -> bool:
        """Whether this is what the poller reads already."""
        return bool(self.instance.pk and self.instance.last_ok_at and url == self.instance.url)

    def _offer(self, choices: Any) -> None:
        self.fields["pick"].widget.choices = choices


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
