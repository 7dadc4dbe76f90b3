"""What telling costs: a keep and an erasure while nothing is told, and while everything is.

`python -m bench.telling`: metrics and traces, the latter to a receiver on this machine that takes
everything. Rounds with and without take turns, so that what else runs weighs on both.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from threading import Thread
from time import perf_counter

from bench.report import milliseconds, progress, report
from unhear.clock import random_bytes
from unhear.forget.traces import new_trace_id
from unhear.house.gauges import gauges_of
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.scope import Scope
from unhear.household.words import UNKNOWN_PERSON, DeviceId, TraceId, Utterance
from unhear.settings import Settings
from unhear.signals.giving import count, level, timed
from unhear.signals.words import KeepOutcome, Metric, Work
from unhear.telling.exporting import exporting

ROUNDS, A_ROUND = 20, 10
HOWS = ("off", "metrics", "all")
SOUND_BYTES = 96_000
"""Three seconds of speech."""

CALLS = 100_000


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take what is sent."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _receiver() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Takes)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces"
    server.shutdown()


def _keep(house: House) -> TraceId:
    now = house.clock()
    return house.catalogue.keep(
        wav=random_bytes(SOUND_BYTES),
        transcript="Fetch the purple wheelbarrow",
        utterance=Utterance(new_trace_id(), now, DeviceId("here"), UNKNOWN_PERSON, 3.0),
        keep_until=now.replace(year=now.year + 1),
    )


def _round(house: House, keeps: list[float], erasures: list[float]) -> None:
    for _ in range(A_ROUND):
        begun = perf_counter()
        kept = _keep(house)
        keeps.append(perf_counter() - begun)
        house.ledger.wait()  # what is published in the background is no part of it
        begun = perf_counter()
        house.forgetter.forget(house.household.id, Scope(recordings=frozenset([kept])))
        erasures.append(perf_counter() - begun)


def _calls() -> dict[str, float]:
    """Answer what one call of each kind takes, in microseconds."""
    begun = perf_counter()
    for _ in range(CALLS):
        count(Metric.KEEPS, KeepOutcome.KEPT)
    counted = perf_counter()
    for _ in range(CALLS):
        with timed(Work.KEEP):
            pass
    done = perf_counter()
    each = 1e6 / CALLS
    return {"count": (counted - begun) * each, "timed": (done - counted) * each}


def _measured(house: House) -> dict[str, object]:
    times: dict[str, tuple[list[float], list[float]]] = {how: ([], []) for how in HOWS}
    with _receiver() as receiver:
        for number in range(ROUNDS):
            progress(f"round {number + 1} of {ROUNDS}")
            for how in HOWS if number % 2 else reversed(HOWS):
                with ExitStack() as stack:
                    if how != "off":
                        stack.enter_context(exporting(receiver if how == "all" else None))
                    _round(house, *times[how])
        off = _calls()
        with exporting(None) as listener:
            metrics_alone = _calls()
            begun = perf_counter()
            for metric, value, labels in gauges_of(house):
                level(metric, value, *labels)
            listener.page()
            scrape = perf_counter() - begun
        with exporting(receiver):
            on = _calls()
    figures: dict[str, object] = {
        "microseconds a call": {"off": off, "metrics": metrics_alone, "all": on},
        "scrape_ms": scrape * 1e3,
    }
    for number, name in enumerate(("keep", "erasure")):
        figures[name] = {
            how: {
                **milliseconds(times[how][number]),
                "ratio": round(median(times[how][number]) / median(times["off"][number]), 3),
            }
            for how in HOWS
        }
    return figures


def main() -> None:
    """Measure in a house of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="unhear-bench-") as folder:
        settings = Settings(house=Path(folder) / "house")
        set_up(settings, SetupPlan("Bench", "Ada", keep=True), "a passphrase for figures")
        house = House(settings)
        figures = _measured(house)
        house.close()
    report(ok=True, figures=figures, peers={}, packages=("opentelemetry-sdk", "structlog"))


if __name__ == "__main__":
    main()
