"""What authorised agents and visitors ask for, as guardians decide it."""

from collections.abc import Callable, Sequence

from unhear.clock import Clock
from unhear.forget.database import Database
from unhear.forget.engine import Forgetter
from unhear.forget.roots import RootKeeper, open_tree
from unhear.forget.snapshot import snapshot
from unhear.household.data_rights import DataRequest, Denial, RequestClosed, Right
from unhear.household.words import HouseholdId, PersonId, TraceId
from unhear.keep.notices import Notice, Told, add_notice
from unhear.keep.requests import DATA_REQUESTS
from unhear.prove.receipt import Receipt

OPEN_MAX = 10
"""How many requests of one agent may be open at once."""

KEPT_MAX = 100
"""How many of one agent are kept, decided or not; each goes after its 45 days."""


class AlreadyAsked(Exception):
    """The same message, or another one under the same id of the agent's, was taken before."""


class TooManyRequests(Exception):
    """An agent has asked for more than is kept of one."""


class DataRequests:
    """The requests of one household."""

    def __init__(
        self,
        *,
        database: Database,
        keeper: RootKeeper,
        forgetter: Forgetter,
        household: HouseholdId,
        clock: Clock,
    ) -> None:
        self._database = database
        self._keeper = keeper
        self._forgetter = forgetter
        self._household = household
        self._clock = clock

    def all(self) -> list[DataRequest]:
        """Answer every request that is kept, newest first."""
        return snapshot(
            self._database,
            self._keeper,
            lambda tx, tree: DATA_REQUESTS.all(tx, tree, self._household),
        )

    def of(self, agent: str, request: TraceId) -> DataRequest | None:
        """Answer a request of an agent; None for one that is not kept, or another agent's."""
        found = (one for one in self.all() if one.id == request and one.agent == agent)
        return next(found, None)

    def receive(self, new: DataRequest, guardians: Sequence[PersonId], told: Told) -> None:
        """Keep a request, once, and tell the guardians. It waits for one of them.

        Raises `AlreadyAsked` and `TooManyRequests`.
        """
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            kept = DATA_REQUESTS.all(transaction, tree, self._household)
            own = [one for one in kept if one.agent == new.agent]
            named = new.agent_request_id is not None
            if any(
                one.digest == new.digest or (named and one.agent_request_id == new.agent_request_id)
                for one in own
            ):
                raise AlreadyAsked("this request was made before")
            if len(own) >= KEPT_MAX or sum(one.is_open(self._clock()) for one in own) >= OPEN_MAX:
                raise TooManyRequests("this agent has too many requests here already")
            DATA_REQUESTS.add(transaction, tree, self._household, new)
            for guardian in guardians:
                notice = Notice(guardian, guardian, self._clock(), told)
                add_notice(transaction, tree, self._household, notice)

    def revoke(self, agent: str, request: TraceId) -> DataRequest | None:
        """Take a request back for its agent; None as in `of`. Raises `RequestClosed`."""
        if self.of(agent, request) is None:
            return None
        return self._change(request, lambda one: one.revoke(self._clock()))

    def deny(self, request: TraceId, why: Denial) -> DataRequest:
        """Say no. Raises `NoSuchTrace` and `RequestClosed`."""
        return self._change(request, lambda one: one.deny(self._clock(), why))

    def agree(self, request: TraceId, person: PersonId | None = None) -> Receipt | None:
        """Say yes: a deletion is done at once; answer its receipt.

        It takes a visitor's visit, or everything of `person`, or of everybody.

        Access is done by a guardian, who says so with `hand_over`. Where an erasure is left
        unfinished, saying yes again finishes it. Raises `NoSuchTrace`, `RequestClosed`, and what
        `Forgetter.forget` raises.
        """
        agreed = self._change(request, lambda one: one.agree(self._clock()))
        if agreed.right is Right.ACCESS:
            return None
        receipt = self._forgetter.forget(self._household, agreed.scope(person))
        erasure = str(receipt.statement["id"])
        self._change(request, lambda one: one.fulfil(self._clock(), erasure))
        return receipt

    def hand_over(self, request: TraceId) -> DataRequest:
        """Say that who asked has their copy. Raises `NoSuchTrace` and `RequestClosed`."""

        def done(one: DataRequest) -> DataRequest:
            if one.right is not Right.ACCESS:
                raise RequestClosed("only a copy is handed over")
            return one.fulfil(self._clock())

        return self._change(request, done)

    def _change(
        self, request: TraceId, change: Callable[[DataRequest], DataRequest]
    ) -> DataRequest:
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            return DATA_REQUESTS.change(transaction, tree, self._household, request, change)
