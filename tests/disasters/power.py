"""Cut the power in tests: what a program wrote is recorded, and only what was synced is promised.

The record is that of the system calls (strace). After a cut, of every file what was written before
its last sync is there; what was written since may be there in any part, torn at sectors and in any
order. Names (made, renamed, removed) keep their order: those before a folder's last sync are there,
and of those since any first part. That is what Linux file systems with a journal do at the least.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECTOR_BYTES = 512
CALLS = (
    "openat,creat,write,pwrite64,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,"
    "unlinkat,link,linkat,mkdir,mkdirat,rmdir"
)
_CALL = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+= (-?\d+)")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PATH = re.compile(r"^\d+<([^>]*)>")


@dataclass(frozen=True)
class Step:
    """One thing a program did: `what`, to which file, and with what."""

    what: str
    path: str
    other: str = ""
    offset: int = 0
    content: bytes = b""


@dataclass(repr=False)
class Recording:
    """What a program did to the files below a folder, and said on standard output, in order."""

    folder: Path
    steps: list[Step] = field(default_factory=list)


def record(folder: Path, module: str, log: Path) -> Recording:
    """Run a module with `folder` as its argument; answer what it did below it."""
    command = ["strace", "-f", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}", "-o", str(log)]
    run = [sys.executable, "-m", module, str(folder)]
    subprocess.run([*command, *run], check=True, stdout=subprocess.DEVNULL, timeout=120)
    recording = Recording(folder)
    ends: dict[str, int] = {}
    for name, text in calls(log):
        recording.steps += _steps(name, text, folder, ends)
    return recording


def calls(log: Path) -> Iterator[tuple[str, str]]:
    """Yield the calls that succeeded: their names and arguments; joined where threads cut in."""
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        process, _, rest = line.partition(" ")
        rest = rest.strip()
        if rest.endswith("<unfinished ...>"):
            begun[process] = rest.removesuffix("<unfinished ...>")
            continue
        if rest.startswith("<..."):
            rest = begun.pop(process, "") + rest.partition(" resumed>")[2]
        found = _CALL.match(f"{process} {rest}")
        if found and not found[4].startswith("-"):
            yield found[2], found[3] + f" = {found[4]}" + rest.rpartition(f"= {found[4]}")[2]


def _steps(name: str, text: str, folder: Path, ends: dict[str, int]) -> Iterator[Step]:
    named = [bytes.fromhex(one.replace("\\x", "")) for one in _HEX.findall(text)]
    on = _PATH.match(text)
    path = text_of(on[1]) if on else ""
    if name == "write" and text.startswith("1<"):
        yield Step("say", "", content=named[0])
    elif name in {"write", "pwrite64"} and _ours(path, folder):
        place = (
            int(text.rsplit(", ", maxsplit=1)[-1].split(" = ", maxsplit=1)[0])
            if name == "pwrite64"
            else ends[path]
        )
        ends[path] = place + len(named[0])
        yield Step("write", path, offset=place, content=named[0])
    elif name in {"fsync", "fdatasync"} and _ours(path, folder):
        yield Step("sync", path)
    elif name == "ftruncate" and _ours(path, folder):
        yield Step("truncate", path, offset=_last_number(text))
    elif name in {"openat", "creat"}:
        yield from _opened(text, folder, ends)
    elif name not in {"write", "pwrite64"}:
        paths = [one.decode() for one in named]
        if paths and _ours(paths[-1], folder):
            yield from _renamed(name, text, paths)


def _last_number(text: str) -> int:
    arguments, _, _answer = text.rpartition(" = ")
    return int(arguments.rpartition(", ")[2].rstrip(") "), 0)


def _opened(text: str, folder: Path, ends: dict[str, int]) -> Iterator[Step]:
    answered = re.search(r"= \d+<([^>]*)>", text)
    path = text_of(answered[1]) if answered else ""
    if not _ours(path, folder) or "O_DIRECTORY" in text:
        return
    ends[path] = 0
    if "O_CREAT" in text:
        yield Step("make", path)
    if "O_TRUNC" in text:
        yield Step("truncate", path)


def _renamed(name: str, text: str, paths: list[str]) -> Iterator[Step]:
    if name.startswith("rename"):
        yield Step("rename", paths[0], other=paths[1])
    elif name.startswith("link"):
        yield Step("link", paths[0], other=paths[1])
    elif name.startswith("mkdir"):
        yield Step("folder", paths[0])
    elif name == "rmdir" or "AT_REMOVEDIR" in text:
        yield Step("no folder", paths[0])
    else:
        yield Step("remove", paths[0])


def text_of(escaped: str) -> str:
    if "\\x" not in escaped:
        return escaped
    return bytes.fromhex(escaped.replace("\\x", "")).decode()


def _ours(path: str, folder: Path) -> bool:
    return path.startswith(f"{folder}") and not path.endswith("-shm")


def said_before(recording: Recording, cut: int) -> list[str]:
    """Answer what the program had said when the power was cut."""
    said = b"".join(step.content for step in recording.steps[:cut] if step.what == "say")
    return said.decode().splitlines()


def cut_power(recording: Recording, cut: int, into: Path, survives: Callable[[int], int]) -> None:
    """Make of `into`, a copy of the folder as it was before, what is left after a cut.

    The first `cut` steps were done. `survives(n)` chooses from 0 to `n`: how many of the names not
    synced are there, and for every sector not synced whether it is.
    """
    steps = _with_files(recording.steps[:cut])
    names = [n for n, (step, _) in enumerate(steps) if step.what in NAMES]
    certain = _certain_names(steps, names)
    there = set(names[: certain + survives(len(names) - certain)])
    disk = _Disk(recording.folder, into)
    for number, (step, file) in enumerate(steps):
        if step.what == "write":
            later = steps[number + 1 :]
            synced = any(one.what == "sync" and which == file for one, which in later)
            disk.write(step, file, lambda: survives(1) == 1, whole=synced)
        elif number in there:
            disk.name(step, file)


NAMES = ("make", "truncate", "rename", "link", "folder", "no folder", "remove")

Filed = tuple[Step, int]
"""A step, and the number of the file it is about, which stays when its name changes."""


def _with_files(steps: Sequence[Step]) -> list[Filed]:
    files: dict[str, int] = {}
    filed = []
    for number, step in enumerate(steps):
        filed.append((step, files.setdefault(step.path, number)))
        if step.what == "rename":
            files[step.other] = files.pop(step.path)
        elif step.what == "remove":
            del files[step.path]
    return filed


def _certain_names(steps: Sequence[Filed], names: Sequence[int]) -> int:
    """Answer how many of the names are certain: those before the last sync of their folder."""
    certain = 0
    for count, number in enumerate(names):
        step, file = steps[number]
        folders = {str(Path(path).parent) for path in (step.path, step.other) if path}
        later = [(one.path, which) for one, which in steps[number + 1 :] if one.what == "sync"]
        if any(path in folders or which == file for path, which in later):
            certain = count + 1
    return certain


class _Disk:
    """The files that are left, put together below another folder."""

    def __init__(self, folder: Path, into: Path) -> None:
        self._folder, self._into = folder, into
        self._where: dict[int, Path] = {}

    def write(self, step: Step, file: int, chance: Callable[[], bool], *, whole: bool) -> None:
        path = self._where.setdefault(file, self._at(step.path))
        if not path.is_file():
            return  # its name did not survive, so that nobody finds what was written
        with path.open("r+b") as opened:
            start, end = step.offset, step.offset + len(step.content)
            while start < end:
                stop = min((start // SECTOR_BYTES + 1) * SECTOR_BYTES, end)
                if whole or chance():
                    opened.seek(start)
                    opened.write(step.content[start - step.offset : stop - step.offset])
                start = stop

    def name(self, step: Step, file: int) -> None:
        path = self._where.setdefault(file, self._at(step.path))
        if step.what == "make":
            path.touch()
        elif step.what == "truncate":
            os.truncate(path, step.offset)
        elif step.what == "folder":
            path.mkdir(exist_ok=True)
        elif step.what == "no folder":
            path.rmdir()
        elif step.what == "remove":
            path.unlink()
        elif step.what == "link":
            self._at(step.other).hardlink_to(path)
        else:
            self._where[file] = path.replace(self._at(step.other))

    def _at(self, path: str) -> Path:
        return self._into / Path(path).relative_to(self._folder)
