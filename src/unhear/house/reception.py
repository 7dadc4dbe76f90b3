"""What a desk may ask of this house for its staff: each message checked, judged, and on the record.

A desk can only ask. What it is answered opens for the member of staff whom a guardian granted it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from unhear.access.asking import id_in, reason_in, wanted_in, whole_in
from unhear.access.message import Desk, Malformed, Message, Refused
from unhear.access.policy import Asked, Granted, Operation, judge
from unhear.clock import Clock
from unhear.forget.database import Database, TraceKind, Transaction
from unhear.forget.errors import NoSuchTrace
from unhear.forget.keytree import KeyTree
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.forget.traces import new_trace_id
from unhear.house.access import Access
from unhear.house.alerting import Alerting
from unhear.house.grants import Grants
from unhear.house.passing import Passing
from unhear.house.refusals import Refusals
from unhear.household.alerts import Alert, AlertKind
from unhear.household.staff import AccessRequest, AccessState, StaffLook
from unhear.household.words import TraceId
from unhear.keep.access import ACCESS_REQUESTS, STAFF_LOOKS
from unhear.keep.age import KeyMistyped, Recipient
from unhear.keep.grants import Grant
from unhear.prove.ledger import Ledger
from unhear.settings import StaffSettings

T = TypeVar("T")

OPEN_MAX = 10
"""How many requests of one member of staff may wait at once."""

A_DAY_MAX = 100
"""How many requests a day a house takes, of all of them."""

NO_GRANT = "there is no such grant of this member of staff, or not any more"
NO_REQUEST = "there is no such request of this member of staff"


@dataclass(frozen=True, slots=True)
class Part:
    """Which bytes of a recording's payload may be sent: from `first` before `end`."""

    recording: TraceId
    first: int
    end: int


class Reception:
    """Answers one desk."""

    def __init__(
        self,
        settings: StaffSettings,
        *,
        access: Access,
        grants: Grants,
        database: Database,
        keeper: RootKeeper,
        ledger: Ledger,
        passing: Passing,
        alerting: Alerting,
        opened: Callable[[TraceId], None],
        clock: Clock,
    ) -> None:
        """Take messages of this desk alone; `opened` is told of each recording looked at."""
        self.settings = settings
        self.refusals = Refusals(
            settings.name,
            database=database,
            keeper=keeper,
            alerting=alerting,
            household=lambda: access.household,
            clock=clock,
        )
        self._access = access
        self._grants = grants
        self._database = database
        self._keeper = keeper
        self._ledger = ledger
        self._alerting = alerting
        self._opened = opened
        self._clock = clock
        self._ours = access.household.id
        self._desk = Desk(
            settings.key_bytes,
            self._ours.hex(),
            clock,
            lambda nonce, until: passing.first(b"staff/" + nonce, until),
        )

    def ask(self, message: str, signature: str) -> TraceId:
        """Take a request, for a guardian to decide; answer its id. Raises `Refused`."""
        return self._answer(Operation.ASK, message, signature, self._ask)

    def requests(self, message: str, signature: str) -> list[tuple[AccessRequest, AccessState]]:
        """Answer a member's own requests, newest first. Raises `Refused`."""
        return self._answer(Operation.REQUESTS, message, signature, self._requests)

    def headers(self, message: str, signature: str) -> Grant:
        """State a look; answer the grant, whose headers may be sent. Raises `Refused`.

        Where it cannot be stated it raises, and nothing is to be given out.
        """
        return self._answer(Operation.HEADERS, message, signature, self._headers)

    def payload(self, message: str, signature: str) -> Part:
        """Answer which bytes may be sent. Raises `Refused`."""
        return self._answer(Operation.PAYLOAD, message, signature, self._payload)

    def give_back(self, message: str, signature: str) -> None:
        """End a member's own request or grant early. Raises `Refused`."""
        return self._answer(Operation.GIVE_BACK, message, signature, self._give_back)

    def counts(self, message: str, signature: str) -> dict[str, int]:
        """Answer how often staff asked, were let in, and looked, ever. Raises `Refused`."""
        return self._answer(Operation.COUNTS, message, signature, self._counts)

    def _answer(
        self, operation: Operation, message: str, signature: str, do: Callable[[Message], T]
    ) -> T:
        try:
            found = self._desk.read(operation, message, signature)
            try:
                return do(found)
            except Malformed as error:
                raise Refused(str(error), signed=True, staff=found.staff) from None
        except Refused as error:
            self.refusals.record(operation, error)
            raise

    def _ask(self, found: Message) -> TraceId:
        request = self._request(found)
        self._judge(found, Asked(request.staff, request.reason))
        now = self._clock()
        kept = self._access.requests()
        own = [one for one in kept if one.staff.id == found.staff.id]
        waiting = [one for one in own if one.state(now) is AccessState.WAITING]
        today = [one for one in kept if now - one.asked_at < timedelta(days=1)]
        if len(waiting) >= OPEN_MAX or len(today) >= A_DAY_MAX:
            raise _no(found, "too many requests wait here, or came today")
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            ACCESS_REQUESTS.add(transaction, tree, self._ours, request)
        self._alerting.tell(Alert(AlertKind.STAFF_ASKED, now))
        return request.id

    def _requests(self, found: Message) -> list[tuple[AccessRequest, AccessState]]:
        self._judge(found, None)
        own = [one for one in self._access.requests() if one.staff.id == found.staff.id]
        return [(one, self._access.state(one)) for one in own]

    def _headers(self, found: Message) -> Grant:
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            grant = self._granted(found, transaction, tree)
            counted, receipt = self._grants.opened(transaction, tree, grant)
            look = self._look(counted, receipt.proof.index)
            STAFF_LOOKS.add(transaction, tree, self._ours, look)
        self._ledger.publish_soon(self._database)
        self._opened(counted.recording)
        self._alerting.tell(Alert(AlertKind.STAFF_LOOKED, look.at))
        return counted

    def _payload(self, found: Message) -> Part:
        grant = self._named(found)
        first, last = whole_in(found, "first"), whole_in(found, "last")
        if not 0 <= first <= last < grant.size:
            raise Malformed("first and last lie outside what was granted")
        return Part(grant.recording, first, last + 1)

    def _give_back(self, found: Message) -> None:
        if "request" in found.args:
            wanted = id_in(found, "request")
            own = (one for one in self._access.requests() if one.id == wanted)
            request = next(own, None)
            if request is None:
                raise _no(found, NO_REQUEST)
            self._judge(found, Asked(request.staff, request.reason), NO_REQUEST)
            self._access.give_back(request)
            return
        self._access.revoke(self._named(found).id)

    def _counts(self, found: Message) -> dict[str, int]:
        self._judge(found, None)
        requests = self._access.requests()
        with self._database.reading() as transaction:
            looks, _ = transaction.extent(self._ours, TraceKind.STAFF_LOOK)
        grants = sum(len(one.grants) for one in requests)
        return {"looks": looks, "requests": len(requests), "grants": grants}

    def _named(self, found: Message) -> Grant:
        return snapshot(
            self._database, self._keeper, lambda tx, tree: self._granted(found, tx, tree)
        )

    def _granted(self, found: Message, transaction: Transaction, tree: KeyTree) -> Grant:
        """Answer the grant that a message names, if the rules let it be opened so."""
        try:
            grant = self._grants.to_staff(transaction, tree, id_in(found, "grant"))
        except NoSuchTrace:
            raise _no(found, NO_GRANT) from None
        if grant.staff is None:
            raise _no(found, NO_GRANT)
        about = Granted(
            grant.staff.staff,
            grant.staff.reason,
            self._access.consented(grant.utterance),
            until=grant.expires_at,
            looked=grant.opened > 0,
        )
        self._judge(found, about, NO_GRANT)
        return grant

    def _judge(self, found: Message, about: Asked | None, why: str = "") -> None:
        verdict = judge(found.staff, found.operation, about, self._clock())
        if not verdict.allowed:
            raise _no(found, why or f"the rules forbid it: {'; '.join(verdict.rules)}")

    def _request(self, found: Message) -> AccessRequest:
        try:
            Recipient.parse(found.staff.recipient)
        except KeyMistyped:
            raise Malformed("staff.recipient is no age recipient (age1...)") from None
        return AccessRequest(
            id=new_trace_id(),
            staff=found.staff,
            reason=reason_in(found),
            wanted=wanted_in(found),
            asked_at=self._clock(),
        )

    def _look(self, grant: Grant, entry: int) -> StaffLook:
        terms = grant.staff
        if terms is None:
            raise NoSuchTrace(NO_GRANT)
        return StaffLook(
            id=new_trace_id(),
            at=self._clock(),
            staff=terms.staff,
            operator=self.settings.name,
            purpose=terms.reason.purpose,
            ticket=terms.reason.ticket,
            recording=grant.recording,
            device=grant.utterance.device,
            seconds=grant.pieces[-1].ends,
            filmed=grant.filmed,
            entry=entry,
        )


def _no(found: Message, why: str) -> Refused:
    return Refused(why, signed=True, staff=found.staff)
