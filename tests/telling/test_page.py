"""Where the settings say so, and only there, the house tells how it does."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from tests.home import Home
from tests.telling.receiver import receiving
from unhear.house import gauges
from unhear.household.scope import Scope
from unhear.service.roles import work
from unhear.settings import Settings, SettingsWrong
from unhear.signals import giving
from unhear.signals.words import ErasureOutcome, HttpMethod, KeepOutcome, Metric, Work
from unhear.stores.errors import StoreDamaged
from unhear.telling.exporting import Exporting, exporting
from unhear.telling.page import metrics_app, telling

PATIENCE_SECONDS = 60


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[dict[str, str]]:
    """Run a house that nobody has made yet; answer where it serves what."""
    lines: asyncio.Queue[str] = asyncio.Queue()
    task = asyncio.create_task(work(settings, lines.put_nowait))
    served: dict[str, str] = {}
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (line := await lines.get()).startswith("nothing else"):
                what, _, url = line.partition(" at ")
                served[what] = url
        yield served
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_metrics_are_served_and_traces_sent_where_the_settings_say(tmp_path: Path) -> None:
    async def ask(url: str, **headers: str) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await client.get(url, headers=headers)

    async def live(settings: Settings) -> None:
        async with at_work(settings) as served:
            console, metrics = served["the console"], served["metrics"]
            assert (await ask(f"{console}/setup")).status_code == 200
            page = await ask(metrics)
            assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
            counted = (
                'unhear_http_request_seconds_count{method="GET",route="/setup",status="2xx"} 1.0'
            )
            assert counted in page.text
            assert "unhear_house_readable 1.0" in page.text
            assert (await ask(metrics.removesuffix("metrics"))).status_code == 404
            assert (await ask(metrics, host="stranger.example")).status_code == 400

    with receiving() as receiver:
        here = "127.0.0.1:0"
        asyncio.run(live(Settings(house=tmp_path, page=here, metrics=here, traces=receiver.url)))
    said = [{a.key: a.value.string_value for a in span.attributes} for span in receiver.spans()]
    assert {"route": "/setup", "method": "GET", "status": "2xx"} in said


def test_nothing_listens_and_nothing_is_sent_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def live() -> None:
        async with at_work(Settings(house=tmp_path, page="127.0.0.1:0")) as served:
            assert set(served) == {"the console"}
            assert giving._listener is None

    monkeypatch.setitem(sys.modules, "unhear.telling.exporting", None)  # and it is not even loaded
    asyncio.run(live())


@pytest.mark.parametrize("setting", ["metrics", "traces"])
def test_without_the_extra_it_says_what_to_install(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "unhear.telling.exporting", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.metrics", None)
    values = {"metrics": "127.0.0.1:0", "traces": "http://127.0.0.1:1/v1/traces"}
    settings = Settings(house=tmp_path).model_copy(update={setting: values[setting]})
    with pytest.raises(SettingsWrong, match=r"'unhear\[service\]'"), telling(settings, list):
        pytest.fail("nothing is to be told without it")


def test_a_receiver_that_is_away_stops_nothing(home: Home) -> None:
    with exporting("http://127.0.0.1:1/v1/traces") as listener:
        gone = Scope(recordings=frozenset([home.keep()]))
        home.forgetter.forget(home.id, gone)
        assert 'unhear_erasures_total{outcome="done"} 1.0' in listener.page().decode()


def test_what_is_not_declared_is_dropped_and_breaks_nothing() -> None:
    with exporting(None) as listener:
        giving.count(Metric.KEEPS)
        giving.count(Metric.KEEPS, ErasureOutcome.DONE)
        giving.count(Metric.KEEPS, "gazebo")  # type: ignore[arg-type] # as somebody might
        giving.count(Metric.KEEP)
        giving.observe(Metric.KEEPS, 1, KeepOutcome.KEPT)
        giving.level(Metric.HTTP, 1, HttpMethod.GET)
        with giving.timed(Work.REQUEST):
            giving.note("gazebo")  # type: ignore[arg-type] # as somebody might
        assert "unhear" not in listener.page().decode()


def test_a_house_that_cannot_be_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[gauges.Gauge]:
        raise StoreDamaged("the wheelbarrow is damaged")

    with exporting(None) as listener:
        page = _asked(listener, broken)
    assert page.status_code == 200
    assert "unhear_house_readable 0.0" in page.text
    assert "wheelbarrow" not in page.text


def _asked(listener: Exporting, source: Callable[[], list[gauges.Gauge]]) -> httpx2.Response:
    async def ask() -> httpx2.Response:
        app = metrics_app(listener, source, "127.0.0.1:0")
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get("/metrics")

    return asyncio.run(ask())
