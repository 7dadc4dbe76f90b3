"""Live in a house for a while, and say aloud what is done: what is said must survive a power cut.

Run as `python -m tests.disasters.power_worker FOLDER`; every line on standard output is an
acknowledgement, written at once.
"""

import os
import sys
from pathlib import Path

from tests.copies.houses import forget, keep
from unhear.house.house import House
from unhear.household.words import TraceId
from unhear.settings import Settings


def _say(what: str, traces: list[TraceId]) -> None:
    os.write(1, f"{what} {' '.join(trace.hex() for trace in traces)}\n".encode())


def main() -> None:
    """Keep, forget one, keep more, forget several, drop what a skill remembers, tidy up."""
    house = House(Settings(house=Path(sys.argv[1])))
    traces = []
    for _ in range(4):
        traces.append(keep(house))
        _say("kept", traces[-1:])
    for gone in ([traces[0]], [traces[1], traces[2]]):
        _say("forgetting", gone)
        forget(house, *gone)
        _say("forgot", gone)
        traces.append(keep(house))
        _say("kept", traces[-1:])
    house.tidy()
    _say("forgetting", [traces[3]])
    forget(house, traces[3])
    _say("forgot", [traces[3]])
    house.close()
    _say("closed", [])


if __name__ == "__main__":
    main()
