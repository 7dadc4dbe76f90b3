"""The house at work: its page, satellites and cameras, what it offers others, what falls due."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    nullcontext,
)
from datetime import datetime, timedelta
from ipaddress import ip_address

from starlette.applications import Starlette

from unhear.cameras.at_work import CamerasAtWork, events_of, watching
from unhear.engines.choose import choose_wake
from unhear.engines.sight import analyser
from unhear.forget.errors import ClockDoubted, ForgetError, MirrorAway
from unhear.house.arbiter import Arbiter
from unhear.house.controls import ControlsMissing, require_controls
from unhear.house.drill import rehearse_if_due
from unhear.house.gauges import Gauge, gauges_of
from unhear.house.house import House
from unhear.house.turn import Assistant
from unhear.house.voice import Ways, listening_in
from unhear.house.watch import Watch
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId
from unhear.satellites.discovery import announced
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.places import Place
from unhear.satellites.speech_files import SpeechFiles, own_address, serve_speech
from unhear.satellites.wyoming_provider import Provider, provide
from unhear.satellites.wyoming_satellite import WyomingSatellite
from unhear.settings import SatelliteSettings, Settings, SettingsWrong
from unhear.stores.errors import StoreError
from unhear.telling.page import telling
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import Tls, serving

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
SHIP_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(days=1)
END_EVERY = timedelta(seconds=15)
"""How often grants that are over are looked for: their keys go within a minute."""

ACCOUNTS_EVERY = timedelta(minutes=1)
ANSWERS_AT_ONCE = 8
ESPHOME, ESPHOME_PORT = "esphome://", 6053


async def work(settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve the console, the satellites and whoever asks, until cancelled.

    `ready` is told what is served, line by line. Where there is no house yet, the console makes
    one. Raises `NotSetUp` where there is neither, `SettingsWrong`, `AddressWrong` and `OSError`,
    what `House` raises, and `ControlsMissing`, at once or on the day on which a control goes off.
    """
    try:
        await _work(settings, ready)
    except ExceptionGroup as errors:
        if (stopped := errors.subgroup(ControlsMissing)) is None:
            raise
        raise ControlsMissing(*stopped.exceptions[0].args) from None


async def _work(settings: Settings, ready: Callable[[str], None]) -> None:
    async with AsyncExitStack() as stack:
        home = Home(settings)
        stack.callback(home.close)

        def gauges() -> Iterable[Gauge]:
            return gauges_of(home.house) if home.ready else ()

        if (page := stack.enter_context(telling(settings, gauges))) is not None:
            url = await stack.enter_async_context(serving(lambda _: page.app, page.at))
            ready(f"metrics at {url}/metrics")
        await asyncio.to_thread(home.begin, asyncio.get_running_loop())
        if settings.page:
            url = await stack.enter_async_context(_console(home))
            home.origin = settings.origin or _named(url)
            ready(f"the console at {home.origin}")
        elif not home.ready:
            home.open()
        if not home.ready:
            ready("nothing else until the household is made there")
            await home.opened.wait()
        await _at_work(home, stack, ready)


def _console(home: Home) -> AbstractAsyncContextManager[str]:
    settings = home.settings
    host = settings.page.rpartition(":")[0]
    if settings.origin is None and not _is_loopback(host):
        raise SettingsWrong(
            f"the console cannot be served at {settings.page!r} like this: browsers use passkeys "
            "and microphones over TLS alone; set origin (and certificate), or page = "
            '"127.0.0.1:8480"'
        )
    if (settings.certificate is None) != (settings.certificate_key is None):
        raise SettingsWrong("set both certificate and certificate_key, or none of them")
    tls = None
    if settings.certificate is not None and settings.certificate_key is not None:
        tls = Tls(settings.certificate, settings.certificate_key)

    def make(url: str) -> Starlette:
        home.origin = settings.origin or _named(url)
        return console_app(home)

    return serving(make, settings.page, tls)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _named(url: str) -> str:
    """Answer this machine's own address as passkeys need it: by a name, not by numbers."""
    return f"http://localhost:{url.rpartition(':')[2]}"


async def _at_work(home: Home, stack: AsyncExitStack, ready: Callable[[str], None]) -> None:
    house = home.house
    assistant = Assistant(house)
    stack.callback(assistant.close)
    answers = stack.enter_context(ThreadPoolExecutor(ANSWERS_AT_ONCE, "answers"))
    ways = Ways(assistant, Arbiter(), answers, listening_in(house))
    await asyncio.to_thread(_warm, house)
    home.ways = ways
    home.bell = house.door
    watch = Watch(house)
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    files = SpeechFiles(house.clock)
    stack.enter_context(_serving_speech(house, files))
    for one in house.settings.satellites:
        place = _place(house, one)
        watch.expect(place.device, place.room)
        tasks.create_task(_satellite(one, place, ways, files).run())
        ready(f"satellite {place.device} in the {place.room}, at {place.host}:{place.port}")
    if house.settings.provide is not None:
        host, port = _address(house.settings.provide)
        provider = _provider(house, assistant)
        bound = await stack.enter_async_context(provide(provider, host, port))
        ready(f"speech for others (Wyoming) at {host}:{bound}")
    if house.settings.discover:
        tasks.create_task(_serve_announced(ways, watch, ready))
        ready("looking for satellites on the network")
    cameras = await asyncio.to_thread(stack.enter_context, watching(house, analyser))
    for events in events_of(house):
        tasks.create_task(events.run())
    for device, camera in house.cameras.named.items():
        ready(f"camera {device} in the {camera.room or camera.name}")
    await _tend(home, assistant, watch, cameras)


async def _serve_announced(ways: Ways, watch: Watch, ready: Callable[[str], None]) -> None:
    """Serve each satellite that announces itself and is not served yet."""
    named = {one.name for one in ways.assistant.house.settings.satellites}
    async with announced() as found, asyncio.TaskGroup() as tasks:
        while True:
            place = await found.get()
            if place.device in named:
                continue
            named.add(place.device)
            watch.expect(place.device, place.room)
            tasks.create_task(WyomingSatellite(place, ways).run())
            ready(f"satellite {place.device} was found at {place.host}:{place.port}")


async def _tend(home: Home, assistant: Assistant, watch: Watch, cameras: CamerasAtWork) -> None:
    """Let fall due what falls due, keep the mirror near, and tidy once a day, for ever."""
    house = assistant.house
    shipped = tidied = ended = looked = datetime.fromtimestamp(0, tz=house.clock().tzinfo)
    while True:
        now = house.clock()
        await asyncio.to_thread(assistant.tick)
        await asyncio.to_thread(watch.tick)
        await asyncio.to_thread(cameras.tick)
        if now - ended >= END_EVERY:
            ended = now
            await asyncio.to_thread(_end_grants, house)
        if now - looked >= ACCOUNTS_EVERY:
            looked = now
            await asyncio.to_thread(home.tick)
        if now - tidied >= TIDY_EVERY:
            tidied = shipped = now
            await asyncio.to_thread(_tidy, house, watch)
            await asyncio.to_thread(require_controls, house)
        elif now - shipped >= SHIP_EVERY:
            shipped = now
            await asyncio.to_thread(_ship, house)
        await asyncio.sleep(TICK_SECONDS)


def _tidy(house: House, watch: Watch) -> None:
    try:
        house.tidy()
        rehearse_if_due(house)
    except (ClockDoubted, MirrorAway, StoreError) as error:
        log.warning("the day's work was not finished", extra={"error": type(error).__name__})
        watch.trouble()


def _end_grants(house: House) -> None:
    try:
        house.grants.end_what_is_over()
    except (ForgetError, StoreError) as error:
        log.warning("ended grants were not all destroyed", extra={"error": type(error).__name__})


def _ship(house: House) -> None:
    try:
        house.copies.ship()
    except (MirrorAway, StoreError) as error:
        log.warning("mirror away", extra={"error": type(error).__name__})


def _warm(house: House) -> None:
    house.recogniser.warm()
    house.synthesiser.warm()
    house.grammar.vocabulary()


def _satellite(
    one: SatelliteSettings, place: Place, ways: Ways, files: SpeechFiles
) -> WyomingSatellite | EsphomeSatellite:
    if not one.address.startswith(ESPHOME):
        return WyomingSatellite(place, ways)
    key = None if one.key is None else one.key.get_secret_value()
    return EsphomeSatellite(place, EsphomeWays(ways, files), key)


def _serving_speech(house: House, files: SpeechFiles) -> AbstractContextManager[None]:
    """Serve answers to ESPHome devices that fetch them, at the address they can reach."""
    devices = [one for one in house.settings.satellites if one.address.startswith(ESPHOME)]
    if not devices:
        return nullcontext()
    host, _ = _address(devices[0].address)
    return serve_speech(files, own_address(host), 0)


def _place(house: House, one: SatelliteSettings) -> Place:
    host, port = _address(one.address)
    return Place(DeviceId(one.name), host, port, one.room or one.name, _person(house, one.person))


def _person(house: House, name: str | None) -> PersonId:
    if name is None:
        return UNKNOWN_PERSON
    person = house.household.named(name)
    if person is None:
        raise SettingsWrong(f"a satellite belongs to {name!r}, but nobody here is called that")
    return person.id


def _provider(house: House, assistant: Assistant) -> Provider:
    settings = house.settings
    return Provider(
        assistant,
        lambda: choose_wake(settings.wake_engine, [settings.wake_word]),
        DeviceId("others"),
        UNKNOWN_PERSON,
    )


def _address(text: str) -> tuple[str, int]:
    if text.startswith(ESPHOME):
        text = text.removeprefix(ESPHOME)
        text = text if ":" in text else f"{text}:{ESPHOME_PORT}"
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise SettingsWrong(f"{text!r} is no address; write HOST:PORT, such as 127.0.0.1:10400")
    return host.strip("[]"), int(port)
