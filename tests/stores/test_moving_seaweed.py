"""A house moves to a bucket of SeaweedFS and back: at work, killed, and with the server killed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import program
from tests.copies.houses import forget, keep, kept, new_house
from tests.stores.buckets import Server, eventually, remove_as_others, sign_in, write_over
from tests.stores.test_killed_moves import Mover, moving, see_it_killed
from tests.stores.test_moving import (
    FILES,
    PIECES,
    all_receipts,
    at,
    film,
    silent,
    sounds,
    stores_on,
)
from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.audit import audit
from unhear.house.house import House
from unhear.house.moving import move
from unhear.household.words import TraceId
from unhear.keep import age
from unhear.prove.receipt import verify
from unhear.settings import read_settings
from unhear.stores.bucket import Bucket
from unhear.stores.choose_payloads import choose_payloads
from unhear.stores.errors import PayloadsAway
from unhear.stores.moving.journal import Stores
from unhear.stores.payloads import payload_name

pytestmark = [pytest.mark.tools, pytest.mark.slow]

THERE, BACK, PAYLOADS_THERE, PAYLOADS_BACK = "there", "back", "payloads there", "payloads back"
LATE = b"kept while it is copied"
KILLED = [
    (THERE, ("payloads", 2)),
    (THERE, ("switch", 4)),
    (BACK, ("payloads", 2)),
    (BACK, ("switch", 4)),
    (BACK, ("old stores", 1)),
    (PAYLOADS_THERE, ("payloads", 2)),
    (PAYLOADS_THERE, ("old stores", 0)),
    (PAYLOADS_BACK, ("payloads", 2)),
    (PAYLOADS_BACK, ("old stores", 1)),
]


@pytest.fixture(params=[False, True], ids=["plain", "versioned"])
def there(
    seaweed_server: Server, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Stores]:
    """Answer stores on servers, the bucket one of SeaweedFS."""
    sign_in(monkeypatch, seaweed_server.url)
    with stores_on(seaweed_server.bucket(versioned=request.param)) as stores:
        yield stores


@pytest.fixture(scope="module")
def mover(seaweed_server: Server) -> Iterator[Mover]:
    with moving(seaweed_server) as made:
        yield made


def names_in(there: Stores, house: House) -> set[str]:
    """Answer what a bucket has of a household, in whatever versions, and all marks."""
    bucket = Bucket(str(there.payloads))
    return {one.name.rpartition("/")[0] for one in bucket.versions(house.household.id.hex())}


def films(house: House, clip: TraceId) -> list[bytes]:
    """Open the pieces of a clip."""
    identity = house.identity.open_with_passphrase(program.PASSPHRASE)
    return [age.decrypt(one, [identity]) for one in house.clips.pieces(clip)]


def test_to_a_bucket_and_back_while_it_is_at_work(tmp_path: Path, there: Stores) -> None:
    house = new_house(tmp_path / "house")
    gone, going, later, *stay = [keep(house) for _ in range(12)]
    clip = film(house, *PIECES)
    forget(house, gone)
    before, receipts = sounds(house), all_receipts(house)
    late: list[TraceId] = []

    def at_work(what: str, done: int, _all: int) -> None:
        if (what, done, len(late)) == ("payloads", 1, 0):
            late.append(keep(house, LATE))
            forget(house, going)

    told = move(house.settings, there, at_work)
    house.close()

    assert (told.payloads, told.left, told.without_sound) == (12, None, 0)
    moved = at(house)
    ours = moved.household.id
    assert names_in(there, moved) == {payload_name(ours, one) for one in kept(moved)}
    assert kept(moved) == {*stay, later, clip, *late}
    assert {one: sounds(moved)[one] for one in stay} == {one: before[one] for one in stay}
    assert films(moved, clip) == [*PIECES]
    assert not list(house.settings.data_folder.rglob("*.payload*"))
    forget(moved, later)
    assert names_in(there, moved) == {payload_name(ours, one) for one in kept(moved)}
    _others_meddle(there, moved)
    moved.close()

    back = move(moved.settings, FILES, silent)

    assert (back.payloads, back.left) == (11, None)
    again = at(house)
    assert kept(again) == {*stay, clip, *late}
    assert {one: sounds(again)[one] for one in stay} == {one: before[one] for one in stay}
    assert films(again, clip) == [*PIECES]
    assert names_in(there, again) == set(), "no version and no mark stays in the bucket"
    for receipt in (*receipts, *all_receipts(again)):
        verify(receipt, again.ledger.key)
    assert [one.seen for one in audit(again) if not one.ok] == []
    again.close()


def _others_meddle(there: Stores, house: House) -> None:
    """Leave something of the household's in the bucket that nothing leads to, and remove it."""
    bucket = Bucket(str(there.payloads))
    piece = f"{payload_name(house.household.id, new_trace_id())}/{0:016x}"
    write_over(bucket, piece, random_bytes(100))
    remove_as_others(bucket, piece)


@pytest.mark.parametrize(("way", "step"), KILLED)
def test_killed_at_a_step(
    tmp_path: Path, mover: Mover, there: Stores, way: str, step: tuple[str, int]
) -> None:
    if way in (PAYLOADS_THERE, PAYLOADS_BACK):
        there = replace(FILES, payloads=there.payloads)
    ways = (FILES, there) if way in (THERE, PAYLOADS_THERE) else (there, FILES)
    see_it_killed(tmp_path / "house", mover, ways, step)


@pytest.mark.parametrize("is_back", [False, True], ids=["there", "back"])
def test_the_bucket_is_killed_meanwhile(
    tmp_path: Path, seaweed_server: Server, there: Stores, *, is_back: bool
) -> None:
    house = new_house(tmp_path / "house")
    stay = [keep(house) for _ in range(20)]
    before = sounds(house)
    house.close()
    origin, goal = (there, FILES) if is_back else (FILES, there)
    if is_back:
        move(house.settings, there, silent)
    alive = at(house)

    def kill(what: str, done: int, _all: int) -> None:
        if (what, done) == ("payloads", 1):
            # Most may be there by now, for they come several at once; what is kept now is not.
            stay.append(keep(alive, LATE))
            seaweed_server.stop()

    settings = read_settings(house.settings.house)
    try:
        with pytest.raises(PayloadsAway):
            move(settings, goal, kill)
        assert Stores.of(read_settings(settings.house)) == origin
        assert kept(alive) == set(stay)
        alive.close()
    finally:
        seaweed_server.start()
    bucket = choose_payloads(there.payloads, settings.payload_folder)

    def takes_and_gives() -> bytes:
        probe = new_trace_id()
        bucket.put(house.household.id, probe, b"noise")
        return bucket.get(house.household.id, probe)

    eventually(takes_and_gives)

    told = move(settings, goal, silent)

    assert (told.payloads, told.left, told.without_sound) == (21, None, 0)
    after = at(house)
    assert Stores.of(after.settings) == goal
    assert sounds(after) == before | {stay[-1]: LATE}
    expected = set() if is_back else {payload_name(after.household.id, one) for one in stay}
    assert names_in(there, after) == expected
    after.close()
