"""The page that Prometheus reads, and nothing else at that address."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from unhear.settings import Settings
from unhear.signals.giving import level
from unhear.signals.words import Metric, Value

if TYPE_CHECKING:
    from unhear.telling.exporting import Exporting

log = logging.getLogger(__name__)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HERE = ["localhost", "127.0.0.1"]

Gauges = Callable[[], Iterable[tuple[Metric, float, tuple[Value, ...]]]]
"""Answers how things stand at this moment."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is served, and where."""

    at: str
    app: Starlette


@contextmanager
def telling(settings: Settings, gauges: Gauges) -> Iterator[Page | None]:
    """Tell what the settings name while the block runs; answer the page to be served, if any.

    Raises `ExtraMissing`.
    """
    if settings.metrics is None and settings.traces is None:
        yield None
        return
    from unhear.telling.exporting import exporting  # noqa: PLC0415 - of an extra

    with exporting(settings.traces) as listener:
        at = settings.metrics
        yield None if at is None else Page(at, metrics_app(listener, gauges, at))


def metrics_app(listener: "Exporting", gauges: Gauges, at: str) -> Starlette:
    """Answer what serves `/metrics`. On this machine alone it answers to this machine's names.

    Otherwise a page of a stranger, whose name points here, could read it in a guardian's browser.
    """

    def metrics(_request: Request) -> Response:
        readable = True
        try:
            for metric, value, labels in gauges():
                level(metric, value, *labels)
        except Exception as error:  # noqa: BLE001 - what cannot be read is told as that
            log.warning("the house cannot be read", extra={"error": type(error).__name__})
            readable = False
        level(Metric.READABLE, readable)
        return Response(listener.page(), media_type=CONTENT_TYPE)

    hosts = HERE if _is_loopback(at) else ["*"]
    return Starlette(
        routes=[Route("/metrics", metrics)],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=hosts)],
    )


def _is_loopback(at: str) -> bool:
    host = at.rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
