"""A new user, told nothing: set up, say something, find it, hear it, forget it, verify the receipt.

It is walked in a real browser against `unhear run`, as docs/walk.md shows it. Where `WALK_PICTURES`
names a folder, the pictures of that page are written there (`scripts/picture-walk`).
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browser import browser
from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ, Pcm
from unhear.engines.audio_files import read_sound
from unhear.engines.choose import choose_synthesiser
from unhear.engines.speech_files import speech_wav

pytestmark = [pytest.mark.tools, pytest.mark.speech, pytest.mark.slow]

PATIENCE, PATIENCE_MS = 60, 60_000
SAID = "What time is it?"
QUIET: Pcm = np.zeros(RATE_HZ, np.int16)

CLICK_S, LETTER_S, THINK_S = 1.3, 0.28, 1.35
"""To point and tap, to type a letter, to think before either (keystroke-level model: Card, Moran
and Newell, 1980; doi:10.1145/358886.358895)."""

WRITE_DOWN_S = 60
"""To write twelve words on paper."""

CLICKS_MAX, WORDS_MAX, WALK_S_MAX = 12, 4, 180

NOTE_WHAT_IS_HEARD = """
window.heard = 0;
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  this.addEventListener("timeupdate", () => { window.heard = this.currentTime; });
  return play.call(this);
};
"""


@dataclass
class Walk:
    """What a person does, counted."""

    page: Page
    clicks: int = 0
    typed: list[str] = field(default_factory=list)
    shown: int = 0
    started: float = field(default_factory=monotonic)

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def write(self, label: str, words: str) -> None:
        self.typed.append(words)
        self.page.get_by_label(label, exact=True).fill(words)

    def show(self, page: Page | None = None) -> None:
        """Take a picture of what is on the screen, where pictures are wanted."""
        self.shown += 1
        folder = os.environ.get("WALK_PICTURES")  # noqa: TID251 - the tests' own setting
        if folder is not None:
            file = Path(folder) / f"walk-{self.shown}.jpg"
            (page or self.page).screenshot(path=file, type="jpeg", quality=70)

    @property
    def seconds(self) -> float:
        """How long a person takes: what they do, and what the machine took."""
        steps = self.clicks + len(self.typed)
        letters = sum(map(len, self.typed))
        person = self.clicks * CLICK_S + letters * LETTER_S + steps * THINK_S + WRITE_DOWN_S
        return person + monotonic() - self.started


@contextmanager
def house_at_work(folder: Path) -> Iterator[str]:
    """Run the service in an empty folder; answer the console's address."""
    folder.mkdir()
    (folder / "settings.toml").write_text('page = "127.0.0.1:0"\n')
    command = [sys.executable, "-m", "unhear", "--house", str(folder), "run", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = json.loads("".join(server.stdout.readline() for _ in range(3)))["serves"]
        yield told.rpartition(" ")[2]
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE) == 0


def spoken(words: str) -> bytes:
    """Answer words said by the house's own voice, with silence around them, as a WAV file."""
    sound = read_sound(speech_wav(list(choose_synthesiser("en").speak(words))))
    return speech_wav([Speech(np.concatenate([QUIET, sound, QUIET, QUIET]), RATE_HZ)])


def set_up(walk: Walk) -> None:
    page = walk.page
    walk.write("Name of the household", "Home")
    walk.write("Your name", "Ada")
    walk.click(page.get_by_label("Recordings of adults"))
    walk.show()
    walk.click(page.get_by_role("button", name="Make it with a passkey"))
    expect(page.get_by_role("heading", name="Write down your recovery phrase")).to_be_visible()
    walk.show()
    words = page.locator("[data-words] li").all_inner_texts()
    for number in range(2):
        label = page.locator(f"[data-label='{number}']").inner_text()
        walk.write(label, words[int(label.rpartition(" ")[2]) - 1])
    walk.click(page.get_by_role("button", name="I have written it down"))
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def say_something(walk: Walk) -> None:
    page = walk.page
    walk.click(page.get_by_role("link", name="Talk"))
    expect(page.get_by_role("button", name="Speak")).to_be_enabled(timeout=PATIENCE_MS)
    walk.click(page.get_by_role("button", name="Speak"))
    expect(page.locator(".said")).to_contain_text("time", timeout=PATIENCE_MS)
    expect(page.locator(".reply")).to_contain_text("It is", timeout=PATIENCE_MS)
    expect(page.locator(".reply small")).to_contain_text("Kept", timeout=PATIENCE_MS)
    expect(page.get_by_role("status").first).to_have_text("Tap and speak", timeout=PATIENCE_MS)
    walk.show()


def find_and_hear(walk: Walk) -> None:
    page = walk.page
    walk.click(page.get_by_role("link", name="Today"))
    walk.click(page.get_by_role("button", name=re.compile("^Play")).first)
    expect(page.locator("blockquote")).to_contain_text("time")
    page.wait_for_function("() => window.heard > 1")
    walk.show()


def forget(walk: Walk) -> None:
    page = walk.page
    walk.click(page.get_by_role("button", name=re.compile("^Forget: ")).first)
    walk.show()
    walk.click(page.get_by_role("dialog").get_by_role("button", name="Forget"))
    walk.click(page.get_by_role("link", name="See the receipt"))
    expect(page.get_by_role("heading", name="Receipts")).to_be_visible()
    newest = page.locator("[data-entry]").first
    expect(newest).to_have_attribute("data-kind", "erasure")
    newest.scroll_into_view_if_needed()
    walk.show()


def verify(walk: Walk) -> None:
    newest = walk.page.locator("[data-entry]").first
    with walk.page.expect_popup() as beside:
        walk.click(newest.get_by_role("button", name="Check it here"))
    verdict = beside.value
    expect(verdict.get_by_text("✓ The receipt is genuine")).to_be_visible()
    walk.show(verdict)


def test_a_new_user_does_all_of_it_in_under_three_minutes(tmp_path: Path) -> None:
    microphone = tmp_path / "words.wav"
    microphone.write_bytes(spoken(SAID))
    with house_at_work(tmp_path / "house") as url, browser(microphone=microphone) as opened:
        page = opened.page()
        page.add_init_script(NOTE_WHAT_IS_HEARD)
        walk = Walk(page)
        page.goto(url)
        set_up(walk)
        say_something(walk)
        find_and_hear(walk)
        forget(walk)
        verify(walk)
        seconds = walk.seconds
    words = sum(len(one.split()) for one in walk.typed)
    figures = f"{walk.clicks} clicks, {words} typed words, {seconds:.0f} seconds"
    print(figures)  # noqa: T201 - for who runs it alone
    assert walk.clicks <= CLICKS_MAX, figures
    assert words <= WORDS_MAX, figures
    assert seconds < WALK_S_MAX, figures
