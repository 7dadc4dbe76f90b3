"""Totals and directions: what was unlearned was never learned, and what is like none is told."""

from hashlib import sha256
from math import sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from unhear.learn.labelled import Labelled
from unhear.learn.learner import Learner, NeverLearned
from unhear.learn.nearest import LIKE, Directions, Nearest
from unhear.learn.totals import Totals

DIMENSION = 5
NEAREST: Learner[Labelled, Totals, Directions] = Nearest(DIMENSION)
GOLDEN = "fc3ff2faec421a769441e571fa2d906cd551fb2c2514755be2bc6d6dfb5f4222"
"""State and model of `taught`: what they are here they must be on every machine."""

vectors = st.lists(st.integers(-128, 127), min_size=DIMENSION, max_size=DIMENSION).map(
    lambda values: np.array(values, np.int8)
)
contributions = st.builds(
    Labelled, vectors, st.sampled_from(["yes", "no", "ä", "zebra"]), st.integers(1, 3)
)


def built(contributions: list[Labelled]) -> Totals:
    state = NEAREST.zero()
    for one in contributions:
        state = NEAREST.add(state, one)
    return state


@settings(deadline=None)  # a busy machine takes long over the longest ones
@given(st.data(), st.lists(contributions, max_size=8), st.lists(contributions, max_size=8))
def test_what_was_unlearned_leaves_no_trace(
    data: st.DataObject, stay: list[Labelled], go: list[Labelled]
) -> None:
    steps: list[tuple[int, int]] = [(1, number) for number in range(len(stay) + len(go))]
    steps += [(-1, number) for number in range(len(stay), len(stay) + len(go))]
    state, inside, wait = NEAREST.zero(), set[int](), data.draw(st.permutations(steps))
    while wait:
        sign, number = wait.pop(0)
        if sign < 0 and number not in inside:
            wait.append((sign, number))
            continue
        one = (stay + go)[number]
        state = NEAREST.add(state, one) if sign > 0 else NEAREST.sub(state, one)
        inside ^= {number}
    fresh = built(data.draw(st.permutations(stay)))
    assert state.to_bytes() == fresh.to_bytes()
    assert NEAREST.digest(state) == NEAREST.digest(fresh)
    assert NEAREST.solve(state).to_bytes() == NEAREST.solve(fresh).to_bytes()


@given(st.lists(contributions, min_size=1, max_size=6), st.integers(0, DIMENSION - 1))
def test_one_value_off_by_one_is_seen(some: list[Labelled], place: int) -> None:
    vector = some[0].vector.copy()
    vector[place] += 1 if vector[place] < 127 else -1
    wrong = Labelled(vector, some[0].label, some[0].weight)
    try:
        state = NEAREST.sub(built(some), wrong)
    except NeverLearned:
        return  # Seen even sooner: nothing could add up to what would be left.
    assert NEAREST.digest(state) != NEAREST.digest(built(some[1:]))


@given(contributions, st.integers(0, DIMENSION - 1))
def test_the_last_of_a_label_must_be_it(one: Labelled, place: int) -> None:
    vector = one.vector.copy()
    vector[place] += 1 if vector[place] < 127 else -1
    with pytest.raises(NeverLearned):
        NEAREST.sub(built([one]), Labelled(vector, one.label, one.weight))


@given(st.lists(contributions, max_size=6), contributions)
def test_what_was_never_learned_cannot_be_taken(some: list[Labelled], one: Labelled) -> None:
    assume(all(one.label != other.label for other in some))
    state = built(some)
    before = state.digest()
    with pytest.raises(NeverLearned):
        NEAREST.sub(state, one)
    assert state.digest() == before


def test_what_cannot_be_left_was_never_learned() -> None:
    state = built([Labelled(np.full(DIMENSION, -128, np.int8), "yes")] * 2)
    with pytest.raises(NeverLearned):
        NEAREST.sub(state, Labelled(np.full(DIMENSION, 127, np.int8), "yes"))


@given(st.lists(contributions, max_size=6))
def test_totals_and_models_are_written_and_read(some: list[Labelled]) -> None:
    state = built(some)
    model = NEAREST.solve(state)
    assert Totals.from_bytes(state.to_bytes()).digest() == state.digest()
    again = Directions.from_bytes(model.to_bytes())
    assert again.labels == model.labels
    assert again.digest() == model.digest()


@given(st.binary(max_size=200))
def test_other_bytes_are_neither(written: bytes) -> None:
    with pytest.raises(ValueError, match="no totals"):
        Totals.from_bytes(b"\x00\x00" + written)
    with pytest.raises(ValueError, match="no directions"):
        Directions.from_bytes(b"\x00\x00" + written)


@pytest.mark.parametrize(
    "place", [pytest.param(8, id="label"), pytest.param(9, id="none"), pytest.param(21, id="sum")]
)
def test_totals_that_nothing_adds_up_to_are_refused(place: int) -> None:
    written = bytearray(built([Labelled(np.full(DIMENSION, 127, np.int8), "yes")]).to_bytes())
    written[place] ^= 0x01
    with pytest.raises(ValueError, match="no totals"):
        Totals.from_bytes(bytes(written))


@given(st.lists(contributions, min_size=1, max_size=6), vectors)
def test_a_score_is_the_cosine(some: list[Labelled], vector: np.typing.NDArray[np.int8]) -> None:
    state = built(some)
    for label, score in NEAREST.solve(state).scores(vector).items():
        total = [int(value) for value in state.labels[label].total]
        values = [int(value) for value in vector]
        product = sum(a * b for a, b in zip(total, values, strict=True))
        lengths = sqrt(sum(a * a for a in total)) * sqrt(sum(b * b for b in values))
        assert score == pytest.approx(LIKE * product / lengths if lengths else 0, abs=5)


def test_it_tells_apart_and_turns_away() -> None:
    tea, milk = np.array([90, 10, 0, 0, 0], np.int8), np.array([10, 90, 0, 0, 0], np.int8)
    state = built([Labelled(tea, "tea"), Labelled(milk, "milk")])
    model = NEAREST.solve(state)
    assert model.tell(tea, at_least=LIKE * 9 // 10) == "tea"
    assert model.tell(milk, at_least=LIKE * 9 // 10) == "milk"
    other = np.array([0, 0, 90, 0, 0], np.int8)
    assert model.tell(other, at_least=LIKE // 2) is None
    between = np.array([50, 45, 0, 0, 0], np.int8)
    assert model.tell(between, at_least=LIKE // 2) == "tea"
    assert model.tell(between, at_least=LIKE // 2, ahead_by=LIKE // 10) is None
    assert model.tell(np.zeros(DIMENSION, np.int8), at_least=1) is None


def test_one_label_has_nobody_to_be_ahead_of() -> None:
    tea = np.array([90, 10, 0, 0, 0], np.int8)
    model = NEAREST.solve(built([Labelled(tea, "tea")]))
    assert model.tell(tea, at_least=LIKE // 2, ahead_by=LIKE // 10) == "tea"
    assert NEAREST.solve(NEAREST.zero()).tell(tea, at_least=-LIKE) is None


def test_another_length_is_refused() -> None:
    short = np.zeros(3, np.int8)
    with pytest.raises(ValueError, match="5 are expected"):
        NEAREST.add(NEAREST.zero(), Labelled(short, "yes"))
    with pytest.raises(ValueError, match="one row of 5"):
        NEAREST.solve(NEAREST.zero()).scores(short)
    with pytest.raises(ValueError, match="one value at least"):
        Nearest(0)


def test_state_and_model_have_the_same_bits_everywhere() -> None:
    rng, nearest = np.random.default_rng(4), Nearest(24)
    state = nearest.zero()
    for number in range(60):
        vector = rng.integers(-128, 128, 24).astype(np.int8)
        state = nearest.add(state, Labelled(vector, f"label {number % 3}"))
    assert sha256(state.digest() + nearest.solve(state).digest()).hexdigest() == GOLDEN
