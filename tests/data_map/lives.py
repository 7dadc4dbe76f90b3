"""A house in which everything was done that leaves something somewhere."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.copies.houses import forget, keep, new_house
from tests.learn.lessons import lesson, teach
from tests.prove.memory import WITNESS
from unhear.forget.roots import open_tree
from unhear.forget.traces import new_trace_id
from unhear.house.backup import backup
from unhear.house.drill import rehearse
from unhear.house.grants import Terms
from unhear.house.house import House
from unhear.house.keeping import move_keeper
from unhear.house.sign_ins import Entering
from unhear.household.data_rights import DataRequest, Right
from unhear.household.hold import Hold
from unhear.household.scope import Scope
from unhear.household.staff import (
    AccessRequest,
    Reason,
    Role,
    Staff,
    StaffLook,
    StaffPurpose,
    Wanted,
)
from unhear.household.words import (
    WHOEVER_IS_SEEN,
    DeviceId,
    PersonKind,
    Seen,
    TraceId,
    Utterance,
)
from unhear.keep import age
from unhear.keep.access import ACCESS_REQUESTS, STAFF_LOOKS
from unhear.keep.notices import Notice, Told, add_notice
from unhear.settings import WitnessSettings
from unhear.stores.copies.target import Target
from unhear.stores.log_key import rotate_log_key

NOBODY = WitnessSettings(url="http://127.0.0.1:9", key=str(WITNESS.verifier))
SECOND_KEEPER = "file:roots/second"


def live_in(folder: Path) -> House:
    """Set up a house and do in it whatever can be done, a restore too; what it keeps stays."""
    mirror = Target(str(folder / "mirror"))
    house = new_house(folder / "house", mirror=mirror.place, witnesses=(NOBODY,))
    gone, stays, words_gone = keep(house), keep(house), keep(house)
    heard = house.catalogue.recording(stays).utterance
    for skill in house.skills.all():
        request = replace(heard, person=house.household.people[0].id)
        if skill.remembers:
            house.memory(skill.name, request).remember({"item": "purple wheelbarrow"})
    spoken = replace(heard, of=new_trace_id())
    taught = lesson(spoken, house.clock() + timedelta(days=9), "warm the teapot")
    teach(house.database, house.keeper, house.household.id, taught)
    _share(house, _film(house))
    house.family.add("Ben", PersonKind.ADULT)
    house.family.set_listening(device=house.settings.device, on=False)  # type: ignore[arg-type]
    _notify(house)
    _ask_for_a_copy(house)
    _let_staff_look(house, stays)
    _hold(house, stays)
    forget(house, gone)
    house.forgetter.forget(
        house.household.id, Scope(recordings=frozenset([words_gone]), words_only=True)
    )
    rehearse(house, folder)
    backup(house, Target(str(folder / "target")))
    rotate_log_key(house.database, house.ledger, house.settings.log_key_file)
    move_keeper(house.settings, house.database, house.copies, SECOND_KEEPER)
    house.close()
    house = House(house.settings.model_copy(update={"keeper": SECOND_KEEPER}))
    _sign_in(house)
    house.tidy()
    house.ledger.wait()
    return house


def _sign_in(house: House) -> None:
    ada = house.household.people[0].id
    entering = Entering(ada, "passphrase", bytes(32), ("Firefox", "Linux"))
    _, house.household = house.sign_ins.open(entering)
    house.guesses.wrong(None)


def _film(house: House) -> TraceId:
    now = house.clock()
    utterance = Utterance(
        new_trace_id(), now, DeviceId("front door"), WHOEVER_IS_SEEN, seen=(Seen.MOTION,)
    )
    clip = house.clips.begin(utterance, now + timedelta(days=3))
    clip.still(b"a picture of a purple wheelbarrow")
    clip.add(b"a film of a purple wheelbarrow", 0.0, 2.0)
    return utterance.of


def _share(house: House, clip: TraceId) -> None:
    header, _ = age.seal(b"", [age.Identity.generate().recipient])
    terms = Terms("the neighbour", "her purple wheelbarrow", 2)
    house.grants.make(house.household.people[0].id, clip, [header], terms)


def _notify(house: House) -> None:
    ada = house.household.people[0]
    with house.database.writing() as transaction:
        tree = open_tree(transaction, house.keeper)
        notice = Notice(ada.id, ada.id, house.clock(), Told("text", {"text": "Somebody called."}))
        add_notice(transaction, tree, house.household.id, notice)


def _ask_for_a_copy(house: House) -> None:
    asked = DataRequest(
        id=new_trace_id(),
        agent="WALNUT_AGENT",
        right=Right.ACCESS,
        received_at=house.clock(),
        digest=bytes(32),
        claims={"name": "Ada"},
    )
    house.data_requests.receive(asked, (), Told("visit"))


def _let_staff_look(house: House, recording: TraceId) -> None:
    alex = Staff("alex", "Alex", Role.SUPPORT, str(age.Identity.generate().recipient))
    why = Reason(StaffPurpose.SUPPORT, "123", "a purple wheelbarrow", 1)
    asked = AccessRequest(new_trace_id(), alex, why, Wanted(frozenset([recording])), house.clock())
    look = StaffLook(
        id=new_trace_id(),
        at=house.clock(),
        staff=alex,
        operator="Example Ltd",
        purpose=why.purpose,
        ticket=why.ticket,
        recording=recording,
        device=DeviceId("kitchen"),
        seconds=1.0,
        filmed=False,
        entry=0,
    )
    with house.database.writing() as transaction:
        tree = open_tree(transaction, house.keeper)
        ACCESS_REQUESTS.add(transaction, tree, house.household.id, asked)
        STAFF_LOOKS.add(transaction, tree, house.household.id, look)


def _hold(house: House, held: TraceId) -> None:
    now = house.clock()
    hold = Hold(
        scope=Scope(recordings=frozenset([held])),
        reason="District court, file 17",
        asked_by="Ada",
        asked_at=now,
        expires_at=now + timedelta(days=30),
    )
    house.holds.agree(house.holds.ask(hold), "Ben")
