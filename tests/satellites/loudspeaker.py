"""Stand for a loudspeaker: write what is played to a file."""

import os
import sys
from pathlib import Path


def main() -> None:
    with Path(sys.argv[1]).open("wb") as file:
        while piece := os.read(sys.stdin.fileno(), 4_096):
            file.write(piece)
            file.flush()


if __name__ == "__main__":
    main()
