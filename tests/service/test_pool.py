"""Recognition in other processes: any of a pool does, and words pass on this machine alone."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from tests.home import NOON
from tests.ports import free_port
from tests.satellites.serving import Background
from tests.service.processes import PATIENCE, Slow, recogniser
from unhear.capture.sound import RATE_HZ, Capture, Pcm
from unhear.engines.choose import choose_recogniser
from unhear.engines.speech_pool import AWAY_SECONDS, SpeechAway, SpeechPool
from unhear.house.ears import Ears
from unhear.household.speech import Transcript
from unhear.household.words import DeviceId
from unhear.satellites.speech_server import SpeechServer, recognising
from unhear.settings import Settings, SettingsWrong, read_settings

SOUND: Pcm = np.arange(3 * RATE_HZ, dtype=np.int16)


class Echo:
    """Answers how much it heard, and which words it was told of."""

    def transcribe(self, pcm: Pcm, *, hints: Sequence[str] = ()) -> Transcript:
        same = np.array_equal(pcm, SOUND[: len(pcm)])
        return Transcript(f"{len(pcm)} {same} {' '.join(hints)}", 0.25, -1.5)

    def warm(self) -> None:
        """Nothing is loaded."""


@pytest.fixture
def background() -> Iterator[Background]:
    with Background() as background:
        yield background


@pytest.mark.parametrize("how", ["tcp", "unix"])
def test_sound_and_hints_arrive_whole_and_words_come_back_as_surely_as_they_were_heard(
    background: Background, tmp_path: Path, how: str
) -> None:
    where = "127.0.0.1:0" if how == "tcp" else f"unix:{tmp_path}/speech"
    address = background.enter(recognising(SpeechServer(Echo(), "en"), where))
    pool = choose_recogniser("packaged", tmp_path, "en", [address])
    pool.warm()
    heard = pool.transcribe(SOUND, hints=["grüne Kiwis", "milk"])
    assert heard == Transcript(f"{len(SOUND)} True grüne Kiwis milk", 0.25, -1.5)
    assert pool.transcribe(SOUND[:0]).text.startswith("0 True")


def test_whoever_has_least_to_do_is_asked() -> None:
    servers = [Slow(), Slow(), Slow()]
    for one in servers:
        one.go_on.clear()
    with ExitStack() as stack, ThreadPoolExecutor(3) as threads:
        pool = SpeechPool([stack.enter_context(recogniser(one)) for one in servers])
        asked = [threads.submit(pool.transcribe, SOUND) for _ in servers]
        assert all(one.asked.wait(PATIENCE) for one in servers), "each has one, and none two"
        for one in servers:
            one.go_on.set()
        assert [one.result(PATIENCE).text for one in asked] == ["", "", ""]
        for _ in range(6):
            pool.transcribe(SOUND)
    assert [one.requests for one in servers] == [3, 3, 3], "of those that rest each has its turn"


def test_one_that_is_away_is_left_alone_and_tried_again_later() -> None:
    now, port = [0.0], free_port()
    away = f"127.0.0.1:{port}"
    with recogniser(words := Slow()) as here:
        pool = SpeechPool([away, here], now=lambda: now[0])
        for text in ("one", "two"):
            words.next.put(text)
            assert pool.transcribe(SOUND).text == text
        with Background() as background:
            background.enter(recognising(SpeechServer(Echo(), "en"), away))
            words.next.put("three")
            assert pool.transcribe(SOUND).text == "three", "it is left alone for a while"
            now[0] += AWAY_SECONDS + 1
            assert "True" in pool.transcribe(SOUND).text
    with pytest.raises(SpeechAway, match="start `unhear speech` there, or mend"):
        pool.transcribe(SOUND)


def test_one_that_dies_at_work_is_nobodys_loss() -> None:
    class Dying(Echo):
        def transcribe(self, _: Pcm, *, hints: Sequence[str] = ()) -> Transcript:
            raise MemoryError(len(hints))

    with Background() as background, recogniser(words := Slow()) as other:
        words.next.put("turn on the light")
        dying = background.enter(recognising(SpeechServer(Dying(), "en"), "127.0.0.1:0"))
        assert SpeechPool([dying, other]).transcribe(SOUND).text == "turn on the light"


@pytest.mark.parametrize("address", ["192.168.1.5:10300", "0.0.0.0:10300", "speech:10300", "1"])
def test_words_pass_beyond_this_machine_only_where_the_network_is_said_to_be_private(
    tmp_path: Path, address: str
) -> None:
    (tmp_path / "settings.toml").write_text(f'speech = ["{address}"]\n')
    with pytest.raises(SettingsWrong, match=r"HOST:PORT|private_network = true"):
        read_settings(tmp_path)
    if ":" in address:
        Settings(house=tmp_path, private_network=True)
        (tmp_path / "settings.toml").write_text(f'private_network = true\nspeech = ["{address}"]\n')
        assert read_settings(tmp_path).speech == (address,)


def test_a_house_with_a_pool_recognises_as_many_requests_at_once() -> None:
    both = Barrier(2, timeout=PATIENCE)

    def recognise(capture: Capture) -> Transcript:
        both.wait()
        return Transcript(capture.device)

    ears = Ears(recognise, at_once=2)
    captures = [Capture(SOUND, NOON, DeviceId(name)) for name in ("kitchen", "hall")]
    with ThreadPoolExecutor(2) as threads:
        heard = [threads.submit(ears.hear, one) for one in captures]
        assert [one.result(PATIENCE).text for one in heard] == ["kitchen", "hall"]
    ears.close()
