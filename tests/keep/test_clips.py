"""A clip is sealed while it is filmed, and goes wherever a recording goes."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.home import NOON, PASSPHRASE, Home
from tests.keep.films import PIECE_SECONDS, add, begin, clips_of, opened, pieces
from tests.needs import need_program
from unhear.forget.errors import Barred, NoSuchTrace
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Purpose, Seen
from unhear.keep import age
from unhear.stores.errors import StoreFull
from unhear.stores.payloads import FilePayloads, payload_name


def test_each_piece_opens_as_soon_as_it_is_added(home: Home) -> None:
    clip, whole = begin(home), pieces(3)
    for number, data in enumerate(whole):
        trace = add(clip, data)
        assert opened(home, trace) == whole[: number + 1]
        (listed,) = home.catalogue.recordings()
        assert listed.utterance.seconds == (number + 1) * PIECE_SECONDS


def test_the_age_program_opens_the_pieces(home: Home, tmp_path: Path) -> None:
    program, whole = need_program("age"), pieces(2)
    trace = add(begin(home), *whole)
    identity = tmp_path / "identity"
    identity.write_text(home.identity.open_with_passphrase(PASSPHRASE).reveal())
    for piece, data in zip(clips_of(home).pieces(trace), whole, strict=True):
        ran = subprocess.run(
            [program, "-d", "-i", identity], input=piece, capture_output=True, check=True
        )
        assert ran.stdout == data


def test_what_a_clip_shows_and_its_still_are_written_down(home: Home) -> None:
    clip = begin(home)
    clip.still(b"the first picture")
    trace = add(clip, *pieces(1))
    clip.saw(Seen.PERSON)
    clip.still(b"a better picture")
    assert home.catalogue.recording(trace).utterance.seen == (Seen.MOTION,)
    clip.end()
    assert home.catalogue.recording(trace).utterance.seen == (Seen.MOTION, Seen.PERSON)
    (still,) = clips_of(home).stills([trace]).values()
    identity = home.identity.open_with_passphrase(PASSPHRASE)
    assert age.decrypt(still, [identity]) == b"a better picture"


def test_a_clip_of_which_nothing_was_added_leaves_nothing(home: Home) -> None:
    clip = begin(home)
    clip.still(b"a picture")
    clip.end()
    assert home.catalogue.recordings() == []
    assert list(home.blobs.all(home.id)) == []


GOES = [
    Scope(),
    Scope(device=DeviceId("front door")),
    Scope(since=NOON - timedelta(hours=1)),
    Scope(household=True),
]
STAYS = [
    Scope(device=DeviceId("garden")),
    Scope(until=NOON - timedelta(hours=1)),
    Scope(words_only=True),
    # A consent of voices that nobody knows says nothing of who was seen.
    Scope(person=UNKNOWN_PERSON, purpose=Purpose.KEEP),
]


@pytest.mark.parametrize("scope", [None, *GOES])
def test_a_clip_goes_with_what_is_forgotten(home: Home, scope: Scope | None) -> None:
    trace = add(begin(home), *pieces(2))
    home.forgetter.forget(home.id, scope or Scope(recordings=frozenset([trace])))
    with pytest.raises(NoSuchTrace):
        clips_of(home).film(trace)
    assert not home.blobs.has(home.id, trace)


@pytest.mark.parametrize("scope", STAYS)
def test_a_clip_stays_when_others_are_forgotten(home: Home, scope: Scope) -> None:
    trace = add(begin(home), *pieces(2))
    add(begin(home, camera="garden", at=NOON - timedelta(hours=3)), *pieces(1))
    home.forgetter.forget(home.id, scope)
    assert len(opened(home, trace)) == 2


def test_a_clip_that_is_forgotten_while_it_is_filmed_ends(home: Home) -> None:
    clip = begin(home)
    trace = add(clip, *pieces(2))
    home.forgetter.forget(home.id, Scope(device=DeviceId("front door")))
    with pytest.raises(NoSuchTrace):
        add(clip, *pieces(1))
    clip.saw(Seen.PERSON)
    with pytest.raises(NoSuchTrace):
        clip.end()
    assert not home.blobs.has(home.id, trace)
    assert home.catalogue.recordings() == []


def test_what_was_filmed_before_an_erasure_cannot_be_kept_after_it(home: Home) -> None:
    clip = begin(home, at=home.clock() - timedelta(seconds=4))
    home.forgetter.forget(home.id, Scope(device=DeviceId("front door")))
    with pytest.raises(Barred):
        add(clip, *pieces(1))
    assert list(home.blobs.all(home.id)) == []


def test_a_piece_for_which_there_is_no_room_leaves_those_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip, whole = begin(home), pieces(3)
    trace = add(clip, *whole[:2])

    def full(file: object, content: bytes) -> None:
        file.write(content[:1000])  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("unhear.stores.payloads._write_all", full)
        with pytest.raises(StoreFull):
            add(clip, whole[2])
    assert home.blobs.size(home.id, trace) == clip.film.size
    add(clip, whole[2])
    assert opened(home, trace) == whole


def test_bytes_that_a_crash_left_behind_the_last_piece_do_no_harm(home: Home) -> None:
    whole = pieces(2)
    trace = add(begin(home), *whole)
    with (home.settings.payload_folder / payload_name(home.id, trace)).open("ab") as file:
        file.write(b"a piece that was not finished")
    assert opened(home, trace) == whole


def test_clips_stand_in_one_timeline_with_sounds(home: Home) -> None:
    found = []
    for minute in range(6):
        home.clock.pass_time(seconds=60 * 60 * 9)
        found.append(home.keep() if minute % 2 else add(begin(home), *pieces(1)))
    newest = home.catalogue.newest(None, 4)
    older = home.catalogue.newest(newest[-1].place, 4)
    assert [one.id for one in (*newest, *older)] == found[::-1]
    assert home.catalogue.extent()[0] == 6
    assert home.catalogue.orphans(home.clock() + timedelta(days=1)) == []
    assert home.catalogue.without_payload() == []


def test_a_clip_expires_like_a_recording(home: Home) -> None:
    trace = add(begin(home), *pieces(1))
    home.clock.pass_time(days=4)
    (receipt,) = home.sweeper.sweep()
    assert receipt.statement["count"] == "1"
    assert not FilePayloads(home.settings.payload_folder).has(home.id, trace)
