"""A queryset's statement, built once and run often with other values.

Where rows change or are read one by one and in a hurry, building the statement takes ten times as
long as running it. The rule still stands in querysets; only its values have slots.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.fetch_modes import FETCH_ONE
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery


class Slot(Expression):
    """Stands in a queryset for a value that is given later, under this name, for all rows."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any]]:
        return "%s", (self,)


class OwnSlot(Slot):
    """The same for a value that each row has for itself: text, a number, or nothing."""

    def as_postgresql(
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, tuple[Any]]:
        return f'own."{self.name}"', (self,)


class Update:
    """An UPDATE of the rows of `rows`, which both may hold slots. One of their own is `pk`.

    SQLite is next to us, and has it row by row. PostgreSQL is away: it gets one statement, which it
    plans once, with all rows' own values in arrays.
    """

    def __init__(self, rows: "QuerySet[Any]", **values: Any) -> None:
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        database = connections[DEFAULT_DB_ALIAS]
        self._sql, self._values = query.get_compiler(connection=database).as_sql()
        self._table = rows.model._meta.db_table
        self._own: dict[str, OwnSlot] = {}
        if database.vendor == "postgresql":
            self._own = {slot.name: slot for slot in self._values if isinstance(slot, OwnSlot)}
            self._values = tuple(v for v in self._values if not isinstance(v, OwnSlot))
            self._sql = self._joined(database)

    def run(self, own: Sequence[Mapping[str, Any]], **shared: Any) -> int:
        """Once for each row of `own` slots, the others the same. Answers how many changed in all.

        No row may be given twice: PostgreSQL would choose one of its two.
        """
        if not own:
            return 0
        database = connections[DEFAULT_DB_ALIAS]
        values = [_shared(value, shared, database) for value in self._values]
        with database.cursor() as cursor:
            if self._own:
                arrays = [[given[name] for given in own] for name in self._own]
                cursor.execute(self._sql, [*arrays, *values])
            else:
                cursor.executemany(self._sql, [_own(values, given) for given in own])
            return int(cursor.rowcount)

    def _joined(self, database: Any) -> str:
        """The statement over the arrays, which come before whatever else it is given. That the
        rows are known by their keys is said twice, so that it begins there."""
        arrays = ", ".join(f"%s::{_element(slot, database)}[]" for slot in self._own.values())
        names = ", ".join(f'"{name}"' for name in self._own)
        changed, condition = self._sql.split(" WHERE ", 1)
        key = f"{self._table}.id = ANY (ARRAY (SELECT pk FROM own))"  # noqa: S608
        own = f"own ({names}) AS (SELECT * FROM unnest({arrays}))"  # noqa: S608
        return f"WITH {own} {changed} FROM own WHERE {key} AND {condition}"


class Select[Row: Model]:
    """The rows of `rows`, which may hold slots and `select_related`."""

    def __init__(self, rows: "QuerySet[Row]") -> None:
        compiler: Any = rows.query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])
        self._sql, self._values = compiler.as_sql()
        columns, told = [column for column, *_ in compiler.select], compiler.klass_info
        self._own = slice(told["select_fields"][0], told["select_fields"][-1] + 1)
        self._names = [column.target.attname for column in columns[self._own]]
        self._related = get_related_populators(told, compiler.select, DEFAULT_DB_ALIAS, FETCH_ONE)
        self._converted = partial(
            compiler.apply_converters, converters=compiler.get_converters(columns)
        )
        self._model = rows.model

    def run(self, **given: Any) -> list[Row]:
        """The rows as they are now, with these values in the slots."""
        database = connections[DEFAULT_DB_ALIAS]
        with database.cursor() as cursor:
            cursor.execute(self._sql, [_shared(it, given, database) for it in self._values])
            return [self._made(row) for row in self._converted(cursor.fetchall())]

    def _made(self, row: list[Any]) -> Row:
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, made)
        return made


def _shared(value: Any, given: Mapping[str, Any], database: Any) -> Any:
    if isinstance(value, Slot) and value.name in given:
        return value.output_field.get_db_prep_value(given[value.name], database)
    return value


def _own(values: Sequence[Any], own: Mapping[str, Any]) -> list[Any]:
    return [own[value.name] if isinstance(value, Slot) else value for value in values]


def _element(slot: OwnSlot, database: Any) -> str:
    """The column's type without its length: what is too long should fail and not be cut."""
    return str(slot.output_field.db_type(database)).partition("(")[0]
