"""Phrases are found in any order; no word counts twice; mere mention is no request."""

import itertools

import pytest

from unhear.understand.spotting import Spotter

SPOTTER = Spotter(
    "paint",
    phrases={
        "colour": {"red": "red", "dark red": "dark red", "crimson": "red"},
        "thing": {"door": "door", "red door": "the Red Door"},
    },
    requires=["thing"],
    around=["paint", "the", "please"],
)


def test_phrases_are_found_in_any_order() -> None:
    for order in itertools.permutations(["paint", "crimson", "door", "please"]):
        spotted = SPOTTER.spot(" ".join(order))
        assert spotted is not None
        assert dict(spotted.slots) == {"colour": "red", "thing": "door"}


def test_longer_phrases_win_and_no_word_counts_twice() -> None:
    spotted = SPOTTER.spot("paint the red door")
    assert spotted is not None
    assert dict(spotted.slots) == {"thing": "the Red Door"}
    assert spotted.said == len("red door")
    spotted = SPOTTER.spot("dark red door")
    assert spotted is not None
    assert dict(spotted.slots) in (
        {"colour": "dark red", "thing": "door"},
        {"thing": "the Red Door"},
    )


@pytest.mark.parametrize(
    "text", ["", "paint it red", "the doors", "i hate that door", "indoor", "do not open the door"]
)
def test_what_is_not_meant(text: str) -> None:
    assert SPOTTER.spot(text) is None
