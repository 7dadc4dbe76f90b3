"""Tell guardians' browsers while nobody looks at the console: in a thread of its own.

What is told waits in memory alone, and no longer than it means something. To the push service every
message to a browser looks the same: as long, as urgent, kept for as long.
"""

import json
import logging
from base64 import b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Condition, Thread
from typing import Protocol

from unhear.clock import Clock
from unhear.household.alerts import ALWAYS, Alert, AlertKind, Subscription
from unhear.household.family import Household
from unhear.household.words import TraceId
from unhear.signals.giving import count
from unhear.signals.words import Metric, PushOutcome
from unhear.stores.errors import PushAway, PushGone, PushRefused

log = logging.getLogger(__name__)

STAYS = timedelta(hours=12)
"""For how long a browser that is away can still be told; the message says when it was."""

WAITING_MAX = 200
"""How many messages may wait; what comes then is told nobody."""

RETRY_FIRST, RETRY_MAX, DOUBLINGS_MAX = timedelta(seconds=5), timedelta(minutes=15), 10
LOOK_EVERY_SECONDS = 60.0
"""The clock may have been set meanwhile."""

CLOSING_SECONDS_MAX = 20.0
MESSAGE_BYTES = 384
PICTURE_BYTES_MAX = 2_400
MESSAGE_WITH_PICTURE_BYTES = MESSAGE_BYTES + PICTURE_BYTES_MAX * 4 // 3
"""A push service takes 4,096 bytes, of which sealing needs 103 (RFC 8291, section 4)."""

SHOWN_MAX = 1_000
ROOM_LETTERS_MAX = 40

PATHS = {
    AlertKind.RINGING: "/talk",
    AlertKind.DECISION: "/consent",
    AlertKind.AWAY: "/devices",
    AlertKind.TROUBLE: "/status",
    AlertKind.RANG: "/today",
    AlertKind.SEEN: "/today",
    AlertKind.STAFF_ASKED: "/access",
    AlertKind.STAFF_LOOKED: "/access",
    AlertKind.STAFF_REFUSED: "/access",
    AlertKind.SIGNED_IN: "/sign-ins",
    AlertKind.GUESSING: "/sign-ins",
}
"""The page that a notification opens."""

FORGETTABLE = frozenset({AlertKind.RINGING, AlertKind.RANG, AlertKind.SEEN})
"""What came of what somebody said or did, and waits no longer once anything is forgotten."""


class Push(Protocol):
    """Sends to browsers."""

    def send(self, to: Subscription, message: bytes, stays_seconds: int) -> None:
        """Send. Raises `PushAway`, `PushGone` and `PushRefused`."""


@dataclass(frozen=True, slots=True)
class _Message:
    """What one browser is to be told, when next, and how often it was tried."""

    to: bytes
    alert: Alert
    next_at: datetime
    tries: int = 0


class Alerting:
    """Tells every browser that wants to know; safe to use from several threads."""

    def __init__(
        self,
        *,
        push: Callable[[], Push],
        household: Callable[[], Household],
        gone: Callable[[Collection[bytes]], None],
        small: Callable[[bytes, int], bytes | None],
        clock: Clock,
    ) -> None:
        """`push` is asked for when something is sent; `gone` is told who is subscribed no more.

        `small` makes a JPEG picture smaller than so many bytes, or answers None.
        """
        self._push = push
        self._household = household
        self._gone = gone
        self._small = small
        self._clock = clock
        self._waiting: list[_Message] = []
        self._changed = Condition()
        self._thread: Thread | None = None
        self._closed = False
        self._forgotten_at: datetime | None = None
        self._shown: dict[TraceId, tuple[Alert, set[bytes]]] = {}

    def tell(self, alert: Alert) -> None:
        """Have every browser told that wants to know; never waits."""
        self._send(alert, [one.id for one in _audience(self._household(), alert)])

    def _send(self, alert: Alert, chosen: Sequence[bytes]) -> None:
        with self._changed:
            room = max(0, WAITING_MAX - len(self._waiting))
            if len(chosen) > room:
                log.warning("too many notifications wait", extra={"dropped": len(chosen) - room})
                count(Metric.PUSHES, PushOutcome.DROPPED, by=len(chosen) - room)
            self._waiting += [_Message(one, alert, self._clock()) for one in chosen[:room]]
            if self._waiting and self._thread is None and not self._closed:
                self._thread = Thread(target=self._work, name="alerting", daemon=True)
                self._thread.start()
            self._changed.notify()

    def rang(self, room: str) -> None:
        """Tell that something rings in a room."""
        self.tell(Alert(AlertKind.RINGING, self._clock(), room))

    def forget(self, traces: Collection[TraceId]) -> None:
        """Drop what is still to be told of what rang and who was seen: it may be forgotten.

        A browser that was shown a picture of one of these is told to show it no longer.
        """
        with self._changed:
            self._forgotten_at = self._clock()
            shown = [self._shown.pop(trace) for trace in traces if trace in self._shown]
            self._changed.notify()
        for alert, browsers in shown:
            self._send(replace(alert, at=self._clock(), picture=None, gone=True), sorted(browsers))

    def shown(self) -> Collection[TraceId]:
        """Answer the clips of which a browser was shown a picture."""
        with self._changed:
            return list(self._shown)

    @property
    def busy(self) -> bool:
        """Whether somebody is still to be told something."""
        with self._changed:
            return bool(self._waiting)

    def close(self) -> None:
        """Drop what waits, and wait for what is being sent."""
        with self._changed:
            self._closed, self._waiting = True, []
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(CLOSING_SECONDS_MAX)

    def _work(self) -> None:
        while (message := self._next()) is not None:
            try:
                self._deliver(message)
            except Exception as error:  # noqa: BLE001 - one message must not end all others
                log.warning("notification failed", extra={"error": type(error).__name__})
                count(Metric.PUSHES, PushOutcome.FAILED)

    def _next(self) -> _Message | None:
        """Wait for the next message that is due; None once closed."""
        with self._changed:
            while not self._closed:
                now = self._clock()
                self._waiting = [m for m in self._waiting if self._counts(m.alert, now)]
                first = min(self._waiting, key=lambda m: m.next_at, default=None)
                if first is not None and first.next_at <= now:
                    self._waiting.remove(first)
                    return first
                pause = None if first is None else (first.next_at - now).total_seconds()
                self._changed.wait(pause if pause is None else min(pause, LOOK_EVERY_SECONDS))
            return None

    def _counts(self, alert: Alert, now: datetime) -> bool:
        """Whether it still means something, and was not forgotten."""
        since = self._forgotten_at
        forgettable = alert.kind in FORGETTABLE and not alert.gone
        forgotten = since is not None and forgettable and alert.at <= since
        return now - alert.at < STAYS and not forgotten

    def _deliver(self, message: _Message) -> None:
        chosen = {one.id: one for one in _audience(self._household(), message.alert)}
        to = chosen.get(message.to)
        if to is None:
            return
        alert = message.alert
        left = alert.at + STAYS - self._clock()
        picture = self._picture(alert, to)
        try:
            said = message_of(alert, picture, pictures=to.pictures)
            self._push().send(to, said, max(0, int(left.total_seconds())))
        except PushGone:
            count(Metric.PUSHES, PushOutcome.GONE)
            self._gone([to.id])
        except PushRefused as error:
            log.warning("notification not sent", extra={"why": str(error)})
            count(Metric.PUSHES, PushOutcome.REFUSED)
        except PushAway as error:
            log.info("notification waits", extra={"why": str(error)})
            count(Metric.PUSHES, PushOutcome.WAITS)
            self._retry(message, timedelta(seconds=error.again_seconds))
        else:
            count(Metric.PUSHES, PushOutcome.SENT)

    def _picture(self, alert: Alert, to: Subscription) -> bytes | None:
        """Answer what a browser is shown; from now on it is known that it was."""
        clip = alert.clip
        if not to.pictures or alert.picture is None or clip is None:
            return None
        small = self._small(alert.picture, PICTURE_BYTES_MAX)
        with self._changed:
            if small is None or not self._counts(alert, self._clock()):
                return None
            first, browsers = self._shown.pop(clip, (alert, set()))
            self._shown[clip] = replace(first, picture=None), browsers | {to.id}
            while len(self._shown) > SHOWN_MAX:
                del self._shown[next(iter(self._shown))]
        return small

    def _retry(self, message: _Message, asked: timedelta) -> None:
        pause = max(asked, min(RETRY_FIRST * 2 ** min(message.tries, DOUBLINGS_MAX), RETRY_MAX))
        later = replace(message, next_at=self._clock() + pause, tries=message.tries + 1)
        with self._changed:
            if not self._closed:
                self._waiting.append(later)


def message_of(alert: Alert, picture: bytes | None = None, *, pictures: bool = False) -> bytes:
    """Answer what the browser reads: as JSON, always as long, so that its length tells nothing.

    It is longer for a browser that is shown `pictures`, whether or not there is one.
    """
    fields: dict[str, object] = {
        "kind": alert.kind,
        "path": PATHS[alert.kind],
        "at": alert.at.isoformat(),
    }
    if alert.room:
        letters = (letter for letter in alert.room if letter.isprintable())
        fields["room"] = "".join(letters)[:ROOM_LETTERS_MAX]
    if alert.clip is not None:
        fields["clip"] = alert.clip.hex()
    if alert.gone:
        fields["gone"] = True
    if picture is not None:
        fields["picture"] = b64encode(picture).decode()
    size = MESSAGE_WITH_PICTURE_BYTES if pictures else MESSAGE_BYTES
    return json.dumps(fields, ensure_ascii=False).encode().ljust(size)


def _audience(household: Household, alert: Alert) -> list[Subscription]:
    """Answer the browsers that want to know; those of guardians alone."""
    may_know = household.guardians if alert.whom is None else household.guardians & {alert.whom}
    return [
        one
        for one in household.subscriptions
        if one.person in may_know
        and (alert.gone or alert.kind in ALWAYS or alert.kind in one.kinds)
    ]
