"""Keep and forget, one after the other, until killed: `python -m tests.stores.replica_worker`."""

import sys
from contextlib import suppress
from pathlib import Path

from tests.home import Home
from unhear.forget.errors import ForgetError
from unhear.forget.mirror import Copies
from unhear.household.scope import Scope
from unhear.household.words import TraceId
from unhear.settings import Settings
from unhear.stores.choose_database import choose_mirror
from unhear.stores.errors import StoreError


def work(home: Home, journal: Path) -> None:
    """Write down what was answered, each time it was; what raises was not."""
    mine: list[TraceId] = []
    with journal.open("a", buffering=1) as lines:
        while True:
            with suppress(StoreError, ForgetError):
                mine.append(home.keep())
                lines.write(f"kept {mine[-1].hex()}\n")
                if len(mine) % 4 == 0:
                    gone = mine.pop(0)
                    lines.write(f"forgetting {gone.hex()}\n")
                    home.forgetter.forget(home.id, Scope(recordings=frozenset([gone])))
                    lines.write(f"forgotten {gone.hex()}\n")


if __name__ == "__main__":
    found = Settings(house=Path(sys.argv[1]))
    work(Home(found, copies=Copies(choose_mirror(found))), Path(sys.argv[2]))
