"""What every measurement prints: its figures, its peers, and the machine it ran on."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any


def quantile(values: Sequence[float], share: float) -> float:
    """Answer the value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """Answer median and 95th percentile in milliseconds."""
    return {
        "p50_ms": round(quantile(seconds, 0.5) * 1000, 3),
        "p95_ms": round(quantile(seconds, 0.95) * 1000, 3),
        "runs": len(seconds),
    }


def report(
    *, ok: bool, figures: Mapping[str, Any], peers: Mapping[str, Any], packages: Sequence[str]
) -> None:
    """Print one JSON object on standard output."""
    print(
        json.dumps(
            {
                "ok": ok,
                "figures": figures,
                "peers": peers,
                "versions": {name: version(name) for name in ("unhear", *packages)},
                "machine": {
                    "cores": os.cpu_count(),
                    "processor": _processor(),
                    "python": platform.python_version(),
                    "system": platform.platform(),
                },
            },
            indent=2,
        )
    )


def progress(text: str) -> None:
    """Say on standard error how far the measurement is."""
    print(text, file=sys.stderr, flush=True)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
