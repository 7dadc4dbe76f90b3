"""Let households live and break rules, audit them, and compare."""

import multiprocessing
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from bench.audit.plants import PLANTS
from bench.audit.seed import YEAR, live, quickly
from bench.report import progress
from unhear.clock import day_number
from unhear.house.evidence.auditing import audit_houses, houses_in
from unhear.house.evidence.facts import Period
from unhear.house.evidence.pseudonyms import house_pseudonym

UNTIL = datetime(2026, 11, 1, 12, tzinfo=UTC)

Planted = dict[str, str]
"""The rule that is broken, by the name of the house's folder."""


def settle(folder: Path, households: int, breaches: int) -> Planted:
    """Let households live below a folder, and so many of them break a rule; answer which."""
    names = list(PLANTS)
    chosen = {
        place * households // breaches: names[place % len(names)] for place in range(breaches)
    }
    work = [(folder, number, chosen.get(number)) for number in range(households)]
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=apart) as pool:
        for done, _ in enumerate(pool.map(settle_one, work, chunksize=10), 1):
            if done % 100 == 0:
                progress(f"{done} households have lived")
    return {_name(number): PLANTS[breach][0].name for number, breach in chosen.items()}


def settle_one(work: tuple[Path, int, str | None]) -> None:
    """Let one household live, and break a rule where one is named."""
    folder, number, breach = work
    home = live(folder / _name(number), number, UNTIL)
    if breach is not None:
        with quickly(home.clock):
            PLANTS[breach][1](home)
        home.ledger.wait()
    home.db.close()


def measure(folder: Path, planted: Planted) -> dict[str, Any]:
    """Audit all households, and compare what is found with what was planted."""
    houses = houses_in(folder)
    at = UNTIL + timedelta(days=5)  # some breaches took days
    period = Period(UNTIL - YEAR, at)
    began = perf_counter()
    accounts = list(audit_houses(houses, period, UNTIL))
    seconds = perf_counter() - began
    names = _names(houses)
    by_house = {names[one.house["house"]]: one for one in accounts}
    found = {name: [row["rule"] for row in by_house[name].violations] for name in planted}
    right = sum(found[name] == [rule] for name, rule in planted.items())
    all_found = Counter(row["rule"] for one in accounts for row in one.violations)
    return {
        "households": len(houses),
        "seconds": round(seconds, 2),
        "planted": len(planted),
        "found": right,
        "false": sum(all_found.values()) - right,
        "by_rule": dict(sorted(all_found.items())),
        "erasures": sum(len(one.house.get("erasures", ())) for one in accounts),
        "looks": sum(len(one.house.get("looks", ())) for one in accounts),
        "entries": sum(one.house["log"]["entries"] for one in accounts if "log" in one.house),
    }


def read_plainly(folder: Path, planted: Planted) -> dict[str, Any]:
    """Read every row of every database, and tell what the rows show by themselves."""
    began, rows, shown, false = perf_counter(), 0, 0, 0
    for house in houses_in(folder):
        with closing(sqlite3.connect(house / "data" / "unhear.db")) as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            for (table,) in tables.fetchall():
                rows += len(database.execute(f'SELECT * FROM "{table}"').fetchall())  # noqa: S608
            seen = any(database.execute(query).fetchone()[0] for query in _plain_queries())
        shown += seen and house.name in planted
        false += seen and house.name not in planted
    return {
        "seconds": round(perf_counter() - began, 2),
        "rows": rows,
        "planted": len(planted),
        "found": shown,
        "false": false,
    }


def _plain_queries() -> Sequence[str]:
    today = day_number(UNTIL)
    return (
        f"SELECT count(*) FROM trace WHERE expires_day < {today} OR expires_day - day > 1100 "  # noqa: S608
        "AND expires_day < 2932896",
        f"SELECT count(*) FROM erasure WHERE state <> 'done' AND asked_day < {today - 1}",  # noqa: S608
        f"SELECT count(*) FROM hold WHERE state = 'in force' AND expires_day < {today}",  # noqa: S608
    )


def _names(houses: Sequence[Path]) -> dict[str, str]:
    """Answer the folders of houses by what the report calls them."""
    found = {}
    for house in houses:
        with closing(sqlite3.connect(house / "data" / "unhear.db")) as database:
            (household,) = database.execute("SELECT id FROM household").fetchone()
        found[house_pseudonym(household)] = house.name
    return found


def _name(number: int) -> str:
    return f"home-{number:04}"
