"""All checks, in the order in which they report. To add one: a function, its line here, a test,
and its line in docs/preflight.md.

A blocker is what is surely wrong and cannot be taken back; a warning may be meant; a note is for
whoever has time.
"""

from digest.preflight import (
    counts,
    dates,
    deadlines,
    items,
    links,
    lists,
    repeats,
    runs,
    seasons,
    slips,
    sponsors,
    whole,
)
from digest.preflight.findings import Check, Level

BLOCKER, WARNING, NOTE = Level.BLOCKER, Level.WARNING, Level.NOTE

CHECKS: list[Check] = [
    # The issue as a whole
    Check("no-item", BLOCKER, whole.no_item),
    Check("no-issue-title", WARNING, whole.no_issue_title),
    Check("hour-passed", WARNING, whole.hour_passed),
    Check("date-passed", WARNING, whole.date_passed),
    Check("token", BLOCKER, whole.token_in_words),
    Check("masthead", WARNING, whole.masthead_stand_in),
    Check("footer", BLOCKER, whole.footer_missing),
    Check("mail-too-large", BLOCKER, whole.mail_too_large),
    Check("mail-large", WARNING, whole.mail_large),
    Check("subject-long", NOTE, whole.subject_long),
    Check("preheader", NOTE, whole.preheader_missing),
    Check("preheader-repeats", NOTE, whole.preheader_repeats),
    Check("alt", WARNING, whole.alt_missing),
    # Item by item
    Check("title", BLOCKER, items.title_missing),
    Check("empty-text", BLOCKER, items.text_empty),
    Check("picture", BLOCKER, items.picture_missing),
    Check("picture-words", BLOCKER, items.picture_unsaid),
    Check("address", WARNING, items.address_missing),
    Check("unsafe-address", BLOCKER, items.address_unsafe),
    Check("blurb", WARNING, items.blurb_missing),
    Check("blurb-cut", WARNING, items.blurb_cut_off),
    Check("title-cut", WARNING, items.title_cut_off),
    Check("scraped", WARNING, items.left_by_scraper),
    Check("site-in-title", NOTE, items.site_in_title),
    Check("blurb-repeats", NOTE, items.blurb_repeats_title),
    Check("lost-list", WARNING, lists.list_lost),
    Check("lost-items", WARNING, lists.intro_announces_nothing),
    # What was said before
    Check("twice", WARNING, repeats.twice_in_issue),
    Check("blurb-twice", WARNING, repeats.blurb_twice_in_issue),
    Check("ran-before", WARNING, repeats.ran_before),
    Check("blurb-ran-before", WARNING, repeats.blurb_ran_before),
    Check("follow-up", WARNING, repeats.follows_nothing),
    # Time
    Check("deadline-over", WARNING, deadlines.deadline_over),
    Check("deadline-today", WARNING, deadlines.deadline_today),
    Check("date-over", WARNING, deadlines.date_over),
    Check("stale-season", WARNING, seasons.stale_season),
    Check("copyright", WARNING, seasons.stale_copyright),
    Check("weekday", WARNING, dates.wrong_weekday),
    Check("no-such-date", WARNING, dates.no_such_date),
    Check("issue-date", WARNING, dates.other_date_in_title),
    Check("conflicting-dates", WARNING, deadlines.conflicting_dates),
    Check("event-dates", WARNING, dates.event_and_words_differ),
    Check("miscounted-items", WARNING, counts.items_miscounted),
    Check("miscounted-people", WARNING, counts.people_miscounted),
    # Jobs and events
    Check("job-over", BLOCKER, runs.job_over),
    Check("job-twice", BLOCKER, runs.job_twice),
    Check("job-not-new", WARNING, runs.job_called_new),
    Check("new-typed", NOTE, runs.new_typed),
    Check("backwards", BLOCKER, runs.run_backwards),
    Check("event-over", BLOCKER, runs.event_over),
    Check("proposals-over", WARNING, runs.proposals_over),
    Check("event-undated", NOTE, runs.event_undated),
    # Who pays
    Check("slot-missing", BLOCKER, sponsors.slot_missing),
    Check("slot-held", NOTE, sponsors.slot_held),
    Check("booking-twice", BLOCKER, sponsors.booking_twice),
    Check("booking-cancelled", BLOCKER, sponsors.not_sold),
    Check("booking-day", WARNING, sponsors.other_day),
    Check("booking-address", WARNING, sponsors.other_address),
    Check("copy-not-approved", WARNING, sponsors.copy_not_approved),
    Check("sponsor-twice", WARNING, sponsors.sponsor_twice),
    Check("sponsor-in-editorial", WARNING, sponsors.sponsor_in_editorial),
    # Links
    Check("dead-link", BLOCKER, links.dead_links),
    Check("moved-link", NOTE, links.moved_links),
    Check("front-page", WARNING, links.links_to_front_pages),
    Check("silent-link", WARNING, links.silent_links),
    Check("offline", WARNING, links.nothing_reached),
    Check("closed-link", NOTE, links.closed_links),
    Check("links-unseen", NOTE, links.links_not_looked_at),
    Check("shortener", WARNING, links.short_links),
    Check("tracking", NOTE, links.tracking_links),
    Check("plain-http", NOTE, links.plain_http),
    Check("broken-address", WARNING, links.broken_addresses),
    Check("bare-words", NOTE, links.bare_words),
    # Slips
    Check("to-be-written", BLOCKER, slips.to_be_written),
    Check("misread-letters", WARNING, slips.misread_letters),
    Check("markup", WARNING, slips.raw_markup),
    Check("doubled-word", WARNING, slips.doubled_word),
    Check("capitals", NOTE, slips.shouting),
    Check("unpaired", NOTE, slips.unpaired_mark),
]
