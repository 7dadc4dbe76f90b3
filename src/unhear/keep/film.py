"""What the capsule of a clip holds: where its pieces lie in its payload, and a small picture of it.

Each piece is an age file of its own, whose body lies in the payload behind the one before it. So
what was filmed up to a crash opens with the standard program, and any part opens without the rest.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SealedPiece:
    """A piece of a clip: its age header, and where its body lies in the clip's payload.

    `begins` and `ends` are seconds from the clip's beginning; `at` and `size` count bytes.
    """

    header: bytes
    at: int
    size: int
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Film:
    """A clip's pieces in their order, and its small picture as an age file, if it has one."""

    pieces: tuple[SealedPiece, ...] = ()
    still: bytes | None = None

    @property
    def size(self) -> int:
        """How many bytes of the payload are known; a crash may have left more behind them."""
        return self.pieces[-1].at + self.pieces[-1].size if self.pieces else 0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.pieces[-1].ends if self.pieces else 0.0


def film_bytes(film: Film) -> bytes:
    """Answer a film as JSON, to be sealed as a clip's content."""
    return json.dumps(
        {
            "pieces": [
                [_text(one.header), one.at, one.size, one.begins, one.ends] for one in film.pieces
            ],
            "still": None if film.still is None else _text(film.still),
        }
    ).encode()


def film_from(content: bytes) -> Film:
    """Answer the film in a clip's opened content."""
    fields: dict[str, Any] = json.loads(content)
    still = fields["still"]
    return Film(
        tuple(SealedPiece(b64decode(header), *where) for header, *where in fields["pieces"]),
        None if still is None else b64decode(still),
    )


def _text(sealed: bytes) -> str:
    return b64encode(sealed).decode()
