"""How the rooms tell what they do: to one listener at most, and to nobody by default.

The standard library alone, so that every room may use it, and nothing but the vocabulary fits
through. Without a listener each call is one look at a variable.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol

from unhear.signals.words import Metric, Value, Work


class Listener(Protocol):
    """Takes what is told; called from any thread, and raises nothing."""

    def count(self, metric: Metric, by: float, labels: tuple[Value, ...]) -> None:
        """Count so many more."""

    def observe(self, metric: Metric, value: float, labels: tuple[Value, ...]) -> None:
        """Take one more value of a histogram."""

    def level(self, metric: Metric, value: float, labels: tuple[Value, ...]) -> None:
        """Take how much there is now."""

    def timed(self, work: Work) -> AbstractContextManager[object]:
        """Take how long the block takes, and by what type of exception it ended, if any."""

    def past(self, work: Work, seconds: float) -> None:
        """Take a piece of work that took so long and has ended just now."""

    def note(self, value: Value) -> None:
        """Add what is known by now to the span that the caller is in."""


_NOTHING = nullcontext()
_listener: Listener | None = None


@contextmanager
def told_to(listener: Listener) -> Iterator[None]:
    """Tell `listener`, and nobody else, while the block runs."""
    global _listener  # noqa: PLW0603 - one process tells one listener, like its log
    before, _listener = _listener, listener
    try:
        yield
    finally:
        _listener = before


def count(metric: Metric, *labels: Value, by: float = 1) -> None:
    """Count one more, or `by`."""
    if _listener is not None:
        _listener.count(metric, by, labels)


def observe(metric: Metric, value: float, *labels: Value) -> None:
    """Tell one more value of a histogram."""
    if _listener is not None:
        _listener.observe(metric, value, labels)


def level(metric: Metric, value: float, *labels: Value) -> None:
    """Tell how much there is now."""
    if _listener is not None:
        _listener.level(metric, value, labels)


def timed(work: Work) -> AbstractContextManager[object]:
    """Time the block."""
    return _NOTHING if _listener is None else _listener.timed(work)


def past(work: Work, seconds: float) -> None:
    """Tell of work that took so many seconds and has ended just now."""
    if _listener is not None:
        _listener.past(work, seconds)


def note(value: Value) -> None:
    """Add what is known by now to the span that this code is in."""
    if _listener is not None:
        _listener.note(value)
