"""Witnesses of a house's log: real ones over HTTP, and some that are away or lie."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.home import PASSPHRASE, PLAN
from tests.house.witnessed import (
    finding,
    forget,
    opened,
    published,
    settings_of,
    standing,
    witnessed,
)
from tests.prove.memory import OTHER_WITNESS, WITNESS
from tests.web.servers import witness_at
from unhear.house.house import House
from unhear.house.setup import set_up
from unhear.household.scope import Scope
from unhear.prove.notes import VerifierKey, verify_note
from unhear.prove.receipt import Receipt, verify
from unhear.prove.witnessing import Standing
from unhear.settings import Settings
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    set_up(Settings(house=tmp_path / "house"), PLAN, PASSPHRASE)
    return tmp_path / "house"


@pytest.fixture
def key(folder: Path) -> VerifierKey:
    with opened(settings_of(folder)) as house:
        return house.ledger.key


def test_an_entry_is_cosigned_and_its_receipt_can_be_had_with_that(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with (
        witness_at(tmp_path / "seen", WITNESS, key) as url,
        opened(settings_of(folder, url)) as house,
    ):
        first = forget(house)
        second = forget(house)
        assert not verify(first, key, [WITNESS.verifier]).inclusion.witnesses
        for receipt in (first, second):
            better = witnessed(house, receipt)
            verdict = verify(Receipt.from_json(better.to_json()), key, [WITNESS.verifier])
            assert set(verdict.inclusion.witnesses) == {WITNESS.verifier}
            assert verdict.inclusion.checkpoint.size == second.proof.index + 1
        note = published(house.settings)
        assert set(verify_note(note, [key, WITNESS.verifier])) == {key, WITNESS.verifier}
        assert standing(house) == Standing(second.proof.index + 1)
        assert finding(house).ok


def test_a_witness_that_is_away_is_asked_again_at_the_next_entry(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with opened(settings_of(folder, NOWHERE)) as house:
        receipt = forget(house)
        verify(receipt, key)
        assert "does not answer (ConnectError)" in standing(house).trouble
        assert witnessed(house, receipt) == receipt
        assert not finding(house).ok
    with (
        witness_at(tmp_path / "seen", WITNESS, key) as url,
        opened(settings_of(folder, url)) as house,
    ):
        later = forget(house)
        assert standing(house) == Standing(later.proof.index + 1)
        better = witnessed(house, receipt)
        assert verify(better, key, [WITNESS.verifier]).inclusion.witnesses


def test_no_erasure_waits_for_a_witness(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        house = House(settings_of(folder, url))
        receipt = house.forgetter.forget(house.household.id, Scope())
        # Only now does the witness take the call, and hangs up.
        connection, _ = silent.accept()
        connection.recv(1)
        connection.close()
        with house.database.writing() as transaction:
            assert transaction.ledger_size() == receipt.proof.index + 1
        house.close()
    assert "does not answer" in standing(house).trouble


def test_a_program_that_ends_at_once_is_witnessed_all_the_same(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = settings_of(folder, url)
        (folder / "settings.toml").write_text(
            f'[[witnesses]]\nurl = "{url}"\nkey = "{settings.witnesses[0].key}"\n'
        )
        done = subprocess.run(
            [sys.executable, "-c", ENDS_AT_ONCE, str(folder)], check=True, capture_output=True
        )
    assert done.stderr == b""
    with opened(settings) as house, house.database.reading() as transaction:
        assert standing(house) == Standing(transaction.ledger_size())


def test_two_of_two_are_needed_where_the_settings_say_nothing_else(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        with opened(settings_of(folder, url, NOWHERE)) as house:
            receipt = forget(house)
            assert witnessed(house, receipt) == receipt
            assert standing(house).trouble == ""
            assert standing(house, OTHER_WITNESS).trouble
        with opened(settings_of(folder, url, NOWHERE, needed=1)) as house:
            receipt = forget(house)
            assert verify(witnessed(house, receipt), key, [WITNESS.verifier]).inclusion.witnesses


def test_cosignatures_of_several_witnesses_come_together(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with (
        witness_at(tmp_path / "one", WITNESS, key) as one,
        witness_at(tmp_path / "two", OTHER_WITNESS, key) as two,
        opened(settings_of(folder, one, two)) as house,
    ):
        receipt = forget(house)
        both = [WITNESS.verifier, OTHER_WITNESS.verifier]
        assert set(verify(witnessed(house, receipt), key, both).inclusion.witnesses) == set(both)


@pytest.mark.parametrize("grow", [False, True], ids=["cut short", "and grown again"])
def test_a_rolled_back_house_is_found_out_by_its_witness(
    folder: Path, key: VerifierKey, tmp_path: Path, *, grow: bool
) -> None:
    old = tmp_path / "old"
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = settings_of(folder, url)
        with opened(settings) as house:
            forget(house)
        # A whole folder put back: database, published log, and what its witnesses said.
        shutil.copytree(folder, old)
        with opened(settings) as house:
            forget(house)
            forget(house)
        shutil.rmtree(folder)
        shutil.copytree(old, folder)
        with opened(settings) as house:
            for _ in range(4 * grow):
                forget(house)
            found = finding(house)
            assert not found.ok
            assert "saw another history of this log" in found.seen
            assert standing(house).forked
    with opened(settings_of(folder, NOWHERE)) as house:
        forget(house)
        assert standing(house).forked, "an alarm does not end because the witness is away"


def test_a_changed_record_of_what_witnesses_said_proves_nothing(
    folder: Path, key: VerifierKey, tmp_path: Path
) -> None:
    with witness_at(tmp_path / "seen", WITNESS, key) as url:
        settings = settings_of(folder, url)
        with opened(settings) as house:
            receipt = forget(house)
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
                assert witnessed(house, receipt) == receipt
            settings.witness_file.write_text(sound.replace(f"\\n{size}\\n", f"\\n{size - 1}\\n"))
            assert witnessed(house, receipt) == receipt
            later = forget(house)
            assert verify(witnessed(house, receipt), key, [WITNESS.verifier]).inclusion.witnesses
            assert standing(house) == Standing(later.proof.index + 1)


def test_a_house_without_its_log_key_says_so(folder: Path) -> None:
    (folder / "log.key").unlink()
    with pytest.raises(StoreDamaged, match="bring back a copy"):
        House(Settings(house=folder))
