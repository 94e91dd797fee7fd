"""A publication with every kind of public page filled, and the address of one of each kind."""

from django.utils import timezone

from audience import account
from audience.models import Subscriber
from digest.models import BLOCKS, ImageBlock, Issue, LinkBlock, SponsorBlock
from publication.masthead import current
from tests.audience.makers import account_link, ask, confirmation_link, make_subscriber, move_link
from tests.digest.issues import add, add_section, add_titled, make_issue, make_published, publish
from tests.makers import make_entry, make_feed, make_section

# Alone: what a page shows before there is anything to show.
BARE = ["/", "/issues/", "/search/", "/search/?q=django", "/planet/", "/about/"]
RICH = (
    "<p>Words, <strong>bold</strong>, <em>slanted</em>, <code>f(x)</code> and "
    '<a href="https://example.org/?a=1&amp;b=2">a link</a>.</p>'
    "<ul><li>one &amp; one</li><li>two</li></ul><ol><li>first</li></ol>"
)


def make_full_issue(number: int = 7) -> Issue:
    """An issue with every type of block, each with rich text and an address."""
    issue = make_issue(number, preheader="What is in it, in a sentence.")
    for model in BLOCKS:
        if model is not ImageBlock:
            values = {"url": f"https://example.com/{model.slug}?a=1&b=2", "blurb": RICH}
            add_titled(model, issue, f"A {model.slug} with “quotes” & <signs>", **values)
    return issue


def make_site() -> dict[str, str]:
    """Publish, follow and subscribe; answers the address of each kind of page by its name."""
    masthead = current()
    masthead.tagline, masthead.about = "Links worth a click", "Who we are.\n\nAnd why."
    masthead.reply_to, masthead.postal_address = "hello@example.com", "1 Harbour Lane"
    masthead.save()
    make_published(5)
    issue = make_published(6, "Before", "And before that")
    shelf = add_section(issue_of_all := make_full_issue(7), "News", section=make_section("News"))
    add(LinkBlock, shelf, title="News of it", url="https://example.com/news", blurb=RICH)
    add(SponsorBlock, issue_of_all, title="Buy this", url="https://sponsor.example/")
    publish(issue_of_all)
    make_published(8)
    for title in ("Said today", "Said too"):
        make_entry(make_feed(), title=title, url=f"https://example.com/{title}", author="Ada")
    reader, past = make_subscriber(), make_subscriber(state=Subscriber.State.UNSUBSCRIBED)
    now = timezone.now()
    ask("new@example.com", now=now)
    mover, held = make_subscriber(), account_link(reader, now)
    account.ask_to_move(account_link(mover, now), "moved@example.com", now=now)
    return {
        "home": "/",
        "issues": "/issues/",
        "issue": f"/issues/{issue_of_all.number}/",
        "short issue": f"/issues/{issue.number}/",
        "section": "/sections/news/",
        "source": "/sources/example.com/",
        "search": "/search/",
        "found": "/search/?q=words&year=2026",
        "not found": "/search/?q=nothing-says-this",
        "planet": "/planet/",
        "about": "/about/",
        "submit": "/submit/",
        "submit known": "/submit/?url=https%3A%2F%2Fexample.com%2Fnews",
        "thanks": "/submit/thanks/",
        "subscribe": "/subscribe/",
        "check inbox": "/subscribe/check-your-inbox/",
        "confirm": f"/confirm/{confirmation_link('new@example.com')}/",
        "unsubscribe": f"/unsubscribe/{reader.token}/",
        "unsubscribed": f"/unsubscribe/{past.token}/",
        "preferences": f"/preferences/{reader.token}/",
        "preferences of one who left": f"/preferences/{past.token}/",
        "account": f"/account/{held}/",
        "erase": f"/account/{held}/erase/",
        "move": f"/account/{move_link(mover)}/move/",
        "link too old": f"/account/{move_link(mover)}/",
        "broken link": "/preferences/nobody/",
        "404": "/nowhere/",
    }
