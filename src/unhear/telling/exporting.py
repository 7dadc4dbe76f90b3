"""What the rooms tell, handed to OpenTelemetry: metrics to be fetched, traces to be sent.

OpenTelemetry's own automatic parts stay out: no resource is looked up in the environment, nothing
is instrumented, and no exception's words are recorded, only its type.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from time import monotonic, time_ns

from unhear import __version__
from unhear.signals.giving import told_to
from unhear.signals.words import KEYS, Kind, Metric, Value, Work
from unhear.telling.extra import needs_extra

with needs_extra("metrics or traces"):
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.exporter.prometheus import PrometheusMetricReader
    from opentelemetry.metrics import Counter, Histogram, Meter
    from opentelemetry.metrics import _Gauge as Gauge
    from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import Span, StatusCode, Tracer, get_current_span
    from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

log = logging.getLogger(__name__)

SCOPE = "unhear"
RESOURCE = {"service.name": "unhear", "service.version": __version__}
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
RATIOS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 4)
SEND_SECONDS_MAX = 5.0
NANOSECONDS = 1_000_000_000


class Exporting:
    """A `Listener` that has what it is told exported.

    What does not fit the vocabulary is dropped with a line in the log: nothing that is kept or
    forgotten may fail because of what is told of it.
    """

    def __init__(self, traces: str | None) -> None:
        """Send spans to `traces`, the whole address of an OTLP/HTTP receiver, or nowhere."""
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        reader = PrometheusMetricReader(
            disable_target_info=True, scope_info_enabled=False, registry=self._registry
        )
        resource = Resource(RESOURCE)
        self._meters = MeterProvider(
            [reader],
            resource=resource,
            exemplar_filter=AlwaysOffExemplarFilter(),
            shutdown_on_exit=False,
        )
        meter = self._meters.get_meter(SCOPE)
        self._instruments = {metric: _instrument(meter, metric) for metric in Metric}
        self._tracers: TracerProvider | None = None
        self._tracer: Tracer | None = None
        if traces is not None:
            self._tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
            sender = OTLPSpanExporter(endpoint=traces, timeout=SEND_SECONDS_MAX)
            self._tracers.add_span_processor(BatchSpanProcessor(sender))
            self._tracer = self._tracers.get_tracer(SCOPE)

    def page(self) -> bytes:
        """Answer everything as Prometheus reads it."""
        return generate_latest(self._registry)

    def close(self) -> None:
        """Send what waits, as far as somebody takes it soon."""
        if self._tracers is not None:
            self._tracers.force_flush(round(SEND_SECONDS_MAX * 1_000))
            self._tracers.shutdown()
        self._meters.shutdown()

    def count(self, metric: Metric, by: float, labels: tuple[Value, ...]) -> None:
        """Count so many more."""
        instrument = self._instruments[metric]
        if isinstance(instrument, Counter) and _fits(metric, labels):
            instrument.add(by, _named(labels))

    def observe(self, metric: Metric, value: float, labels: tuple[Value, ...]) -> None:
        """Take one more value of a histogram."""
        instrument = self._instruments[metric]
        if isinstance(instrument, Histogram) and _fits(metric, labels):
            instrument.record(value, _named(labels))

    def level(self, metric: Metric, value: float, labels: tuple[Value, ...]) -> None:
        """Take how much there is now."""
        instrument = self._instruments[metric]
        if isinstance(instrument, Gauge) and _fits(metric, labels):
            instrument.set(value, _named(labels))

    @contextmanager
    def timed(self, work: Work) -> Iterator[None]:
        """Time the block, and have it stand in a trace."""
        began = monotonic()
        try:
            with ExitStack() as stack:
                if self._tracer is not None:
                    stack.enter_context(_span(self._tracer, work))
                yield
        finally:
            if work.metric is not None:
                labels = () if work.label is None else (work.label,)
                self.observe(work.metric, monotonic() - began, labels)

    def past(self, work: Work, seconds: float) -> None:
        """Have a piece of work that has just ended stand in the trace."""
        if self._tracer is not None:
            now = time_ns()
            began = now - round(seconds * NANOSECONDS)
            self._tracer.start_span(work.title, start_time=began).end(now)

    def note(self, value: Value) -> None:
        """Add an attribute to the span that the caller is in."""
        if (key := KEYS.get(type(value))) is not None:
            get_current_span().set_attribute(key, str(value))


@contextmanager
def exporting(traces: str | None) -> Iterator[Exporting]:
    """Have what the house tells exported while the block runs."""
    listener = Exporting(traces)
    try:
        with told_to(listener):
            yield listener
    finally:
        listener.close()


@contextmanager
def _span(tracer: Tracer, work: Work) -> Iterator[Span]:
    quiet: AbstractContextManager[Span] = tracer.start_as_current_span(
        work.title, record_exception=False, set_status_on_exception=False
    )
    with quiet as span:
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR)
            raise


def _instrument(meter: Meter, metric: Metric) -> Counter | Histogram | Gauge:
    """Make a metric's instrument; its unit stands in its name, where the exporter would put it."""
    name, meaning = metric.value.name, metric.value.meaning
    if metric.value.kind is Kind.COUNTER:
        return meter.create_counter(name, description=meaning)
    if metric.value.kind is Kind.GAUGE:
        return meter.create_gauge(name, description=meaning)
    bounds = RATIOS if metric.value.unit == "ratio" else SECONDS
    return meter.create_histogram(
        name, description=meaning, explicit_bucket_boundaries_advisory=bounds
    )


def _fits(metric: Metric, labels: tuple[Value, ...]) -> bool:
    """Whether these are values of the very types that the metric is declared with."""
    fits = tuple(map(type, labels)) == metric.value.labels
    if not fits:
        log.error("labels are not as they are declared", extra={"subject": metric.value.name})
    return fits


def _named(labels: tuple[Value, ...]) -> dict[str, str]:
    return {KEYS[type(value)]: str(value) for value in labels}
