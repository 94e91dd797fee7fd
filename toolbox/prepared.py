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
    """Stands in a queryset for a value that is given later, under this name."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any]]:
        return "%s", (self,)


class Update:
    """An UPDATE of the rows of `rows`, which both may hold slots."""

    def __init__(self, rows: "QuerySet[Any]", **values: Any) -> None:
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(values)
        database = connections[DEFAULT_DB_ALIAS]
        self._sql, self._values = query.get_compiler(connection=database).as_sql()

    def run(self, own: Sequence[Mapping[str, Any]], **shared: Any) -> int:
        """Once for each row of `own` slots, the others the same. Answers how many changed in all.

        A value of `own` is passed on as it is: text, a number, or nothing.
        """
        if not own:
            return 0
        database = connections[DEFAULT_DB_ALIAS]
        values = [_filled(value, shared, database) for value in self._values]
        rows = [
            [given[value.name] if isinstance(value, Slot) else value for value in values]
            for given in own
        ]
        with database.cursor() as cursor:
            cursor.executemany(self._sql, rows)
            return int(cursor.rowcount)


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
            cursor.execute(self._sql, [_filled(it, given, database) for it in self._values])
            return [self._made(row) for row in self._converted(cursor.fetchall())]

    def _made(self, row: list[Any]) -> Row:
        made = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, made)
        return made


def _filled(value: Any, given: Mapping[str, Any], database: Any) -> Any:
    if isinstance(value, Slot) and value.name in given:
        return value.output_field.get_db_prep_value(given[value.name], database)
    return value
