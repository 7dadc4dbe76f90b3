"""A house gives to a fleet what its people allow, and what they take back is gone there, too."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from tests.fleet.fleets import RULES, Member, fleet_at, taught
from tests.home import PASSPHRASE, SetClock
from tests.web.servers import served
from unhear.fleet.fleet import Fleet, make_fleet
from unhear.forget.errors import HolderAway, HolderUnanswered
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.consent import Choice
from unhear.household.learning import Subject
from unhear.household.methods import Verified
from unhear.household.scope import Scope as Named
from unhear.household.words import DeviceId, PersonId, PersonKind, Purpose, TraceId, Utterance
from unhear.learn.labelled import Vector
from unhear.learn.wake import DIMENSION
from unhear.prove.notes import VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.settings import FleetSettings, Settings
from unhear.stores.fleet_client import HttpFleet
from unhear.stores.log_files import LogFolder
from unhear.web.fleet import fleet_app

CALL, TELEVISION = 12, -12


class Wire:
    """What comes over the wire to an app; while `cut`, nobody answers."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self.seen: list[tuple[str, str]] = []
        self.cut = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append((scope["method"], scope["path"]))
        if self.cut:
            await send({"type": "http.response.start", "status": 503, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)


class Shared:
    """A fleet behind a wire that is watched, and the settings of a house that joined it."""

    def __init__(self, fleet: Fleet, wire: Wire, url: str) -> None:
        self.fleet, self.wire, self.url = fleet, wire, url
        self.token, self.log = HttpFleet(url, "").join(fleet.invite())
        self.client = HttpFleet(url, self.token)
        wire.seen.clear()

    @property
    def settings(self) -> FleetSettings:
        return FleetSettings(url=self.url, token=self.token, log=self.log)  # type: ignore[arg-type]


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Shared]:
    settings = Settings(house=tmp_path / "fleet")
    make_fleet(settings, "fleet.example/1")
    fleet = Fleet(settings, rules=RULES, now=SetClock())
    wire = Wire(fleet_app(fleet, LogFolder(settings.ledger_folder)))
    with served(wire) as url:  # type: ignore[arg-type] # it is an app, and watches another
        yield Shared(fleet, wire, url)
    fleet.close()


@contextmanager
def opened(folder: Path, fleet: FleetSettings | None) -> Iterator[House]:
    settings = Settings(house=folder, fleet=fleet)
    if not settings.database_file.exists():
        set_up(settings, SetupPlan("Home", "Ada"), PASSPHRASE)
    house = House(settings)
    try:
        yield house
    finally:
        house.close()


@pytest.fixture
def house(tmp_path: Path, shared: Shared) -> Iterator[House]:
    with opened(tmp_path / "house", shared.settings) as house:
        yield house


def allow(house: House, name: str, *purposes: Purpose) -> PersonId:
    person = house.household.named(name) or house.family.add(name, PersonKind.ADULT)
    guardian = next(iter(house.family.read().guardians))
    choice = Choice(person.id, purposes, guardian)
    house.household = house.consents.give(choice, Verified("terminal", "verified"))
    return person.id


def like(value: int) -> Vector:
    return np.full(DIMENSION, value, np.int8)


def hear(house: House, person: PersonId, *values: int) -> list[TraceId]:
    """Have sounds told apart by somebody; answer the recordings."""
    heard = []
    for value in values:
        spoken = Utterance(new_trace_id(), house.clock(), DeviceId("kitchen"), person)
        tell = house.wakes.called if value == CALL else house.wakes.not_called
        assert tell(spoken, like(value))
        heard.append(spoken.of)
    return heard


def recordings(house: House) -> dict[Subject, int]:
    return {one.subject: one.recordings for one in house.learning.standings() if one.recordings}


def receipts_of(house: House) -> Sequence[Receipt]:
    files = house.settings.fleet_receipt_folder.glob("*.json")
    return [Receipt.from_json(file.read_text()) for file in files]


def test_without_consent_nothing_is_sent(house: House, shared: Shared) -> None:
    alex = allow(house, "Alex", Purpose.IMPROVE)
    gone = hear(house, alex, TELEVISION)
    house.tidy()
    house.forgetter.forget(house.household.id, Named(recordings=frozenset(gone)))
    assert recordings(house) == {}
    assert shared.wire.seen == []


def test_what_somebody_allows_is_sent_once_a_day_and_numbers_alone(
    house: House, shared: Shared
) -> None:
    alex = allow(house, "Alex", Purpose.FLEET)
    heard = hear(house, alex, TELEVISION, CALL)
    assert recordings(house) == {Subject.FLEET: 2}, "learning at home was not allowed"
    assert shared.wire.seen == []
    for _ in range(2):
        house.tidy()
    held = shared.client.held()
    assert len(held) == 2
    assert not set(held) & set(heard), "the fleet does not know the recordings' numbers"
    assert sum(method == "PUT" for method, _ in shared.wire.seen) == 2


def test_forgetting_at_home_reaches_the_fleet_and_is_proved(house: House, shared: Shared) -> None:
    alex = allow(house, "Alex", Purpose.FLEET)
    gone, _ = hear(house, alex, TELEVISION, CALL)
    house.tidy()
    erased = house.forgetter.forget(house.household.id, Named(recordings=frozenset({gone})))
    verify(erased, house.ledger.key)
    assert len(shared.client.held()) == 1
    (receipt,) = receipts_of(house)
    verify(receipt, VerifierKey.parse(shared.log))
    assert receipt.statement["kind"] == "erasure"
    shared.wire.seen.clear()
    house.forgetter.forget(
        house.household.id,
        Named(recordings=frozenset({gone})),
    )
    assert shared.wire.seen == []


def test_withdrawing_the_consent_takes_everything_back(house: House, shared: Shared) -> None:
    alex = allow(house, "Alex", Purpose.FLEET)
    hear(house, alex, TELEVISION, CALL)
    house.tidy()
    guardian = next(iter(house.family.read().guardians))
    house.household = house.consents.stop(alex, Purpose.FLEET, guardian)
    assert shared.client.held() == []
    shared.wire.seen.clear()
    house.tidy()
    assert shared.wire.seen == []


def test_forgetting_the_household_reaches_the_fleet(house: House, shared: Shared) -> None:
    alex = allow(house, "Alex", Purpose.FLEET)
    hear(house, alex, TELEVISION)
    house.tidy()
    house.forgetter.forget(house.household.id, Named(household=True))
    assert shared.client.held() == []


def test_an_erasure_waits_for_a_fleet_that_is_away(house: House, shared: Shared) -> None:
    alex = allow(house, "Alex", Purpose.FLEET)
    gone = hear(house, alex, TELEVISION)
    house.tidy()
    shared.wire.cut = True
    with pytest.raises(HolderAway, match="cannot reach: fleet"):
        house.forgetter.forget(house.household.id, Named(recordings=frozenset(gone)))
    assert recordings(house) == {}, "here it is gone already"
    assert house.forgetter.resume(house.household.id) == []
    shared.wire.cut = False
    (receipt,) = house.forgetter.resume(house.household.id)
    verify(receipt, house.ledger.key)
    assert shared.client.held() == []


def test_what_the_fleet_holds_and_the_house_does_not_is_taken_back(
    house: House, shared: Shared
) -> None:
    allow(house, "Alex", Purpose.FLEET)
    hear(house, allow(house, "Alex", Purpose.FLEET), TELEVISION)
    member = Member(_client(shared))
    with member.client:
        member.contribute("other")
        house.tidy()
        assert len(member.held()) == 1


def test_a_house_that_shared_opens_with_its_fleet_alone(
    tmp_path: Path, house: House, shared: Shared
) -> None:
    hear(house, allow(house, "Alex", Purpose.FLEET), TELEVISION)
    house.tidy()
    with (
        pytest.raises(HolderUnanswered, match="a fleet may have something"),
        opened(tmp_path / "house", None),
    ):
        pass


def test_without_a_fleet_there_is_none_of_this(tmp_path: Path) -> None:
    with opened(tmp_path / "alone", None) as house:
        allow(house, "Alex", Purpose.FLEET)
        assert house.sharing is None
        assert Subject.FLEET not in {one.subject for one in house.learning.standings()}
        assert Purpose.FLEET not in house.practice.facts(house.household).purposes


def test_the_notice_says_who_gets_something(house: House, shared: Shared) -> None:
    facts = house.practice.facts(house.household)
    assert Purpose.FLEET in facts.purposes
    assert [one.identity for one in facts.recipients] == [shared.url.removeprefix("http://")]


def test_a_house_that_learned_too_little_judges_as_the_fleet_does(
    tmp_path: Path,
) -> None:
    with fleet_at(tmp_path / "fleet") as fleet, fleet.member() as one, fleet.member() as other:
        for number, member in enumerate((one, other)):
            taught(member, number)
        token, key = HttpFleet(fleet.url, "").join(fleet.fleet.invite())
        named = FleetSettings(url=fleet.url, token=token, log=key)  # type: ignore[arg-type]
        with opened(tmp_path / "house", named) as house:
            alex = allow(house, "Alex", Purpose.FLEET)
            hear(house, alex, TELEVISION, CALL)
            house.tidy()
            assert house.wakes.is_meant(like(TELEVISION)), "two homes and this one: not released"
            fleet.fleet.tend()
            house.tidy()
            assert not house.wakes.is_meant(like(TELEVISION))
            assert house.wakes.is_meant(like(CALL))


def _client(shared: Shared) -> httpx2.Client:
    headers = {"authorization": f"Bearer {shared.token}"}
    return httpx2.Client(base_url=shared.url, headers=headers, trust_env=False)
