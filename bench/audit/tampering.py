"""What an operator can write into a house who has its database and its keys."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import rfc8785
from tests.home import Home

from bench.audit.seed import SOUND
from unhear.forget.commit import Asked, bar
from unhear.forget.database import ErasureState, TraceRow, Transaction
from unhear.forget.kept_receipts import keep_receipt, state
from unhear.forget.keytree import KeyTree
from unhear.forget.records import record_of, sealed_record
from unhear.forget.roots import open_tree
from unhear.forget.traces import content_of
from unhear.house.consent_claims import consent_claim
from unhear.house.consents import new_consents
from unhear.household.consent import Choice, Consent
from unhear.household.hold import Hold
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, TraceId
from unhear.keep.profile import set_profile
from unhear.prove.claims import Looked
from unhear.prove.merkle import completed_by
from unhear.prove.opening import Opening
from unhear.prove.statement import commit, count_class, hour, items_root, salted, statement_of


@contextmanager
def editing(home: Home) -> Iterator[tuple[Transaction, KeyTree]]:
    """Change a house in one transaction."""
    with home.db.writing() as transaction:
        yield transaction, open_tree(transaction, home.roots)


def run_sql(home: Home, statement: str, *values: object) -> None:
    """Write to the database behind the back of the house."""
    with closing(sqlite3.connect(home.settings.database_file, timeout=60)) as database, database:
        database.execute(statement, values)


def somebody(home: Home, kind: PersonKind) -> PersonId:
    """Answer somebody of a kind."""
    return next(person.id for person in home.household.people if person.kind is kind)


def ask_only(home: Home, days: float) -> bytes:
    """Write down that something was asked for, days ago, and do nothing; answer the erasure."""
    with editing(home) as (transaction, tree):
        asked = Asked(home.id, Scope(device=DeviceId(f"device {days}")))
        return bar(transaction, tree, asked, home.clock() - timedelta(days=days)).id


def write_done(
    home: Home, erasure: bytes, done_at: datetime, asked_at: datetime | None = None
) -> None:
    """Write down of an erasure that it is done, and since when it was asked for."""
    with editing(home) as (transaction, tree):
        row = transaction.erasure(home.id, erasure)
        if row is None:
            raise LookupError
        record = record_of(transaction, tree, row)
        record = replace(record, done_at=done_at, asked_at=asked_at or record.asked_at)
        body = sealed_record(transaction, tree, home.id, erasure, record)
        transaction.set_erasure(replace(row, state=ErasureState.DONE, sealed=body))


def write_consent(home: Home, method: str, purpose: Purpose, *, stated: bool = True) -> Consent:
    """Write a consent for the child into the profile, and as a rule into the log."""
    guardian, child = (somebody(home, kind) for kind in (PersonKind.GUARDIAN, PersonKind.CHILD))
    household = home.household
    facts = home.practice.facts(household)
    choice = Choice(child, (purpose,), guardian)
    (consent,) = new_consents(choice, Verified(method), facts, home.clock())
    put_consent(home, consent, stated=stated)
    return consent


def put_consent(home: Home, consent: Consent, *, stated: bool) -> None:
    """Write a consent into the profile and, where `stated`, into the log."""
    household = home.household
    facts = home.practice.facts(household)
    with editing(home) as (transaction, tree):
        set_profile(transaction, tree, household.with_consent(consent).with_notice(facts))
        if stated:
            claim = consent_claim(household, consent)
            state(transaction, tree, home.id, claim, ledger=home.ledger, now=home.clock())


def state_look(home: Home, who: str, how: str, items: Sequence[TraceId]) -> None:
    """State a look by whoever and however."""
    opening = Opening(salted(home.id), tuple(map(salted, items)), salted(who.encode()))
    if opening.person is None:
        raise LookupError
    claim = Looked(
        subject=commit("subject", opening.subject),
        person=commit("person", opening.person),
        items_root=items_root(opening.items),
        count=count_class(len(items)),
        how=how,
        looked_at=hour(home.clock()),
    )
    statement, by = statement_of(claim), somebody(home, PersonKind.GUARDIAN)
    data = rfc8785.dumps(dict(statement))
    with editing(home) as (transaction, tree):
        index = transaction.ledger_size()
        transaction.append_leaf(index, data, completed_by(index, data, transaction.ledger_node))
        receipt = home.ledger.receipt(transaction, index, statement, opening)
        keep_receipt(transaction, tree, home.id, receipt, home.clock(), about=by)


def newest_receipts(transaction: Transaction, home: Home, newest: TraceRow) -> list[TraceId]:
    """Answer the receipts of the newest entry, of the kind of a row."""
    tree = open_tree(transaction, home.roots)
    last = transaction.ledger_size() - 1
    rows = transaction.traces(home.id, (newest.kind,))
    return [row.id for row in rows if f"\\nindex {last}\\n".encode() in content_of(tree, row)]


def ask_hold(home: Home) -> bytes:
    """Ask for a hold on a recording, and answer its id."""
    now, scope = home.clock(), Scope(recordings=frozenset({home.keep(sound=SOUND)}))
    return home.holds.ask(Hold(scope, "District court 1", "N. N.", now, now + timedelta(days=9)))
