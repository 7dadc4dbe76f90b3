"""A house does what a simple model says, whatever is done to it in whatever order.

The model is a dictionary of what is kept. Keep, forget by every scope, let time pass, let skills
remember and drop, crash, back up, lose the disk and restore, move the root key: after every step
the house keeps exactly what the model keeps, and the keeper holds exactly one root.
"""

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.copies.houses import PLAN
from tests.home import PASSPHRASE, SetClock
from tests.learn.lessons import lesson, teach
from unhear import clock
from unhear.clock import day_number, random_bytes
from unhear.forget.errors import NoSuchTrace
from unhear.forget.traces import new_trace_id
from unhear.house.backup import Backup, backup
from unhear.house.house import House
from unhear.house.keeping import move_keeper
from unhear.house.restore import Copy, RestoreRefused, restore
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, PersonId, Purpose, TraceId, Utterance
from unhear.keep import age
from unhear.keep import identity as identities
from unhear.keep.identity import WrappedIdentity
from unhear.settings import Settings, read_settings
from unhear.stores.copies.target import Target
from unhear.stores.keepers.choose import choose_keeper

DEVICES = ("kitchen", "hall")
PICK_BITS = 12
PICKS = st.integers(0, (1 << PICK_BITS) - 1)
"""Which of what is kept; drawn so that what is drawn never depends on what is kept."""

PEOPLE = ("Ada", "Theodora", "unknown")


@dataclass(frozen=True)
class Known:
    """What the model knows of a kept recording."""

    person: str
    device: str
    day: int
    expires_day: int
    sealed: bytes
    words: bytes | None


@dataclass
class Model:
    """What is kept, remembered and learned."""

    kept: dict[TraceId, Known] = field(default_factory=dict)
    notes: dict[TraceId, str] = field(default_factory=dict)
    taught: dict[TraceId, Known] = field(default_factory=dict)

    def copy(self) -> "Model":
        return Model(dict(self.kept), dict(self.notes), dict(self.taught))


class HouseMachine(RuleBasedStateMachine):
    """Drives a real house and its model."""

    mirrored = False

    @initialize(mirrored=st.booleans())
    def set_up(self, *, mirrored: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="unhear-machine-"))
        self.clock, self.real_now = SetClock(), clock.now
        clock.now = self.clock
        self.mirror = str(self.folder / "mirror") if mirrored else None
        made = Settings(house=self.folder / "house", mirror=self.mirror)
        set_up(made, PLAN, PASSPHRASE)
        self.model, self.moves = Model(), 0
        self.left: list[House] = []
        self.target = Target(str(self.folder / "target"))
        self.backed_up: tuple[Backup, Model] | None = None
        self.house = self.opened()
        self.people = {p.name: p.id for p in self.house.household.people}
        self.people["unknown"] = PersonId("unknown")

    def opened(self) -> House:
        found = read_settings(self.folder / "house")
        return House(found.model_copy(update={"mirror": self.mirror}))

    def teardown(self) -> None:
        if hasattr(self, "house"):
            for house in [*self.left, self.house]:
                house.close()  # or it would publish its log in the background
            clock.now = self.real_now
            shutil.rmtree(self.folder)

    @rule(
        person=st.sampled_from(PEOPLE),
        device=st.sampled_from(DEVICES),
        days=st.integers(1, 20),
        teaches=st.booleans(),
    )
    def keep(self, person: str, device: str, days: int, *, teaches: bool) -> None:
        utterance = Utterance(
            of=new_trace_id(),
            heard_at=self.clock(),
            device=DeviceId(device),
            person=self.people[person],
            seconds=1.0,
        )
        until = self.clock() + timedelta(days=days)
        trace = self.house.catalogue.keep(
            wav=random_bytes(64), transcript="words", utterance=utterance, keep_until=until
        )
        sealed = self.house.catalogue.sealed(trace)
        self.model.kept[trace] = Known(
            person=person,
            device=device,
            day=day_number(self.clock()),
            expires_day=day_number(until),
            sealed=sealed.sound,
            words=sealed.transcript,
        )
        if teaches:
            house = self.house
            taught = lesson(utterance, until, "warm the teapot")
            teach(house.database, house.keeper, house.household.id, taught)
            self.model.taught[trace] = self.model.kept[trace]
        self.clock.pass_time(seconds=1)

    @rule(device=st.sampled_from(DEVICES))
    def note(self, device: str) -> None:
        utterance = Utterance(new_trace_id(), self.clock(), DeviceId(device), self.people["Ada"])
        item = self.house.memory("notes", utterance).remember({"note": "milk", "person": ""})
        self.model.notes[item.id] = device
        self.clock.pass_time(seconds=1)

    @rule(which=PICKS)
    def drop_a_note(self, which: int) -> None:
        if not self.model.notes:
            return
        chosen = list(self.model.notes)[which % len(self.model.notes)]
        utterance = Utterance(new_trace_id(), self.clock(), DeviceId("hall"), self.people["Ada"])
        self.house.memory("notes", utterance).drop([chosen])
        del self.model.notes[chosen]

    @rule(which=PICKS, words_only=st.booleans())
    def forget_recordings(self, which: int, *, words_only: bool) -> None:
        chosen = {trace for n, trace in enumerate(self.model.kept) if which >> n % PICK_BITS & 1}
        if not chosen:
            return
        self.unlearn(chosen)
        self.forget(Scope(recordings=frozenset(chosen), words_only=words_only), chosen)

    def unlearn(self, chosen: set[TraceId]) -> None:
        for trace in chosen:
            self.model.taught.pop(trace, None)

    @rule(
        person=st.sampled_from(PEOPLE),
        purpose=st.sampled_from([None, Purpose.KEEP, Purpose.IMPROVE]),
    )
    def forget_person(self, person: str, purpose: Purpose | None) -> None:
        chosen = {trace for trace, known in self.model.kept.items() if known.person == person}
        if purpose is Purpose.IMPROVE:
            chosen = set()
        if person == "Ada" and purpose is None:
            self.model.notes.clear()
        if purpose is not Purpose.KEEP:
            self.unlearn({t for t, known in self.model.taught.items() if known.person == person})
        self.forget(Scope(person=self.people[person], purpose=purpose), chosen)

    @rule(device=st.sampled_from(DEVICES))
    def forget_device(self, device: str) -> None:
        chosen = {trace for trace, known in self.model.kept.items() if known.device == device}
        self.model.notes = {n: where for n, where in self.model.notes.items() if where != device}
        self.unlearn({t for t, known in self.model.taught.items() if known.device == device})
        self.forget(Scope(device=DeviceId(device)), chosen)

    @rule()
    def forget_everything(self) -> None:
        self.model.notes.clear()
        self.model.taught.clear()
        self.forget(Scope(), set(self.model.kept))

    def forget(self, scope: Scope, chosen: set[TraceId]) -> None:
        self.clock.pass_time(seconds=1)
        try:
            self.house.forgetter.forget(self.house.household.id, scope)
        except NoSuchTrace:
            assert not any(self.model.kept[t].words or not scope.words_only for t in chosen)
        for trace in chosen:
            if scope.words_only:
                self.model.kept[trace] = replace(self.model.kept[trace], words=None)
            else:
                del self.model.kept[trace]

    @rule(days=st.integers(1, 9))
    def let_time_pass(self, days: int) -> None:
        self.clock.pass_time(days=days)
        today = day_number(self.clock())
        late = [trace for trace, k in self.model.kept.items() if k.expires_day <= today]
        for trace in late:
            del self.model.kept[trace]
        self.unlearn({t for t, k in self.model.taught.items() if k.expires_day <= today})
        self.house.tidy()

    @rule()
    def crash(self) -> None:
        """Leave the house as it stands, with nothing closed, and open it again."""
        self.left.append(self.house)
        self.house = self.opened()

    @rule()
    def close_and_open(self) -> None:
        self.house.close()
        self.house = self.opened()

    @rule()
    def back_up(self) -> None:
        made = backup(self.house, self.target)
        self.backed_up = made, self.model.copy()

    @rule()
    def lose_the_disk_and_restore(self) -> None:
        if self.backed_up is None:
            return
        for house in [*self.left, self.house]:
            house.close()  # this process is alive still, and would go on in the background
        self.left.clear()
        found = read_settings(self.folder / "house")
        aside = self.folder / "aside"
        found.data_folder.rename(aside)
        newest = Target(self.mirror) if self.mirror else self.target
        copy = Copy(newest, [self.target])
        held = {root.hex() for root in choose_keeper(found.keeper_spec, found.house).ids()}
        forgotten_since = self.backed_up[0].root not in held
        keeper = choose_keeper(found.keeper_spec, found.house)
        try:
            restore(found, keeper, copy, _unlock)
        except RestoreRefused:
            assert forgotten_since
            assert self.mirror is None
            shutil.rmtree(found.restoring_folder)
            aside.rename(found.data_folder)
        else:
            assert self.mirror is not None or not forgotten_since
            self.take_over(aside)
        self.house = self.opened()
        # What comes back may believe a day of long ago, and asks its guardian before it deletes.
        self.house.sweeper.accept_clock()

    def take_over(self, aside: Path) -> None:
        """What was kept since the last copy is lost with the disk; sound that no copy has, too."""
        assert self.backed_up is not None
        if self.mirror is None:
            self.model = self.backed_up[1].copy()
        else:
            lost = aside / "payloads"
            there = read_settings(self.folder / "house").payload_folder
            shutil.copytree(lost, there, dirs_exist_ok=True)
        shutil.rmtree(aside)

    @rule()
    def move_the_root(self) -> None:
        self.moves += 1
        spec = f"file:{self.folder}/roots-{self.moves}"
        found = read_settings(self.folder / "house")
        move_keeper(found, self.house.database, self.house.copies, spec)
        self.house.close()
        self.house = self.opened()

    @invariant()
    def keeps_what_the_model_keeps(self) -> None:
        if not hasattr(self, "house"):
            return
        kept: Mapping[TraceId, Known] = self.model.kept
        assert {one.id for one in self.house.catalogue.recordings()} == kept.keys()
        for trace, known in kept.items():
            sealed = self.house.catalogue.sealed(trace)
            assert (sealed.sound, sealed.transcript) == (known.sealed, known.words) or (
                known.words is None and sealed.transcript is None
            )
        utterance = Utterance(new_trace_id(), self.clock(), DeviceId("hall"), self.people["Ada"])
        notes = {item.id for item in self.house.memory("notes", utterance).items()}
        assert notes == self.model.notes.keys()
        assert len(self.house.keeper.ids()) == 1
        (learned,) = self.house.learning.standings()[:1]
        assert learned.is_proved
        assert learned.recordings == len(self.model.taught)


def _unlock(wrapped: WrappedIdentity) -> age.Identity:
    return wrapped.open_with_passphrase(PASSPHRASE)


def run(examples: int, steps: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identities, "SCRYPT_LOG_N", 4)
        run_state_machine_as_test(
            HouseMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_a_house_does_what_the_model_says() -> None:
    run(examples=6, steps=25)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_house_does_what_the_model_says_for_ten_thousand_steps() -> None:
    run(examples=200, steps=50)
