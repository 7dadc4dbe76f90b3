"""Grants, made in a house's lower half as a guardian's browser makes them."""

from collections.abc import Sequence

from tests.home import PASSPHRASE, Home
from tests.keep.films import clips_of
from unhear.house.grants import Grants, Terms
from unhear.household.words import PersonId, TraceId
from unhear.keep import age
from unhear.keep.film import SealedPiece
from unhear.keep.grants import Grant

TERMS = Terms("the neighbour", "her bicycle", 2)


def grants_of(home: Home) -> Grants:
    return Grants(
        database=home.db,
        keeper=home.roots,
        ledger=home.ledger,
        payloads=home.blobs,
        forgetter=home.forgetter,
        household=home.id,
        clock=home.clock,
    )


def sealed_anew(home: Home, headers: Sequence[bytes]) -> tuple[age.Identity, list[bytes]]:
    """Answer a fresh identity, and the headers sealed to it."""
    household, link = home.identity.open_with_passphrase(PASSPHRASE), age.Identity.generate()
    return link, [age.rewrap(header, household, [link.recipient]) for header in headers]


def grant_clip(home: Home, clip: TraceId, terms: Terms = TERMS) -> tuple[age.Identity, Grant]:
    headers = [piece.header for piece in clips_of(home).film(clip).pieces]
    link, anew = sealed_anew(home, headers)
    return link, grants_of(home).make(PersonId("sam"), clip, anew, terms)


def grant_sound(home: Home, sound: TraceId, terms: Terms = TERMS) -> tuple[age.Identity, Grant]:
    link, anew = sealed_anew(home, [home.catalogue.parts(sound)[0]])
    return link, grants_of(home).make(PersonId("sam"), sound, anew, terms)


def opened(home: Home, pieces: Sequence[SealedPiece], of: TraceId, link: age.Identity) -> bytes:
    """Open what a grant names, with nothing but what its link holds."""
    return b"".join(
        age.decrypt(one.header + home.blobs.part(home.id, of, one.at, one.at + one.size), [link])
        for one in pieces
    )
