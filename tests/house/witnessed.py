"""A house, open, whose log has witnesses."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.prove.memory import OTHER_WITNESS, WITNESS
from unhear.house.audit import Finding, audit
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.words import DeviceId
from unhear.prove.notes import Note, Signer
from unhear.prove.receipt import Receipt
from unhear.prove.witnessing import Standing
from unhear.settings import Settings, WitnessSettings

SCOPES = (Scope(device=DeviceId(f"device {number}")) for number in count())
"""Each asks for another erasure: the same one twice would be one entry."""


def settings_of(folder: Path, *urls: str, needed: int | None = None) -> Settings:
    keys = (WITNESS.verifier, OTHER_WITNESS.verifier)
    named = [WitnessSettings(url=url, key=str(key)) for url, key in zip(urls, keys, strict=False)]
    return Settings(house=folder, witnesses=tuple(named), witnesses_needed=needed)


@contextmanager
def opened(settings: Settings) -> Iterator[House]:
    house = House(settings)
    try:
        yield house
    finally:
        house.close()


def forget(house: House) -> Receipt:
    """Make one more entry, and wait until the witnesses were asked."""
    receipt = house.forgetter.forget(house.household.id, next(SCOPES))
    house.ledger.wait()
    return receipt


def standing(house: House, of: Signer = WITNESS) -> Standing:
    assert house.ledger.witnesses is not None
    return house.ledger.witnesses.watched().standings[of.verifier]


def finding(house: House) -> Finding:
    return next(finding for finding in audit(house) if finding.check == "witnesses")


def witnessed(house: House, receipt: Receipt) -> Receipt:
    with house.database.reading() as transaction:
        return house.ledger.renewed(transaction, receipt)


def published(settings: Settings) -> Note:
    return Note.parse((settings.ledger_folder / "checkpoint").read_text())
