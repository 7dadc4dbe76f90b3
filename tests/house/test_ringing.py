"""What was set in a room rings there until somebody stops it, also after a restart."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.cli.program import PASSPHRASE
from tests.skills.spoken_house import Loudspeaker
from unhear import clock
from unhear.answer.synthesiser import Speech
from unhear.house import shared as shared_module
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.words import UNKNOWN_PERSON, DeviceId
from unhear.settings import Settings

PATIENCE = 60
KITCHEN, BEDROOM = DeviceId("kitchen"), DeviceId("bedroom")
Later = Callable[[timedelta], None]


class Silent:
    """Says a text as one frame for each of its letters."""

    def speak(self, text: str) -> Iterator[Speech]:
        yield Speech(np.ones(len(text), np.int16), 16_000)

    def warm(self) -> None:
        """Nothing is loaded."""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Let time pass for houses that are opened from now on."""
    really = clock.now

    def pass_time(more: timedelta) -> None:
        def now() -> datetime:
            return really() + more

        monkeypatch.setattr(clock, "now", now)

    monkeypatch.setattr(shared_module, "choose_synthesiser", lambda _: Silent())
    return pass_time


@contextmanager
def at_home(settings: Settings) -> Iterator[tuple[Assistant, Loudspeaker, Loudspeaker]]:
    with closing(House(settings)) as house:
        assistant, kitchen, bedroom = Assistant(house), Loudspeaker(), Loudspeaker()
        house.rooms.join(KITCHEN, kitchen)
        house.rooms.join(BEDROOM, bedroom)
        yield assistant, kitchen, bedroom
        assistant.close()


@pytest.mark.parametrize(
    ("said", "wait"),
    [
        ("set a pizza timer for ten minutes", timedelta(minutes=10)),
        ("set an alarm called bins for {soon}", timedelta(minutes=11)),
    ],
)
def test_it_rings_where_it_was_set_after_a_restart_until_it_is_stopped(
    tmp_path: Path, later: Later, said: str, wait: timedelta
) -> None:
    settings = Settings(house=tmp_path / "house")
    set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    soon = f"{clock.now() + timedelta(minutes=10):%H:%M}"
    with at_home(settings) as (assistant, _, _):
        reply = assistant.read(said.format(soon=soon), KITCHEN, UNKNOWN_PERSON, None).reply.text
        assert "set" in reply
        assistant.tick()
        assert not assistant.house.rooms.quiet(KITCHEN)
    later(wait)
    with at_home(settings) as (assistant, kitchen, bedroom):
        assistant.tick()
        assert kitchen.heard.wait(PATIENCE)
        assert assistant.read("stop", BEDROOM, UNKNOWN_PERSON, None).reply.text == ""
        assert not bedroom.pieces
        assert assistant.read("stop", BEDROOM, UNKNOWN_PERSON, None).reply.text.startswith("Noth")
        kitchen.heard.clear()
    later(wait + timedelta(minutes=5))
    with at_home(settings) as (assistant, kitchen, _):
        assistant.tick()
        assert not assistant.house.rooms.quiet(KITCHEN)
        assert not kitchen.pieces
