"""A day in a house that tells all it can: to a log in both formats, Prometheus and a receiver."""

import asyncio
import io
import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import numpy as np
import pytest
import structlog
from pydantic import SecretStr

from tests.cli.program import PASSPHRASE
from tests.copies.houses import keep
from tests.data_map.lives import live_in
from tests.home import WORDS
from tests.house.dictated import Room
from tests.house.spoken_worker import Loudspeaker
from tests.telling.receiver import Receiver, receiving
from tests.web import servers
from tests.web.consoles import API, Console, served
from unhear.cameras.at_work import watching
from unhear.capture.events import Captured, Event, GaveUp, Woken
from unhear.capture.sound import Pcm
from unhear.forget.errors import Barred, HeldBack, NoSuchTrace
from unhear.forget.traces import new_trace_id
from unhear.house.arbiter import Arbiter
from unhear.house.gauges import gauges_of
from unhear.house.house import House
from unhear.house.news import Wrong, tell_decisions, tell_what_is_wrong
from unhear.house.voice import Stream, VoiceSession, Ways
from unhear.household.alerts import AlertKind, Subscription
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, TraceId
from unhear.keep import identity
from unhear.satellites.places import stay_connected
from unhear.settings import CameraSettings, Settings
from unhear.telling.exporting import Exporting, exporting
from unhear.telling.logs import Lines, TextLines, logging_as
from unhear.telling.page import metrics_app
from unhear.web.home import Home

DEVICE, ROOM, CAMERA = "belvedere", "Conservatory", "gazebo"
PASSWORD, STREAM, TOKEN = "S3cr3tPw", "walnutstream", "doorbell-t0ken-of-ours"
PUSH = "https://push.example/quince-jelly"
SAID = [
    WORDS,
    "wheelbarrow",
    "teapot",
    "the neighbour",
    "WALNUT_AGENT",
    "marzipan",
    "District court",
]
NAMES = ["Testers", "Ada", "Ben", "Theodora", "alex", DEVICE, ROOM, CAMERA, "kitchen", "front door"]
SECRETS = [PASSPHRASE, PASSWORD, STREAM, TOKEN, PUSH, "quince-jelly", "127.0.0.1", "localhost"]
QUIET: Pcm = np.zeros(16, np.int16)


@dataclass
class Day:
    """All that was told on a day, and what must not have been."""

    text: str
    json: str
    metrics: str
    receiver: Receiver
    planted: list[str | bytes]
    templates: set[str]


@contextmanager
def a_day(folder: Path) -> Iterator[Day]:
    text, lines = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(identity, "SCRYPT_LOG_N", 4)
        stack.enter_context(logging_as("json", lines))
        _also(text, stack)
        receiver = stack.enter_context(receiving())
        with exporting(receiver.url) as listener:
            house = live_in(folder)
            planted: list[str | bytes] = [*SAID, *NAMES, *SECRETS, str(folder), *_ids(house)]
            house.close()
            settings = _peopled(house.settings)
            home = Home(settings)
            home.open()
            with served(home) as console, closing(home):
                templates = _templates(console)
                planted += _live(console, listener)
                planted += _ids(home.house)
                metrics = _scraped(listener, home)
        yield Day(text.getvalue(), lines.getvalue(), metrics, receiver, planted, templates)


def _also(text: io.StringIO, stack: ExitStack) -> None:
    """Write the lines for people too, and all lines there are."""
    also = Lines(text)
    also.setFormatter(TextLines())
    root = logging.getLogger()
    root.addHandler(also)
    stack.callback(root.setLevel, root.level)
    root.setLevel(logging.DEBUG)


def _peopled(settings: Settings) -> Settings:
    camera = CameraSettings(
        name=CAMERA,
        address=f"rtsp://127.0.0.1:1/{STREAM}",
        user="me",
        password=SecretStr(PASSWORD),
        press_token=SecretStr(TOKEN),
        room=ROOM,
    )
    return settings.model_copy(update={"cameras": (camera,)})


def _live(console: Console, listener: Exporting) -> list[str | bytes]:
    """Do what a family does, and what goes wrong; answer what secrets came up."""
    house = console.house
    secrets = _ask_at_the_console(console)
    room = Room(house)
    with closing(room.assistant):
        room.say("remember that the marzipan is for Theodora")
        room.say("what is two plus two", person=house.household.people[0].id)
        room.say("mumble", (0.6, -2.4))
        _wake(room)
        room.assistant.read("what is two plus three", DeviceId(DEVICE), UNKNOWN_PERSON, None)
        house.household = house.family.set_listening(DeviceId("kitchen"), on=False)
        room.say("what is two plus two")
        room.ears.transcribe = _breaks  # type: ignore[assignment, method-assign]
        with pytest.raises(ValueError, match="marzipan"):
            room.say("what is two plus two")
    _forget(house)
    _tell(house)
    _satellite_away()
    _camera_away(house)
    _others_talk()
    house.ledger.wait()
    return secrets


def _ask_at_the_console(console: Console) -> list[str | bytes]:
    house = console.house
    recording = keep(house)
    with closing(console.client()) as stranger:
        stranger.get("/purple-wheelbarrow?who=Theodora")
        stranger.request("MARZIPAN", "/today")
        stranger.post(f"{API}/session/passphrase", json=console.passphrase_proof("Ada", "marzipan"))
        stranger.post(f"{API}/doorbells/{CAMERA}/press", headers={"authorization": "Bearer x"})
    with closing(console.guardian("Ada", PASSPHRASE)) as ada:
        cookie = ada.headers["cookie"]
        csrf = ada.headers["x-csrf"]
        for page in ("/today", "/family", "/devices", "/static/main.js", f"{API}/cameras"):
            ada.get(page)
        ada.get(f"{API}/recordings?device=kitchen&person=Theodora")
        assert ada.get(f"{API}/recordings/{recording.hex()}/header").status_code == 200
        assert ada.delete(f"{API}/recordings/{recording.hex()}").status_code == 200
        ada.get(f"{API}/recordings/{recording.hex()}")
        ada.get(f"{API}/cameras/{CAMERA}/picture")
    return [recording, cookie.partition("=")[2], csrf]


class Scripted:
    """What a device hears, as a listener would tell it."""

    def __init__(self, *events: Event) -> None:
        self._events = list(events)

    def feed(self, _pcm: Pcm) -> list[Event]:
        events, self._events = self._events, []
        return events


def _wake(room: Room) -> None:
    """Have two devices hear one request, and one of them be called for nothing."""
    now = room.house.clock()
    capture = room.capture()
    loudspeakers = [Loudspeaker(), Loudspeaker()]
    with ThreadPoolExecutor(1) as work:
        arbiter = Arbiter()

        def hears(name: str, loudspeaker: Loudspeaker, *events: Event) -> VoiceSession:
            ways = Ways(room.assistant, arbiter, work, lambda _device, wake: Scripted(*events))  # type: ignore[arg-type] # noqa: ARG005
            stream = Stream(DeviceId(name), UNKNOWN_PERSON, loudspeaker, wake=True)
            return VoiceSession(stream, ways)

        first = hears(DEVICE, loudspeakers[0], Woken("alexa", now), GaveUp(now))
        first.feed(capture.pcm)
        second = hears(
            DEVICE,
            loudspeakers[1],
            Woken("alexa", now),
            Captured(replace(capture, device=DeviceId(DEVICE))),
        )
        second.feed(capture.pcm)
        assert loudspeakers[1].turns.get(timeout=60) is not None


def _breaks(_pcm: Pcm, *, hints: Any = ()) -> Any:
    raise ValueError("the marzipan was said")


def _forget(house: House) -> None:
    ours = house.household.id
    [held] = [one.id for one in house.catalogue.recordings() if not one.utterance.seen][:1]
    for scope, error in (
        (Scope(), HeldBack),
        (Scope(recordings=frozenset([new_trace_id()])), NoSuchTrace),
    ):
        with pytest.raises(error):
            house.forgetter.forget(ours, scope)
    heard = house.catalogue.recording(held).utterance
    late = replace(heard, of=new_trace_id(), heard_at=heard.heard_at - timedelta(days=1))
    with pytest.raises(Barred):
        house.catalogue.keep(
            wav=b"x", transcript=WORDS, utterance=late, keep_until=house.clock() + timedelta(days=1)
        )


def _tell(house: House) -> None:
    """Notify a browser whose push service nobody knows, and look at how the house is."""
    ada = house.household.people[0].id
    browser = Subscription(
        b"b" * 32, ada, PUSH, b"k" * 65, b"a" * 16, frozenset(AlertKind), house.clock()
    )
    house.household = house.family.set_subscription(browser)
    house.alerting.rang(ROOM)
    tell_decisions(house, house.clock())
    tell_what_is_wrong(house, Wrong())
    house.alerting.close()


def _satellite_away() -> None:
    async def wait(_seconds: float) -> None:
        raise TimeoutError

    async def converse() -> None:
        await asyncio.open_connection("127.0.0.1", 1)

    with pytest.raises(TimeoutError):
        asyncio.run(stay_connected(converse, wait))


def _camera_away(house: House) -> None:
    with watching(house, lambda _camera: None) as cameras:  # type: ignore[arg-type, return-value] # never asked
        cameras.tick()


def _others_talk() -> None:
    """Have libraries and skills of others say what nobody should hear."""
    library = logging.getLogger("some.library")
    library.warning("no answer from %s for %s", "127.0.0.1", "Theodora")
    library.error(f"cannot open the file of {WORDS}")
    library.warning("%d marzipans", "marzipan")
    try:
        _breaks(QUIET)
    except ValueError:
        library.exception("marzipan")
    warnings.showwarning("Theodora's marzipan", UserWarning, "others.py", 1)
    structlog.get_logger("others").warning("marzipan", who="Theodora")
    thread = Thread(target=_breaks, args=(QUIET,), name="marzipan")
    thread.start()
    thread.join()


def _ids(house: House) -> list[bytes]:
    ours = house.household
    with house.database.reading() as transaction:
        erasures = [row.id for row in transaction.erasures(ours.id)]
        current = transaction.current_root()
        queued = list(transaction.queued_roots())
    recordings: list[TraceId] = [one.id for one in house.catalogue.recordings()]
    people = [PersonId(one.id).encode() for one in ours.people]
    roots = [current.root_id, current.tree_id, *queued, *house.keeper.ids()]
    return [ours.id, *erasures, *recordings, *people, *roots]


def _templates(console: Console) -> set[str]:
    client: httpx2.Client
    with closing(console.guardian("Ada", PASSPHRASE)) as client:
        described = client.get(f"{API}/openapi.json").json()
    return {"other", *described["paths"]}


def _scraped(listener: Exporting, home: Home) -> str:
    app = metrics_app(listener, lambda: gauges_of(home.house), "127.0.0.1:0")
    with servers.served(app) as url:
        answer = httpx2.get(f"{url}/metrics", trust_env=False)
    assert answer.status_code == 200
    return answer.text
