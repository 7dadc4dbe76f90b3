"""The weather from a server on the loopback interface, and music from a folder."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.ports import free_port
from tests.skills.conversation import Talk

PLACE = {"latitude": 52.5, "longitude": 13.4}


class Forecast(BaseHTTPRequestHandler):
    """Answers as Open-Meteo is documented to; a code of rain tomorrow."""

    asked: dict[str, list[str]] = {}  # noqa: RUF012 - the last request, for the test

    def do_GET(self) -> None:
        type(self).asked = parse_qs(urlsplit(self.path).query)
        days = 7
        content = {
            "current": {"temperature_2m": 11.6, "weather_code": 3},
            "daily": {
                "weather_code": [3, 61, *[0] * (days - 2)],
                "temperature_2m_min": [4.4] * days,
                "temperature_2m_max": [12.5] * days,
                "precipitation_probability_max": [10, 80, *[0] * (days - 2)],
            },
        }
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def talk() -> Iterator[Talk]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Forecast) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1/forecast"
        yield Talk(settings={"weather": {**PLACE, "url": url}})
        server.shutdown()


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("what is the weather", "It is 12 degrees and cloudy."),
        ("what is the weather tomorrow", "Tomorrow it will be raining a little, between 4 and 12 "),
        ("will it rain tomorrow", "Tomorrow it will probably rain: the chance is 80 percent."),
        ("will it rain", "Today it will probably stay dry: the chance of rain is 10 percent."),
        ("what is the weather on Tuesday", "On Tuesday it will be clear"),
        ("what is the weather on the third of May", "I only know the weather of the next seven"),
    ],
)
def test_the_weather_is_told(talk: Talk, said: str, answer: str) -> None:
    assert talk.say(said).startswith(answer)


def test_nothing_but_the_place_leaves_the_house(talk: Talk) -> None:
    talk.say("what is the weather tomorrow")
    assert Forecast.asked.keys() == {
        "latitude", "longitude", "current", "daily", "timezone", "forecast_days",
    }  # fmt: skip


def test_without_a_network_it_is_said_plainly() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    talk = Talk(settings={"weather": {**PLACE, "url": url}})
    assert talk.say("will it rain") == "I cannot reach the weather service just now."


def test_music_is_found_by_its_names_and_nothing_outside_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    for name in ("The Larks/Morning/First Light.mp3", "The Larks/Evening/Dusk.flac", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (tmp_path / "secret dusk.mp3").touch()
    (folder / "link.mp3").symlink_to(tmp_path / "secret dusk.mp3")
    talk = Talk(settings={"music": {"folder": str(folder)}})
    assert talk.say("play the song dusk") == "Here is Dusk."
    assert talk.rooms.tracks == [folder / "The Larks/Evening/Dusk.flac"]
    talk.say("play some music")
    assert len(talk.rooms.tracks) == 2
    assert talk.say("next song") == ""
    assert talk.say("play something by the walruses") == "I have no music like that."
    assert talk.say("stop") == ""
    assert talk.say("next song") == "No music is playing."
