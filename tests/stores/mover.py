"""Moves houses, and is killed meanwhile: each line of its input names a house, where to, and when.

It forks for each, so that what takes long to import is imported once.
"""

import json
import os
import signal
import sys
from pathlib import Path

from unhear.house.moving import move
from unhear.keep import identity
from unhear.settings import read_settings
from unhear.stores.moving.journal import Stores

identity.SCRYPT_LOG_N = 4


def _move(line: str) -> None:
    wanted = json.loads(line)

    def told(what: str, done: int, _all: int) -> None:
        if [what, done] == wanted["step"]:
            os.kill(os.getpid(), signal.SIGKILL)

    move(read_settings(Path(wanted["house"])), Stores(**wanted["goal"]), told)


def main() -> None:
    """Answer how each of them ended."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _move(line)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
