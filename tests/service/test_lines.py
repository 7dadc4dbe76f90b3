"""Lines between the processes of a home: sealed, for those who have its key, and nobody else."""

import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.satellites.serving import Background
from tests.service.processes import until
from unhear.clock import random_bytes
from unhear.house.watched import CameraElsewhere, CameraState
from unhear.household.words import DeviceId, HouseholdId
from unhear.prove.notes import KeyKind
from unhear.service import asking, served_line
from unhear.service import line as line_module
from unhear.service import others as others_module
from unhear.service.answering import STRANGERS_MAX, Answering, answering_at
from unhear.service.asking import Asking
from unhear.service.line import Line, LineBroken, Place, places
from unhear.service.messages import Words, framed, packed
from unhear.service.others import Others
from unhear.service.sealing import HELLO_BYTES, Caller, HomeKey, Sealing, Stranger, answer
from unhear.service.served_line import ServedLine
from unhear.settings import SettingsWrong, read_settings
from unhear.stores.key_files import make_key_file

KEY = bytes(range(32))
PATIENCE = 60.0


@dataclass
class Echo:
    """Answers what it is asked, and notes it."""

    secret: bytes = KEY
    asked: list[Words] = field(default_factory=list)

    def key(self) -> bytes:
        return self.secret

    async def answer(self, line: ServedLine, asked: Words) -> None:
        self.asked.append(asked)
        await line.send({"echo": asked})
        await line.send(b"film" * 100_000)


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


@pytest.fixture(params=["tcp", "unix"])
def place(
    request: pytest.FixtureRequest, background: Background, tmp_path: Path, echo: Echo
) -> Place:
    where = "127.0.0.1:0" if request.param == "tcp" else f"unix:{tmp_path}/ears"
    [found] = places(background.enter(_served(echo, where)))
    return found


@pytest.fixture
def echo() -> Echo:
    return Echo()


@asynccontextmanager
async def _served(echo: Echo, where: str) -> AsyncIterator[str]:
    answering = Answering()
    with answering.answering_for(echo):
        async with answering_at(answering, where) as bound:
            yield bound


def connected(place: Place) -> socket.socket:
    family, where = place
    one = socket.socket(family, socket.SOCK_STREAM)
    one.settimeout(PATIENCE)
    one.connect(where)
    return one


def all_of(one: socket.socket) -> bytes:
    """Answer what comes until the other side ends."""
    came = b""
    with suppress(ConnectionResetError):
        while part := one.recv(1 << 16):
            came += part
    return came


def both(key: bytes = KEY) -> tuple[Sealing, Sealing]:
    caller = Caller(key)
    said, theirs = answer(key, caller.hello)
    return caller.answered(said), theirs


def test_who_has_the_key_is_answered(place: Place, echo: Echo) -> None:
    with closing(Line(place, KEY)) as line:
        line.send({"do": "grüßen"})
        assert line.receive(PATIENCE) == {"echo": {"do": "grüßen"}}
        assert line.receive(PATIENCE) == b"film" * 100_000
        with pytest.raises(LineBroken):
            line.receive(PATIENCE)
    assert echo.asked == [{"do": "grüßen"}]


def test_a_stranger_is_told_nothing(place: Place, echo: Echo) -> None:
    with pytest.raises(LineBroken):
        Line(place, bytes(32))
    for said in (Caller(bytes(32)).hello, random_bytes(HELLO_BYTES), b"GET / HTTP/1.1\r\n" * 9):
        with closing(connected(place)) as stranger:
            stranger.sendall(said)
            assert all_of(stranger) == b""
    assert echo.asked == []


def test_what_was_written_down_of_a_line_opens_nothing_again(place: Place, echo: Echo) -> None:
    caller, asked = Caller(KEY), packed({"do": "see"})
    with closing(connected(place)) as one:
        one.sendall(caller.hello)
        sealed = framed(caller.answered(one.recv(HELLO_BYTES, socket.MSG_WAITALL)).seal(asked))
        one.sendall(sealed)
        assert len(all_of(one)) > len(asked)
    assert len(echo.asked) == 1
    with closing(connected(place)) as again:
        again.sendall(caller.hello + sealed)
        assert len(all_of(again)) == HELLO_BYTES, "a key that is never used again, and no more"
    assert len(echo.asked) == 1


def test_who_is_slow_to_fail_is_left_alone_for_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line_module, "HELLO_SECONDS_MAX", 0.3)
    monkeypatch.setattr(asking, "SLOW_SECONDS", 0.2)
    monkeypatch.setattr(others_module, "TOLD_SECONDS", 0)
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(tmp_path / "frozen"))
        frozen.listen()
        frozen.settimeout(0)
        others = Others(Asking([f"unix:{tmp_path}/frozen", f"unix:{tmp_path}/nobody"], lambda: KEY))
        for _ in range(3):
            assert others.told(DeviceId("door")).state is CameraState.ELSEWHERE
        assert _waiting(frozen) == 1, "those who want to know how a camera is do not wait again"
        with pytest.raises(CameraElsewhere):
            others.say("somebody looks", DeviceId("hall"))
        assert _waiting(frozen) == 1, "what must be done is tried"
        others._asking._alone_until.clear()
        others.told(DeviceId("door"))
        assert _waiting(frozen) == 1


def _waiting(listener: socket.socket) -> int:
    """Answer how many connected since the last time."""
    count = 0
    with suppress(BlockingIOError):
        while True:
            listener.accept()[0].close()
            count += 1
    return count


def test_a_name_may_be_that_of_several_and_of_one_that_listens_on_one_of_its_addresses(
    echo: Echo, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = background.enter(_served(echo, "127.0.0.1:0"))
    others = Others(Asking([f"ears:{bound.rpartition(':')[2]}"], lambda: KEY))
    listed = [(socket.AF_INET, 0, 0, "", (f"127.0.0.{n}", int(bound[10:]))) for n in (9, 1)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: listed)
    assert others.told(DeviceId("door")).state is CameraState.AWAY, "one was reached, and told"
    assert echo.asked == [{"do": "tell"}]


def test_who_can_answer_no_hello_is_told_nothing_either() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place: Place = (socket.AF_INET, listener.getsockname())
        with Background() as background:
            work = background.loop.run_in_executor(None, _opened, place)
            one, _ = listener.accept()
            with one:
                hello = one.recv(HELLO_BYTES, socket.MSG_WAITALL)
                one.sendall(hello)  # its own words back
                assert all_of(one) == b""
            background.do(_until(work))


def _opened(place: Place) -> None:
    with pytest.raises(LineBroken):
        Line(place, KEY)


async def _until(work: object) -> None:
    await work  # type: ignore[misc] # a future of this loop


def test_of_those_who_say_nothing_few_may_wait_and_they_keep_nobody_out(
    place: Place, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_line, "HELLO_SECONDS_MAX", 10 * PATIENCE)
    heard = Caller(KEY).hello
    silent = [connected(place) for _ in range(STRANGERS_MAX + 20)]
    for one in silent[::2]:
        with suppress(BrokenPipeError, ConnectionResetError):  # the first may be cut off by now
            one.sendall(heard)  # what somebody said who had the key, and whom he read
    until(lambda: _hears(place), PATIENCE)
    assert echo.asked
    for one in silent[:20]:
        assert len(all_of(one)) in {0, HELLO_BYTES}, "the first are cut off"
    for one in silent:
        one.close()


def _hears(place: Place) -> bool:
    with suppress(LineBroken), closing(Line(place, KEY)) as line:
        line.send({})
        return line.receive(PATIENCE) == {"echo": {}}
    return False


@given(st.lists(st.binary(max_size=60), min_size=2, max_size=6), st.data())
def test_messages_come_whole_and_once_and_in_order_or_not_at_all(
    messages: list[bytes], data: st.DataObject
) -> None:
    sends, takes = both()
    sealed = [sends.seal(one) for one in messages]
    at = data.draw(st.integers(0, len(messages) - 1))
    how = data.draw(st.sampled_from(["as it is", "changed", "cut", "late", "twice", "mirrored"]))
    for number in range(at):
        assert takes.open(sealed[number]) == messages[number]
    wrong = {
        "changed": bytes([sealed[at][0] ^ 1]) + sealed[at][1:],
        "cut": sealed[at][:-1],
        "late": sealed[at + 1] if at + 1 < len(sealed) else b"",
        "twice": sealed[at - 1] if at else b"",
        "mirrored": takes.seal(messages[at]),
    }
    if how in wrong:
        with pytest.raises(Stranger):
            takes.open(wrong[how])
    assert takes.open(sealed[at]) == messages[at]


def test_a_key_is_one_homes_and_follows_the_log_s(tmp_path: Path) -> None:
    file = tmp_path / "log.key"
    make_key_file(file, "ours", KeyKind.ED25519)
    ours, same = (HomeKey(file, HouseholdId(b"a" * 16)) for _ in range(2))
    other = HomeKey(file, HouseholdId(b"b" * 16))
    before = ours()
    assert (before, len(before)) == (same(), 32)
    assert before != other()
    make_key_file(tmp_path / "next", "ours", KeyKind.ED25519)
    (tmp_path / "next").replace(file)
    assert ours() == same() != before


@pytest.mark.parametrize("setting", ["devices_at = '{}'", "devices_from = ['{}']"])
@pytest.mark.parametrize("address", ["192.168.1.5:10500", "0.0.0.0:10500", "ears:10500", "1"])
def test_they_go_beyond_this_machine_only_where_the_network_is_said_to_be_private(
    tmp_path: Path, setting: str, address: str
) -> None:
    file, line = tmp_path / "settings.toml", setting.format(address)
    file.write_text(line)
    with pytest.raises(SettingsWrong, match=r"HOST:PORT|private_network = true"):
        read_settings(tmp_path)
    if ":" in address:
        file.write_text(f"private_network = true\n{line}")
        found = read_settings(tmp_path)
        assert address in (found.devices_at, *found.devices_from)
