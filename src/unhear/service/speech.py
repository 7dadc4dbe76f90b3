"""Recognition for the other processes of a house, or of many: a member of the pool."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack

from unhear.engines.choose import choose_recogniser
from unhear.satellites.speech_server import SpeechServer, recognising
from unhear.service import notify
from unhear.service.health import telling_health
from unhear.service.life import DRAIN_SECONDS_MAX, Life
from unhear.settings import Settings, SettingsWrong

log = logging.getLogger(__name__)


async def recognise_for_others(
    settings: Settings, listen: str, ready: Callable[[str], None], life: Life
) -> None:
    """Recognise what comes to an address until `life` is told to leave, or cancelled.

    Words pass there unencrypted, so that it must be this machine's own, or the settings say that
    the network is private. Raises `SettingsWrong`, `AddressWrong`, `OSError` and what the
    recogniser lacks.
    """
    try:
        settings.expect_near(listen)
    except ValueError as error:
        raise SettingsWrong(f"speech cannot be recognised like this: {error}") from None
    recogniser = choose_recogniser(settings.recogniser, settings.models, settings.language)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(notify.watched())
        await stack.enter_async_context(telling_health(settings.health, life, []))
        await asyncio.to_thread(recogniser.warm)
        server = SpeechServer(recogniser, settings.language)
        bound = await stack.enter_async_context(recognising(server, listen))
        ready(f"recognition (Wyoming) at {bound}")
        life.ready()
        notify.notify(notify.READY)
        await life.until_left()
        notify.notify(notify.STOPPING)
        try:
            async with asyncio.timeout(DRAIN_SECONDS_MAX):
                await server.rest()
        except TimeoutError:
            log.warning("not all that was begun could be finished")
