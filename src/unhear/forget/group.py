"""Group commit: requests that arrive while others are at work are done together, all at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")

Work = Callable[[Sequence[Request]], Sequence[Answer | Exception]]
"""Does several requests as one; answers what each comes to, or why it failed."""


class Group(Generic[Request, Answer]):
    """Gathers requests of several threads. Whoever comes first works for all that wait."""

    def __init__(self, work: Work[Request, Answer], at_most: int) -> None:
        self._work = work
        self._at_most = at_most
        self._waiting: list[tuple[Request, Future[Answer]]] = []
        self._waiting_lock = Lock()
        self._turn = Lock()

    def submit(self, request: Request) -> Answer:
        """Answer what the request comes to, or raise why it failed."""
        future: Future[Answer] = Future()
        with self._waiting_lock:
            self._waiting.append((request, future))
        while not future.done():
            with self._turn:
                if not future.done():
                    self._do_some()
        return future.result()

    def _do_some(self) -> None:
        with self._waiting_lock:
            some, self._waiting = self._waiting[: self._at_most], self._waiting[self._at_most :]
        try:
            answers = self._work([request for request, _ in some])
        except BaseException as error:  # noqa: BLE001 - handed to every caller that waits
            for _, future in some:
                future.set_exception(error)
            return
        for (_, future), answer in zip(some, answers, strict=True):
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)
