"""Many new rows at once, for a fraction of what `bulk_create` takes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TextField,
    UUIDField,
)

# Columns that take strings, numbers and None as they are.
PLAIN_FIELDS = (BooleanField, CharField, ForeignKey, IntegerField, TextField)
# Their values are of one type: nothing has to be read into it.
TYPED_FIELDS = (DateTimeField, UUIDField)
PLAIN = {bool, int, str, type(None)}
# Beyond this a longer statement gains nothing.
AT_ONCE = 500

Row = Mapping[str, Any]


def insert(model: type[Model], rows: Sequence[Row], *, ignore_conflicts: bool = False) -> list[Any]:
    """Insert rows, in their order, and answer their keys; all by the same names, a foreign key as
    `feed` or `feed_id`. Columns that are not named get the model's defaults.

    Making 1,000 objects to store and forget takes longer than storing them; hence no objects, no
    signals and no expressions. With `ignore_conflicts` rows that collide are left out, and their
    keys too. Call inside a transaction.
    """
    if not rows:
        return []
    statement = _Statement(model, list(rows[0]), " ON CONFLICT DO NOTHING" * ignore_conflicts)
    keys: list[Any] = []
    with statement.database.cursor() as cursor:
        for some in batched(rows, statement.size(len(rows)), strict=False):
            cursor.execute(statement.of(len(some)), statement.values(some))
            keys += (key for (key,) in cursor.fetchall())
    return keys


def _preparing(field: Field[Any, Any]) -> Callable[[Any, Any], Any]:
    """How a value of `field` becomes what its column takes; of a row, its key."""
    if isinstance(field, TYPED_FIELDS):
        return lambda value, database: field.get_db_prep_value(value, database, prepared=True)

    def prepare(value: Any, database: Any) -> Any:
        return field.get_db_prep_save(value.pk if isinstance(value, Model) else value, database)

    return prepare


class _Statement:
    """An INSERT with a column for each field."""

    def __init__(self, model: type[Model], names: list[str], ending: str) -> None:
        self.database = connections[DEFAULT_DB_ALIAS]
        by_name = {field.attname: field for field in model._meta.concrete_fields}
        by_name |= {field.name: field for field in model._meta.concrete_fields}
        named = [by_name[name] for name in names]
        self.named = [
            (name, PLAIN if isinstance(field, PLAIN_FIELDS) else set(), _preparing(field))
            for name, field in zip(names, named, strict=True)
        ]
        others = [
            field
            for field in model._meta.concrete_fields
            if field not in named and not isinstance(field, AutoField)
        ]
        blank = model()
        self.rest = [
            field.get_db_prep_save(field.pre_save(blank, add=True), self.database)
            for field in others
        ]
        self.fields = [*named, *others]
        self.into, self.ending = self.around(model, ending)

    def around(self, model: type[Model], ending: str) -> tuple[str, str]:
        quote = self.database.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self.fields)
        # Names of our own models and columns, nothing a stranger said.
        into = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES "  # noqa: S608
        return into, f"{ending} RETURNING {quote(str(model._meta.pk.column))}"

    def size(self, count: int) -> int:
        return min(AT_ONCE, self.database.ops.bulk_batch_size(self.fields, [None] * count))

    def of(self, count: int) -> str:
        row = f"({', '.join(['%s'] * len(self.fields))})"
        return f"{self.into}{', '.join([row] * count)}{self.ending}"

    def values(self, rows: Sequence[Row]) -> list[Any]:
        values: list[Any] = []
        base = self.database
        for row in rows:
            values += [
                value if type(value := row[name]) in plain else prepare(value, base)
                for name, plain, prepare in self.named
            ]
            values += self.rest
        return values
