"""The pages of the desk: the list, the editor and its shortlist, the preview, the way out."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.models import Link
from digest import approval, assembly, editing, publishing
from digest.errors import AlreadyPublishedError
from digest.guards import edit_token
from digest.models import BLOCKS, Issue, LinkBlock, RenderedIssue, SponsorBlock
from publication.access import NotAllowedError
from publication.models import AuditEntry, Section
from tests.digest.desks import block, make_desk, new_row
from tests.digest.issues import make_published
from tests.digest.pictures import picture_file
from tests.forms import fields_of
from tests.makers import NOW, make_editor, make_link, make_staff

pytestmark = pytest.mark.django_db


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def page(name: str, issue: Issue | None = None, *more: str) -> str:
    args = [issue.pk, *more] if issue else []
    return reverse(f"admin:digest_issue_{name}", args=args)


def shortlisted(**values: Any) -> Link:
    return make_link(state=Link.State.SHORTLISTED, **values)


# The list


def test_the_list_says_how_much_each_issue_holds() -> None:
    desk = make_desk("One", "Two")
    html = desk.client.get(page("changelist")).content.decode()
    assert '<td class="field-items">2</td>' in html


def test_the_list_asks_the_same_questions_however_long_it_is() -> None:
    desk = make_desk("One")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.client.get(page("changelist"))
        return len(captured)

    queries()
    few = queries()
    Issue.objects.bulk_create(Issue(number=n, date=NOW.date()) for n in range(2, 30))
    assert queries() == few


def test_one_click_makes_a_draft_and_opens_it(client: Client) -> None:
    client.force_login(make_editor())
    assert "New draft" in client.get(page("changelist")).content.decode()
    response = client.post(page("draft"))
    assert response.headers["Location"] == page("change", Issue.objects.get())


def test_a_second_click_opens_the_same_draft(client: Client) -> None:
    client.force_login(make_editor())
    first = client.post(page("draft"))
    second = client.post(page("draft"))
    assert second.headers["Location"] == first.headers["Location"]
    assert "is still a draft" in said(second)
    assert Issue.objects.count() == 1


def test_a_draft_is_not_made_by_looking_nor_without_permission(client: Client) -> None:
    client.force_login(make_staff("reader", "digest.view_issue"))
    assert "New draft" not in client.get(page("changelist")).content.decode()
    assert client.get(page("draft")).status_code == 405
    assert client.post(page("draft")).status_code == 403
    assert not Issue.objects.exists()


# Adding by hand


def test_an_issue_made_by_hand_gets_its_sections_and_is_opened(client: Client) -> None:
    client.force_login(make_editor())
    fields = fields_of(client.get(page("add")).content.decode(), "issue_form")
    assert fields["number"] == "1"
    response = client.post(page("add"), fields)
    issue = Issue.objects.get()
    assert response.headers["Location"] == page("change", issue)
    assert issue.sections.count() == Section.objects.active().count()


# The editor


def test_the_shortlist_stands_beside_the_issue() -> None:
    desk = make_desk("Placed")
    shortlisted(title="Waiting & <b>bold</b>", source_label="Example")
    make_link(title="Not chosen")
    response = desk.client.get(desk.url)
    html = response.content.decode()
    assert "Waiting &amp; &lt;b&gt;bold&lt;/b&gt;" in html
    assert "Not chosen" not in html
    [offer] = response.context["offers"]
    assert (offer["source"], offer["section"]) == ("Example", "News")


def test_an_empty_shortlist_says_where_links_come_from() -> None:
    desk = make_desk("Placed")
    assert "Nothing waits here." in desk.client.get(desk.url).content.decode()


def test_without_scripts_a_click_places_the_link() -> None:
    desk = make_desk()
    link = shortlisted(title="Plain")
    response = desk.client.post(page("insert", desk.issue), {"link": link.pk, "section": ""})
    assert response.headers["Location"] == desk.url
    assert "“Plain” now stands in News." in said(response)
    assert block("Plain").region == desk.section("News").key


def test_without_scripts_a_link_goes_where_one_says() -> None:
    desk = make_desk()
    link = shortlisted(title="Editor at Desk")
    desk.client.post(
        page("insert", desk.issue), {"link": link.pk, "section": desk.section("Jobs").key}
    )
    [placed] = [b for model in BLOCKS for b in model.objects.all()]
    assert placed.role == "Editor"


def test_an_insertion_into_a_scheduled_issue_says_that_its_hour_is_gone() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    publishing.schedule(desk.issue, by=None, publish_at=NOW)
    response = desk.client.post(page("insert", desk.issue), {"link": shortlisted().pk})
    assert "a draft again; its hour was taken back." in said(response)
    desk.issue.refresh_from_db()
    assert desk.issue.publish_at is None


def test_a_refused_insertion_says_why() -> None:
    desk = make_desk("One")
    url = page("insert", desk.issue)
    link = Link.objects.get()
    assert "already stands in News" in said(desk.client.post(url, {"link": link.pk}))
    text = desk.section("Updates").key
    answer = desk.client.post(url, {"link": shortlisted().pk, "section": text})
    assert "Updates takes no links" in said(answer)
    desk.issue.sections.filter(kind="links").delete()
    desk.issue.sections.filter(kind="jobs").delete()
    assert "no section that takes links" in said(desk.client.post(url, {"link": shortlisted().pk}))
    assert desk.client.post(url, {"link": "x"}).status_code == 404
    assert desk.client.get(url).status_code == 405


def test_what_the_issue_before_said_can_be_copied_without_scripts() -> None:
    desk = make_desk()
    before = make_published(0, "Worth saying twice", date=desk.issue.date - dt.timedelta(7))
    html = desk.client.get(desk.url).content.decode()
    assert "Copy from the issue before" in html
    old = LinkBlock.objects.get(parent=before)
    url = page("insert", desk.issue)
    answer = desk.client.post(url, {"link": f"link:{old.pk}"})
    assert "now stands in News" in said(answer)
    copy = LinkBlock.objects.get(parent=desk.issue)
    assert (copy.title, copy.url) == (old.title, old.url)
    assert (copy.uid != old.uid, copy.link) == (True, None)
    wrong = desk.client.post(url, {"link": f"link:{old.pk}", "section": desk.section("Jobs").key})
    assert "may not stand in Jobs" in said(wrong)
    for unknown in (f"link:{copy.pk}", "job:1", "x:1", "link:x"):
        assert desk.client.post(url, {"link": unknown}).status_code == 404


def test_what_a_link_brings_along_is_offered_with_it() -> None:
    desk = make_desk()
    shortlisted(kind=Link.Kind.VIDEO, author="Ada", via="Bo", source_label="TV", follow_up_of=7)
    [offer] = desk.client.get(desk.url).context["offers"]
    told = {name: offer["fields"][name] for name in ("author", "via", "source_label", "badge")}
    assert told == {"author": "Ada", "via": "Bo", "source_label": "TV", "badge": "Video"}
    assert offer["fields"]["follow_up_of"] == 7


def test_a_block_says_what_was_edited_in_the_queue_since() -> None:
    desk = make_desk("One")
    assert "Edited in the queue since" not in desk.client.get(desk.url).content.decode()
    Link.objects.update(title="One & only", author="Ada")
    html = desk.client.get(desk.url).content.decode()
    assert "title is now “One &amp; only”, author is now “Ada”" in html
    assert block("One").title == "One"


def test_every_block_type_can_be_made_on_the_desk() -> None:
    desk = make_desk()
    for model in BLOCKS:
        kind = next(iter(model.kinds))
        desk.issue.sections.create(title=model.slug, kind=kind, position=90)
    fields = desk.open()
    for model in BLOCKS:
        words = dict.fromkeys(model.headline, "Words")
        section = desk.section(model.slug)
        prefix = new_row(fields, section, kind=f"{model.slug}block", label="Sponsored", **words)
    desk.save(fields, **{f"{prefix}-image": picture_file(), f"{prefix}-alt": "A boat"})
    assert [model.objects.count() for model in BLOCKS] == [1] * len(BLOCKS)


def test_sixty_blocks_open_with_as_many_queries_as_one() -> None:
    desk = make_desk("One")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            desk.client.get(desk.url)
        return len(captured)

    queries()
    few = queries()
    LinkBlock.objects.bulk_create(
        LinkBlock(
            parent=desk.issue, region=desk.section("News").key, title=f"{n}", link=shortlisted()
        )
        for n in range(59)
    )
    assert queries() == few
    assert few <= 45


def test_the_editor_page_runs_only_what_is_ours() -> None:
    desk = make_desk("One")
    policy = desk.client.get(desk.url).headers["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy


# The preview


def test_save_and_preview_leads_to_the_preview() -> None:
    desk = make_desk("One")
    response = desk.save(desk.open(), _preview="Save and preview")
    assert response.headers["Location"] == page("preview", desk.issue)


@pytest.mark.parametrize("part", ["email", "text", "web"])
def test_each_output_is_shown(part: str) -> None:
    desk = make_desk("A story like no other")
    shown = desk.client.get(page("preview", desk.issue) + f"?part={part}")
    assert shown.status_code == 200
    output = desk.client.get(page("output", desk.issue, part))
    assert "A story like no other" in output.content.decode()


def test_an_output_runs_nothing_and_is_framed_by_us_only() -> None:
    desk = make_desk("One")
    headers = desk.client.get(page("output", desk.issue, "email")).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert desk.client.get(page("output", desk.issue, "nonsense")).status_code == 404


def test_the_size_of_the_mail_stands_beside_what_gmail_shows() -> None:
    desk = make_desk("One")
    response = desk.client.get(page("preview", desk.issue))
    size = len(desk.client.get(page("output", desk.issue, "email")).content)
    assert response.context["size"] == size
    assert "of the 102.0\xa0KB that Gmail shows" in response.content.decode()


def test_what_stops_an_approval_is_named_with_its_block() -> None:
    desk = make_desk("One")
    LinkBlock.objects.update(url="javascript:alert(1)")
    html = desk.client.get(page("preview", desk.issue)).content.decode()
    assert "“One” has an address that readers cannot be sent to" in html
    assert "Approve</button>" not in html


def test_the_preview_of_an_approved_issue_is_the_artefact() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    LinkBlock.objects.update(title="Slipped in behind everybody's back")
    assert "Slipped in" not in desk.client.get(page("output", desk.issue, "email")).content.decode()


def test_the_preview_is_for_the_staff_only(client: Client) -> None:
    desk = make_desk("One")
    for name in ("preview", "insert", "approve", "publish"):
        assert "/login/" in client.get(page(name, desk.issue)).headers["Location"]
    desk.client.force_login(make_staff("nobody"))
    assert desk.client.get(page("output", desk.issue, "email")).status_code == 403


# Approve and publish


def approve(desk: Any, seen: str | None = None) -> Any:
    token = edit_token(desk.issue) if seen is None else seen
    return desk.client.post(page("approve", desk.issue), {"seen": token})


def test_what_was_seen_is_approved() -> None:
    desk = make_desk("One")
    assert "is approved" in said(approve(desk))
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY
    assert "Publish…" in desk.client.get(page("preview", desk.issue)).content.decode()


def test_approving_past_the_hour_says_that_it_comes_out_now() -> None:
    desk = make_desk("One")
    Issue.objects.update(publish_at=timezone.now() - dt.timedelta(hours=1))
    assert "is approved." in (answer := said(approve(desk)))
    assert "it comes out now" in answer


def test_what_was_not_seen_is_not_approved() -> None:
    desk = make_desk("One")
    token = edit_token(desk.issue)
    assembly.place(shortlisted(), desk.section("News"), by=None)
    assert "was changed since you looked at it" in said(approve(desk, token))
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.DRAFT


def test_an_empty_issue_is_not_approved() -> None:
    desk = make_desk()
    assert "no item" in said(approve(desk))


def test_approving_needs_its_own_permission() -> None:
    desk = make_desk("One")
    desk.client.force_login(make_staff("ed", "digest.change_issue"))
    assert "Approve</button>" not in desk.client.get(page("preview", desk.issue)).content.decode()
    assert "approve_issue" in said(approve(desk))


def test_an_approval_can_be_taken_back() -> None:
    desk = make_desk("One")
    approve(desk)
    assert "is a draft again" in said(desk.client.post(page("reopen", desk.issue)))
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.DRAFT


def test_publishing_asks_first_and_then_mails_at_once() -> None:
    desk = make_desk("One")
    approve(desk)
    url = page("publish", desk.issue)
    fields = fields_of(desk.client.get(url).content.decode(), "publish-form")
    assert (fields["publish"], fields["mail"]) == ("now", "with")
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY
    response = desk.client.post(url, fields, follow=True)
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.PUBLISHED
    assert desk.issue.mail_at == desk.issue.published_at
    assert "It is locked" in response.text
    assert f"/admin/delivery/mailing/?issue={desk.issue.pk}" in response.text
    assert desk.client.get(f"/admin/delivery/mailing/?issue={desk.issue.pk}").status_code == 200


def test_an_issue_may_come_out_without_a_mail() -> None:
    desk = make_desk("One")
    approve(desk)
    desk.client.post(page("publish", desk.issue), {"publish": "now", "mail": "never"})
    desk.issue.refresh_from_db()
    assert (desk.issue.state, desk.issue.mail_at) == (Issue.State.PUBLISHED, None)


def test_a_later_hour_is_left_to_the_clock_and_can_be_taken_back() -> None:
    desk = make_desk("One")
    approve(desk)
    hour = timezone.localtime(timezone.now() + dt.timedelta(days=1)).replace(
        second=0, microsecond=0
    )
    later = {"publish": "later", "publish_at": hour.strftime("%Y-%m-%dT%H:%M"), "mail": "with"}
    desk.client.post(page("publish", desk.issue), later)
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY
    assert desk.issue.publish_at == desk.issue.mail_at == hour
    assert "Comes out on" in desk.client.get(page("preview", desk.issue)).content.decode()
    desk.client.post(page("recall", desk.issue))
    desk.issue.refresh_from_db()
    assert desk.issue.publish_at is None


@pytest.mark.parametrize(
    "given",
    [
        {"publish": "later", "mail": "never"},
        {"publish": "later", "publish_at": "2001-01-01T00:00", "mail": "never"},
        {"publish": "now", "mail": "later", "mail_at": "2001-01-01T00:00"},
        {"publish": "now", "mail": "later", "mail_at": "soon"},
        {"publish": "now"},
        {},
    ],
)
def test_an_hour_that_cannot_be_is_asked_again(given: dict[str, str]) -> None:
    desk = make_desk("One")
    approve(desk)
    response = desk.client.post(page("publish", desk.issue), given)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    desk.issue.refresh_from_db()
    assert desk.issue.publish_at is None
    assert desk.issue.state == Issue.State.READY


def test_a_draft_is_not_published() -> None:
    desk = make_desk("One")
    response = desk.client.post(page("publish", desk.issue), {"publish": "now", "mail": "with"})
    assert "Approve it first" in said(response)


def test_publishing_needs_its_own_permission() -> None:
    desk = make_desk("One")
    approve(desk)
    desk.client.force_login(make_staff("ed", "digest.change_issue", "digest.approve_issue"))
    assert "Publish…" not in desk.client.get(page("preview", desk.issue)).content.decode()
    response = desk.client.post(page("publish", desk.issue), {"publish": "now", "mail": "with"})
    assert response.status_code == desk.client.get(page("publish", desk.issue)).status_code == 403
    desk.issue.refresh_from_db()
    assert desk.issue.state == Issue.State.READY


# Discarding


def chosen(*issues: Issue) -> dict[str, Any]:
    keys = [issue.pk for issue in issues]
    return {"action": "delete_selected", "_selected_action": keys, "post": "yes"}


def test_a_discarded_draft_gives_its_links_back() -> None:
    desk = make_desk("One", "Two")
    desk.client.post(page("delete", desk.issue), {"post": "yes"})
    assert not Issue.objects.exists()
    assert Link.objects.unplaced().count() == 2


def test_discarding_from_the_list_gives_them_back_too() -> None:
    desk = make_desk("One")
    desk.client.post(page("changelist"), chosen(desk.issue))
    assert not Issue.objects.exists()
    assert Link.objects.unplaced().count() == 1


@pytest.mark.parametrize("reopened", [True, False])
def test_what_was_approved_goes_with_its_artefacts(reopened: bool) -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    if reopened:
        approval.reopen(desk.issue, by=None)
    url = page("delete", desk.issue)
    assert "approved versions: 1" in desk.client.get(url).content.decode().lower()
    response = desk.client.post(url, {"post": "yes"}, follow=True)
    assert "was deleted successfully" in response.content.decode()
    assert not Issue.objects.exists()
    assert not RenderedIssue.objects.exists()
    assert Link.objects.unplaced().count() == 1
    assert AuditEntry.objects.get(verb="discarded").detail["artefacts"] == 1


def test_the_list_discards_what_was_approved_too() -> None:
    desk = make_desk("One")
    approval.approve(desk.issue, by=None)
    desk.client.post(page("changelist"), chosen(desk.issue))
    assert not Issue.objects.exists()


def test_what_came_out_is_refused_and_saves_the_others_chosen_with_it() -> None:
    desk = make_desk("One")
    out = make_published(9)
    response = desk.client.post(page("changelist"), chosen(desk.issue, out))
    assert "#9 came out and cannot be discarded. Nothing was deleted." in said(response)
    assert "Successfully" not in said(response)
    assert Issue.objects.count() == 2
    response = desk.client.post(page("delete", out), {"post": "yes"})
    assert "#9 came out and cannot be discarded" in said(response)
    with pytest.raises(AlreadyPublishedError):
        editing.discard(out, by=None)
    assert Issue.objects.count() == 2


def test_discarding_needs_its_own_permission() -> None:
    desk = make_desk("One")
    person = make_staff("ed", "digest.change_issue", "digest.view_issue")
    desk.client.force_login(person)
    assert desk.client.post(page("delete", desk.issue), {"post": "yes"}).status_code == 403
    with pytest.raises(NotAllowedError):
        editing.discard(desk.issue, by=person)
    assert Issue.objects.exists()


# Sponsors


def test_a_sponsor_block_names_its_booking_without_a_list_of_all() -> None:
    desk = make_desk()
    section = desk.issue.sections.create(title="Sponsored", kind="sponsor", position=99)
    SponsorBlock.objects.create(parent=desk.issue, region=section.key, title="Ad")
    html = desk.client.get(desk.url).content.decode()
    assert "admin-autocomplete" in html
    for name in ("sponsor", "booking"):
        assert desk.client.get(reverse(f"admin:digest_{name}_changelist")).status_code == 200
