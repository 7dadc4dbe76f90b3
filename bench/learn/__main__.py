"""What learning is worth, and that it is taken back: `python -m bench.learn --data DIR --json`.

Seven parts, each of which can be asked for with `--only`:

orders  spoken orders wholly understood, without and with the words a house has learned
digits  the digits of a speaker who was never heard, learned from the others
wakes   people who say the wake word, told from other speech
cost    to unlearn one of a thousand to a million recordings, beside training again
attacks what models and states tell of those that were learned, and of those that were forgotten
fleets  what two releases of a fleet tell of a recording that was forgotten between them
peers   to unlearn one and a thousand, and what is left, beside others that unlearn or train again

Everywhere what was unlearned is compared, to the bit, with never having learned it. The recordings
are real people's (`--data`: folders `commands`, `digits` and `wake-alexa`) and Debian's
pocketsphinx-testdata. `--plot` draws what is understood as more is learned, and unlearned again.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench.learn import attacks, cost, digits, fleets, orders, unlearners, wakes
from bench.learn.parts import STAGES, Part
from bench.plot import stages
from bench.report import report

ROOT = Path(__file__).parents[2]
NAMES = ("orders", "digits", "wakes", "cost", "attacks", "fleets", "peers")


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--data", type=Path, default=ROOT / "../shared/data")
    parser.add_argument("--only", action="append", choices=NAMES)
    parser.add_argument("--plot", type=Path, help="also draw an SVG into this file")
    options = parser.parse_args()
    parts: dict[str, Callable[[], Part]] = {
        "orders": lambda: orders.measure(options.data, curve=options.plot is not None),
        "digits": lambda: digits.measure(options.data),
        "wakes": lambda: wakes.measure(options.data),
        "cost": cost.measure,
        "attacks": lambda: attacks.measure(options.data),
        "fleets": lambda: fleets.measure(options.data),
        "peers": lambda: unlearners.measure(options.data),
    }
    found = {name: parts[name]() for name in options.only or parts}
    if options.plot is not None:
        curves = {name: shares for part in found.values() for name, shares in part.curves.items()}
        options.plot.write_text(
            stages("Told rightly, as a house learns and unlearns", STAGES, curves)
        )
    ok = all(part.ok for part in found.values())
    report(
        ok=ok,
        figures={name: {"ok": part.ok, **part.figures} for name, part in found.items()},
        peers={name: part.peers for name, part in found.items() if part.peers},
        packages=["numpy", "pyopen-wakeword", "pymicro-wakeword", "faster-whisper"],
    )
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
