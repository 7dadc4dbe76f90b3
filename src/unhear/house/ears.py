"""One recogniser for many devices: whoever has finished speaking goes before whoever may go on.

Work is begun in advance, at the first short pause of a speaker. It is worth nothing if they speak
on, so it waits behind requests that are over; and a device has one such guess at most. Requests of
several devices are answered in the order in which they ended, one a device in turn. Where there are
several recognisers, as many are worked on at once.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread

from unhear.capture.sound import Capture
from unhear.household.speech import Transcript
from unhear.household.words import DeviceId

Recognise = Callable[[Capture], Transcript]


@dataclass(frozen=True, slots=True)
class _Work:
    capture: Capture
    words: "Future[Transcript]"


class Ears:
    """Recognises the captures of many devices in threads of its own, one by default."""

    def __init__(self, recognise: Recognise, at_once: int = 1) -> None:
        self._recognise = recognise
        self._at_once = at_once
        self._changed = Condition()
        self._ended: deque[_Work] = deque()
        self._guesses: dict[DeviceId, _Work] = {}
        self._threads: list[Thread] = []
        self._closed = False
        self._working = 0

    def foresee(self, capture: Capture, partial: Callable[[str], None] | None = None) -> None:
        """Begin to recognise what will be the request of a device if its speaker's pause lasts.

        `partial` is told the words when they are there, from another thread.
        """
        with self._changed:
            if (old := self._guesses.pop(capture.device, None)) is not None:
                old.words.cancel()
            work = _Work(capture, Future())
            if partial is not None:
                work.words.add_done_callback(lambda words: _tell(words, partial))
            self._guesses[capture.device] = work
            self._wake()

    def hear(self, capture: Capture) -> Transcript:
        """Answer the words of a request that is over; waits for those who ended before.

        Uses what `foresee` began with the very same capture. Raises what the recogniser raises.
        """
        with self._changed:
            guess = self._guesses.pop(capture.device, None)
            if guess is not None and guess.capture is not capture:
                guess.words.cancel()
                guess = None
            work = guess or _Work(capture, Future())
            if not work.words.running() and not work.words.done():
                self._ended.append(work)
            self._wake()
        return work.words.result()

    def forgo(self, device: DeviceId) -> None:
        """Let go of what was begun in advance for a device: no request will come of it."""
        with self._changed:
            if (guess := self._guesses.pop(device, None)) is not None:
                guess.words.cancel()

    @property
    def waiting(self) -> int:
        """How many requests that are over wait for their turn."""
        with self._changed:
            return len(self._ended)

    @property
    def resting(self) -> bool:
        """Whether nothing is being recognised or waits for it."""
        with self._changed:
            guessing = any(not work.words.done() for work in self._guesses.values())
            return not (self._ended or self._working or guessing)

    def close(self) -> None:
        """Stop after the work at hand; what waits is cancelled."""
        with self._changed:
            self._closed = True
            for work in [*self._ended, *self._guesses.values()]:
                work.words.cancel()
            self._ended.clear()
            self._guesses.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _wake(self) -> None:
        if not self._threads:
            self._threads = [
                Thread(target=self._run, name="ears", daemon=True) for _ in range(self._at_once)
            ]
            for thread in self._threads:
                thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (work := self._next()) is not None:
            try:
                words = self._recognise(work.capture)
            except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
                self._worked()
                work.words.set_exception(error)
            else:
                self._worked()
                work.words.set_result(words)

    def _worked(self) -> None:
        with self._changed:
            self._working -= 1

    def _next(self) -> _Work | None:
        """Wait for work that is still wanted; None when the ears are closed."""
        with self._changed:
            while not self._closed:
                work = self._first()
                if work is None:
                    self._changed.wait()
                elif work.words.set_running_or_notify_cancel():
                    self._working += 1
                    return work
            return None

    def _first(self) -> _Work | None:
        if self._ended:
            return self._ended.popleft()
        waiting = (
            work
            for work in self._guesses.values()
            if not work.words.done() and not work.words.running()
        )
        return next(waiting, None)


def _tell(words: "Future[Transcript]", partial: Callable[[str], None]) -> None:
    if not words.cancelled() and words.exception() is None:
        partial(words.result().text)
