"""The items of an issue as plain values: what is frozen with it, and its JSON."""

from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models.fields.files import FieldFile
from django.utils.html import escape

from digest.models import Block, Issue
from digest.tree import Item, SectionNode, Tree
from toolbox.html import clean_rich, to_line

Value = dict[str, Any]
SIZES = ("width", "height")


def values_of(tree: Tree) -> list[Value]:
    """Every item that is switched on for some output, in order, as JSON values."""
    return [
        _value(item, told)
        for section in tree.sections
        for told in [_section(section)]
        for item in section.items
        if item.channels
    ]


def as_json(issue: Issue, items: list[Value]) -> Value:
    """The issue with its items grouped by section."""
    groups = groupby(items, key=itemgetter("section"))
    return {
        "number": issue.number,
        "title": issue.title,
        "date": issue.date.isoformat(),
        "sections": [
            {**section, "items": [_bare(item) for item in each]} for section, each in groups
        ],
    }


def _value(item: Item, section: Value) -> Value:
    block = item.block
    lead = f"<p>{escape(block.lead)}</p>" if block.lead else ""
    rel = "sponsored noopener" if item.sponsored else "noopener noreferrer"
    blurb = clean_rich(lead + block.blurb, rel=rel)
    return {
        "uid": str(block.uid),
        "kind": block.slug,
        "title": item.name,
        "url": item.url,
        "blurb": blurb,
        "text": to_line(blurb),
        "domain": block.domain,
        "label": item.label if item.sponsored else "",
        "channels": item.channels,
        "fields": _fields(block),
        "section": section,
    }


def _section(section: SectionNode) -> Value:
    return {
        "key": section.key,
        "title": section.title,
        "kind": section.kind,
        "slug": section.slug,
        "intro": clean_rich(section.intro),
    }


def _fields(block: Block) -> Value:
    """What its type knows besides, as it was written: with it an issue is imported unchanged."""
    own = (field.name for field in block.own_fields() if not field.is_relation)
    names = [*block.headline, *own, "blurb", "source_label", *SIZES]
    told = {name: getattr(block, name, None) for name in names}
    kept = {name: value for name, value in told.items() if value not in ("", None, 0)}
    return {name: _plain(value) for name, value in kept.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, FieldFile):
        return value.name
    return value.isoformat() if isinstance(value, date) else value


def _bare(item: Value) -> Value:
    return {key: value for key, value in item.items() if key != "section"}
