"""Breaches, made as a careless or dishonest operator would: in the database and the files.

Each is planted in a household that lived its year, and breaks one rule once.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import rfc8785
from tests.home import Home
from tests.house.grants import grants_of

from bench.audit.seed import SOUND, looks_of, share, witness
from unhear.clock import random_bytes
from unhear.forget.commit import Asked, bar
from unhear.forget.database import ErasureState, HoldState, TraceKind, TraceRow, Transaction
from unhear.forget.kept_receipts import keep_receipt, state
from unhear.forget.keytree import KeyTree
from unhear.forget.records import record_of, sealed_record
from unhear.forget.roots import open_tree
from unhear.forget.traces import content_of, sealed, utterance_of, words_of
from unhear.house.consent_claims import consent_claim
from unhear.house.consents import new_consents
from unhear.house.evidence.checks import BY_STAFF
from unhear.house.evidence.rules import Rule
from unhear.household.consent import Choice, Consent
from unhear.household.hold import Hold
from unhear.household.learning import Subject
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, TraceId, Utterance
from unhear.keep.profile import set_profile
from unhear.learn.contribution import Contribution
from unhear.learn.learned import SealedLearned
from unhear.learn.rows import add_contribution, learned_row, put_learned
from unhear.learn.subjects import TAUGHT, VOCABULARY
from unhear.learn.vocabulary import said
from unhear.prove.claims import BY_GRANT, Looked
from unhear.prove.merkle import completed_by
from unhear.prove.notes import Checkpoint
from unhear.prove.opening import Opening
from unhear.prove.statement import commit, count_class, hour, items_root, salted, statement_of

Plant = Callable[[Home], None]


@contextmanager
def _editing(home: Home) -> Iterator[tuple[Transaction, KeyTree]]:
    with home.db.writing() as transaction:
        yield transaction, open_tree(transaction, home.roots)


def _sql(home: Home, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(home.settings.database_file, timeout=60)) as database, database:
        database.execute(statement, values)


def _somebody(home: Home, kind: PersonKind) -> PersonId:
    return next(person.id for person in home.household.people if person.kind is kind)


def _asked(home: Home, days: float) -> bytes:
    """Write down that something was asked for, days ago, and do nothing; answer the erasure."""
    with _editing(home) as (transaction, tree):
        asked = Asked(home.id, Scope(device=DeviceId(f"device {days}")))
        return bar(transaction, tree, asked, home.clock() - timedelta(days=days))


def _late(home: Home) -> None:
    _asked(home, 3)
    home.forgetter.resume(home.id)


def _never(home: Home) -> None:
    _asked(home, 40)


def _write_done(
    home: Home, erasure: bytes, done_at: datetime, asked_at: datetime | None = None
) -> None:
    with _editing(home) as (transaction, tree):
        row = transaction.erasure(erasure)
        if row is None:
            raise LookupError
        record = record_of(transaction, tree, row)
        record = replace(record, done_at=done_at, asked_at=asked_at or record.asked_at)
        body = sealed_record(transaction, tree, home.id, erasure, record)
        transaction.set_erasure(replace(row, state=ErasureState.DONE, sealed=body))


def _pretended(home: Home) -> None:
    _write_done(home, _asked(home, 0), home.clock())


def _sooner(home: Home) -> None:
    erasure = _asked(home, 3)
    home.forgetter.resume(home.id)
    _write_done(home, erasure, home.clock(), home.clock())


def _came_back(home: Home) -> None:
    """Keep a copy of a row, and put it back under a key of its own once it was forgotten."""
    thing = home.keep(sound=SOUND)
    with _editing(home) as (transaction, tree):
        row = transaction.trace(home.id, thing)
        if row is None:
            raise LookupError
        opened = utterance_of(tree, row), content_of(tree, row), words_of(tree, row)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({thing})))
    other = home.keep(sound=SOUND)
    home.blobs.delete(home.id, [other])
    with _editing(home) as (transaction, tree):
        taken = transaction.trace(home.id, other)
        if taken is None:
            raise LookupError
        transaction.drop_traces(home.id, [other])
        transaction.add_trace(sealed(tree, replace(row, slot=taken.slot), *opened))


def _file_came_back(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    payload = home.blobs.get(home.id, thing)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({thing})))
    home.blobs.put(home.id, thing, payload)


def _stays(home: Home, days: int, *, person: PersonKind | None = None, age: int = 0) -> None:
    """Let a recording of so many days ago stay for so many days, whatever was decided."""
    whose = "unknown" if person is None else _somebody(home, person)
    heard = home.clock() - timedelta(days=age)
    home.keep(sound=SOUND, person=whose, heard_at=heard, days=days)


def _past_its_date(home: Home) -> None:
    _stays(home, 5, age=15)


def _dated_anew(home: Home) -> None:
    thing = home.keep(sound=SOUND, heard_at=home.clock() - timedelta(days=3), days=30)
    _sql(home, "UPDATE trace SET expires_day = expires_day + 3650 WHERE id = ?", thing)


def _childs_for_a_year(home: Home) -> None:
    _stays(home, 300, person=PersonKind.CHILD)


def _child_unasked(home: Home) -> None:
    home.keep(sound=SOUND, person=home.family.add("Lou", PersonKind.CHILD).id)


def _after_no(home: Home) -> None:
    adult = _somebody(home, PersonKind.ADULT)
    home.consents.stop(adult, Purpose.KEEP, adult)
    home.clock.pass_time(seconds=7200)
    home.keep(sound=SOUND, person=adult)


def _written(home: Home, method: str, purpose: Purpose, *, stated: bool = True) -> Consent:
    """Write a consent for the child into the profile, and as a rule into the log."""
    guardian, child = (_somebody(home, kind) for kind in (PersonKind.GUARDIAN, PersonKind.CHILD))
    household = home.household
    facts = home.practice.facts(household)
    choice = Choice(child, (purpose,), guardian)
    (consent,) = new_consents(choice, Verified(method), facts, home.clock())
    _put_consent(home, consent, stated=stated)
    return consent


def _put_consent(home: Home, consent: Consent, *, stated: bool) -> None:
    household = home.household
    facts = home.practice.facts(household)
    with _editing(home) as (transaction, tree):
        set_profile(transaction, tree, household.with_consent(consent).with_notice(facts))
        if stated:
            claim = consent_claim(household, consent)
            state(transaction, tree, home.id, claim, ledger=home.ledger, now=home.clock())


def _a_nod(home: Home) -> None:
    _written(home, "a nod", Purpose.PERSONALISE)


def _mail(home: Home) -> None:
    """Rest something that is disclosed on a method that does not withstand it."""
    _written(home, "email-plus", Purpose.SHARE)


def _notice_lost(home: Home) -> None:
    consent = _written(home, "terminal", Purpose.PERSONALISE)
    other = replace(consent, notice=random_bytes(32).hex(), purpose=Purpose.IMPROVE)
    _put_consent(home, other, stated=True)


def _made_up(home: Home) -> None:
    _written(home, "signed form", Purpose.IMPROVE, stated=False)


def _backdated(home: Home) -> None:
    consent = _written(home, "terminal", Purpose.PERSONALISE)
    earlier = replace(consent, given_at=consent.given_at - timedelta(days=100))
    _put_consent(home, earlier, stated=False)


def _look(home: Home, who: str, how: str, items: Sequence[TraceId]) -> None:
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
    statement, by = statement_of(claim), _somebody(home, PersonKind.GUARDIAN)
    data = rfc8785.dumps(dict(statement))
    with _editing(home) as (transaction, tree):
        index = transaction.ledger_size()
        transaction.append_leaf(index, data, completed_by(index, data, transaction.ledger_node))
        receipt = home.ledger.receipt(transaction, index, statement, opening)
        keep_receipt(transaction, tree, home.id, receipt, home.clock(), about=by)


def _link_unasked(home: Home) -> None:
    _look(home, random_bytes(16).hex(), BY_GRANT, [home.keep(sound=SOUND)])


def _link_over(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    grant = share(home, thing, _somebody(home, PersonKind.GUARDIAN))
    home.clock.pass_time(days=3)
    _look(home, grant.hex(), BY_GRANT, [thing])


def _link_to_more(home: Home) -> None:
    shared, other = home.keep(sound=SOUND), home.keep(sound=SOUND)
    grant = share(home, shared, _somebody(home, PersonKind.GUARDIAN))
    grants_of(home).open(grant)
    _look(home, grant.hex(), BY_GRANT, [other])


def _staff_unasked(home: Home) -> None:
    _look(home, "staff-7", BY_STAFF, [home.keep(sound=SOUND)])


def _childs_look(home: Home) -> None:
    _look(home, _somebody(home, PersonKind.CHILD), "opened", [home.keep(sound=SOUND)])


def _receipt_gone(home: Home) -> None:
    """Look, and take the receipt of it out of the house."""
    looks_of(home).take(_somebody(home, PersonKind.GUARDIAN), [home.keep(sound=SOUND)])
    with _editing(home) as (transaction, _):
        newest = max(
            transaction.traces(home.id, (TraceKind.PERSONAL_RECEIPT,)), key=lambda row: row.slot
        )
        rows = _newest_receipts(transaction, home, newest)
        transaction.drop_traces(home.id, rows)


def _newest_receipts(transaction: Transaction, home: Home, newest: TraceRow) -> list[TraceId]:
    tree = open_tree(transaction, home.roots)
    last = transaction.ledger_size() - 1
    rows = transaction.traces(home.id, (newest.kind,))
    return [row.id for row in rows if f"\\nindex {last}\\n".encode() in content_of(tree, row)]


def _learned_more(home: Home) -> None:
    """Put back a model of before something was unlearned."""
    subject = Subject.VOCABULARY
    with _editing(home) as (transaction, tree):
        row = learned_row(transaction, home.id, TraceKind.STATE, subject)
        before = TAUGHT[subject].nothing() if row is None else content_of(tree, row)
        after = TAUGHT[subject].added(before, [VOCABULARY.contribution.write(said("purple"))])
        put_learned(transaction, tree, home.id, (TraceKind.STATE, subject), after)
        model = TAUGHT[subject].solved(after)
        put_learned(transaction, tree, home.id, (TraceKind.MODEL, subject), model)


def _teaches_on(home: Home) -> None:
    """Let a recording that was forgotten teach, and the model with it."""
    thing = home.keep(sound=SOUND)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({thing})))
    heard = Utterance(thing, home.clock(), DeviceId("kitchen"), PersonId("unknown"))
    numbers = VOCABULARY.contribution.write(said("purple wheelbarrow"))
    later = replace(heard, heard_at=home.clock() + timedelta(seconds=1))
    with _editing(home) as (transaction, tree):
        new = (TraceId(random_bytes(16)), later, home.clock() + timedelta(days=20))
        one = Contribution(Subject.VOCABULARY, numbers)
        add_contribution(transaction, tree, home.id, new, one)
        SealedLearned().build(transaction, tree, home.id, Subject.VOCABULARY)


def _root_held(home: Home) -> None:
    home.roots.put(random_bytes(16), random_bytes(32))


def _entry_changed(home: Home) -> None:
    """Write the entry of a look otherwise."""
    looks_of(home).take(_somebody(home, PersonKind.GUARDIAN), [home.keep(sound=SOUND)])
    home.ledger.wait()
    _sql(
        home,
        "UPDATE ledger_leaf SET data = CAST(data || ' ' AS BLOB) "
        "WHERE leaf_index = (SELECT max(leaf_index) FROM ledger_leaf)",
    )


def _cut_short(home: Home) -> None:
    """Take the last entry out of the log, and its receipt."""
    _receipt_gone(home)
    home.ledger.wait()
    with home.db.reading() as transaction:
        last = transaction.ledger_size() - 1
    _sql(home, "DELETE FROM ledger_leaf WHERE leaf_index = ?", last)
    _sql(home, "DELETE FROM ledger_node WHERE ((node_index + 1) << level) > ?", last)


def _other_history(home: Home) -> None:
    """Show a witness another log of the same size."""
    with home.db.reading() as transaction:
        size = transaction.ledger_size()
    name = home.ledger.key.name
    witness(home, home.ledger._signer.sign(str(Checkpoint(name, size, random_bytes(32)))))  # noqa: SLF001


def _held_alone(home: Home) -> None:
    hold = _ask_hold(home)
    _sql(home, "UPDATE hold SET state = ? WHERE id = ?", HoldState.IN_FORCE.value, hold)


def _held_longer(home: Home) -> None:
    hold = _ask_hold(home)
    home.holds.agree(hold, "M. M.")
    _sql(home, "UPDATE hold SET expires_day = expires_day + 1000 WHERE id = ?", hold)


def _ask_hold(home: Home) -> bytes:
    now, scope = home.clock(), Scope(recordings=frozenset({home.keep(sound=SOUND)}))
    return home.holds.ask(Hold(scope, "District court 1", "N. N.", now, now + timedelta(days=9)))


def _flipped(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    _sql(home, "UPDATE trace SET details = zeroblob(100) WHERE id = ?", thing)


PLANTS: Mapping[str, tuple[Rule, Plant]] = {
    "forgotten late": (Rule.IN_TIME, _late),
    "never forgotten": (Rule.IN_TIME, _never),
    "only said to be forgotten": (Rule.STATED, _pretended),
    "said to be asked for later": (Rule.STATED, _sooner),
    "a row came back": (Rule.GONE, _came_back),
    "a file came back": (Rule.GONE, _file_came_back),
    "past its date": (Rule.DATED, _past_its_date),
    "dated anew": (Rule.CEILING, _dated_anew),
    "a child's for most of a year": (Rule.CEILING, _childs_for_a_year),
    "a child nobody asked about": (Rule.CONSENTED, _child_unasked),
    "recorded after a no": (Rule.CONSENTED, _after_no),
    "a method nobody knows": (Rule.METHOD, _a_nod),
    "a method too weak": (Rule.METHOD, _mail),
    "a notice that is lost": (Rule.NOTICE, _notice_lost),
    "a consent made up": (Rule.CONSENT_STATED, _made_up),
    "a consent backdated": (Rule.CONSENT_STATED, _backdated),
    "a link nobody granted": (Rule.GRANTED, _link_unasked),
    "a link that was over": (Rule.GRANTED, _link_over),
    "a link to something else": (Rule.GRANTED, _link_to_more),
    "staff without a grant": (Rule.GRANTED, _staff_unasked),
    "a look by a child": (Rule.GRANTED, _childs_look),
    "a receipt taken out": (Rule.RECEIPTED, _receipt_gone),
    "a model put back": (Rule.UNLEARNED, _learned_more),
    "the forgotten teaches": (Rule.LINEAGE, _teaches_on),
    "a root key kept": (Rule.ROOT, _root_held),
    "an entry changed": (Rule.LOG, _entry_changed),
    "the log cut short": (Rule.LOG, _cut_short),
    "another log shown": (Rule.WITNESSED, _other_history),
    "a hold by one": (Rule.HELD, _held_alone),
    "a hold made longer": (Rule.HELD, _held_longer),
    "a row changed": (Rule.OPENS, _flipped),
}
"""Every breach, with the rule that it breaks."""
