"""The last seconds of a camera's film in memory, still encoded; it begins with a key picture."""

from collections import deque

from unhear.capture.encoded import Encoded

BYTES_MAX = 64 * 1024 * 1024


class FilmRing:
    """Holds the newest packets of a film; what is held can be decoded from its first picture."""

    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = bytes_max
        self._packets: deque[Encoded] = deque()
        self._keys: deque[float] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        """Answer how many packets are held."""
        return len(self._packets)

    @property
    def held_bytes(self) -> int:
        """How much is held."""
        return self._bytes

    def append(self, packet: Encoded) -> None:
        """Hold the next packet; without a key picture before it there is no use for it."""
        if packet.key:
            self._keys.append(packet.at)
        if not self._keys:
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        while self._bytes > self._bytes_max:
            self._drop_first_group()

    def trim(self, since: float) -> None:
        """Let go of what is not needed to decode from the moment `since` on."""
        while len(self._keys) > 1 and self._keys[1] <= since:
            self._drop_first_group()

    def take(self) -> tuple[Encoded, ...]:
        """Answer what is held, and hold it no longer."""
        taken = tuple(self._packets)
        self.clear()
        return taken

    def clear(self) -> None:
        """Hold nothing; what comes is held from the next key picture on."""
        self._packets.clear()
        self._keys.clear()
        self._bytes = 0

    def _drop_first_group(self) -> None:
        """Let go of the first key picture and what follows it, up to the next one."""
        self._keys.popleft()
        self._bytes -= len(self._packets.popleft().data)
        while self._packets and not self._packets[0].key:
            self._bytes -= len(self._packets.popleft().data)
