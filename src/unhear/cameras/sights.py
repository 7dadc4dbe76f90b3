"""What was seen and rung since the last packet, told from any thread."""

from collections.abc import Callable
from threading import Condition, Lock

from unhear.cameras.looking import Look
from unhear.household.words import Seen


class Sights:
    """Collects what was seen until the film's thread takes it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: frozenset[Seen] = frozenset()
        self._look: Look | None = None

    def see(self, look: Look) -> None:
        """Note a look; one that shows something stays the one to be shown until it is taken."""
        with self._lock:
            if look.seen or not self._seen or self._look is None:
                self._look = look
            self._seen |= look.seen

    def rang(self) -> None:
        """Note that somebody rang."""
        with self._lock:
            self._seen |= {Seen.RING}

    def heard(self) -> None:
        """Note that something was suddenly loud."""
        with self._lock:
            self._seen |= {Seen.SOUND}

    def take(self) -> tuple[frozenset[Seen], Look | None]:
        """Answer what was seen since the last time, and the picture to show for it."""
        with self._lock:
            seen, self._seen = self._seen, frozenset()
            return seen, self._look

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._seen, self._look = frozenset(), None


class Snapshots:
    """Hands the next key picture to those who ask for one."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._asking = 0
        self._made = 0
        self._newest: bytes | None = None

    def ask(self, seconds: float) -> bytes | None:
        """Wait for the next picture; `None` where none comes in time."""
        with self._changed:
            before, self._asking = self._made, self._asking + 1
            came = self._changed.wait_for(lambda: self._made > before, seconds)
            self._asking -= 1
            newest = self._newest if came else None
            if not self._asking:
                self._newest = None
            return newest

    def offer(self, make: Callable[[], bytes | None]) -> None:
        """Make a picture, if anybody asks."""
        with self._changed:
            if not self._asking:
                return
        made = make()
        with self._changed:
            if made is not None:
                self._made += 1
                self._newest = made
                self._changed.notify_all()
