"""The log-in in its two steps, and the page on which a person turns the second one on or off."""

from base64 import b32encode
from typing import Any, cast

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from config.second_factor import factor, halfway

BACKEND = "django.contrib.auth.backends.ModelBackend"
DEEDS = {"on": factor.confirm, "renew": factor.renew, "off": factor.turn_off}
SAID = {
    "on": "The second factor is on.",
    "renew": "The old spare codes no longer count.",
    "off": "The second factor is off: your password is enough.",
}


class CodeForm(forms.Form):
    """Gives `code`: six digits of the app, or a spare code."""

    code = forms.CharField(
        max_length=20,
        error_messages={"required": "Type the code."},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class AdminLoginView(LoginView):
    """Django's own page of the admin; whoever has a second factor goes on to `CodeView`."""

    template_name = "admin/login.html"
    authentication_form = AdminAuthenticationForm
    next_page = "admin:index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and admin.site.has_permission(request):
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        if not factor.is_on(person):
            return super().form_valid(form)
        halfway.remember(self.request, person, timezone.now())
        onward = urlencode({REDIRECT_FIELD_NAME: self.get_redirect_url()})
        return redirect(f"{reverse('second_factor_code')}?{onward}")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        path = self.request.get_full_path()
        own = {"title": "Log in", "subtitle": None, "app_path": path}
        own["username"] = self.request.user.get_username()
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            **own,
        }


@method_decorator(never_cache, name="dispatch")
class CodeView(RedirectURLMixin, FormView[CodeForm]):
    """The second step: a code, within ten minutes of the password."""

    template_name = "admin/second_factor/code.html"
    form_class = CodeForm
    next_page = "admin:index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = halfway.who(request, timezone.now())
        if person is None:
            return redirect("admin:login")
        self.person = person
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        try:
            factor.check(self.person, form.cleaned_data["code"])
        except factor.WrongCodeError as error:
            form.add_error("code", str(error))
            return self.form_invalid(form)
        halfway.forget(self.request)
        login(self.request, self.person, backend=BACKEND)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = {"title": "Log in", "subtitle": None, "next": self.get_redirect_url()}
        return {
            **super().get_context_data(**kwargs),
            **admin.site.each_context(self.request),
            **own,
        }


@never_cache
def manage(request: HttpRequest) -> HttpResponse:
    """Whether it is on; and on or off with it, or new spare codes."""
    person, deed, spare = cast("User", request.user), request.POST.get("deed", ""), list[str]()
    form = CodeForm(request.POST if deed in DEEDS else None)
    if form.is_valid():
        try:
            spare = DEEDS[deed](person, form.cleaned_data["code"]) or []
        except factor.WrongCodeError as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, SAID[deed])
            form = CodeForm()
    is_on = factor.is_on(person)
    context = {
        **admin.site.each_context(request),
        "title": "Second factor",
        "is_on": is_on,
        "begun": _for_the_app(person) if not is_on and deed in {"begin", "on"} else None,
        "spare": spare,
        "form": form,
    }
    return TemplateResponse(request, "admin/second_factor/manage.html", context)


def _for_the_app(person: User) -> dict[str, str]:
    begun = factor.begin(person)
    address = begun.config_url
    picture = segno.make(address, error="m").svg_data_uri(scale=5)
    return {"picture": picture, "key": b32encode(begun.bin_key).decode(), "address": address}
