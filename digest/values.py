"""The items of an issue as plain values: what is frozen with it, and its JSON."""

from itertools import groupby
from operator import itemgetter
from typing import Any

from django.utils.html import escape

from digest.models import Issue
from digest.tree import Item, SectionNode, Tree
from toolbox.html import clean_rich, to_line

Value = dict[str, Any]


def values_of(tree: Tree) -> list[Value]:
    """Every item that is switched on for some output, in order, as JSON values."""
    return [
        _value(section, item)
        for section in tree.sections
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


def _value(section: SectionNode, item: Item) -> Value:
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
        "section": {
            "key": section.key,
            "title": section.title,
            "kind": section.kind,
            "slug": section.slug,
            "intro": clean_rich(section.intro),
        },
    }


def _bare(item: Value) -> Value:
    return {key: value for key, value in item.items() if key != "section"}
