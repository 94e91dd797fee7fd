"""What is typed on each page of the set-up. The rules of a field are those of its model."""

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm, UsernameField
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify

from config.setup import suggestions
from config.setup.people import CHOICES
from curation.following import FeedAddressError, feed_address
from publication.masthead import NEW
from publication.models import Publication, Section
from toolbox.naming import NamedFormSet

LIST_BYTES = 5_000_000
MOST_ADDRESSES = 100
# What a new install says where nothing was typed yet: shown as an example, not as a value.
EXAMPLES = {"name", "sender_name", "sender_email", "postal_address"}


class OwnerForm(BaseUserCreationForm[User]):
    """The first account."""

    email = forms.EmailField(help_text="For test mails, and to set a forgotten password anew.")

    class Meta:
        model = User
        fields = ["username", "email"]
        field_classes = {"username": UsernameField}


class _MastheadForm(forms.ModelForm[Publication]):
    """Some of the publication's fields, empty where a new install only holds a place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in EXAMPLES & self.fields.keys():
            if self.initial.get(name) == NEW[name]:
                self.initial[name] = ""


class PublicationForm(_MastheadForm):
    """What it is called, for whom, and when it comes out."""

    class Meta:
        model = Publication
        fields = ["name", "tagline", "about", "language", "time_zone", "publishing_day"]
        widgets = {"about": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "name": "Stands on every page and in every mail.",
            "tagline": "One line below the name.",
            "time_zone": "Hours are shown in it, such as Europe/Zurich.",
            "publishing_day": "New drafts are dated on the next one.",
        }


class BrandingForm(_MastheadForm):
    """Its one colour."""

    class Meta:
        model = Publication
        fields = ["accent"]
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}
        help_texts = {
            "accent": "Links, buttons and the icon have it, on the site and in mails. It is made "
            "darker or lighter where it could not be read."
        }


class SenderForm(_MastheadForm):
    """Who the mail is from."""

    class Meta:
        model = Publication
        fields = ["sender_name", "sender_email", "reply_to", "postal_address"]
        help_texts = {
            "sender_name": "As it stands in a list of mails.",
            "sender_email": "At a domain your mail service may send for.",
            "reply_to": "Where answers go. Empty: to the sender.",
        }


class SectionForm(forms.ModelForm[Section]):
    """One shelf; its address is made from its title once, and stays."""

    class Meta:
        model = Section
        fields = ["title", "kind", "position", "active"]
        widgets = {"position": forms.NumberInput(attrs={"min": 0, "max": 99})}

    def save(self, commit: bool = True) -> Section:  # noqa: FBT001, FBT002  (Django's own)
        if not self.instance.slug:
            self.instance.slug = _free_slug(self.instance.title)
        return super().save(commit)


SectionFormSet = forms.modelformset_factory(
    Section, form=SectionForm, formset=NamedFormSet, extra=2
)


class FeedsForm(forms.Form):
    """Feeds from a list, from addresses, from suggestions: any of them, or none."""

    file = forms.FileField(
        label="OPML file",
        required=False,
        help_text="The list of feeds another reader exports.",
    )
    addresses = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "https://example.com/feed.xml"}),
        help_text="Of feeds or of sites, one a line.",
    )
    suggested = forms.MultipleChoiceField(
        required=False,
        label="Suggestions",
        choices=suggestions.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_file(self) -> UploadedFile | None:
        file: UploadedFile | None = self.cleaned_data["file"]
        if file and (file.size or 0) > LIST_BYTES:
            raise forms.ValidationError(f"The file is larger than {LIST_BYTES // 1_000_000} MB.")
        return file

    def clean_addresses(self) -> list[str]:
        lines = [line for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        if len(lines) > MOST_ADDRESSES:
            raise forms.ValidationError(f"At most {MOST_ADDRESSES} at a time: import a list.")
        return [_address(line) for line in lines]


class InviteForm(forms.Form):
    """One account."""

    username = UsernameField(max_length=150, validators=[User.username_validator])
    email = forms.EmailField()
    role = forms.ChoiceField(choices=CHOICES, initial="Editor")


def _address(line: str) -> str:
    try:
        return feed_address(line)
    except FeedAddressError as error:
        raise forms.ValidationError(f"“{line.strip()[:100]}”: {error}") from error


def _free_slug(title: str) -> str:
    wanted = slugify(title)[:40] or "section"
    taken = set(Section.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(s for s in numbered if s not in taken)
