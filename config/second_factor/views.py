"""The page on which a person turns the second factor on or off."""

from base64 import b32encode
from typing import Any, cast

import segno
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from config.second_factor import factor
from config.second_factor.forms import CodeForm, TurnOnForm

# In the session of whoever began: a key that somebody else has seen never becomes theirs.
KEY = "second_factor_key"
DEEDS = {"renew": factor.renew, "off": factor.turn_off}
SAID = {
    "renew": "The old spare codes no longer count.",
    "off": "The second factor is off: your password is enough.",
}


def manage(request: HttpRequest) -> HttpResponse:
    """Whether it is on. With it on, a code turns it off or makes new spare codes."""
    person, deed = cast("User", request.user), request.POST.get("deed", "")
    form = CodeForm(request.POST if deed in DEEDS else None)
    spare: list[str] = []
    if form.is_valid():
        try:
            spare = DEEDS[deed](person, form.cleaned_data["code"]) or []
        except factor.WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, SAID[deed])
            form = CodeForm()
    return _page(request, form, is_on=factor.is_on(person), spare=spare)


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A key for the app, and what is typed once it has it."""
    request.session[KEY] = factor.new_key()
    person = cast("User", request.user)
    return _page(request, TurnOnForm(None, request=request, person=person), begun=_begun(request))


@require_POST
def turn_on(request: HttpRequest) -> HttpResponse:
    """The password and the app's first code."""
    if KEY not in request.session:
        return redirect("second_factor")
    person = cast("User", request.user)
    form = TurnOnForm(request.POST, request=request, person=person)
    if not form.is_valid():
        return _page(request, form, begun=_begun(request))
    try:
        spare = factor.turn_on(person, key=request.session[KEY], **form.cleaned_data)
    except factor.WrongCodeError as error:
        form.add_error("code", str(error))
        return _page(request, form, begun=_begun(request))
    del request.session[KEY]
    update_session_auth_hash(request, person)
    messages.success(request, "The second factor is on. Whoever was logged in elsewhere is out.")
    return _page(request, CodeForm(), is_on=True, spare=spare)


def _begun(request: HttpRequest) -> dict[str, str]:
    """The key as a picture, in letters, and as an address for an app of the same device."""
    app = factor.app_of(cast("User", request.user), request.session[KEY])
    picture = segno.make(app.config_url, error="m").svg_data_uri(scale=5)
    key = b32encode(app.bin_key).decode()
    return {"picture": picture, "key": key, "address": app.config_url}


def _page(request: HttpRequest, form: CodeForm, **values: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Second factor", "form": form, **values}
    return TemplateResponse(request, "admin/second_factor/manage.html", context)
