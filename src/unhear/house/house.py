"""The composition root: builds a house from its settings and lets the rooms meet."""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import cached_property

from unhear import clock
from unhear.answer.prepared import Prepared
from unhear.answer.registry import Skills, find_skills
from unhear.engines.music import music_pieces
from unhear.engines.pictures import smaller_jpeg
from unhear.forget.engine import Forgetter
from unhear.forget.errors import HolderUnanswered, MirrorAway
from unhear.forget.holder import IN_A_HOUSE, Holder, Place
from unhear.forget.holds import Holds
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.sweeper import Sweeper
from unhear.house.access import Access
from unhear.house.agents import Agents
from unhear.house.ages import Ages
from unhear.house.alerting import Alerting
from unhear.house.beyond import Beyond
from unhear.house.cameras import Cameras
from unhear.house.changes import Changes
from unhear.house.consents import Consents
from unhear.house.conversation import Conversation
from unhear.house.data_map import check_complete
from unhear.house.data_requests import DataRequests
from unhear.house.door import SKILL as DOOR
from unhear.house.door import Door, owners_of
from unhear.house.family import Family
from unhear.house.grants import Grants
from unhear.house.guesses import Guesses
from unhear.house.keeping import open_keeper
from unhear.house.learning import Learning
from unhear.house.looks import Looks
from unhear.house.moved import clear_left_behind, settled
from unhear.house.newest import Known, Newest
from unhear.house.own_files import send_own_files
from unhear.house.own_household import expect_house, identity_of, own_household
from unhear.house.passing import Passing
from unhear.house.pushing import open_push
from unhear.house.reception import Reception
from unhear.house.rooms import Switchboard
from unhear.house.shared import Shared
from unhear.house.sharing import open_sharing, shares
from unhear.house.sign_ins import Chosen, SignIns, ending
from unhear.house.speakers import Speakers
from unhear.house.standing import Practice, practice_of, settling
from unhear.house.telling_holds import telling
from unhear.house.undoing import Undoing
from unhear.house.voices import Voices
from unhear.house.wakes import Wakes
from unhear.house.witnesses import choose_witnesses
from unhear.household.family import Household
from unhear.household.learning import Subject
from unhear.household.policy import Remembering, remembering
from unhear.household.words import (
    UNKNOWN_PERSON,
    DeviceId,
    HouseholdId,
    Purpose,
    TraceId,
    Utterance,
)
from unhear.keep.catalogue import Catalogue
from unhear.keep.clips import Clips
from unhear.keep.identity import ByPassphrase
from unhear.keep.memory import SkillMemory
from unhear.keep.moments import Moments
from unhear.keep.payloads import PayloadHolder
from unhear.keep.profile import profile_of
from unhear.keep.unwritten import Unwritten
from unhear.learn.learned import SealedLearned
from unhear.prove.claims import Drill
from unhear.prove.ledger import Ledger
from unhear.prove.receipt import Receipt
from unhear.settings import Settings
from unhear.stores.choose_database import choose_mirror
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.copies.target import Target
from unhear.stores.errors import TargetAway
from unhear.stores.log_files import open_ledger
from unhear.stores.log_key import finish_rotation
from unhear.stores.push_client import PushClient
from unhear.understand.grammar import Grammar
from unhear.understand.recogniser import Recogniser

log = logging.getLogger(__name__)


WATCHED = {"en": "Somebody is looking at you now.", "de": "Jemand sieht Sie gerade."}
"""What is said at a camera when somebody sees it live."""


class House:
    """One house, open: everything the edges (command line, web, satellites) work with."""

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        """Open the house and finish what a crash left unfinished.

        `shared` is what it has in common with others of this process, if there are any.

        Raises `NotSetUp`, and `ForgetError` or `StoreError` when something is missing or damaged.
        """
        settings = settled(settings)
        expect_house(settings)
        self.settings = settings
        self.clock = clock.now
        self.beyond: Beyond | None = None
        """Other processes of the house, where this one asks them for what it does not have."""
        self._shared = shared or Shared()
        self.database = self._shared.open_database(settings)
        try:
            self._begin(settings)
        except BaseException:
            self._shared.done_with(self.database)
            raise

    def _begin(self, settings: Settings) -> None:
        self._reach(settings)
        holders = self._holders()
        self.sharing = open_sharing(settings, self.database, self.keeper, self._discard)
        if self.sharing is not None:
            holders.append(self.sharing)
        places = IN_A_HOUSE if self.sharing is None else frozenset(Place)
        check_complete(self.database.columns(), [holder.place for holder in holders], places)
        self.learned = SealedLearned()
        self.forgetter = Forgetter(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            holders=holders,
            learned=self.learned,
            clock=self.clock,
            copies=self.copies,
            places=places,
        )
        with self.database.reading() as transaction:
            row = own_household(settings, transaction)
        self.identity = identity_of(row, settings)
        self.household = snapshot(
            self.database, self.keeper, lambda tx, tree: profile_of(tx, tree, row.id)
        )
        if self.sharing is None and shares(self.database, self.household.id):
            raise HolderUnanswered(
                "a fleet may have something of this house, and the settings name none: let them "
                "name it until everybody's consent to it is withdrawn"
            )
        self.forgetter.resume(self.household.id)
        self.household = self.changes.settle()
        self.reception = self._reception()

    def _reach(self, settings: Settings) -> None:
        """Find the keys, payloads and log that the database goes with; finish a change of them."""
        self.copies = _copies(settings, self.last_drill)
        self.keeper: RootKeeper = open_keeper(settings, self.database, self.copies)
        self.payloads = choose_payloads(settings.payloads, settings.payload_folder)
        finish_rotation(self.database, settings.log_key_file)
        self.ledger: Ledger = open_ledger(
            settings.log_key_file, settings.ledger_folder, choose_witnesses(settings)
        )

    def _holders(self) -> list[Holder]:
        """Make what has anything of anybody, in memory or in stores; answer it all."""
        self.conversation = Conversation(self.clock)
        self.alerting = Alerting(
            push=lambda: self.push,
            household=lambda: self.household,
            gone=self.tell_no_more,
            small=smaller_jpeg,
            clock=self.clock,
        )
        self.rooms = Switchboard(lambda: self.synthesiser, music_pieces, self.clock, self.alerting)
        self.moments = Moments(self.clock)
        self.unwritten = Unwritten(self.database, self.keeper, self.clock)
        return [
            PayloadHolder(self.payloads),
            self.conversation,
            self.rooms,
            self.unwritten,
            self.moments,
        ]

    @cached_property
    def holds(self) -> Holds:
        """Legal holds."""
        return Holds(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            household=self.household.id,
            clock=self.clock,
            tell=telling(self.household.id),
        )

    @cached_property
    def passing(self) -> Passing:
        """What its processes tell each other for a while."""
        return Passing(
            database=self.database,
            keeper=self.keeper,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def newest(self) -> Newest:
        """What brings along what other processes changed."""
        return Newest(
            database=self.database,
            keeper=self.keeper,
            household=self.household.id,
            known=lambda: self.household,
            told=self._bring_along,
        )

    def _bring_along(self, known: Known, before: Household) -> None:
        """Have in mind what is newer, unless this process changed it meanwhile."""
        if self.identity != known.identity:
            self.identity = known.identity
        if self.household is before:
            self.household = known.household

    @cached_property
    def sign_ins(self) -> SignIns:
        """Who is signed in to its console."""
        return SignIns(
            database=self.database,
            household=self.household.id,
            family=self.family,
            newest=self.newest,
            clock=self.clock,
        )

    @cached_property
    def guesses(self) -> Guesses:
        """How many wrong proofs came of who one is."""
        return Guesses(self.passing, self.clock)

    @cached_property
    def agents(self) -> Agents:
        """Who may ask for others, by the settings."""
        return Agents(self.settings.data_rights, self.passing, self.clock)

    @cached_property
    def data_requests(self) -> DataRequests:
        """What authorised agents ask for."""
        return DataRequests(
            database=self.database,
            keeper=self.keeper,
            forgetter=self.forgetter,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def sweeper(self) -> Sweeper:
        """What forgets by age, and finishes what is unfinished."""
        return Sweeper(
            database=self.database,
            keeper=self.keeper,
            forgetter=self.forgetter,
            holds=self.holds,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def changes(self) -> Changes:
        """How the household's profile is changed."""
        return Changes(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            forgetter=self.forgetter,
            household=self.household.id,
            clock=self.clock,
            settle=settling(lambda: self.practice, self.clock),
        )

    @cached_property
    def looks(self) -> Looks:
        """Who looked at what is kept."""
        return Looks(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def family(self) -> Family:
        """Who lives here."""
        return Family(
            changes=self.changes,
            forgetter=self.forgetter,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def consents(self) -> Consents:
        """What they allow."""
        return Consents(
            changes=self.changes,
            forgetter=self.forgetter,
            practice=lambda: self.practice,
            clock=self.clock,
        )

    @cached_property
    def learning(self) -> Learning:
        """What it learns from what is said."""
        return Learning(
            database=self.database,
            keeper=self.keeper,
            learned=self.learned,
            forgetter=self.forgetter,
            household=lambda: self.household,
            subjects=[one for one in Subject if one is not Subject.FLEET or self.sharing],
        )

    @cached_property
    def wakes(self) -> Wakes:
        """What it learned of what woke it."""
        return Wakes(self.learning, lambda: self.household, self.sharing)

    @cached_property
    def voices(self) -> Voices:
        """Whose voices it knows."""
        return Voices(self.learning, lambda: self.household, self.clock)

    @cached_property
    def ages(self) -> Ages:
        """How old the children are."""
        return Ages(
            changes=self.changes,
            family=self.family,
            forgetter=self.forgetter,
            practice=lambda: self.practice,
            clock=self.clock,
        )

    @cached_property
    def catalogue(self) -> Catalogue:
        """The recordings."""
        return Catalogue(
            database=self.database,
            keeper=self.keeper,
            payloads=self.payloads,
            household=self.household.id,
            recipient=self.identity.recipient,
            moments=self.moments,
        )

    @cached_property
    def clips(self) -> Clips:
        """What its cameras filmed."""
        return Clips(
            database=self.database,
            keeper=self.keeper,
            payloads=self.payloads,
            household=self.household.id,
            recipient=self.identity.recipient,
        )

    @cached_property
    def grants(self) -> Grants:
        """Whom guardians let open what."""
        return Grants(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            payloads=self.payloads,
            forgetter=self.forgetter,
            household=self.household.id,
            clock=self.clock,
        )

    @cached_property
    def access(self) -> Access:
        """What staff of whoever runs the house ask for, and looked at."""
        return Access(
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            catalogue=self.catalogue,
            grants=self.grants,
            household=lambda: self.household,
            clock=self.clock,
        )

    @cached_property
    def cameras(self) -> Cameras:
        """What it sees with."""
        return Cameras(
            named=self.settings.cameras,
            household=lambda: self.household,
            family=self.family,
            looks=self.looks,
            speakers=self.speakers,
            watched=WATCHED[self.settings.language],
            beyond=lambda: self.beyond,
        )

    @cached_property
    def speakers(self) -> Speakers:
        """Where it is heard, in this process or another."""
        return Speakers(self.rooms, lambda: self.beyond)

    @cached_property
    def door(self) -> Door:
        """Who is told when somebody is at a door."""
        return Door(
            cameras=self.cameras,
            speakers=self.speakers,
            alerting=self.alerting,
            household=lambda: self.household,
            owners=lambda: owners_of(self.household, self.settings.satellites),
            say=lambda: self.skills.replies(DOOR),
            clock=lambda: self.clock().astimezone(self.settings.zone),
        )

    def close(self) -> None:
        """Finish what goes on in the background, bring the mirror up to date, and close."""
        self.alerting.close()
        self.ledger.wait()
        try:
            self.copies.ship()
            if self.settings.mirror is not None:
                place = Target(self.settings.mirror)
                send_own_files(self.settings, self.identity.recipient, place)
        except (MirrorAway, TargetAway):
            log.warning("mirror away; it is brought up to date later")
        self._shared.done_with(self.database)

    def last_drill(self) -> Drill | None:
        """Answer the last restore drill."""
        with self.database.reading() as transaction:
            return transaction.drill()

    @cached_property
    def skills(self) -> Skills:
        """The skills that are installed."""
        return find_skills(self.settings.language)

    @cached_property
    def practice(self) -> Practice:
        """What it does, as far as consents depend on it."""
        return practice_of(self.settings, self.skills)

    @cached_property
    def grammar(self) -> Grammar:
        """The sentences of all skills."""
        return self._shared.grammar(self.settings.language, self.skills)

    @cached_property
    def recogniser(self) -> Recogniser:
        """The speech recogniser, loaded at first use."""
        return self._shared.recogniser(self.settings)

    @cached_property
    def synthesiser(self) -> Prepared:
        """The synthesiser, loaded at first use; some replies are made in advance."""
        return self._shared.synthesiser(self.settings.language, self.skills)

    def tidy(self) -> list[Receipt]:
        """Do what must be done once a day: forget what is past its expiry, sweep what crashed.

        Answers the receipts of what was forgotten. Raises `ClockDoubted`, before anything is
        deleted, when the clock has jumped, and `MirrorAway`.
        """
        receipts = [
            *self.sweeper.sweep(),
            *self.family.erase_unused_profiles(),
            *self.ages.look(),
        ]
        self.consents.erase_unanswered()
        self.household = self.family.read()
        self.catalogue.sweep_orphans(self.clock())
        self.learning.mend()
        if self.sharing is not None:
            self.sharing.tend(self.household)
        self.sign_ins.tidy()
        self.passing.tidy()
        self.copies.ship()
        self.ledger.publish_soon(self.database)
        self.database.tidy()
        clear_left_behind(self.settings, self.keeper)
        return receipts

    def set_passphrase(self, lock: ByPassphrase, ends: Chosen) -> None:
        """Let another passphrase open the household's identity, in place of the old one.

        Old copies of the database keep the old one. The sign-ins that `ends` chooses end in the
        same commit. Raises `ValueError` for what is no wrapping.
        """
        identity = replace(self.identity, by_passphrase=lock)
        with self.database.writing() as transaction:
            row = transaction.household(self.household.id)
            transaction.set_household(replace(row, identity=identity.to_bytes()))
            household = profile_of(transaction, open_tree(transaction, self.keeper), row.id)
            ending(transaction, household, ends)
        self.identity = identity

    @cached_property
    def push(self) -> PushClient:
        """What sends to guardians' browsers; its key is made at first use."""
        return open_push(self.settings, self.clock)

    def tell_no_more(self, browsers: Collection[bytes]) -> None:
        """Let these browsers be told no more."""
        self.household = self.family.remove_subscriptions(browsers)

    def memory(self, skill: str, request: Utterance) -> SkillMemory:
        """Answer what `skill` remembers, while `request` is answered."""
        how = remembering(self.household, request.person, request.heard_at, request.device)
        return self._memory(skill, request, how)

    def _memory(self, skill: str, request: Utterance, how: Remembering) -> SkillMemory:
        return SkillMemory(
            database=self.database,
            keeper=self.keeper,
            forgetter=self.forgetter,
            household=self.household.id,
            skill=skill,
            remembers=self.skills.remembers(skill),
            request=request,
            remembering=how,
            unwritten=self.unwritten,
            clock=self.clock,
        )

    def note_opened(self, recording: TraceId) -> None:
        """Remember that a recording was opened, so that "who has listened?" has an answer.

        What is remembered goes with the recording.
        """
        opened = Utterance(
            of=recording,
            heard_at=self.clock(),
            device=DeviceId(self.settings.device),
            person=UNKNOWN_PERSON,
        )
        stay = self.household.retention.duration(
            Purpose.RESPOND, None, self.household.device_kind(opened.device)
        )
        memory = self._memory("privacy", opened, Remembering(stay))
        memory.remember({"opened": recording.hex()})

    @cached_property
    def undoing(self) -> Undoing:
        """How what staff saw is forgotten."""
        return Undoing(
            database=self.database,
            keeper=self.keeper,
            forgetter=self.forgetter,
            household=self.household.id,
        )

    def _reception(self) -> Reception | None:
        """Answer what answers the desk of staff that the settings name."""
        if self.settings.staff is None:
            return None
        return Reception(
            self.settings.staff,
            access=self.access,
            grants=self.grants,
            database=self.database,
            keeper=self.keeper,
            ledger=self.ledger,
            passing=self.passing,
            alerting=self.alerting,
            opened=self.note_opened,
            clock=self.clock,
        )

    def _discard(self, household: HouseholdId, traces: Sequence[TraceId]) -> None:
        self.forgetter.discard(household, traces)


def _copies(settings: Settings, drill: Callable[[], Drill | None]) -> Copies:
    return Copies(choose_mirror(settings), settings.horizon_days, drill)
