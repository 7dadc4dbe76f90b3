"""Whoever watches a camera live sees it from a key picture on, however late or slow they are."""

from time import monotonic

import pytest

from tests.cameras.conftest import Plug
from tests.cameras.films import film
from tests.cameras.watching import coded_slices, pictures, until, watched
from unhear.cameras.live import Live
from unhear.capture.boxes import box, boxes
from unhear.capture.fragments import Fragment

INIT = box(b"moov", b"init")


def fragment(number: int, *, key: bool = False) -> Fragment:
    return Fragment(box(b"moof", bytes([number]) * 100), number, number + 1, key)


def live(waiting_bytes_max: int = 1_000) -> Live:
    return Live(lambda _live: None, waiting_bytes_max)


def test_it_begins_with_a_key_picture_behind_an_initialization_segment() -> None:
    one = live()
    for number in range(3):
        one.give(INIT, fragment(number))
    assert one.read(0) is None
    one.give(INIT, fragment(3, key=True))
    one.give(INIT, fragment(4))
    assert one.read(0) == INIT + fragment(3).data + fragment(4).data
    one.give(INIT, fragment(5, key=True))
    assert one.read(0) == fragment(5).data


def test_a_slow_reader_misses_film_up_to_the_next_key_picture() -> None:
    one = live()
    for number in range(45):
        one.give(INIT, fragment(number, key=number % 20 == 0))
    held = one.read(0) or b""
    assert len(held) <= 1_000
    assert held.startswith(INIT + fragment(40).data)


def test_film_from_before_a_change_is_not_shown_after_it() -> None:
    one = live()
    one.give(INIT, fragment(0, key=True))
    one.begin_again()
    one.give(INIT, fragment(1))
    assert one.read(0) is None
    one.give(INIT, fragment(2, key=True))
    assert one.read(0) == INIT + fragment(2).data


def test_a_subscription_that_ends_waits_for_nothing() -> None:
    one = live()
    one.close()
    began = monotonic()
    assert one.read(60) is None
    assert one.closed
    assert monotonic() - began < 5


@pytest.mark.slow
@pytest.mark.tools
def test_two_who_watch_see_the_camera_s_own_packets_picture_by_picture(plug: Plug) -> None:
    source = film()
    sent = [source.slices(unit) for unit in source.units]
    with watched(plug().url()) as house:
        early = house.watch.live()
        first = early.read(20) or b""
        late = house.watch.live()
        second = late.read(20) or b""
        for _ in range(20):
            first += early.read(5) or b""
            second += late.read(5) or b""
        early.close()
        late.close()
    for shown in (first, second):
        kinds = [kind for kind, _ in boxes(shown)]
        assert kinds[:2] == [b"ftyp", b"moov"]
        assert kinds.count(b"moof") == len(pictures(shown)) > 15
        kept = coded_slices(shown, "h264")
        began = sent.index(kept[0])
        assert kept == [sent[(began + number) % len(sent)] for number in range(len(kept))]


@pytest.mark.slow
@pytest.mark.tools
def test_nothing_is_written_for_nobody(plug: Plug) -> None:
    with watched(plug().url()) as house:
        until(lambda: len(house.eyes.pictures) > 5, what="looks")
        assert house.watch._tap._writer is None
        one = house.watch.live()
        assert one.read(20)
        one.close()
        looks = len(house.eyes.pictures)
        until(lambda: len(house.eyes.pictures) > looks + 2, what="looks")
        assert house.watch._tap._writer is None
