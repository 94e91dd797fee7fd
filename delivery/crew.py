"""Lines at work, a thread each. The threads talk to mail servers and to nobody else.

Everything that touches the database stays with whoever hands out the work, so that the marks and
answers of all lines can share a commit.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

from delivery.models import Delivery
from toolbox.smtp import Answer, Verdict, anonymous
from toolbox.transports import Line

GOODBYE = 2.0  # seconds


@dataclass(frozen=True)
class Job:
    """One mail, ready for the wire."""

    row: Delivery
    sender: str
    recipient: str
    message: bytes
    # By this hour of the wall clock the lease runs out, and the row may be somebody else's.
    until: float


Done = tuple[Delivery, Answer]


class Crew:
    """Hand out jobs, hear answers. A line whose server is away leaves the crew."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._answers: SimpleQueue[Done] = SimpleQueue()
        self._threads = [
            Thread(target=_work, args=(line, self._jobs, self._answers), daemon=True)
            for line in lines
        ]
        self._lines = len(self._threads)
        self.busy = 0
        for thread in self._threads:
            thread.start()

    @property
    def free(self) -> int:
        """How many jobs it could begin this moment."""
        return self._lines - self.busy

    def hand_out(self, job: Job) -> None:
        """Begin a job; there must be a free line."""
        self.busy += 1
        self._jobs.put(job)

    def hear(self, patience: float) -> list[Done]:
        """Every answer there is, waiting at most `patience` seconds for the first."""
        done: list[Done] = []
        try:
            done.append(self._answers.get(timeout=patience))
            while True:
                done.append(self._answers.get_nowait())
        except Empty:
            self.busy -= len(done)
            self._lines -= sum(answer.verdict is Verdict.AWAY for _, answer in done)
            return done

    def dismiss(self) -> None:
        """Close the lines, without waiting long for a server that says nothing."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout=GOODBYE)


def _work(line: Line, jobs: SimpleQueue[Job | None], answers: SimpleQueue[Done]) -> None:
    verdict = None
    while verdict is not Verdict.AWAY and (job := jobs.get()) is not None:
        answer = _send(line, job)
        verdict = answer.verdict
        answers.put((job.row, answer))
    line.close()


TOO_LATE = Answer(Verdict.TEMPORARY, "Nothing was sent: the worker stood still for too long.")
# Not the monotonic clock, which may stand still with the machine.
wall_clock = time.time


def _send(line: Line, job: Job) -> Answer:
    """A line raises nothing; should it, then nobody knows how far the mail got.

    A process that was frozen between its mark and the first byte sends nothing when it wakes.
    """
    if wall_clock() > job.until:
        return TOO_LATE
    try:
        return line.send(job.sender, job.recipient, job.message)
    except Exception as error:
        answer = Answer(Verdict.UNKNOWN, f"{type(error).__name__}: {error}")
        return anonymous(answer, job.recipient)
