"""A camera's film becomes clips, from a real RTSP server, as the camera coded it."""

import pytest

from tests.cameras.camera import Mount, Sound
from tests.cameras.conftest import Plug
from tests.cameras.films import Codec, film
from tests.cameras.watching import DOOR, coded_slices, pictures, until, watched
from unhear.cameras.connecting import Connection
from unhear.capture.clips import Bounds
from unhear.household.cameras import Mode, Seen

SHORT = Bounds(preroll=1.0, quiet=1.0)
MOTION = frozenset({Seen.MOTION})
PERSON = frozenset({Seen.PERSON})


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_a_clip_holds_the_camera_s_own_packets(plug: Plug, codec: Codec) -> None:
    source = film(codec)
    camera = plug({"/main": Mount(source)})
    with watched(camera.url(), bounds=SHORT) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="a look")
        house.eyes.shows = MOTION
        until(lambda: house.shelf.clips and len(house.shelf.clips[0].pieces) > 1, what="pieces")
        house.eyes.shows = frozenset()
        until(lambda: house.shelf.clips[0].ended, what="the clip's end")
    (clip,) = house.shelf.clips
    kept = coded_slices(clip.film, codec)
    sent = [source.slices(unit) for unit in source.units]
    began = sent.index(kept[0])
    assert kept == [sent[(began + number) % len(sent)] for number in range(len(kept))]
    assert len(kept) >= 40
    tag = {"h264": b"avc1", "h265": b"hvc1"}[codec]
    assert tag in clip.pieces[0].data
    for prefix, piece in zip(clip.prefixes(), clip.pieces, strict=True):
        assert float(pictures(prefix)[-1].time or 0) == pytest.approx(piece.ends - 0.1, abs=0.02)
    starts = [0.0, *(piece.ends for piece in clip.pieces[:-1])]
    assert [piece.begins for piece in clip.pieces] == pytest.approx(starts)
