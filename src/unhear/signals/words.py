"""Every metric, every span and every value of a label that there is.

Nothing else can be told: a label is a member of one of these enumerations, or the template of a
route in our own code. So no name, word, address or id has a way out of the house by a metric or a
trace. Names and units follow Prometheus; see docs/operations.md, which a test keeps like this file.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum


class Label(StrEnum):
    """A value that a label of a metric, or an attribute of a span, may have."""


class KeepOutcome(Label):
    """What became of something that was to be kept."""

    KEPT = "kept"
    BARRED = "barred"
    FAILED = "failed"


class ErasureOutcome(Label):
    """What became of a request to forget. All but the first and the last are finished later."""

    DONE = "done"
    HELD_BACK = "held_back"
    HOLDER_AWAY = "holder_away"
    COPY_AWAY = "copy_away"
    ROOT_REMAINS = "root_remains"
    TRACE_REMAINS = "trace_remains"
    FAILED = "failed"
    NOTHING_NAMED = "nothing_named"


class ErasureStep(Label):
    """The steps of an erasure, in their order."""

    BAR = "bar"
    FIND = "find"
    COMMIT = "commit"
    SWEEP = "sweep"
    LOOK = "look"
    ATTEST = "attest"


class RootStep(Label):
    """What is asked of the keeper of the root key."""

    PUT = "put"
    DESTROY = "destroy"


class RootDue(Label):
    """When a replaced root may be destroyed."""

    NOW = "now"
    LATER = "later"


class WakeOutcome(Label):
    """What came of a wake word."""

    REQUEST = "request"
    NOTHING_SAID = "nothing_said"
    ELSEWHERE = "elsewhere"


class RequestOutcome(Label):
    """What became of a request of a voice, or a typed one."""

    ANSWERED = "answered"
    NOISE = "noise"
    ASLEEP = "asleep"
    FAILED = "failed"


class RequestStage(Label):
    """The stages of a request."""

    RECOGNISE = "recognise"
    UNDERSTAND = "understand"
    ANSWER = "answer"
    SPEAK = "speak"
    KEEP = "keep"


class CameraStanding(Label):
    """How it stands with a camera."""

    CONNECTED = "connected"
    AWAY = "away"
    REFUSED = "refused"


class WitnessAnswer(Label):
    """What a witness of the log answered."""

    COSIGNED = "cosigned"
    NOT_COSIGNED = "not_cosigned"
    FORKED = "forked"


class PushOutcome(Label):
    """What became of a notification to one browser."""

    SENT = "sent"
    WAITS = "waits"
    REFUSED = "refused"
    GONE = "gone"
    FAILED = "failed"
    DROPPED = "dropped"


class HttpMethod(Label):
    """How something was asked over HTTP."""

    GET = "GET"
    HEAD = "HEAD"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"
    OPTIONS = "OPTIONS"
    OTHER = "other"


class HttpStatus(Label):
    """The class of an answer's status; none where the connection ended without an answer."""

    INFORMATION = "1xx"
    SUCCESS = "2xx"
    REDIRECTION = "3xx"
    CLIENT_ERROR = "4xx"
    SERVER_ERROR = "5xx"
    NONE = "none"


class Template(str):
    """The template of a route as our code has it, such as `/live/{camera}`; never a path asked."""

    __slots__ = ()


OTHER_ROUTE = Template("other")

Value = Label | Template
KEYS: dict[type[Label] | type[Template], str] = {
    KeepOutcome: "outcome",
    ErasureOutcome: "outcome",
    ErasureStep: "step",
    RootStep: "step",
    RootDue: "due",
    WakeOutcome: "outcome",
    RequestOutcome: "outcome",
    RequestStage: "stage",
    CameraStanding: "state",
    WitnessAnswer: "answer",
    PushOutcome: "outcome",
    HttpMethod: "method",
    HttpStatus: "status",
    Template: "route",
}
"""How each kind of value is called where it is a label."""


class Kind(Enum):
    """How a metric is counted."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: its name without a counter's `_total`, what it means, and what labels it has."""

    name: str
    kind: Kind
    unit: str
    meaning: str
    labels: tuple[type[Label] | type[Template], ...] = ()


_C, _G, _H = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM
_NUMBER, _SECONDS, _BYTES = "number", "seconds", "bytes"


class Metric(Enum):
    """All metrics."""

    KEEPS = Measure("unhear_keeps", _C, _NUMBER, "recordings to be kept", (KeepOutcome,))
    KEEP = Measure("unhear_keep_seconds", _H, _SECONDS, "sealing and keeping a recording")
    CLIPS = Measure("unhear_clips", _C, _NUMBER, "clips begun to be kept")
    SEALED = Measure("unhear_sealed_bytes", _C, _BYTES, "sound and film sealed")
    LOOKS = Measure("unhear_looks", _C, _NUMBER, "looks at what is kept that were stated")
    EXPIRED = Measure(
        "unhear_expired_present",
        _G,
        _NUMBER,
        "kept things more than a day past their expiry and not held; must be 0",
    )
    ERASURES = Measure("unhear_erasures", _C, _NUMBER, "requests to forget", (ErasureOutcome,))
    ERASURE = Measure("unhear_erasure_seconds", _H, _SECONDS, "a request to forget as a whole")
    ERASURE_STEP = Measure(
        "unhear_erasure_step_seconds",
        _H,
        _SECONDS,
        "a step, once for all requests that go through it together",
        (ErasureStep,),
    )
    UNFINISHED = Measure(
        "unhear_erasures_unfinished", _G, _NUMBER, "erasures asked for and not finished"
    )
    OLDEST = Measure(
        "unhear_erasure_oldest_seconds",
        _G,
        _SECONDS,
        "age of the oldest of them that waits for more than the end of a legal hold; 0 without any",
    )
    ROOT = Measure(
        "unhear_root_seconds", _H, _SECONDS, "what the keeper of the root key took", (RootStep,)
    )
    ROOTS_QUEUED = Measure(
        "unhear_roots_queued",
        _G,
        _NUMBER,
        "replaced roots still held, due to be destroyed now or after the backup horizon",
        (RootDue,),
    )
    WAKES = Measure("unhear_wakes", _C, _NUMBER, "wake words heard", (WakeOutcome,))
    REQUESTS = Measure("unhear_requests", _C, _NUMBER, "requests, also typed", (RequestOutcome,))
    STAGE = Measure(
        "unhear_request_stage_seconds", _H, _SECONDS, "a stage of a request", (RequestStage,)
    )
    RECOGNISING = Measure(
        "unhear_recognition_realtime_ratio",
        _H,
        "ratio",
        "time the recogniser took for each second of sound; above 1 it falls behind",
    )
    CAMERAS = Measure("unhear_cameras", _G, _NUMBER, "cameras and how they are", (CameraStanding,))
    LEDGER = Measure("unhear_ledger_entries", _G, _NUMBER, "entries of the log")
    UNPUBLISHED = Measure(
        "unhear_ledger_unpublished", _G, _NUMBER, "entries beyond the published checkpoint"
    )
    WITNESSES = Measure(
        "unhear_witness_answers", _C, _NUMBER, "answers of witnesses", (WitnessAnswer,)
    )
    PUSHES = Measure(
        "unhear_pushes", _C, _NUMBER, "notifications to browsers, each try", (PushOutcome,)
    )
    HTTP = Measure(
        "unhear_http_request_seconds",
        _H,
        _SECONDS,
        "a request to the console",
        (Template, HttpMethod, HttpStatus),
    )
    COMMIT = Measure(
        "unhear_database_commit_seconds", _H, _SECONDS, "a commit, until it is durable"
    )
    DISK_FREE = Measure("unhear_disk_free_bytes", _G, _BYTES, "room on the disk of the house")
    WRONG = Measure(
        "unhear_checks_wrong", _G, _NUMBER, "quick checks of `doctor` that fail, once an hour"
    )
    READABLE = Measure(
        "unhear_house_readable",
        _G,
        _NUMBER,
        "1 where the house could be read for the gauges; at 0 they are those of the last time",
    )


class Work(Enum):
    """All spans: pieces of work that take time, each with the histogram it is measured in."""

    REQUEST = ("request", None, None)
    LISTEN = ("request.listen", None, None)
    RECOGNISE = ("request.recognise", Metric.STAGE, RequestStage.RECOGNISE)
    UNDERSTAND = ("request.understand", Metric.STAGE, RequestStage.UNDERSTAND)
    ANSWER = ("request.answer", Metric.STAGE, RequestStage.ANSWER)
    SPEAK = ("request.speak", Metric.STAGE, RequestStage.SPEAK)
    KEEP_REQUEST = ("request.keep", Metric.STAGE, RequestStage.KEEP)
    KEEP = ("keep", Metric.KEEP, None)
    LOOK = ("look", None, None)
    ERASE = ("erase", Metric.ERASURE, None)
    FINISH = ("erase.finish", None, None)
    ERASE_BAR = ("erase.bar", Metric.ERASURE_STEP, ErasureStep.BAR)
    ERASE_FIND = ("erase.find", Metric.ERASURE_STEP, ErasureStep.FIND)
    ERASE_COMMIT = ("erase.commit", Metric.ERASURE_STEP, ErasureStep.COMMIT)
    ERASE_SWEEP = ("erase.sweep", Metric.ERASURE_STEP, ErasureStep.SWEEP)
    ERASE_LOOK = ("erase.look", Metric.ERASURE_STEP, ErasureStep.LOOK)
    ERASE_ATTEST = ("erase.attest", Metric.ERASURE_STEP, ErasureStep.ATTEST)
    ROOT_PUT = ("root.put", Metric.ROOT, RootStep.PUT)
    ROOT_DESTROY = ("root.destroy", Metric.ROOT, RootStep.DESTROY)
    HTTP = ("http", None, None)

    def __init__(self, title: str, metric: Metric | None, label: Label | None) -> None:
        self.title = title
        self.metric = metric
        self.label = label
