"""Clips of any stream, whatever is seen in it: whole, contiguous, and with what came before."""

from dataclasses import dataclass, field
from functools import cached_property

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unhear.capture.clips import Begun, Bounds, Clips, Ended, Showed, Step, Went
from unhear.capture.encoded import PICTURE_TICKS, Encoded
from unhear.household.words import Seen

FPS = 4
ROUNDING = 1e-9
BOUNDS = Bounds(preroll=4.0, quiet=10.0, clip=60.0, waiting=30.0, ring_bytes=1_000)
MOTION = frozenset({Seen.MOTION})
PERSON = frozenset({Seen.PERSON})
NOTHING: frozenset[Seen] = frozenset()


def picture(number: int, *, key: bool, size: int = 1) -> Encoded:
    at = number * PICTURE_TICKS // FPS
    return Encoded(bytes(size), at, at, PICTURE_TICKS // FPS, key=key)


def anything(seen: frozenset[Seen]) -> bool:
    return bool(seen)


def people(seen: frozenset[Seen]) -> bool:
    return bool(seen & {Seen.PERSON, Seen.RING})


@dataclass
class Made:
    """One clip as it was made."""

    seen: set[Seen]
    packets: list[Encoded]
    begun_at: float
    ended: bool = False


@dataclass
class Tape:
    """All clips of a stream."""

    clips: list[Made] = field(default_factory=list)

    def do(self, steps: list[Step], now: float) -> None:
        for step in steps:
            match step:
                case Begun(seen, packets):
                    assert not self.clips or self.clips[-1].ended
                    self.clips.append(Made(set(seen), list(packets), now))
                case Went(packet):
                    self.clips[-1].packets.append(packet)
                case Showed(seen):
                    assert seen not in self.clips[-1].seen
                    self.clips[-1].seen.add(seen)
                case Ended():
                    assert not self.clips[-1].ended
                    self.clips[-1].ended = True


@dataclass(frozen=True)
class Stream:
    """What is seen for how many packets, and how often one of them is a key picture."""

    runs: list[tuple[frozenset[Seen], int]]
    gop: int
    phase: int = 0

    @cached_property
    def packets(self) -> list[Encoded]:
        return [picture(n, key=n % self.gop == self.phase) for n in range(len(self.seen))]

    @cached_property
    def seen(self) -> list[frozenset[Seen]]:
        return [what for what, lasts in self.runs for _ in range(lasts)]


def number_of(packet: Encoded) -> int:
    return packet.decoded * FPS // PICTURE_TICKS


def streams(*, gop_max: int = 30) -> st.SearchStrategy[Stream]:
    what = st.frozensets(st.sampled_from(Seen), max_size=2)
    lasts = st.integers(1, 40) | st.integers(1, 120)
    runs = st.lists(st.tuples(what, lasts), max_size=8)
    gops = st.integers(1, gop_max).flatmap(
        lambda gop: st.tuples(st.just(gop), st.integers(0, gop - 1))
    )
    return st.builds(lambda runs, gop: Stream(runs, *gop), runs, gops)


def played(stream: Stream, clips: Clips, *, only_people: bool = False) -> Tape:
    tape = Tape()
    for packet, seen in zip(stream.packets, stream.seen, strict=True):
        clips.see(seen)
        tape.do(clips.packet(packet, people if only_people else anything), packet.at)
    return tape


@given(streams(), st.booleans())
def test_no_packet_is_lost_within_a_clip_and_none_is_in_two(stream: Stream, only: bool) -> None:  # noqa: FBT001 - hypothesis's argument
    tape = played(stream, Clips(BOUNDS), only_people=only)
    last = -1
    for clip in tape.clips:
        numbers = [number_of(packet) for packet in clip.packets]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        assert numbers[0] > last
        assert clip.packets[0].key
        last = numbers[-1]


@given(streams(gop_max=12))
def test_what_came_before_is_always_there(stream: Stream) -> None:
    tape = played(stream, Clips(BOUNDS))
    keys = [packet.at for packet in stream.packets if packet.key]
    ended_at = float("-inf")
    for clip in tape.clips:
        wanted = clip.begun_at - 1 / FPS - BOUNDS.preroll + ROUNDING
        possible = [at for at in keys if at > ended_at]
        early = [at for at in possible if at <= wanted]
        assert clip.packets[0].at <= (max(early) if early else min(possible))
        ended_at = clip.packets[-1].at


@given(streams())
def test_all_that_is_seen_is_in_a_clip_that_says_so(stream: Stream) -> None:
    tape = played(stream, Clips(BOUNDS))
    filmed = {id(packet): clip for clip in tape.clips for packet in clip.packets}
    first_key = next((n for n, packet in enumerate(stream.packets) if packet.key), None)
    for number, seen in enumerate(stream.seen):
        if seen and first_key is not None and number > first_key:
            assert seen <= filmed[id(stream.packets[number])].seen


@given(streams(gop_max=12))
def test_a_clip_ends_when_nothing_is_seen_or_it_is_long(stream: Stream) -> None:
    slack = 3.0 + 2 / FPS  # a group of pictures, and one look
    for clip in played(stream, Clips(BOUNDS)).clips:
        end = number_of(clip.packets[-1])
        quiet = (end - max(n for n in range(end + 1) if stream.seen[n])) / FPS
        length = clip.packets[-1].at - clip.packets[0].at
        assert quiet <= BOUNDS.quiet + slack
        assert length <= BOUNDS.clip + slack
        if clip.ended and length < BOUNDS.clip - slack:
            assert quiet >= BOUNDS.quiet - 2 / FPS


@given(streams())
def test_where_only_people_are_kept_every_clip_shows_one(stream: Stream) -> None:
    for clip in played(stream, Clips(BOUNDS), only_people=True).clips:
        assert clip.seen & {Seen.PERSON, Seen.RING}


@given(streams(gop_max=150), st.booleans(), st.integers(1, 100))
def test_what_waits_is_bounded(stream: Stream, only: bool, size: int) -> None:  # noqa: FBT001 - hypothesis's argument
    clips = Clips(BOUNDS)
    for packet, seen in zip(stream.packets, stream.seen, strict=True):
        clips.see(seen)
        big = Encoded(bytes(size), packet.decoded, packet.shown, packet.duration, key=packet.key)
        clips.packet(big, people if only else anything)
        assert clips.held_bytes <= BOUNDS.ring_bytes


def test_one_clip_follows_on_another_without_a_gap() -> None:
    stream = Stream([(MOTION, 150 * FPS)], FPS)
    tape = played(stream, Clips(BOUNDS))
    assert [clip.packets[0].at for clip in tape.clips] == pytest.approx([0, 60, 120])
    assert [one for clip in tape.clips for one in clip.packets] == stream.packets


def test_the_coming_of_a_person_reaches_back_to_the_first_motion() -> None:
    runs = [(NOTHING, 10), (MOTION, 12), (MOTION | PERSON, 1), (NOTHING, 17)]
    stream = Stream([(what, seconds * FPS) for what, seconds in runs], FPS)
    (clip,) = played(stream, Clips(BOUNDS), only_people=True).clips
    assert clip.packets[0].at == 5.0
    assert clip.begun_at == 22.0


def test_the_coming_of_a_person_reaches_back_so_far_and_no_farther() -> None:
    runs = [(MOTION, 80), (PERSON, 1), (NOTHING, 20)]
    stream = Stream([(what, seconds * FPS) for what, seconds in runs], FPS)
    (clip,) = played(stream, Clips(BOUNDS), only_people=True).clips
    assert 49 <= clip.packets[0].at <= 50


def test_motion_that_is_over_is_let_go() -> None:
    runs = [(MOTION, 5), (NOTHING, 40), (PERSON, 1), (NOTHING, 14)]
    stream = Stream([(what, seconds * FPS) for what, seconds in runs], FPS)
    (clip,) = played(stream, Clips(BOUNDS), only_people=True).clips
    assert clip.packets[0].at == 40.0
    assert clip.seen == {Seen.PERSON}


def test_what_was_rung_before_the_first_key_picture_waits_for_it() -> None:
    clips = Clips(BOUNDS)
    assert clips.packet(picture(0, key=False), anything) == []
    clips.see(frozenset({Seen.RING}))
    assert clips.packet(picture(1, key=False), anything) == []
    first = picture(2, key=True)
    assert clips.packet(first, anything) == [Begun(frozenset({Seen.RING}), (first,))]


def test_what_is_stopped_holds_nothing() -> None:
    clips = Clips(BOUNDS)
    clips.see(MOTION)
    clips.packet(picture(0, key=True), anything)
    assert clips.stop() == [Ended()]
    assert clips.stop() == []
    assert clips.packet(picture(1, key=False), anything) == []
    assert clips.held_bytes == 0
    clips.see(MOTION)
    assert clips.packet(picture(2, key=False), anything) == []
    assert len(clips.packet(picture(3, key=True), anything)) == 1


def test_sound_goes_with_its_pictures() -> None:
    clips = Clips(BOUNDS)
    sound = Encoded(b"sound", 4_000, 4_000, 1_024, 8_000, sound=True)
    assert clips.packet(sound, anything) == []
    assert clips.held_bytes == 0, "without a picture it is of no use"
    clips.packet(picture(5, key=True), anything)
    clips.see(MOTION)
    (begun,) = clips.packet(sound, anything)
    assert isinstance(begun, Begun)
    assert begun.packets[-1] is sound
