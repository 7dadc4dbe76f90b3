"""The main job, shown in a minute: hear, answer, keep sealed, forget, prove.

On words the assistant says to itself and, where they are installed, on real recordings. Every step
is checked; the demonstration is over only when all of them held.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np

from unhear.answer.synthesiser import Speech
from unhear.capture.events import Captured
from unhear.capture.listener import Listener
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.clock import now, random_bytes
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.speech_files import speech_wav
from unhear.forget.errors import ForgetError
from unhear.house.audit import audit
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant, Turn
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.keep import age
from unhear.prove.errors import ProofError
from unhear.prove.notes import VerifierKey
from unhear.prove.receipt import Receipt, verify
from unhear.settings import Settings
from unhear.understand.scoring import word_errors

COMMANDS = (
    "Alexa. Set a timer for ten minutes.",
    "Alexa. Add milk to my shopping list.",
    "Alexa. What is twelve plus seven?",
)
SENTENCES = Path("/usr/share/pocketsphinx/test/data/librivox")
"""Where Debian's pocketsphinx-testdata puts read sentences and their words."""

WAKE_WORDS = Path("../shared/data/wake-alexa")
"""Recordings of people saying the wake word, where somebody put them beside the project."""

QUIET_SECONDS = 1.0
TRIES_MAX = 4
PROBE_BYTES = 64
PROBE_EVERY_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was shown: what, whether it held, a figure, and how long it took."""

    name: str
    ok: bool
    figure: str
    seconds: float


@dataclass(slots=True)
class Stage:
    """What the steps hand on to each other."""

    folder: Path
    out: Path
    settings: Settings
    passphrase: str = field(default_factory=lambda: random_bytes(16).hex(), repr=False)
    house: House | None = None
    turns: list[Turn] = field(default_factory=list)
    sounds: list[Pcm] = field(default_factory=list)
    receipt: Path | None = None
    log_key: str = ""

    @property
    def open_house(self) -> House:
        """The house, once it is set up."""
        if self.house is None:
            raise RuntimeError("the demonstration's first step makes the house")
        return self.house


Show = Callable[[Stage], tuple[bool, str]]


def perform(out: Path, begins: Callable[[str], AbstractContextManager[object]]) -> Iterator[Step]:
    """Yield the steps as they are done, in a house made for it and thrown away.

    `begins` is entered with each step's name while it runs. The answer and the receipt are written
    to the folder `out`. A step that did not hold is the last.
    """
    with tempfile.TemporaryDirectory(prefix="unhear-demo-") as folder:
        out.mkdir(parents=True, exist_ok=True)
        stage = Stage(Path(folder), out, Settings(house=Path(folder) / "house"))
        for name, show in STEPS:
            started = monotonic()
            with begins(name):
                ok, figure = show(stage)
            yield Step(name, ok, figure, monotonic() - started)
            if not ok:
                return


def _make(stage: Stage) -> tuple[bool, str]:
    plan = SetupPlan(name="Demonstration", guardian="Guardian", keep=True)
    stage.log_key = set_up(stage.settings, plan, stage.passphrase).log_key
    stage.house = House(stage.settings)
    return True, f"root keeper: {stage.house.keeper.kind}"


def _hear(stage: Stage) -> tuple[bool, str]:
    house = stage.open_house
    assistant = Assistant(house)
    for words in COMMANDS:
        capture = _say_until_heard(stage, words)
        if capture is None:
            return False, f"the wake word was not heard in request {len(stage.turns) + 1}"
        answer: list[Speech] = []
        stage.sounds.append(capture.pcm)
        stage.turns.append(assistant.hear(capture, UNKNOWN_PERSON, answer.append))
        if len(stage.turns) == 1:
            (stage.out / "answer.wav").write_bytes(speech_wav(answer))
    understood = sum(turn.intent is not None for turn in stage.turns)
    return understood == len(COMMANDS), f"{understood} of {len(COMMANDS)}: " + " / ".join(
        turn.reply.text for turn in stage.turns
    )


def _say_until_heard(stage: Stage, words: str) -> Capture | None:
    """Say it again when it is not heard, as people do: no two syntheses sound the same."""
    for _ in range(TRIES_MAX):
        parts = words.split(". ", 1)
        spoken = [piece for part in parts for piece in stage.open_house.synthesiser.speak(part)]
        if (capture := _heard(stage, read_sound(speech_wav(spoken)))) is not None:
            return capture
    return None


def _heard(stage: Stage, pcm: Pcm) -> Capture | None:
    """Let a listener hear `pcm` between two silences, as a microphone would."""
    settings = stage.settings
    listener = Listener(
        device=DeviceId("demonstration"),
        activity=choose_activity(),
        wake=choose_wake(settings.wake_engine, [settings.wake_word]),
        started_at=now(),
    )
    quiet: Pcm = np.zeros(round(QUIET_SECONDS * RATE_HZ), np.int16)
    for event in listener.feed(np.concatenate([quiet, pcm, quiet])):
        if isinstance(event, Captured):
            return event.capture
    return None


def _wake(stage: Stage) -> tuple[bool, str]:
    """Play real people's wake words, where there are recordings of them."""
    files = sorted(WAKE_WORDS.glob("*.flac"))
    if not files or stage.settings.wake_word != "alexa":
        return True, "no recordings of it beside this folder"
    found = 0
    for file in files:
        detector = choose_wake(stage.settings.wake_engine, [stage.settings.wake_word])
        quiet: Pcm = np.zeros(round(QUIET_SECONDS * RATE_HZ), np.int16)
        sound = np.concatenate([quiet, read_sound(file.read_bytes()), quiet])
        found += detector.feed(sound) is not None
    return found >= 0.9 * len(files), f"{found} of {len(files)} real people's wake words heard"


def _recognise(stage: Stage) -> tuple[bool, str]:
    transcription = SENTENCES / "transcription"
    if not transcription.is_file():
        return True, "no recordings installed (Debian: pocketsphinx-testdata)"
    wrong = words = 0
    for line in transcription.read_text().splitlines():
        match = re.fullmatch(r"(?:<s>)?\s*(.*?)\s*(?:</s>)?\s*\((.*)\)", line.strip())
        if match is None:
            continue
        pcm = read_sound((SENTENCES / f"{match[2]}.wav").read_bytes())
        said, heard = _words(match[1]), _words(stage.open_house.recogniser.transcribe(pcm).text)
        wrong, words = wrong + word_errors(said, heard), words + len(said)
    rate = wrong / max(words, 1)
    return rate <= 0.15, f"{rate:.1%} of {words} words of real speech wrong"  # noqa: PLR2004


def _seal(stage: Stage) -> tuple[bool, str]:
    house = stage.open_house
    identity = house.identity.open_with_passphrase(stage.passphrase)
    kept = house.catalogue.recordings()
    for recording, sound in zip(kept, stage.sounds, strict=True):
        wav = age.decrypt(house.catalogue.sealed(recording.id).sound, [identity])
        if not np.array_equal(read_sound(wav), sound):
            return False, "a recording did not open to what was heard"
    return True, f"{len(kept)} recordings kept, each opens with the passphrase alone"


def _search(stage: Stage) -> tuple[bool, str]:
    probes = [turn.transcript.text.encode() for turn in stage.turns]
    probes += [
        word for turn in stage.turns for word in turn.transcript.text.encode().split() if word[5:]
    ]
    for sound in stage.sounds:
        data = sound.tobytes()
        probes += [
            data[start : start + PROBE_BYTES]
            for start in range(0, len(data) - PROBE_BYTES, PROBE_EVERY_BYTES)
            if any(data[start : start + PROBE_BYTES])
        ]
    files = [path for path in stage.settings.house.rglob("*") if path.is_file()]
    hits = sum(
        probe in content for path in files for content in [path.read_bytes()] for probe in probes
    )
    return (
        hits == 0,
        f"{len(probes)} words and sounds looked for in {len(files)} files: {hits} found",
    )


def _copy(stage: Stage) -> tuple[bool, str]:
    stage.open_house.database.tidy()
    shutil.copytree(stage.settings.data_folder, _thief(stage).data_folder)
    shutil.copytree(stage.settings.root_folder, _thief(stage).root_folder)
    shutil.copy(stage.settings.log_key_file, _thief(stage).log_key_file)
    found = len(House(_thief(stage)).catalogue.recordings())
    return found == len(COMMANDS), f"the copy opens {found} recordings today"


def _thief(stage: Stage) -> Settings:
    return Settings(house=stage.folder / "thief")


def _forget(stage: Stage) -> tuple[bool, str]:
    house = stage.open_house
    first = stage.turns[0].kept
    if first is None:
        return False, "nothing was kept, so there is nothing to forget"
    started = monotonic()
    receipt = house.forgetter.forget(house.household.id, Scope(recordings=frozenset([first])))
    stage.receipt = stage.out / "receipt.json"
    stage.receipt.write_text(receipt.to_json())
    left = [recording.id for recording in house.catalogue.recordings()]
    ok = first not in left and len(left) == len(COMMANDS) - 1
    return ok, f"1 forgotten in {(monotonic() - started) * 1000:.0f} ms, {len(left)} stay"


def _rob(stage: Stage) -> tuple[bool, str]:
    """Give the old copy today's root under the name of the one it asks for."""
    thief = _thief(stage)
    (today,) = stage.settings.root_folder.iterdir()
    (then,) = thief.root_folder.iterdir()
    shutil.copy(today, then)
    try:
        found = len(House(thief).catalogue.recordings())
    except ForgetError:
        found = 0
    return found == 0, f"the old copy with today's root key opens {found} recordings"


def _verify(stage: Stage) -> tuple[bool, str]:
    if stage.receipt is None:
        return False, "there is no receipt"
    try:
        receipt = Receipt.from_json(stage.receipt.read_bytes())
        inclusion = verify(receipt, VerifierKey.parse(stage.log_key)).inclusion
    except ProofError as error:
        return False, str(error)
    return (
        True,
        f"entry {inclusion.index} of {inclusion.checkpoint.size}, with the public key alone",
    )


def _audit(stage: Stage) -> tuple[bool, str]:
    findings = list(audit(stage.open_house))
    wrong = [finding.check for finding in findings if not finding.ok]
    return not wrong, ", ".join(wrong) or f"{len(findings)} checks, all well"


STEPS: tuple[tuple[str, Show], ...] = (
    ("make a household", _make),
    ("hear the wake word, understand, answer aloud", _hear),
    ("hear real people's wake words", _wake),
    ("recognise real people's sentences", _recognise),
    ("keep it sealed to the household", _seal),
    ("find no word or sound of it on disk", _search),
    ("copy everything, as a backup or a thief would", _copy),
    ("forget the first request, with a receipt", _forget),
    ("open the copy with today's key", _rob),
    ("verify the receipt elsewhere", _verify),
    ("audit the house", _audit),
)


def _words(text: str) -> list[str]:
    return re.sub(r"[^a-z' ]", " ", text.lower().replace("-", " ")).split()
