"""What a listener lets out of a stream, and what it does not."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.capture.streams import (
    STARTED_AT,
    WAKE,
    LoudnessActivity,
    Part,
    SampleWake,
    silence,
    span,
    spans,
    speech,
    stream,
)
from unhear.capture.events import Captured, Event, GaveUp, Paused, Woken
from unhear.capture.listener import Listener, ListenerSettings
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.household.words import DeviceId

KITCHEN = DeviceId("kitchen")
SETTINGS = ListenerSettings(
    wake_lag_seconds=0, wait_seconds=1.0, silence_seconds=0.5, request_seconds_max=2.0
)
BLOCK = LoudnessActivity.chunk_frames


def listener(*, wake: bool = True, settings: ListenerSettings = SETTINGS) -> Listener:
    return Listener(
        device=KITCHEN,
        activity=LoudnessActivity(),
        wake=SampleWake() if wake else None,
        started_at=STARTED_AT,
        settings=settings,
    )


def hear(parts: Sequence[Part], *, wake: bool = True) -> list[Event]:
    ears = listener(wake=wake)
    return [*ears.feed(stream(parts)), *ears.finish()]


def test_less_silence_is_enough_where_the_words_are_known_to_be_whole() -> None:
    ears = listener(wake=False, settings=ListenerSettings())
    (paused,) = ears.feed(stream([speech(500), silence(320)]))
    assert isinstance(paused, Paused)
    ears.settle(paused.capture)
    assert captures(ears.feed(stream([silence(130)]))) == [paused.capture]


def test_who_speaks_on_is_heard_though_the_words_were_whole_before() -> None:
    ears = listener(wake=False, settings=ListenerSettings())
    (paused,) = ears.feed(stream([speech(500), silence(320)]))
    assert isinstance(paused, Paused)
    ears.settle(paused.capture)
    assert captures(ears.feed(stream([speech(300), silence(500)]))) == []
    ears.settle(paused.capture)
    (capture,) = captures(ears.feed(stream([silence(300)])))
    assert capture.seconds > 1


def captures(events: Sequence[Event]) -> list[Capture]:
    return [event.capture for event in events if isinstance(event, Captured)]


def plain(events: Sequence[Event]) -> list[tuple[object, ...]]:
    """Answer events in a form that can be compared."""
    return [
        (type(event), event.capture.heard_at, event.capture.wake_word, event.capture.pcm.tobytes())
        if isinstance(event, Captured | Paused)
        else (event,)
        for event in events
    ]


def cut(sound: Pcm, sizes: Sequence[int]) -> list[Pcm]:
    """Answer `sound` in pieces of these sizes, over and over."""
    pieces, start, number = [], 0, 0
    while start < len(sound):
        size = sizes[number % len(sizes)]
        pieces.append(sound[start : start + size])
        start, number = start + size, number + 1
    return pieces


quiet_or_speech = st.one_of(
    st.integers(1, 900).map(silence),
    st.integers(1, 900).map(speech),
)
# A wake word is followed by a breath, as a marker that ends in mid-block needs.
woken = st.integers(20, 700).map(lambda ms: [WAKE, silence(ms)])
some_parts = st.lists(st.one_of(quiet_or_speech.map(lambda part: [part]), woken), max_size=12).map(
    lambda lists: [part for parts in lists for part in parts]
)
some_sizes = st.lists(st.integers(1, 5000), min_size=1, max_size=5)


@given(parts=some_parts, sizes=some_sizes, wake=st.booleans())
def test_how_a_stream_is_cut_into_chunks_changes_nothing(
    parts: list[Part], sizes: list[int], *, wake: bool
) -> None:
    ears = listener(wake=wake)
    events = [event for piece in cut(stream(parts), sizes) for event in ears.feed(piece)]
    assert plain([*events, *ears.finish()]) == plain(hear(parts, wake=wake))


@given(parts=some_parts)
def test_nothing_said_before_a_wake_word_and_no_wake_word_gets_out(parts: list[Part]) -> None:
    sound, wakes = stream(parts), spans(parts, "wake")
    for event in hear(parts):
        if not isinstance(event, Captured | Paused):
            continue
        start, end = span(event.capture)
        assert np.array_equal(event.capture.pcm, sound[start:end])
        assert event.capture.wake_word == "marker"
        assert any(wake_end <= start for _, wake_end in wakes)
        assert not any(start <= begun and ended <= end for begun, ended in wakes)


@given(parts=st.lists(quiet_or_speech, max_size=12))
def test_without_a_wake_word_nothing_gets_out_at_all(parts: list[Part]) -> None:
    assert hear(parts) == []


@given(parts=st.lists(quiet_or_speech, max_size=12))
def test_push_to_talk_loses_no_speech_and_says_none_twice(parts: list[Part]) -> None:
    taken = [span(capture) for capture in captures(hear(parts, wake=False))]
    assert all(end <= start for (_, end), (start, _) in pairwise(taken))
    covered = np.zeros(len(stream(parts)), bool)
    for start, end in taken:
        covered[start:end] = True
    for start, end in spans(parts, "speech"):
        long_enough = end - start >= SETTINGS.onset_seconds * RATE_HZ + 2 * BLOCK
        # Where the greatest length cuts a long speech, what is left may be too short for speech.
        lost = int((~covered[start:end]).sum())
        assert not long_enough or lost <= SETTINGS.onset_seconds * RATE_HZ + BLOCK


@given(parts=some_parts, sizes=some_sizes, wake=st.booleans())
def test_memory_is_bounded_whatever_is_fed(
    parts: list[Part], sizes: list[int], *, wake: bool
) -> None:
    seconds_max = SETTINGS.request_seconds_max + SETTINGS.pre_roll_seconds
    ears = listener(wake=wake)
    for piece in cut(stream(parts), sizes):
        ears.feed(piece)
        assert ears.held_frames <= seconds_max * RATE_HZ + 2 * BLOCK


def test_hours_of_waiting_hold_a_fraction_of_a_second() -> None:
    ears = listener(settings=ListenerSettings())
    minute = stream([speech(20_000), silence(40_000)])
    ears.feed(minute)
    assert ears.held_frames <= ListenerSettings().wake_lag_seconds * RATE_HZ + 2 * BLOCK


def test_a_request_is_what_is_said_after_the_wake_word() -> None:
    parts = [speech(500), WAKE, silence(400), speech(600), silence(800), speech(300)]
    events = hear(parts)
    assert [type(event) for event in events] == [Woken, Paused, Captured]
    (request,) = captures(events)
    start, end = span(request)
    ((_, _), (spoken_from, spoken_to), _) = spans(parts, "speech")
    assert spoken_from - start == SETTINGS.pre_roll_seconds * RATE_HZ
    assert end - spoken_to == SETTINGS.tail_seconds * RATE_HZ
    assert request.device == KITCHEN


def test_a_request_that_follows_at_once_keeps_its_first_syllable() -> None:
    parts = [silence(300), WAKE, speech(600), silence(800)]
    (request,) = captures(hear(parts))
    ((spoken_from, _),) = spans(parts, "speech")
    assert span(request)[0] == spoken_from


def test_what_the_pause_foretold_is_what_is_captured() -> None:
    events = hear([WAKE, silence(100), speech(400), silence(900)])
    (paused,) = [event for event in events if isinstance(event, Paused)]
    assert captures(events)[0] is paused.capture


def test_a_speaker_who_goes_on_is_heard_to_the_end() -> None:
    parts = [WAKE, silence(100), speech(400), silence(350), speech(400), silence(900)]
    events = hear(parts)
    assert [type(event) for event in events] == [Woken, Paused, Paused, Captured]
    _, (_, spoken_to) = spans(parts, "speech")
    assert span(captures(events)[0])[1] >= spoken_to


def test_nobody_speaking_after_the_wake_word_leaves_nothing() -> None:
    events = hear([WAKE, silence(3000)])
    assert [type(event) for event in events] == [Woken, GaveUp]


def test_who_begins_to_speak_as_patience_ends_is_heard() -> None:
    just_in_time = round(SETTINGS.wait_seconds * 1000) - 50
    (request,) = captures(hear([WAKE, silence(just_in_time), speech(400), silence(800)]))
    assert request.seconds >= 0.4


def test_a_click_is_no_request() -> None:
    events = hear([WAKE, silence(100), speech(40), silence(3000)])
    assert [type(event) for event in events] == [Woken, GaveUp]


def test_the_wake_word_said_again_begins_anew() -> None:
    parts = [WAKE, silence(100), speech(500), WAKE, silence(100), speech(500), silence(800)]
    (request,) = captures(hear(parts))
    assert span(request)[0] >= spans(parts, "wake")[1][1]


def test_no_request_is_longer_than_its_greatest_length() -> None:
    requests = captures(hear([WAKE, silence(20), speech(9000)]))
    assert [request.seconds for request in requests] == [SETTINGS.request_seconds_max]


def test_letting_go_of_the_button_ends_the_request() -> None:
    parts = [silence(100), speech(505)]
    (request,) = captures(hear(parts, wake=False))
    assert span(request)[1] == len(stream(parts))


def test_letting_go_of_the_button_without_a_word_leaves_nothing() -> None:
    (event,) = hear([silence(400)], wake=False)
    assert isinstance(event, GaveUp)


def test_after_the_end_of_a_stream_nothing_of_it_is_held() -> None:
    for parts in ([speech(700)], [WAKE, speech(700)], [WAKE, silence(20)]):
        ears = listener(settings=ListenerSettings())
        ears.feed(stream(parts))
        ears.finish()
        assert ears.held_frames == 0


def test_sound_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="int16"):
        listener().feed(np.zeros(10, np.float32))


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValueError, match="tail"):
        ListenerSettings(tail_seconds=0.5, pause_seconds=0.2)
    with pytest.raises(ValueError, match="request_seconds_max"):
        ListenerSettings(request_seconds_max=0.1)
