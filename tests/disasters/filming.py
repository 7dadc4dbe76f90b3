"""Film without end: a process to be killed. Says each piece that it was told is durable."""

import sys
from pathlib import Path

from tests.home import Home
from tests.keep.films import add, begin, pieces
from unhear.settings import Settings


def main() -> None:
    clip = begin(Home(Settings(house=Path(sys.argv[1]))))
    for data in iter(lambda: pieces(1)[0], b""):
        trace = add(clip, data)
        print(trace.hex(), data[:8].hex(), flush=True)


if __name__ == "__main__":
    main()
