"""Talk to the assistant: sound files, typed words, or the local microphone."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from unhear.answer.synthesiser import Speech
from unhear.capture.events import Captured, Event, Paused, Woken
from unhear.capture.listener import Listener
from unhear.capture.sound import Capture, Pcm
from unhear.cli.output import Json, console, errors, open_house, show_json
from unhear.clock import now
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_activity, choose_wake
from unhear.engines.errors import SoundUnreadable
from unhear.engines.microphone import microphone, play
from unhear.engines.speech_files import speech_wav
from unhear.forget.errors import ClockDoubted, MirrorAway
from unhear.house.drill import rehearse_if_due
from unhear.house.house import House
from unhear.house.turn import Assistant, Turn
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId
from unhear.stores.errors import StoreError

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
    assistant = Assistant(house, announce=_print_announcement)
    who, where = _person(house, person), DeviceId(device or house.settings.device)
    answers: list[dict[str, Any]] = []
    with _ticking(assistant):
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
        _print_answer(answer)


def listen(
    context: typer.Context,
    *,
    person: Annotated[str | None, typer.Option(help="Who is speaking, by name.")] = None,
    wake: Annotated[bool, typer.Option("--wake/--no-wake", help="Wait for the wake word.")] = True,
    as_json: Json = False,
) -> None:
    """Listen to the local microphone and answer aloud, until Ctrl-C.

    With --json, one object a line for every request.
    """
    house = open_house(context)
    assistant = Assistant(house, announce=lambda _device, text: _say(house, text))
    who, device = _person(house, person), DeviceId(house.settings.device)
    with errors.status("Getting ready..."):
        house.recogniser.warm()
        house.synthesiser.warm()
        listener = _listener(house, device, wake=wake)
    _tidy(house)
    show = _show_line if as_json else _print_answer
    with _ticking(assistant), microphone() as pieces:
        errors.print(f"Listening for [bold]{house.settings.wake_word}[/bold]; Ctrl-C ends it.")
        for pcm in pieces:
            for event in listener.feed(pcm):
                _on(event, assistant, who, show)


def _tidy(house: House) -> None:
    """Do the day's work; what stands in its way is told, and stops nobody from being answered."""
    try:
        house.tidy()
        rehearse_if_due(house)
    except (ClockDoubted, MirrorAway, StoreError) as error:
        errors.print(str(error), style="yellow", markup=False)


def _on(
    event: Event, assistant: Assistant, who: PersonId, show: Callable[[dict[str, Any]], None]
) -> None:
    if isinstance(event, Woken):
        errors.print("  [cyan]...[/cyan]")
    elif isinstance(event, Paused):
        assistant.foresee(event.capture)
    elif isinstance(event, Captured):
        turn = assistant.hear(event.capture, who, play)
        if turn.reply.text:
            show(_facts(turn, "microphone"))


def _captures(house: House, pcm: Pcm, device: DeviceId, *, wake: bool) -> Iterator[Capture]:
    """Yield the requests in a sound: what follows each wake word, or all of it."""
    if not wake:
        yield Capture(pcm, now(), device)
        return
    listener = _listener(house, device, wake=True)
    for event in [*listener.feed(pcm), *listener.finish()]:
        if isinstance(event, Captured):
            yield event.capture


def _listener(house: House, device: DeviceId, *, wake: bool) -> Listener:
    settings = house.settings
    detector = choose_wake(settings.wake_engine, [settings.wake_word]) if wake else None
    return Listener(device=device, activity=choose_activity(), wake=detector, started_at=now())


@contextmanager
def _ticking(assistant: Assistant) -> Iterator[None]:
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
    answer = _facts(turn, source)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"{Path(source).stem}.answer.wav"
        path.write_bytes(speech_wav(spoken))
        answer["speech"] = path
    if aloud:
        for speech in spoken:
            play(speech)
    return answer


def _facts(turn: Turn, source: str) -> dict[str, Any]:
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


def _show_line(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _print_answer(answer: dict[str, Any]) -> None:
    console.print(f"[dim]heard[/dim]  {answer['heard']}", highlight=False)
    console.print(f"[dim]reply[/dim]  [bold]{answer['reply']}[/bold]", highlight=False)
    kept = f"kept as {answer['kept'][:8]}" if answer["kept"] else "not kept"
    console.print(f"[dim]{kept}: {' '.join(answer['why'])}[/dim]\n", highlight=False)


def _print_announcement(_device: DeviceId, text: str) -> None:
    errors.print(f"[bold yellow]{text}[/bold yellow]", highlight=False)


def _say(house: House, text: str) -> None:
    for speech in house.synthesiser.speak(text):
        play(speech)


def _person(house: House, name: str | None) -> PersonId:
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
