"""Whether an audit finds every breach, and nothing else, and how long it takes.

`python -m bench.audit --json`: a thousand households live for a year (`bench.audit.seed`), fifty of
them break a rule (`bench.audit.plants`), and all are audited. The peer reads every row of every
database with Python's own `sqlite3`, and tells what rows show by themselves.
"""

import argparse
import shutil
import sqlite3
import tempfile
from pathlib import Path

from bench.audit.story import measure, read_plainly, settle
from bench.report import progress, report

HOUSEHOLDS, BREACHES = 1000, 50
SECONDS_MAX = 60.0


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    parser.add_argument("--breaches", type=int, default=BREACHES)
    parser.add_argument("--folder", type=Path, help="where they live; a fresh folder by default")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="unhear-audit-"))
    try:
        planted = settle(folder, options.households, options.breaches)
        progress("audit")
        figures = measure(folder, planted)
        peer = read_plainly(folder, planted)
    finally:
        if options.folder is None:
            shutil.rmtree(folder)
    whole = figures["found"] == figures["planted"] and not figures["false"]
    report(
        ok=whole and figures["seconds"] <= SECONDS_MAX,
        figures=figures,
        peers={f"sqlite3 {sqlite3.sqlite_version}, every row read": peer},
        packages=("sqlalchemy", "cryptography"),
    )


if __name__ == "__main__":
    main()
