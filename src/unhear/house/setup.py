"""Make a household: its keys, its people, what they consent to, and the first leaves of its log."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace

from unhear import clock
from unhear.answer.registry import find_skills
from unhear.forget.errors import KeeperFailed
from unhear.forget.kept_receipts import state
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree, plant
from unhear.house.consent_claims import consent_claim
from unhear.house.consents import MayNotDecide, new_consents
from unhear.house.standing import practice_of
from unhear.household.consent import Choice
from unhear.household.family import Household
from unhear.household.methods import Verified
from unhear.household.passkeys import Passkey
from unhear.household.retention import Retention
from unhear.household.words import (
    UNKNOWN_PERSON,
    HouseholdId,
    Person,
    PersonId,
    PersonKind,
    Purpose,
)
from unhear.keep.identity import WrappedIdentity, new_identity
from unhear.keep.profile import add_household
from unhear.prove.claims import LogKey
from unhear.prove.statement import statement_of
from unhear.settings import Settings, write_to_settings_file
from unhear.stores.choose_database import database_exists, open_database
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.log_files import make_log_key, open_ledger

PERSON_ID_BYTES = 8


class AlreadySetUp(Exception):
    """There is a household in this folder already."""


def new_person_id() -> PersonId:
    """Answer a fresh random id for a person."""
    return PersonId(clock.random_bytes(PERSON_ID_BYTES).hex())


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """Who lives here and what a guardian allows.

    `keep` is consent to keep what adults and voices nobody was named for say; `keep_children`
    what children say; `method` is how it was made sure that a guardian says so. `keeper` describes
    what holds the root key; None leaves it to the settings.
    """

    name: str
    guardian: str
    adults: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    keep: bool = False
    keep_children: bool = False
    method: str = "terminal"
    retention: Retention = field(default_factory=Retention)
    keeper: str | None = None
    guardian_id: PersonId = field(default_factory=new_person_id)


@dataclass(frozen=True, slots=True)
class Established:
    """A household that was made: the log's key, and the keeper that holds the root key."""

    log_key: str
    keeper: RootKeeper


@dataclass(frozen=True, slots=True, repr=False)
class SetUp(Established):
    """What a guardian must write down as well: the recovery phrase, shown once."""

    recovery_phrase: str


def set_up(settings: Settings, plan: SetupPlan, passphrase: str) -> SetUp:
    """Make the household and its identity.

    Raises `AlreadySetUp`, `PassphraseTooShort`, `SettingsWrong` and `KeeperFailed`; then no
    household is made.
    """
    identity, recovery_phrase = new_identity(HouseholdId(clock.random_bytes(16)), passphrase)
    made = establish(settings, plan, identity)
    return SetUp(made.log_key, made.keeper, recovery_phrase)


def establish(
    settings: Settings,
    plan: SetupPlan,
    identity: WrappedIdentity,
    passkeys: tuple[Passkey, ...] = (),
) -> Established:
    """Make the household of an identity that was made elsewhere, in a guardian's browser.

    Raises `AlreadySetUp`, `SettingsWrong`, `MayNotDecide` and `KeeperFailed`; then no household is
    made.
    """
    joins = _joins(settings)
    household = replace(_household(settings, plan, identity.household), passkeys=passkeys)
    keeper = _keeper(settings, plan, joins=joins)
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    if not joins:
        make_log_key(settings.log_key_file, f"unhear.local/{clock.random_bytes(4).hex()}")
    ledger = open_ledger(settings.log_key_file, settings.ledger_folder)
    with closing(open_database(settings)) as database:
        if settings.database is not None:
            write_to_settings_file(settings.house, {"household": household.id.hex()})
        with database.writing() as transaction:
            if not joins:
                plant(transaction, keeper)
            tree: KeyTree = open_tree(transaction, keeper)
            add_household(
                transaction,
                tree,
                household,
                recipient=str(identity.recipient),
                identity=identity.to_bytes(),
                now=clock.now(),
            )
            if not joins:
                ledger.append(transaction, statement_of(LogKey(str(ledger.key))))
            for consent in household.consents:
                claimed = consent_claim(household, consent)
                state(transaction, tree, household.id, claimed, ledger=ledger, now=consent.given_at)
        ledger.publish(database)
    return Established(str(ledger.key), keeper)


def _joins(settings: Settings) -> bool:
    """Whether the household joins others in their shard of a server.

    Raises `AlreadySetUp` where there is one already that it would replace.
    """
    exists, has_log_key = database_exists(settings), settings.log_key_file.exists()
    if settings.database is None or settings.household is not None or not exists:
        if exists or has_log_key:
            raise AlreadySetUp(
                f"{settings.house} holds a house already; choose another folder with --house"
            )
        return False
    if not has_log_key:
        raise AlreadySetUp(
            f"shard {settings.shard} of the database has a house already: name another `shard`. To "
            "add a household to it, copy its log.key into the new folder and name its keeper"
        )
    return True


def _keeper(settings: Settings, plan: SetupPlan, *, joins: bool) -> RootKeeper:
    """Answer the keeper, and write into the house's file which it is, where the plan says so."""
    settings.house.mkdir(parents=True, exist_ok=True)
    keeper = choose_keeper(plan.keeper or settings.keeper_spec, settings.house, make=not joins)
    if keeper.ids() and not joins:
        raise KeeperFailed(
            "the keeper holds root keys already, of another house. Give this one a folder, label "
            "or index of its own"
        )
    if plan.keeper is not None:
        write_to_settings_file(settings.house, {"keeper": plan.keeper})
    return keeper


def _household(settings: Settings, plan: SetupPlan, household: HouseholdId) -> Household:
    today = clock.day_number(clock.now())
    people = (
        Person(plan.guardian_id, plan.guardian, PersonKind.GUARDIAN, seen_day=today),
        *(Person(new_person_id(), name, PersonKind.ADULT, today) for name in plan.adults),
        *(Person(new_person_id(), name, PersonKind.CHILD, today) for name in plan.children),
    )
    made = Household(household, plan.name, people, (), retention=plan.retention)
    return _with_consents(settings, plan, made) if plan.keep or plan.keep_children else made


def _with_consents(settings: Settings, plan: SetupPlan, household: Household) -> Household:
    practice = practice_of(settings, find_skills(settings.language))
    if plan.keep_children and plan.method in practice.too_weak(discloses=False):
        raise MayNotDecide(
            "an operator must make sure that a guardian consents for a child, in a way that the "
            "law names; set up without, and then see `unhear consent methods`"
        )
    facts, at = practice.facts(household), clock.now()
    for person in _kept(plan, household.people):
        choice = Choice(person, (Purpose.KEEP,), plan.guardian_id)
        for consent in new_consents(choice, Verified(plan.method), facts, at):
            household = household.with_consent(consent)
    return household.with_notice(facts)


def _kept(plan: SetupPlan, people: tuple[Person, ...]) -> Iterable[PersonId]:
    if plan.keep:
        yield from (person.id for person in people if person.kind is not PersonKind.CHILD)
        yield UNKNOWN_PERSON
    if plan.keep_children:
        yield from (person.id for person in people if person.kind is PersonKind.CHILD)
