"""The network that tells what the voice in a stretch of speech is like.

Wan and others, "Generalized End-to-End Loss for Speaker Verification" (2018): three LSTM layers
over bands of pitch, and one layer from the last state. Its weights come as PyTorch pickles them.
The file is pinned, so its numbers are always at the same places: they are read from there, and
nothing of the pickle is run.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from unhear.engines.mels import BANDS

Reals = NDArray[np.float32]

WIDTH = 256
"""How many values a state has, and an answer."""

GATES = 4 * WIDTH
LAYERS = 3
OFFSET_AT, OUT_AT, LAYERS_AT = 6_699, 7_731, 269_883
"""Where in the file, in bytes, the last layer's offsets and weights are, and the LSTM's."""

HALVED = np.repeat(np.array([0.5, 0.5, 1, 0.5], np.float32), WIDTH)
"""The logistic function is half of a tanh of the half, which never overflows.

So one tanh serves all gates: what is taken in, what is kept, what is new, what is shown.
"""


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one LSTM layer makes of its input, of its state, and of nothing."""

    of_input: Reals
    of_state: Reals
    offset: Reals


class SpeakerNetwork:
    """The weights, and the way through them; safe to use from several threads."""

    def __init__(self, weights: bytes) -> None:
        """Take the weights out of the pinned file's bytes."""
        self._layers = _layers(weights)
        self._out = _numbers(weights, OUT_AT, WIDTH * WIDTH).reshape(WIDTH, WIDTH)
        self._offset = _numbers(weights, OFFSET_AT, WIDTH)

    def embed(self, stretch: Reals) -> Reals:
        """Answer a row of length one, none of it negative, shape (`WIDTH`,).

        `stretch` is speech as bands over time, shape (steps, `BANDS`).
        """
        states = stretch
        for layer in self._layers:
            states = _through(layer, states)
        row = np.maximum(self._out @ states[-1] + self._offset, 0)
        answer: Reals = row / np.maximum(np.linalg.norm(row), np.float32(1e-9))
        return answer


def _layers(weights: bytes) -> list[_Layer]:
    """Read the layers: the weights of all, then two offsets for each, which are only ever added."""
    at, found = LAYERS_AT, list[tuple[Reals, Reals]]()
    for inputs in (BANDS, *[WIDTH] * (LAYERS - 1)):
        of_input = _numbers(weights, at, GATES * inputs).reshape(GATES, inputs)
        at += of_input.nbytes
        of_state = _numbers(weights, at, GATES * WIDTH).reshape(GATES, WIDTH)
        at += of_state.nbytes
        found.append((of_input.T * HALVED, of_state.T * HALVED))
    offsets = _numbers(weights, at, LAYERS * 2 * GATES).reshape(LAYERS, 2, GATES).sum(axis=1)
    return [_Layer(*pair, offset * HALVED) for pair, offset in zip(found, offsets, strict=True)]


def _numbers(weights: bytes, at: int, count: int) -> Reals:
    return np.frombuffer(weights, "<f4", count, at).astype(np.float32)


def _through(layer: _Layer, inputs: Reals) -> Reals:
    """Answer a layer's states, shape (steps, `WIDTH`), one after the other.

    One stretch at a time: several would be products of matrices, which libraries spread over
    threads that wait for one another at each of the hundreds of steps.
    """
    of_inputs = inputs @ layer.of_input + layer.offset
    state = memory = np.zeros(WIDTH, np.float32)
    states = np.empty((len(inputs), WIDTH), np.float32)
    for step, of_input in enumerate(of_inputs):
        bent = np.tanh(of_input + state @ layer.of_state).reshape(4, WIDTH)
        take, keep, _, show = 0.5 + 0.5 * bent
        memory = keep * memory + take * bent[2]
        states[step] = state = show * np.tanh(memory)
    return states
