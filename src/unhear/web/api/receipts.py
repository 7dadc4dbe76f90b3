"""The receipts the house keeps, and what checks them anywhere."""

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from unhear.forget.database import Transaction
from unhear.forget.kept_receipts import SHOWN, Place, Shown, newest
from unhear.forget.keytree import KeyTree
from unhear.forget.snapshot import snapshot
from unhear.prove.receipt import Receipt
from unhear.web.api.fields import Answered
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, SignedIn

router = APIRouter(prefix="/receipts", tags=["proof"])

LIMIT_DEFAULT, LIMIT_MAX = 50, 500
DIGITS_MAX = 16
NO_SUCH_RECEIPT = Problem(404, "no-such-receipt", "The house keeps no such receipt any more.")
WRONG_CURSOR = Problem(422, "wrong-cursor", "Ask with the `next` of the page before.")
VERIFIERS: Mapping[str, str] = {"verify_receipt.py": "text/x-python", "verify.html": "text/html"}


class ReceiptLine(Answered):
    """A receipt in short: its entry of the log, and the statement that the log holds."""

    entry: int
    statement: dict[str, Any]


class Receipts(Answered):
    """Receipts, newest first, and the log's key that they are checked with.

    `next` asks for those before them.
    """

    key: str
    receipts: list[ReceiptLine]
    next: str | None


@router.get("")
def receipts(
    signed: Guardian,
    kind: Shown | None = None,
    before: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT,
) -> Receipts:
    """List the receipts of erasures, consents, looks and grants, newest first."""
    found, more = page_of(signed, kind, before, limit)
    return Receipts(
        key=str(signed.house.ledger.key),
        receipts=[
            ReceiptLine(entry=one.proof.index, statement=dict(one.statement)) for one in found
        ],
        next=more,
    )


@router.get("/verifiers/{name}", response_class=Response)
def verifier(name: str) -> Response:
    """Answer a verifier that needs nothing of unhear: a program, or a page. Nobody signs in."""
    if name not in VERIFIERS:
        raise Problem(404, "no-such-verifier", f"There are {' and '.join(VERIFIERS)}.")
    content = files("unhear.verifier").joinpath(name).read_bytes()
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=VERIFIERS[name], headers=headers)


@router.get("/{entry}")
def receipt(signed: Guardian, entry: int) -> dict[str, Any]:
    """Answer the receipt of an entry of the log, as the log's witnesses and key prove it best."""
    house = signed.house

    def find(transaction: Transaction, tree: KeyTree) -> Receipt | None:
        every = newest(transaction, tree, house.household.id)
        return next((one for _, one in every if one.proof.index == entry), None)

    found = snapshot(house.database, house.keeper, find)
    if found is None:
        raise NO_SUCH_RECEIPT
    with house.database.reading() as transaction:
        renewed = house.ledger.renewed(transaction, found)
    return dict(json.loads(renewed.to_json()))


def page_of(
    signed: SignedIn, kind: Shown | None, before: str | None, limit: int = LIMIT_DEFAULT
) -> tuple[Sequence[Receipt], str | None]:
    """Answer the newest receipts before a cursor, and the cursor of those before them."""
    house = signed.house
    place = None if before is None else _place(before)
    statements = () if kind is None else SHOWN[kind]

    def read(transaction: Transaction, tree: KeyTree) -> list[tuple[Place, Receipt]]:
        found = newest(transaction, tree, house.household.id, statements=statements, before=place)
        return list(islice(found, limit + 1))

    found = snapshot(house.database, house.keeper, read)
    more = "{}.{}".format(*found[limit - 1][0]) if len(found) > limit else None
    return [one for _, one in found[:limit]], more


def _place(cursor: str) -> Place:
    day, _, entry = cursor.partition(".")
    if not all(
        part.isascii() and part.isdigit() and len(part) < DIGITS_MAX for part in (day, entry)
    ):
        raise WRONG_CURSOR
    return int(day), int(entry)
