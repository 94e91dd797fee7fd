"""An editor's hand on a mailing: its hour, its figures, what is to settle, and a rehearsal."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from delivery import fence, holding, mailings, rehearsal, sending
from delivery.mailings import MailingError
from delivery.models import Delivery, Mailing
from digest.models import Issue
from digest.placeholders import TOKEN
from publication.masthead import current
from publication.models import AuditEntry, Publication
from tests.delivery.makers import make_mailing, make_readers, make_rendered, make_uncertain, states
from tests.makers import NOW, make_editor, make_staff
from tests.sink import sinking

pytestmark = pytest.mark.django_db
State = Mailing.State
HOUR = timedelta(hours=1)


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(make_editor())
    return client


def plan(**values: Any) -> Mailing:
    mailing = mailings.start(make_rendered(**values).issue_id)
    assert mailing is not None
    return mailing


def page(client: Client, mailing: Mailing, part: str = "change") -> str:
    return client.get(f"/admin/delivery/mailing/{mailing.pk}/{part}/").content.decode()


def post(client: Client, mailing: Mailing, button: str, **data: object) -> str:
    url = f"/admin/delivery/mailing/{mailing.pk}/{button}/"
    return client.post(url, data, follow=True).content.decode()


# The hour


def test_between_publishing_and_the_first_mail_it_can_be_called_back(
    settings: LazySettings,
) -> None:
    settings.MAIL_CANCEL_WINDOW = timedelta(minutes=5)
    assert plan(mail_at=NOW).mail_at == NOW + timedelta(minutes=5)
    assert plan(mail_at=NOW + HOUR).mail_at == NOW + HOUR


def test_its_hour_is_shown_where_the_publication_lives_and_in_utc(editor: Client) -> None:
    current()
    Publication.objects.update(time_zone="Europe/Zurich")
    soon = timezone.now() + timedelta(hours=2, minutes=5, seconds=30)
    said = page(editor, plan(mail_at=soon))
    local = soon.astimezone(timezone.get_fixed_timezone(60))
    assert f"{local:%H:%M} CET</time> ({soon:%H:%M} UTC)" in said
    assert "in 2\xa0hours, 5\xa0minutes" in said


def test_it_can_be_given_another_hour_until_it_has_begun(editor: Client) -> None:
    current()
    Publication.objects.update(time_zone="Europe/Zurich")
    mailing = plan(mail_at=timezone.now() + HOUR)
    assert "another hour" in post(editor, mailing, "reschedule", mail_at="2099-07-01T15:00")
    mailing.refresh_from_db()
    assert mailing.mail_at.isoformat() == "2099-07-01T13:00:00+00:00"
    assert "has passed" in post(editor, mailing, "reschedule", mail_at="2020-07-01T15:00")
    # The night in which the clocks go forward has no such hour.
    assert "interpreted" in post(editor, mailing, "reschedule", mail_at="2099-03-29T02:30")
    assert "valid date" in post(editor, mailing, "reschedule", mail_at="soon")
    mailing.refresh_from_db()
    assert mailing.mail_at.year == 2099
    begun = make_mailing(readers=1)
    assert "has begun" in post(editor, begun, "reschedule", mail_at="2099-07-01T15:00")


# The figures


def test_it_says_how_far_and_how_fast_it_is(editor: Client) -> None:
    mailing = make_mailing(readers=8)
    rows = list(Delivery.objects.values_list("pk", flat=True))
    just_now = timezone.now() - timedelta(seconds=20)
    Delivery.objects.filter(pk__in=rows[:3]).update(state="accepted", wire_at=just_now)
    Delivery.objects.filter(pk=rows[3]).update(state="failed", wire_at=just_now)
    Delivery.objects.filter(pk=rows[4]).update(state="uncertain", wire_at=just_now - HOUR)
    figures = "".join(page(editor, mailing, "live").split())
    for figure in (
        "<dt>Sent</dt><dd>3",
        "<dt>Aminute</dt><dd>4",
        "<dt>Togo</dt><dd>3",
        "about1minute",
        '<dt>Errors</dt><ddclass="mailing-bad">1',
        '<dt>Uncertain</dt><ddclass="mailing-bad">1',
    ):
        assert figure in figures
    assert figures in "".join(page(editor, mailing).split())
    assert "data-goes-on" in figures


def test_once_it_is_sent_nobody_asks_any_more(editor: Client) -> None:
    mailing = make_mailing(readers=1)
    sending.drain(NOW)
    assert "data-goes-on" not in page(editor, mailing, "live")


def test_the_figures_are_for_those_who_may_look(client: Client) -> None:
    mailing = make_mailing(readers=1)
    client.force_login(make_staff("charlie"))
    assert client.get(f"/admin/delivery/mailing/{mailing.pk}/live/").status_code == 403


# What waits for a person


def test_what_is_on_hold_says_so_on_its_page_and_on_the_first(editor: Client) -> None:
    mailing = make_mailing(readers=1)
    assert "on hold" not in editor.get("/admin/").content.decode()
    holding.hold(mailing, "Too many errors: 21 of 30 that were tried.")
    for said in (page(editor, mailing), editor.get("/admin/").content.decode()):
        assert "Too many errors: 21 of 30 that were tried." in said
    post(editor, mailing, "resume", readers=1)
    assert "on hold" not in editor.get("/admin/").content.decode()


def test_before_one_that_has_not_begun_goes_on_the_audience_is_typed(editor: Client) -> None:
    make_readers(3)
    mailing = plan(mail_at=timezone.now() + HOUR)
    post(editor, mailing, "pause")
    assert "3 people are still to get it" in page(editor, mailing)
    assert "Type 3: so many people get it." in post(editor, mailing, "resume")
    assert "Resumed" in post(editor, mailing, "resume", readers=3)


def test_who_has_no_say_in_mailings_is_not_bothered(client: Client) -> None:
    holding.hold(make_mailing(readers=1), "Too many errors.")
    client.force_login(make_staff("charlie"))
    assert "Too many errors" not in client.get("/admin/").content.decode()


def test_a_copy_says_what_to_do_and_one_click_does_it(
    editor: Client, settings: LazySettings, tmp_path: Path
) -> None:
    fence.look(NOW)
    settings.VAR_DIR = tmp_path / "elsewhere"
    settings.VAR_DIR.mkdir()
    fence.look(NOW)
    listed = editor.get("/admin/delivery/mailing/").content.decode()
    assert "Nothing is mailed from here" in listed
    assert "Nothing is mailed." in editor.get("/admin/").content.decode()
    assert editor.get("/admin/delivery/mailing/open/").status_code == 405
    said = editor.post("/admin/delivery/mailing/open/", follow=True).content.decode()
    assert "Newsdesk sends from here." in said
    assert fence.look(NOW) == ""


def test_who_may_only_look_opens_nothing(client: Client) -> None:
    client.force_login(make_staff("charlie", "delivery.view_mailing"))
    assert client.post("/admin/delivery/mailing/open/").status_code == 403


def test_one_click_settles_one(editor: Client) -> None:
    mailing = make_uncertain(3)
    row = Delivery.objects.earliest("pk")
    assert "these 3 mails" in page(editor, mailing)
    assert "1 will be sent again" in post(editor, mailing, "settle", deed="again", delivery=row.pk)
    assert states(mailing) == {"queued": 1, "uncertain": 2}
    row.refresh_from_db()
    assert (row.state, row.wire_at) == ("queued", None)


def test_one_click_settles_all(editor: Client) -> None:
    mailing = make_uncertain(3)
    assert "3 left as they are" in post(editor, mailing, "settle", deed="leave")
    assert "To settle" not in page(editor, mailing)
    assert "settled already" in post(editor, mailing, "settle", deed="leave")


def test_before_many_are_sent_again_their_number_is_typed(editor: Client) -> None:
    mailing = make_uncertain(3)
    for typed in ({}, {"readers": 2}, {"readers": "all"}):
        said = post(editor, mailing, "settle", deed="again", **typed)
        assert "will be sent again" not in said
        assert states(mailing) == {"uncertain": 3}
    assert "Type 3: so many people get it." in post(editor, mailing, "settle", deed="again")
    assert "settled already" in post(editor, mailing, "settle", deed="again", delivery="all")
    assert "3 will be sent again" in post(editor, mailing, "settle", deed="again", readers=3)
    assert states(mailing) == {"queued": 3}


def test_another_mailings_rows_are_not_settled_from_here(editor: Client) -> None:
    mailing = make_uncertain(1)
    other = make_mailing()
    row = Delivery.objects.filter(state="uncertain").get()
    said = post(editor, other, "settle", deed="again", delivery=row.pk)
    assert "settled already" in said
    assert states(mailing) == {"uncertain": 1}


def test_who_may_only_look_settles_nothing(client: Client) -> None:
    mailing = make_uncertain(1)
    client.force_login(make_staff("charlie", "delivery.view_mailing"))
    assert "Send again" not in page(client, mailing)
    url = f"/admin/delivery/mailing/{mailing.pk}/settle/"
    assert client.post(url, {"deed": "again"}).status_code == 403
    assert states(mailing) == {"uncertain": 1}


# The rehearsal


def test_the_approved_mail_goes_to_oneself_and_the_seed_list(
    editor: Client, mailoutbox: list[EmailMessage]
) -> None:
    current()
    Publication.objects.update(seed_list="seed@example.com\nother@example.com")
    make_readers(3)
    issue = make_rendered().issue
    url = f"/admin/delivery/mailing/test/{issue.pk}/"
    asked = editor.get(url)
    to = asked.context["form"].initial["addresses"]
    assert to == "editor@example.com\nseed@example.com\nother@example.com"
    said = editor.post(url, {"addresses": to}).content.decode()
    assert said.count("<td>Yes</td>") + said.count("<td>yes</td>") == 3
    assert [mail.to for mail in mailoutbox] == [[address] for address in to.split()]
    sent = mailoutbox[0].message()
    assert sent["Subject"].startswith("[Test] Nº")
    assert len({mail.message()["Message-ID"] for mail in mailoutbox}) == 3
    assert rehearsal.NOBODYS in sent["List-Unsubscribe"]
    assert not Delivery.objects.exists()
    assert AuditEntry.objects.get().verb == "test mail"


def test_its_way_out_leads_nobody_out(editor: Client) -> None:
    assert len(rehearsal.NOBODYS) == len(TOKEN)
    assert "unsubscribed" not in editor.post(f"/unsubscribe/{rehearsal.NOBODYS}/").content.decode()


def test_a_draft_is_not_tested(editor: Client, mailoutbox: list[EmailMessage]) -> None:
    issue = make_rendered().issue
    Issue.objects.update(state=Issue.State.DRAFT, published_at=None)
    url = f"/admin/delivery/mailing/test/{issue.pk}/"
    said = editor.post(url, {"addresses": "a@example.com"}).content.decode()
    assert "Approve it first" in said
    assert mailoutbox == []


@pytest.mark.parametrize("typed", ["", "a@example.com, nobody", "x" * 9])
def test_what_is_no_address_is_named(
    editor: Client, mailoutbox: list[EmailMessage], typed: str
) -> None:
    url = f"/admin/delivery/mailing/test/{make_rendered().issue.pk}/"
    said = editor.post(url, {"addresses": typed}).content.decode()
    assert "errorlist" in said
    assert mailoutbox == []


def test_it_says_what_the_server_said(settings: LazySettings) -> None:
    issue = make_rendered().issue
    with sinking({"RCPT": "550 no such person"}) as sink:
        settings.MAILERS = sink.options()
        [tried] = rehearsal.send_test(issue, ["a@example.com"], by=None, now=NOW)
    assert (tried.is_taken, tried.answer.text) == (False, "550 no such person")


def test_a_crowd_is_no_rehearsal() -> None:
    issue = make_rendered().issue
    crowd = [f"a{n}@example.com" for n in range(rehearsal.AT_MOST + 1)]
    with pytest.raises(MailingError, match="at most"):
        rehearsal.send_test(issue, crowd, by=None, now=NOW)


def test_it_takes_the_permission_to_send(client: Client) -> None:
    issue = make_rendered().issue
    client.force_login(make_staff("charlie", "delivery.view_mailing"))
    url = f"/admin/delivery/mailing/test/{issue.pk}/"
    assert client.get(url).status_code == 403
    assert client.post(url, {"addresses": "a@example.com"}).status_code == 403
