"""A whole house sees real pedestrians: kept sealed, told of, seen live, and forgotten."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import av
import pytest
from av.container import InputContainer

from tests.cameras.conftest import Plug
from tests.cameras.films import FPS, film
from tests.cameras.watching import until
from tests.cli.program import PASSPHRASE
from unhear.cameras.at_work import CamerasAtWork, watching
from unhear.engines.sight import analyser
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.watched import CameraState
from unhear.household.cameras import Area, Camera, Mode
from unhear.household.scope import Scope
from unhear.household.words import DeviceId, Seen, TraceId
from unhear.keep import age
from unhear.settings import CameraSettings, Settings

DOOR = DeviceId("front door")
FIRST_SECONDS = 8


@pytest.fixture
def house(tmp_path: Path, plug: Plug) -> Iterator[House]:
    camera = plug()
    named = CameraSettings(name=DOOR, address=camera.url(), doorbell=True)
    settings = Settings(house=tmp_path / "house", cameras=(named,))
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    with closing(House(settings)) as house:
        yield house


@pytest.fixture
def at_work(house: House) -> Iterator[CamerasAtWork]:
    with watching(house, analyser) as at_work:
        until(lambda: house.cameras.state(DOOR) is CameraState.CONNECTED, what="the camera")
        yield at_work


def decide(house: House, **decided: object) -> None:
    camera = Camera(DOOR, on=True, **decided)  # type: ignore[arg-type] # the test's own
    house.household = house.cameras.decide(camera)


def kept(house: House, *, seconds: float = 0, seen: Seen = Seen.MOTION) -> Callable[[], object]:
    """Answer whether a clip is kept that is so long and shows that."""

    def look() -> list[TraceId]:
        return [
            one.id
            for one in house.catalogue.recordings()
            if one.utterance.seconds >= seconds and seen in one.utterance.seen
        ]

    return look


def opened(house: House, clip: TraceId) -> bytes:
    identity = house.identity.open_with_passphrase(PASSPHRASE)
    return b"".join(age.decrypt(piece, [identity]) for piece in house.clips.pieces(clip))


def pictures(mp4: bytes) -> list[av.VideoFrame]:
    with av.open(io.BytesIO(mp4)) as container:
        assert isinstance(container, InputContainer)
        return list(container.decode(video=0))


def test_pedestrians_are_kept_sealed_and_found(house: House, at_work: CamerasAtWork) -> None:
    decide(house)
    until(kept(house, seconds=8, seen=Seen.PERSON), what="a clip of people")
    (clip,) = (one.id for one in house.catalogue.recordings())
    shown = pictures(opened(house, clip))
    assert (shown[0].width, shown[0].height) == (film().width, film().height)
    assert len(shown) >= FIRST_SECONDS * FPS * 0.8
    until(lambda: clip in house.clips.stills([clip]), what="the still")
    identity = house.identity.open_with_passphrase(PASSPHRASE)
    (still,) = house.clips.stills([clip]).values()
    assert age.decrypt(still, [identity])[:2] == b"\xff\xd8"
    assert house.cameras.filming(DOOR)
    at_work.tick()
    # Nothing of it lies open on the disk.
    whole = opened(house, clip)
    needle = whole[len(whole) // 2 :][:64]
    files = [path for path in house.settings.house.rglob("*") if path.is_file()]
    assert not [path for path in files if needle in path.read_bytes()]


def test_a_camera_that_is_off_keeps_nothing_and_can_be_seen(
    house: House, at_work: CamerasAtWork
) -> None:
    ada = next(iter(house.household.guardians))
    picture = house.cameras.picture(ada, DOOR)
    assert picture[:2] == b"\xff\xd8"
    with house.cameras.live(ada, DOOR) as pieces:
        live = b"".join(next(pieces) for _ in range(5))
    assert len(pictures(live)) >= 4
    assert house.catalogue.recordings() == []
    with house.database.reading() as transaction:
        entries = transaction.ledger_size()
    assert entries >= 1
    at_work.tick()


def test_what_is_forgotten_while_it_is_filmed_is_gone_and_filming_goes_on(
    house: House, at_work: CamerasAtWork
) -> None:
    decide(house)
    until(kept(house, seconds=4), what="a clip")
    (gone,) = (one.id for one in house.catalogue.recordings())
    house.forgetter.forget(house.household.id, Scope(device=DOOR))
    assert not house.payloads.has(house.household.id, gone)
    until(kept(house, seconds=2), what="another clip")
    assert gone not in {one.id for one in house.catalogue.recordings()}
    assert not house.payloads.has(house.household.id, gone)
    at_work.tick()


def test_another_process_decides(house: House, at_work: CamerasAtWork) -> None:
    decide(house)
    until(kept(house, seconds=2), what="a clip")
    with closing(House(house.settings)) as elsewhere:
        elsewhere.cameras.decide(Camera(DOOR, on=True, modes=frozenset({Mode.AWAY})))
    at_work.tick()
    until(lambda: not house.cameras.filming(DOOR), what="the end of the clip")


def test_a_ring_is_filmed_with_what_was_before_it(house: House, at_work: CamerasAtWork) -> None:
    nothing_moves = (Area(0, 0, 0.02, 0.02),)
    decide(house, watched=nothing_moves)
    ada = next(iter(house.household.guardians))
    with house.cameras.live(ada, DOOR) as pieces:
        for _ in range(5 * FPS):  # a picture a piece: so much film has come now
            next(pieces)
    rang_at = house.clock()
    house.door.rang(DOOR)
    until(kept(house, seconds=6, seen=Seen.RING), what="the clip of a ring")
    (clip,) = house.catalogue.recordings()
    assert clip.utterance.seen == (Seen.RING,)
    assert (rang_at - clip.utterance.heard_at).total_seconds() >= 4
    at_work.tick()
