"""What was unlearned was never learned: states and models are equal to the bit."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from unhear.learn.labelled import Labelled
from unhear.learn.learner import Learner, NeverLearned
from unhear.learn.sums import Sums
from unhear.learn.telling import Telling, Weights
from unhear.learn.vocabulary import Counts, Vocabulary, said

DIMENSION = 5
TELLING: Learner[Labelled, Sums, Weights] = Telling(DIMENSION)
VOCABULARY: Learner[Counts, Counts, tuple[str, ...]] = Vocabulary()

vectors = st.lists(st.integers(-128, 127), min_size=DIMENSION, max_size=DIMENSION)
contributions = st.builds(
    lambda values, label, weight: Labelled(np.array(values, np.int8), label, weight),
    vectors,
    st.sampled_from(["yes", "no", "ä", "zebra"]),
    st.integers(1, 3),
)
texts = st.lists(st.sampled_from(["turn", "on", "the", "Tea", "light"]), max_size=6).map(" ".join)


def built(contributions: list[Labelled]) -> Sums:
    state = TELLING.zero()
    for one in contributions:
        state = TELLING.add(state, one)
    return state


@given(st.data(), st.lists(contributions, max_size=8), st.lists(contributions, max_size=8))
def test_what_was_unlearned_leaves_no_trace(
    data: st.DataObject, stay: list[Labelled], go: list[Labelled]
) -> None:
    steps: list[tuple[int, int]] = [(1, number) for number in range(len(stay) + len(go))]
    steps += [(-1, number) for number in range(len(stay), len(stay) + len(go))]
    state, inside, wait = TELLING.zero(), set[int](), data.draw(st.permutations(steps))
    while wait:
        sign, number = wait.pop(0)
        if sign < 0 and number not in inside:
            wait.append((sign, number))
            continue
        one = (stay + go)[number]
        state = TELLING.add(state, one) if sign > 0 else TELLING.sub(state, one)
        inside ^= {number}
    fresh = built(data.draw(st.permutations(stay)))
    assert TELLING.digest(state) == TELLING.digest(fresh)
    assert TELLING.solve(state).digest() == TELLING.solve(fresh).digest()


@given(st.lists(contributions, min_size=1, max_size=6), st.integers(0, DIMENSION - 1))
def test_one_value_off_by_one_is_seen(some: list[Labelled], place: int) -> None:
    vector = some[0].vector.copy()
    vector[place] += 1 if vector[place] < 127 else -1
    wrong = Labelled(vector, some[0].label, some[0].weight)
    try:
        state = TELLING.sub(built(some), wrong)
    except NeverLearned:
        return  # Seen even sooner: nothing else was learned under its label.
    assert TELLING.digest(state) != TELLING.digest(built(some[1:]))


@given(st.lists(contributions, max_size=6), contributions)
def test_what_was_never_learned_cannot_be_taken(some: list[Labelled], one: Labelled) -> None:
    assume(all(one.label != other.label for other in some))
    state = built(some)
    before = state.digest()
    with pytest.raises(NeverLearned):
        TELLING.sub(state, one)
    assert state.digest() == before


@given(st.lists(contributions, max_size=6))
def test_sums_are_written_and_read(some: list[Labelled]) -> None:
    state = built(some)
    assert Sums.from_bytes(state.to_bytes()).digest() == state.digest()


@given(st.binary(max_size=200))
def test_other_bytes_are_no_sums(written: bytes) -> None:
    assume(written != built([]).to_bytes())
    with pytest.raises(ValueError, match="no sums"):
        Sums.from_bytes(written)


@given(st.lists(contributions, max_size=6))
def test_weights_are_written_and_read(some: list[Labelled]) -> None:
    model = TELLING.solve(built(some))
    read = Weights.from_bytes(model.to_bytes())
    assert read.labels == model.labels
    assert read.digest() == model.digest()
    vector = np.arange(DIMENSION).astype(np.int8)
    assert read.tell(vector) == model.tell(vector)


@given(st.binary(max_size=60))
def test_other_bytes_are_no_weights(written: bytes) -> None:
    assume(written != b"\0")
    try:
        weights = Weights.from_bytes(written)
    except ValueError as error:
        assert str(error) == "these bytes are no weights"  # noqa: PT017 - or it is read whole
    else:
        assert weights.to_bytes() == written


@pytest.mark.parametrize(
    "changed", [b"", b"\3yes\0", b"\3yes", b"\0rows", b"\3yes\2no\0", b"\2no\2no\0"]
)
def test_weights_cut_short_or_out_of_order_are_refused(changed: bytes) -> None:
    with pytest.raises(ValueError, match="no weights"):
        Weights.from_bytes(changed)


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="6 are expected"):
        TELLING.add(TELLING.zero(), Labelled(np.zeros(3, np.int8), "yes"))


@given(st.lists(texts, max_size=6), st.lists(texts, max_size=6))
def test_words_unlearned_were_never_said(stay: list[str], go: list[str]) -> None:
    state = VOCABULARY.zero()
    for text in [*go, *stay]:
        state = VOCABULARY.add(state, said(text))
    for text in go:
        state = VOCABULARY.sub(state, said(text))
    fresh = VOCABULARY.zero()
    for text in reversed(stay):
        fresh = VOCABULARY.add(fresh, said(text))
    assert VOCABULARY.digest(state) == VOCABULARY.digest(fresh)
    assert VOCABULARY.solve(state) == VOCABULARY.solve(fresh)


def test_words_said_once_are_not_told() -> None:
    state = VOCABULARY.zero()
    for text in ("An iced mocha", "one Iced mocha", "two teas"):
        state = VOCABULARY.add(state, said(text))
    assert VOCABULARY.solve(state) == ("iced", "iced mocha", "mocha")
    with pytest.raises(NeverLearned):
        VOCABULARY.sub(state, said("three teas"))
