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

from bench.plot import lines
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
BATCH_RUNS = 5
P50_AIM_MS, BATCH_AIM, KEYRING_AIM, GROWTH_AIM = 10, 5_000, 40, 1.5
NOW = datetime.now(UTC)  # noqa: TID251 - the measurement's own clock
CONTENT, WORDS = bytes(300), bytes(300)


DEVICE = DeviceId("kitchen")


def _house(folder: Path) -> House:
    settings = Settings(house=folder)
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), "not a secret at all")
    return House(settings)


def fill(house: House, count: int, days: int = 1) -> list[TraceId]:
    """Keep `count` recordings' rows, page by page; their capsules are sealed for real.

    They were heard evenly over so many days.
    """
    traces: list[TraceId] = []
    household = house.household.id
    while len(traces) < count:
        with house.database.writing() as transaction:
            tree = open_tree(transaction, house.keeper)
            rows: list[dict[str, Any]] = []
            for _ in range(min(20 * FAN_OUT, count - len(traces))):
                trace, slot = TraceId(random_bytes(16)), take_slot(transaction, tree, household)
                key = tree.key(slot)
                heard_at = NOW - timedelta(days=days - 1) * (len(traces) / count)
                utterance = Utterance(trace, heard_at, DEVICE, PersonId("unknown"), 2.0)
                rows.append(
                    {
                        "household": household,
                        "id": trace,
                        "slot": slot,
                        "kind": TraceKind.RECORDING.value,
                        "day": day_number(heard_at),
                        "expires_day": day_number(NOW + timedelta(days=30)),
                        "details": seal(
                            key, "details", household, trace, utterance_bytes(utterance)
                        ),
                        "content": seal(key, "content", household, trace, CONTENT),
                        "words": seal(key, "words", household, trace, WORDS),
                    }
                )
                traces.append(trace)
            vars(transaction)["_connection"].execute(insert(t.trace), rows)
        progress(f"  kept {len(traces)} of {count}")
    return traces


def _ours(folder: Path, count: int, rng: random.Random) -> dict[str, Any]:
    house = _house(folder)
    traces = fill(house, count)
    rng.shuffle(traces)
    singles = []
    for _ in range(SINGLES):
        scope = Scope(recordings=frozenset([traces.pop()]))
        started = perf_counter()
        house.forgetter.forget(house.household.id, scope)
        singles.append(perf_counter() - started)
    batches = {}
    for size in BATCHES:
        if size * BATCH_RUNS > len(traces) // 2:
            continue
        started = perf_counter()
        for _ in range(BATCH_RUNS):
            scope = Scope(recordings=frozenset(traces.pop() for _ in range(size)))
            house.forgetter.forget(house.household.id, scope)
        batches[str(size)] = round(size * BATCH_RUNS / (perf_counter() - started))
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
    connection.executemany(
        "INSERT INTO recording VALUES (?, ?)", ((i, CONTENT + WORDS) for i in ids)
    )
    connection.execute("COMMIT")
    rng.shuffle(ids)
    singles = []
    for _ in range(SINGLES):
        started = perf_counter()
        connection.execute("DELETE FROM recording WHERE id = ?", (ids.pop(),))
        singles.append(perf_counter() - started)
    connection.close()
    return {"recordings": count, "single": milliseconds(singles)}


def _reaches_aims(largest: dict[str, Any]) -> bool:
    batch: float = largest["batch_recordings_per_second"].get("1000", BATCH_AIM)
    p50: float = largest["single"]["p50_ms"]
    keyring: float = largest["keyring_bytes_per_recording"]
    return p50 <= P50_AIM_MS and batch >= BATCH_AIM and keyring <= KEYRING_AIM


def _plot(ours: list[dict[str, Any]], plain: list[dict[str, Any]]) -> str:
    def points(rows: list[dict[str, Any]], which: str) -> list[tuple[float, float]]:
        return [(row["recordings"], row["single"][which]) for row in rows]

    return lines(
        "One erasure, with its receipt",
        "recordings kept",
        "milliseconds",
        {
            "unhear, p95": points(ours, "p95_ms"),
            "unhear, p50": points(ours, "p50_ms"),
            "plain DELETE, p50": points(plain, "p50_ms"),
        },
    )


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--plot", type=Path, help="also draw cost against store size (SVG)")
    arguments = parser.parse_args()
    rng = random.Random(1)  # noqa: S311 - a repeatable order
    ours, plain = [], []
    for count in arguments.sizes:
        progress(f"{count} recordings")
        with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
            ours.append(_ours(Path(folder) / "ours", count, rng))
            plain.append(_plain(Path(folder) / "plain", count, rng))
    growth = ours[-1]["single"]["p50_ms"] / ours[0]["single"]["p50_ms"]
    if arguments.plot:
        arguments.plot.write_text(_plot(ours, plain))
    report(
        ok=growth <= GROWTH_AIM and _reaches_aims(ours[-1]),
        figures={
            "erasures": ours,
            "aims": {"p50_ms": P50_AIM_MS, "batch_per_second": BATCH_AIM, "keyring": KEYRING_AIM},
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
