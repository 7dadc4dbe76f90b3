"""A process that recognises for others keeps nothing: no file is opened to be written to."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.needs import need_program
from tests.ports import free_port
from tests.service.processes import PATIENCE, environment, spoken, until
from unhear.engines.speech_pool import SpeechAway, SpeechPool

pytestmark = [pytest.mark.speech, pytest.mark.slow, pytest.mark.tools]

CALLS = "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,mknodat"
WRITES = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|creat\(|rename|link|mk")


def test_it_recognises_leaves_when_told_and_writes_nothing_while_it_does(tmp_path: Path) -> None:
    strace, port, log = need_program("strace"), free_port(), tmp_path / "calls"
    listen = f"127.0.0.1:{port}"
    house = tmp_path / "house"
    command = [sys.executable, "-m", "unhear", "--house", str(house), "speech", "--listen", listen]
    with subprocess.Popen(
        [strace, "-f", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(TMPDIR=str(tmp_path)),
    ) as process:
        pool = SpeechPool([listen])
        try:
            until(lambda: process.poll() is not None or answers(pool))
            before = len(log.read_text().splitlines())
            heard = pool.transcribe(spoken("Set a timer for ten minutes."))
            assert "timer" in heard.text.lower()
            assert heard.speech_probability > 0.5
            assert heard.mean_log_probability < 0
            after = log.read_text().splitlines()[before:]
            assert [line for line in after if WRITES.search(line) and "/dev/null" not in line] == []
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            subprocess.run(["kill", "-TERM", children[0]], check=True)
            out, told = process.communicate(timeout=PATIENCE)
            assert process.returncode == 0, told
            assert "timer" not in (out + told).lower()
            assert not house.exists(), "it needs no house, and makes none"
        finally:
            process.kill()
    with pytest.raises(SpeechAway):
        pool.transcribe(np.zeros(16_000, np.int16))


def answers(pool: SpeechPool) -> bool:
    try:
        pool.warm()
    except SpeechAway:
        return False
    return True


def test_it_refuses_addresses_beyond_this_machine(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "unhear", "--house", str(tmp_path)]
    done = subprocess.run(
        [*command, "speech", "--listen", "0.0.0.0:10300"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "private_network = true" in " ".join(done.stderr.split())
