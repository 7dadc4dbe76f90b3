"""The devices that can speak now, by room: announcements, rings and music find their way here."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock, Thread

from unhear.answer.chime import chime
from unhear.answer.rooms import Countdown
from unhear.answer.synthesiser import Speech, Synthesiser
from unhear.clock import Clock
from unhear.forget.holder import Place
from unhear.house.alerting import Alerting
from unhear.house.mouth import Mouth, Speaker
from unhear.house.timer_faces import Face, TimerFaces
from unhear.household.words import DeviceId, HouseholdId, TraceId

log = logging.getLogger(__name__)

RING_EVERY = timedelta(seconds=8)
RING_FOR = timedelta(minutes=5)
VOLUME_LEAST = 5
"""A device that was told to be silent can still be heard when a timer rings."""

Decode = Callable[[Path], Iterator[Speech]]
"""Reads a sound file piece by piece, each a second or so long."""


@dataclass(slots=True)
class _Place:
    """A device that can speak. `music` is what is still to be played on it."""

    device: DeviceId
    room: str
    mouth: Mouth
    told: Callable[[str], None] | None
    music: list[Path] = field(default_factory=list)
    session: int = 0


@dataclass(slots=True)
class _Ring:
    """Something that rings until it is stopped."""

    text: str
    device: DeviceId
    since: datetime
    next_at: datetime


class Switchboard:
    """Who can be heard where; answers to `forget` for the words that wait to be said."""

    place = Place.ROOMS
    holds_words = True

    def __init__(
        self,
        synthesiser: Callable[[], Synthesiser],
        decode: Decode,
        clock: Clock,
        alerting: Alerting | None = None,
    ) -> None:
        """`alerting` tells guardians elsewhere of what rings."""
        self._alerting = alerting
        self._synthesiser = synthesiser
        self._decode = decode
        self._clock = clock
        self._lock = Lock()
        self._places: dict[DeviceId, _Place] = {}
        self._rings: list[_Ring] = []
        self._timers = TimerFaces(clock)

    def join(
        self,
        device: DeviceId,
        speaker: Speaker,
        *,
        room: str | None = None,
        told: Callable[[str], None] | None = None,
        timers: Face | None = None,
    ) -> Mouth:
        """Let a device be heard; answer what it is to speak through.

        `told` shows what is said unasked, on a device that can be read; `timers` shows timers.
        """
        mouth = Mouth(speaker)
        with self._lock:
            self._places[device] = _Place(device, room or device, mouth, told)
        self._timers.join(device, timers)
        return mouth

    def leave(self, device: DeviceId, mouth: Mouth) -> None:
        """Count a device as away; one that has joined anew since stays."""
        with self._lock:
            if device in self._places and self._places[device].mouth is mouth:
                del self._places[device]
                self._timers.leave(device)
        mouth.end_music()

    def places(self) -> Mapping[DeviceId, str]:
        """Answer the devices that are here now, and the rooms they stand in."""
        with self._lock:
            return {place.device: place.room for place in self._places.values()}

    def rooms(self) -> Sequence[str]:
        """Answer the rooms where something can be said now, by name."""
        with self._lock:
            return sorted({place.room for place in self._places.values()})

    def room_of(self, device: DeviceId) -> str:
        """Answer the room a device stands in; its own name where it is away."""
        with self._lock:
            return self._places[device].room if device in self._places else device

    def devices_of(self, room: str) -> Sequence[DeviceId]:
        """Answer the devices that stand in a room."""
        with self._lock:
            return sorted(place.device for place in self._places.values() if place.room == room)

    def announce(self, text: str, rooms: Collection[str]) -> Sequence[str]:
        """Say `text` in these rooms, once in each; answer where it is said."""
        with self._lock:
            places = {p.room: p for p in self._places.values() if p.room in rooms}
        for place in places.values():
            self._tell(place, text, first=True)
        return sorted(places)

    def say(self, text: str, device: DeviceId) -> bool:
        """Say `text` on a device once, or on another if it is away; answer whether it is said."""
        place = self._at(device)
        if place is None:
            return False
        self._tell(place, text, first=True)
        return True

    def relay(self, device: DeviceId, speech: Iterable[Speech]) -> bool:
        """Play a voice on a device as it comes, after a chime; answer whether it is here."""
        with self._lock:
            place = self._places.get(device)
        if place is not None:
            self._begin(place, _chimed(speech))
        return place is not None

    def say_there(self, text: str, device: DeviceId) -> bool:
        """Say `text` on this very device once; answer whether it is here."""
        with self._lock:
            place = self._places.get(device)
        if place is not None:
            self._tell(place, text, first=True)
        return place is not None

    def ring(self, text: str, device: DeviceId) -> None:
        """Say `text` again and again."""
        now = self._clock()
        with self._lock:
            self._rings.append(_Ring(text, device, since=now, next_at=now))
        self.tick()
        if self._alerting is not None:
            self._alerting.rang(self.room_of(device))

    def tick(self) -> None:
        """Ring what is due to ring again; give up what rang long enough."""
        now = self._clock()
        with self._lock:
            self._rings = [ring for ring in self._rings if now - ring.since <= RING_FOR]
            due = [ring for ring in self._rings if ring.next_at <= now]
            for ring in due:
                ring.next_at = now + RING_EVERY
        for ring in due:
            if (place := self._at(ring.device)) is not None:
                self._tell(place, ring.text, first=ring.since == now)

    def quiet(self, device: DeviceId) -> bool:
        """Stop what rings anywhere and what plays on a device; answer whether anything did."""
        with self._lock:
            rang, self._rings = bool(self._rings), []
            place = self._places.get(device)
            played = place is not None and bool(place.music)
            if place is not None:
                place.music.clear()
        if place is not None and played:
            place.mouth.end_music()
        return rang or played

    def play(self, device: DeviceId, tracks: Sequence[Path]) -> None:
        """Play files on a device, one after the other, in place of what it plays."""
        with self._lock:
            place = self._places.get(device)
            if place is None:
                return
            place.music = list(tracks)
            place.session += 1
            session = place.session
        Thread(target=self._perform, args=(place, session), name="music", daemon=True).start()

    def skip(self, device: DeviceId) -> bool:
        """Go on to the next track; answer whether anything played."""
        with self._lock:
            place = self._places.get(device)
            rest = [] if place is None else place.music[1:]
            played = place is not None and bool(place.music)
        if place is not None and played:
            place.mouth.end_music()
            self.play(device, rest)
        return played

    def volume(self, device: DeviceId) -> int:
        """Answer how loud a device is, 0 to 100."""
        with self._lock:
            place = self._places.get(device)
            return 0 if place is None else place.mouth.volume

    def set_volume(self, device: DeviceId, percent: int) -> None:
        """Make a device louder or quieter."""
        with self._lock:
            if (place := self._places.get(device)) is not None:
                place.mouth.volume = min(max(percent, VOLUME_LEAST), 100)

    def show(self, running: Sequence[Countdown]) -> None:
        """Let devices that can show timers show these, each where it was set, and no others."""
        self._timers.show(running)

    def destroy(self, _household: HouseholdId, traces: Sequence[TraceId]) -> None:
        """Forget every word that waits to be said, and take these timers from the devices.

        Whose request it came of is not known of what rings, so all of it goes.
        """
        with self._lock:
            self._rings = []
        if self._alerting is not None:
            self._alerting.forget(traces)
        self._timers.destroy(traces)

    def held(self, _household: HouseholdId, traces: Collection[TraceId]) -> list[TraceId]:
        """Answer which timers are shown; what rings bears no name, and `destroy` takes it all."""
        return self._timers.held(traces)

    def _at(self, device: DeviceId) -> _Place | None:
        """Answer the device, or another that can be heard."""
        with self._lock:
            away = min(self._places.values(), key=lambda place: place.device, default=None)
            return self._places.get(device, away)

    def _tell(self, place: _Place, text: str, *, first: bool) -> None:
        """Say something unasked in a thread of its own: a device takes it in its own time."""
        if place.told is not None and first:
            place.told(text)
        self._begin(place, self._pieces(text))

    def _begin(self, place: _Place, pieces: Iterable[Speech]) -> None:
        Thread(target=self._speak, args=(place, pieces), name="announcement", daemon=True).start()

    def _speak(self, place: _Place, pieces: Iterable[Speech]) -> None:
        try:
            place.mouth.announce(pieces)
        except Exception as error:  # noqa: BLE001 - a device that is gone must not stop the others
            log.warning("announcement not heard", extra={"error": type(error).__name__})

    def _pieces(self, text: str) -> Iterable[Speech]:
        return _chimed(self._synthesiser().speak(text))

    def _perform(self, place: _Place, session: int) -> None:
        try:
            while (track := self._next_track(place, session)) is not None:
                place.mouth.play(self._decode(track))
                self._played(place, session)
        except Exception as error:  # noqa: BLE001 - a file that cannot be played ends the music
            log.warning("music ended", extra={"error": type(error).__name__})
            self._played(place, session, everything=True)

    def _next_track(self, place: _Place, session: int) -> Path | None:
        with self._lock:
            current = place.session == session
            return place.music[0] if current and place.music else None

    def _played(self, place: _Place, session: int, *, everything: bool = False) -> None:
        with self._lock:
            if place.session == session:
                place.music = [] if everything else place.music[1:]


def _chimed(pieces: Iterable[Speech]) -> Iterator[Speech]:
    """Yield a chime before the first of these."""
    for number, speech in enumerate(pieces):
        if number == 0:
            yield chime(speech.rate_hz)
        yield speech
