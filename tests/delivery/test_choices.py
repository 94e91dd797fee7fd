"""An issue with only the sections somebody chose, and the welcome: cut out of what was approved."""

from typing import Any

import pytest
from django.core import mail

from audience import consent
from audience.models import Subscriber
from delivery import mailings, sending, welcoming
from delivery.mails import mail_of
from delivery.models import Delivery, Mailing, RenderedMail
from digest import approval, publishing
from digest.models import Issue, LinkBlock, SponsorBlock, TextBlock
from digest.parts import cut
from digest.rendering import render
from outbox import running
from publication.models import Section, SectionKind
from tests.audience.makers import ask, confirmation_link, make_subscriber
from tests.digest.issues import add, add_section, make_issue
from tests.makers import NOW, make_section

pytestmark = pytest.mark.django_db
WORDS = {"news": "Newsworthy", "events": "Eventful", "letter": "Editorial words", "ad": "Buy this"}


def draft(number: int = 7) -> Issue:
    """News, Events, a letter of this issue only, a sponsor."""
    issue = make_issue(number)
    for slug in ("news", "events"):
        shelf = make_section(slug.title())
        section = add_section(issue, slug.title(), section=shelf)
        add(LinkBlock, section, title=WORDS[slug], url=f"https://example.com/{slug}")
    letter = add_section(issue, "A letter", SectionKind.TEXT)
    add(TextBlock, letter, title=WORDS["letter"])
    paid = add_section(
        issue,
        "Sponsored",
        SectionKind.SPONSOR,
        section=make_section("Sponsored", SectionKind.SPONSOR),
    )
    add(SponsorBlock, paid, title=WORDS["ad"], url="https://example.com/ad")
    return issue


def published(number: int = 7, *, letter: bool = True) -> Mailing:
    issue = draft(number)
    if not letter:
        issue.sections.filter(title="A letter").delete()
        TextBlock.objects.all().delete()
    approval.approve(issue, by=None)
    publishing.publish(issue, by=None, now=NOW, mail_at=NOW)
    mailing = mailings.start(issue.pk)
    assert mailing is not None
    return mailing


def choosing(*slugs: str) -> Subscriber:
    person = make_subscriber()
    person.sections.set(Section.objects.filter(slug__in=slugs))
    return person


def bodies(person: Subscriber) -> tuple[str, str]:
    """The text and the HTML of the one mail this person got."""
    [mine] = [it for it in mail.outbox if it.to == [person.email]]
    letter: Any = mine.message()
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    return text, html


def said(person: Subscriber) -> set[str]:
    """What stands in both; in one alone nothing does."""
    in_text, in_html = ({it for it in WORDS if WORDS[it] in body} for body in bodies(person))
    assert in_text == in_html
    return in_text


def test_a_part_is_exactly_its_section() -> None:
    rendering = render(draft())
    assert [part["section"] for part in rendering.parts] == ["news", "events", "a-letter"]
    for part in rendering.parts:
        for name, whole in (("html", rendering.email_html), ("text", rendering.email_text)):
            start, end = part[name]
            words = WORDS["letter" if part["section"] == "a-letter" else part["section"]]
            assert [it for it in WORDS.values() if it in whole[start:end]] == [words]
            assert words not in cut(whole, [part[name]])


def test_cutting_all_parts_leaves_a_whole_mail() -> None:
    rendering = render(draft())
    bare = cut(rendering.email_html, [part["html"] for part in rendering.parts])
    for tag in ("table", "div", "tr", "td", "body", "html"):
        assert bare.count(f"<{tag}") == bare.count(f"</{tag}>"), tag
    assert bare.count("<!--[if") == bare.count("<![endif]-->")


def test_each_gets_their_sections_and_each_choice_is_built_once() -> None:
    mailing = published()
    everything, news, both = choosing(), choosing("news"), choosing("news", "events")
    more_news = choosing("news")
    mailings.release(mailing, NOW)
    sending.drain(NOW)
    assert said(everything) == said(both) == {"news", "events", "letter", "ad"}
    assert said(news) == said(more_news) == {"news", "letter", "ad"}
    kept = RenderedMail.objects.order_by("sections").values_list("sections", flat=True)
    assert list(kept) == ["", "events"]
    assert Delivery.objects.filter(state="accepted").count() == 4


def test_an_issue_with_none_of_their_sections_is_not_sent_and_the_ledger_says_why() -> None:
    mailing = published(letter=False)
    choosing(make_section("Jobs").slug)
    mailings.release(mailing, NOW)
    mailings.release(mailing, NOW)
    row = Delivery.objects.get()
    assert (row.state, row.skip_reason) == ("skipped", "none of their sections")
    assert not sending.drain(NOW)


def test_an_artefact_without_parts_goes_out_whole() -> None:
    mailing = published()
    rendered = mailing.rendered
    rendered.parts = []
    rendered.save(update_fields=["parts"])
    news = choosing("news")
    mailings.release(Mailing.objects.get(), NOW)
    sending.drain(NOW)
    assert said(news) == {"news", "events", "letter", "ad"}


# Welcome


def sent_out(number: int = 7) -> Mailing:
    mailing = published(number)
    mailings.release(mailing, NOW)
    return mailing


def test_who_confirms_gets_the_latest_issue_with_a_word_on_top() -> None:
    sent_out()
    ada = choosing("news")
    assert welcoming.welcome(ada.pk)
    assert not welcoming.welcome(ada.pk)
    sending.drain(NOW)
    assert said(ada) == {"news", "letter", "ad"}
    text, html = bodies(ada)
    assert text.startswith("Welcome to ")
    assert "Welcome to " in html
    assert f"/unsubscribe/{ada.token}/" in text


def test_it_is_sent_once_whatever_is_told_twice_and_never_beside_the_issue() -> None:
    before = make_subscriber()
    sent_out()
    ask(now=NOW)
    consent.confirm(confirmation_link(), confirmed_from=None, now=NOW)
    ada = Subscriber.objects.get(email="ada@example.com")
    for _ in range(3):
        welcoming.welcome(ada.pk)
        welcoming.welcome(before.pk)
        running.run_due()
        sending.drain(NOW)
    assert sum("Title of 7" in it.subject for it in mail.outbox) == Delivery.objects.count() == 2


def test_who_comes_back_is_not_sent_the_issue_they_had() -> None:
    ada = make_subscriber("ada@example.com")
    sent_out()
    sending.drain(NOW)
    consent.unsubscribe(ada.token, now=NOW)
    ask(now=NOW)
    consent.confirm(confirmation_link(), confirmed_from=None, now=NOW)
    assert not welcoming.welcome(ada.pk)


@pytest.mark.parametrize("state", ["scheduled", "paused", "cancelled"])
def test_an_issue_that_is_not_out_welcomes_nobody(state: str) -> None:
    mailing = sent_out() if state != "scheduled" else published()
    Mailing.objects.filter(pk=mailing.pk).update(state=state)
    assert not welcoming.welcome(make_subscriber().pk)


def test_before_the_first_issue_there_is_nothing_to_send() -> None:
    assert not welcoming.welcome(make_subscriber().pk)


@pytest.mark.parametrize("state", ["unsubscribed", "pending"])
def test_who_is_not_in_is_not_welcomed(state: str) -> None:
    sent_out()
    assert not welcoming.welcome(make_subscriber(state=state).pk)


def test_the_welcome_is_told_by_the_fact_that_somebody_confirmed() -> None:
    sent_out()
    ask(now=NOW)
    consent.confirm(confirmation_link(), confirmed_from=None, now=NOW)
    while running.run_due():
        pass
    assert Delivery.objects.get().mail == mail_of(Mailing.objects.get().rendered, (), welcome=True)
