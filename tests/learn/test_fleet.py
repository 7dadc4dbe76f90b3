"""A fleet shows models of many homes only, none that tells two releases apart by a few, or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.household.words import HouseholdId
from unhear.learn.fleet import LENGTH_MAX, FleetLearner, bounded
from unhear.learn.labelled import Labelled, OfLabel, Vector
from unhear.learn.learner import Learner, NeverLearned
from unhear.learn.noise import Noise, sensitivity
from unhear.learn.releases import (
    PER_HOME_MAX,
    Homes,
    Release,
    Rules,
    known,
    next_release,
    summed,
)
from unhear.learn.totals import Totals
from unhear.learn.wake import OTHER, WORD, WakeModel

DIMENSION = 6
FLEET: Learner[Labelled, Totals, WakeModel] = FleetLearner(DIMENSION)
START = datetime(2026, 3, 14, tzinfo=UTC)
WEEK = timedelta(days=7)
RULES = Rules(homes_min=3)

vectors = st.lists(st.integers(-128, 127), min_size=DIMENSION, max_size=DIMENSION).map(
    lambda values: np.array(values, np.int8)
)
wakes = st.builds(Labelled, vectors, st.sampled_from([WORD, OTHER]))
homes_of = st.integers(0, 4).map(lambda number: HouseholdId(bytes([number]) * 16))


def home(number: int) -> HouseholdId:
    return HouseholdId(bytes([number]) * 16)


def wake(label: str, seed: int) -> Labelled:
    centre = 60 if label == WORD else -60
    values = centre + np.random.default_rng(seed).integers(-25, 26, DIMENSION)
    return Labelled(values.astype(np.int8), label)


def taught(*contributions: Labelled) -> Totals:
    state = FLEET.zero()
    for one in contributions:
        state = FLEET.add(state, one)
    return state


def fleet(count: int, labels: Sequence[str] = (WORD, OTHER)) -> dict[HouseholdId, Totals]:
    """Homes that each heard two of every label."""
    return {
        home(number): taught(*(wake(label, 9 * number + n) for label in labels for n in (0, 1)))
        for number in range(count)
    }


def more(homes: dict[HouseholdId, Totals], numbers: Sequence[int]) -> dict[HouseholdId, Totals]:
    """The same homes, of which some heard one more."""
    changed = {
        home(n): FLEET.add(homes.get(home(n), FLEET.zero()), wake(WORD, 100 + n)) for n in numbers
    }
    return {**homes, **changed}


def released(homes: Homes, rules: Rules = RULES) -> Release:
    release = next_release(None, homes, START, rules)
    assert release is not None
    assert release.model is not None
    return release


@given(
    st.lists(st.tuples(homes_of, wakes, st.booleans()), max_size=20),
    st.randoms(use_true_random=False),
)
def test_any_history_leaves_what_the_rest_alone_would_make(
    history: list[tuple[HouseholdId, Labelled, bool]], random: Random
) -> None:
    homes: dict[HouseholdId, Totals] = {}
    kept: list[tuple[HouseholdId, Labelled]] = []
    for whose, one, forgets in history:
        homes[whose] = FLEET.add(homes.get(whose, FLEET.zero()), one)
        kept.append((whose, one))
        if forgets:
            of, gone = kept.pop(random.randrange(len(kept)))
            homes[of] = FLEET.sub(homes[of], gone)
    fresh: dict[HouseholdId, Totals] = {}
    for whose, one in random.sample(kept, len(kept)):
        fresh[whose] = FLEET.add(fresh.get(whose, FLEET.zero()), one)
    assert summed(homes, DIMENSION).to_bytes() == summed(fresh, DIMENSION).to_bytes()
    assert summed(homes, DIMENSION).to_bytes() == taught(*(one for _, one in kept)).to_bytes()
    assert known(homes) == known(fresh)
    models = [
        release.model.to_bytes() if release is not None and release.model is not None else b""
        for release in (next_release(None, some, START, Rules(2)) for some in (homes, fresh))
    ]
    assert models[0] == models[1]


def test_a_label_of_too_few_homes_is_never_released() -> None:
    words = {home(n): taught(wake(WORD, n), wake(WORD, 9)) for n in range(2, 6)}
    homes = {one: totals.with_all(totals) for one, totals in fleet(2).items()} | words
    assert next_release(None, homes, START, RULES) is None
    homes[home(2)] = FLEET.add(homes[home(2)], wake(OTHER, 1))
    assert released(homes).homes == {OTHER: 3, WORD: 6}


@given(st.lists(st.sets(st.integers(0, 9), max_size=6), max_size=8), st.data())
def test_two_releases_differ_by_enough_homes_or_not_at_all(
    steps: list[set[int]], data: st.DataObject
) -> None:
    homes, release, shown = fleet(4), released(fleet(4)), fleet(4)
    for number, changing in enumerate(steps):
        if data.draw(st.booleans()):
            homes = more(homes, sorted(changing))
        else:
            homes = {one: homes[one] for one in homes if one[0] not in changing}
        now = START + (number + 1) * WEEK
        after = next_release(release, homes, now, RULES)
        assert after is not None
        if after.model is not None and after.at == now:
            changed = [
                one
                for one in homes.keys() | shown.keys()
                if homes.get(one, FLEET.zero()).digest() != shown.get(one, FLEET.zero()).digest()
            ]
            assert len(changed) >= RULES.homes_min
            shown = dict(homes)
        else:
            assert after.model in (None, release.model)
            assert after.parts == release.parts
        release = after


def test_a_release_waits_for_its_day_and_for_enough_homes() -> None:
    first, some, enough = released(fleet(4)), more(fleet(4), [0, 1]), more(fleet(4), [0, 1, 2])
    assert next_release(first, enough, START + WEEK - timedelta(seconds=1), RULES) == first
    assert next_release(first, some, START + WEEK, RULES) == first
    second = next_release(first, enough, START + WEEK, RULES)
    assert second is not None
    assert second.at == START + WEEK


def test_what_changed_and_came_back_is_no_change() -> None:
    first, homes = released(fleet(4)), more(fleet(4), [0, 1, 2])
    homes = {one: FLEET.sub(homes[one], wake(WORD, 100 + one[0])) for one in homes if one[0] < 3}
    assert next_release(first, {**fleet(4), **homes}, START + 9 * WEEK, RULES) == first


def test_what_stays_too_long_is_withdrawn_and_not_made_anew_from_too_little() -> None:
    first, some = released(fleet(5)), more(fleet(5), [0])
    last = next_release(first, some, START + RULES.stays - timedelta(seconds=1), RULES)
    assert last == first
    gone = next_release(first, some, START + RULES.stays, RULES)
    assert gone is not None
    assert (gone.model, gone.homes, gone.at) == (None, {}, START)
    assert next_release(gone, some, START + 2 * RULES.stays, RULES) == gone
    again = next_release(gone, more(some, [1, 2]), START + 2 * RULES.stays, RULES)
    assert again is not None
    assert again.model is not None


def test_a_fleet_of_too_few_homes_takes_its_release_back() -> None:
    first, left = released(fleet(3)), fleet(2)
    gone = next_release(first, left, START + WEEK, RULES)
    assert gone is not None
    assert gone.model is None
    # One who comes instead of another would tell the two apart: that release is not made.
    one_came = {**left, home(7): fleet(8)[home(7)]}
    assert next_release(gone, one_came, START + 2 * WEEK, RULES) == gone
    assert released(one_came).homes == {OTHER: 3, WORD: 3}, "though it would do for a first one"


@given(vectors.map(lambda values: np.repeat(values, 48)))
def test_a_vector_is_shortened_and_keeps_its_direction(vector: Vector) -> None:
    short = bounded(vector)
    before, after = vector.astype(np.float64), short.astype(np.float64)
    assert (after**2).sum() <= LENGTH_MAX**2
    if (before**2).sum() <= LENGTH_MAX**2:
        assert (short == vector).all()
    else:
        scale = LENGTH_MAX / sqrt((before**2).sum())
        assert np.abs(after - before * scale).max() < 1.2
        FleetLearner(len(short)).add(Totals(len(short), {}), Labelled(short, WORD))


@pytest.mark.parametrize(
    "one",
    [
        Labelled(np.full(DIMENSION, 9, np.int8), "else"),
        Labelled(np.full(DIMENSION, 9, np.int8), WORD, 2),
        Labelled(np.full(DIMENSION + 1, 9, np.int8), WORD),
    ],
)
def test_what_no_other_home_could_hide_is_not_added(one: Labelled) -> None:
    with pytest.raises(ValueError, match=r"."):
        FLEET.add(FLEET.zero(), one)
    with pytest.raises(ValueError, match="no longer"):
        FleetLearner(600).add(Totals(600, {}), Labelled(np.full(600, 30, np.int8), WORD))


def test_what_was_never_added_cannot_be_taken() -> None:
    with pytest.raises(NeverLearned):
        FLEET.sub(FLEET.zero(), wake(WORD, 1))


def test_the_model_tells_the_word_and_lets_a_new_voice_in() -> None:
    model = released(fleet(6)).model
    assert model is not None
    assert model.decides
    for value, is_word in ((60, True), (-60, False), (-10, True), (-35, False)):
        assert model.is_word(np.full(DIMENSION, value, np.int8)) == is_word
    assert WakeModel.from_bytes(model.to_bytes()).digest() == model.digest()


@pytest.mark.parametrize(("epsilon", "least"), [(0.5, 6.8), (1.0, 3.7), (4.0, 1.0), (8.0, 0.55)])
def test_the_noise_is_what_the_stated_epsilon_takes(epsilon: float, least: float) -> None:
    """The deviation is as published, and drawn samples of both kinds have it."""
    noise = Noise(epsilon, 1e-5)
    assert noise.deviation(1.0) == pytest.approx(least, rel=0.1)
    assert noise.deviation(250.0) == pytest.approx(250 * noise.deviation(1.0))
    for tighter in (Noise(epsilon * 0.9, 1e-5), Noise(epsilon, 1e-6)):
        assert tighter.deviation(1.0) > noise.deviation(1.0)
    count = 10**9
    totals = Totals(4_000, {WORD: OfLabel(count, np.zeros(4_000, np.int64))})
    drawn = noise.on(totals, per_home_max=PER_HOME_MAX).labels[WORD].total.astype(np.float64)
    spread = noise.deviation(sensitivity(PER_HOME_MAX))
    assert drawn.std() == pytest.approx(spread, rel=0.1)
    assert abs(drawn.mean()) < spread / 10


def test_the_noise_hides_a_home_as_much_as_it_says() -> None:
    """Whether a home is there is told from the likeliest outcomes no better than promised."""
    noise = Noise(1.0, 1e-3)
    spread = noise.deviation(1.0)
    drawn = np.random.default_rng(3).normal(0.0, spread, 400_000)
    for line in np.linspace(-4, 6, 21):
        without, with_one = (drawn > line).mean(), (drawn + 1.0 > line).mean()
        assert with_one <= np.exp(noise.epsilon) * without + noise.delta + 3e-3


def test_no_home_moves_totals_by_more_than_is_hidden() -> None:
    longest = bounded(np.full(288, 127, np.int8))
    learner, state = FleetLearner(288), Totals(288, {})
    for _ in range(PER_HOME_MAX):
        state = learner.add(state, Labelled(longest, WORD))
    one = state.labels[WORD]
    moved = sqrt(float((one.total.astype(np.float64) ** 2).sum()) + (one.count * LENGTH_MAX) ** 2)
    assert moved <= sensitivity(PER_HOME_MAX)
    assert moved > 0.95 * sensitivity(PER_HOME_MAX)


def test_a_noisy_release_says_so_and_its_state_stays_exact() -> None:
    homes, rules = fleet(6), replace(RULES, noise=Noise(8.0, 1e-5))
    exact = released(homes).model
    before = {one: totals.to_bytes() for one, totals in homes.items()}
    found = [next_release(None, homes, START, rules) for _ in range(40)]
    noisy = [one for one in found if one is not None]
    assert noisy  # where noise leaves no wake at all, nothing is released
    assert exact is not None
    for one in noisy:
        assert one.noise == rules.noise
        assert one.model is not None
        assert one.model.to_bytes() != exact.to_bytes()
    assert {one: totals.to_bytes() for one, totals in homes.items()} == before


@pytest.mark.parametrize(("epsilon", "delta"), [(0, 0.1), (-1, 0.1), (51, 0.1), (1, 0), (1, 1)])
def test_no_noise_promises_nothing(epsilon: float, delta: float) -> None:
    with pytest.raises(ValueError, match="epsilon"):
        Noise(epsilon, delta)


@pytest.mark.parametrize(
    "rules", [{"homes_min": 1}, {"every": timedelta(0)}, {"stays": timedelta(1)}]
)
def test_no_rules_hide_nobody(rules: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="homes"):
        replace(RULES, **rules)  # type: ignore[arg-type]
