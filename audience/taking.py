"""Taking a list of people in: nobody who left comes back by a list, and whoever left there is
out here too.

Each batch is one commit. Taken in twice, a list changes nothing the second time.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from audience.consent import note
from audience.models import ConsentEvent, Subscriber, Suppression, new_token
from audience.reading import LineError, Person, doubts, read
from audience.tables import Row
from publication.masthead import current, one_at_a_time
from publication.models import Section
from toolbox import rows

BATCH = 500
NAMED = 200
State, What = Subscriber.State, ConsentEvent.What
Reason = Suppression.Reason
ON = "imported list"
NEW, OPTED_OUT, KNOWN = "new", "opt-outs kept", "here already"
LEFT, LEFT_THERE, TWICE = "left here: not revived", "taken out, since they left there", "twice"
WAITING, REFUSED = "never confirmed: kept, not mailed", "refused"
DOUBTED = "of these, with something left out"
LABELS = (NEW, OPTED_OUT, LEFT_THERE, LEFT, WAITING, KNOWN, TWICE, REFUSED, DOUBTED)


@dataclass
class Tally:
    """What came, or would come, of the lines so far."""

    line: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    # The first of those refused or doubted: line and reason.
    refused: list[list[str | int]] = field(default_factory=list)
    # Beginnings of the keys so far: 8 bytes for each person, and a person on two lines is seen.
    seen: set[int] = field(default_factory=set)

    def refuse(self, line: int, reason: str) -> None:
        """Count a line that is not taken; the first are named."""
        self._name(REFUSED, line, reason)

    def doubt(self, line: int, reasons: list[str]) -> None:
        """Count a line of which something was left out, if it was; the first are named."""
        if reasons:
            self._name(DOUBTED, line, f"Left out: {'; '.join(reasons)}.")

    def _name(self, label: str, line: int, reason: str) -> None:
        self.counts[label] += 1
        if len(self.refused) < NAMED:
            self.refused.append([line, reason])

    def has_seen(self, key: str) -> bool:
        """Whether this person was on a line before; from now on they were."""
        beginning, before = int(key[:15], 16), len(self.seen)
        self.seen.add(beginning)
        return len(self.seen) == before

    @property
    def figures(self) -> list[tuple[str, int]]:
        """The counts in the order a person reads them, without zeros."""
        return [(label, self.counts[label]) for label in LABELS if self.counts[label]]


def take(batch: Sequence[Row], tally: Tally, *, now: datetime, dry: bool) -> None:
    """Add what comes of these lines to `tally`, and unless it is `dry`, do it. Call inside a
    transaction."""
    one_at_a_time()
    people = _understood(batch, tally)
    keys = list(people)
    known = Subscriber.objects.filter(address_key__in=keys).in_bulk(field_name="address_key")
    barred = set(
        Suppression.objects.filter(address_key__in=keys).values_list("address_key", flat=True)
    )
    newcomers: list[Person] = []
    leavers: list[Person] = []
    for key, person in people.items():
        verdict = _verdict(person, known.get(key), is_barred=key in barred)
        if tally.has_seen(key) and verdict != LEFT_THERE:
            verdict = TWICE
        tally.counts[verdict] += 1
        if verdict in {NEW, WAITING, OPTED_OUT} and key not in known:
            newcomers.append(person)
        elif verdict in {NEW, LEFT_THERE}:
            leavers.append(person)
    if not dry:
        _add(newcomers, now)
        for person in leavers:
            _change(known[person.key], person, now)
    tally.line = batch[-1].line


def _understood(batch: Iterable[Row], tally: Tally) -> dict[str, Person]:
    """By key. Of two lines about one person, the one that says out counts."""
    people: dict[str, Person] = {}
    zone = ZoneInfo(current().time_zone)
    shelves = set(Section.objects.values_list("slug", flat=True))
    for row in batch:
        try:
            person = read(row, zone)
        except LineError as error:
            tally.refuse(row.line, str(error))
            continue
        tally.doubt(row.line, list(doubts(row, person, shelves)))
        if person.key in people:
            tally.counts[TWICE] += 1
        if person.key not in people or person.is_out:
            people[person.key] = person
    return people


def _verdict(person: Person, known: Subscriber | None, *, is_barred: bool) -> str:
    if known is None:
        if person.is_out:
            return OPTED_OUT
        if is_barred:
            return LEFT
        return NEW if person.state == State.ACTIVE else WAITING
    if known.state in {State.ACTIVE, State.PENDING}:
        if person.is_out:
            return LEFT_THERE
        waits = known.state == State.PENDING and person.state == State.ACTIVE
        return NEW if waits and not is_barred else KNOWN
    return KNOWN if person.is_out else LEFT


def _add(people: list[Person], now: datetime) -> None:
    pks = rows.insert(Subscriber, [_columns(person, now) for person in people])
    added = list(zip(pks, people, strict=True))
    rows.insert(
        ConsentEvent,
        [
            {
                "subscriber": pk,
                "address_key": person.key,
                "what": What.IMPORTED,
                "at": now,
                "form": person.state,
            }
            for pk, person in added
        ],
    )
    _suppress(person for person in people if person.is_out)
    _choose(added)


def _columns(person: Person, now: datetime) -> dict[str, object]:
    is_in = person.state == State.ACTIVE
    return {
        "email": person.email,
        "address_key": person.key,
        "state": person.state,
        "token": new_token(),
        "confirm_nonce": new_token(),
        "paused_until": person.paused_until,
        "asked_at": person.asked_at if person.state != State.PENDING else None,
        "asked_from": person.asked_from,
        "asked_on": ON if person.asked_on is None else person.asked_on,
        # The owner vouches for it: the list says they agreed, and when, or it says nothing.
        "confirmed_at": person.confirmed_at or (now if is_in else None),
        "confirmed_from": person.confirmed_from,
        "left_at": (person.left_at or now) if person.is_out else None,
        "created_at": now,
    }


def _change(known: Subscriber, person: Person, now: datetime) -> None:
    """Let in whoever waited here and had agreed there; take out whoever left there."""
    values: dict[str, object] = {"state": person.state, "confirm_nonce": new_token()}
    if person.is_out:
        values["left_at"] = person.left_at or now
    else:
        values |= {"confirmed_at": person.confirmed_at or now, "asked_on": ON}
    Subscriber.objects.filter(pk=known.pk, state=known.state).update(**values)
    what = What.LEFT if person.is_out else What.IMPORTED
    note(known, what, now, form=ON if person.is_out else person.state)
    _suppress([person] if person.is_out else [])


def _suppress(people: Iterable[Person]) -> None:
    Suppression.objects.bulk_create(
        [Suppression(address_key=person.key, reason=Reason(person.state)) for person in people],
        ignore_conflicts=True,
    )


def _choose(added: list[tuple[int, Person]]) -> None:
    """The sections they chose, by slug; what is not here any more is no choice."""
    if not any(person.sections for _, person in added):
        return
    shelves = dict(Section.objects.values_list("slug", "pk"))
    through = Subscriber.sections.through
    chosen = [
        through(subscriber_id=pk, section_id=shelves[slug])
        for pk, person in added
        for slug in dict.fromkeys(person.sections)
        if slug in shelves
    ]
    through.objects.bulk_create(chosen)
