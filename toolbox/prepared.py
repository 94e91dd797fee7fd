"""A queryset's UPDATE, built once and run often with other values.

Where thousands of rows a second change one by one, building the statement takes ten times as long
as running it. The rule still stands in querysets; only its values have slots.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Field, QuerySet
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
        values = [self._value(value, shared, database) for value in self._values]
        rows = [
            [given[value.name] if isinstance(value, Slot) else value for value in values]
            for given in own
        ]
        with database.cursor() as cursor:
            cursor.executemany(self._sql, rows)
            return int(cursor.rowcount)

    def _value(self, value: Any, shared: Mapping[str, Any], database: Any) -> Any:
        if isinstance(value, Slot) and value.name in shared:
            return value.output_field.get_db_prep_value(shared[value.name], database)
        return value
