"""Passphrases that would be guessed are refused where they are chosen; honest ones are not."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from unhear.keep.passphrases import PassphraseGuessable, require_unguessable, weighed

VECTORS = Path(__file__).parents[2] / "console" / "test" / "passphrase-vectors.json"


@pytest.mark.parametrize(
    "vector", json.loads(VECTORS.read_text()), ids=lambda vector: str(vector["passphrase"])
)
def test_a_passphrase_is_weighed_as_the_console_weighs_it(vector: dict[str, Any]) -> None:
    assert weighed(vector["passphrase"], vector["names"]) == vector["why"]


@given(st.binary(min_size=16, max_size=16))
@settings(max_examples=25, deadline=None)
def test_recovery_phrases_and_random_ones_pass(entropy: bytes) -> None:
    if len(set(entropy)) > 8:  # What is random at all.
        require_unguessable(Mnemonic("english").to_mnemonic(entropy), ["Ada", "Testers"])
        require_unguessable(entropy.hex(), ["Ada", "Testers"])


@given(st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_whatever_is_typed_is_weighed(typed: str) -> None:
    assert weighed(typed, [typed]) in {None, "leaked", "named", "guessable"}


def test_the_refusal_says_why_and_what_to_do_and_not_what_was_typed() -> None:
    with pytest.raises(PassphraseGuessable) as refused:
        require_unguessable("Passw0rd!", [])
    said = str(refused.value)
    assert "leaked" in said
    assert "four or five words" in said
    assert "Passw0rd" not in said
