"""The receipts the house keeps, and what checks them anywhere."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Response

from unhear.forget.kept_receipts import receipts as kept_receipts
from unhear.forget.snapshot import snapshot
from unhear.prove.receipt import Receipt
from unhear.web.api.fields import Answered
from unhear.web.problems import Problem
from unhear.web.signed_in import Guardian, SignedIn

router = APIRouter(prefix="/receipts", tags=["proof"])

NO_SUCH_RECEIPT = Problem(404, "no-such-receipt", "The house keeps no such receipt any more.")
VERIFIERS: Mapping[str, str] = {"verify_receipt.py": "text/x-python", "verify.html": "text/html"}


class ReceiptLine(Answered):
    """A receipt in short: its entry of the log, and the statement that the log holds."""

    entry: int
    statement: dict[str, Any]


class Receipts(Answered):
    """All receipts, and the log's key that they are checked with."""

    key: str
    receipts: list[ReceiptLine]


@router.get("")
def receipts(signed: Guardian) -> Receipts:
    """List the receipts, oldest first."""
    return Receipts(
        key=str(signed.house.ledger.key),
        receipts=[
            ReceiptLine(entry=one.proof.index, statement=dict(one.statement))
            for one in all_receipts(signed)
        ],
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
    found = next((one for one in all_receipts(signed) if one.proof.index == entry), None)
    if found is None:
        raise NO_SUCH_RECEIPT
    house = signed.house
    with house.database.reading() as transaction:
        renewed = house.ledger.renewed(transaction, found)
    return dict(json.loads(renewed.to_json()))


def all_receipts(signed: SignedIn) -> list[Receipt]:
    """Answer the receipts the house keeps."""
    house = signed.house
    return snapshot(
        house.database,
        house.keeper,
        lambda transaction, tree: kept_receipts(transaction, tree, house.household.id),
    )
