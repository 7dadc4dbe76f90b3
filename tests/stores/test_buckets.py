"""Payloads in a bucket: kept, looked at and erased by a house, whatever the bucket does."""

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.copies.houses import bring_back, forget, keep, kept, lose_the_disk, new_house
from tests.home import WORDS, Home, make_home
from tests.keep.films import add, begin, opened, pieces
from tests.stores.buckets import (
    SECRET,
    BadNetwork,
    Server,
    eventually,
    hold,
    new_bucket,
    remove_as_others,
    sign_in,
    write_over,
)
from unhear.clock import random_bytes
from unhear.forget.errors import HolderAway, TraceRemains
from unhear.house.advice import Health
from unhear.house.backup import backup
from unhear.house.doctor import examine
from unhear.house.drill import PASSED, rehearse
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import HouseholdId, TraceId
from unhear.settings import SettingsWrong
from unhear.stores.bucket import Bucket
from unhear.stores.bucket_payloads import BucketPayloads
from unhear.stores.copies.target import Target
from unhear.stores.errors import PayloadMissing, PayloadsAway
from unhear.stores.payloads import payload_name

pytestmark = pytest.mark.tools

APPEND = """
import sys
from unhear.stores.choose_payloads import choose_payloads
place, household, trace = sys.argv[1:]
payloads = choose_payloads(place, None)
household, trace = bytes.fromhex(household), bytes.fromhex(trace)
for number in range(100_000):
    print(payloads.append(household, trace, bytes([number % 256]) * 500), flush=True)
"""


def in_bucket(server: Server, monkeypatch: pytest.MonkeyPatch, *, versioned: bool = False) -> str:
    sign_in(monkeypatch, server.url)
    return f"s3://{server.bucket(versioned=versioned)}/ours/{random_bytes(6).hex()}"


def payloads_at(place: str) -> BucketPayloads:
    return BucketPayloads(Bucket(place))


def home_with(folder: Path, place: str) -> tuple[Home, BucketPayloads]:
    payloads = payloads_at(place)
    return make_home(folder / "house", payloads=payloads), payloads


def forget_one(home: Home, trace: TraceId) -> None:
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace])))


@pytest.fixture(params=["moto", "seaweed"])
def versioned(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    server = request.getfixturevalue(f"{request.param}_server")
    return in_bucket(server, monkeypatch, versioned=True)


@pytest.fixture
def moto_place(moto_server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    return in_bucket(moto_server, monkeypatch)


@pytest.fixture
def network(
    moto_server: Server, moto_place: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BadNetwork]:
    network = BadNetwork(moto_server)
    monkeypatch.setenv("AWS_ENDPOINT_URL", network.url)
    yield network
    network.close()


def test_a_house_keeps_looks_and_forgets(tmp_path: Path, versioned: str) -> None:
    home, payloads = home_with(tmp_path, versioned)
    trace, other = home.keep(), home.keep()
    film = pieces(3)
    clip = add(begin(home), *film)
    assert opened(home, clip) == film
    assert WORDS.encode() not in payloads.get(home.id, trace)
    home.forgetter.forget(home.id, Scope(recordings=frozenset([trace, clip])))
    assert home.forgetter.remaining(home.id, [trace, clip]) == {}
    assert {found for found, _ in payloads.all(home.id)} == {other}
    left = {version.name for version in payloads.bucket.versions(home.id.hex())}
    assert left == {f"{payload_name(home.id, other)}/{0:016x}"}


@pytest.mark.parametrize("prefix", ["", "/homes"])
def test_of_a_bucket_each_household_sees_its_own(
    seaweed_server: Server, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    sign_in(monkeypatch, seaweed_server.url)
    payloads = payloads_at(f"s3://{seaweed_server.bucket(versioned=True)}{prefix}")
    homes = [HouseholdId(random_bytes(16)) for _ in range(2)]
    traces = [TraceId(random_bytes(16)) for _ in homes]
    for home, trace in zip(homes, traces, strict=True):
        payloads.put(home, trace, b"sealed")
    assert [[trace for trace, _ in payloads.all(home)] for home in homes] == [[t] for t in traces]
    assert not payloads.has(homes[0], traces[1])
    payloads.delete(homes[0], traces)
    assert [payloads.has(*one) for one in zip(homes, traces, strict=True)] == [False, True]


def test_old_versions_and_marks_of_others_are_seen_and_go_too(
    tmp_path: Path, versioned: str
) -> None:
    home, payloads = home_with(tmp_path, versioned)
    trace = home.keep()
    piece = f"{payload_name(home.id, trace)}/{0:016x}"
    write_over(payloads.bucket, piece, b"something else")
    remove_as_others(payloads.bucket, piece)
    with pytest.raises(PayloadMissing):
        payloads.get(home.id, trace)
    assert payloads.has(home.id, trace)
    assert {found for found, _ in payloads.all(home.id)} == {trace}
    assert len(list(payloads.bucket.versions(home.id.hex()))) == 3
    forget_one(home, trace)
    assert list(payloads.bucket.versions(home.id.hex())) == []


def test_another_program_finds_no_version_either(
    tmp_path: Path, moto_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_bucket(moto_server, monkeypatch, versioned=True)
    home, _ = home_with(tmp_path, place)
    trace = home.keep()
    listing = f"{moto_server.url}/{moto_server.bucket(versioned=True)}?versions"

    def listed() -> str:
        with urllib.request.urlopen(listing) as answer:  # noqa: S310 - loopback
            return str(answer.read())

    assert trace.hex() in listed()
    forget_one(home, trace)
    assert trace.hex() not in listed()


def test_more_versions_than_a_page_has(moto_place: str) -> None:
    payloads, ours = payloads_at(moto_place), HouseholdId(random_bytes(16))
    traces = [TraceId(random_bytes(16)) for _ in range(1_001)]
    for trace in traces:
        payloads.bucket.create(f"{payload_name(ours, trace)}/{0:016x}", b"noise")
    assert {trace for trace, _ in payloads.all(ours)} == set(traces)
    payloads.delete(ours, traces)
    assert list(payloads.all(ours)) == []


def test_a_locked_bucket_gets_no_receipt(
    tmp_path: Path, moto_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(monkeypatch, moto_server.url)
    new_bucket(moto_server.url, "locked", locked=True)
    house = new_house(tmp_path / "house", payloads="s3://locked")
    trace = keep(house)
    assert isinstance(house.payloads, BucketPayloads)
    (version,) = house.payloads.bucket.versions(house.household.id.hex())
    hold(house.payloads.bucket, version.key, moto_server.url)
    with pytest.raises(TraceRemains, match="payloads still holds"):
        forget(house, trace)
    assert house.payloads.has(house.household.id, trace)
    assert kept(house) == set()
    (advice,) = [one for one in examine(house.settings, lambda: house) if one.check == "payloads"]
    assert advice.health is Health.WRONG
    house.close()


def test_a_bucket_that_is_away(
    tmp_path: Path, seaweed_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_bucket(seaweed_server, monkeypatch)
    house = new_house(tmp_path / "house", payloads=place)
    trace, other = keep(house), keep(house)
    seaweed_server.stop()
    try:
        with pytest.raises(PayloadsAway, match="cannot be used now") as away:
            keep(house)
        assert kept(house) == {trace, other}
        with pytest.raises(HolderAway, match="cannot reach: payloads"):
            forget(house, trace)
        assert kept(house) == {other}
        house.close()
        house = House(house.settings)
    finally:
        seaweed_server.start()
    for said in (str(away.value), repr(away.value.__cause__)):
        assert SECRET not in said
        assert "X-Amz" not in said
    assert house.payloads.has(house.household.id, trace)
    assert len(house.forgetter.resume(house.household.id)) == 1
    assert not house.payloads.has(house.household.id, trace)
    assert eventually(lambda: house.payloads.get(house.household.id, other))
    house.close()


def test_a_process_killed_while_it_adds(
    seaweed_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = in_bucket(seaweed_server, monkeypatch)
    ours, trace = HouseholdId(random_bytes(16)), TraceId(random_bytes(16))
    command = [sys.executable, "-c", APPEND, place, ours.hex(), trace.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = [int(process.stdout.readline()) for _ in range(8)]
        process.kill()
        answered += [int(line) for line in process.stdout]
    payloads = payloads_at(place)
    assert answered == [number * 500 for number in range(len(answered))]
    whole = payloads.get(ours, trace)
    assert whole == b"".join(bytes([number]) * 500 for number in range(len(whole) // 500))
    assert len(whole) - len(answered) * 500 in {0, 500}
    assert payloads.append(ours, trace, b"more") == len(whole)


@pytest.mark.parametrize("lost", [1, 9], ids=["a try that is repeated", "all tries"])
def test_an_answer_that_is_lost(network: BadNetwork, moto_place: str, lost: int) -> None:
    """A piece whose answer got lost is there once, whoever asks again."""
    payloads, ours = payloads_at(moto_place), HouseholdId(random_bytes(16))
    trace, other = TraceId(random_bytes(16)), TraceId(random_bytes(16))
    payloads.append(ours, trace, b"first,")
    left = lost

    def lose(method: str, _path: str) -> bool:
        nonlocal left
        left -= method == "PUT"
        return method == "PUT" and left >= 0

    network.lose = lose
    try:
        payloads.append(ours, trace, b"second,")
    except PayloadsAway:
        network.lose = lambda _method, _path: False
        assert payloads.append(ours, trace, b"another second,") == len(b"first,")
        assert payloads.append(ours, trace, b"third") == len(b"first,another second,")
        assert payloads.get(ours, trace) == b"first,another second,third"
    else:
        assert payloads.get(ours, trace) == b"first,second,"
    left = lost
    network.lose = lose
    try:
        payloads.put(ours, other, b"noise")
    except PayloadsAway:
        network.lose = lambda _method, _path: False
        payloads.put(ours, other, b"noise")
    assert payloads.get(ours, other) == b"noise"


def test_a_part_is_fetched_alone(network: BadNetwork, moto_place: str) -> None:
    payloads, ours, trace = (
        payloads_at(moto_place),
        HouseholdId(random_bytes(16)),
        TraceId(bytes(16)),
    )
    content = random_bytes(900_000)
    for start in range(0, len(content), 300_000):
        payloads.append(ours, trace, content[start : start + 300_000])
    network.sent.clear()
    assert payloads.part(ours, trace, 299_990, 300_020) == content[299_990:300_020]
    fetched = [size for _, path, size in network.sent if ".payload/" in path]
    assert sorted(fetched) == [10, 20]


def test_what_a_crash_left_is_swept(tmp_path: Path, moto_place: str) -> None:
    home, payloads = home_with(tmp_path, moto_place)
    kept_one, left = home.keep(), TraceId(random_bytes(16))
    payloads.append(home.id, left, b"a piece,")
    payloads.append(home.id, left, b"and one more")
    stamps = [put_at for _, put_at in payloads.all(home.id)]
    assert home.catalogue.sweep_orphans(max(stamps)) == 0
    home.clock.at = max(stamps)
    home.clock.pass_time(days=1)
    assert home.catalogue.sweep_orphans(home.clock()) == 1
    assert {trace for trace, _ in payloads.all(home.id)} == {kept_one}


def test_a_house_comes_back_with_its_bucket_and_without(tmp_path: Path, moto_place: str) -> None:
    house = new_house(tmp_path / "house", payloads=moto_place)
    gone, stays, lost = keep(house), keep(house), keep(house)
    target = Target(str(tmp_path / "target"))
    backup(house, target)
    forget(house, gone)
    backup(house, target)
    house.payloads.delete(house.household.id, [lost])
    lose_the_disk(house)
    again, restored = bring_back(house, target)
    assert (restored.recordings, restored.without_sound) == (2, 0)
    assert {trace for trace, _ in again.payloads.all(again.household.id)} == {stays, lost}
    assert not again.settings.payload_folder.exists()
    assert rehearse(again).result == PASSED
    assert {trace for trace, _ in again.payloads.all(again.household.id)} == {stays, lost}
    again.close()


@pytest.mark.parametrize("versioned_too", [False, True])
def test_a_check_up_looks_at_the_bucket(
    tmp_path: Path,
    seaweed_server: Server,
    monkeypatch: pytest.MonkeyPatch,
    *,
    versioned_too: bool,
) -> None:
    place = in_bucket(seaweed_server, monkeypatch, versioned=versioned_too)
    house = new_house(tmp_path / "house", payloads=place)
    left = house.settings.payload_folder / payload_name(house.household.id, TraceId(bytes(16)))
    left.parent.mkdir(parents=True)
    left.touch()
    advice = {one.check: one for one in examine(house.settings, lambda: house)}
    house.close()
    assert advice["payloads"].health is Health.OK
    assert ("no old versions" in advice["payloads"].seen) is not versioned_too
    assert advice["payloads in the folder"].health is Health.WARNING


def test_a_place_that_is_no_bucket() -> None:
    for place in ("s3://", "gs://bucket/ours", "/var/payloads"):
        with pytest.raises(SettingsWrong, match="no bucket"):
            Bucket(place)


def test_a_bucket_that_does_not_exist(moto_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(monkeypatch, moto_server.url)
    payloads, ours, trace = (
        payloads_at("s3://nowhere/ours"),
        HouseholdId(bytes(16)),
        TraceId(bytes(16)),
    )
    for ask in (
        lambda: payloads.put(ours, trace, b"noise"),
        lambda: payloads.get(ours, trace),
        lambda: payloads.has(ours, trace),
        lambda: payloads.delete(ours, [trace]),
    ):
        with pytest.raises(PayloadsAway, match="check that it is there"):
            ask()
