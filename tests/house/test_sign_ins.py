"""Who is signed in, as two processes of one house know it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.home import PASSPHRASE, Home, SetClock, make_home
from unhear.forget.errors import RootGone
from unhear.forget.snapshot import snapshot
from unhear.house.newest import Known, Newest
from unhear.house.sign_ins import Entering, SignIns, token_hash
from unhear.household.browsers import KnownBrowser
from unhear.household.family import Household
from unhear.household.passkeys import Passkey
from unhear.household.scope import Scope
from unhear.household.sign_ins import AHEAD, AT_MOST, FRESH, IDLE, NOTED, SignIn
from unhear.household.words import PersonId, PersonKind
from unhear.keep.profile import profile_of
from unhear.settings import Settings
from unhear.stores.database import Database

KIND = ("Firefox", "Android")
BROWSERS = tuple(bytes([n]) * 32 for n in range(3))


@dataclass
class Process:
    """What one process of a house has of it."""

    home: Home
    mind: Household = field(init=False)
    sign_ins: SignIns = field(init=False)
    looked: int = 0

    def __post_init__(self) -> None:
        home = self.home
        self.mind = home.household
        newest = Newest(
            database=home.db,
            keeper=home.roots,
            household=home.id,
            known=lambda: self.mind,
            told=self._told,
        )
        self.sign_ins = SignIns(
            database=home.db,
            household=home.id,
            family=home.family,
            newest=newest,
            clock=home.clock,
        )

    def _told(self, known: Known, before: Household) -> None:
        self.looked += 1
        if self.mind is before:
            self.mind = known.household

    def sign_in(self, person: PersonId, browser: bytes) -> str:
        entering = Entering(person, "passkey", browser, KIND)
        token, self.mind = self.sign_ins.open(entering)
        return token


def another(home: Home) -> Process:
    """Answer another process of the same house, by the same clock."""
    return Process(Home(Settings(house=home.settings.house), clock=home.clock))


def guardian(home: Home) -> PersonId:
    return home.household.people[0].id


def commits(home: Home) -> int:
    with home.db.reading() as transaction:
        counted: int = getattr(transaction, "commit_count")()  # noqa: B009 - of the stores alone
    return counted


def test_who_signs_in_at_one_process_is_signed_in_at_the_other(home: Home) -> None:
    one, two = Process(home), another(home)
    assert two.sign_ins.all() == []
    token = one.sign_in(guardian(home), BROWSERS[0])
    found = two.sign_ins.of(token)
    assert found is not None
    assert (found.person, found.kind, found.method) == (guardian(home), KIND, "passkey")
    assert two.sign_ins.all() == one.sign_ins.all() == [found]
    later = one.sign_in(guardian(home), BROWSERS[1])
    assert two.sign_ins.of(later) is not None, "though it has something in mind by now"
    two.sign_ins.close(found)
    assert one.sign_ins.of(token) is None


def test_what_was_proved_at_one_counts_at_the_other(home: Home) -> None:
    one, two = Process(home), another(home)
    token = one.sign_in(guardian(home), BROWSERS[0])
    home.clock.pass_time(seconds=FRESH.total_seconds() + 1)
    stale = two.sign_ins.of(token)
    assert stale is not None
    assert not two.sign_ins.is_fresh(stale)
    one.sign_ins.prove(stale, "passphrase")
    fresh = two.sign_ins.of(token)
    assert fresh is not None
    assert two.sign_ins.is_fresh(fresh)
    assert fresh.method == "passphrase"


def test_a_use_that_is_written_late_takes_no_proof_back(home: Home) -> None:
    one, two = Process(home), another(home)
    token = one.sign_in(guardian(home), BROWSERS[0])
    home.clock.pass_time(seconds=FRESH.total_seconds() + 1)
    with home.db.reading() as transaction:
        read = transaction.sign_in(home.id, token_hash(token))
    assert read is not None
    before = one.sign_ins.of(token)
    assert before is not None
    two.sign_ins.prove(before, "passphrase")
    one.sign_ins._note(before)
    after = one.sign_ins.of(token)
    assert after is not None
    assert after.method == "passphrase"
    assert one.sign_ins.is_fresh(after)


def test_use_is_written_down_now_and_then_alone(home: Home) -> None:
    one = Process(home)
    token = one.sign_in(guardian(home), BROWSERS[0])
    before = commits(home)
    for _ in range(20):
        assert one.sign_ins.of(token) is not None
    assert commits(home) == before
    home.clock.pass_time(seconds=NOTED.total_seconds())
    for _ in range(20):
        assert one.sign_ins.of(token) is not None
    assert commits(home) == before + 1


def test_a_stranger_writes_nothing_and_has_no_key_looked_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Process(home)
    one.sign_in(guardian(home), BROWSERS[0])
    before, looked = commits(home), one.looked
    monkeypatch.setattr(home.roots, "get", lambda _root: pytest.fail("the root was asked for"))
    for number in range(50):
        assert one.sign_ins.of(f"{number:064x}") is None
    assert (commits(home), one.looked) == (before, looked)


def test_a_guardian_who_is_removed_is_signed_out_in_the_same_commit(home: Home) -> None:
    one, two = Process(home), another(home)
    other = home.family.add("Kim", PersonKind.GUARDIAN).id
    token, stays = one.sign_in(other, BROWSERS[0]), one.sign_in(guardian(home), BROWSERS[1])
    assert two.sign_ins.of(token) is not None
    with home.db.reading() as transaction:
        rows = {row.token: row for row in transaction.sign_ins(home.id)}
    home.family.remove(other)  # as the command line does, which knows no sign-ins
    with home.db.reading() as transaction:
        assert [row.token for row in transaction.sign_ins(home.id)] == [token_hash(stays)]
    assert two.sign_ins.of(token) is None
    assert two.sign_ins.of(stays) is not None
    assert rows[token_hash(token)].browser not in {one.id for one in home.household.browsers}


@pytest.mark.sqlite
def test_what_was_written_of_a_removed_guardian_opens_in_no_old_copy(
    home: Home, tmp_path: Path
) -> None:
    one = Process(home)
    other = home.family.add("Kim", PersonKind.GUARDIAN).id
    one.sign_in(other, BROWSERS[0])
    home.db.tidy()
    copy = tmp_path / "copy.db"
    shutil.copy(home.settings.database_file, copy)
    with closing(Database(copy)) as old:
        household = snapshot(old, home.roots, lambda tx, tree: profile_of(tx, tree, home.id))
        assert [known.person for known in household.browsers] == [other]
    home.family.remove(other)
    with closing(Database(copy)) as old, pytest.raises(RootGone):
        snapshot(old, home.roots, lambda tx, tree: profile_of(tx, tree, home.id))


def test_the_household_takes_its_sign_ins_along(home: Home) -> None:
    Process(home).sign_in(guardian(home), BROWSERS[0])
    home.forgetter.forget(home.id, Scope(household=True))
    assert home.sql("SELECT * FROM sign_in") == []


def test_a_way_in_that_is_taken_away_ends_the_rest_with_it(home: Home) -> None:
    one, two = Process(home), another(home)
    ada = guardian(home)
    home.family.add_passkey(Passkey(b"lost", ada, b"key", 0, "Lost phone", home.clock()))
    here, there = one.sign_in(ada, BROWSERS[0]), two.sign_in(ada, BROWSERS[1])
    assert [one.sign_ins.of(token) is not None for token in (here, there)] == [True, True]
    seen: list[int] = []

    def also(transaction: object, _before: Household) -> None:
        rows = transaction.sign_ins(home.id)  # type: ignore[attr-defined]
        seen.append(len(rows))
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        home.family.remove_passkey(b"lost", also=also)
    assert seen == [2]
    assert home.household.passkey(b"lost") is not None, "neither or both"


def test_nothing_on_disk_signs_in(home: Home) -> None:
    one = Process(home)
    token = one.sign_in(guardian(home), BROWSERS[0])
    sign_in = one.sign_ins.of(token)
    assert sign_in is not None
    for content in (*_everything(home), home.at_rest()):
        assert token_hash(token) in content, "or it is looked for in the wrong place"
        for secret in (token.encode(), bytes.fromhex(token), PASSPHRASE.encode()):
            assert secret not in content
        for told in (b"Firefox", b"Android", guardian(home).encode(), b"passkey"):
            assert told not in content


def _everything(home: Home) -> Iterator[bytes]:
    """Answer what a thief of the whole folder has, the write-ahead log too."""
    if home.settings.database is None:
        folder = home.settings.data_folder
        yield b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_every_sealed_description_is_as_long_as_any_other(home: Home) -> None:
    one = Process(home)
    one.sign_in(guardian(home), BROWSERS[0])
    long_names = Entering(guardian(home), "passphrase", BROWSERS[1], ("Samsung Internet", "iPad"))
    one.sign_ins.open(long_names)
    with home.db.reading() as transaction:
        assert len({len(row.sealed) for row in transaction.sign_ins(home.id)}) == 1


def test_moments_that_lie_ahead_end_it(home: Home) -> None:
    one = Process(home)
    token = one.sign_in(guardian(home), BROWSERS[0])
    home.clock.pass_time(seconds=-(AHEAD.total_seconds()))
    found = one.sign_ins.of(token)
    assert found is not None, "another machine's clock is a little ahead"
    home.clock.pass_time(seconds=-1)
    assert one.sign_ins.of(token) is None


@dataclass
class Modelled:
    """What ought to be known of a sign-in."""

    person: PersonId
    browser: bytes
    opened: datetime
    used: datetime
    proved: datetime

    def over(self, now: datetime) -> bool:
        ahead = max(self.opened, self.used) > now + AHEAD
        return ahead or now > self.used + IDLE or now > self.opened + AT_MOST


# Tokens are random, so that nothing found could be made smaller by doing it again.
@settings(
    max_examples=15,
    stateful_step_count=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
)
class AgainstAModel(RuleBasedStateMachine):
    """Two processes do as they like; both know what the model knows."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.clock = SetClock()
        home = make_home(self.folder / "house", clock=self.clock)
        self.people = [guardian(home), home.family.add("Kim", PersonKind.GUARDIAN).id]
        self.processes = [Process(home), another(home)]
        self.model: dict[str, Modelled] = {}
        self.ended: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            for process in self.processes:
                process.home.close()
            shutil.rmtree(self.folder)

    def _end(self, chosen: Callable[[Modelled], bool]) -> None:
        gone = [token for token, one in self.model.items() if chosen(one)]
        self.ended += gone
        self.model = {token: one for token, one in self.model.items() if token not in gone}

    @rule(at=st.integers(0, 1), who=st.integers(0, 1), browser=st.sampled_from(BROWSERS))
    def sign_in(self, at: int, who: int, browser: bytes) -> None:
        self._end(lambda one: one.browser == browser)
        token, now = self.processes[at].sign_in(self.people[who], browser), self.clock()
        self.model[token] = Modelled(self.people[who], browser, now, now, now)

    @precondition(lambda self: self.model)
    @rule(at=st.integers(0, 1), which=st.integers(0, 5))
    def ask(self, at: int, which: int) -> None:
        token, modelled = list(self.model.items())[which % len(self.model)]
        found, now = self.processes[at].sign_ins.of(token), self.clock()
        assert (found is None) == modelled.over(now)
        if found is None:
            self._end(lambda one: one is modelled)
            return
        assert (found.person, found.browser) == (modelled.person, modelled.browser)
        assert self.processes[at].sign_ins.is_fresh(found) == (
            modelled.proved - AHEAD <= now <= modelled.proved + FRESH
        )
        if now - modelled.used >= NOTED:
            modelled.used = now

    @precondition(lambda self: self.ended)
    @rule(at=st.integers(0, 1), which=st.integers(0, 20))
    def what_ended_stays_so(self, at: int, which: int) -> None:
        token = self.ended[which % len(self.ended)]
        assert self.processes[at].sign_ins.of(token) is None

    def _known(self, at: int, which: int) -> tuple[Modelled, SignIn] | None:
        """Answer one that goes on, as a process sees it; that counts as used."""
        token, modelled = list(self.model.items())[which % len(self.model)]
        self.ask(at, which)
        found = self.processes[at].sign_ins.of(token)
        return None if found is None else (modelled, found)

    @precondition(lambda self: self.model)
    @rule(at=st.integers(0, 1), which=st.integers(0, 5))
    def prove(self, at: int, which: int) -> None:
        if (known := self._known(at, which)) is not None:
            self.processes[1 - at].sign_ins.prove(known[1], "passkey")
            known[0].proved = known[0].used = self.clock()

    @precondition(lambda self: self.model)
    @rule(at=st.integers(0, 1), which=st.integers(0, 5))
    def sign_out(self, at: int, which: int) -> None:
        if (known := self._known(at, which)) is not None:
            self.processes[at].sign_ins.close(known[1])
            self._end(lambda one: one is known[0])

    @rule(at=st.integers(0, 1), who=st.integers(0, 1))
    def end_all_of_somebody(self, at: int, who: int) -> None:
        person = self.people[who]
        self.processes[at].sign_ins.end(lambda one: one.person == person)
        self._end(lambda one: one.person == person)

    @rule(at=st.integers(0, 1), browser=st.sampled_from(BROWSERS))
    def know_a_browser_no_more(self, at: int, browser: bytes) -> None:
        process = self.processes[at]
        process.mind = process.home.family.forget_browsers([browser])
        self._end(lambda one: one.browser == browser)

    @rule(at=st.integers(0, 1))
    def remove_a_guardian(self, at: int) -> None:
        gone = self.people.pop()
        family = self.processes[at].home.family
        family.remove(gone)
        self.people.append(family.add("Kim", PersonKind.GUARDIAN).id)
        self._end(lambda one: one.person == gone)

    @rule(hours=st.sampled_from([0.01, 0.05, 0.1, 1, 11, 12, 13, 100, -0.02, -1, -30]))
    def pass_time(self, hours: float) -> None:
        self.clock.pass_time(seconds=hours * 3_600)

    @rule(at=st.integers(0, 1))
    def tidy(self, at: int) -> None:
        self.processes[at].sign_ins.tidy()
        now = self.clock()
        self._end(lambda one: one.over(now))

    @rule(at=st.integers(0, 1))
    def kill(self, at: int) -> None:
        """End a process; another takes its place, which has nothing in mind."""
        killed = self.processes[at]
        self.processes[at] = another(killed.home)
        killed.home.close()

    @invariant()
    def both_list_what_goes_on(self) -> None:
        if not hasattr(self, "processes"):
            return
        now = self.clock()
        going = {token_hash(t): one.used for t, one in self.model.items() if not one.over(now)}
        for process in self.processes:
            assert {one.token: one.used_at for one in process.sign_ins.all()} == going


TestAgainstAModel = pytest.mark.sqlite(AgainstAModel.TestCase)


def test_a_browser_of_a_house_before_this_version_signs_in_as_ever(home: Home) -> None:
    ada = guardian(home)
    one = Process(home)
    home.family.know_browser(KnownBrowser(BROWSERS[0], ada, home.clock()))
    assert home.household.browsers[0].key is None
    token = one.sign_in(ada, BROWSERS[0])
    assert one.sign_ins.of(token) is not None
    assert replace(home.household.browsers[0], key=None) == KnownBrowser(
        BROWSERS[0], ada, home.clock()
    )
