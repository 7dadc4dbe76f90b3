"""What this house can learn, and how each learner's numbers are written down."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Generic, TypeVar

from unhear.household.learning import Subject
from unhear.learn import voices, wake, wording
from unhear.learn.fleet import FleetLearner
from unhear.learn.labelled import Labelled
from unhear.learn.learner import Learner
from unhear.learn.nearest import Directions, Nearest
from unhear.learn.sums import Sums
from unhear.learn.totals import Totals
from unhear.learn.vocabulary import Counts, Vocabulary
from unhear.learn.wake import WakeLearner, WakeModel

C = TypeVar("C")
S = TypeVar("S")
M = TypeVar("M")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """The one way to write something down, and to read it again."""

    write: Callable[[T], bytes]
    read: Callable[[bytes], T]


@dataclass(frozen=True, slots=True)
class Taught(Generic[C, S, M]):
    """A learner, with its contributions, states and models as bytes.

    `right` is whether a model tells of a recording what that recording itself says.
    """

    learner: Learner[C, S, M]
    contribution: Codec[C]
    state: Codec[S]
    model: Codec[M]
    right: Callable[[M, C], bool]

    def nothing(self) -> bytes:
        """Answer the state of having learned nothing."""
        return self.state.write(self.learner.zero())

    def added(self, state: bytes, contributions: Sequence[bytes]) -> bytes:
        """Answer a state with contributions more."""
        found = self.state.read(state)
        for one in contributions:
            found = self.learner.add(found, self.contribution.read(one))
        return self.state.write(found)

    def taken(self, state: bytes, contributions: Sequence[bytes]) -> bytes:
        """Answer a state without contributions. Raises `NeverLearned`."""
        found = self.state.read(state)
        for one in contributions:
            found = self.learner.sub(found, self.contribution.read(one))
        return self.state.write(found)

    def solved(self, state: bytes) -> bytes:
        """Answer the model of a state."""
        return self.model.write(self.learner.solve(self.state.read(state)))


def digest(written: bytes) -> bytes:
    """Answer 32 bytes that are the same for equal states or models only."""
    return sha256(b"unhear/learned/v1" + written).digest()


def _lines(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _counts(written: bytes) -> Counts:
    found: Counts = json.loads(written)
    return found


def _phrases(written: bytes) -> tuple[str, ...]:
    return tuple(json.loads(written))


def _expected(phrases: tuple[str, ...], counts: Counts) -> bool:
    return all(phrase in phrases for phrase in counts if " " not in phrase)


_LABELLED = Codec(Labelled.to_bytes, Labelled.from_bytes)
_SUMS = Codec(Sums.to_bytes, Sums.from_bytes)
_TOTALS = Codec(Totals.to_bytes, Totals.from_bytes)
_DIRECTIONS = Codec(Directions.to_bytes, Directions.from_bytes)
_WAKES = Codec(WakeModel.to_bytes, WakeModel.from_bytes)

VOCABULARY: Taught[Counts, Counts, tuple[str, ...]] = Taught(
    Vocabulary(),
    Codec(_lines, _counts),
    Codec(_lines, _counts),
    Codec(_lines, _phrases),
    _expected,
)

PHRASINGS: Taught[Labelled, Totals, Directions] = Taught(
    Nearest(wording.DIMENSION),
    _LABELLED,
    _TOTALS,
    _DIRECTIONS,
    lambda model, one: wording.meaning(model, one.vector) == one.label,
)

WAKE: Taught[Labelled, Sums, WakeModel] = Taught(
    WakeLearner(wake.DIMENSION),
    _LABELLED,
    _SUMS,
    _WAKES,
    lambda model, one: model.is_word(one.vector) == (one.label == wake.WORD),
)

VOICES: Taught[Labelled, Totals, Directions] = Taught(
    Nearest(voices.DIMENSION),
    _LABELLED,
    _TOTALS,
    _DIRECTIONS,
    lambda model, one: voices.speaker(model, one.vector) == one.label,
)

FLEET: Taught[Labelled, Totals, WakeModel] = Taught(
    FleetLearner(wake.DIMENSION),
    _LABELLED,
    _TOTALS,
    _WAKES,
    lambda model, one: model.is_word(one.vector) == (one.label == wake.WORD),
)

TAUGHT: Mapping[Subject, Taught[Any, Any, Any]] = {
    Subject.VOCABULARY: VOCABULARY,
    Subject.PHRASINGS: PHRASINGS,
    Subject.WAKE: WAKE,
    Subject.VOICES: VOICES,
    Subject.FLEET: FLEET,
}
