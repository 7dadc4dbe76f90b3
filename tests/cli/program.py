"""The program `unhear` in its own process, as a guardian's script would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PASSPHRASE = "three plain words"


def unhear(
    house: Path, *arguments: str, code: int = 0, passphrase: str = PASSPHRASE
) -> dict[str, Any]:
    """Run a command with --json; answer its object, or the error's text under `error`."""
    done = subprocess.run(
        [sys.executable, "-m", "unhear", "--house", str(house), *arguments, "--json"],
        capture_output=True,
        text=True,
        cwd=house.parent,
        env={**os.environ, "UNHEAR_PASSPHRASE": passphrase},  # noqa: TID251 - the child's
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    answer: dict[str, Any] = json.loads(done.stdout) if done.stdout else {"error": done.stderr}
    return answer
