"""What grows while two days pass at speed is seen.

That nothing grows where nothing leaks takes a run of twenty minutes to say: seconds are too few for
a line that means anything.
"""

import pytest
from bench.soak.__main__ import soak
from bench.soak.samples import growing, growth

pytestmark = pytest.mark.slow

SECONDS = 14.0


def test_a_leak_is_seen() -> None:
    kept: list[object] = []

    def plant() -> None:
        # Released when the test ends: what is planted is held, not lost.
        kept.append(open("/dev/null", "rb"))  # noqa: PTH123, SIM115
        kept.append(bytearray(b"x" * (2 << 20)))

    found = growing(growth(soak(SECONDS, plant).samples))
    for one in kept:
        if hasattr(one, "close"):
            one.close()
    assert {"files", "memory_mib"} <= set(found), found
