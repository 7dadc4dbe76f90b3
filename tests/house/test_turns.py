"""Several requests in a sentence, questions that follow, and words that go elsewhere."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue

import pytest

from tests.cli.program import PASSPHRASE
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.house.turn import Assistant
from unhear.household.consent import Choice
from unhear.household.methods import Verified
from unhear.household.words import UNKNOWN_PERSON, DeviceId, PersonId, Purpose
from unhear.settings import Settings

KITCHEN = DeviceId("kitchen")
PATIENCE = 60


def made(folder: Path, **settings: object) -> House:
    one = Settings(house=folder / "house", **settings)  # type: ignore[arg-type] # a test's own
    set_up(one, SetupPlan("Testers", "Ada", keep=True), PASSPHRASE)
    return House(one)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = made(tmp_path)
    yield house
    house.close()


def ask(house: House, words: str, person: PersonId = UNKNOWN_PERSON) -> str:
    return Assistant(house).read(words, KITCHEN, person, None).reply.text


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        ("set a timer for five minutes and what is two plus two", ["Timer set", "That is 4."]),
        ("add milk to my shopping list and then set a timer for one hour", ["milk", "Timer set"]),
        ("what is 3 times 4 and flip a coin", ["That is 12.", "s."]),
        ("add milk and eggs to my shopping list", ["shopping list"]),
        ("set a timer for five minutes and ten seconds", ["5 minutes and 10 seconds"]),
    ],
)
def test_two_requests_in_one_sentence(house: House, said: str, answers: list[str]) -> None:
    reply = ask(house, said)
    assert all(answer in reply for answer in answers), reply


def test_a_list_is_one_request(house: House) -> None:
    intents = house.grammar.understand("add milk and eggs to my shopping list").intents
    assert [dict(intent.slots) for intent in intents] == [{"items": "milk and eggs"}]


def test_a_question_is_answered_by_the_next_words(house: House) -> None:
    assert ask(house, "set a pizza timer").startswith("For how long?")
    assert ask(house, "ten minutes") == "Your pizza timer is set for 10 minutes."


class Model(BaseHTTPRequestHandler):
    """Answers as servers of language models do."""

    asked: "Queue[dict[str, object]]" = Queue()

    def do_POST(self) -> None:
        self.asked.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        answer = {"choices": [{"message": {"content": "Because of the air."}}]}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_unknown_words_go_elsewhere_only_where_a_guardian_consented(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        house = made(tmp_path, skills={"ask": {"url": url, "model": "small"}})
        question = "why is the sky blue"
        assert ask(house, question).startswith("Sorry")
        assert "no guardian has consented" in ask(house, f"ask the model {question}")
        assert Model.asked.empty()
        ada = house.household.people[0].id
        choice = Choice(ada, (Purpose.SHARE,), ada)
        house.household = house.consents.give(choice, Verified("terminal"))
        assert ask(house, question, ada) == "Because of the air."
        sent = Model.asked.get(timeout=PATIENCE)
        assert sent["model"] == "small"
        assert question in json.dumps(sent["messages"])
        server.shutdown()
        house.close()
