"""The solver's answers are right, and the same bits whatever the machine's libraries do."""

import platform
import subprocess
import sys
from hashlib import sha256

import numpy as np
import pytest

from tests.needs import need, need_program
from unhear.learn.labelled import Labelled
from unhear.learn.solving import solve
from unhear.learn.telling import Telling

GOLDEN = "915a455d70e61a8616ad1c9f8b62cb5e7b418a37fd8b5404b16d4fe4eb9af41e"
"""The model of `taught`: what it is here it must be on every machine."""


def taught(seed: int = 4, dimension: int = 24, count: int = 60) -> tuple[bytes, bytes]:
    """Answer the digests of state and model after learning three clusters."""
    rng, telling = np.random.default_rng(seed), Telling(dimension)
    centres = rng.integers(-90, 90, (3, dimension))
    state = telling.zero()
    for number in range(count):
        vector = np.clip(centres[number % 3] + rng.integers(-30, 30, dimension), -127, 127)
        state = telling.add(state, Labelled(vector.astype(np.int8), f"label {number % 3}"))
    return telling.digest(state), telling.solve(state).digest()


def test_it_solves() -> None:
    rng = np.random.default_rng(1)
    half = rng.normal(size=(40, 40))
    matrix, right = half @ half.T + np.eye(40), rng.normal(size=(40, 3))
    assert np.allclose(matrix @ solve(matrix, right), right)


def test_what_cannot_be_solved_is_refused() -> None:
    with pytest.raises(ValueError, match="not positive definite"):
        solve(np.zeros((2, 2)), np.ones((2, 1)))


def test_it_tells_apart_what_it_learned() -> None:
    rng, telling = np.random.default_rng(2), Telling(16)
    centres = {"tea": rng.integers(-90, 90, 16), "milk": rng.integers(-90, 90, 16)}
    state = telling.zero()
    assert telling.solve(state).tell(np.zeros(16, np.int8)) is None
    for label, centre in centres.items():
        for _ in range(5):
            vector = np.clip(centre + rng.integers(-20, 20, 16), -127, 127).astype(np.int8)
            state = telling.add(state, Labelled(vector, label))
    model = telling.solve(state)
    for label, centre in centres.items():
        assert model.tell(centre.astype(np.int8)) == label


def test_a_model_has_the_same_bits_everywhere() -> None:
    state, model = taught()
    assert sha256(state + model).hexdigest() == GOLDEN


@pytest.mark.parametrize("core", ["Haswell", "Nehalem", "Zen"])
def test_other_processors_find_the_same_bits(core: str) -> None:
    command = "from tests.learn.test_telling import taught; print(b''.join(taught()).hex())"
    environment = {"OPENBLAS_CORETYPE": core, "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == b"".join(taught()).hex()


EMULATED = (
    "from numpy._core._multiarray_umath import __cpu_features__ as features;"
    "from tests.learn.test_telling import taught;"
    "print(int(features['AVX2']), b''.join(taught()).hex())"
)


@pytest.mark.tools
@pytest.mark.slow
@pytest.mark.parametrize(
    ("processor", "has_avx2"), [("Nehalem", "0"), ("Haswell", "1"), ("max", "1")]
)
def test_emulated_processors_find_the_same_bits(processor: str, has_avx2: str) -> None:
    """Of 2008, of 2013, and all that the emulator knows: numpy chooses its loops by them."""
    need(platform.machine() == "x86_64", "a processor of amd64")
    emulator = need_program("qemu-x86_64")
    found = subprocess.run(
        [emulator, "-cpu", processor, sys.executable, "-W", "ignore", "-c", EMULATED],
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == [has_avx2, b"".join(taught()).hex()]
