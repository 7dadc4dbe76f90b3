"""Whatever staff do, in whatever order: quotas hold, and who is suspended opens nothing."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import insert

from tests.home import SetClock
from unhear.clock import day_number
from unhear.desk import tables as t
from unhear.desk.looks import Look, Looks
from unhear.desk.people import COMMAND_LINE, Member, People
from unhear.desk.settings import DeskSettings
from unhear.desk.store import Store
from unhear.household.staff import Role
from unhear.web.problems import Problem

QUOTA, HOMES_AN_HOUR = 8, 3
HOMES = [f"{number:032x}" for number in range(6)]
NAMES = ("Alex", "Bo")
GRANT = "f" * 32


def granted(store: Store, member: Member, home: str) -> None:
    """Note that a home granted something to somebody."""
    request = f"{member.id}{home[-8:]}"
    values = {"id": request, "home": home, "staff": member.id, "purpose": "support"}
    with store.writing() as connection:
        connection.execute(
            insert(t.request).values(**values, ticket="T-1", why="w", hours=1, at=0, state="asked")
        )
        grant = GRANT[:-8] + member.id[:8]
        connection.execute(
            insert(t.granted).values(home=home, id=grant, request=request, seen_at=0)
        )


def grant_of(member: Member) -> str:
    return GRANT[:-8] + member.id[:8]


@pytest.fixture
def looking(tmp_path: Path) -> Iterator[tuple[Looks, People, Member, SetClock]]:
    clock, store = SetClock(), Store(tmp_path)
    wanted = {"name": "x", "looks_a_day": QUOTA, "homes_an_hour": HOMES_AN_HOUR}
    people = People(store, clock)
    member, _ = people.invite("Alex", Role.SUPPORT)
    for home in HOMES:
        granted(store, member, home)
    yield Looks(store, DeskSettings.model_validate(wanted), clock), people, member, clock
    store.close()


def test_who_looked_as_often_as_one_may_waits_for_the_next_day(
    looking: tuple[Looks, People, Member, SetClock],
) -> None:
    looks, people, member, clock = looking
    for _ in range(QUOTA):
        looks.begin(member, HOMES[0], grant_of(member))
    with pytest.raises(Problem, match="as often as one may"):
        looks.begin(member, HOMES[0], grant_of(member))
    assert people.member(member.id).suspended is None
    clock.pass_time(days=1)
    looks.begin(member, HOMES[0], grant_of(member))


def test_the_look_that_is_odd_is_refused_and_suspends_until_somebody_says_all_is_well(
    looking: tuple[Looks, People, Member, SetClock],
) -> None:
    looks, people, member, clock = looking
    for home in HOMES[:HOMES_AN_HOUR]:
        looks.begin(member, home, grant_of(member))
    with pytest.raises(Problem, match="suspended"):
        looks.begin(member, HOMES[-1], grant_of(member))
    assert "more than 3 homes" in str(people.member(member.id).suspended)
    assert [one.home for one in looks.all()].count(HOMES[-1]) == 1
    clock.pass_time(days=1)
    with pytest.raises(Problem, match="suspended"):
        looks.begin(member, HOMES[0], grant_of(member))
    people.reinstate(member.id, COMMAND_LINE)
    clock.pass_time(seconds=1)
    looks.begin(member, HOMES[0], grant_of(member))


class Staff(RuleBasedStateMachine):
    """Two people who look, operators, and time."""

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(TemporaryDirectory()))
        self.clock, store = SetClock(), Store(folder)
        self.stack.callback(store.close)
        wanted = {"name": "x", "looks_a_day": QUOTA, "homes_an_hour": HOMES_AN_HOUR}
        self.people = People(store, self.clock)
        self.looks = Looks(store, DeskSettings.model_validate(wanted), self.clock)
        self.staff = {one: self.people.invite(one, Role.SUPPORT)[0] for one in NAMES}
        for member in self.staff.values():
            for home in HOMES:
                granted(store, member, home)
        self.out: set[str] = set()
        self.opened: dict[str, Counter[int]] = {one: Counter() for one in NAMES}
        self.hour: dict[str, list[tuple[float, str]]] = {one: [] for one in NAMES}

    @rule(who=st.sampled_from(NAMES), home=st.sampled_from(HOMES))
    def look(self, who: str, home: str) -> None:
        member, now = self.staff[who], self.clock()
        was_out = who in self.out
        look = self._begun(member, home)
        if isinstance(look, Problem):
            assert look.kind in {"suspended", "too-many-looks"}
            self.out |= {who} if look.kind == "suspended" else set()
            return
        assert not was_out
        self.looks.opened(look, 3.0)
        self.opened[who][day_number(now)] += 1
        self.hour[who].append((now.timestamp(), home))

    def _begun(self, member: Member, home: str) -> Look | Problem:
        try:
            return self.looks.begin(member, home, grant_of(member))
        except Problem as problem:
            return problem

    @rule(who=st.sampled_from(NAMES), other=st.sampled_from(NAMES), home=st.sampled_from(HOMES))
    def look_by_the_grant_of_another(self, who: str, other: str, home: str) -> None:
        if who == other or who in self.out:
            return
        with pytest.raises(Problem, match="No grant of yours"):
            self.looks.begin(self.staff[who], home, grant_of(self.staff[other]))

    @rule(who=st.sampled_from(NAMES))
    def suspend(self, who: str) -> None:
        if who not in self.out:
            self.people.suspend(self.staff[who].id, "asked about", COMMAND_LINE)
            self.out.add(who)

    @rule(who=st.sampled_from(NAMES))
    def reinstate(self, who: str) -> None:
        if who in self.out:
            self.clock.pass_time(seconds=1)
            self.people.reinstate(self.staff[who].id, COMMAND_LINE)
            self.out.discard(who)
            self.hour[who] = []

    @rule(seconds=st.sampled_from([1, 60, 1_200, 3_600, 40_000]))
    def wait(self, seconds: int) -> None:
        self.clock.pass_time(seconds=seconds)

    @invariant()
    def nobody_looks_more_than_they_may(self) -> None:
        for days in getattr(self, "opened", {}).values():
            assert all(count <= QUOTA for count in days.values())

    @invariant()
    def nobody_looks_into_many_homes_within_an_hour(self) -> None:
        for who, seen in getattr(self, "hour", {}).items():
            for at, _ in seen:
                homes = {home for then, home in seen if at <= then < at + 3_600}
                assert len(homes) <= HOMES_AN_HOUR, who

    @invariant()
    def who_is_out_is_known_to_be(self) -> None:
        for who, member in getattr(self, "staff", {}).items():
            assert (self.people.member(member.id).suspended is not None) == (who in self.out)

    def teardown(self) -> None:
        if hasattr(self, "stack"):
            self.stack.close()


TestStaff = Staff.TestCase
TestStaff.settings = settings(max_examples=12, stateful_step_count=40, deadline=None)
