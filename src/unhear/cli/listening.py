"""`unhear listen`: the local microphone, with a level meter and the words so far."""

import json
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Annotated

import numpy as np
import typer
from rich.live import Live
from rich.text import Text

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import Pcm
from unhear.cli.output import Json, errors, open_house
from unhear.cli.talking import (
    facts,
    person_of,
    print_announcement,
    print_answer,
    ticking,
)
from unhear.engines.microphone import microphone, play, stop_playing
from unhear.forget.errors import ClockDoubted, MirrorAway
from unhear.house.arbiter import Arbiter
from unhear.house.drill import rehearse_if_due
from unhear.house.house import House
from unhear.house.turn import Assistant, Turn
from unhear.house.voice import Stream, VoiceSession, Ways, listening_in
from unhear.household.words import DeviceId
from unhear.stores.errors import StoreError

METER_WIDTH = 30
QUIETEST_DB = -60.0
"""What an empty meter stands for, against full scale."""


class Meter:
    """One line: how loud it is, what happens, and the words understood so far."""

    def __init__(self) -> None:
        self._level = 0.0
        self.state = ""
        self.words = ""

    def hear(self, pcm: Pcm) -> None:
        """Take the next frames."""
        self._level = level(pcm)

    def __rich__(self) -> Text:
        """Draw the line."""
        filled = round(self._level * METER_WIDTH)
        bar = "█" * filled + "░" * (METER_WIDTH - filled)
        return Text.assemble((bar, "green"), " ", (self.state, "cyan"), " ", (self.words, "dim"))


class Terminal:
    """The loudspeaker, and what is shown of a conversation."""

    def __init__(self, meter: Meter, show: Callable[[Turn], None]) -> None:
        self._meter = meter
        self._show = show

    def woken(self) -> None:
        """Show that somebody is listened to."""
        self._meter.state, self._meter.words = "listening", ""

    def thinking(self) -> None:
        """Show that an answer is on its way."""
        self._meter.state = "thinking"

    def say(self, speech: Speech) -> None:
        """Play a piece to its end."""
        play(speech)

    def stop(self) -> None:
        """Stop what plays."""
        stop_playing()

    def finished(self, turn: Turn | None) -> None:
        """Show the answer."""
        self._meter.state, self._meter.words = "", ""
        if turn is not None and turn.reply.text:
            self._show(turn)


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
    assistant, device = Assistant(house), DeviceId(house.settings.device)
    meter = Meter()
    terminal = Terminal(meter, _show_line if as_json else _show)
    with errors.status("Getting ready..."):
        house.recogniser.warm()
        house.synthesiser.warm()
        stream = Stream(
            device,
            person_of(house, person),
            terminal,
            wake,
            partial=lambda words: setattr(meter, "words", words),
            told=print_announcement,
        )
    _tidy(house)
    with ticking(assistant), ThreadPoolExecutor() as work, microphone() as pieces:
        session = VoiceSession(stream, Ways(assistant, Arbiter(), work, listening_in(house)))
        what = f"[bold]{house.settings.wake_word}[/bold]" if wake else "whatever is said"
        errors.print(f"Listening for {what}; Ctrl-C ends it.")
        with _live(meter):
            for pcm in pieces:
                meter.hear(pcm)
                session.feed(pcm)


def level(pcm: Pcm) -> float:
    """Answer how loud frames are, 0 (below `QUIETEST_DB`) to 1 (full scale)."""
    rms = float(np.sqrt(np.mean((pcm / 32768.0) ** 2))) if len(pcm) else 0.0
    decibels = 20 * np.log10(max(rms, 1e-9))
    return float(np.clip(1 - decibels / QUIETEST_DB, 0.0, 1.0))


@contextmanager
def _live(meter: Meter) -> Iterator[None]:
    if not errors.is_terminal:
        yield
        return
    with Live(meter, console=errors, refresh_per_second=10, transient=True):
        yield


def _tidy(house: House) -> None:
    """Do the day's work; what stands in its way is told, and stops nobody from being answered."""
    try:
        house.tidy()
        rehearse_if_due(house)
    except (ClockDoubted, MirrorAway, StoreError) as error:
        errors.print(str(error), style="yellow", markup=False)


def _show(turn: Turn) -> None:
    print_answer(facts(turn, "microphone"))


def _show_line(turn: Turn) -> None:
    sys.stdout.write(json.dumps(facts(turn, "microphone"), ensure_ascii=False) + "\n")
    sys.stdout.flush()
