"""What is refused to a desk: counted, on the record, and told to guardians."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from unhear.access.message import Refused
from unhear.access.policy import Operation
from unhear.clock import Clock
from unhear.forget.database import Database
from unhear.forget.roots import RootKeeper, open_tree
from unhear.house.alerting import Alerting
from unhear.household.alerts import Alert, AlertKind
from unhear.household.family import Household
from unhear.keep.notices import Notice, Told, add_notice

log = logging.getLogger(__name__)

TOLD_EVERY = timedelta(hours=1)
"""How often guardians are told that the same was refused to the same person."""

NOBODY = "?"


class Refusals:
    """Keeps count; guardians are told of what the desk itself signed, not of strangers' noise."""

    def __init__(
        self,
        operator: str,
        *,
        database: Database,
        keeper: RootKeeper,
        alerting: Alerting,
        household: Callable[[], Household],
        clock: Clock,
    ) -> None:
        self.counted: Counter[str] = Counter()
        self._operator = operator
        self._database = database
        self._keeper = keeper
        self._alerting = alerting
        self._household = household
        self._clock = clock
        self._told: dict[tuple[str, Operation], datetime] = {}
        self._lock = Lock()

    def record(self, operation: Operation, error: Refused) -> None:
        """Count and log a refusal, and tell of it. No name and no word is logged."""
        with self._lock:
            self.counted[operation] += 1
            told = self._is_new(operation, error)
        log.warning(
            "staff message refused",
            extra={
                "operation": operation.value,
                "why": str(error),
                "signed": error.signed,
                "refused": self.counted.total(),
            },
        )
        if told:
            self._tell(operation, error)

    def _is_new(self, operation: Operation, error: Refused) -> bool:
        if not error.signed:
            return False
        who, now = "" if error.staff is None else error.staff.id, self._clock()
        self._told = {one: at for one, at in self._told.items() if now - at < TOLD_EVERY}
        new = (who, operation) not in self._told
        self._told.setdefault((who, operation), now)
        return new

    def _tell(self, operation: Operation, error: Refused) -> None:
        household, now = self._household(), self._clock()
        name = NOBODY if error.staff is None else error.staff.name
        slots = {"staff": name, "operator": self._operator, "operation": operation.value}
        with self._database.writing() as transaction:
            tree = open_tree(transaction, self._keeper)
            for guardian in sorted(household.guardians):
                notice = Notice(guardian, guardian, now, Told("staff_refused", slots))
                add_notice(transaction, tree, household.id, notice)
        self._alerting.tell(Alert(AlertKind.STAFF_REFUSED, now))
