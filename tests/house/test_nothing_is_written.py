"""A child without consent is answered, and the system calls show that nothing of it is written.

The whole process is traced: every file it opens for writing, everything it writes anywhere, and
every part of a file that it maps to be shared. Two more runs show that the trace would see it.
"""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from tests.disasters.power import calls, text_of
from tests.house.spoken_worker import DONE, LISTENS
from tests.needs import need_program
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import Purpose
from unhear.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.tools, pytest.mark.speech]

REQUEST = "Remember that I am allergic to walnuts."
SECRET = "walnuts"
TRIES = 6
QUIET: Pcm = np.zeros(RATE_HZ, np.int16)
CALLS = (
    "open,openat,openat2,creat,write,pwrite64,writev,pwritev,pwritev2,sendfile,copy_file_range,"
    "splice,vmsplice,truncate,ftruncate,fallocate,mmap,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,setxattr,fsetxattr"
)
WRITES = {"write", "pwrite64", "writev", "pwritev", "pwritev2"}
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
ON = re.compile(r"^(?:AT_FDCWD<[^>]*>, )?(\d+)<([^>]*)>")
NO_FILE = ("pipe:", "socket:", "anon_inode:", "/dev/null", "/dev/pts/", "/dev/tty")
DATABASE = re.compile(r".*/data/unhear\.db(-wal|-shm)?")
"""The house's database is opened so that it could be written to: SQLite knows no other way that
sees what others write. That nothing is written to it is what the calls show."""


@dataclass
class Trace:
    """What a process did: all that it wrote, and what it did between listening and being done."""

    answer: dict[str, Any] = field(default_factory=dict)
    everything: list[bytes] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    shared: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def trace(house: Path, sound: Pcm, tmp_path: Path, *more: str) -> Trace:
    strace, log = need_program("strace"), tmp_path / "strace.log"
    worker = [sys.executable, "-m", "tests.house.spoken_worker", str(house), "Mia", *more]
    run = [strace, "-f", "--seccomp-bpf", "-y", "-xx", "-s", "4000000", "-e", f"trace={CALLS}"]
    done = subprocess.run(
        [*run, "-o", str(log), *worker],
        input=sound.astype("<i2").tobytes(),
        capture_output=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    said = done.stdout.decode().splitlines()
    assert said[:2] == [LISTENS, DONE]
    found = Trace(json.loads(said[2]))
    listens = False
    for name, text in calls(log):
        content = b"".join(bytes.fromhex(one.replace("\\x", "")) for one in QUOTED.findall(text))
        on = ON.match(text)
        path = text_of(on[2]) if on else ""
        if name == "write" and on is not None and on[1] == "1":
            listens = content.startswith(LISTENS.encode())
            continue
        if name in WRITES:
            found.everything.append(content)
        if listens:
            _note(found, name, text, path)
    return found


def _note(found: Trace, name: str, text: str, path: str) -> None:
    if name in WRITES:
        if not path.startswith(NO_FILE):
            found.written.append(path)
    elif name == "mmap":
        if "MAP_SHARED" in text and "PROT_WRITE" in text and "MAP_ANONYMOUS" not in text:
            mapped = re.search(r", \d+<([^>]*)>", text)
            found.shared.append(text_of(mapped[1]) if mapped else text)
    elif name in {"open", "openat", "openat2", "creat"}:
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", text) or name == "creat":
            opened = re.search(r"= \d+<([^>]*)>", text)
            found.opened.append(text_of(opened[1]) if opened else text)
    else:
        found.changed.append(f"{name} {path}")


@pytest.fixture
def house(tmp_path: Path) -> House:
    settings = Settings(house=tmp_path / "house")
    plan = SetupPlan("Testers", "Ada", children=("Mia",), keep=True)
    set_up(settings, plan, PASSPHRASE)
    return House(settings)


@pytest.fixture
def spoken(house: House) -> Pcm:
    """Say it until it is understood: no two syntheses sound the same."""
    for _ in range(TRIES):
        sound = read_sound(speech_wav(list(house.synthesiser.speak(REQUEST))))
        whole = np.concatenate([QUIET, sound, QUIET])
        if SECRET in house.recogniser.transcribe(whole).text.lower():
            return whole
    pytest.fail(f"{TRIES} syntheses were not understood")


def pieces_of(sound: Pcm) -> list[bytes]:
    """Answer pieces of the sound that nothing else has, as whole numbers and as fractions."""
    loud = [at for at in range(0, len(sound) - 32, 400) if np.abs(sound[at : at + 32]).max() > 500]
    some = [sound[at : at + 32] for at in loud]
    assert len(some) > 10
    scaled = [piece.astype(np.float32) / np.float32(32768) for piece in some]
    return [piece.tobytes() for piece in (*some, *scaled)]


def words_in(content: bytes) -> bool:
    lower = content.lower()
    return SECRET.encode() in lower or SECRET.encode("utf-16-le") in lower


def test_nothing_of_a_child_without_consent_is_written_anywhere(
    house: House, spoken: Pcm, tmp_path: Path
) -> None:
    house.close()
    found = trace(house.settings.house, spoken, tmp_path)
    assert SECRET in found.answer["heard"].lower()
    assert found.answer["said"].startswith("I will remember") or SECRET in found.answer["said"]
    assert found.answer["pieces"] > 0, "it was answered aloud"
    assert not found.answer["kept"]
    assert found.written == [], "no write to any file, from listening until it is done"
    assert found.changed == [], "nothing is made, renamed or cut"
    assert [path for path in found.opened if not _allowed(path)] == []
    assert [path for path in found.shared if not path.endswith("unhear.db-shm")] == []
    assert not any(words_in(content) for content in found.everything)
    sounds = pieces_of(spoken)
    assert not any(piece in content for content in found.everything for piece in sounds)
    for file in house.settings.house.rglob("*"):
        content = file.read_bytes() if file.is_file() else b""
        assert not words_in(content), file
        assert not any(piece in content for piece in sounds), file


def test_the_trace_sees_what_is_written_with_consent(
    house: House, spoken: Pcm, tmp_path: Path
) -> None:
    ada, mia = house.household.people
    choice = Choice(mia.id, (Purpose.KEEP, Purpose.PERSONALISE), ada.id)
    house.consents.give(choice, Verified("terminal"))
    house.close()
    found = trace(house.settings.house, spoken, tmp_path)
    assert found.answer["kept"]
    assert any(path.endswith("unhear.db-wal") for path in found.written)
    assert any("/payloads/" in path for path in [*found.written, *found.opened])
    assert not any(words_in(content) for content in found.everything), "it is sealed"


def test_the_trace_sees_words_that_leak(house: House, spoken: Pcm, tmp_path: Path) -> None:
    house.close()
    found = trace(house.settings.house, spoken, tmp_path, "leak")
    assert any(words_in(content) for content in found.everything)
    assert len(found.written) == 1
    assert [path for path in found.opened if not _allowed(path)] != []


def _allowed(path: str) -> bool:
    return path.startswith(NO_FILE) or DATABASE.fullmatch(path) is not None
