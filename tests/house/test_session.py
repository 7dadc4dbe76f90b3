"""A family's session through the command line: real speech, real files, real errors."""

import json
import os
import subprocess
import sys
import wave
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.needs import need_program
from unhear.answer.registry import find_skills
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_recogniser, choose_synthesiser
from unhear.engines.speech_files import speech_wav
from unhear.settings import Settings
from unhear.understand.grammar import Grammar

pytestmark = pytest.mark.speech

PASSPHRASE = "three plain words"
WORDS = "Put forty purple umbrellas on my shopping list."
CANARIES = ("purple", "umbrella")


def unhear(house: Path, *arguments: str, code: int = 0) -> dict[str, Any]:
    """Run a command with --json; answer its object, or the error's text under `error`."""
    temporary = house.with_name(f"{house.name}-temporary")
    temporary.mkdir(exist_ok=True)
    environment = {
        **os.environ,  # noqa: TID251 - the child's environment
        "UNHEAR_PASSPHRASE": PASSPHRASE,
        "TMPDIR": str(temporary),
    }
    done = subprocess.run(
        [sys.executable, "-m", "unhear", "--house", str(house), *arguments, "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert list(temporary.iterdir()) == []
    assert not any(canary in done.stderr for canary in CANARIES)
    answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
    return answer


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("speech")
    for name, words, intent in (
        ("umbrellas", WORDS, "shopping_list"),
        ("delete", "Delete what I just said.", "privacy"),
    ):
        (folder / f"{name}.wav").write_bytes(_said_clearly(words, intent))
    return folder


def _said_clearly(words: str, skill: str) -> bytes:
    """Say `words` until a recogniser hears them: no two syntheses sound the same."""
    voice = choose_synthesiser()
    recogniser = choose_recogniser("packaged", Settings().models)
    grammar = Grammar(find_skills().all())
    for _ in range(6):
        sound = speech_wav(list(voice.speak(words)))
        heard = recogniser.transcribe(read_sound(sound), hints=grammar.vocabulary()).text
        intent = grammar.interpret(heard)
        if intent is not None and intent.skill == skill:
            return sound
    pytest.fail(f"six syntheses were not understood as a request for {skill}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("family") / "house"
    unhear(folder, "setup", "--keep", "--child", "Mia", "--adult", "Jo", "--name", "Lindengasse")
    return folder


def _every_file(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def test_a_session_leaves_no_word_and_no_sound_on_disk(house: Path, speech: Path) -> None:
    (answer,) = unhear(house, "ask", str(speech / "umbrellas.wav"), "--person", "Jo")["answers"]
    assert answer["intent"] == "shopping_list.add"
    assert answer["kept"]
    heard = answer["heard"]
    sound = read_sound((speech / "umbrellas.wav").read_bytes())
    loud = int(np.argmax(np.abs(sound)))
    probes = [sound[loud - 64 : loud + 64].tobytes(), heard.encode(), heard.encode("utf-16-le")]
    for canary in CANARIES:
        probes += [canary.encode(), canary.encode("utf-16-le"), b64encode(canary.encode())]
    files = _every_file(house)
    assert len(files) > 5
    assert [probe[:4] for probe in probes for content in files if probe in content] == []
    recording = unhear(house, "recordings", "--words")["recordings"][-1]
    assert (recording["person"], recording["words"]) == ("Jo", heard)


def test_the_voice_deletes_and_the_receipt_verifies(
    house: Path, speech: Path, tmp_path: Path
) -> None:
    unhear(house, "ask", str(speech / "umbrellas.wav"), "--person", "Jo", "--out", str(tmp_path))
    with wave.open(str(tmp_path / "umbrellas.answer.wav")) as answer:
        assert answer.getnframes() > answer.getframerate() / 2
    before = len(unhear(house, "recordings")["recordings"])
    (answered,) = unhear(house, "ask", str(speech / "delete.wav"), "--person", "Jo")["answers"]
    assert answered["intent"] == "privacy.forget_last"
    assert answered["kept"] is None
    assert len(unhear(house, "recordings")["recordings"]) == before - 1
    receipts = unhear(house, "receipts", "--out", str(tmp_path / "receipts"))
    (receipt, *_) = sorted((tmp_path / "receipts").glob("unhear-receipt-*.json"))
    verdict = unhear(tmp_path / "nowhere", "verify", str(receipt), "--key", receipts["key"])
    assert verdict["ok"]
    changed = json.loads(receipt.read_text())
    changed["statement"]["count"] = "2-5" if changed["statement"]["count"] != "2-5" else "1"
    receipt.write_text(json.dumps(changed))
    error = unhear(tmp_path, "verify", str(receipt), "--key", receipts["key"], code=1)
    assert "unhear: error:" in error["error"]
    assert unhear(house, "audit")["ok"]


def test_a_childs_voice_is_answered_and_forgotten(house: Path, speech: Path) -> None:
    for arguments in ([], ["--person", "Mia"]):
        before = unhear(house, "recordings")
        (answer,) = unhear(house, "ask", str(speech / "umbrellas.wav"), *arguments)["answers"]
        assert answer["reply"]
        assert answer["kept"] is None
        assert "forgotten" in " ".join(answer["why"])
        assert unhear(house, "recordings") == before


def test_an_export_opens_with_the_stock_age_program(
    house: Path, speech: Path, tmp_path: Path
) -> None:
    age = need_program("age")
    unhear(house, "ask", str(speech / "umbrellas.wav"), "--person", "Jo")
    exported = unhear(house, "export", str(tmp_path / "out"), "--with-identity")
    name = next(file for file in exported["files"] if file.endswith(".wav.age"))
    opened = subprocess.run(
        [age, "-d", "-i", str(tmp_path / "out/identity.txt"), str(tmp_path / "out" / name)],
        capture_output=True,
        check=True,
    ).stdout
    assert np.array_equal(read_sound(opened), read_sound((speech / "umbrellas.wav").read_bytes()))


def _wav(
    path: Path, *, rate: int = 16_000, channels: int = 1, width: int = 2, seconds: int = 1
) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(rate * seconds * channels * width))
    return path


def test_bad_sound_files_are_each_told_plainly(house: Path, tmp_path: Path) -> None:
    whole = _wav(tmp_path / "whole.wav").read_bytes()
    bad = {
        "empty.wav": (b"", "empty"),
        "truncated.wav": (whole[: len(whole) // 2], "breaks off"),
        "random.wav": (bytes(range(256)) * 50, "no sound file"),
        "hour.wav": (_wav(tmp_path / "h.wav", seconds=3600).read_bytes(), "longer than"),
    }
    before = unhear(house, "recordings")
    for name, (content, said) in bad.items():
        (tmp_path / name).write_bytes(content)
        error = unhear(house, "ask", str(tmp_path / name), code=3)["error"]
        assert said in error, error
    assert "cannot read" in unhear(house, "ask", str(tmp_path / "none.wav"), code=3)["error"]
    assert unhear(house, "recordings") == before


@pytest.mark.parametrize(
    "kind", [{"rate": 44_100}, {"rate": 8_000}, {"channels": 2}, {"width": 3}, {"width": 4}]
)
def test_other_kinds_of_wav_are_read(house: Path, tmp_path: Path, kind: dict[str, int]) -> None:
    pcm = read_sound(_wav(tmp_path / "odd.wav", **kind).read_bytes())
    assert abs(len(pcm) - 16_000) <= 160


def test_wrong_use_is_told_with_its_exit_code(house: Path, tmp_path: Path) -> None:
    assert "setup" in unhear(tmp_path / "none", "recordings", code=4)["error"]
    assert "no recording" in unhear(house, "forget", "ffffffffffff", code=3)["error"]
    assert "everything" in unhear(house, "forget", code=2)["error"]
    assert "nobody here" in unhear(house, "ask", "--text", "hi", "--person", "Bo", code=2)["error"]
    assert "already" in unhear(house, "setup", code=3)["error"]
