"""Wait for a native library, but not for ever."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from unhear.forget.errors import KeeperFailed

T = TypeVar("T")


class OneAtATime:
    """Makes calls one after the other in a thread of its own.

    A call into a native library cannot be stopped. One that never returns keeps the thread; the
    caller stops waiting all the same, and so does everyone after it. The thread is a daemon, so
    that it does not hold up the end of the program.
    """

    def __init__(self, called: str) -> None:
        """Say whom to blame: `called` stands in the message."""
        self._called = called
        self._calls: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        Thread(target=self._work, name=f"calls {called}", daemon=True).start()

    def within(self, seconds: float, call: Callable[[], T]) -> T:
        """Answer what `call` answers. Raises `KeeperFailed` after `seconds`, or what it raises.

        What has begun by then may still be done; a root that is put too late is a leftover, which
        the next opening of the house destroys.
        """
        answer: Future[T] = Future()
        self._calls.put((call, answer))
        try:
            return answer.result(timeout=seconds)
        except TimeoutError:
            answer.cancel()
            raise KeeperFailed(
                f"{self._called} has not answered for {seconds:g} seconds; see whether it is "
                "reachable, and try again"
            ) from None

    def _work(self) -> None:
        while True:
            call, answer = self._calls.get()
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                answer.set_result(call())
            except BaseException as error:  # noqa: BLE001 - handed to whoever waits for it
                answer.set_exception(error)
