"""What the assistant still has in mind, for a few minutes.

The last turn on each device, and what the sound was like that woke it; words that were recognised
for another program, which may ask in a moment what is to be answered to them; and what skills
remember, for as long as nothing of it changes, so that nobody has to look it up every second.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from unhear.answer.skill import LastTurn
from unhear.clock import Clock
from unhear.forget.holder import Place
from unhear.household.policy import Decision
from unhear.household.speech import Item
from unhear.household.words import DeviceId, HouseholdId, TraceId, Utterance
from unhear.learn.labelled import Vector

REMEMBERED_FOR = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Turn:
    trace: TraceId
    at: datetime
    turn: LastTurn
    words: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A request that was recognised, and kept or not, and is not answered yet."""

    text: str
    utterance: Utterance
    decision: Decision
    kept: TraceId | None


class Conversation:
    """Answers "why did you do that?"; answers to `forget` for what it has in memory."""

    place = Place.CONVERSATION
    holds_words = True

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._turns: dict[tuple[HouseholdId, DeviceId], _Turn] = {}
        self._taken: list[tuple[HouseholdId, Taken]] = []
        self._wakes: dict[tuple[HouseholdId, DeviceId], tuple[Utterance, Vector]] = {}
        self._items: dict[tuple[HouseholdId, str], tuple[int, Sequence[Item]]] = {}
        self._destroyed_at: dict[HouseholdId, datetime] = {}

    def remember(
        self,
        household: HouseholdId,
        device: DeviceId,
        trace: TraceId,
        turn: LastTurn,
        words: str = "",
    ) -> None:
        """Have this turn in mind, with what was said, in place of the one before."""
        with self._lock:
            self._turns[household, device] = _Turn(trace, self._clock(), turn, words)

    def last(self, household: HouseholdId, device: DeviceId) -> LastTurn | None:
        """Answer the last turn on a device, or None after a few minutes."""
        turn = self._last(household, device)
        return None if turn is None else turn.turn

    def words_before(
        self, household: HouseholdId, device: DeviceId
    ) -> tuple[Utterance, str] | None:
        """Answer what was said last on a device, and whose it was; None after a few minutes."""
        turn = self._last(household, device)
        if turn is None or not turn.words:
            return None
        said = Utterance(turn.trace, turn.turn.heard_at, device, turn.turn.person)
        return said, turn.words

    def _last(self, household: HouseholdId, device: DeviceId) -> _Turn | None:
        with self._lock:
            turn = self._turns.get((household, device))
            if turn is None or self._clock() - turn.at > REMEMBERED_FOR:
                self._turns.pop((household, device), None)
                return None
            return turn

    def woke(self, household: HouseholdId, spoken: Utterance, vector: Vector) -> None:
        """Have in mind what the sound was like that last woke a device."""
        with self._lock:
            self._wakes[household, spoken.device] = spoken, vector

    def wake_before(
        self, household: HouseholdId, device: DeviceId
    ) -> tuple[Utterance, Vector] | None:
        """Answer what the sound was like that last woke a device; None after a few minutes."""
        with self._lock:
            self._wakes = self._recent_wakes()
            return self._wakes.get((household, device))

    def recall(
        self, household: HouseholdId, skill: str, number: int, read: Callable[[], Sequence[Item]]
    ) -> Sequence[Item]:
        """Answer what a skill remembers, as it was read when the household was at this number.

        What is read while it is forgotten is not had in mind.
        """
        with self._lock:
            known_at, known = self._items.get((household, skill), (None, ()))
        if known_at == number:
            return known
        began = self._clock()
        items = read()
        with self._lock:
            if not self._destroyed_since(household, began):
                self._items[household, skill] = number, items
        return items

    def expect(self, household: HouseholdId, taken: Taken) -> None:
        """Have in mind that these words were heard, until their answer is asked for."""
        with self._lock:
            self._taken = [*self._recent(), (household, taken)]

    def claim(self, household: HouseholdId, device: DeviceId, text: str) -> Taken | None:
        """Answer, once, which request these words were heard in; None if they were not heard."""
        with self._lock:
            self._taken = self._recent()
            for one in self._taken:
                whose, taken = one
                heard = (whose, taken.utterance.device, taken.text.strip())
                if heard == (household, device, text.strip()):
                    self._taken.remove(one)
                    return taken
            return None

    def drop_old(self) -> None:
        """Forget what is older than a few minutes."""
        with self._lock:
            oldest = self._clock() - REMEMBERED_FOR
            self._turns = {of: turn for of, turn in self._turns.items() if turn.at >= oldest}
            self._taken = self._recent()
            self._wakes = self._recent_wakes()

    def _recent_wakes(self) -> dict[tuple[HouseholdId, DeviceId], tuple[Utterance, Vector]]:
        oldest = self._clock() - REMEMBERED_FOR
        return {of: one for of, one in self._wakes.items() if one[0].heard_at >= oldest}

    def _recent(self) -> list[tuple[HouseholdId, Taken]]:
        now = self._clock()
        return [one for one in self._taken if now - one[1].utterance.heard_at <= REMEMBERED_FOR]

    def destroy(self, household: HouseholdId, _traces: Sequence[TraceId]) -> None:
        """Forget every turn of the household: also one that was never kept may be meant."""
        self.drop(household)
        with self._lock:
            self._destroyed_at[household] = self._clock()

    def destroyed_since(self, household: HouseholdId, moment: datetime) -> bool:
        """Whether this process swept for an erasure of the household at that moment or later."""
        with self._lock:
            return self._destroyed_since(household, moment)

    def _destroyed_since(self, household: HouseholdId, moment: datetime) -> bool:
        at = self._destroyed_at.get(household)
        return at is not None and at >= moment

    def drop(self, household: HouseholdId) -> None:
        """Forget all of the household, where another process carries out an erasure."""
        with self._lock:
            for place in [place for place in self._turns if place[0] == household]:
                del self._turns[place]
            self._taken = [one for one in self._taken if one[0] != household]
            self._wakes = {of: one for of, one in self._wakes.items() if of[0] != household}
            self._items = {of: one for of, one in self._items.items() if of[0] != household}

    def held(self, household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer which of these are still in mind, or of which recordings a turn is."""
        looked_for = set(traces)
        with self._lock:
            turns = [(place[0], turn.trace) for place, turn in self._turns.items()]
            taken = [(whose, one.utterance.of) for whose, one in self._taken]
            wakes = [(place[0], spoken.of) for place, (spoken, _) in self._wakes.items()]
            items = [(of[0], item.id) for of, (_, some) in self._items.items() for item in some]
        found = [*turns, *taken, *wakes, *items]
        return [trace for whose, trace in found if whose == household and trace in looked_for]
