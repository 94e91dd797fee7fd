"""Addresses that were left: whoever kept one is led on, for ever."""

from django.db import models


class FormerSlug(models.Model):
    """Where the pages of a section were, and the slug they have `now`. There are no chains."""

    slug = models.SlugField(unique=True)
    now = models.SlugField(db_index=True)

    def __str__(self) -> str:
        return f"{self.slug} → {self.now}"
