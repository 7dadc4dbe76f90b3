"""A real Home Assistant has unhear listen and speak for it, and unhear switches its light.

What is recognised for it is kept by the household's rules like anything that is heard.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from websockets.sync.client import ClientConnection

from tests.cli.program import PASSPHRASE
from tests.ports import free_port
from tests.satellites.home_assistant import PATIENCE, Hub, ask, home_assistant
from tests.speech.recordings import commands, wake_words, words
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.capture.wave import wav_bytes
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_wake
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Purpose, TraceId
from unhear.keep import age, identity
from unhear.settings import Settings

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.tools]

LIGHT = "light.kitchen_light"
RECOGNISER, VOICE, AGENT, WAKER = (
    f"{kind}.unhear" for kind in ("stt", "tts", "conversation", "wake_word")
)
LOUDNESS_MIN = 300
"""Of speech, as the root of the mean square; nothing at all is 0, the loudest 32768."""

PIECES_A_SECOND = 10
PIECE = RATE_HZ // PIECES_A_SECOND
QUIET: Pcm = np.zeros(RATE_HZ // 2, np.int16)


@dataclass
class Kept:
    """What one recording holds, opened with the passphrase."""

    intent: str | None
    words: str
    sound: Pcm


@dataclass
class Both:
    """A Home Assistant and a house that know each other."""

    hub: Hub
    house: House

    def kept(self) -> dict[TraceId, Kept]:
        """Answer what is kept of what other programs had recognised."""
        key = self.house.identity.open_with_passphrase(PASSPHRASE)
        opened = {}
        for recording in self.house.catalogue.recordings(Scope(device=DeviceId("others"))):
            sealed = self.house.catalogue.sealed(recording.id)
            opened[recording.id] = Kept(
                recording.utterance.intent,
                age.decrypt(sealed.transcript or b"", [key]).decode(),
                read_sound(age.decrypt(sealed.sound, [key])),
            )
        return opened


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Yield a Home Assistant and a house at work; both are processes of their own."""
    folder = tmp_path_factory.mktemp("both")
    settings, port = Settings(house=folder / "house"), free_port()
    with home_assistant(folder / "hub") as hub:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(identity, "SCRYPT_LOG_N", 4)
            set_up(settings, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
        (settings.house / "settings.toml").write_text(
            f'page = ""\nprovide = "127.0.0.1:{port}"\n'
            f'[skills.home]\nhome_assistant = "{hub.url}"\ntoken = "{hub.token}"\n'
        )
        command = [sys.executable, "-m", "unhear", "--house", str(settings.house), "run", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
            assert service.stdout is not None
            assert any(str(port) in line for line in service.stdout)
            _add(hub, port)
            house = House(settings)
            yield Both(hub, house)
            house.close()
            service.send_signal(signal.SIGTERM)
            assert service.wait(PATIENCE) == 0


def _add(hub: Hub, port: int) -> None:
    """Add unhear as people do: they name the integration, then say where unhear is."""
    flows = "/api/config/config_entries/flow"
    form = hub.post(flows, {"handler": "wyoming"})
    assert form["step_id"] == "user"
    done = hub.post(f"{flows}/{form['flow_id']}", {"host": "127.0.0.1", "port": port})
    assert (done["type"], done["title"]) == ("create_entry", "unhear"), done


def spoken(hub: Hub, text: str) -> Pcm:
    """Answer words as unhear says them to Home Assistant."""
    # As it comes: other formats want a program that no test needs.
    body = {"engine_id": VOICE, "message": text, "options": {"preferred_format": "wav"}}
    return read_sound(hub.fetch(hub.post("/api/tts_get_url", body)["path"]))


def test_people_are_understood_and_kept_as_long_as_a_guardian_consents(both: Both) -> None:
    wav = commands()[0].read_bytes()
    said = words("Can I have a light roast twelve ounce coffee?")
    assert words(both.hub.hear(wav, RECOGNISER)["text"]) == said
    (kept,) = [one for one in both.kept().values() if words(one.words) == said]
    # Every sample of it, and before them the file's header, which comes along as sound.
    assert kept.sound.tobytes() == wav
    consents, ada = both.house.consents, both.house.household.people[0].id
    consents.stop_and_delete(UNKNOWN_PERSON, Purpose.KEEP, ada)
    try:
        assert words(both.hub.hear(wav, RECOGNISER)["text"]) == said
        assert not both.kept()
    finally:
        choice = Choice(UNKNOWN_PERSON, (Purpose.KEEP,), ada)
        consents.give(choice, Verified("terminal"))


def test_what_is_spoken_can_be_heard_and_understood(both: Both) -> None:
    sound = spoken(both.hub, "The washing machine is ready.")
    assert RATE_HZ < len(sound) < 4 * RATE_HZ
    assert np.sqrt(np.mean(np.square(sound, dtype=np.float64))) > LOUDNESS_MIN
    heard = both.hub.hear(wav_bytes(sound), RECOGNISER)["text"]
    assert words(heard) == words("The washing machine is ready")


def test_a_light_is_switched_by_the_one_who_is_asked_in_its_place(both: Both) -> None:
    hub = both.hub
    for request, answer, state in (
        ("turn on the kitchen light", "The kitchen light is on.", "on"),
        ("and turn it off again", "The kitchen light is off.", "off"),
        ("set the kitchen light to 40 percent", "The kitchen light is at 40 percent.", "on"),
    ):
        assert hub.say(request, AGENT)["speech"]["plain"]["speech"] == answer
        assert hub.state(LIGHT)["state"] == state
    assert hub.state(LIGHT)["attributes"]["brightness"] == round(255 * 0.4)
    assert hub.say("flurb the gonk", AGENT)["response_type"] == "error"


class Pipeline:
    """Speaks with unhear as a voice device of Home Assistant does: woken, heard, answered."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 1
        engines = {"stt_engine": RECOGNISER, "tts_engine": VOICE, "conversation_engine": AGENT}
        languages = {f"{stage}_language": "en" for stage in ("stt", "tts", "conversation")}
        made = ask(
            socket, self._number, "assist_pipeline/pipeline/create", name="unhear", language="en",
            tts_voice=None, wake_word_entity=WAKER, wake_word_id="alexa", **engines, **languages,
        )  # fmt: skip
        self._id = made["id"]

    def converse(self, request: Pcm, wake: Pcm | None = None) -> tuple[str, str]:
        """Say a request, after a wake word or a key; answer what was heard and answered."""
        self._number += 1
        sound = {"sample_rate": RATE_HZ, "no_vad": True, "timeout": PATIENCE}
        more = {"input": sound, "pipeline": self._id}
        # The answer would be spoken as an MP3 file, by a program that no other test needs.
        stages = {"start_stage": "stt" if wake is None else "wake_word", "end_stage": "intent"}
        ask(self._socket, self._number, "assist_pipeline/run", **stages, **more)
        stream = self._until("run-start")["runner_data"]["stt_binary_handler_id"]
        if wake is not None:
            self._send(stream, wake)
            # A microphone goes on meanwhile, and Home Assistant waits for that.
            woken = self._until("wake_word-end", lambda: self._send(stream, QUIET[:PIECE]))
            assert woken["wake_word_output"]["wake_word_id"] == "alexa"
        self._send(stream, request)
        self._socket.send(bytes([stream]))
        heard: str = self._until("stt-end")["stt_output"]["text"]
        response = self._until("intent-end")["intent_output"]["response"]
        self._until("run-end")
        return heard, response["speech"]["plain"]["speech"]

    def _send(self, stream: int, sound: Pcm) -> None:
        for start in range(0, len(sound), PIECE):
            self._socket.send(bytes([stream]) + sound[start : start + PIECE].tobytes())

    def _until(self, kind: str, meanwhile: Callable[[], None] | None = None) -> Any:
        """Answer the data of the next event of a kind; do something ten times a second."""
        for _ in range(PATIENCE * PIECES_A_SECOND):
            try:
                event = json.loads(self._socket.recv(1 / PIECES_A_SECOND))["event"]
            except TimeoutError:
                if meanwhile is not None:
                    meanwhile()
                continue
            assert event["type"] != "error", event
            if event["type"] == kind:
                return event["data"]
        return pytest.fail(f"{kind} did not come")


def wake_word() -> Pcm:
    """Answer somebody's wake word that wakes, with a moment of quiet before and after."""
    for path in wake_words():
        sound = np.concatenate([QUIET, read_sound(path.read_bytes()), QUIET])
        if choose_wake("both", ["alexa"]).feed(sound) is not None:
            return sound
    pytest.fail("nobody was heard to say the wake word")


def test_a_person_wakes_it_has_a_light_switched_and_is_forgotten(both: Both) -> None:
    hub = both.hub
    before = both.kept().keys()
    with hub.socket() as socket:
        pipeline = Pipeline(socket)
        request = spoken(hub, "Turn on the kitchen light.")
        heard, answer = pipeline.converse(request, wake=wake_word())
        assert words(heard) == words("Turn on the kitchen light.")
        assert (answer, hub.state(LIGHT)["state"]) == ("The kitchen light is on.", "on")
        (first,) = both.kept().keys() - before
        assert both.kept()[first].intent == "home.turn_on"
        _, answer = pipeline.converse(spoken(hub, "And turn it off again."))
        assert (answer, hub.state(LIGHT)["state"]) == ("The kitchen light is off.", "off")
        assert len(both.kept().keys() - before) == 2
        _, answer = pipeline.converse(spoken(hub, "Please delete what I just said."))
        assert answer == "Done. It is deleted everywhere, and there is a receipt."
    assert both.kept().keys() == {*before, first}
