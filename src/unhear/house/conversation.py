"""What the assistant still has in mind of the last turn on each device, for a few minutes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from unhear.answer.skill import LastTurn
from unhear.clock import Clock
from unhear.forget.holder import Place
from unhear.household.words import DeviceId, HouseholdId, TraceId

REMEMBERED_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Turn:
    trace: TraceId
    at: datetime
    turn: LastTurn


class Conversation:
    """Answers "why did you do that?"; answers to `forget` for what it has in memory."""

    place = Place.CONVERSATION
    holds_words = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._turns: dict[tuple[HouseholdId, DeviceId], _Turn] = {}

    def remember(
        self, household: HouseholdId, device: DeviceId, trace: TraceId, turn: LastTurn
    ) -> None:
        """Have this turn in mind, in place of the one before."""
        with self._lock:
            self._turns[household, device] = _Turn(trace, self._clock(), turn)

    def last(self, household: HouseholdId, device: DeviceId) -> LastTurn | None:
        """Answer the last turn on a device, or None after a few minutes."""
        with self._lock:
            turn = self._turns.get((household, device))
            if turn is None or self._clock() - turn.at > REMEMBERED_FOR:
                self._turns.pop((household, device), None)
                return None
            return turn.turn

    def destroy(self, household: HouseholdId, _traces: Sequence[TraceId]) -> None:
        """Forget every turn of the household: also one that was never kept may be meant."""
        with self._lock:
            for place in [place for place in self._turns if place[0] == household]:
                del self._turns[place]

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer of which of these recordings a turn is still in mind."""
        looked_for = set(traces)
        with self._lock:
            return [
                turn.trace
                for place, turn in self._turns.items()
                if place[0] == household and turn.trace in looked_for
            ]
