"""Stand for a microphone: write a sound between silences, again and again, as fast as time goes."""

import sys
import time
from pathlib import Path

BYTES_PER_SECOND = 32_000
PIECE_BYTES = 2_048


def main() -> None:
    sound = Path(sys.argv[1]).read_bytes()
    silence = bytes(int(float(sys.argv[2]) * BYTES_PER_SECOND) // 2 * 2)
    began, sent = time.monotonic(), 0
    while True:
        stream = silence + sound + silence
        for start in range(0, len(stream), PIECE_BYTES):
            piece = stream[start : start + PIECE_BYTES]
            sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            sent += len(piece)
            time.sleep(max(began + sent / BYTES_PER_SECOND - time.monotonic(), 0))


if __name__ == "__main__":
    main()
