"""A witness over HTTP: `add-checkpoint`, and what was cosigned last (C2SP tlog-witness)."""

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from unhear.prove.errors import (
    KeyUnknown,
    LogUnknown,
    NotConsistent,
    ProofError,
    ProofMalformed,
    SizeConflict,
)
from unhear.prove.notes import SignatureLine
from unhear.prove.witness import Asked, Witness

BODY_BYTES_MAX = 1 << 18
"""Enough for a proof of 63 hashes and a checkpoint of 64 signatures of any kind known today."""

SIZE_TYPE = "text/x.tlog.size"

_STATUS: dict[type[ProofError], int] = {
    ProofMalformed: 400,
    KeyUnknown: 403,
    LogUnknown: 404,
    NotConsistent: 422,
}


def witness_app(witness: Witness) -> Starlette:
    """Answer the app of one witness; submission and monitoring prefix are both its root."""

    async def add_checkpoint(request: Request) -> Response:
        body = await _body(request)
        try:
            line = await run_in_threadpool(_cosigned, witness, body)
        except SizeConflict as conflict:
            return Response(f"{conflict.size}\n", 409, headers={"content-type": SIZE_TYPE})
        except tuple(_STATUS) as error:
            return PlainTextResponse(f"{error}\n", _STATUS[type(error)])
        return PlainTextResponse(str(line))

    def checkpoint(request: Request) -> Response:
        note = witness.latest(request.path_params["origin_hash"])
        if note is None:
            raise HTTPException(404)
        return PlainTextResponse(str(note), headers={"cache-control": "no-cache"})

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", checkpoint),
        ]
    )


def _cosigned(witness: Witness, body: bytes) -> SignatureLine:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise ProofMalformed("the request is not UTF-8") from None
    return witness.add_checkpoint(Asked.parse(text))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            raise HTTPException(413)
    return bytes(body)
