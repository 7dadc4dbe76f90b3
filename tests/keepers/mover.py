"""A process that moves a house's root key, or settles a move, and dies at a named step.

python -m tests.keepers.mover migrate|settle HOUSE SPEC STEP
"""

import os
import signal
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from unhear.forget.migrate import Move, migrate, settle
from unhear.forget.mirror import Copies
from unhear.forget.roots import RootKeeper
from unhear.house.keeping import FileMoveRecord
from unhear.settings import Settings
from unhear.stores.database import Database
from unhear.stores.keepers.choose import choose_keeper
from unhear.stores.transaction import Transaction

STEPS = (
    "before it is written down",
    "after it is written down",
    "a root put into the new keeper",
    "before the commit",
    "after the commit",
    "a root destroyed in the new keeper",
    "a root destroyed in the old keeper",
    "before its end is written down",
    "after its end is written down",
    "never",
)
_deadly = ""


def _reach(step: str) -> None:
    if step == _deadly:
        os.kill(os.getpid(), signal.SIGKILL)


class DyingKeeper:
    def __init__(self, name: str, keeper: RootKeeper) -> None:
        self.kind, self.grade, self.limits = keeper.kind, keeper.grade, keeper.limits
        self._name, self._keeper = name, keeper

    def put(self, root_id: bytes, root: bytes) -> None:
        self._keeper.put(root_id, root)
        _reach(f"a root put into the {self._name} keeper")

    def get(self, root_id: bytes) -> bytes:
        return self._keeper.get(root_id)

    def destroy(self, root_id: bytes) -> None:
        self._keeper.destroy(root_id)
        _reach(f"a root destroyed in the {self._name} keeper")

    def ids(self) -> Collection[bytes]:
        return self._keeper.ids()


class DyingRecord(FileMoveRecord):
    def begin(self) -> None:
        _reach("before it is written down")
        super().begin()
        _reach("after it is written down")

    def undo(self) -> None:
        _reach("before its end is written down")
        super().undo()
        _reach("after its end is written down")

    def finish(self) -> None:
        _reach("before its end is written down")
        super().finish()
        _reach("after its end is written down")


class DyingDatabase(Database):
    committed = False

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        with super().writing() as transaction:
            yield transaction
            if not self.committed:
                _reach("before the commit")
        if not self.committed:
            _reach("after the commit")
        self.committed = True


def _work(what: str, house: Path, spec: str) -> None:
    settings = Settings(house=house)
    database = DyingDatabase(settings.database_file)
    move = Move(
        DyingKeeper("old", choose_keeper(settings.keeper_spec, house)),
        DyingKeeper("new", choose_keeper(spec, house, make=True)),
        DyingRecord(house, settings.keeper, spec),
    )
    if what == "migrate":
        migrate(database, move, Copies(), today=0, due_day=0)
    else:
        settle(database, move, Copies())


if __name__ == "__main__":
    _deadly = sys.argv[4]
    _work(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
