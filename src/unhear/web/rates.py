"""How often one address may ask, in memory that an attack from many addresses does not fill.

Each address has two counts, of this minute and of the one before, of which the share counts that
still lies within the last sixty seconds. A minute later both are dropped as a whole, whatever the
number of addresses: nothing is ever searched. Of IPv6 the first 64 bits count, since whoever has
one address has all of those (RFC 6177, section 2).
"""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv6Address
from time import monotonic

MINUTE_SECONDS = 60.0
PREFIX_BITS = 64
HELD_MAX = 200_000
"""So many counts a minute are held, a few tens of megabytes; who comes beyond them is refused."""


class Rates:
    """Counts by address and by what is asked; to be used from one thread, as an event loop is."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._now: Counter[tuple[str, str]] = Counter()
        self._before: Counter[tuple[str, str]] = Counter()

    def hit(self, address: str, what: str, most: int) -> bool:
        """Count, and answer whether it came at most `most` times within the last minute.

        What is refused does not count.
        """
        moment = self._clock() / MINUTE_SECONDS
        self._turn(int(moment))
        key = (_who(address), what)
        left = 1.0 - moment % 1.0
        if self._before[key] * left + self._now[key] + 1 > most:
            return False
        if key not in self._now and len(self._now) >= HELD_MAX:
            return False
        self._now[key] += 1
        return True

    def _turn(self, minute: int) -> None:
        if minute == self._minute:
            return
        self._before = self._now if minute == self._minute + 1 else Counter()
        self._now, self._minute = Counter(), minute


def _who(address: str) -> str:
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(int(parsed) >> (128 - PREFIX_BITS))
