"""What comes back after an erasure, of unhear and of others: `python -m bench.thief --json`.

See `bench.thief.story` for the story. unhear lives through it with every root keeper there is on
this machine, the others in an environment of their own (`make .venv-thief/.ready`).
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.keepers.media import soft_token, soft_tpm

from bench.plot import bars
from bench.report import progress, report
from bench.thief.ours import Ours
from bench.thief.story import live, make_recordings

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-thief" / "bin" / "python"
PAGE = ROOT / "docs" / "thief.md"
PICTURE = ROOT / "docs" / "images" / "thief.svg"
MARKS = ("<!-- table -->\n", "<!-- end of table -->")

PROMISES = {
    "plain-sqlite": "deleted rows leave the file (secure_delete, VACUUM); nothing of copies",
    "postgresql": "deleted rows leave the table (VACUUM FULL); nothing of copies",
    "sqlcipher": "nobody reads the file without the key, which the running system has",
    "shredded-keys": "a person is noise without their key; but the keys are in every backup",
    "shredded-keys-apart": "the same, with keys in no backup: one disk lost is everything lost, "
    "and less than a person cannot be erased",
    "effaced": "a person's rows are deleted from your own tables and services, with an audit trail",
    "attestari": "a subject's key is destroyed; its documents ask for a backup policy of its own "
    "for the keys, which lie wrapped in the same store",
    "inspeximus": "a subject's records are deleted, with signed tombstones; its documents leave "
    "backups out",
}
NOT_RUN = {
    "tombstone-erase": "it keeps nothing itself: it finds and erases what vector stores, caches "
    "and training sets of one's own made of a document, and its receipts list backups and "
    "write-ahead logs as out of scope"
}


def _keepers(stack: ExitStack, folder: Path) -> Iterator[tuple[str, str | None]]:
    """Yield every root keeper this machine has, and how it is chosen."""
    yield "file", None
    for kind in ("split", "mirror"):
        yield kind, f"{kind}:[file:{folder}/{kind}-a][file:{folder}/{kind}-b]"
    media: dict[str, Callable[[], str]] = {
        "pkcs11": lambda: stack.enter_context(soft_token(folder / "token")),
        "tpm2": lambda: f"tpm2:tcti={stack.enter_context(soft_tpm(folder / 'tpm'))}",
    }
    for kind, start in media.items():
        try:
            yield kind, start()
        except pytest.skip.Exception as missing:
            progress(f"unhear, {kind}: left out, {missing}")


def _ours(count: int, wanted: list[str]) -> dict[str, Any]:
    figures = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="unhear-thief-")))
        for kind, spec in _keepers(stack, folder):
            if wanted and kind not in wanted:
                continue
            progress(f"unhear, {kind}")
            home = folder / f"home-{kind}"
            home.mkdir()
            figures[kind] = live(Ours(home, spec), make_recordings(count), home)
    return figures


def _peers(count: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for name, promise in PROMISES.items():
        progress(name)
        command = [str(PYTHON), str(ROOT / "bench" / "thief" / "peers.py"), name, str(count)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures[name] = {**json.loads(done.stdout.splitlines()[-1]), "promises": promise}
    return {**figures, **{name: {"not_run": why} for name, why in NOT_RUN.items()}}


def main() -> None:
    """Measure, report, and write the page and the picture if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--recordings", type=int, default=10_000)
    parser.add_argument("--keeper", action="append", default=[], help="only this kind; repeatable")
    parser.add_argument("--alone", action="store_true", help="without the others")
    parser.add_argument("--write", action="store_true", help="write docs/thief.md and its picture")
    arguments = parser.parse_args()
    ours = _ours(arguments.recordings, arguments.keeper)
    peers = {} if arguments.alone else _peers(arguments.recordings)
    if arguments.write:
        _write(ours, peers)
    report(
        ok=all(
            one["erased_contents_stolen"] == one["erased_facts_stolen"] == 0
            and one["kept_readable"] == one["kept"]
            for one in ours.values()
        ),
        figures=ours,
        peers=peers,
        packages=("cryptography",),
    )


def _write(ours: dict[str, Any], peers: dict[str, Any]) -> None:
    rows = {f"unhear, {kind} keeper": figures for kind, figures in ours.items()}
    rows |= {name: one for name, one in peers.items() if "not_run" not in one}
    lines = [
        "| store | erased, read by the thief | kept, read by the owner | erase one person |",
        "| --- | --- | --- | --- |",
    ]
    lines += [
        f"| {name} | {one['erased_contents_stolen']:,} of {one['erased']:,} "
        f"| {one['kept_readable']:,} of {one['kept']:,} "
        f"| {one['seconds_per_person_erased'] * 1000:.0f} ms |"
        for name, one in rows.items()
    ]
    before, _, rest = PAGE.read_text().partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    PAGE.write_text(before + MARKS[0] + "\n".join(lines) + "\n" + MARKS[1] + after)
    shares = {name: one["erased_contents_stolen"] / one["erased"] for name, one in rows.items()}
    note = "all backups, today's disk, today's keys; half of 100 people erased"
    PICTURE.write_text(bars("Erased recordings that a thief reads", note, shares))


if __name__ == "__main__":
    main()
