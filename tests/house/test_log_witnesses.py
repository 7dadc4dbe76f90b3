"""Witnesses of a house's log: real ones over HTTP, and some that are away or lie."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.home import PASSPHRASE, PLAN
from tests.prove.memory import OTHER_WITNESS, WITNESS
from tests.web.servers import served, witness_at
from unhear.house.audit import Finding, audit
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.household.words import DeviceId
from unhear.prove.notes import Checkpoint, Note, Signer, VerifierKey, verify_note
from unhear.prove.receipt import Receipt, verify
from unhear.prove.witness import Asked
from unhear.prove.witnessing import Standing
from unhear.settings import Settings, WitnessSettings
from unhear.stores.errors import StoreDamaged

NOWHERE = "http://127.0.0.1:9"

ENDS_AT_ONCE = """
import sys
from pathlib import Path
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.settings import read_settings
house = House(read_settings(Path(sys.argv[1])))
house.forgetter.forget(house.household.id, Scope())
"""

SCOPES = (Scope(device=DeviceId(f"device {number}")) for number in count())
"""Each asks for another erasure: the same one twice would be one entry."""


def _settings(folder: Path, *urls: str, needed: int | None = None) -> Settings:
    keys = (WITNESS.verifier, OTHER_WITNESS.verifier)
    named = [WitnessSettings(url=url, key=str(key)) for url, key in zip(urls, keys, strict=False)]
    return Settings(house=folder, witnesses=tuple(named), witnesses_needed=needed)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


@pytest.fixture
def key(folder: Path) -> VerifierKey:
    with _opened(_settings(folder)) as house:
        return house.ledger.key


@contextmanager
def _opened(settings: Settings) -> Iterator[House]:
    house = House(settings)
    try:
        yield house
    finally:
        house.close()


def _forget(house: House) -> Receipt:
    """Make one more entry, and wait until the witnesses were asked."""
    receipt = house.forgetter.forget(house.household.id, next(SCOPES))
    house.ledger.wait()
    return receipt


def _standing(house: House, of: Signer = WITNESS) -> Standing:
    assert house.ledger.witnesses is not None
    return house.ledger.witnesses.watched().standings[of.verifier]


def _finding(house: House) -> Finding:
    return next(finding for finding in audit(house) if finding.check == "witnesses")


def _witnessed(house: House, receipt: Receipt) -> Receipt:
    with house.database.reading() as transaction:
        return house.ledger.renewed(transaction, receipt)


def _published(settings: Settings) -> Note:
    return Note.parse((settings.ledger_folder / "checkpoint").read_text())


def test_an_entry_is_cosigned_and_its_receipt_can_be_had_with_that(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with (
        witness_at(tmp_path / "seen", WITNESS, key) as url,
        _opened(_settings(folder, url)) as house,
    ):
        first = _forget(house)
        second = _forget(house)
        assert not verify(first, key, [WITNESS.verifier]).inclusion.witnesses
        for receipt in (first, second):
            better = _witnessed(house, receipt)
            verdict = verify(Receipt.from_json(better.to_json()), key, [WITNESS.verifier])
            assert set(verdict.inclusion.witnesses) == {WITNESS.verifier}
            assert verdict.inclusion.checkpoint.size == second.proof.index + 1
        note = _published(house.settings)
        assert set(verify_note(note, [key, WITNESS.verifier])) == {key, WITNESS.verifier}
        assert _standing(house) == Standing(second.proof.index + 1)
        assert _finding(house).ok


def test_a_witness_that_is_away_is_asked_again_at_the_next_entry(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with _opened(_settings(folder, NOWHERE)) as house:
        receipt = _forget(house)
        verify(receipt, key)
        assert "does not answer (ConnectError)" in _standing(house).trouble
        assert _witnessed(house, receipt) == receipt
        assert not _finding(house).ok
    with (
        witness_at(tmp_path / "seen", WITNESS, key) as url,
        _opened(_settings(folder, url)) as house,
    ):
        later = _forget(house)
        assert _standing(house) == Standing(later.proof.index + 1)
        better = _witnessed(house, receipt)
        assert verify(better, key, [WITNESS.verifier]).inclusion.witnesses


def test_no_erasure_waits_for_a_witness(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        house = House(_settings(folder, url))
        receipt = house.forgetter.forget(house.household.id, Scope())
        # Only now does the witness take the call, and hangs up.
        connection, _ = silent.accept()
        connection.recv(1)
        connection.close()
        with house.database.writing() as transaction:
            assert transaction.ledger_size() == receipt.proof.index + 1
        house.close()
    assert "does not answer" in _standing(house).trouble


def test_a_program_that_ends_at_once_is_witnessed_all_the_same(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = _settings(folder, url)
        (folder / "settings.toml").write_text(
            f'[[witnesses]]\nurl = "{url}"\nkey = "{settings.witnesses[0].key}"\n'
        )
        done = subprocess.run(
            [sys.executable, "-c", ENDS_AT_ONCE, str(folder)], check=True, capture_output=True
        )
    assert done.stderr == b""
    with _opened(settings) as house, house.database.reading() as transaction:
        assert _standing(house) == Standing(transaction.ledger_size())


def test_two_of_two_are_needed_where_the_settings_say_nothing_else(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        with _opened(_settings(folder, url, NOWHERE)) as house:
            receipt = _forget(house)
            assert _witnessed(house, receipt) == receipt
            assert _standing(house).trouble == ""
            assert _standing(house, OTHER_WITNESS).trouble
        with _opened(_settings(folder, url, NOWHERE, needed=1)) as house:
            receipt = _forget(house)
            assert verify(_witnessed(house, receipt), key, [WITNESS.verifier]).inclusion.witnesses


def test_cosignatures_of_several_witnesses_come_together(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with (
        witness_at(tmp_path / "one", WITNESS, key) as one,
        witness_at(tmp_path / "two", OTHER_WITNESS, key) as two,
        _opened(_settings(folder, one, two)) as house,
    ):
        receipt = _forget(house)
        both = [WITNESS.verifier, OTHER_WITNESS.verifier]
        assert set(verify(_witnessed(house, receipt), key, both).inclusion.witnesses) == set(both)


@pytest.mark.parametrize("grow", [False, True], ids=["cut short", "and grown again"])
def test_a_rolled_back_house_is_found_out_by_its_witness(
    folder: Path, key: VerifierKey, tmp_path: Path, *, grow: bool
) -> None:
    old = tmp_path / "old"
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = _settings(folder, url)
        with _opened(settings) as house:
            _forget(house)
        # A whole folder put back: database, published log, and what its witnesses said.
        shutil.copytree(folder, old)
        with _opened(settings) as house:
            _forget(house)
            _forget(house)
        shutil.rmtree(folder)
        shutil.copytree(old, folder)
        with _opened(settings) as house:
            for _ in range(4 * grow):
                _forget(house)
            found = _finding(house)
            assert not found.ok
            assert "saw another history of this log" in found.seen
            assert _standing(house).forked
    with _opened(_settings(folder, NOWHERE)) as house:
        _forget(house)
        assert _standing(house).forked, "an alarm does not end because the witness is away"


def _lying(answer: Callable[[Asked], PlainTextResponse]) -> Starlette:
    async def add_checkpoint(request: object) -> PlainTextResponse:
        body = await request.body()  # type: ignore[attr-defined] # Starlette's request
        return answer(Asked.parse(body.decode()))

    return Starlette(routes=[Route("/add-checkpoint", add_checkpoint, methods=["POST"])])


def _cosigned(asked: Asked, by: Signer) -> str:
    return str(by.cosign(asked.checkpoint, 1).signatures[-1])


def _another(asked: Asked) -> Asked:
    checkpoint = Checkpoint.parse(asked.checkpoint.text)
    return Asked(0, (), Note(str(Checkpoint(checkpoint.origin, 1, bytes(32))), ()))


LIES: dict[str, tuple[Callable[[Asked], PlainTextResponse], str]] = {
    "nothing": (lambda _: PlainTextResponse(""), "not with a cosignature"),
    "noise": (lambda _: PlainTextResponse("\u2014 x y\n"), "not with a cosignature"),
    "a stranger's": (
        lambda asked: PlainTextResponse(_cosigned(asked, OTHER_WITNESS)),
        "not with a cosignature",
    ),
    "of something else": (
        lambda asked: PlainTextResponse(_cosigned(_another(asked), WITNESS)),
        "not with a cosignature",
    ),
    "no size": (lambda _: PlainTextResponse("many\n", 409), "cannot be understood"),
    "sizes without end": (
        lambda asked: PlainTextResponse(f"{1 - asked.old}\n", 409),
        "asked by too many",
    ),
    "a larger size": (
        lambda _: PlainTextResponse("1000\n", 409),
        "shows no checkpoint that is signed",
    ),
    "no proof": (lambda _: PlainTextResponse("", 422), "shows no checkpoint that is signed"),
    "too much": (lambda _: PlainTextResponse("x" * 300_000), "sends more"),
    "trouble": (lambda _: PlainTextResponse("", 503), "HTTP status 503"),
    "unknown key": (lambda _: PlainTextResponse("", 403), "does not know this log's key"),
    "unknown log": (lambda _: PlainTextResponse("", 404), "does not watch this log"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_witness_that_lies_changes_nothing(folder: Path, key: VerifierKey, lie: str) -> None:
    answer, expected = LIES[lie]
    with served(_lying(answer)) as url, _opened(_settings(folder, url)) as house:
        receipt = _forget(house)
        assert expected in _standing(house).trouble
        assert _witnessed(house, receipt) == receipt
        assert set(verify_note(_published(house.settings), [key, WITNESS.verifier])) == {key}


def test_a_changed_record_of_what_witnesses_said_proves_nothing(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = _settings(folder, url)
        with _opened(settings) as house:
            receipt = _forget(house)
            sound = settings.witness_file.read_text()
            size = receipt.proof.index + 1
            for bad in (
                "",
                "[]",
                "{",
                sound.replace("\\u2014", "-"),
                sound.replace('"size"', '"n"'),
            ):
                settings.witness_file.write_text(bad)
                assert _witnessed(house, receipt) == receipt
            settings.witness_file.write_text(sound.replace(f"\\n{size}\\n", f"\\n{size - 1}\\n"))
            assert _witnessed(house, receipt) == receipt
            later = _forget(house)
            assert verify(_witnessed(house, receipt), key, [WITNESS.verifier]).inclusion.witnesses
            assert _standing(house) == Standing(later.proof.index + 1)


def test_a_house_without_its_log_key_says_so(folder: Path) -> None:
    (folder / "log.key").unlink()
    with pytest.raises(StoreDamaged, match="bring back a copy"):
        House(Settings(house=folder))
