"""Pages of a table that only grows."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

# A person who looks further than this searches.
MOST = 10_000
# Of a search that reads the table through, so many rows are shown.
FOUND = 1000


class CappedPaginator(Paginator[Any]):
    """Counts no further than MOST rows: to count a million takes longer than to show a hundred."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST].count())


def found_once[Rows: QuerySet[Any]](rows: Rows, found: QuerySet[Any]) -> Rows:
    """Those of `rows` that are among the first `FOUND` of `found`, looked for here and now; all of
    them where nothing is looked for.

    Where no index answers, a search reads the whole table; a list in the admin would do so twice,
    to count and to show.
    """
    if found is rows:
        return rows
    pks = found.order_by().values_list("pk", flat=True)[:FOUND]
    return rows.filter(pk__in=list(pks))
