"""Links from readers: moderated in the same queue, bounded, and answered without a secret."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from curation import bringing, memory, queue, submitting
from curation.addressing import AddressRefusedError
from curation.forms import SubmitForm
from curation.identity import address_identity
from curation.models import Link, Rule, Submission
from curation.submitting import AlreadyHereError, Sent, TooManyError
from publication.masthead import current
from publication.models import Publication
from tests.makers import NOW, make_editor
from toolbox.visitors import network_key

pytestmark = pytest.mark.django_db
URL = "https://example.com/story"
HOSTILE = "</textarea><script>alert(1)</script>"


def submit(n: int = 0, origin: str = "8.8.8.8", now: Any = NOW) -> Link:
    return submitting.submit(Sent(f"{URL}/{n}"), origin=origin, now=now)


def send(client: Client, **values: str) -> Any:
    shown = SubmitForm(now=timezone.now() - timedelta(seconds=10)).stamp
    said = {"url": URL, "website": "", "shown_at": shown, **values}
    return client.post("/submit/", said, REMOTE_ADDR="8.8.8.8")


def ran(number: int = 12) -> None:
    past = memory.Past(uuid4(), "News", "A story", URL)
    memory.remember(number, [past], NOW)


def known(url: str) -> Link:
    """A link that the queue knows by its address."""
    address = address_identity(url)
    stories = {address: bringing.said(url)}
    links = bringing.bring(stories, origin=Link.Origin.FEED, now=NOW).links
    return Link.objects.get(pk=links[address])


# The verb


def test_a_link_from_a_reader_waits_in_the_queue_with_who_and_why() -> None:
    sent = Sent(URL, "A title", "I wrote\nthis.", "Ada", "ada@example.com")
    submitting.submit(sent, origin="8.8.8.8", now=NOW)
    link = Link.objects.get()
    assert (link.origin, link.state, link.title) == ("submission", "new", "A title")
    assert (link.submitted_by, link.note) == ("Ada <ada@example.com>", "I wrote\nthis.")
    assert list(Link.objects.waiting(NOW)) == [link]


def test_rules_may_hide_what_readers_send() -> None:
    Rule.objects.create(address="example.com", hide=True)
    assert submit().hidden_by == "On example.com: hide"


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        ({"note": "See https://a.example/ and www.b.example, http://c.example"}, "3 links in its"),
        ({"note": "Try <a href='https://pills.example/'>this</a>"}, "markup in its words"),
        ({"title": "[url=x]cheap[/url]"}, "markup in its words"),
        ({"note": "As I said on https://ada.example/ before."}, ""),
        ({"note": "See https://ada.example/ and https://bo.example/ too."}, ""),
        ({"title": "Boats", "note": "They float.", "name": "Ada"}, ""),
    ],
)
def test_links_and_markup_in_the_words_hold_a_link_aside(sent: dict[str, str], why: str) -> None:
    link = submitting.submit(Sent(URL, **sent), origin="8.8.8.8", now=NOW)
    assert link.hidden_by.startswith(f"Looks like spam: {why}" if why else "")
    assert bool(link.hidden_by) is bool(why)
    assert list(Link.objects.waiting(NOW)) == ([] if why else [link])


def test_the_same_words_again_hold_a_link_aside() -> None:
    def say(n: int, origin: str, note: str = "The best shop in the whole town!") -> str:
        sent = Sent(f"{URL}/{n}", note=note)
        return submitting.submit(sent, origin=origin, now=NOW).hidden_by

    assert say(1, "8.8.8.8") == ""
    assert say(2, "8.8.8.9", "the best  shop in the whole town!") == (
        "Looks like spam: the same words from the same network before"
    )
    assert say(3, "9.9.9.9") == "", "two people may say the same"
    links = " https://a.example https://b.example"
    assert say(4, "8.8.8.8", "Short." + links) == ""
    assert say(5, "1.1.1.1", "Short." + links) == (
        "Looks like spam: 2 links in its words, the same words from somebody else before"
    )


def test_a_host_that_was_only_turned_down_holds_its_next_link_aside() -> None:
    for n in (1, 2):
        assert submit(n).hidden_by == ""
        queue.reject(Link.objects.get(url=f"{URL}/{n}"), by=None)
    assert submit(3).hidden_by == "Looks like spam: 2 links to example.com were turned down"
    queue.shortlist(Link.objects.get(url=f"{URL}/1"), by=None)
    assert submit(4).hidden_by == ""
    assert submit(5, now=NOW + timedelta(days=31)).hidden_by == ""


def test_an_editor_sees_why_it_is_held_and_lets_it_wait(client: Client) -> None:
    send(client, note="www.a.example www.b.example www.c.example")
    assert "waits for the editors" in client.get("/submit/thanks/").text
    client.force_login(make_editor())
    assert "Looks like spam" not in client.get("/admin/queue/").text
    page = client.get("/admin/queue/?show=hidden").text
    assert "<li>Looks like spam: 3 links in its words</li>" in page
    link = Link.objects.get()
    said = {"link": link.pk, "version": link.version, "back": "show=hidden"}
    client.post("/admin/queue/unhide/", said)
    assert list(Link.objects.waiting(timezone.now())) == [link]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://10.0.0.1/", "http://localhost/"])
def test_an_address_that_cannot_be_a_link_is_refused(url: str) -> None:
    with pytest.raises(AddressRefusedError):
        submitting.submit(Sent(url), origin="8.8.8.8", now=NOW)
    assert not Link.objects.exists()


@pytest.mark.parametrize("fate", ["new", "shortlisted", "rejected", "snoozed", "hidden"])
def test_what_editors_think_of_a_link_is_not_told(fate: str) -> None:
    link = known(URL)
    Link.objects.filter(pk=link.pk).update(
        state="new" if fate == "hidden" else fate,
        snoozed_until=NOW,
        reject_reason="dull",
        hidden_by="a rule" if fate == "hidden" else "",
    )
    with pytest.raises(AlreadyHereError, match=r"^The editors have it already\.$") as refusal:
        submitting.check(f"{URL}/?utm_source=x")
    assert refusal.value.ran is None


def test_what_ran_is_told_whatever_link_it_was() -> None:
    ran()
    with pytest.raises(AlreadyHereError, match="ran in issue 12"):
        submitting.check("http://www.example.com/story/")


def test_one_network_may_send_so_many_a_day_and_the_next_day_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(submitting, "PER_NETWORK", 2)
    submit(1)
    submit(2, origin="8.8.8.200")
    with pytest.raises(TooManyError, match="tomorrow"):
        submit(3)
    submit(4, origin="9.9.9.9")
    submit(5, now=NOW + timedelta(days=1, seconds=1))


def test_all_together_may_send_so_many_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "IN_TOTAL", 2)
    submit(1, origin="8.8.8.8")
    submit(2, origin="9.9.9.9")
    with pytest.raises(TooManyError):
        submit(3, origin="1.1.1.1")
    assert Link.objects.count() == 2


def test_a_network_is_known_by_a_key_that_says_nothing_and_not_for_long() -> None:
    submit(1, origin="8.8.8.8")
    row = Submission.objects.get()
    assert "8.8.8" not in row.network
    assert network_key("2001:db8::1", b"a") == network_key("2001:db8:0:ff::2", b"a")
    assert network_key("2001:db8::1", b"a") != network_key("2001:db8:1::1", b"a")
    assert network_key("nonsense", b"a") == network_key("", b"a") != network_key("", b"b")
    submit(2, now=NOW + timedelta(days=31))
    assert not Submission.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_cap_holds_when_many_send_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "PER_NETWORK", 3)
    current()

    def send_one(n: int) -> bool:
        try:
            submit(n)
        except TooManyError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(send_one, range(12)))
    assert (taken.count(True), Link.objects.count()) == (3, 3)


# The page


def test_the_form_works_without_a_cookie_and_is_linked_from_every_page(client: Client) -> None:
    page = client.get("/submit/")
    assert page.status_code == 200
    assert not page.cookies
    for where in ("/", "/about/"):
        assert 'href="/submit/"' in client.get(where).text


def test_a_publication_may_take_no_links(client: Client) -> None:
    current()
    Publication.objects.update(takes_links=False)
    page = client.get("/submit/", {"url": URL})
    assert page.status_code == 200
    assert "take no suggestions at the moment" in page.text
    assert "<form" not in page.text[page.text.index("<main") :]
    for where in ("/", "/about/"):
        assert 'href="/submit/"' not in client.get(where).text
    refused = send(client)
    assert refused.status_code == 403
    assert "take no suggestions at the moment" in refused.text
    with pytest.raises(submitting.ClosedError):
        submit()
    assert not Link.objects.exists()


def test_an_owner_closes_it_in_the_admin(client: Client) -> None:
    client.force_login(make_editor())
    address = f"/admin/publication/publication/{current().pk}/change/"
    form = client.get(address).context["adminform"].form
    said = {name: form.initial[name] or "" for name in form.fields if name != "takes_links"}
    assert client.post(address, said).status_code == 302
    assert not Publication.objects.get().takes_links


def test_sending_needs_no_script_and_says_thanks(client: Client) -> None:
    answer = send(client, title="A title", name="Ada", email="Ada@Example.com")
    assert answer["Location"] == "/submit/thanks/"
    assert "waits for the editors" in client.get("/submit/thanks/").text
    assert Link.objects.get().submitted_by == "Ada <Ada@example.com>"


def test_it_says_before_anything_is_sent_that_a_link_ran(client: Client) -> None:
    ran()
    page = client.get("/submit/", {"url": f"{URL}?utm_source=x", "title": "Kept"}).text
    assert 'This ran in <a href="/issues/12/">issue 12</a>, in News' in page
    assert 'value="Kept"' in page
    assert "New to us" in client.get("/submit/", {"url": "https://example.com/new"}).text


def test_a_known_link_is_answered_alike_whatever_became_of_it(client: Client) -> None:
    link = known(URL)
    waiting = client.get("/submit/", {"url": URL}).text
    queue.add_note(link, "private words", by=None)
    queue.reject(link, by=None, reason="secret reason")
    rejected = client.get("/submit/", {"url": URL}).text
    answer = waiting[waiting.index('id="answer"') : waiting.index('id="title"')]
    assert "The editors have this one already. Thank you!" in answer
    assert answer in rejected
    assert "The editors have this one already" in send(client).text
    assert "secret" not in rejected
    assert "private" not in rejected
    assert Link.objects.count() == 1


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://127.0.0.1/x", "nonsense", ""])
def test_a_wrong_address_is_named_beside_the_field_and_the_words_are_kept(
    client: Client, url: str
) -> None:
    page = send(client, url=url, note="Words I typed").text
    assert 'aria-invalid="true"' in page
    assert "Words I typed</textarea>" in page
    assert not Link.objects.exists()


def test_a_wrong_mail_address_is_named(client: Client) -> None:
    assert 'id="email-fault"' in send(client, email="ada@").text


def test_markup_in_every_field_is_text_for_reader_and_editor(client: Client) -> None:
    said = {"title": HOSTILE, "note": HOSTILE, "name": HOSTILE}
    assert "<script>alert" not in client.get("/submit/", {"url": HOSTILE, **said}).text
    assert "<script>alert" not in send(client, url=HOSTILE, email=HOSTILE, **said).text
    send(client, url=f"{URL}/<script>alert(1)</script>", **said)
    assert Link.objects.get().note == HOSTILE
    client.force_login(make_editor())
    page = client.get("/admin/queue/").text
    assert "<script>alert" not in page


def test_who_fills_the_trap_is_thanked_and_forgotten(client: Client) -> None:
    assert send(client, website="x")["Location"] == "/submit/thanks/"
    assert not Link.objects.exists()


@pytest.mark.parametrize("shown_at", ["", "forged", "1700000000.forged"])
def test_a_post_without_our_stamp_is_asked_to_press_again(client: Client, shown_at: str) -> None:
    assert "press “Send to the editors” once more" in send(client, shown_at=shown_at).text
    assert not Link.objects.exists()


def test_a_stamp_of_another_form_does_not_count(client: Client) -> None:
    from audience.forms import SubscribeForm

    other = SubscribeForm(now=timezone.now() - timedelta(seconds=10)).stamp
    assert "press “Send to the editors” once more" in send(client, shown_at=other).text


def test_a_flood_is_refused_in_words_and_keeps_what_was_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "PER_NETWORK", 0)
    answer = send(client, note="Words I typed")
    assert answer.status_code == 429
    assert "tomorrow" in answer.text
    assert "Words I typed</textarea>" in answer.text


def test_behind_our_web_server_visitors_are_told_apart_and_nobody_can_pretend(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "PER_NETWORK", 1)
    shown = SubmitForm(now=timezone.now() - timedelta(seconds=10)).stamp

    def status(n: int, near: str, forwarded: str) -> int:
        said = {"url": f"{URL}/{n}", "shown_at": shown}
        headers = {"X-Forwarded-For": forwarded}
        return client.post("/submit/", said, REMOTE_ADDR=near, headers=headers).status_code

    assert status(1, "127.0.0.1", "1.1.1.1") == 302
    assert status(2, "127.0.0.1", "8.8.4.4, 1.1.1.9") == 429
    assert status(3, "", "9.9.9.9") == 302
    assert status(4, "8.8.8.8", "5.5.5.5") == 302
    assert status(5, "8.8.8.9", "6.6.6.6") == 429


def test_who_sent_it_stands_in_the_queue_for_the_editors_only(client: Client) -> None:
    send(client, name="Ada", email="ada@example.com", note="Please")
    assert "ada@example.com" not in client.get("/submit/", {"url": URL}).text
    client.force_login(make_editor())
    page = client.get("/admin/queue/").text
    assert "Ada &lt;ada@example.com&gt;" in page
    assert "Please" in page
