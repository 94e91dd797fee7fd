"""Pages of a table that only grows are counted up to a number."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from toolbox import paging
from toolbox.paging import CappedPaginator
from toolbox.readonly import ReadOnlyAdmin

pytestmark = pytest.mark.django_db


def test_it_counts_no_further_than_it_must(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST", 3)
    User.objects.bulk_create(User(username=f"u{n}") for n in range(5))
    pages = CappedPaginator(User.objects.order_by("username"), 2)
    assert (pages.count, pages.num_pages) == (3, 2)
    with CaptureQueriesContext(connection) as asked:
        assert CappedPaginator(User.objects.order_by("pk"), 2).count == 3
    assert "LIMIT 3" in asked[0]["sql"]


def test_every_table_that_only_verbs_write_is_counted_so() -> None:
    written = [site for site in admin.site._registry.values() if isinstance(site, ReadOnlyAdmin)]
    assert len(written) > 3
    for site in written:
        assert site.paginator is CappedPaginator
        assert not site.show_full_result_count
