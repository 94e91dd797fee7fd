"""A newsroom in the middle of its week, and the address of each screen of ours in the admin."""

from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from curation import queue
from curation.models import Link, Rule
from delivery import mailings
from delivery.models import Delivery, Mailing
from digest import approval, assembly
from digest.models import Booking, Issue, LinkBlock, Sponsor
from outbox.models import Fact, Receipt
from publication.masthead import current
from tests.audience.makers import make_subscriber
from tests.delivery.makers import make_mailing, make_readers
from tests.digest.issues import add, make_issue, make_published
from tests.makers import make_editor, make_entry, make_feed, make_link, make_section

BLURB = "<p>Words, <strong>bold</strong> and <a href='https://example.org/'>a link</a>.</p>"
STEPS = ["publication", "branding", "sections", "sender", "feeds", "people"]


def make_links() -> Link:
    """One link on each shelf of the queue; answers one that waits."""
    shelf = make_section("News", position=1)
    feed = make_feed(title="A feed", last_new_at=timezone.now() - timedelta(days=90))
    make_feed(title="A failing feed", error_streak=3, last_error="It answers with 500.")
    said = {"blurb": "Told in a sentence.", "source_label": "Somewhere", "author": "Ada"}
    now = timezone.now()
    known = make_link(title="A story that waits", section=shelf, published_at=now, **said)
    make_entry(feed, known)
    for state in (Link.State.SHORTLISTED, Link.State.REJECTED):
        make_link(title=f"A {state} story", state=state, section=shelf)
    make_link(title="A hidden story", hidden_by="Rule: job boards")
    make_link(title="A story that waits, too", published_at=timezone.now(), kind="video")
    queue.shortlist(make_link(title="Chosen by hand"), by=None)
    return known


def make_draft() -> Issue:
    """A draft with findings, and what the shortlist offers it."""
    draft = assembly.draft(by=None, now=timezone.now())
    section = draft.sections.get(title="News")
    add(LinkBlock, section, title="An item of the draft", url="https://example.com/d", blurb=BLURB)
    add(LinkBlock, section, title="An item without an address", blurb=BLURB)
    return draft


def make_mailings() -> Mailing:
    """One under way with something uncertain; its page shows every kind of row."""
    mailing = make_mailing(readers=3)
    first, second = mailing.deliveries.all()[:2]
    Delivery.objects.filter(pk=first.pk).update(state=Delivery.State.UNCERTAIN)
    Delivery.objects.filter(pk=second.pk).update(state=Delivery.State.ACCEPTED)
    mailings.pause(mailing, by=None)
    return mailing


def make_newsroom() -> tuple[User, dict[str, str]]:
    """Somebody who may do everything, and the address of each screen by its name."""
    masthead = current()
    masthead.name, masthead.sender_email = "The Example", "news@example.com"
    masthead.postal_address = "1 Harbour Lane"
    masthead.save()
    editor, link = make_editor("ann"), make_links()
    published = make_published(5, "A published story")
    ready = make_issue(6)
    add(LinkBlock, ready, title="An approved story", url="https://example.com/6", blurb=BLURB)
    approval.approve(ready, by=None)
    draft, mailing, reader = make_draft(), make_mailings(), make_subscriber("ada@example.com")
    make_readers(3)
    sponsor = Sponsor.objects.create(name="Lamps & Sons")
    slot = make_section("Sponsor", "sponsor", position=9)
    booking = Booking.objects.create(
        sponsor=sponsor, slot=slot, issue_date=draft.date, headline="Lamps"
    )
    rule = Rule.objects.create(words="lamp", kind="video")
    failed = Receipt.objects.create(
        fact=Fact.objects.create(signal="issue_published", arguments={}),
        listener="delivery.start_mailing",
        state=Receipt.State.GIVEN_UP,
        next_try_at=timezone.now(),
        last_error="Traceback: it did not work.",
    )
    changes: dict[str, dict[str, Model]] = {
        "digest_issue": {"desk": draft, "approved issue": ready, "published issue": published},
        "curation_feed": {"feed": link.entries.get().feed},
        "curation_link": {"link": link},
        "curation_rule": {"rule": rule},
        "delivery_mailing": {"mailing": mailing},
        "delivery_delivery": {"delivery": mailing.deliveries.all()[0]},
        "audience_subscriber": {"subscriber": reader},
        "digest_booking": {"booking": booking},
        "digest_sponsor": {"sponsor": sponsor},
        "outbox_receipt": {"receipt": failed},
        "publication_publication": {"masthead": masthead},
        "publication_section": {"shelf": slot},
    }
    screens = {
        name: reverse(f"admin:{model}_change", args=[row.pk])
        for model, rows in changes.items()
        for name, row in rows.items()
    }
    lists = [*changes, "audience_import", "audience_suppression", "curation_entry",
        "publication_auditentry"]  # fmt: skip
    screens |= {f"{model} list": reverse(f"admin:{model}_changelist") for model in lists}
    screens |= {
        name: reverse(f"admin:{model}_add")
        for name, model in {
            "new feed": "curation_feed",
            "new rule": "curation_rule",
            "new booking": "digest_booking",
            "new shelf": "publication_section",
            "new list of subscribers": "audience_import",
        }.items()
    }
    screens |= {f"set-up {slug}": reverse("setup:step", args=[slug]) for slug in STEPS}
    return editor, screens | {
        "week": reverse("admin:index"),
        "queue": reverse("queue:queue"),
        "shortlist": reverse("queue:queue") + "?show=shortlisted",
        "hidden links": reverse("queue:queue") + "?show=hidden",
        "found nothing": reverse("queue:queue") + "?q=nothing-says-this",
        "link of the queue": reverse("queue:link", args=[link.pk]),
        "capture": reverse("capture:capture") + "?url=https://example.com/new&title=New",
        "kept": reverse("capture:kept", args=[link.pk]),
        "bookmarklet": reverse("capture:bookmarklet"),
        "paste": reverse("capture:paste"),
        "preview": reverse("admin:digest_issue_preview", args=[draft.pk]),
        "preview of the text": reverse("admin:digest_issue_preview", args=[draft.pk])
        + "?part=text",
        "approved preview": reverse("admin:digest_issue_preview", args=[ready.pk]),
        "pre-flight": reverse("admin:digest_issue_preflight", args=[draft.pk]),
        "publish": reverse("admin:digest_issue_publish", args=[ready.pk]),
        "correct": (correct := reverse("admin:digest_issue_correct", args=[published.pk])),
        "correct an item": f"{correct}?item={published.items.get().uid}",
        "past issues": reverse("admin:digest_issue_import"),
        "rule tried out": reverse("admin:curation_rule_preview"),
        "rules to apply": reverse("admin:curation_rule_apply"),
        "forgotten password": reverse("admin_password_reset"),
        "on its way": reverse("password_reset_done"),
        "new password": reverse("password_reset_confirm", args=["MQ", "x"]),
        "second factor": reverse("second_factor"),
        "calendar": reverse("admin:digest_booking_calendar"),
        "feeds from a list": reverse("admin:curation_feed_import"),
        "erase": reverse("admin:audience_subscriber_erase", args=[reader.pk]),
        "test mail": reverse("admin:delivery_mailing_test", args=[ready.pk]),
        "passing": reverse("admin:delivery_mailing_passing"),
        "mails to an address": reverse("admin:delivery_delivery_address", args=[reader.pk]),
    }
