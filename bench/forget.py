"""How long an erasure takes, by how much is kept: `python -m bench.forget --json`.

Builds houses of 1e3, 1e5 and 1e6 recordings (rows and keys; payloads are noise that no erasure
reads), then erases single recordings with a receipt, and batches. The peer is a plain SQLite table
of the same rows on the same disk with the same durability: DELETE and COMMIT, no promise at all.
"""

import argparse
import random
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import insert

from bench.report import milliseconds, progress, report
from unhear.clock import day_number, random_bytes
from unhear.forget.capsule import seal, utterance_bytes
from unhear.forget.database import TraceKind
from unhear.forget.keytree import FAN_OUT
from unhear.forget.roots import open_tree
from unhear.forget.slots import take_slot
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, TraceId, Utterance
from unhear.settings import Settings
from unhear.stores import tables as t

SIZES = (1_000, 100_000, 1_000_000)
SINGLES = 200
BATCHES = (10, 100, 1_000)
NOW = datetime.now(UTC)  # noqa: TID251 - the measurement's own clock
CONTENT, WORDS = bytes(300), bytes(300)


def _house(folder: Path) -> House:
    settings = Settings(house=folder)
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    return House(settings)


def _fill(house: House, count: int) -> list[TraceId]:
    """Keep `count` recordings' rows, page by page; their capsules are sealed for real."""
    traces: list[TraceId] = []
    household = house.household.id
    while len(traces) < count:
        with house.database.writing() as transaction:
            tree = open_tree(transaction, house.keeper)
            rows: list[dict[str, Any]] = []
            for _ in range(min(20 * FAN_OUT, count - len(traces))):
                trace, slot = TraceId(random_bytes(16)), take_slot(transaction, tree, household)
                key = tree.key(slot)
                utterance = Utterance(trace, NOW, DeviceId("kitchen"), PersonId("unknown"), 2.0)
                rows.append(
                    {
                        "household": household,
                        "id": trace,
                        "slot": slot,
                        "kind": TraceKind.RECORDING.value,
                        "day": day_number(NOW),
                        "expires_day": day_number(NOW + timedelta(days=30)),
                        "details": seal(
                            key, "details", household, trace, utterance_bytes(utterance)
                        ),
                        "content": seal(key, "content", household, trace, CONTENT),
                        "words": seal(key, "words", household, trace, WORDS),
                    }
                )
                traces.append(trace)
            transaction._connection.execute(insert(t.trace), rows)  # noqa: SLF001 - bulk build
        progress(f"  kept {len(traces)} of {count}")
    return traces


def _ours(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    house = _house(folder)
    traces = _fill(house, count)
    rng.shuffle(traces)
    singles = []
    for _ in range(SINGLES):
        scope = Scope(recordings=frozenset([traces.pop()]))
        started = perf_counter()
        house.forgetter.forget(house.household.id, scope)
        singles.append(perf_counter() - started)
    batches = {}
    for size in BATCHES:
        if size > len(traces) // 2:
            continue
        scope = Scope(recordings=frozenset(traces.pop() for _ in range(size)))
        started = perf_counter()
        house.forgetter.forget(house.household.id, scope)
        batches[str(size)] = round(size / (perf_counter() - started))
    house.close()
    keyring = _keyring_bytes(house.settings.database_file)
    return {
        "recordings": count,
        "single": milliseconds(singles),
        "batch_recordings_per_second": batches,
        "keyring_bytes_per_recording": round(keyring / count, 1),
    }


def _keyring_bytes(database: Path) -> int:
    connection = sqlite3.connect(database)
    (size,) = connection.execute("SELECT sum(length(sealed)) FROM key_page").fetchone()
    connection.close()
    return int(size)


def _plain(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=wal")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("CREATE TABLE recording (id BLOB PRIMARY KEY, words BLOB)")
    ids = [random_bytes(16) for _ in range(count)]
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO recording VALUES (?, ?)", ((i, CONTENT + WORDS) for i in ids))
    connection.execute("COMMIT")
    rng.shuffle(ids)
    singles = []
    for _ in range(SINGLES):
        started = perf_counter()
        connection.execute("DELETE FROM recording WHERE id = ?", (ids.pop(),))
        singles.append(perf_counter() - started)
    connection.close()
    return {"recordings": count, "single": milliseconds(singles)}


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    arguments = parser.parse_args()
    rng = random.Random(1)  # noqa: S311 - a repeatable order
    ours, plain = [], []
    for count in arguments.sizes:
        progress(f"{count} recordings")
        with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
            ours.append(_ours(Path(folder) / "ours", count, rng))
            plain.append(_plain(Path(folder) / "plain", count, rng))
    growth = ours[-1]["single"]["p50_ms"] / ours[0]["single"]["p50_ms"]
    report(
        ok=growth <= 1.5,  # noqa: PLR2004 - the aim
        figures={
            "erasures": ours,
            "p50_largest_to_smallest": round(growth, 2),
            "p50_to_plain_delete": round(
                ours[-1]["single"]["p50_ms"] / plain[-1]["single"]["p50_ms"], 1
            ),
        },
        peers={"plain SQLite DELETE (keeps every old copy readable)": plain},
        packages=("sqlalchemy", "cryptography"),
    )


if __name__ == "__main__":
    main()
