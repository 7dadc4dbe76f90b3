"""The published log over HTTP (C2SP tlog-tiles): nothing secret, nothing computed but a prefix."""

import re

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unhear.prove.log_keys import FILE as LOG_KEYS_FILE
from unhear.prove.tiles import TILE_WIDTH, tile_path
from unhear.stores.log_files import LogFolder

CHANGES = {"cache-control": "no-cache"}
NEVER_CHANGES = {"cache-control": "public, max-age=31536000, immutable"}

_LEVEL = r"(?P<level>entries|0|[1-9]|[1-5][0-9]|6[0-3])"
_WIDTH = r"(?:\.p/(?P<width>[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
_TILE = re.compile(_LEVEL + r"/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})" + _WIDTH)


def log_app(folder: LogFolder) -> Starlette:
    """Answer the app that serves a published log; the log's prefix is its root."""

    def checkpoint(_: Request) -> Response:
        return _answer(folder.read("checkpoint"), "text/plain; charset=utf-8", CHANGES)

    def log_keys(_: Request) -> Response:
        return _answer(folder.read(LOG_KEYS_FILE), "application/json", CHANGES)

    def tile(request: Request) -> Response:
        return _answer(
            _tile(folder, request.path_params["path"]), "application/octet-stream", NEVER_CHANGES
        )

    return Starlette(
        routes=[
            Route("/checkpoint", checkpoint),
            Route(f"/{LOG_KEYS_FILE}", log_keys),
            Route("/tile/{path:path}", tile),
        ],
        middleware=[Middleware(GZipMiddleware)],
    )


def _tile(folder: LogFolder, path: str) -> bytes | None:
    found = _TILE.fullmatch(path)
    if found is None:
        return None
    index = int(found["index"].replace("x", "").replace("/", ""))
    width = int(found["width"] or TILE_WIDTH)
    same = tile_path(found["level"], index, width) == f"tile/{path}"
    return folder.tile(found["level"], index, width) if same else None


def _answer(content: bytes | None, kind: str, headers: dict[str, str]) -> Response:
    if content is None:
        raise HTTPException(404)
    return Response(content, media_type=kind, headers=headers)
