"""Admin pages for rows that only verbs write."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from toolbox.paging import CappedPaginator


class ReadOnlyAdmin(admin.ModelAdmin[Any]):
    """To read: nothing is added, changed or deleted by hand. Actions may still call verbs.

    Such tables only grow: their pages are counted up to a number, and never twice."""

    paginator = CappedPaginator
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
