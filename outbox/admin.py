"""Facts and their receipts, to read; what gave up can be run again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from outbox import running
from outbox.models import Receipt
from toolbox.text import one_line


@admin.register(Receipt)
class ReceiptAdmin(admin.ModelAdmin[Receipt]):
    """Read only but for one action. Newest first, with the last line of what went wrong."""

    nothing_yet = "Nothing is on its way, and nothing went wrong."
    list_display = ["fact", "listener", "state", "attempts", "next_try_at", "error"]
    ordering = ["-pk"]
    list_filter = ["state", "listener"]
    list_select_related = ["fact"]
    actions = ["run_again"]
    readonly_fields = [
        "fact",
        "listener",
        "state",
        "attempts",
        "next_try_at",
        "lease_until",
        "done_at",
        "traceback",
    ]
    exclude = ["last_error"]

    @admin.display(description="last error")
    def error(self, receipt: Receipt) -> str:
        """What it came down to."""
        return one_line((receipt.last_error.strip().splitlines() or [""])[-1], 100)

    @admin.display(description="last error")
    def traceback(self, receipt: Receipt) -> str:
        """All of it, in its lines."""
        return format_html("<pre>{}</pre>", receipt.last_error) if receipt.last_error else "–"

    @admin.action(description="Run again", permissions=["change"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Receipt]) -> None:
        """Put the chosen receipts that were given up back in line."""
        count = sum(running.run_again(receipt) for receipt in queryset)
        messages.success(request, f"{count} put back in line.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
