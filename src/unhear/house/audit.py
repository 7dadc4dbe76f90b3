"""Check a house from the cellar to the roof, and say in plain sentences what was found."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from unhear.clock import day_number
from unhear.forget.database import ErasureState, TraceKind
from unhear.forget.errors import ForgetError
from unhear.forget.holds import scopes_held
from unhear.forget.naming import held_back
from unhear.forget.progress import LEGAL_HOLD, progress_of
from unhear.forget.roots import open_tree, waiting_ids
from unhear.forget.traces import content_of, utterance_of, words_of
from unhear.house.drill import PASSED
from unhear.house.house import House
from unhear.prove.errors import ProofError
from unhear.prove.log_keys import key_named_by
from unhear.settings import Settings
from unhear.stores.errors import StoreError

SOUND_MARKS = (b"WAVEfmt ", b"fLaC", b"OggS")
"""How sound files begin; none of these may stand anywhere in the data folder."""

NAME_BYTES_MIN = 6
"""Shorter names could stand in random bytes by chance."""

SCAN_BYTES = 1 << 20


AUDIT_SECONDS_MAX = 600


class AuditFailed(Exception):
    """The process that looks at the house said nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, whether it is as it must be, and what was seen."""

    check: str
    ok: bool
    seen: str


def audit(house: House) -> Iterator[Finding]:
    """Yield what every check finds; none changes anything."""
    for check, look in _CHECKS:
        try:
            problems, seen = look(house)
        except (ForgetError, StoreError, ProofError) as error:
            problems, seen = [str(error)], ""
        yield Finding(check, not problems, "; ".join(problems[:5]) if problems else seen)


def audit_apart(settings: Settings) -> list[Finding]:
    """Answer what every check finds, looked at by a process of its own.

    For a house at work: reading the database's files within the process that writes them would
    take its locks from it (https://www.sqlite.org/howtocorrupt.html, 2.2). Raises `AuditFailed`.
    """
    command = [sys.executable, "-m", "unhear", "--house", str(settings.house), "audit", "--json"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=AUDIT_SECONDS_MAX)  # noqa: S603
    try:
        rows = json.loads(done.stdout)["findings"]
    except (ValueError, KeyError):
        raise AuditFailed("the audit did not finish; run `unhear audit` to see why") from None
    return [Finding(row["check"], row["ok"], row["seen"]) for row in rows]


Look = Callable[[House], tuple[list[str], str]]
"""Looks at a house; answers the problems found, and what was seen when there are none."""


def _database(house: House) -> tuple[list[str], str]:
    return house.database.problems(), "every page of the database is whole"


def _roots(house: House) -> tuple[list[str], str]:
    with house.database.reading() as transaction:
        current = transaction.current_root()
        open_tree(transaction, house.keeper)
        queued = transaction.queued_roots()
    today = day_number(house.clock())
    held = set(house.keeper.ids())
    parked = waiting_ids(queued, today) & held
    others = len(held - {current.root_id} - parked)
    problems = [f"{others} old root keys are still held; open the house again"] if others else []
    waiting = f"; {len(parked)} older ones until the backup horizon has passed" if parked else ""
    return problems, f"one root key, epoch {current.epoch}{waiting}; keeper {house.keeper.kind}"


def _capsules(house: House) -> tuple[list[str], str]:
    with house.database.reading() as transaction:
        tree = open_tree(transaction, house.keeper)
        rows = list(transaction.traces(house.household.id, tuple(TraceKind)))
        problems = []
        for row in rows:
            try:
                utterance_of(tree, row)
                content_of(tree, row)
                words_of(tree, row)
            except (ForgetError, ValueError, KeyError):
                problems.append(f"{row.kind} {row.id.hex()[:8]} does not open")
    return problems, f"the keys of all {len(rows)} rows open"


def _payloads(house: House) -> tuple[list[str], str]:
    missing, orphans = house.catalogue.without_payload(), house.catalogue.orphans(house.clock())
    problems = [f"the sound of {trace.hex()[:8]} is missing" for trace in missing]
    problems += [
        f"payload {trace.hex()[:8]} is left over; run `unhear forget --expired`"
        for trace in orphans
    ]
    return problems, f"{len(house.catalogue.recordings())} payloads, each with its recording"


def _learning(house: House) -> tuple[list[str], str]:
    found = house.learning.standings()
    problems = [
        f"what was learned about {one.subject} is not what the kept contributions make; "
        "run `unhear forget --expired`, which builds it anew"
        for one in found
        if not one.is_proved
    ]
    return problems, f"what {sum(one.recordings for one in found)} recordings taught, to the bit"


def _expiry(house: House) -> tuple[list[str], str]:
    today, ours = day_number(house.clock()), house.household.id
    with house.database.reading() as transaction:
        tree = open_tree(transaction, house.keeper)
        held = scopes_held(transaction, tree, ours, today)
        late = [held_back(tree, row, held) for row in transaction.expired(ours, today)]
    unlawful = late.count(False)
    problems = [f"{unlawful} kept things are past their expiry; run `unhear forget --expired`"]
    kept = f", save {len(late)} under a legal hold" if late else ""
    return problems if unlawful else [], f"nothing is kept past its expiry{kept}"


def _erasures(house: House) -> tuple[list[str], str]:
    today = day_number(house.clock())
    found = progress_of(house.database, house.keeper, house.household.id, today)
    waiting = [one for one in found if one.waits_for == (LEGAL_HOLD,)]
    stuck = sum(one.state is not ErasureState.DONE for one in found) - len(waiting)
    problems = [f"{stuck} erasures are unfinished; see `unhear erasures`"] if stuck else []
    held = f", save {len(waiting)} that wait for a legal hold" if waiting else ""
    return problems, f"all {len(found)} erasures are finished{held}"


def _ledger(house: House) -> tuple[list[str], str]:
    house.ledger.wait()
    published = house.ledger.published(house.database)
    if published is None:
        return ["the log has no published checkpoint that is signed with its key"], ""
    wrong = house.ledger.wrong_files(house.database)
    problems = [f"{path} was changed or is missing; run `unhear log publish`" for path in wrong]
    with house.database.reading() as transaction:
        size, handovers = transaction.ledger_size(), transaction.handovers()
    if handovers and key_named_by(handovers[-1]) != house.ledger.key:
        problems.append("the log handed over to another key than the one in log.key; bring it back")
    return problems, f"{size} entries, consistent with the signed checkpoint of {published.size}"


def _witnesses(house: House) -> tuple[list[str], str]:
    if house.ledger.witnesses is None:
        return [], "no witness is named in the settings"
    watched = house.ledger.ask_witnesses(house.database, again=True)
    standings = {key: watched.standings[key] for key in house.ledger.witnesses.keys}
    return [
        one.trouble for one in standings.values() if one.trouble
    ], f"{len(standings)} witnesses cosigned the newest checkpoint"


def _drill(house: House) -> tuple[list[str], str]:
    last = house.last_drill()
    if last is None:
        return [], "no restore was rehearsed yet; `unhear drill` does"
    problems = [f"the restore drill of {last.at} failed: run `unhear drill` and look at backups"]
    return [] if last.result == PASSED else problems, f"a restore was rehearsed at {last.at}"


def _plaintext(house: House) -> tuple[list[str], str]:
    people = [person.name for person in house.household.people]
    names = [name.encode() for name in [house.household.name, *people]]
    marks = [*SOUND_MARKS, *(name for name in names if len(name) >= NAME_BYTES_MIN)]
    files = [path for path in sorted(house.settings.data_folder.rglob("*")) if path.is_file()]
    problems = [f"{path.name} holds plaintext" for path in files if _holds(path, marks)]
    return problems, f"{len(files)} files hold no sound and no name"


def _holds(path: Path, marks: list[bytes]) -> bool:
    longest = max(len(mark) for mark in marks)
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(SCAN_BYTES):
            if any(mark in tail + piece for mark in marks):
                return True
            tail = piece[-longest:]
    return False


_CHECKS: tuple[tuple[str, Look], ...] = (
    ("database", _database),
    ("root key", _roots),
    ("keys", _capsules),
    ("payloads", _payloads),
    ("learning", _learning),
    ("retention", _expiry),
    ("erasures", _erasures),
    ("ledger", _ledger),
    ("witnesses", _witnesses),
    ("restore drill", _drill),
    ("plaintext", _plaintext),
)
