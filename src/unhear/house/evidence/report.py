"""A report of many houses: their accounts, what they broke, and the sums that plots are made of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unhear import __version__
from unhear.house.evidence.account import Account, Row
from unhear.house.evidence.facts import Period
from unhear.house.evidence.rules import REQUIREMENTS, Rule
from unhear.prove.statement import hour

FORMAT = "unhear-audit/v1"

DELAYS = (
    (1, "a second"),
    (10, "10 seconds"),
    (60, "a minute"),
    (3600, "an hour"),
    (86400, "a day"),
)
"""Within how many seconds erasures are counted as done."""

LONGER = "longer"


def report(accounts: Iterable[Account], period: Period) -> Row:
    """Answer the report of these accounts; `docs/compliance.md` describes its fields."""
    found = sorted(accounts, key=lambda one: str(one.house["house"]))
    houses = [one.house for one in found]
    violations = [row for one in found for row in one.violations]
    broken = Counter(row["rule"] for row in violations)
    return {
        "format": FORMAT,
        "made_by": f"unhear {__version__}",
        "from": hour(period.since),
        "to": hour(period.until),
        "ok": not violations,
        "houses": len(houses),
        "rules": [
            {
                "rule": rule.name,
                "says": rule.value,
                "requirements": list(REQUIREMENTS[rule]),
                "violations": broken[rule.name],
            }
            for rule in Rule
        ],
        "totals": _totals(houses),
        "violations": violations,
        "accounts": houses,
    }


def _totals(houses: Sequence[Row]) -> Row:
    erasures = _all(houses, "erasures")
    looks, consents = _all(houses, "looks"), _all(houses, "consents")
    standing = [row for row in consents if "entry" not in row]
    read = [house for house in houses if "kept" in house]
    return {
        "erasures": len(erasures),
        "late": sum(row["late"] for row in erasures),
        "delays": _delays(erasures),
        "kept": _sum(house["kept"]["by_kind"] for house in read),
        "recordings_by_age": _sum(house["kept"]["recordings_by_age"] for house in read),
        "past_date": sum(house["kept"]["past_date"] for house in read),
        "children": len(_all(houses, "children")),
        "consents_by_method": dict(Counter(row["method"] for row in standing).most_common()),
        "looks_by_how": dict(Counter(row["how"] for row in looks).most_common()),
        "models": len(_all(houses, "models")),
        "unlearned": len(_all(houses, "unlearned")),
        "holds": len(_all(houses, "holds")),
        "entries": sum(house["log"]["entries"] for house in read),
        "witnessed": sum(bool(house["log"]["witnessed"]) for house in read),
        "keepers": dict(Counter(house["keeper"]["kind"] for house in read)),
    }


def _all(houses: Sequence[Row], name: str) -> list[Row]:
    return [row for house in houses for row in house.get(name, ())]


def _delays(erasures: Sequence[Row]) -> dict[str, int]:
    counted = Counter(
        next((text for most, text in DELAYS if row["seconds"] <= most), LONGER) for row in erasures
    )
    return {text: counted[text] for text in (*(text for _, text in DELAYS), LONGER)}


def _sum(counts: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(total)
