"""In by consent, out by one click."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from audience import consent, signing_up
from audience.forms import WORDING, SubscribeForm
from audience.tokens import subscriber_of
from audience.views.guard import origin, token_page


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. What it answers says nothing about who is subscribed."""
    form = SubscribeForm(request.POST if request.method == "POST" else None, now=timezone.now())
    if form.is_trapped:
        return redirect("audience:check_inbox")
    if form.is_valid():
        visitor = signing_up.Visitor(origin(request) or "", WORDING, form.is_proven)
        try:
            signing_up.sign_up(form.cleaned_data["email"], visitor, now=form.now)
        except signing_up.NeedsProofError:
            form.add_error("shown_at", form.needs_proof)
        except signing_up.TooManyError as error:
            form.add_error("shown_at", str(error))
        else:
            return redirect("audience:check_inbox")
    return render(request, "audience/subscribe.html", {"form": form})


@require_safe
def check_inbox(request: HttpRequest) -> HttpResponse:
    """The same for everybody who asked."""
    return render(request, "audience/check_inbox.html")


@token_page
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """A button, since mail scanners open every link; the POST confirms."""
    now = timezone.now()
    if request.method == "POST":
        consent.confirm(token, confirmed_from=origin(request), now=now)
        return render(request, "audience/confirmed.html")
    subscriber = consent.asked_with(token, now=now)
    return render(request, "audience/confirm.html", {"subscriber": subscriber})


@token_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """A button; the POST acts, whether a person pressed it or a mail program did (RFC 8058)."""
    if request.method == "POST":
        consent.unsubscribe(token, now=timezone.now())
        return render(request, "audience/unsubscribed.html")
    return render(request, "audience/unsubscribe.html", {"subscriber": subscriber_of(token)})
