"""The blocks of an issue: small typed models, one table each.

A new block type is one model here, its migration, its templates (`slug` names them) and a test.
The registry fills itself from the subclasses; `digest.checks` names a missing template.
"""

import re
import uuid
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from content_editor.models import create_plugin_base
from django.db import models
from django_prose_editor.fields import ProseEditorField

from curation.models import Link
from digest.models.details import Detail, between, on, said
from digest.models.issue import RICH_TEXT, Issue
from digest.models.sponsors import Booking, says_something
from publication.models import SectionKind
from toolbox.urls import absolute

if TYPE_CHECKING:

    class Plugin(models.Model):
        """What create_plugin_base makes, for the type checker: content-editor has no types."""

        objects: ClassVar[models.Manager[Any]]
        parent = models.ForeignKey(Issue, on_delete=models.CASCADE)
        region = models.CharField(max_length=255)
        ordering = models.IntegerField(default=0)

        class Meta:
            abstract = True
else:
    Plugin = create_plugin_base(Issue)

BLOCKS: list[type["Block"]] = []
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+")
MAIL_COLUMN = 560
ALL_KINDS = frozenset(SectionKind.values)


class Block(Plugin):
    """What every block has. `slug` names its templates, `kinds` the sections it may stand in."""

    slug: ClassVar[str]
    kinds: ClassVar[frozenset[str]]
    icon: ClassVar[str]
    # The fields whose words make the heading: first on the form, and all that is asked for it.
    headline: ClassVar[tuple[str, ...]] = ("title",)
    # Whether the desk asks who published it, and a link from the queue says so.
    names_source: ClassVar[bool] = False
    # Whether it is something without a title and an address.
    stands_alone: ClassVar[bool] = False

    # Public and stable: the anchor on the page and the id in the feeds.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Where it came from. A plain hidden number on the form: a select of it costs 41 s a page.
    link = models.ForeignKey(
        Link, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The link's words when the block took them: what differs from them now has changed since.
    taken = models.JSONField(default=dict, editable=False)
    title = models.CharField(max_length=500, blank=True)
    # Not a URLField: an imported issue may have items without one, and what feeds give is kept.
    url = models.CharField(max_length=2000, blank=True)
    blurb = ProseEditorField(blank=True, extensions=RICH_TEXT, sanitize=True)
    # Who published it, where the address does not say so or there is none.
    source_label = models.CharField(max_length=100, blank=True)
    in_email = models.BooleanField("e-mail", default=True)
    in_web = models.BooleanField("web", default=True)
    in_feeds = models.BooleanField("feeds", default=True)

    class Meta(Plugin.Meta):
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        BLOCKS.append(cls)

    def __str__(self) -> str:
        return self.heading or self.slug

    @classmethod
    @cache
    def own_fields(cls) -> list[models.Field[Any, Any]]:
        """What is asked of this type besides its headline and what every block has."""
        shared = {field.name for field in Block._meta.get_fields()} | {"id"}
        shared -= {"source_label"} if cls.names_source else set()
        own = [field for field in cls._meta.fields if field.name not in {*shared, *cls.headline}]
        return [field for field in own if field.editable]

    @property
    def heading(self) -> str:
        """The words a reader sees as this item's title."""
        return self.title

    @property
    def gist(self) -> str:
        """What it is called in lists when it has neither title nor words."""
        return self.slug

    @property
    def lead(self) -> str:
        """One plain sentence before the blurb, where a type has one."""
        return ""

    @property
    def domain(self) -> str:
        """The host of the link, as people say it; of an item without one, the host it names."""
        try:
            host = (urlsplit(self.url).hostname or "").removeprefix("www.")
        except ValueError:
            host = ""
        return host or (self.source_label if HOST.fullmatch(self.source_label) else "")

    @property
    def source(self) -> str:
        """Who published it, in the words a person would use."""
        return self.source_label or self.domain

    @property
    def details(self) -> list[Detail]:
        """What stands small below the item, the same in every output."""
        return said(Detail(self.source))


class LinkBlock(Block):
    """A link to something worth reading."""

    slug = "link"
    kinds = frozenset({SectionKind.LINKS})
    icon = "link"
    names_source = True

    author = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=200, blank=True)
    badge = models.CharField(max_length=30, blank=True)
    follow_up_of = models.PositiveIntegerField("follow-up of #", null=True, blank=True)

    class Meta(Block.Meta):
        verbose_name = "link"

    @property
    def details(self) -> list[Detail]:
        follows = self.follow_up_of
        return said(
            Detail(self.source),
            Detail(self.author),
            Detail(self.via and f"via {self.via}"),
            Detail(f"follow-up of #{follows}" if follows else "", issue=follows),
        )


class TextBlock(Block):
    """Words of our own, or of a guest. Its heading is `title`, its body `blurb`."""

    slug = "text"
    kinds = ALL_KINDS
    icon = "notes"
    stands_alone = True

    presenter = models.CharField(max_length=100, blank=True)
    affiliation = models.CharField(max_length=100, blank=True)

    class Meta(Block.Meta):
        verbose_name = "text"

    @property
    def details(self) -> list[Detail]:
        who = ", ".join(filter(None, [self.presenter, self.affiliation]))
        return said(Detail(f"Presented by {who}" if who else ""))


class JobBlock(Block):
    """A job that runs for some issues."""

    slug = "job"
    kinds = frozenset({SectionKind.JOBS})
    icon = "work"
    headline = ("role", "company")

    role = models.CharField(max_length=200)
    company = models.CharField(max_length=100, blank=True)
    place = models.CharField(max_length=100, blank=True)
    runs_from = models.DateField(null=True, blank=True)
    runs_until = models.DateField(null=True, blank=True)
    # Counted from the first issue that had it; whichever end comes first.
    runs_for = models.PositiveSmallIntegerField("issues it runs in", null=True, blank=True)

    class Meta(Block.Meta):
        verbose_name = "job"

    @property
    def heading(self) -> str:
        return f"{self.role} at {self.company}" if self.company else self.role

    @property
    def details(self) -> list[Detail]:
        return said(Detail(self.place), on(self.runs_until, "until"))


class ProjectBlock(Block):
    """A piece of software."""

    slug = "project"
    kinds = frozenset({SectionKind.PROJECTS})
    icon = "code"
    headline = ("title", "repo")

    repo = models.CharField("owner/repo", max_length=200, blank=True)
    tagline = models.CharField(max_length=300, blank=True)
    via = models.CharField(max_length=200, blank=True)

    class Meta(Block.Meta):
        verbose_name = "project"

    @property
    def heading(self) -> str:
        return self.title or self.repo

    @property
    def lead(self) -> str:
        return self.tagline

    @property
    def details(self) -> list[Detail]:
        repo = self.repo if self.repo.casefold() != self.heading.casefold() else ""
        return said(Detail(repo), Detail(self.source), Detail(self.via and f"via {self.via}"))


class EventBlock(Block):
    """Something that takes place."""

    slug = "event"
    kinds = frozenset({SectionKind.EVENTS})
    icon = "event"

    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=100, blank=True)
    cfp_until = models.DateField("call for proposals until", null=True, blank=True)

    class Meta(Block.Meta):
        verbose_name = "event"

    @property
    def details(self) -> list[Detail]:
        return said(
            between(self.starts_on, self.ends_on),
            Detail(self.place),
            on(self.cfp_until, "call for proposals until"),
            Detail("" if self.url else self.source),
        )


class MediaBlock(Block):
    """A video or a podcast episode."""

    slug = "media"
    kinds = frozenset({SectionKind.MEDIA})
    icon = "play_circle"

    show = models.CharField(max_length=100, blank=True)
    number = models.CharField(max_length=20, blank=True)
    people = models.CharField(max_length=200, blank=True)
    thumbnail = models.URLField(blank=True, max_length=2000)

    class Meta(Block.Meta):
        verbose_name = "video or podcast"

    @property
    def details(self) -> list[Detail]:
        number = f"#{self.number}" if self.number[:1].isdigit() else self.number
        return said(
            Detail(f"{self.show} {number}".strip()), Detail(self.people), Detail(self.source)
        )


class SponsorBlock(Block):
    """What somebody pays for. Its label is shown in every output."""

    slug = "sponsor"
    kinds = frozenset({SectionKind.SPONSOR})
    icon = "paid"

    booking = models.ForeignKey(
        Booking, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    label = models.CharField(max_length=30, default="Sponsored", validators=[says_something])

    class Meta(Block.Meta):
        verbose_name = "sponsor"


def _picture_path(block: "ImageBlock", name: str) -> str:
    """`name` is ours, from digest.pictures: what the file was called at home stays there."""
    return f"issues/{name}"


class ImageBlock(Block):
    """A picture, with words for those who do not see it."""

    slug = "image"
    kinds = ALL_KINDS
    icon = "image"
    stands_alone = True

    image = models.FileField(upload_to=_picture_path, max_length=100)
    alt = models.CharField(
        "in words", max_length=300, help_text="For those who do not see it, and for plain text."
    )
    credit = models.CharField(max_length=100, blank=True)
    width = models.PositiveIntegerField(editable=False, default=0)
    height = models.PositiveIntegerField(editable=False, default=0)

    class Meta(Block.Meta):
        verbose_name = "picture"

    @property
    def gist(self) -> str:
        return self.alt or self.slug

    @property
    def address(self) -> str:
        """Where everybody finds the picture; empty without one."""
        return absolute(self.image.url) if self.image else ""

    @property
    def width_in_mail(self) -> int:
        """Pixels: the column of the mail has 560."""
        return min(self.width or MAIL_COLUMN, MAIL_COLUMN)

    @property
    def details(self) -> list[Detail]:
        return said(Detail(self.credit))
