"""On the command line: who of the staff asked, what they may open, who looked, and undoing that."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import PASSPHRASE, unhear
from tests.cli.test_family_commands import keep_something
from tests.web.desks import OPERATOR, Desk, Member
from unhear import clock
from unhear.house.audit import audit
from unhear.house.house import House
from unhear.house.leases import open_leases
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.prove.receipt import Receipt, verify
from unhear.service import duties
from unhear.service.worker import Agenda
from unhear.settings import Settings

ALEX = Member()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    set_up(Settings(house=tmp_path / "house"), SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    return tmp_path / "house"


def _let_in(folder: Path, recording: str, *, looks: bool) -> str:
    """Ask, grant and perhaps look, as desk and guardian do; answer the grant."""
    desk = Desk()
    house = House(Settings(house=folder, staff=desk.trusted))
    desk.home = house.household.id.hex()
    assert house.reception is not None
    trace = TraceId(bytes.fromhex(recording))
    wanted: dict[str, Any] = {"purpose": "support", "ticket": "123", "why": "a door", "hours": 2}
    asked = desk.wants("ask", ALEX, **wanted, recordings=[recording])
    request = house.reception.ask(asked["message"], asked["signature"])
    household = house.identity.open_with_passphrase(PASSPHRASE)
    header = age.rewrap(house.catalogue.parts(trace)[0], household, [ALEX.identity.recipient])
    ada = next(iter(house.household.guardians))
    (grant,) = house.access.grant(ada, request, [(trace, [header])]).grants
    if looks:
        looked = desk.wants("headers", ALEX, grant=grant.hex())
        house.reception.headers(looked["message"], looked["signature"])
    house.close()
    return grant.hex()


def test_who_asked_and_looked_is_listed_and_ended(folder: Path) -> None:
    recording = keep_something(folder, "Ada")
    grant = _let_in(folder, recording, looks=True)
    (asked,) = unhear(folder, "access", "requests")["requests"]
    assert (asked["staff"], asked["ticket"], asked["state"], asked["by"]) == (
        "alex",
        "123",
        "granted",
        "Ada",
    )
    (listed,) = unhear(folder, "access", "grants")["grants"]
    assert (listed["id"], listed["recording"], listed["opened"]) == (grant, recording, "1")
    (look,) = unhear(folder, "access", "looks")["looks"]
    assert (look["name"], look["operator"], look["recording"]) == ("Alex", OPERATOR, recording)
    assert unhear(folder, "access", "revoke", grant[:8])["revoked"] == grant
    assert unhear(folder, "access", "grants") == {"grants": []}
    assert unhear(folder, "access", "requests")["requests"][0]["state"] == "over"
    assert unhear(folder, "access", "looks")["looks"] == [look]
    again = unhear(folder, "access", "revoke", grant[:8], code=2)
    assert "no grant of an id that begins with" in again["error"]


def test_who_changes_what_the_log_says_of_a_look_is_found_out(folder: Path) -> None:
    _let_in(folder, keep_something(folder, "Ada"), looks=True)
    entry = int(unhear(folder, "access", "looks")["looks"][0]["entry"])
    place = "ledger_leaf WHERE leaf_index = ?"
    with closing(sqlite3.connect(folder / "data" / "unhear.db")) as connection, connection:
        (leaf,) = connection.execute(f"SELECT data FROM {place}", (entry,)).fetchone()  # noqa: S608
        forged = leaf.replace(b"opened by staff", b"opened")
        assert forged != leaf
        connection.execute("UPDATE ledger_leaf SET data = ? WHERE leaf_index = ?", (forged, entry))
    house = House(Settings(house=folder))
    ledger = next(one for one in audit(house) if one.check == "ledger")
    house.close()
    assert not ledger.ok


def test_a_house_at_work_destroys_what_is_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = keep_something(folder, "Ada")
    grant = TraceId(bytes.fromhex(_let_in(folder, recording, looks=False)))
    monkeypatch.setattr(House, "tidy", lambda _: [])
    monkeypatch.setattr(duties, "rehearse_if_due", lambda _: None)
    now = [clock.now()]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    house = House(Settings(house=folder))

    def kept() -> bool:
        with house.database.reading() as transaction:
            return transaction.trace(house.household.id, grant) is not None

    agenda = Agenda(house.settings, open_leases(house.settings))

    def work() -> None:
        for duty in agenda.due():
            agenda.end(duty, duty.do(house, agenda.begin(duty)))

    work()
    assert kept()
    assert agenda.due() == []
    now[0] += timedelta(hours=2) + duties.END_EVERY
    work()
    assert not kept()
    agenda.leave()
    house.close()


def test_what_was_seen_is_undone_and_nothing_else(folder: Path) -> None:
    seen, unseen, other = (keep_something(folder, "Ada") for _ in range(3))
    _let_in(folder, seen, looks=True)
    _let_in(folder, unseen, looks=False)
    dry = unhear(folder, "access", "undo", "--staff", "alex", "--dry-run")
    assert dry == {"seen": 1, "would_erase": {"recording": 1, "grant": 1, "memory": 1}}
    assert len(unhear(folder, "recordings")["recordings"]) == 3
    done = unhear(folder, "access", "undo", "--staff", "alex")
    assert done["erased"] == dry["would_erase"]
    left = {one["id"] for one in unhear(folder, "recordings")["recordings"]}
    assert left == {unseen[:8], other[:8]}
    house = House(Settings(house=folder))
    receipt = Receipt.from_json(Path(done["receipt"]).read_bytes())
    assert verify(receipt, house.ledger.key).statement["count"] == "2-9"
    house.close()
    gone = unhear(folder, "access", "undo", "--staff", "alex", code=3)
    assert "kept any more" in gone["error"]
    nobody = unhear(folder, "access", "undo", "--staff", "robin", code=3)
    assert "no look" in nobody["error"]
