"""Audit houses, many at a time: each in a process of its own pool, none of them opened."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from unhear.house.evidence.account import Account, account
from unhear.house.evidence.facts import Facts, Period
from unhear.house.evidence.pseudonyms import DIGITS, ids_of, pseudonym
from unhear.house.evidence.reading import read_facts
from unhear.house.evidence.rules import REQUIREMENTS, Rule
from unhear.prove.statement import hour
from unhear.settings import read_settings

FEW = 8
"""So many houses are read sooner here than in processes that must be started first."""


def houses_in(folder: Path) -> list[Path]:
    """Answer the houses in a folder of them."""
    return sorted(path.parent.parent for path in folder.glob("*/data/unhear.db"))


def audit_houses(houses: Sequence[Path], period: Period, at: datetime) -> Iterator[Account]:
    """Yield the account of every house at a moment, in no order."""
    if len(houses) <= FEW:
        yield from (audit_house(house, period, at) for house in houses)
        return
    apart = multiprocessing.get_context("forkserver")
    apart.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(os.cpu_count(), mp_context=apart) as pool:
        asked = [pool.submit(audit_house, house, period, at) for house in houses]
        for done in as_completed(asked):
            yield done.result()


def audit_house(house: Path, period: Period, at: datetime) -> Account:
    """Answer the account of a house at a moment; of one that cannot be read, that."""
    try:
        return account(read_facts(read_settings(house), lambda: at), period)
    except Exception as error:  # noqa: BLE001 - one that was tampered with must not hide the others
        return _unreadable(house, at, error)


def whose(facts: Facts, wanted: str) -> tuple[str, bytes] | None:
    """Answer which id of a house a pseudonym stands for, and of what kind; None for none."""
    return next(
        (one for one in ids_of(facts) if pseudonym(facts.secret, *one) == wanted),
        None,
    )


def _unreadable(house: Path, at: datetime, error: Exception) -> Account:
    """Tell of a house that cannot be read, by a pseudonym that its operator can find again."""
    name = f"house-{sha256(str(house.absolute()).encode()).hexdigest()[:DIGITS]}"
    seen = f"the house cannot be read: {type(error).__name__}"
    violation = {
        "house": name,
        "rule": Rule.OPENS.name,
        "requirements": list(REQUIREMENTS[Rule.OPENS]),
        "about": "house",
        "at": hour(at),
        "seen": seen,
    }
    return Account({"house": name, "unreadable": type(error).__name__}, (violation,))
