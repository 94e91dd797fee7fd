"""Mending what is out: the web and the feeds say it at once, the mail stays as it went."""

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from curation.models import PastItem
from digest import errata
from digest.correcting import Correction, CorrectionError, correct
from digest.guards import EditedMeanwhileError, edit_token
from digest.models import (
    EventBlock,
    Issue,
    LinkBlock,
    PublishedItem,
    RenderedIssue,
    SponsorBlock,
    TextBlock,
)
from publication.access import NotAllowedError
from publication.models import AuditEntry
from tests.digest.issues import add, add_section, make_issue, make_published, publish
from tests.forms import fields_of
from tests.makers import make_editor, make_section, make_staff

pytestmark = pytest.mark.django_db
NOTE = "The deadline was wrong: it is 3 December."
RIGHT = {"title": "Call until 3 December", "blurb": "<p>Now right.</p>"}


def make_wrong(**values: Any) -> Issue:
    """An issue that is out, with one wrong item and one that is right."""
    issue = make_issue(7, **values)
    news = add_section(issue, "News", section=make_section("News", slug="news"))
    add(LinkBlock, news, title="Call until 3 Movember", url="https://e.org/1", blurb="<p>Bad.</p>")
    add(LinkBlock, news, title="Untouched", url="https://e.org/2")
    publish(issue)
    return issue


def wrong(issue: Issue) -> UUID:
    uid: UUID = LinkBlock.objects.get(parent=issue, url="https://e.org/1").uid
    return uid


def mend(issue: Issue, note: str = NOTE, /, **more: Any) -> RenderedIssue:
    values = more.pop("values", RIGHT)
    seen = more.pop("seen", "")
    return correct(issue, Correction(wrong(issue), note, values, **more), by=None, seen=seen)


def test_the_page_says_it_at_once_with_a_dated_note(client: Client) -> None:
    issue = make_wrong()
    before = client.get("/issues/7/")["ETag"]

    rendered = mend(issue)

    response = client.get("/issues/7/", headers={"if-none-match": before})
    page = response.content.decode()
    assert response.status_code == 200
    assert (rendered.revision, rendered.note) == (2, NOTE)
    assert "Call until 3 December" in page
    assert "Movember" not in page
    assert NOTE in page
    assert f'<time datetime="{rendered.created_at:%Y-%m-%d}' in page
    assert f'href="#{wrong(issue)}"' in page
    assert f'id="{wrong(issue)}"' in page


@pytest.mark.parametrize("name", ["issues.rss", "issues.atom", "issues.json", "sections/news.atom"])
def test_every_feed_says_it_and_its_ids_stay(client: Client, name: str) -> None:
    issue = make_wrong()
    path = f"/feeds/{name}"
    ids = client.get(path).content.decode().split("urn:uuid:")[1:]

    mend(issue)

    feed = client.get(path).content.decode()
    assert NOTE in feed
    assert feed.count(NOTE) == 1
    assert "Call until 3 December" in feed
    assert "Movember" not in feed
    assert [it[:36] for it in ids] == [it[:36] for it in feed.split("urn:uuid:")[1:]]


def test_the_feeds_say_when(client: Client) -> None:
    issue = make_wrong()
    rendered = mend(issue)
    stamp = f"{rendered.created_at:%Y-%m-%dT%H:%M}"
    for name in ("issues.atom", "sections/news.atom"):
        assert f"<updated>{stamp}" in client.get(f"/feeds/{name}").content.decode()
    told = client.get("/feeds/issues.json").json()["items"][0]
    assert told["date_modified"].startswith(stamp)
    assert told["date_published"] != told["date_modified"]


def test_the_mail_stays_as_it_went() -> None:
    issue = make_wrong(subject="The subject", preheader="The preheader")
    went = issue.rendered.get()

    rendered = mend(issue)

    for name in ("subject", "preheader", "email_html", "email_text", "parts"):
        assert getattr(rendered, name) == getattr(went, name)
    went.refresh_from_db()
    assert "Movember" in went.web_body


def test_the_flat_table_is_brought_up_under_its_old_keys(client: Client) -> None:
    issue = make_wrong()
    keys = set(PublishedItem.objects.values_list("pk", "uid", "published_at"))

    mend(issue)

    assert set(PublishedItem.objects.values_list("pk", "uid", "published_at")) == keys
    item = PublishedItem.objects.get(uid=wrong(issue))
    assert (item.title, item.text) == ("Call until 3 December", "Now right.")
    assert "Call until" in client.get("/search/?q=december").content.decode()
    assert "Nothing that ran" in client.get("/search/?q=movember").content.decode()
    assert PastItem.objects.get(block_uid=wrong(issue)).title == "Call until 3 December"


def test_what_is_withdrawn_is_gone_from_every_public_page_and_stays_on_record(
    client: Client,
) -> None:
    issue = make_wrong()

    mend(issue, withdrawn=True, values={})

    for path in ("/issues/7/", "/sections/news/", "/feeds/issues.rss", "/feeds/sections/news.atom"):
        page = client.get(path).content.decode()
        assert "Movember" not in page
        assert "Untouched" in page
    assert NOTE in client.get("/issues/7/").content.decode()
    assert not PublishedItem.objects.get(uid=wrong(issue)).in_web
    assert "Movember" in issue.rendered.latest().email_html


def test_an_item_that_leaves_every_output_keeps_its_row() -> None:
    issue = make_wrong()
    LinkBlock.objects.filter(uid=wrong(issue)).update(in_email=False)

    mend(issue, withdrawn=True, values={})

    item = PublishedItem.objects.get(uid=wrong(issue))
    assert (item.in_web, item.in_feeds) == (False, False)


@pytest.mark.parametrize(
    ("values", "note", "said"),
    [
        ({"title": "Call until 3 Movember"}, NOTE, "nothing to correct"),
        (RIGHT, "Wrong", "in 10 to 300 letters"),
        ({"region": "links_1"}, NOTE, "cannot be corrected: region"),
        ({"url": "x" * 2001}, NOTE, "at most 2000"),
        ({"blurb": '<p><a href="/unsubscribe/abc/">out</a></p>'}, NOTE, "subscriber's own page"),
    ],
)
def test_what_may_not_stand_changes_nothing(values: dict[str, str], note: str, said: str) -> None:
    issue = make_wrong()
    token = edit_token(issue)
    with pytest.raises(CorrectionError, match=said):
        mend(issue, note, values=values)
    assert (edit_token(issue), issue.rendered.count()) == (token, 1)
    assert not AuditEntry.objects.filter(verb="corrected").exists()


def test_only_what_is_out_is_corrected_by_who_may_and_as_they_saw_it() -> None:
    issue = make_wrong()
    correction = Correction(wrong(issue), NOTE, RIGHT)
    with pytest.raises(NotAllowedError):
        correct(issue, correction, by=make_staff("reader"))
    with pytest.raises(EditedMeanwhileError):
        correct(issue, correction, by=None, seen="what was before")
    with pytest.raises(CorrectionError, match="no such item"):
        correct(make_published(9), correction, by=None)
    draft = make_issue(8)
    with pytest.raises(CorrectionError, match="not out"):
        correct(draft, correction, by=None)


def test_it_is_on_the_trail_and_every_later_revision_tells_all_notes(client: Client) -> None:
    issue = make_wrong()
    mend(issue)
    mend(issue, "The address was wrong as well.", values={"url": "https://e.org/1"}, withdrawn=True)
    page = client.get("/issues/7/").content.decode()
    assert NOTE in page
    assert "address was wrong" in page
    entry = AuditEntry.objects.filter(verb="corrected").order_by("pk")[0]
    assert entry.detail["changed"] == ["title", "blurb"]
    assert issue.revisions.count() == 2


@pytest.mark.parametrize("model", [EventBlock, SponsorBlock, TextBlock])
def test_each_type_says_what_can_be_corrected(model: Any) -> None:
    issue = make_issue(3)
    section = add_section(issue, "S", next(iter(model.kinds & {"events", "sponsor", "text"})))
    block = add(model, section, title="Wrong", url="https://e.org/", blurb="<p>Words</p>")
    publish(issue)
    correct(issue, Correction(block.uid, NOTE, {"title": "Right"}), by=None)
    assert PublishedItem.objects.get(uid=block.uid).title == "Right"


# The next issue


def test_the_next_issue_is_offered_an_erratum_until_it_has_it() -> None:
    issue = make_wrong()
    correction = mend(issue)
    draft = make_issue(8)
    add_section(draft, "Sponsored", "sponsor")
    news = add_section(draft, "News")
    assert errata.offered() == [correction]

    block = errata.take(correction, draft, by=None)

    assert (block.region, block.title) == (news.key, "Correction to issue #7")
    assert block.blurb == (
        f'<p>{NOTE} <a href="http://127.0.0.1:8000/issues/7/#{wrong(issue)}">'
        "Call until 3 December</a></p>"
    )
    assert errata.offered() == []
    with pytest.raises(errata.ErratumTakenError, match="#8 tells"):
        errata.take(correction, draft, by=None)
    block.delete()
    assert errata.offered() == [correction]


def test_a_slip_of_the_pen_is_offered_to_nobody() -> None:
    mend(make_wrong(), erratum=False)
    assert errata.offered() == []


def test_the_desk_offers_it_with_one_press() -> None:
    correction = mend(make_wrong())
    draft = make_issue(8)
    add_section(draft, "Updates", "text")
    client = Client()
    client.force_login(make_editor())
    page = client.get(reverse("admin:digest_issue_change", args=[draft.pk])).content.decode()
    assert NOTE in page

    url = reverse("admin:digest_issue_erratum", args=[draft.pk])
    page = client.post(url, {"correction": correction.pk}, follow=True).content.decode()

    assert "now stands in this issue" in page
    assert TextBlock.objects.get(parent=draft).title == "Correction to issue #7"
    assert "Tell it here" not in page


# The doors


def test_in_the_admin_one_chooses_the_item_and_mends_its_words() -> None:
    issue = make_wrong()
    client = Client()
    client.force_login(make_editor())
    url = reverse("admin:digest_issue_correct", args=[issue.pk])
    preview = reverse("admin:digest_issue_preview", args=[issue.pk])
    assert url in client.get(preview).content.decode()
    one = f"?item={wrong(issue)}"
    assert one in client.get(url).content.decode()
    page = client.get(url + one).content.decode()
    assert '<li aria-current="page">Call until 3 Movember</li>' in page
    fields = fields_of(page, "correct-form")

    refused = client.post(url + one, {**fields, "correction-note": NOTE})
    assert "nothing to correct" in refused.content.decode()
    done = client.post(url + one, {**fields, **RIGHT, "correction-note": NOTE}, follow=True)

    assert "The mail is as it went" in done.content.decode()
    assert NOTE in done.content.decode()
    assert issue.rendered.latest().note == NOTE
    assert client.get(f"{url}?item=nonsense").status_code == 404
    stale = client.post(url + one, {**fields, "title": "Again", "correction-note": NOTE})
    assert "was changed since" in stale.content.decode()


def test_who_may_not_publish_may_not_correct() -> None:
    client = Client()
    client.force_login(make_staff("reader", "digest.view_issue", "digest.change_issue"))
    issue = make_wrong()
    assert client.get(reverse("admin:digest_issue_correct", args=[issue.pk])).status_code == 403


def test_the_command() -> None:
    issue = make_wrong()
    out = StringIO()
    call_command("correct_issue", 7, wrong(issue), note=NOTE, title="Right", stdout=out)
    assert out.getvalue() == "Issue #7 is corrected, revision 2.\n"
    with pytest.raises(CommandError, match="nothing to correct"):
        call_command("correct_issue", 7, wrong(issue), note=NOTE, title="Right")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"url": "javascript:alert(1)"}, "readers cannot be sent to"),
        ({"title": "", "url": ""}, "has no title"),
    ],
)
def test_what_would_not_have_come_out_is_refused(values: dict[str, str], said: str) -> None:
    issue = make_wrong()
    before = LinkBlock.objects.values().get(uid=wrong(issue))

    with pytest.raises(CorrectionError, match=said):
        mend(issue, values=values)

    assert LinkBlock.objects.values().get(uid=before["uid"]) == before
    assert issue.rendered.count() == 1


def test_what_was_over_before_is_no_fault_of_the_correction() -> None:
    issue = make_issue(7)
    add(EventBlock, issue, title="Meeting", starts_on=issue.date)
    publish(issue)
    EventBlock.objects.update(starts_on=issue.date.replace(day=1))
    event = EventBlock.objects.get()

    correct(issue, Correction(event.uid, NOTE, {"place": "Vienna"}), by=None)

    assert "Vienna" in issue.rendered.latest().web_body
