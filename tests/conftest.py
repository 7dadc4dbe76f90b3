"""Fixtures for every room's tests."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.home import Home, make_home
from tests.needs import need
from unhear.keep import identity


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that nobody waits for one test at the end."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)


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
