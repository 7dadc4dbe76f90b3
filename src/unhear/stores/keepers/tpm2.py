"""A root keeper in the non-volatile memory of a TPM 2.0 chip, through the tpm2-tools programs.

A root lies in an NV index of its own, behind the authorisation of the owner: 16 bytes of id, then
32 of root. A house has a few neighbouring indexes, its places. Names are those of the TPM 2.0
Library specification (TCG), part 3, section 31. Programs and not a binding, because no binding
installs without a compiler; roots go through their standard input and output only, never through
arguments or files.
"""

import fcntl
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from unhear.clock import random_bytes
from unhear.forget.errors import KeeperFailed, RootGone
from unhear.forget.keytree import KEY_BYTES
from unhear.forget.roots import ROOT_ID_BYTES

PLACE_BYTES = ROOT_ID_BYTES + KEY_BYTES
CALL_SECONDS_MAX = 20
OWNER_INDEXES = range(0x01800000, 0x01C00000)
"""The handles that owners define (TCG Registry of Reserved TPM 2.0 Handles, 2.2.2)."""

ATTRIBUTES = "ownerread|ownerwrite"
WRITTEN = 1 << 29
"""TPMA_NV_WRITTEN: an index without it was defined and never written."""

NO_SUCH_INDEX, NEVER_WRITTEN, NO_ROOM, NO_SESSIONS = 0x18B, 0x14A, 0x14B, 0x903
"""TPM_RC_HANDLE for the first handle, TPM_RC_NV_UNINITIALIZED, TPM_RC_NV_SPACE,
TPM_RC_SESSION_MEMORY."""


class Tpm2RootKeeper:
    """Holds roots in NV indexes; one caller at a time, in this process and others."""

    kind = "tpm2"

    def __init__(self, *, index: int, places: int, tcti: str, lock: Path) -> None:
        """Use `places` NV indexes from `index` on, of the TPM that `tcti` reaches.

        `lock` is a file of the house: its processes take turns by it. Two houses must not share
        an index. Nothing is called yet, so that a TPM that is away is no error here.
        Raises `ValueError` for indexes an owner cannot define.
        """
        self._indexes = range(index, index + places)
        if (
            not self._indexes
            or index not in OWNER_INDEXES
            or self._indexes[-1] not in OWNER_INDEXES
        ):
            raise ValueError(
                f"a TPM's owner has the indexes {OWNER_INDEXES[0]:#010x} to {OWNER_INDEXES[-1]:#x}"
            )
        self._tcti = tcti
        self._lock = lock
        self._found: dict[bytes, int] = {}
        self._software: bool | None = None

    @property
    def grade(self) -> str:
        """A for a chip, C for a program. Raises `KeeperFailed` when that cannot be asked."""
        if self._is_software():
            return (
                "C: the TPM is a program that keeps its memory in a file; the file is replaced "
                "and not overwritten, and snapshots and copies of it keep a remnant"
            )
        return (
            "A: the chip overwrites the root in its own memory and removes it; nothing else holds "
            "it, and it cannot be copied out or restored from a backup"
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """What it cannot promise. Raises `KeeperFailed` when the TPM cannot be asked."""
        theirs = (
            (
                "a snapshot of the virtual machine, or of the TPM's folder, brings a destroyed "
                "root back",
                "it does not sync what it writes; unhear has the whole machine synced after it",
            )
            if self._is_software()
            else (
                "that the chip's overwriting leaves nothing is its maker's word; firmware TPMs "
                "keep their memory, encrypted, in the board's flash",
                "its memory wears out after some hundred thousand changes",
                "the root key crosses the board's wires in clear",
            )
        )
        return (
            *theirs,
            "whoever controls the running machine can ask it for the root key while it is held",
            "clearing the TPM or changing the board loses everything kept",
        )

    def put(self, root_id: bytes, root: bytes) -> None:
        """Write the root into a free place. Raises `KeeperFailed`, also when all are taken."""
        with self._alone():
            defined = self._defined()
            held = {self._read(index)[:ROOT_ID_BYTES] for index in defined if defined[index]}
            if root_id in held:
                raise KeeperFailed("the TPM holds a root key of that id already")
            free = [index for index in self._indexes if not defined.get(index)]
            if not free:
                raise KeeperFailed(
                    f"all {len(self._indexes)} places in the TPM are taken. Old root keys stay "
                    "until they are destroyed, or for the backup horizon; give the keeper more "
                    "`places`, or shorten the horizon"
                )
            if free[0] not in defined:
                self._define(free[0])
            self._tool("nvwrite", f"{free[0]:#x}", "-C", "o", "-i", "-", stdin=root_id + root)
            self._found[root_id] = free[0]
            self._sync()

    def get(self, root_id: bytes) -> bytes:
        """Answer the root. Raises `RootGone`."""
        with self._alone():
            index = self._index(root_id)
            if index is None:
                raise RootGone(
                    f"the root key {root_id.hex()} is not in the TPM; it was cleared, or this is "
                    "another machine. Only another copy or share of the root opens this house"
                )
            return self._read(index)[ROOT_ID_BYTES:]

    def destroy(self, root_id: bytes) -> None:
        """Overwrite the place and undefine it. Raises `KeeperFailed`."""
        with self._alone():
            index = self._index(root_id)
            if index is None:
                return
            noise = random_bytes(PLACE_BYTES)
            self._tool("nvwrite", f"{index:#x}", "-C", "o", "-i", "-", stdin=noise)
            self._tool("nvundefine", f"{index:#x}", "-C", "o")
            self._found.pop(root_id, None)
            self._sync()

    def ids(self) -> set[bytes]:
        """Answer the ids of all roots held. Raises `KeeperFailed`."""
        with self._alone():
            written = [index for index, is_written in self._defined().items() if is_written]
            return {self._read(index)[:ROOT_ID_BYTES] for index in written}

    def _index(self, root_id: bytes) -> int | None:
        """Find a root's place: where it was last, if it is still there, or anywhere."""
        index = self._found.get(root_id)
        if index is not None:
            try:
                if self._read(index)[:ROOT_ID_BYTES] == root_id:
                    return index
            except _Refused as refused:
                if refused.code not in (NO_SUCH_INDEX, NEVER_WRITTEN):
                    raise
        self._found = {
            self._read(index)[:ROOT_ID_BYTES]: index
            for index, is_written in self._defined().items()
            if is_written
        }
        return self._found.get(root_id)

    def _defined(self) -> dict[int, bool]:
        """Answer which of our indexes are defined, and whether each has been written."""
        said = yaml.safe_load(self._tool("nvreadpublic")) or {}
        found = {}
        try:
            for index in self._indexes:
                if index not in said:
                    continue
                if said[index]["size"] != PLACE_BYTES:
                    raise KeeperFailed(
                        f"something else uses the TPM's index {index:#x}; give the keeper another"
                    )
                found[index] = bool(said[index]["attributes"]["value"] & WRITTEN)
        except (KeyError, TypeError):
            raise KeeperFailed(
                "tpm2_nvreadpublic answers in a form that unhear does not know"
            ) from None
        return found

    def _define(self, index: int) -> None:
        try:
            self._tool(
                "nvdefine", f"{index:#x}", "-C", "o", "-s", str(PLACE_BYTES), "-a", ATTRIBUTES
            )
        except _Refused as refused:
            if refused.code != NO_ROOM:
                raise
            raise KeeperFailed(
                "the TPM's memory is full; remove NV indexes that nothing uses (see them with "
                "`tpm2_nvreadpublic`)"
            ) from None

    def _read(self, index: int) -> bytes:
        return self._tool("nvread", f"{index:#x}", "-C", "o", "-s", str(PLACE_BYTES))

    def _is_software(self) -> bool:
        if self._software is None:
            said = self._tool("getcap", "properties-fixed").decode(errors="replace")
            # libtpms, which swtpm and virtual machines use, calls itself "SW   TPM".
            self._software = (
                re.search(r'VENDOR_STRING_1:\s+raw: \w+\s+value: "SW', said) is not None
            )
        return self._software

    def _tool(self, name: str, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run a program of tpm2-tools. Raises `KeeperFailed`, or `_Refused` with the TPM's code."""
        try:
            return self._run(name, *arguments, stdin=stdin)
        except _Refused as refused:
            if refused.code != NO_SESSIONS:
                raise
        # Programs that were killed left their sessions behind; without a kernel nobody clears up.
        self._run("flushcontext", "--loaded-session")
        return self._run(name, *arguments, stdin=stdin)

    def _run(self, name: str, *arguments: str, stdin: bytes = b"") -> bytes:
        program = shutil.which(f"tpm2_{name}")
        if program is None:
            raise KeeperFailed(f"tpm2_{name} is not installed (Debian: apt install tpm2-tools)")
        try:
            done = subprocess.run(  # noqa: S603 - a fixed program; no shell
                [program, *arguments, "-T", self._tcti],
                input=stdin,
                capture_output=True,
                timeout=CALL_SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise KeeperFailed(
                f"the TPM at {self._tcti} has not answered for {CALL_SECONDS_MAX} seconds"
            ) from None
        except OSError as error:
            raise KeeperFailed(f"tpm2_{name} does not start: {error.strerror}") from None
        if done.returncode:
            raise _Refused(f"tpm2_{name}", self._tcti, done.stderr.decode(errors="replace"))
        return done.stdout

    def _sync(self) -> None:
        """Make durable what a TPM that is a program wrote: swtpm itself never syncs."""
        if self._is_software():
            os.sync()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Take turns: a place freed here must not be one that another process has just filled."""
        try:
            file = self._lock.open("a")
        except OSError as error:
            raise KeeperFailed(f"{self._lock} cannot be opened: {error.strerror}") from None
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class _Refused(KeeperFailed):
    """The TPM, or the way to it, said no; `code` is the TPM's response code, 0 for none."""

    def __init__(self, program: str, tcti: str, said: str) -> None:
        codes = re.findall(r"\(0x([0-9A-Fa-f]+)\)", said)
        self.code = int(codes[-1], 16) if codes else 0
        why = f"the TPM answered {self.code:#x}" if self.code else "there is no TPM there"
        super().__init__(f"{program} failed at {tcti}: {why}")
