"""The pages of the first run. Each calls one verb and tells the person."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm, BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from config.setup import claiming, filling, forms, letters, people
from config.setup.steps import BY_SLUG, STEPS, after
from curation.outlines import OpmlError
from publication.access import KNOWS
from publication.masthead import current
from publication.models import Section
from toolbox import mailbox
from toolbox.smtp import Verdict

Form = BaseForm | BaseFormSet[Any]
# Refused feeds that are named one by one.
NAMED = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """The owner's account, for whoever has the token that the server printed."""
    if claiming.is_claimed():
        return redirect("setup:start")
    if not claiming.is_open(token, timezone.now()):
        return _unadorned(render(request, "admin/setup/expired.html", status=404))
    form = forms.OwnerForm(request.POST or None)
    if not form.is_valid():
        return _unadorned(render(request, "admin/setup/claim.html", {"form": form}))
    said = form.cleaned_data
    try:
        owner = claiming.claim(
            token,
            username=said["username"],
            email=said["email"],
            password=said["password1"],
            now=timezone.now(),
        )
    except claiming.ClaimError as error:
        raise Http404(str(error)) from error
    login(request, owner, backend=KNOWS)
    return redirect("setup:start")


def _unadorned(response: HttpResponse) -> HttpResponse:
    """The address is a secret: it goes into no index. The site's own Referrer-Policy keeps it
    from other hosts; `no-referrer` would take the Origin too, and CSRF could not be checked."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def owner(request: HttpRequest) -> User:
    """Who is at the door. Raises PermissionDenied unless it is an owner."""
    person = cast("User", request.user)
    if not person.is_superuser:
        raise PermissionDenied
    return person


def start(request: HttpRequest) -> HttpResponse:
    """The first page with something to do; the first of all when nothing is left."""
    owner(request)
    first = next((step for step in STEPS if not step.is_done()), STEPS[0])
    return redirect("setup:step", first.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """One page: shown, or kept and on to the next."""
    by = owner(request)
    if slug not in BY_SLUG:
        raise Http404
    form = FORMS[slug](request)
    if request.method == "POST" and form.is_valid() and DEEDS[slug](request, form, by):
        following = after(slug)
        stays = bool({"again", "test"} & request.POST.keys())
        next_slug = slug if stays or following is None else following.slug
        done = following is None and not stays
        return redirect("admin:index") if done else redirect("setup:step", next_slug)
    context = {
        **admin.site.each_context(request),
        "title": f"Set up: {BY_SLUG[slug].title}",
        "steps": [(one, one.is_done()) for one in STEPS],
        "step": BY_SLUG[slug],
        "following": after(slug),
        "form": form,
        "people": User.objects.filter(is_staff=True).prefetch_related("groups")
        if slug == "people"
        else (),
    }
    return TemplateResponse(request, f"admin/setup/{slug}.html", context)


def _masthead(form: Callable[..., Form]) -> Callable[[HttpRequest], Form]:
    return lambda request: form(request.POST or None, instance=current())


def _sections(request: HttpRequest) -> Form:
    shelves = Section.objects.all()
    last = max((shelf.position for shelf in shelves), default=-1)
    # Django numbers initial values from the first empty line.
    behind = [{"position": last + 1}, {"position": last + 2}]
    return forms.SectionFormSet(request.POST or None, queryset=shelves, initial=behind)


FORMS: dict[str, Callable[[HttpRequest], Form]] = {
    "publication": _masthead(forms.PublicationForm),
    "branding": _masthead(forms.BrandingForm),
    "sections": _sections,
    "sender": _masthead(forms.SenderForm),
    "feeds": lambda request: forms.FeedsForm(request.POST or None, request.FILES or None),
    "people": lambda request: forms.InviteForm(request.POST or None),
}


def _keep(request: HttpRequest, form: Any, by: User) -> bool:
    filling.keep(form, request.path.rstrip("/").rpartition("/")[2], by=by)
    return True


def _sender(request: HttpRequest, form: Any, by: User) -> bool:
    filling.keep(form, "sender", by=by)
    if "test" not in request.POST:
        return True
    answer = letters.say_hello(by.email, by=by)
    if answer.verdict is not Verdict.ACCEPTED:
        messages.error(request, f"The test mail did not go out. The mail server: {answer.text}")
        return False
    if mailbox.keeps_all():
        where = f"The test mail to {by.email} lies in the mailbox of this machine, at /mailbox/"
        messages.success(request, f"{where}. No mail leaves it before EMAIL_URL names a server.")
    else:
        messages.success(request, f"A test mail is on its way to {by.email}: {answer.text}")
    return True


def _feeds(request: HttpRequest, form: Any, by: User) -> bool:
    said = form.cleaned_data
    try:
        followed = filling.follow(
            listed=said["file"].read() if said["file"] else None,
            addresses=said["addresses"],
            suggested=said["suggested"],
            by=by,
            now=timezone.now(),
        )
    except OpmlError as error:
        form.add_error("file", str(error))
        return False
    for sentence in followed.said:
        messages.success(request, sentence)
    for sentence in followed.refused[:NAMED]:
        messages.warning(request, f"Not followed: {sentence}")
    return True


def _invite(request: HttpRequest, form: Any, by: User) -> bool:
    said = form.cleaned_data
    try:
        invited = people.invite(said["username"], said["email"], said["role"], by=by)
    except people.AccountError as error:
        form.add_error("username", str(error))
        return False
    if invited.answer.verdict is Verdict.ACCEPTED:
        messages.success(request, f"{invited.person} has been mailed a link to set a password.")
    else:
        messages.warning(
            request,
            f"The mail did not go out ({invited.answer.text}). Give {invited.person} this "
            f"address, good for three days: {invited.link}",
        )
    return True


DEEDS: dict[str, Callable[[HttpRequest, Any, User], bool]] = {
    "publication": _keep,
    "branding": _keep,
    "sections": _keep,
    "sender": _sender,
    "feeds": _feeds,
    "people": _invite,
}
