"""Film without end: a process to be killed. Says each piece that it was told is durable."""

import sys
from pathlib import Path

from tests.home import Home
from tests.keep.films import add, begin, pieces
from unhear.settings import Settings


def main() -> None:
    clip = begin(Home(Settings(house=Path(sys.argv[1]))))
    while True:
        (data,) = pieces(1)
        trace = add(clip, data)
        sys.stdout.write(f"{trace.hex()} {data[:8].hex()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
