"""A process that puts and destroys roots until it is killed; it says what it was promised.

python -m tests.keepers.worker SPEC HOUSE
"""

import hashlib
import sys
from pathlib import Path

from unhear.clock import random_bytes
from unhear.stores.keepers.choose import choose_keeper

HELD_MAX = 2


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _work(spec: str, house: Path) -> None:
    keeper = choose_keeper(spec, house)
    mine: list[bytes] = []
    while True:
        root_id = random_bytes(16)
        keeper.put(root_id, hashlib.sha256(root_id).digest())
        _say(f"put {root_id.hex()}")
        mine.append(root_id)
        if len(mine) > HELD_MAX:
            oldest = mine.pop(0)
            _say(f"destroying {oldest.hex()}")
            keeper.destroy(oldest)
            _say(f"destroyed {oldest.hex()}")


if __name__ == "__main__":
    _work(sys.argv[1], Path(sys.argv[2]))
