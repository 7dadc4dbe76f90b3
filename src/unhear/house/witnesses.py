"""The witnesses of the house's log, as the settings name them."""

from unhear.prove.notes import VerifierKey
from unhear.prove.witnessing import Witnesses
from unhear.settings import Settings
from unhear.stores.witness_client import HttpWitness
from unhear.stores.witness_record import WitnessRecord


def choose_witnesses(settings: Settings) -> Witnesses | None:
    """Answer the witnesses; None where the settings name none. Raises `ProofMalformed`."""
    if not settings.witnesses:
        return None
    links = [HttpWitness(one.url, VerifierKey.parse(one.key)) for one in settings.witnesses]
    needed = settings.witnesses_needed or len(links)
    return Witnesses(links, needed, WitnessRecord(settings.witness_file))
