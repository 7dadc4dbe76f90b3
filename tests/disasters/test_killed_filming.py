"""Killed in the middle of a clip: what was filmed until then is sealed, and opens."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.home import Home
from tests.keep.films import opened
from unhear.household.words import TraceId

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("enough", [1, 4, 9])
def test_killed_in_the_middle_of_a_clip(home: Home, enough: int) -> None:
    said: list[list[str]] = []
    with subprocess.Popen(
        [sys.executable, "-m", "tests.disasters.filming", str(home.settings.house)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            said.append(line.split())
            if len(said) == enough:
                worker.send_signal(signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL
    again = Home(home.settings)
    (trace,) = {TraceId(bytes.fromhex(clip)) for clip, _ in said}
    kept = [piece[:8].hex() for piece in opened(again, trace)]
    # What it was about to say is durable, too.
    assert kept[: len(said)] == [first for _, first in said]
    (clip,) = again.catalogue.recordings()
    assert clip.utterance.seconds > 0
    assert again.catalogue.orphans(again.clock() + timedelta(days=1)) == []
