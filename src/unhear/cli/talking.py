"""Talk to the assistant: sound files, typed words, or the local microphone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from unhear.answer.synthesiser import Speech
from unhear.capture.events import Captured
from unhear.capture.sound import Capture, Pcm
from unhear.cli.output import Json, console, errors, open_house, show_json
from unhear.clock import now
from unhear.engines.audio_files import read_sound
from unhear.engines.errors import SoundUnreadable
from unhear.engines.microphone import play
from unhear.engines.speech_files import speech_wav
from unhear.house.house import House
from unhear.house.turn import Assistant, Turn
from unhear.house.voice import listening_in
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId

TICK_SECONDS = 1.0


def ask(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="Sound files to be heard.")] = None,
    *,
    text: Annotated[str | None, typer.Option(help="Typed words instead; never kept.")] = None,
    person: Annotated[str | None, typer.Option(help="Who is speaking, by name.")] = None,
    device: Annotated[str | None, typer.Option(help="Which device hears it.")] = None,
    wake: Annotated[
        bool, typer.Option("--wake", help="Answer only what follows the wake word.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="A folder for the answers as WAV files.")] = None,
    aloud: Annotated[bool, typer.Option("--aloud", help="Play the answers.")] = False,
    as_json: Json = False,
) -> None:
    """Hear sound files, or read typed words, and answer."""
    if (text is None) == (not files):
        raise typer.BadParameter("give sound files, or --text; not both")
    house = open_house(context)
    assistant = Assistant(house)
    who, where = person_of(house, person), DeviceId(device or house.settings.device)
    house.rooms.join(where, Printer(), told=print_announcement)
    answers: list[dict[str, Any]] = []
    with ticking(assistant):
        if text is not None:
            spoken: list[Speech] = []
            turn = assistant.read(text, where, who, spoken.append)
            answers.append(_answered(turn, "typed", spoken, out, aloud=aloud))
        for file in files or []:
            pcm = read_sound(_read(file))
            for capture in _captures(house, pcm, where, wake=wake):
                spoken = []
                turn = assistant.hear(capture, who, spoken.append)
                answers.append(_answered(turn, file.name, spoken, out, aloud=aloud))
    if as_json:
        show_json({"answers": answers})
        return
    if not answers:
        console.print("Nothing was said that I may answer (no wake word, or no speech).")
    for answer in answers:
        print_answer(answer)


def _captures(house: House, pcm: Pcm, device: DeviceId, *, wake: bool) -> Iterator[Capture]:
    """Yield the requests in a sound: what follows each wake word, or all of it."""
    if not wake:
        yield Capture(pcm, now(), device)
        return
    listener = listening_in(house)(device, wake=True)
    for event in [*listener.feed(pcm), *listener.finish()]:
        if isinstance(event, Captured):
            yield event.capture


@contextmanager
def ticking(assistant: Assistant) -> Iterator[None]:
    """Let skills do what falls due while the block runs."""
    done = threading.Event()

    def tick() -> None:
        while not done.wait(TICK_SECONDS):
            assistant.tick()

    thread = threading.Thread(target=tick, name="ticks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _answered(
    turn: Turn, source: str, spoken: list[Speech], out: Path | None, *, aloud: bool
) -> dict[str, Any]:
    answer = facts(turn, source)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{Path(source).stem}.answer.wav"
        path.write_bytes(speech_wav(spoken))
        answer["speech"] = path
    if aloud:
        for speech in spoken:
            play(speech)
    return answer


def facts(turn: Turn, source: str) -> dict[str, Any]:
    """Answer what became of a request, for `--json` and for people."""
    intent = turn.intent
    return {
        "source": source,
        "heard": turn.transcript.text,
        "intent": None if intent is None else f"{intent.skill}.{intent.name}",
        "slots": {} if intent is None else dict(intent.slots),
        "reply": turn.reply.text,
        "kept": None if turn.kept is None else turn.kept.hex(),
        "why": list(turn.decision.reasons),
        "seconds": {stage: round(value, 3) for stage, value in turn.seconds.items()},
    }


class Printer:
    """A device without a loudspeaker: what is said unasked is printed."""

    def woken(self) -> None:
        """Do nothing."""

    def thinking(self) -> None:
        """Do nothing."""

    def say(self, speech: Speech) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""

    def finished(self, turn: Turn | None) -> None:
        """Do nothing."""


def print_answer(answer: dict[str, Any]) -> None:
    """Show what became of a request."""
    console.print(f"[dim]heard[/dim]  {answer['heard']}", highlight=False)
    console.print(f"[dim]reply[/dim]  [bold]{answer['reply']}[/bold]", highlight=False)
    kept = f"kept as {answer['kept'][:8]}" if answer["kept"] else "not kept"
    console.print(f"[dim]{kept}: {' '.join(answer['why'])}[/dim]\n", highlight=False)


def print_announcement(text: str) -> None:
    """Show what is said unasked."""
    errors.print(f"[bold yellow]{text}[/bold yellow]", highlight=False)


def person_of(house: House, name: str | None) -> PersonId:
    """Answer who is called `name`."""
    if name is None:
        return UNKNOWN_PERSON
    person = house.household.named(name)
    if person is None:
        raise typer.BadParameter(f"nobody here is called {name!r}")
    return person.id


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SoundUnreadable(f"cannot read {file}: {error.strerror}") from None
