"""What grows while two days pass at speed is seen.

That nothing grows where nothing leaks takes a run of twenty minutes to say: seconds are too few for
a line that means anything.
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench.soak.__main__ import soak
from bench.soak.samples import growing, growth

pytestmark = pytest.mark.slow

SECONDS = 25.0
FILES, BYTES = 4, 4 << 20
"""Planted at each look, of which a busy machine makes few."""


def test_a_leak_is_seen() -> None:
    held: list[bytes] = []
    with ExitStack() as files:

        def plant() -> None:
            for _ in range(FILES):
                files.enter_context(Path(os.devnull).open("rb"))
            held.append(b"x" * BYTES)

        found = growing(growth(soak(SECONDS, plant).samples))
    assert {"files", "memory_mib"} <= set(found), found
