"""Rules an editor can read: what is done by itself to a link that comes in."""

from typing import Self

from django.db import models
from django.db.models import Q

from curation.models.feed import Feed
from curation.models.link import Link
from publication.models import Section


class RuleQuerySet(models.QuerySet["Rule"]):
    """Questions about rules."""

    def active(self) -> Self:
        """The rules that are followed, in the order in which they are asked."""
        return self.filter(active=True).select_related("feed", "section")


class Rule(models.Model):
    """One sentence: "From Job board: section Jobs, kind job".

    Of its conditions, those that are filled in must all hold. For each effect the first rule in
    order decides.
    """

    position = models.PositiveSmallIntegerField(
        default=0, db_index=True, help_text="The first rule that says something decides."
    )
    active = models.BooleanField(default=True)

    # Gone with its feed: without this condition it would mean many more links.
    feed = models.ForeignKey(
        Feed, null=True, blank=True, on_delete=models.CASCADE, related_name="rules"
    )
    words = models.CharField("words in the title", max_length=300, blank=True)
    address = models.CharField(max_length=300, blank=True)
    tags = models.CharField(max_length=300, blank=True)

    section = models.ForeignKey(
        Section, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Link.Kind, blank=True)
    source_label = models.CharField(max_length=100, blank=True)
    hide = models.BooleanField("hide from the queue", default=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(feed__isnull=False) | ~Q(words="") | ~Q(address="") | ~Q(tags=""),
                name="rule_says_when",
                violation_error_message="Say which links it is for: all of them would be too many.",
            ),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """The whole rule in words."""
        return f"{self.when}: {', '.join(self.then) or 'nothing'}"

    @property
    def when(self) -> str:
        """Which links it is for: "From Planet, tagged jobs"."""
        named = [f"“{word}”" for word in listed(self.words)]
        conditions = [
            f"from {self.feed}" if self.feed else "",
            f"with {_or(named)} in the title" if named else "",
            f"on {_or(listed(self.address))}" if self.address else "",
            f"tagged {_or(listed(self.tags))}" if self.tags else "",
        ]
        said = ", ".join(filter(None, conditions))
        return said[:1].upper() + said[1:]

    @property
    def then(self) -> list[str]:
        """What it does, effect by effect."""
        effects = [
            f"section {self.section}" if self.section else "",
            f"kind {self.get_kind_display().lower()}" if self.kind else "",
            f"label “{self.source_label}”" if self.source_label else "",
            "hide" if self.hide else "",
        ]
        return [effect for effect in effects if effect]


def listed(text: str) -> list[str]:
    """What a person listed with commas."""
    return [word for part in text.split(",") if (word := part.strip())]


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
