"""What a camera sends is written to no file: not by us, and not by the libraries that read it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cameras.conftest import Plug
from tests.needs import need_program

pytestmark = [pytest.mark.slow, pytest.mark.tools]

FILMED = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.cameras.calling import watched_browser
from tests.cameras.films import film
from tests.cameras.test_private import AREAS
from tests.cameras.watching import DOOR, until, watched
from unhear.capture.clips import Bounds
from unhear.household.words import Seen

bounds = Bounds(preroll=1.0, quiet=1.0)
address, begun, heard = sys.argv[1], DOOR, {"hears": True}
if address == "browser:":
    begun, heard = replace(DOOR, hears=True), {}
    watching = watched_browser(film(), camera=begun, bounds=bounds)
else:
    watching = watched(address, camera=begun, bounds=bounds)
with watching as house:
    until(lambda: house.eyes.pictures, what="a look")
    open(sys.argv[2] + "/begins", "w").close()
    house.eyes.shows = frozenset({Seen.MOTION})
    until(lambda: house.shelf.clips and house.shelf.clips[0].pieces, what="a piece")
    house.decide(private=AREAS, **heard)
    until(lambda: len(house.shelf.clips) > 1 and house.shelf.clips[-1].pieces, what="another")
    live = house.watch.live()
    assert live.read(10) and house.watch.snapshot()
    assert all(clip.stills for clip in house.shelf.clips)
    open(sys.argv[2] + "/ends", "w").close()
"""


@pytest.mark.parametrize("browser", [False, True], ids=["a camera", "a browser"])
def test_filming_opens_no_file_to_write(plug: Plug, tmp_path: Path, *, browser: bool) -> None:
    address = "browser:" if browser else plug().url()
    trace = tmp_path / "trace"
    calls = "openat,open,creat,memfd_create,rename,renameat2,mkdir,link,linkat,truncate"
    subprocess.run(
        [
            *(need_program("strace"), "-f", "-e", f"trace={calls}", "-o", str(trace)),
            *(sys.executable, "-B", "-c", FILMED, address, str(tmp_path)),
        ],
        check=True,
        timeout=200,
    )
    lines = trace.read_text().splitlines()
    begins, ends = (
        next(number for number, line in enumerate(lines) if f'{tmp_path}/{mark}"' in line)
        for mark in ("begins", "ends")
    )
    calls_between = [line for line in lines[begins + 1 : ends] if "(" in line]
    wrote = [line for line in calls_between if "O_RDONLY" not in line]
    assert ends > begins
    assert wrote == []
