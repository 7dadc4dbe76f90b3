"""The house at work: its page, its satellites, what it offers others, what falls due."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, AsyncExitStack, nullcontext
from datetime import datetime, timedelta

from unhear.engines.choose import choose_wake
from unhear.forget.errors import ClockDoubted, MirrorAway
from unhear.house.arbiter import Arbiter
from unhear.house.drill import rehearse_if_due
from unhear.house.house import House
from unhear.house.turn import Assistant
from unhear.house.voice import Ways, listening_in
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId
from unhear.satellites.discovery import announced
from unhear.satellites.esphome import EsphomeSatellite, EsphomeWays
from unhear.satellites.speech_files import SpeechFiles, own_address, serve_speech
from unhear.satellites.wyoming_provider import Provider, provide
from unhear.satellites.wyoming_satellite import Place, WyomingSatellite
from unhear.settings import SatelliteSettings, SettingsWrong
from unhear.stores.errors import StoreError
from unhear.web.microphone import microphone_app, own_machine
from unhear.web.serving import serving

log = logging.getLogger(__name__)

TICK_SECONDS = 1.0
SHIP_EVERY = timedelta(minutes=1)
TIDY_EVERY = timedelta(days=1)
ANSWERS_AT_ONCE = 8
ESPHOME, ESPHOME_PORT = "esphome://", 6053


async def work(house: House, ready: Callable[[str], None]) -> None:
    """Serve the page, the satellites and whoever asks, until cancelled.

    `ready` is told what is served, line by line.
    Raises `SettingsWrong`, `AddressWrong` and `OSError`.
    """
    assistant = Assistant(house)
    async with AsyncExitStack() as stack:
        stack.callback(assistant.close)
        answers = stack.enter_context(ThreadPoolExecutor(ANSWERS_AT_ONCE, "answers"))
        ways = Ways(assistant, Arbiter(), answers, listening_in(house))
        await asyncio.to_thread(_warm, house)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        files = SpeechFiles(house.clock)
        stack.enter_context(_serving_speech(house, files))
        for one in house.settings.satellites:
            place = _place(house, one)
            tasks.create_task(_satellite(one, place, ways, files).run())
            ready(f"satellite {place.device} in the {place.room}, at {place.host}:{place.port}")
        if house.settings.page:
            app = microphone_app(ways, house.settings.wake_word)
            address = own_machine(house.settings.page)
            url = await stack.enter_async_context(serving(app, address))
            ready(f"the microphone page at {url}")
        if house.settings.provide is not None:
            host, port = _address(house.settings.provide)
            provider = _provider(house, assistant)
            bound = await stack.enter_async_context(provide(provider, host, port))
            ready(f"speech for others (Wyoming) at {host}:{bound}")
        if house.settings.discover:
            tasks.create_task(_serve_announced(ways, ready))
            ready("looking for satellites on the network")
        await _tend(assistant)


async def _serve_announced(ways: Ways, ready: Callable[[str], None]) -> None:
    """Serve each satellite that announces itself and is not served yet."""
    named = {one.name for one in ways.assistant.house.settings.satellites}
    async with announced() as found, asyncio.TaskGroup() as tasks:
        while True:
            place = await found.get()
            if place.device in named:
                continue
            named.add(place.device)
            tasks.create_task(WyomingSatellite(place, ways).run())
            ready(f"satellite {place.device} was found at {place.host}:{place.port}")


async def _tend(assistant: Assistant) -> None:
    """Let fall due what falls due, keep the mirror near, and tidy once a day, for ever."""
    house = assistant.house
    shipped = tidied = datetime.fromtimestamp(0, tz=house.clock().tzinfo)
    while True:
        now = house.clock()
        await asyncio.to_thread(assistant.tick)
        if now - tidied >= TIDY_EVERY:
            tidied = shipped = now
            await asyncio.to_thread(_tidy, house)
        elif now - shipped >= SHIP_EVERY:
            shipped = now
            await asyncio.to_thread(_ship, house)
        await asyncio.sleep(TICK_SECONDS)


def _tidy(house: House) -> None:
    try:
        house.tidy()
        rehearse_if_due(house)
    except (ClockDoubted, MirrorAway, StoreError) as error:
        log.warning("the day's work was not finished", extra={"error": type(error).__name__})


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
