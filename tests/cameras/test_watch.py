"""A camera's film becomes clips, from a real RTSP server, as the camera coded it and as ruled."""

import io
from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest

from tests.cameras.camera import Mount, Sound
from tests.cameras.conftest import Plug
from tests.cameras.films import Codec, film
from tests.cameras.watching import DOOR, Clip, House, coded_slices, pictures, until, watched
from unhear.cameras.connecting import Connection
from unhear.capture.boxes import boxes
from unhear.capture.clips import Bounds
from unhear.household.cameras import Mode
from unhear.household.words import Seen

pytestmark = [pytest.mark.slow, pytest.mark.tools]

SHORT = Bounds(preroll=1.0, quiet=1.0)
NOTHING: frozenset[Seen] = frozenset()
MOTION = frozenset({Seen.MOTION})
PERSON = frozenset({Seen.PERSON})


def filmed(house: House, pieces: int = 1) -> Clip:
    """Answer the newest clip, once it has so many pieces."""
    until(lambda: house.eyes.pictures, what="a look")
    house.eyes.shows = house.eyes.shows or MOTION
    until(lambda: house.shelf.clips, what="a clip")
    clip = house.shelf.clips[-1]
    until(lambda: len(clip.pieces) >= pieces, what="pieces")
    return clip


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_clip_holds_the_camera_s_own_packets(plug: Plug, codec: Codec) -> None:
    source = film(codec)
    camera = plug({"/main": Mount(source)})
    with watched(camera.url(), bounds=SHORT) as house:
        clip = filmed(house, 2)
        house.eyes.shows = NOTHING
        until(lambda: clip.ended, what="the clip's end")
    kept = coded_slices(clip.film, codec)
    sent = [source.slices(unit) for unit in source.units]
    began = sent.index(kept[0])
    assert kept == [sent[(began + number) % len(sent)] for number in range(len(kept))]
    assert len(kept) >= 49, "two pieces while something moved, and a quiet second"
    tag = {"h264": b"avc1", "h265": b"hvc1"}[codec]
    assert tag in clip.pieces[0].data
    for prefix, piece in zip(clip.prefixes(), clip.pieces, strict=True):
        assert float(pictures(prefix)[-1].time or 0) == pytest.approx(piece.ends - 0.1, abs=0.02)
    starts = [0.0, *(piece.ends for piece in clip.pieces[:-1])]
    assert [piece.begins for piece in clip.pieces] == pytest.approx(starts)


@pytest.mark.parametrize("sound", ["aac", "alaw"])
def test_what_is_heard_is_kept_as_aac_where_it_may_be(plug: Plug, sound: Sound) -> None:
    camera = plug({"/main": Mount(sound=sound)})
    with watched(camera.url(), camera=DOOR, bounds=SHORT) as house:
        assert b"soun" not in filmed(house).film
        house.decide(hears=True)
        until(lambda: len(house.shelf.clips) > 1, what="another clip")
        clip = house.shelf.clips[-1]
        until(lambda: len(clip.pieces) > 1, what="pieces")
        house.decide(hears=False)
        until(lambda: len(house.shelf.clips) > 2 and house.shelf.clips[2].pieces, what="silence")
        assert b"soun" not in house.shelf.clips[2].film
    with av.open(io.BytesIO(clip.film), "r") as file:
        heard = file.streams.audio[0]
        assert heard.codec_context.name == "aac"
        frames = list(file.decode(heard))
    ends = frames[-1].time or 0
    assert ends == pytest.approx(clip.pieces[-1].ends, abs=1.0)
    assert max(float(np.abs(frame.to_ndarray()).max()) for frame in frames) > 0.1


def test_a_sudden_sound_is_filmed_where_it_may_be_heard(plug: Plug) -> None:
    camera = plug({"/main": Mount(sound="ticks")})
    with watched(camera.url(), camera=replace(DOOR, hears=True), bounds=SHORT) as house:
        until(lambda: house.shelf.clips, what="a clip of a sound")
        assert house.shelf.clips[0].seen == {Seen.SOUND}


def test_nothing_in_a_film_tells_of_its_maker(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        clip = filmed(house)
    content = dict(boxes(clip.pieces[0].data))
    assert set(content) == {b"ftyp", b"moov", b"moof", b"mdat"}
    assert {kind for kind, _ in boxes(content[b"moov"])} == {b"mvhd", b"trak", b"mvex"}
    assert content[b"moov"][8 + 4 : 8 + 12] == bytes(8), "no time of making"
    assert b"Lavf" not in clip.pieces[0].data
    for still in clip.stills:
        assert b"Exif" not in still
        assert b"Lavc" not in still


def test_the_smaller_stream_is_looked_at_and_the_main_one_kept(plug: Plug) -> None:
    small = film(width=320, height=240)
    camera = plug({"/main": Mount(), "/sub": Mount(small)})
    with watched(camera.url(), sub=camera.url("/sub"), bounds=SHORT) as house:
        until(lambda: house.eyes.pictures[-1:] and house.eyes.pictures[-1].shape[1] == 320, what="")
        clip = filmed(house)
    assert pictures(clip.film)[0].width == 768


def test_the_main_stream_is_looked_at_while_the_smaller_is_away(plug: Plug) -> None:
    camera = plug()
    with watched(camera.url(), sub=camera.url("/nowhere"), bounds=SHORT) as house:
        assert filmed(house).stills
        assert house.eyes.pictures[-1].shape == (480, 640, 3)


def test_it_is_looked_at_five_times_a_second(plug: Plug) -> None:
    with watched(plug().url()) as house:
        until(lambda: len(house.eyes.moments) > 15, what="looks")
    moments = house.eyes.moments
    steps = [after - before for before, after in pairwise(moments)]
    assert sum(steps) / len(steps) == pytest.approx(0.2, abs=0.02)


def test_a_person_makes_a_better_still(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        clip = filmed(house)
        assert len(clip.stills) == 1
        house.eyes.shows = PERSON
        until(lambda: Seen.PERSON in clip.seen, what="the person")
        until(lambda: len(clip.stills) > 1, what="a better still")
    with av.open(io.BytesIO(clip.stills[-1]), "r", format="jpeg_pipe") as file:
        (still,) = file.decode(video=0)
    assert (still.width, still.height) == (480, 360)


def test_where_only_people_are_kept_their_coming_is_kept_too(plug: Plug) -> None:
    camera = plug()
    with watched(camera.url(), bounds=SHORT) as house:
        house.decide(people_only=True)
        until(lambda: len(house.eyes.pictures) > 10, what="two seconds of looks")
        house.eyes.shows = MOTION
        looks = len(house.eyes.pictures)
        until(lambda: len(house.eyes.pictures) > looks + 15, what="three seconds of motion")
        assert not house.shelf.clips
        house.eyes.shows = MOTION | PERSON
        until(lambda: house.shelf.clips, what="a clip")
        clip = house.shelf.clips[0]
        assert clip.seen == {Seen.MOTION, Seen.PERSON}
        until(lambda: clip.pieces, what="a piece")
    assert clip.pieces[-1].ends >= 4, "a second, and three of motion"


def test_a_ring_is_filmed(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")
        house.watch.rang()
        until(lambda: house.shelf.clips and house.shelf.clips[0].ended, what="a clip")
        (clip,) = house.shelf.clips
    assert clip.seen == {Seen.RING}
    assert clip.stills
    assert 1 < clip.pieces[-1].ends < 4


def test_what_does_not_record_looks_at_nothing_but_can_be_placed(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        filmed(house)
        house.decide(modes=frozenset({Mode.AWAY}))
        until(lambda: house.shelf.clips[-1].ended, what="the clip's end")
        looks, clips = len(house.eyes.pictures), len(house.shelf.clips)
        house.watch.rang()
        assert (house.watch.snapshot() or b"")[:2] == b"\xff\xd8"
        live = house.watch.live()
        assert b"moov" in (live.read(10) or b"")
        live.close()
        assert (len(house.eyes.pictures), len(house.shelf.clips)) == (looks, clips)
        house.mode = Mode.AWAY
        until(lambda: len(house.shelf.clips) > clips, what="a clip in the other mode")
        assert house.shelf.clips[-1].seen == {Seen.MOTION}, "the ring is over"


def test_a_clip_that_nobody_wants_is_over_and_the_next_is_another(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        first = filmed(house)
        house.shelf.unwanted = first.unwanted = True
        until(lambda: len(house.shelf.clips) > 2, what="other clips")
        house.shelf.unwanted = False
        until(lambda: house.shelf.clips[-1].pieces, what="a piece")
    assert not first.ended
    assert not any(clip.pieces for clip in house.shelf.clips[1:-1])
    assert b"moov" in house.shelf.clips[-1].pieces[0].data


def test_closing_ends_the_clip(plug: Plug) -> None:
    with watched(plug().url(), bounds=SHORT) as house:
        clip = filmed(house)
        live = house.watch.live()
    assert clip.ended
    assert live.closed
    assert house.watch.state.connection is Connection.CONNECTED
