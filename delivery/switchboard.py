"""Many SMTP lines by one thread, which is the one that does the book-keeping.

A thread for each line spends more time waiting for the others than a server takes for a mail.
Only connecting, which may take seconds, is left to a thread of its own.
"""

import select
import smtplib
import socket
import ssl
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from delivery import crew
from delivery.crew import Done, Job
from toolbox.smtp import AT_ONCE, Answer, Line, Verdict, anonymous
from toolbox.smtp_dialogue import Dialogue, Reply

NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
BROKEN = (OSError, smtplib.SMTPException)
GOODBYE = 2.0  # seconds


class Call:
    """One message on its way over one line."""

    dialogue: Dialogue

    def __init__(self, line: Line, job: Job) -> None:
        self.line, self.job = line, job
        self.kept = line.is_open
        # What is left to send, or until when a reply is waited for.
        self.unsent: memoryview | None = None
        self.deadline = 0.0

    def begin(self) -> Answer | None:
        """Say the first words. Answers when that ends it."""
        if crew.wall_clock() > self.job.until:
            return crew.TOO_LATE
        self.line.socket.settimeout(0)
        self.dialogue = self.line.dialogue(self.job.sender, self.job.recipient, self.job.message)
        return self._go(next(self.dialogue))

    def go_on(self) -> Answer | None:
        """Whatever can be done without waiting. Answers when that ends it."""
        answer = None
        try:
            if self.unsent is not None:
                self.unsent = self.unsent[self.line.socket.send(self.unsent) :]
                answer = None if self.unsent else self._give((0, b""))
                # What TLS has unpacked already, no poll will tell of.
                if not isinstance(self.line.socket, ssl.SSLSocket):
                    return answer
            while answer is None and self.unsent is None:
                self.line.replies.hear(self.line.socket.recv(AT_ONCE))
                answer = self._hear()
            return answer
        except NOT_NOW:
            return None
        except BROKEN as error:
            return self._fail(error)

    def run_out(self) -> Answer | None:
        """Nobody answered in time."""
        return self._fail(TimeoutError("timed out"))

    def _hear(self) -> Answer | None:
        while self.unsent is None and (reply := self.line.replies.next()) is not None:
            answer = self._give(reply)
            if answer is not None:
                return answer
        return None

    def _give(self, reply: Reply) -> Answer | None:
        try:
            return self._go(self.dialogue.send(reply))
        except StopIteration as end:
            return self._end(end)

    def _fail(self, error: Exception) -> Answer | None:
        try:
            return self._go(self.dialogue.throw(error))
        except StopIteration as end:
            return self._end(end)

    def _go(self, step: bytes | float) -> Answer | None:
        if isinstance(step, bytes):
            self.unsent = memoryview(step)
            self.deadline = time.monotonic() + self.line.timeout
            return self.go_on()
        self.unsent, self.deadline = None, time.monotonic() + step
        return self._hear()

    def _end(self, end: StopIteration) -> Answer:
        if not end.value.reusable:
            self.line.drop()
        answer: Answer = end.value.answer
        return answer


class Switchboard:
    """Hand out jobs, hear answers, as a crew does. A line whose server is away leaves."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = list(lines)
        self._idle = deque(self._lines)
        self._talking: dict[int, Call] = {}
        self._opened: SimpleQueue[tuple[Call, Answer | None]] = SimpleQueue()
        self._connecting = 0
        self._over = False
        self._done: list[Done] = []
        self._poll = select.poll()
        self._bell, self._rope = socket.socketpair()
        self._poll.register(self._bell, select.POLLIN)

    @property
    def free(self) -> int:
        """How many jobs it could begin this moment."""
        return len(self._idle)

    @property
    def busy(self) -> int:
        """How many answers are still to come."""
        return len(self._talking) + self._connecting + len(self._done)

    def hand_out(self, job: Job) -> None:
        """Begin a job; there must be a free line."""
        self._begin(Call(self._idle.popleft(), job))

    def hear(self, patience: float) -> list[Done]:
        """Every answer there is, waiting at most `patience` seconds for the first."""
        deadline = time.monotonic() + patience
        while not self._done and self._wait(max(0.0, deadline - time.monotonic())):
            pass
        while self._done and self._wait(0):
            pass
        done, self._done = self._done, []
        return done

    def dismiss(self) -> None:
        """Close the lines, without waiting long for a server that says nothing."""
        self._over = True
        for call in self._talking.values():
            call.line.drop()
        goodbyes = [Thread(target=line.close, daemon=True) for line in self._lines if line.is_open]
        for thread in goodbyes:
            thread.start()
        for thread in goodbyes:
            thread.join(timeout=GOODBYE)
        self._bell.close()
        self._rope.close()

    def _begin(self, call: Call) -> None:
        if not call.line.is_open:
            self._connecting += 1
            Thread(target=self._open, args=(call,), daemon=True).start()
            return
        try:
            answer = call.begin()
            self._register(call, answer)
        except Exception as error:
            call.line.drop()
            self._finish(call, Answer(Verdict.UNKNOWN, f"{type(error).__name__}: {error}"))

    def _register(self, call: Call, answer: Answer | None) -> None:
        if answer is not None:
            self._finish(call, answer)
            return
        number = call.line.socket.fileno()
        self._poll.register(number, _wanted(call))
        self._talking[number] = call

    def _open(self, call: Call) -> None:
        """In a thread of its own."""
        self._opened.put((call, call.line.open()))
        if self._over:
            call.line.drop()
        with suppress(OSError):
            self._rope.send(b"!")

    def _wait(self, patience: float) -> bool:
        """Go on with every line that can. Answers whether to look again at once."""
        ready = self._poll.poll(min(patience, self._next_deadline()) * 1000)
        for number, _ in ready:
            if number == self._bell.fileno():
                self._take_opened()
            else:
                self._go_on(number)
        now = time.monotonic()
        for number in [n for n, call in self._talking.items() if call.deadline <= now]:
            self._settle(number, self._talking[number].run_out())
        return bool(ready) or patience > 0

    def _take_opened(self) -> None:
        self._bell.recv(1)
        call, away = self._opened.get()
        self._connecting -= 1
        if away is None:
            self._begin(call)
        else:
            self._finish(call, away)

    def _go_on(self, number: int) -> None:
        self._settle(number, self._talking[number].go_on())

    def _settle(self, number: int, answer: Answer | None) -> None:
        call = self._talking[number]
        if answer is None:
            self._poll.modify(number, _wanted(call))
            return
        self._poll.unregister(number)
        del self._talking[number]
        if call.kept and not call.line.is_open and answer.verdict is Verdict.TEMPORARY:
            # Servers hang up after so many messages, or so long: that is not about this one.
            call.kept = False
            self._begin(call)
            return
        self._finish(call, answer)

    def _finish(self, call: Call, answer: Answer) -> None:
        self._done.append((call.job.row, anonymous(answer, call.job.recipient)))
        if answer.verdict is not Verdict.AWAY:
            self._idle.append(call.line)

    def _next_deadline(self) -> float:
        ends = (call.deadline for call in self._talking.values())
        return max(0.0, min(ends, default=float("inf")) - time.monotonic())


def _wanted(call: Call) -> int:
    return select.POLLIN if call.unsent is None else select.POLLOUT
