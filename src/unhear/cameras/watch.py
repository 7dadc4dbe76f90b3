"""One camera: what comes from it is looked at, filmed and shown live, as the rules say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from unhear.cameras.connecting import (
    PAUSES_SECONDS,
    CameraState,
    Connect,
    Connection,
    Staying,
)
from unhear.cameras.filming import Filming
from unhear.cameras.listening import Listening
from unhear.cameras.live import Live, LiveTap
from unhear.cameras.looking import Look, Looking, snapshot
from unhear.cameras.onvif_streams import small_of, stream_at
from unhear.cameras.sights import Sights, Snapshots
from unhear.cameras.source import AddressSource, Place, Source
from unhear.capture.clips import Bounds, Clips, Step
from unhear.capture.encoded import Encoded
from unhear.capture.film import Analyser, FilmTaker
from unhear.clock import Clock
from unhear.household.cameras import Area, Camera, Mode
from unhear.household.words import DeviceId
from unhear.settings import CameraSettings

SNAPSHOT_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for a camera just now."""

    camera: Camera
    mode: Mode


class CameraWatch:
    """Watches one camera from `start` to `close`, in a thread a stream.

    Clips go to `film`, from one thread. `rules` are asked for with every picture, so they must be
    at hand; private areas, hearing and whether it records take effect with the next picture, in a
    new clip. Where it does not record, nothing is held or looked at, but whoever asks is shown the
    picture, live or once: it may be placed before it is switched on. Where the settings name a
    smaller stream, that is looked at, and the main one is only while the smaller is away.
    """

    def __init__(
        self,
        settings: CameraSettings,
        rules: Callable[[], Rules],
        analyser_for: Callable[[], Analyser],
        film: FilmTaker,
        now: Clock,
        *,
        zone: tzinfo,
        bounds: Bounds = Bounds(),  # noqa: B008 - it is frozen
        pauses: Sequence[float] = PAUSES_SECONDS,
        connect: Connect | None = None,
    ) -> None:
        """`connect` is for a camera that is not where its address says."""
        device = DeviceId(settings.name)
        self._rules = rules
        self._analyser_for = analyser_for
        self._now, self._zone = now, zone
        self._bounds = bounds
        self._filming = Filming(film, now)
        self._tap, self._sights, self._snapshots = LiveTap(), Sights(), Snapshots()

        def at(address: str) -> Connect:
            place = Place(address, settings.user, settings.password)
            return lambda *, hears: AddressSource(stream_at(place), hears=hears)

        def stay(to: Connect, use: Callable[[Source], None], hears: Callable[[], bool]) -> Staying:
            return Staying(device, to, use, now, hears=hears, pauses=pauses)

        main = connect or at(settings.address)
        self._main = stay(main, self._film, lambda: self._rules().camera.hears)
        sub = settings.sub or small_of(settings.address)
        self._sub = None if sub is None else stay(at(sub), self._look, lambda: False)

    def start(self) -> None:
        """Begin to watch."""
        for stream in self._streams():
            stream.start()

    def close(self) -> None:
        """End the clip that is filmed, and what is shown live, and disconnect."""
        for stream in self._streams():
            stream.closing.set()
        for stream in self._streams():
            stream.close()
        self._tap.close()

    @property
    def state(self) -> CameraState:
        """How it stands with the camera."""
        return self._main.state

    def rang(self) -> None:
        """Note, from any thread, that somebody rang: it is filmed, where the camera records."""
        self._sights.rang()

    def live(self) -> Live:
        """Answer the film from now on, for one who watches; private areas are black in it."""
        return self._tap.subscribe()

    def snapshot(self, seconds: float = SNAPSHOT_SECONDS_MAX) -> bytes | None:
        """Answer the next key picture as JPEG, black where it is private.

        `None` where none comes within so many seconds. Not kept anywhere.
        """
        return self._snapshots.ask(seconds)

    def _streams(self) -> list[Staying]:
        return [self._main] if self._sub is None else [self._main, self._sub]

    def _film(self, source: Source) -> None:
        """Take what comes over a connection to the main stream, until it ends."""
        session = _Session(source, self._filming, self._sights, self._analyser_for(), self._bounds)
        hears = self._rules().camera.hears
        self._sights.clear()
        try:
            for packet in source.packets():
                rules = self._rules()
                if self._main.closing.is_set() or rules.camera.hears != hears:
                    return
                if session.obey(rules.camera, records=self._records(rules)):
                    self._tap.interrupt()
                private = rules.camera.private
                self._tap.add(packet, source, private)
                if packet.key:
                    self._snapshots.offer(lambda: snapshot(source.pictures, packet, private))  # noqa: B023 - called at once
                session.take(packet, looks=not self._sub_is_there())
        finally:
            self._tap.interrupt()
            session.stop()

    def _look(self, source: Source) -> None:
        """Look at what comes over a connection to the smaller stream, until it ends."""
        looking = Looking(source.pictures, self._analyser_for())
        for packet in source.packets():
            rules = self._rules()
            if self._sub is None or self._sub.closing.is_set():
                return
            if not self._records(rules):
                looking.pause()
            elif (look := looking.look(packet, rules.camera.private)) is not None:
                self._sights.see(look)

    def _records(self, rules: Rules) -> bool:
        return rules.camera.records(rules.mode, self._now().astimezone(self._zone))

    def _sub_is_there(self) -> bool:
        return self._sub is not None and self._sub.state.connection is Connection.CONNECTED


class _Session:
    """What one connection's packets become."""

    def __init__(
        self, source: Source, filming: Filming, sights: Sights, analyser: Analyser, bounds: Bounds
    ) -> None:
        self._source = source
        self._filming = filming
        self._sights = sights
        self._looking = Looking(source.pictures, analyser)
        self._listening = None if source.sound is None else Listening(source.sound)
        self._clips = Clips(bounds)
        self._camera: Camera | None = None
        self._records = False
        self._shown: Look | None = None

    def obey(self, camera: Camera, *, records: bool) -> bool:
        """Follow the rules of the moment; answers whether other areas are private than before."""
        changed = self._camera is not None and self._camera.private != camera.private
        if changed or not records:
            self.stop()
        self._camera, self._records = camera, records
        return changed

    def take(self, packet: Encoded, *, looks: bool) -> None:
        """Take the next packet, and look at it or not."""
        camera = self._camera
        if camera is None or not self._records:
            return
        if not looks:
            self._looking.pause()
        elif not packet.sound and (look := self._looking.look(packet, camera.private)):
            self._sights.see(look)
        if packet.sound and self._listening and self._listening.hear(packet, camera.sensitivity):
            self._sights.heard()
        seen, self._shown = self._sights.take()
        self._clips.see(seen)
        self._do(self._clips.packet(packet, camera.keeps), camera.private)

    def stop(self) -> None:
        """End what is filmed; nothing of what came is held."""
        self._looking.pause()
        self._sights.clear()
        self._shown = None
        if self._camera is not None:
            self._do(self._clips.stop(), self._camera.private)

    def _do(self, steps: list[Step], private: tuple[Area, ...]) -> None:
        for step in steps:
            if not self._filming.do(step, self._source, private, self._shown):
                self._clips.abandon()
                return
