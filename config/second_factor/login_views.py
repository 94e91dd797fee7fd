"""The log-in in its two steps."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME, login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from config.second_factor import factor, halfway
from config.second_factor.forms import CodeForm
from publication.access import KNOWS


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
        return redirect(_with_next("second_factor_code", self.get_redirect_url()))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"title": "Log in", "subtitle": None, "app_path": self.request.get_full_path()}
        page["username"] = self.request.user.get_username()
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request) | page


@method_decorator(never_cache, name="dispatch")
class CodeView(RedirectURLMixin, FormView[CodeForm]):
    """The second step: a code, within ten minutes of the password."""

    template_name = "admin/second_factor/code.html"
    form_class = CodeForm
    next_page = "admin:index"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        person = halfway.who(request, timezone.now())
        if person is None or not factor.is_on(person):
            messages.warning(request, "Begin again: that took too long, or something changed.")
            return redirect(_with_next("admin:login", self.get_redirect_url()))
        self.person = person
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class: type[CodeForm] | None = None) -> CodeForm:
        form = super().get_form(form_class)
        form.fields["code"].widget.attrs["autofocus"] = True
        return form

    def form_valid(self, form: CodeForm) -> HttpResponse:
        try:
            factor.check(self.person, form.cleaned_data["code"])
        except factor.WrongCodeError as error:
            form.add_error("code", str(error))
            return self.form_invalid(form)
        halfway.forget(self.request)
        login(self.request, self.person, backend=KNOWS)
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = {"title": "Log in", "subtitle": None, "next": self.get_redirect_url()}
        return super().get_context_data(**kwargs) | admin.site.each_context(self.request) | page


def _with_next(view: str, onward: str) -> str:
    query = urlencode({REDIRECT_FIELD_NAME: onward}) if onward else ""
    return f"{reverse(view)}?{query}" if query else reverse(view)
