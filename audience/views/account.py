"""What a person gets, and, by a link that was mailed just now, what we hold of them."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from audience import account, preferences
from audience.account import TakenError
from audience.forms import MoveForm, PreferencesForm
from audience.tokens import subscriber_of
from audience.views.guard import token_page


@token_page
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """Sections and a pause; and the way out."""
    subscriber, now = subscriber_of(token), timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = PreferencesForm(posted, subscriber=subscriber, now=now)
    saved = False
    if form.is_valid():
        wanted = form.cleaned_data
        subscriber = preferences.choose(token, wanted["sections"], wanted["until"], now=now)
        saved = True
    page = {"subscriber": subscriber, "form": form, "saved": saved}
    return render(request, "audience/preferences.html", page)


@token_page
def mail_link(request: HttpRequest, token: str) -> HttpResponse:
    """Have a fresh link mailed to the address itself."""
    if request.method != "POST":
        return choose(request, token)
    account.ask_link(token, now=timezone.now())
    return render(request, "audience/link_mailed.html")


@token_page
def show(request: HttpRequest, token: str) -> HttpResponse:
    """Move, download, erase: the page of a fresh link."""
    now = timezone.now()
    subscriber = account.holder(token, now=now)
    form = MoveForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        address = account.ask_to_move(token, form.cleaned_data["email"], now=now)
        return render(request, "audience/move_asked.html", {"address": address})
    page = {"subscriber": subscriber, "form": form, "token": token}
    return render(request, "audience/account.html", page)


@token_page
def download(request: HttpRequest, token: str) -> HttpResponse:
    """All we hold of them, as a file."""
    held = account.held(token, now=timezone.now())
    saved_as = {"Content-Disposition": 'attachment; filename="my-subscription.json"'}
    return JsonResponse(held, json_dumps_params={"indent": 2}, headers=saved_as)


@token_page
def erase(request: HttpRequest, token: str) -> HttpResponse:
    """The button on the fresh link's page, asked for once more."""
    if request.method == "POST":
        account.erase(token, now=timezone.now())
        return render(request, "audience/erased.html")
    subscriber = account.holder(token, now=timezone.now())
    return render(request, "audience/erase.html", {"subscriber": subscriber})


@token_page
def move(request: HttpRequest, token: str) -> HttpResponse:
    """Opened from the new address: a button again, since scanners open every link."""
    now = timezone.now()
    subscriber = account.mover(token, now=now)
    if request.method != "POST":
        return render(request, "audience/move.html", {"address": subscriber.new_email})
    try:
        account.move(token, now=now)
    except TakenError as error:
        return render(request, "audience/taken.html", {"why": str(error)}, status=409)
    return render(request, "audience/moved.html", {"address": subscriber.new_email})
