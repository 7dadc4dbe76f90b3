"""Two days at speed need no more and more of anything, and a leak is seen."""

import pytest
from bench.soak.__main__ import soak
from bench.soak.samples import growing, growth

pytestmark = pytest.mark.slow

SECONDS = 14.0


@pytest.mark.parametrize("leaks", [False, True])
def test_what_grows_is_seen_and_nothing_else_does(*, leaks: bool) -> None:
    kept: list[object] = []

    def plant() -> None:
        if leaks:
            # Released when the test ends: what is planted is held, not lost.
            kept.append(open("/dev/null", "rb"))  # noqa: PTH123, SIM115
            kept.append(bytearray(b"x" * (2 << 20)))

    found = growing(growth(soak(SECONDS, plant).samples))
    for one in kept:
        if hasattr(one, "close"):
            one.close()
    assert ({"files", "memory_mib"} <= set(found)) == leaks, found
    assert not {"threads", "temporary_files"} & set(found), found
