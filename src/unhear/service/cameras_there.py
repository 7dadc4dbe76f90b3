"""A camera of another process, as the house asks any camera; what it films passes through."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread

from unhear.house.beyond import CameraTold
from unhear.house.watched import CameraLeft, CameraState
from unhear.household.words import DeviceId
from unhear.service.asking import Asking
from unhear.service.line import Line, LineBroken

PIECE_SECONDS_MAX = 15.0
"""A camera that shows nothing for ten seconds is said to be away; then nobody says anything."""


class CameraThere:
    """A camera of another process, as the house asks it."""

    def __init__(self, asking: Asking, camera: DeviceId, told: Callable[[], CameraTold]) -> None:
        """`told` answers how it is."""
        self._asking = asking
        self._camera = camera
        self._told = told

    @property
    def state(self) -> CameraState:
        """How it is."""
        return self._told().state

    @contextmanager
    def live(self) -> Iterator[Iterator[bytes]]:
        """Follow it. Entering raises `CameraAway`, and each piece `CameraLeft`."""
        line = self._asking.ask({"do": "see", "camera": self._camera}).line
        with closing(line):
            yield _film(line)

    def picture(self) -> bytes | None:
        """Answer what it shows now. Raises `CameraAway`."""
        line = self._asking.ask({"do": "picture", "camera": self._camera}).line
        with closing(line):
            return next(_film(line), None)


class CallThere:
    """A browser that films for a camera of another process."""

    def __init__(self, line: Line, answer: str, *, hears: bool) -> None:
        """`line` is open for as long as it films, and no longer."""
        self.answer = answer
        self.hears = hears
        self.over = False
        self._line = line
        Thread(target=self._until_over, name="browser camera", daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._line.close()

    def _until_over(self) -> None:
        with suppress(LineBroken), closing(self._line):
            self._line.receive(None)
        self.over = True


def _film(line: Line) -> Iterator[bytes]:
    """Yield what comes until that is all. Raises `CameraLeft`."""
    while True:
        try:
            message = line.receive(PIECE_SECONDS_MAX)
        except LineBroken:
            raise CameraLeft from None
        if isinstance(message, bytes):
            yield message
        elif message.get("left"):
            raise CameraLeft
        else:
            return
