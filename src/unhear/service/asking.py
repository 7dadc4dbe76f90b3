"""Who is asked for what another process of a home has: each in turn, until one does it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from unhear.house.watched import CameraAway, CameraElsewhere
from unhear.service.line import Line, LineBroken, Place, places
from unhear.service.messages import Words
from unhear.service.sealing import LineKey
from unhear.stores.errors import StoreError

ANSWER_SECONDS_MAX = 5.0
SLOW_SECONDS, ALONE_SECONDS = 1.0, 10.0
"""Who takes longer to fail is left alone for so long, unless nobody else is there."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What one process said, and the line to it, which is still open."""

    line: Line
    words: Words


class Asking:
    """The other processes of a home; safe to use from several threads."""

    def __init__(self, addresses: Sequence[str], key: LineKey) -> None:
        """Ask at these addresses, HOST:PORT or unix:/PATH; nothing is connected yet."""
        self._addresses = addresses
        self._key = key
        self._alone_until: dict[Place, float] = {}

    def ask(self, request: Words, seconds: float = ANSWER_SECONDS_MAX) -> Answered:
        """Answer what somebody said who does what is asked, and the line to them.

        Raises `CameraElsewhere`, or `CameraAway` where everybody could be asked.
        """
        reached = missed = 0
        for answered in self.each(request, seconds):
            if answered is None:
                missed += 1
            elif answered.words.get("done"):
                return answered
            else:
                answered.line.close()
                reached += 1
        raise CameraElsewhere if missed or not reached else CameraAway

    def each(
        self, request: Words, seconds: float = ANSWER_SECONDS_MAX, *, patient: bool = True
    ) -> Iterator[Answered | None]:
        """Yield what each says, and None for an address where nobody can be asked.

        Who is left alone is asked last, or, unless patient, not at all.
        """
        for found in self._in_order():
            reached = False
            for place in found:
                if not patient and self._is_left_alone(place):
                    continue
                if (answered := self._answered(place, request, seconds)) is not None:
                    reached = True
                    yield answered
            if not reached:
                yield None

    def _is_left_alone(self, place: Place) -> bool:
        return self._alone_until.get(place, 0) > monotonic()

    def _answered(self, place: Place, request: Words, seconds: float) -> Answered | None:
        began = monotonic()
        try:
            line = Line(place, self._key())
            try:
                line.send(request)
                answered = line.receive(seconds)
            except LineBroken:
                line.close()
                raise
        except (LineBroken, StoreError, OSError):
            if monotonic() - began > SLOW_SECONDS:
                self._alone_until[place] = monotonic() + ALONE_SECONDS
            return None
        return Answered(line, answered if isinstance(answered, dict) else {})

    def _in_order(self) -> list[list[Place]]:
        """Answer who is at each address; nobody, where it is a name that nobody has now."""
        found = [places(address) for address in self._addresses]
        return sorted(found, key=lambda here: any(map(self._is_left_alone, here)))
