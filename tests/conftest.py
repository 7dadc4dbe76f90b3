"""Fixtures for every room's tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import back_ends
from tests.home import OPENED, Home, make_home
from tests.needs import need
from unhear.keep import identity


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that nobody waits for one test at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is promised of a house on every kind of database that a house can be on."""
    folder = Path(str(metafunc.module.__file__)).parent.name
    of_home = "home" in metafunc.fixturenames or hasattr(metafunc.module, "make_home")
    on_sqlite = metafunc.definition.get_closest_marker("sqlite") is not None
    if folder in back_ends.BOTH and of_home and not on_sqlite:
        dear = metafunc.definition.get_closest_marker("dear") is not None
        on_server = pytest.param(back_ends.POSTGRESQL, marks=[pytest.mark.slow] if dear else [])
        metafunc.parametrize("back_end", [back_ends.SQLITE, on_server], indirect=True)


@pytest.fixture(autouse=True)
def back_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the test's houses be on one kind of database, and close them after it."""
    back_ends.CURRENT.kind = getattr(request, "param", back_ends.SQLITE)
    yield
    while OPENED:
        OPENED.pop().close()
    if back_ends.CURRENT.kind == back_ends.POSTGRESQL:
        back_ends.shards().clear()
    back_ends.CURRENT.kind = back_ends.SQLITE


@pytest.fixture(autouse=True)
def _cheap_passphrases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretch passphrases quickly: their cost is set by one number that tests need not pay."""
    monkeypatch.setattr(identity, "SCRYPT_LOG_N", 4)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "house")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB, really full when it is full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.getuid() == 0 and not subprocess.call(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)],
        stderr=subprocess.DEVNULL,
    )
    need(bool(mounted), "the right to mount a small disk")
    yield folder
    subprocess.check_call(["umount", "--lazy", str(folder)])
