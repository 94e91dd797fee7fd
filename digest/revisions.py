"""Each save leaves a revision, and any revision can be had back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from curation.models import Link
from digest import editing
from digest.fingerprint import WORDS
from digest.guards import open_for_change
from digest.history import Content
from digest.models import BLOCKS, Booking, Issue, IssueSection, Revision
from publication.models import Section

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = dict[str, Any]


@transaction.atomic
def restore(revision: Revision, *, by: "User | None") -> str:
    """Make the issue again what it was; the state it is taken from is kept as a revision too.

    Its number stays. Answers as `editing.settle`. Raises AlreadyPublishedError.
    """
    issue = open_for_change(revision.issue, by=by)
    content: Content = revision.content
    values = {name: content["issue"][name] for name in WORDS if name != "number"}
    Issue.objects.filter(pk=issue.pk).update(**values)
    for model in BLOCKS:
        model.objects.filter(parent=issue).delete()
    issue.sections.all().delete()
    IssueSection.objects.bulk_create(_rows(IssueSection, content["sections"]))
    for model in BLOCKS:
        model.objects.bulk_create(_rows(model, content["blocks"].get(model.slug, [])))
    fresh = Issue.objects.get(pk=issue.pk)
    return editing.settle(fresh, by=by)


def _rows[M: models.Model](model: type[M], rows: Iterable[Row]) -> list[M]:
    """Rows as they were, under their old keys. What they came from may be gone since."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    made = [
        model(**{name: fields[name].to_python(row[name]) for name in row.keys() & fields.keys()})
        for row in rows
    ]
    for name, target in (("link_id", Link), ("booking_id", Booking), ("section_id", Section)):
        if name in fields:
            _forget_missing(made, name, target)
    return made


def _forget_missing(rows: list[Any], name: str, target: type[models.Model]) -> None:
    wanted = {getattr(row, name) for row in rows} - {None}
    found = set(target._default_manager.filter(pk__in=wanted).values_list("pk", flat=True))
    for row in rows:
        if getattr(row, name) not in found:
            setattr(row, name, None)
