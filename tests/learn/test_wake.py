"""A house learns what calls it, forgets it to the bit, and decides nothing before it can."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.learn.labelled import Labelled, Vector
from unhear.learn.learner import Learner, NeverLearned
from unhear.learn.sums import Sums
from unhear.learn.wake import EXAMPLES_MIN, OTHER, WORD, WakeLearner, WakeModel

DIMENSION = 6
WAKES: Learner[Labelled, Sums, WakeModel] = WakeLearner(DIMENSION)

vectors = st.lists(st.integers(-127, 127), min_size=DIMENSION, max_size=DIMENSION).map(
    lambda values: np.array(values, np.int8)
)
wakes = st.builds(Labelled, vectors, st.sampled_from([WORD, OTHER]), st.integers(1, 4))


def built(contributions: Sequence[Labelled]) -> Sums:
    state = WAKES.zero()
    for one in contributions:
        state = WAKES.add(state, one)
    return state


def around(centre: int, count: int, label: str, seed: int = 0) -> list[Labelled]:
    rng = np.random.default_rng(seed)
    values = np.clip(centre + rng.integers(-25, 26, (count, DIMENSION)), -127, 127)
    return [Labelled(row.astype(np.int8), label) for row in values]


def filled(value: int) -> Vector:
    return np.full(DIMENSION, value, np.int8)


@given(st.lists(wakes, max_size=12), st.lists(wakes, max_size=12))
def test_what_was_unlearned_leaves_no_trace(stay: list[Labelled], go: list[Labelled]) -> None:
    state = built([*go, *stay])
    for one in go:
        state = WAKES.sub(state, one)
    fresh = built(stay[::-1])
    assert WAKES.digest(state) == WAKES.digest(fresh)
    assert WAKES.solve(state).to_bytes() == WAKES.solve(fresh).to_bytes()


@given(st.lists(wakes, max_size=12))
def test_models_are_written_and_read(some: list[Labelled]) -> None:
    model = WAKES.solve(built(some))
    read = WakeModel.from_bytes(model.to_bytes())
    assert read.digest() == model.digest()
    for value in (-90, 0, 90):
        assert read.is_word(filled(value)) == model.is_word(filled(value))


@pytest.mark.parametrize("written", [b"", b"1234567", b"\1" + bytes(7), bytes(8 + 3)])
def test_other_bytes_are_no_model(written: bytes) -> None:
    with pytest.raises(ValueError, match="no model of wakes"):
        WakeModel.from_bytes(written)


def test_before_there_are_enough_of_both_every_wake_counts() -> None:
    words, others = around(60, 20, WORD), around(-60, 20, OTHER)
    for some in ([], words, others, words[: EXAMPLES_MIN - 1] + others, words + others[:4]):
        model = WAKES.solve(built(some))
        assert not model.decides
        assert model.is_word(filled(-60))
    assert WAKES.solve(built(words[:EXAMPLES_MIN] + others[:EXAMPLES_MIN])).decides


def test_what_was_no_call_is_turned_away_and_a_new_voice_is_let_in() -> None:
    model = WAKES.solve(built(around(60, 8, WORD) + around(-60, 8, OTHER)))
    assert model.is_word(filled(60))
    assert not model.is_word(filled(-60))
    assert model.is_word(filled(-10))  # nearer to the others, but not near: let in
    assert not model.is_word(filled(-30))


def test_many_of_one_kind_do_not_move_the_line() -> None:
    few, many = around(-60, 8, OTHER, 1), around(-60, 400, OTHER, 1)
    for others in (few, many):
        model = WAKES.solve(built(around(60, 8, WORD) + others))
        assert model.is_word(filled(0))
        assert not model.is_word(filled(-50))


def test_other_labels_are_refused() -> None:
    with pytest.raises(ValueError, match="the word or an other"):
        WAKES.add(WAKES.zero(), Labelled(filled(1), "alexa"))


def test_what_was_never_learned_cannot_be_taken() -> None:
    with pytest.raises(NeverLearned):
        WAKES.sub(built(around(60, 3, WORD)), Labelled(filled(1), OTHER))
