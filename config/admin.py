"""Accounts, with what an owner can do for somebody who lost the phone."""

from typing import cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_static import admin as spare_codes  # noqa: F401  (registers, as below)
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp import admin as apps  # noqa: F401
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.second_factor import factor
from publication.access import NotAllowedError

# Secrets of others are nobody's to look at, and no owner's to make.
admin.site.unregister([StaticDevice, TOTPDevice, User])


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's own page of an account."""

    actions = ["take_factor_away"]

    @admin.action(description="Take the second factor away", permissions=["change"])
    def take_factor_away(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """The password is enough again, until they set up another."""
        by = cast("User", request.user)
        try:
            for person in queryset:
                factor.take_away(person, by=by)
        except NotAllowedError as error:
            raise PermissionDenied(str(error)) from error
        names = ", ".join(map(str, queryset))
        messages.success(request, f"The password is enough again for {names}.")
