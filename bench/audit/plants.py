"""Breaches, made as a careless or dishonest operator would: in the database and the files.

Each is planted in a household that lived its year, and breaks one rule once.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from tests.home import Home
from tests.house.grants import grants_of

from bench.audit.seed import SOUND, looks_of, share, witness
from bench.audit.tampering import (
    ask_hold,
    ask_only,
    editing,
    newest_receipts,
    put_consent,
    run_sql,
    somebody,
    state_look,
    write_consent,
    write_done,
)
from unhear.clock import random_bytes
from unhear.forget.database import HoldState, TraceKind
from unhear.forget.traces import content_of, sealed, utterance_of, words_of
from unhear.house.evidence.rules import Rule
from unhear.household.learning import Subject
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, TraceId, Utterance
from unhear.learn.contribution import Contribution
from unhear.learn.learned import SealedLearned
from unhear.learn.rows import add_contribution, learned_row, put_learned
from unhear.learn.subjects import TAUGHT, VOCABULARY
from unhear.learn.vocabulary import said
from unhear.prove.claims import BY_GRANT, BY_STAFF
from unhear.prove.notes import Checkpoint

Plant = Callable[[Home], None]


def _late(home: Home) -> None:
    ask_only(home, 3)
    home.forgetter.resume(home.id)


def _never(home: Home) -> None:
    ask_only(home, 40)


def _pretended(home: Home) -> None:
    write_done(home, ask_only(home, 0), home.clock())


def _sooner(home: Home) -> None:
    erasure = ask_only(home, 3)
    home.forgetter.resume(home.id)
    write_done(home, erasure, home.clock(), home.clock())


def _came_back(home: Home) -> None:
    """Keep a copy of a row, and put it back under a key of its own once it was forgotten."""
    thing = home.keep(sound=SOUND)
    with editing(home) as (transaction, tree):
        row = transaction.trace(home.id, thing)
        if row is None:
            raise LookupError
        opened = utterance_of(tree, row), content_of(tree, row), words_of(tree, row)
    home.forgetter.forget(home.id, Scope(recordings=frozenset({thing})))
    other = home.keep(sound=SOUND)
    home.blobs.delete(home.id, [other])
    with editing(home) as (transaction, tree):
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
    whose = "unknown" if person is None else somebody(home, person)
    heard = home.clock() - timedelta(days=age)
    home.keep(sound=SOUND, person=whose, heard_at=heard, days=days)


def _past_its_date(home: Home) -> None:
    _stays(home, 5, age=15)


def _dated_anew(home: Home) -> None:
    thing = home.keep(sound=SOUND, heard_at=home.clock() - timedelta(days=3), days=30)
    run_sql(home, "UPDATE trace SET expires_day = expires_day + 3650 WHERE id = ?", thing)


def _childs_for_a_year(home: Home) -> None:
    _stays(home, 300, person=PersonKind.CHILD)


def _child_unasked(home: Home) -> None:
    home.keep(sound=SOUND, person=home.family.add("Lou", PersonKind.CHILD).id)


def _after_no(home: Home) -> None:
    adult = somebody(home, PersonKind.ADULT)
    home.consents.stop(adult, Purpose.KEEP, adult)
    home.clock.pass_time(seconds=7200)
    home.keep(sound=SOUND, person=adult)


def _a_nod(home: Home) -> None:
    write_consent(home, "a nod", Purpose.PERSONALISE)


def _mail(home: Home) -> None:
    """Rest something that is disclosed on a method that does not withstand it."""
    write_consent(home, "email-plus", Purpose.SHARE)


def _notice_lost(home: Home) -> None:
    consent = write_consent(home, "terminal", Purpose.PERSONALISE)
    other = replace(consent, notice=random_bytes(32).hex(), purpose=Purpose.IMPROVE)
    put_consent(home, other, stated=True)


def _made_up(home: Home) -> None:
    write_consent(home, "signed form", Purpose.IMPROVE, stated=False)


def _backdated(home: Home) -> None:
    consent = write_consent(home, "terminal", Purpose.PERSONALISE)
    earlier = replace(consent, given_at=consent.given_at - timedelta(days=100))
    put_consent(home, earlier, stated=False)


def _link_unasked(home: Home) -> None:
    state_look(home, random_bytes(16).hex(), BY_GRANT, [home.keep(sound=SOUND)])


def _link_over(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    grant = share(home, thing, somebody(home, PersonKind.GUARDIAN))
    home.clock.pass_time(days=3)
    state_look(home, grant.hex(), BY_GRANT, [thing])


def _link_taken_back(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    grant = share(home, thing, somebody(home, PersonKind.GUARDIAN))
    home.clock.pass_time(seconds=7200)
    grants_of(home).take_back(grant)
    home.clock.pass_time(seconds=7200)
    state_look(home, grant.hex(), BY_GRANT, [thing])


def _link_to_more(home: Home) -> None:
    shared, other = home.keep(sound=SOUND), home.keep(sound=SOUND)
    grant = share(home, shared, somebody(home, PersonKind.GUARDIAN))
    grants_of(home).open(grant)
    state_look(home, grant.hex(), BY_GRANT, [other])


def _staff_unasked(home: Home) -> None:
    state_look(home, "staff-7", BY_STAFF, [home.keep(sound=SOUND)])


def _childs_look(home: Home) -> None:
    state_look(home, somebody(home, PersonKind.CHILD), "opened", [home.keep(sound=SOUND)])


def _receipt_gone(home: Home) -> None:
    """Look, and take the receipt of it out of the house."""
    looks_of(home).take(somebody(home, PersonKind.GUARDIAN), [home.keep(sound=SOUND)])
    with editing(home) as (transaction, _):
        newest = max(
            transaction.traces(home.id, (TraceKind.PERSONAL_RECEIPT,)), key=lambda row: row.slot
        )
        rows = newest_receipts(transaction, home, newest)
        transaction.drop_traces(home.id, rows)


def _learned_more(home: Home) -> None:
    """Put back a model of before something was unlearned."""
    subject = Subject.VOCABULARY
    with editing(home) as (transaction, tree):
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
    with editing(home) as (transaction, tree):
        new = (TraceId(random_bytes(16)), later, home.clock() + timedelta(days=20))
        one = Contribution(Subject.VOCABULARY, numbers)
        add_contribution(transaction, tree, home.id, new, one)
        SealedLearned().build(transaction, tree, home.id, Subject.VOCABULARY)


def _root_held(home: Home) -> None:
    home.roots.put(random_bytes(16), random_bytes(32))


def _entry_changed(home: Home) -> None:
    """Write the entry of a look otherwise."""
    looks_of(home).take(somebody(home, PersonKind.GUARDIAN), [home.keep(sound=SOUND)])
    home.ledger.wait()
    run_sql(
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
    run_sql(home, "DELETE FROM ledger_leaf WHERE leaf_index = ?", last)
    run_sql(home, "DELETE FROM ledger_node WHERE ((node_index + 1) << level) > ?", last)


def _other_history(home: Home) -> None:
    """Show a witness another log of the same size."""
    with home.db.reading() as transaction:
        size = transaction.ledger_size()
    name = home.ledger.key.name
    witness(home, home.ledger._signer.sign(str(Checkpoint(name, size, random_bytes(32)))))  # noqa: SLF001


def _held_alone(home: Home) -> None:
    hold = ask_hold(home)
    run_sql(home, "UPDATE hold SET state = ? WHERE id = ?", HoldState.IN_FORCE.value, hold)


def _held_longer(home: Home) -> None:
    hold = ask_hold(home)
    home.holds.agree(hold, "M. M.")
    run_sql(home, "UPDATE hold SET expires_day = expires_day + 1000 WHERE id = ?", hold)


def _flipped(home: Home) -> None:
    thing = home.keep(sound=SOUND)
    run_sql(home, "UPDATE trace SET details = zeroblob(100) WHERE id = ?", thing)


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
    "a link that was taken back": (Rule.GRANTED, _link_taken_back),
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
