"""What an issue was, as plain values, and how two of its states differ, in words."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django_prose_editor.fields import ProseEditorField

from digest.fingerprint import rows_of
from digest.guards import edit_token
from digest.models import BLOCKS, Issue, IssueSection, Revision
from publication.access import MACHINE
from toolbox.html import to_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Row = dict[str, Any]
MODELS = {model.slug: model for model in BLOCKS}
# Columns that say where a thing came from or stands, not what it says.
SILENT = {"id", "uid", "parent_id", "issue_id", "link_id", "booking_id", "section_id", "taken"}
SHOWN = 50
PLACE = {"region", "ordering", "position"}


class Content(TypedDict):
    """Every row of an issue: what `Revision.content` holds."""

    issue: Row
    sections: list[Row]
    blocks: dict[str, list[Row]]  # by the slug of their type


class Piece(NamedTuple):
    """Some words of a text, and whether they are "same", "out" or "in"."""

    kind: str
    words: str


@dataclass(frozen=True)
class Change:
    """One difference: of what, of which part of it ("" for the whole), and both texts."""

    name: str
    part: str
    before: str = ""
    after: str = ""

    @property
    def pieces(self) -> list[Piece]:
        """Both texts as one, with what went and what came."""
        return list(_pieces(self.before, self.after))


def content_of(issue: Issue) -> Content:
    """The issue as the database has it now, in values that JSON knows."""
    [(_, issue_rows), (_, sections), *blocks] = rows_of(issue)
    content = {
        "issue": issue_rows[0],
        "sections": sorted(sections, key=lambda row: (row["position"], row["id"])),
        "blocks": {name: rows for name, rows in blocks if rows},
    }
    plain: Content = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return plain


def keep(issue: Issue, *, by: "User | None") -> None:
    """Keep the issue as it is now, unless the last revision is just that."""
    token = edit_token(issue)
    last = issue.revisions.first()
    if last is None or last.token != token:
        issue.revisions.create(
            by=by, by_name=str(by or MACHINE), token=token, content=content_of(issue)
        )


def changes(old: Content, new: Content) -> list[Change]:
    """How `new` differs from `old`: the issue's words, its sections, its items."""
    return [
        *_words("Issue", Issue, old["issue"], new["issue"]),
        *_section_changes(old, new),
        *_block_changes(old, new),
    ]


def with_changes(issue: Issue) -> Iterator[tuple[Revision, list[Change]]]:
    """The newest revisions, newest first, each with what it changed."""
    newest_first = list(issue.revisions.all()[: SHOWN + 1])
    for revision, before in zip_longest(newest_first[:SHOWN], newest_first[1:]):
        yield revision, changes(before.content, revision.content) if before else []


def _section_changes(old: Content, new: Content) -> Iterator[Change]:
    before = {row["id"]: row for row in old["sections"]}
    after = {row["id"]: row for row in new["sections"]}
    for key, row in before.items():
        if key not in after:
            yield Change(f"Section {row['title']}", "deleted")
    for key, row in after.items():
        name = f"Section {row['title']}"
        if key not in before:
            yield Change(name, "added")
        else:
            yield from _words(name, IssueSection, before[key], row)
    kept = [row["id"] for row in old["sections"] if row["id"] in after]
    if kept != [row["id"] for row in new["sections"] if row["id"] in before]:
        yield Change("Sections", "order changed")


def _block_changes(old: Content, new: Content) -> Iterator[Change]:
    before, after = _by_uid(old), _by_uid(new)
    for uid, (slug, row) in before.items():
        if uid in after:
            continue
        yield Change(_name(slug, row), f"taken out of {_where(old, row)}")
    for uid, (slug, row) in after.items():
        name = _name(slug, row)
        if uid not in before:
            yield Change(name, f"added to {_where(new, row)}")
            continue
        _, was = before[uid]
        if was["region"] != row["region"]:
            yield Change(name, f"moved from {_where(old, was)} to {_where(new, row)}")
        yield from _words(name, MODELS[slug], was, row)
    if _order(before, after) != _order(after, before):
        yield Change("Items", "order changed")


def _words(name: str, model: type[Model], before: Row, after: Row) -> Iterator[Change]:
    """What differs, in the order of the form: a database may hand JSON back in any."""
    for field in model._meta.concrete_fields:
        column = field.attname
        told = column in after and column not in SILENT | PLACE
        if told and before.get(column) != after[column]:
            part = column.removesuffix("_id").replace("_", " ")
            is_html = isinstance(field, ProseEditorField)
            texts = (_said(row.get(column), is_html=is_html) for row in (before, after))
            yield Change(name, part, *texts)


def _said(value: Any, *, is_html: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return to_line(value) if is_html and value else str("" if value is None else value)


def _by_uid(content: Content) -> dict[str, tuple[str, Row]]:
    """Every block with its type, in the order in which readers meet them."""
    places = [f"{section['kind']}_{section['id']}" for section in content["sections"]]
    at = {key: place for place, key in enumerate(places)}
    blocks = [(slug, row) for slug, rows in content["blocks"].items() for row in rows]
    blocks.sort(key=lambda it: (at.get(it[1]["region"], len(at)), it[1]["ordering"]))
    return {str(row["uid"]): (slug, row) for slug, row in blocks}


def _order(these: Mapping[str, tuple[str, Row]], those: Mapping[str, tuple[str, Row]]) -> list[str]:
    """The uids of what stands in the same section of both, in the order of `these`."""
    rows = {uid: row for uid, (_, row) in these.items()}
    stayed = [
        (row["region"], row["ordering"], uid)
        for uid, row in rows.items()
        if uid in those and those[uid][1]["region"] == row["region"]
    ]
    return [uid for _, _, uid in sorted(stayed)]


def _name(slug: str, row: Row) -> str:
    model = MODELS[slug]
    known = {field.attname for field in model._meta.concrete_fields}
    block = model(**{name: value for name, value in row.items() if name in known})
    return f"“{block.heading or to_line(block.blurb, 60) or slug}”"


def _where(content: Content, row: Row) -> str:
    key = row["region"].rpartition("_")[2]
    return next((s["title"] for s in content["sections"] if str(s["id"]) == key), "nowhere")


def _pieces(before: str, after: str) -> Iterator[Piece]:
    old, new = before.split(), after.split()
    for deed, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            yield Piece("same", " ".join(old[a:b]))
            continue
        if a < b:
            yield Piece("out", " ".join(old[a:b]))
        if c < d:
            yield Piece("in", " ".join(new[c:d]))
