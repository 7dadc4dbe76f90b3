"""Five hundred receipts of seven households of one installation: nobody can tell which are whose.

All seven ask at the same hours and for the same kinds of scope: what a household's habits tell is
no property of receipts. docs/threat-model.md says so.
"""

import copy
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import log, sqrt
from typing import Any

import pytest

from tests.home import Home, make_home
from unhear.clock import random_bytes
from unhear.forget.database import HouseholdRow
from unhear.forget.roots import open_tree
from unhear.forget.slots import take_slot
from unhear.house.setup import SetupPlan
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, HouseholdId, PersonId, TraceId
from unhear.keep.age import Identity
from unhear.keep.catalogue import Catalogue
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt

pytestmark = pytest.mark.slow

HOUSEHOLDS, RECEIPTS = 7, 500
SEED = 20_261_123
LUCK = 5
"""So many standard deviations above chance nobody is lucky."""

PLAN = SetupPlan(name="Kestrel Row", guardian="Ottoline", keep=True)
NEVER_TWICE = ("id", "subject", "items_root", "roots_destroyed")
OF_ONE_INSTALLATION = frozenset(
    {"v", "kind", "reopens", "keeper", "looked", "horizon_days", "drill", "exceptions"}
)
FEW_CLASSES = ("count", "scope")
OF_THE_LOG_AND_ITS_CLOCK = frozenset(
    {"asked_at", "done_at", "live_gone_at", "backups_unreadable_by", "epoch_from", "epoch_to"}
)


@dataclass(frozen=True)
class Issued:
    """A receipt as it may be passed on, and what nobody is to find out from it."""

    household: int
    receipt: Receipt

    @property
    def statement(self) -> Mapping[str, Any]:
        return self.receipt.statement


@dataclass(frozen=True)
class Street:
    """Seven households of one installation, and the receipts of what they forgot."""

    homes: Sequence[Home]
    issued: Sequence[Issued]
    kept: Sequence[TraceId]


def _neighbour(home: Home) -> Home:
    """Answer another household of the same installation."""
    id_ = HouseholdId(random_bytes(16))
    recipient = Identity.generate().recipient
    with home.db.writing() as transaction:
        slot = take_slot(transaction, open_tree(transaction, home.roots), id_)
        transaction.add_household(HouseholdRow(id_, slot, str(recipient), b"wrapped"))
    other = copy.copy(home)
    other.id = id_
    other.catalogue = Catalogue(
        database=home.db,
        keeper=home.roots,
        payloads=home.blobs,
        household=id_,
        recipient=recipient,
        moments=home.moments,
    )
    return other


def _scope(home: Home, kept: Sequence[TraceId], number: int, dice: random.Random) -> Scope:
    return dice.choice(
        (
            Scope(recordings=frozenset(kept)),
            Scope(device=DeviceId(f"device-of-{number}")),
            Scope(person=PersonId(f"person-of-{number}")),
            Scope(since=home.clock()),
        )
    )


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    dice = random.Random(SEED)  # noqa: S311 - draws a test's circumstances
    first = make_home(tmp_path_factory.mktemp("street"), PLAN)
    homes = [first, *(_neighbour(first) for _ in range(1, HOUSEHOLDS))]
    everything: list[TraceId] = []
    issued = []
    for _ in range(RECEIPTS):
        number = dice.randrange(HOUSEHOLDS)
        first.clock.pass_time(seconds=dice.randrange(4000))
        home = homes[number]
        kept = [
            home.keep(
                f"words of {number}", device=f"device-of-{number}", person=f"person-of-{number}"
            )
            for _ in range(dice.choice((1, 1, 2, 3, 11)))
        ]
        everything += kept
        receipt = home.forgetter.forget(home.id, _scope(home, kept, number, dice))
        issued.append(Issued(number, receipt))
    return Street(homes, issued, everything)


def _values(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Answer what stands in a statement and where; places in a list are one."""
    if isinstance(value, Mapping | list):
        pairs = value.items() if isinstance(value, Mapping) else (("", item) for item in value)
        for name, item in pairs:
            yield from _values(item, f"{path}.{name}" if path and name else path or name)
    else:
        yield path, value


def test_every_field_is_never_twice_or_of_all_households(street: Street) -> None:
    fields = {*NEVER_TWICE, *OF_ONE_INSTALLATION, *FEW_CLASSES, *OF_THE_LOG_AND_ITS_CLOCK}
    assert all(set(one.statement) == fields for one in street.issued), "place the new field here"
    for name in NEVER_TWICE:
        seen = [value for one in street.issued for _, value in _values(one.statement[name])]
        assert len(set(seen)) == len(seen) == RECEIPTS, name
    for name in OF_ONE_INSTALLATION:
        assert len({json.dumps(one.statement[name]) for one in street.issued}) == 1, name
    for name in FEW_CLASSES:
        of = defaultdict(set)
        for one in street.issued:
            of[one.household].add(one.statement[name])
        assert len(of) == HOUSEHOLDS
        assert len({frozenset(seen) for seen in of.values()}) == 1, name


def test_a_disclosed_thing_is_never_twice_either(street: Street) -> None:
    shown = []
    for one in street.issued:
        assert isinstance(one.receipt.opening, Opening)
        whole = one.receipt.disclosing(one.receipt.opening.items[0].item)
        opening = json.loads(whole.to_json())["opening"]
        shown += [opening["item"]["item"], opening["item"]["salt"]]
    assert len(set(shown)) == len(shown)


def test_no_name_no_id_no_minute_and_no_exact_number_appears(street: Street) -> None:
    first = street.homes[0]
    with first.db.reading() as transaction:
        leaves = b"\n".join(transaction.ledger_leaves(0, transaction.ledger_size())).decode()
    passed_on = "\n".join(replace(one.receipt, opening=None).to_json() for one in street.issued)
    said = (leaves + passed_on).lower()
    for private in ("-of-", "words of", PLAN.name, PLAN.guardian, "kestrel", "unknown"):
        assert private.lower() not in said
    for id_ in (*(home.id for home in street.homes), *street.kept):
        assert id_.hex() not in said
    times = re.findall(r"\d\d:\d\d:\d\d", said)
    assert times
    assert {time[2:] for time in times} == {":00:00"}
    for one in street.issued:
        numbers = {path for path, value in _values(one.statement) if type(value) is int}
        assert numbers == {"v", "epoch_from", "epoch_to", "horizon_days", "looked.remaining"}
    assert {one.statement["count"] for one in street.issued} == {"1", "2-9", "10-99"}


def _bits(text: str) -> list[int]:
    return [int(bit) for bit in f"{int(text, 16):0{len(text) * 4}b}"]


def _excess(issued: Sequence[Issued], name: str) -> float:
    """Answer how far a field's bits depend on the household, in standard deviations.

    Sums, over all bits and households, the squared distance of the number of ones from half,
    which is about chi-squared with as many degrees of freedom as there are terms.
    """
    of = defaultdict(list)
    for one in issued:
        of[one.household].append(_bits(next(value for _, value in _values(one.statement[name]))))
    terms = [
        (sum(column) - len(rows) / 2) ** 2 / (len(rows) / 4)
        for rows in of.values()
        for column in zip(*rows, strict=True)
    ]
    return float(sum(terms) - len(terms)) / sqrt(2 * len(terms))


@pytest.mark.parametrize("name", NEVER_TWICE)
def test_no_bit_of_an_id_or_commitment_depends_on_the_household(street: Street, name: str) -> None:
    assert abs(_excess(street.issued, name)) < LUCK


def _clues(one: Issued) -> set[str]:
    """Answer everything that a guesser may learn from: values, digits, hours of day, places."""
    clues = {f"index%{n}={one.receipt.proof.index % n}" for n in (2, 3, 7)}
    for path, value in _values(one.statement):
        text = str(value)
        clues.add(f"{path}={text}")
        if path in NEVER_TWICE:
            clues |= {f"{path}[{place}]={digit}" for place, digit in enumerate(text)}
        elif isinstance(value, int):
            clues |= {f"{path}%{n}={value % n}" for n in (2, 3, 7)}
        elif text.endswith("00:00Z"):
            clues |= {f"{path} at {text[11:13]}", f"{path} on {text[:10]}"}
    return clues


Guesser = Callable[[Issued], int]
Learner = Callable[[Sequence[Issued]], Guesser]


def _bayes(known: Sequence[Issued]) -> Guesser:
    """Naive Bayes over all clues, with one added to each number."""
    totals = Counter(one.household for one in known)
    clues = Counter((one.household, clue) for one in known for clue in _clues(one))

    def likely(household: int, seen: set[str]) -> float:
        total = totals[household]
        of_each = (log((clues[household, clue] + 1) / (total + 2)) for clue in seen)
        return log(total + 1) + sum(of_each)

    return lambda unknown: max(range(HOUSEHOLDS), key=lambda n: likely(n, _clues(unknown)))


def _nearest(distance: Callable[[Issued, Issued], int]) -> Learner:
    def learn(known: Sequence[Issued]) -> Guesser:
        return lambda unknown: min(known, key=lambda one: distance(one, unknown)).household

    return learn


def _differing(name: str) -> Callable[[Issued, Issued], int]:
    return lambda one, other: (
        int(one.statement[name], 16) ^ int(other.statement[name], 16)
    ).bit_count()


LEARNERS: Mapping[str, Learner] = {
    "all clues": _bayes,
    "nearest in the log": _nearest(
        lambda one, other: abs(one.receipt.proof.index - other.receipt.proof.index)
    ),
    "nearest id": _nearest(_differing("id")),
    "nearest subject": _nearest(_differing("subject")),
    "nearest items": _nearest(_differing("items_root")),
}


def _luck(learn: Learner, issued: Sequence[Issued]) -> float:
    """Answer by how many standard deviations a guesser beats chance on the half it never saw."""
    shuffled = list(issued)
    random.Random(SEED).shuffle(shuffled)  # noqa: S311 - splits a test's receipts
    known, unknown = shuffled[: RECEIPTS // 2], shuffled[RECEIPTS // 2 :]
    guess = learn(known)
    right = sum(guess(one) == one.household for one in unknown)
    chance = 1 / HOUSEHOLDS
    return (right - len(unknown) * chance) / sqrt(len(unknown) * chance * (1 - chance))


@pytest.mark.parametrize("name", LEARNERS)
def test_who_learns_from_one_half_guesses_the_other_no_better_than_chance(
    street: Street, name: str
) -> None:
    assert _luck(LEARNERS[name], street.issued) < LUCK


@pytest.mark.parametrize("name", ["all clues", "nearest subject"])
def test_the_guessers_would_find_a_commitment_without_salt(street: Street, name: str) -> None:
    planted = [
        Issued(
            one.household,
            replace(
                one.receipt,
                statement={**one.statement, "subject": sha256(bytes([one.household])).hexdigest()},
            ),
        )
        for one in street.issued
    ]
    assert _luck(LEARNERS[name], planted) > 4 * LUCK
    assert _excess(planted, "subject") > 4 * LUCK
