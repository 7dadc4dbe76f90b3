"""A film goes on as long as its pictures are coded one way, whatever is lost of them on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cameras.films import Codec, film, slices, split_units
from unhear.cameras.source import OneCoding
from unhear.capture.encoded import Encoded
from unhear.capture.fragments import START_CODE

pytestmark = pytest.mark.tools

CODECS = pytest.mark.parametrize("codec", ["h264", "h265"])


def key_picture(units: list[bytes]) -> Encoded:
    data = b"".join(START_CODE + unit for unit in units)
    return Encoded(data, 0, 0, 1, 10, key=True, sound=False)


@CODECS
@given(kept=st.lists(st.sets(st.integers(0, 9)), max_size=5))
def test_what_was_lost_is_no_other_coding(codec: Codec, kept: list[set[int]]) -> None:
    units = split_units(film(codec, seconds=1).units[0])
    coding = OneCoding()
    for numbers in kept:
        picture = key_picture([unit for number, unit in enumerate(units) if number in numbers])
        assert coding.goes_on(picture, codec)
    assert coding.goes_on(key_picture(units), codec)


@CODECS
def test_pictures_of_another_size_are_another_coding(codec: Codec) -> None:
    large, small = (
        split_units(film(codec, seconds=1, width=width, height=height).units[0])
        for width, height in ((768, 576), (320, 240))
    )
    coding = OneCoding()
    assert coding.goes_on(key_picture(large), codec)
    assert coding.goes_on(key_picture([*slices(small, codec)]), codec), "nothing tells of it"
    assert not coding.goes_on(key_picture(small), codec)
    assert coding.goes_on(key_picture(large), codec)
