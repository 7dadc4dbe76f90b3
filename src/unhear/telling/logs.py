"""Log lines without anybody's data: what our own code says as it stands there, and known keys.

What another library says may hold an address, a path or a word, and nobody can tell from outside;
so of its lines stay the level, its name, the place in its code, and the type of an exception. The
same holds for warnings, for skills that others wrote, and for threads that fail.
"""

import logging
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Literal, TextIO

import unhear

OWN = str(Path(unhear.__file__).parent)
KEYS = frozenset(
    {
        "attempts",
        "dropped",
        "duty",
        "error",
        "home",
        "method",
        "operation",
        "place",
        "refused",
        "signed",
        "skill",
        "state",
        "subject",
        "taken",
        "why",
    }
)
"""What a line of ours may say besides its sentence; a test holds our code to it."""

FOREIGN = "said something"
log = logging.getLogger(__name__)

Format = Literal["text", "json"]


def facts_of(record: logging.LogRecord) -> dict[str, object]:
    """Answer what of a record may be written down."""
    facts: dict[str, object] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
    }
    if record.pathname.startswith(OWN) and not record.args:
        facts["event"] = record.msg
        facts |= {key: vars(record)[key] for key in sorted(KEYS & vars(record).keys())}
    else:
        facts["event"] = FOREIGN
        facts["where"] = f"{Path(record.pathname).name}:{record.lineno}"
    if record.exc_info and record.exc_info[0] is not None:
        facts["error"] = record.exc_info[0].__name__
        if steps := extract_tb(record.exc_info[2]):
            facts["raised"] = f"{Path(steps[-1].filename).name}:{steps[-1].lineno}"
    return facts


class TextLines(logging.Formatter):
    """For people: `WARNING unhear.house.voice: request failed (error ValueError)`."""

    def format(self, record: logging.LogRecord) -> str:
        """Answer one line."""
        facts = facts_of(record)
        aside = {key: value for key, value in facts.items() if key not in _SHOWN}
        said = ", ".join(f"{key} {value}" for key, value in aside.items())
        line = f"{record.levelname} {facts['logger']}: {facts['event']}"
        return f"{line} ({said})" if said else line


_SHOWN = frozenset({"time", "level", "logger", "event"})


class CommandLines(TextLines):
    """For whoever types a command: as for people, and what others say as they say it."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Answer one line, and the traceback of others."""
        own = record.pathname.startswith(OWN)
        return super().format(record) if own else logging.Formatter.format(self, record)


class JsonLines(logging.Formatter):
    """For machines: one JSON object a line, by structlog. Raises `ExtraMissing`."""

    def __init__(self) -> None:
        super().__init__()
        from unhear.telling.extra import needs_extra  # noqa: PLC0415 - it knows the settings

        with needs_extra('log_format = "json"'):
            import structlog  # noqa: PLC0415 - of an extra

        def known(_logger: object, _name: str, said: Mapping[str, object]) -> dict[str, object]:
            facts = vars(said["_record"])["facts"]
            return dict(facts)

        self._inner = structlog.stdlib.ProcessorFormatter(
            processors=[known, structlog.processors.JSONRenderer(default=str)]
        )
        # What others say by structlog would else go to standard output, as it is.
        structlog.configure(
            processors=[structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
            logger_factory=structlog.stdlib.LoggerFactory(),
        )

    def format(self, record: logging.LogRecord) -> str:
        """Answer one line."""
        bare = logging.makeLogRecord({"facts": facts_of(record)})
        return str(self._inner.format(bare))


class Lines(logging.StreamHandler[TextIO]):
    """Writes lines; one that cannot be written is not shown with what it was to say."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say that, and where."""
        where = f"{Path(record.pathname).name}:{record.lineno}"
        sys.stderr.write(f"unhear: a log line of {where} cannot be written\n")


@contextmanager
def logging_as(kind: Format, stream: TextIO) -> Iterator[None]:
    """Have all lines of the process written to `stream` like this while the block runs.

    Raises `ExtraMissing`.
    """
    lines = Lines(stream)
    lines.setFormatter(JsonLines() if kind == "json" else TextLines())
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    failed, threading.excepthook = threading.excepthook, _thread_failed
    root.handlers[:] = [lines]
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = before
        threading.excepthook = failed


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    log.error("a thread failed", extra={"error": failed.exc_type.__name__})
