"""A camera that is a browser: it calls, and what it sends is taken as any camera's film is."""

import asyncio
from threading import Condition, Thread

from unhear.cameras.browser_call import BrowserCall
from unhear.cameras.browser_source import BrowserSource
from unhear.cameras.source import CameraAway, Source
from unhear.house.watched import CallWrong

WAIT_SECONDS = 10.0


class BrowserCamera:
    """Waits for a browser's calls, the newest of which counts; safe to use from several threads.

    What belongs to the network is done by an event loop in a thread of its own.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="browser camera", daemon=True)
        self._thread.start()
        self._changed = Condition()
        self._call: BrowserCall | None = None
        self._closed = False

    def call(self, offer: str, *, hears: bool) -> BrowserCall:
        """Take a browser's offer (SDP) in place of the one before. Raises `CallWrong`."""
        if self._closed:
            raise CallWrong("this camera is no more")
        call = BrowserCall(self._loop, offer, hears=hears)
        with self._changed:
            before, self._call = self._call, call
            self._changed.notify_all()
        if before is not None:
            before.close()
        return call

    def connect(self, *, hears: bool) -> Source:
        """Wait for a browser that films, with sound or without. Raises `CameraAway`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._current(hears=hears), WAIT_SECONDS)
            call = self._current(hears=hears)
        if call is None:
            raise CameraAway("no browser films for it now")
        return BrowserSource(call)

    def close(self) -> None:
        """End the call, and take no more."""
        with self._changed:
            self._closed, call, self._call = True, self._call, None
            self._changed.notify_all()
        if call is not None:
            call.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _current(self, *, hears: bool) -> BrowserCall | None:
        call = self._call
        return call if call is not None and not call.over and call.hears == hears else None
