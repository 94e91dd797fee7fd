"""Bringing lists of subscribers in: from a file at once, or uploaded, counted, and then taken in.

An uploaded list waits in its row. A worker counts it, a person reads the count and says yes, a
worker takes it in; killed at any line it goes on behind the last commit.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from itertools import batched
from typing import TYPE_CHECKING, BinaryIO, cast

from django.db import transaction

from audience.models import Import
from audience.tables import Row, Table, TableError
from audience.taking import BATCH, Tally, take
from publication import access
from toolbox.text import one_line

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "audience.import_subscriber"
LARGEST = 50 * 1024 * 1024
ABANDONED = timedelta(days=1)
State = Import.State


def take_in(
    file: BinaryIO, *, dry: bool, by: "User | None", now: datetime, tell: Callable[[Tally], None]
) -> Tally:
    """Take in a table, or only count it if `dry`. `tell` hears of each batch. Raises TableError,
    NotAllowedError.

    Streamed: memory hardly grows with the list. What stands before a broken line is taken in.
    """
    access.require(by, PERMISSION)
    tally = Tally()
    with closing(Table(file)) as table:
        for batch in batched(table.rows(), BATCH, strict=False):
            with transaction.atomic():
                take(batch, tally, now=now, dry=dry)
            tell(tally)
    if not dry:
        access.record(by, "import", "subscribers", **dict(tally.figures))
    return tally


def upload(name: str, pieces: Iterable[bytes], *, by: "User", now: datetime) -> Import:
    """Keep a list for a worker to count; nothing is changed yet. Raises TableError,
    NotAllowedError."""
    access.require(by, PERMISSION)
    packed = _pack(pieces)
    with _opened(packed) as table:
        next(table.rows(), None)
    access.record(by, "import uploaded", "subscribers")
    name = one_line(name, 200)
    return Import.objects.create(name=name, content=packed, by=by, uploaded_at=now)


def accept(job: Import, *, by: "User") -> bool:
    """Have a counted list taken in. Answers False when it was accepted or dropped before."""
    access.require(by, PERMISSION)
    with transaction.atomic():
        counted = Import.objects.filter(pk=job.pk, state=State.COUNTED)
        accepted = counted.update(state=State.TAKING_IN, line=0, counts={}, refused=[])
        if accepted:
            access.record(by, "import accepted", f"Import {job.pk}")
    return bool(accepted)


def drop(job: Import, *, by: "User", now: datetime) -> bool:
    """Throw away a list that was not taken in. Answers False when there is none any more."""
    access.require(by, PERMISSION)
    waiting = Import.objects.filter(pk=job.pk, state__in=[State.COUNTING, State.COUNTED])
    return bool(waiting.update(state=State.DROPPED, content=b"", finished_at=now))


def drop_abandoned(now: datetime) -> int:
    """Throw away the lists that were counted and left lying. Answers how many."""
    left = Import.objects.abandoned(now - ABANDONED)
    return left.update(state=State.DROPPED, content=b"", finished_at=now)


def work_off(now: datetime) -> int:
    """Count and take in what was uploaded. Answers how many lists were worked on."""
    due = list(Import.objects.due().defer("content").order_by("pk"))
    for job in due:
        try:
            _work(job, now)
        except TableError as error:
            said = one_line(str(error), 300)
            failed = Import.objects.filter(pk=job.pk)
            failed.update(state=State.FAILED, content=b"", finished_at=now, error=said)
    return len(due)


def _work(job: Import, now: datetime) -> None:
    """Go over the list; counting begins anew after a death, taking in goes on."""
    state = State(job.state)
    tally = Tally() if state == State.COUNTING else _tally_of(job)
    with _opened(bytes(job.content)) as table:
        after = tally.line
        fresh = (row for row in table.rows() if row.line > after)
        for batch in batched(fresh, BATCH, strict=False):
            if not _take_batch(job, batch, tally, now):
                return
    ours = Import.objects.filter(pk=job.pk, state=state)
    if state == State.COUNTING:
        ours.update(state=State.COUNTED)
    else:
        ours.update(state=State.DONE, content=b"", finished_at=now)


def _take_batch(job: Import, batch: tuple[Row, ...], tally: Tally, now: datetime) -> bool:
    """Lines and progress in one commit. False when a person or another worker was there first."""
    state = State(job.state)
    with transaction.atomic():
        ours = Import.objects.select_for_update().filter(pk=job.pk, state=state)
        held = ours.filter(line=tally.line) if state == State.TAKING_IN else ours
        if not held.exists():
            return False
        take(batch, tally, now=now, dry=state == State.COUNTING)
        ours.update(line=tally.line, counts=dict(tally.counts), refused=tally.refused)
    return True


def _tally_of(job: Import) -> Tally:
    return Tally(job.line, Counter(job.counts), list(job.refused))


def _pack(pieces: Iterable[bytes]) -> bytes:
    packed, size = BytesIO(), 0
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=6) as file:
        for piece in pieces:
            size += len(piece)
            if size > LARGEST:
                megabytes = LARGEST // 1024 // 1024
                raise TableError(
                    f"This file is larger than {megabytes} MB. Split it, or have it taken in on "
                    "the server: manage.py import_subscribers."
                )
            file.write(piece)
    return packed.getvalue()


@contextmanager
def _opened(packed: bytes) -> Iterator[Table]:
    with (
        gzip.GzipFile(fileobj=BytesIO(packed)) as file,
        closing(Table(cast("BinaryIO", file))) as table,
    ):
        yield table
