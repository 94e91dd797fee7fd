"""Accounts, with what an owner can do for somebody who lost the phone."""

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static import admin as spare_codes  # noqa: F401  (registers, as below)
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as apps  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.second_factor import factor
from publication.access import NotAllowedError

POWERS = ["is_superuser", "groups", "user_permissions"]

# Secrets of others are nobody's to look at, and no owner's to make.
admin.site.unregister([StaticDevice, TOTPDevice, User])


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's own page of an account. Whoever is no owner makes nobody one, and touches none."""

    actions = ["take_factor_away"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and _reaches(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and _reaches(request, obj)

    def has_owner_permission(self, request: HttpRequest) -> bool:
        """Who may do the action below."""
        return _is_owner(request)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if _is_owner(request) else [*own, *POWERS]

    @admin.action(description="Take the second factor away", permissions=["owner"])
    def take_factor_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The password is enough again, until they set up another."""
        for person in queryset:
            try:
                factor.take_away(person, by=cast("User", request.user))
            except (factor.NoFactorError, NotAllowedError) as error:
                messages.error(request, str(error))
            else:
                messages.success(request, f"The password is enough again for {person}.")


def _is_owner(request: HttpRequest) -> bool:
    return cast("User", request.user).is_superuser


def _reaches(request: HttpRequest, account: User | None) -> bool:
    return _is_owner(request) or account is None or not account.is_superuser
