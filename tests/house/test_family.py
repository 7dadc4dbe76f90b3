"""People removed, children's profiles that nobody uses, and how long things stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forget.thief import reachable_keys
from tests.home import Home, make_home
from unhear.forget.database import TraceKind
from unhear.forget.keytree import DEPTH
from unhear.forget.snapshot import snapshot
from unhear.house.family import WARNING_DAYS
from unhear.house.setup import SetupPlan
from unhear.house.told import told_text
from unhear.household.family import Device
from unhear.household.retention import CEILINGS, DAYS_MAX, DeviceKind, Retention, RetentionRule
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, Person, PersonId, PersonKind, Purpose
from unhear.keep.notices import notices

PLAN = SetupPlan(name="Home", guardian="Sam", children=("Theodora",), keep=True, keep_children=True)


EVERY_PLACE = [(level, index) for level in range(DEPTH) for index in range(8)]


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make_home(tmp_path_factory.mktemp("family") / "house", plan=PLAN)
    child = home.household.named("Theodora")
    assert child is not None
    home.clock.at = home.clock.at.replace(year=2027)
    home.sweeper.accept_clock()
    home.family.seen(child.id)
    return home


def _child(home: Home) -> Person:
    child = home.household.named("Theodora")
    assert child is not None
    return child


def test_a_removed_person_is_in_no_old_copy_either(home: Home) -> None:
    child = _child(home)
    home.keep(person=child.id)
    with home.db.reading() as transaction:
        (before,) = transaction.traces(home.id, (TraceKind.PROFILE,))
        current = transaction.current_root()
        pages = [(*place, page) for place, page in transaction.read_pages(EVERY_PLACE).items()]
    old = reachable_keys(current.tree_id, pages, [home.roots.get(current.root_id)])
    home.family.remove(child.id)
    assert home.household.named("Theodora") is None
    assert home.catalogue.recordings() == []
    with home.db.reading() as transaction:
        root = home.roots.get(transaction.current_root().root_id)
        pages += [(*place, page) for place, page in transaction.read_pages(EVERY_PLACE).items()]
    assert not old[before.slot] & reachable_keys(current.tree_id, pages, [root])[before.slot]


def test_a_childs_unused_profile_goes_after_every_guardian_was_told(home: Home) -> None:
    child = _child(home)
    limit = home.household.retention.child_profile_days
    home.clock.pass_time(days=limit - WARNING_DAYS - 1)
    assert home.family.erase_unused_profiles() == []
    assert _notices(home) == []
    home.clock.pass_time(days=1)
    assert home.family.erase_unused_profiles() == []
    (text,) = _notices(home)
    assert "Theodora" in text
    home.clock.pass_time(days=WARNING_DAYS - 1)
    assert home.family.erase_unused_profiles() == []
    home.clock.pass_time(days=1)
    (receipt,) = home.family.erase_unused_profiles()
    assert receipt.statement["scope"] == "person"
    assert home.household.person(child.id) is None
    assert _notices(home) == [], "it named the child"


def test_a_child_that_comes_back_keeps_its_profile(home: Home) -> None:
    child = _child(home)
    home.clock.pass_time(days=80)
    home.family.erase_unused_profiles()
    home.family.seen(child.id)
    home.clock.pass_time(days=20)
    assert home.family.erase_unused_profiles() == []
    assert home.household.person(child.id) is not None


def test_a_long_absence_is_warned_of_before_anything_goes(home: Home) -> None:
    home.clock.pass_time(days=400)
    assert home.family.erase_unused_profiles() == []
    assert len(_notices(home)) == 1
    home.clock.pass_time(days=WARNING_DAYS - 1)
    assert home.family.erase_unused_profiles() == []
    home.clock.pass_time(days=1)
    assert len(home.family.erase_unused_profiles()) == 1


def test_retention_survives_being_written(home: Home) -> None:
    retention = Retention(
        days=20,
        rules=(
            RetentionRule(3, person=PersonKind.CHILD),
            RetentionRule(7, purpose=Purpose.RESPOND, device=DeviceKind.DOORBELL),
        ),
        child_profile_days=365,
    )
    home.family.set_retention(retention)
    assert home.household.retention == retention


kinds = st.none() | st.sampled_from(PersonKind)


@given(
    st.integers(1, DAYS_MAX),
    st.lists(
        st.tuples(
            st.integers(1, 30),
            st.none() | st.sampled_from(Purpose),
            kinds,
            st.none() | st.sampled_from(DeviceKind),
        )
    ),
    st.sampled_from(Purpose),
    kinds,
    st.sampled_from(DeviceKind),
)
def test_nothing_stays_past_a_ceiling_or_a_rule(
    days: int,
    rules: list[tuple[int, Purpose | None, PersonKind | None, DeviceKind | None]],
    purpose: Purpose,
    person: PersonKind | None,
    device: DeviceKind,
) -> None:
    retention = Retention(days, tuple(RetentionRule(*rule) for rule in rules))
    stay = retention.duration(purpose, person, device).days
    assert 1 <= stay <= DAYS_MAX
    for kind in (person, device):
        assert kind is None or stay <= CEILINGS.get(kind, DAYS_MAX)
    assert all(stay <= r.days for r in retention.rules if r.fits(purpose, person, device))


@pytest.mark.parametrize("days", [0, -1, 366, 10**9])
def test_for_ever_cannot_be_said(days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        Retention(days)
    with pytest.raises(ValueError, match="days"):
        Retention(child_profile_days=days)
    with pytest.raises(ValueError, match="days"):
        RetentionRule(days)
    with pytest.raises(ValueError, match="1 to 90"):
        RetentionRule(91, person=PersonKind.CHILD)


def test_devices_say_what_they_are(home: Home) -> None:
    device = Device(DeviceId("front door"), DeviceKind.DOORBELL)
    household = home.household
    assert household.device_kind(device.id) is DeviceKind.VOICE
    changed = type(household)(household.id, household.name, household.people, (), devices=(device,))
    assert changed.device_kind(device.id) is DeviceKind.DOORBELL
    assert changed.person(PersonId("nobody")) is None


def _notices(home: Home) -> list[str]:
    found = snapshot(home.db, home.roots, lambda tx, tree: notices(tx, tree, home.id))
    return [told_text(notice.told, "en") for notice in found]


def test_a_device_stays_asleep_over_a_restart(home: Home) -> None:
    home.family.set_listening(DeviceId("nursery"), on=False)
    home.family.set_listening(DeviceId("kitchen"), on=False)
    home.family.set_listening(DeviceId("kitchen"), on=True)
    reopened = Home(settings=home.settings, clock=home.clock)
    assert reopened.household.asleep == {DeviceId("nursery")}
    home.forgetter.forget(home.id, Scope(household=True))
    assert not any(b"nursery" in file.read_bytes() for file in home.settings.house.rglob("*.db"))
