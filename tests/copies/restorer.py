"""Restore a house, to be killed meanwhile: `python -m tests.copies.restorer HOUSE TARGET`."""

import os
import sys
from pathlib import Path

from tests.cli.program import PASSPHRASE
from unhear.house.restore import Copy, restore
from unhear.settings import Settings
from unhear.stores.copies.target import Target
from unhear.stores.keepers.file import FileRootKeeper


def main() -> None:
    """Restore, and die of SIGKILL after as many steps of progress as asked for."""
    settings = Settings(house=Path(sys.argv[1]))
    target, left = Target(sys.argv[2]), [int(sys.argv[3])]

    def told(_what: str, _done: int, _all: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), 9)

    restore(
        settings,
        FileRootKeeper(settings.root_folder),
        Copy(target, [target]),
        lambda wrapped: wrapped.open_with_passphrase(PASSPHRASE),
        told,
    )


if __name__ == "__main__":
    main()
