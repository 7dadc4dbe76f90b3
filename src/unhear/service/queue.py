"""The duties of homes on a server, as jobs of a queue there, which any number of workers share.

A duty of a home is one row: waiting until it is due, or being done. Who has done it puts the next
one into the queue, with what it leaves for it, and then takes out its own. So a row whose worker
was killed is one that was not done, unless the next one stands there already; after a few seconds
without a sign of life of that worker it is given to another.

In a row stand the duty, the shard and the household's id, when, and what the last turn left. The
queue holds nothing that is not made anew: homes whose duties are not there are put in at a look.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from hashlib import sha256
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, ProcrastinateException
from procrastinate.jobs import Job
from procrastinate.schema import SchemaManager

from unhear import clock
from unhear.house.leases import Leases
from unhear.house.own_household import NotSetUp
from unhear.service.at_work import Process
from unhear.service.duties import DUTIES, Duty, Left, duties_of, next_turn
from unhear.service.errors import kind
from unhear.service.houses import HomeGone, Houses
from unhear.service.life import DRAIN_SECONDS_MAX, Life
from unhear.settings import Settings
from unhear.stores.server import connect, conninfo, plain_errors

log = logging.getLogger(__name__)

SCHEMA = "unhear_queue"
"""The schema of the queue's tables, for all shards of a database."""

AT_ONCE = 4
"""How many duties a process does at a time."""

SIGN_OF_LIFE_SECONDS, DEAD_SECONDS = 2.0, 10.0
"""How often a worker shows that it lives, and after how long without that it is taken for dead."""

LOOK_SECONDS = 2.0
"""How often it is looked for jobs of dead workers, and for new homes."""

POLL_SECONDS = 2.0
"""How late a job may begin that was put in for later."""

AGAIN_SECONDS = 5.0
"""How long it is waited where the server is away."""

LOOKING = "looking after"
"""What the lease begins with of whoever looks after the jobs of a shard."""

OVER = """
    DELETE FROM procrastinate_jobs AS done
    USING procrastinate_jobs AS next, procrastinate_events AS put
    WHERE done.status = 'doing' AND next.status = 'todo' AND next.lock = done.lock
    AND put.job_id = next.id AND put.type = 'deferred' AND put.at < now() - interval '10 seconds'
    AND done.queue_name = %(shard)s
"""
"""Those that were done, as the next turn shows, and not taken out: the server was away, or their
worker died at that moment."""

FIND = "SELECT lock FROM procrastinate_jobs WHERE lock = ANY(%(locks)s)"
"""All that stands there, waiting or being done, at one moment."""


def make_tables(address: str) -> None:
    """Make the queue's tables where they are missing, or of another version of its library.

    Nothing in them is lost that is not put in anew. Raises `StoreError`.
    """
    tables = SchemaManager.get_schema()
    version = sha256(tables.encode()).hexdigest()
    with plain_errors(address), closing(connect(address, SCHEMA)) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [SCHEMA])
        row = connection.execute(
            "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", [SCHEMA]
        ).fetchone()
        if row is None or row[0] != version:
            connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
            connection.execute(tables)
            connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{version}'")
        connection.commit()


class QueueWorker:
    """Does what falls due for the homes on one server; to be used from one event loop."""

    def __init__(self, server: str, leases: Leases, houses: Houses, process: Process) -> None:
        """`leases` are on that server, and no home's: who has one looks after the queue."""
        self._server = server
        self._leases = leases
        self._houses = houses
        self._process = process
        self._app = self._make_app()
        self._lost = False

    async def run(self, life: Life) -> None:
        """Work until the process is told to stop or no home is there, and finish what is begun."""
        while not life.is_leaving and self._shards():
            try:
                await asyncio.to_thread(make_tables, self._server)
                async with self._app.open_async():
                    await self._work(life)
            except Exception as error:  # noqa: BLE001 - it may say what stood in a statement
                log.warning("the queue is away", extra=kind(error))
                await life.pause(AGAIN_SECONDS)

    async def _work(self, life: Life) -> None:
        """Work until it is to stop, or a shard comes or goes."""
        self._lost, shards = False, self._shards()
        working = asyncio.create_task(
            self._app.run_worker_async(
                queues=shards,
                concurrency=AT_ONCE,
                fetch_job_polling_interval=POLL_SECONDS,
                shutdown_graceful_timeout=DRAIN_SECONDS_MAX,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=SIGN_OF_LIFE_SECONDS,
                stalled_worker_timeout=DEAD_SECONDS,
            )
        )
        try:
            while (
                not (life.is_leaving or working.done() or self._lost) and shards == self._shards()
            ):
                for shard in shards:
                    if await asyncio.to_thread(self._leases.take, f"{LOOKING} {shard}"):
                        await self._look_after(shard)
                await life.pause(LOOK_SECONDS)
        finally:
            working.cancel()
            await asyncio.wait([working])
        if not working.cancelled() and (error := working.exception()) is not None:
            raise error

    def _homes(self) -> Iterator[tuple[str, Settings]]:
        for name, settings in self._houses.homes.all.items():
            if settings.database == self._server:
                yield name, settings

    def _shards(self) -> list[str]:
        return sorted({settings.shard for _, settings in self._homes()})

    def _make_app(self) -> App:
        app = App(
            connector=PsycopgConnector(
                conninfo=conninfo(self._server, SCHEMA), min_size=1, max_size=3
            )
        )
        for duty in DUTIES:
            self._tell(app, duty)
        return app

    def _tell(self, app: App, duty: Duty) -> None:
        @app.task(name=duty.name, pass_context=True)
        async def do(context: JobContext, household: str, left: Mapping[str, Any]) -> None:
            await self._do(duty, context.job, household, left)

    async def _do(self, duty: Duty, job: Job, household: str, left: Left) -> None:
        """Do a duty, and put its next turn in. One of a home that is not here is let go."""
        name = self._named(job.queue, household)
        if name is None:
            return
        settings = self._houses.homes.all[name]
        try:
            async with self._houses.use(name) as at_work:
                left = await at_work.do(duty, left)
        except (NotSetUp, HomeGone):
            return
        except Exception as error:  # noqa: BLE001 - whoever runs the process decides
            self._process.failed(self._houses.home(name), error)
        try:
            await self._put(duty, settings, next_turn(duty, left, clock.now()), left)
        except ProcrastinateException:
            self._lost = True  # whoever looks after the shard finds this one undone
            raise

    def _named(self, shard: str, household: str) -> str | None:
        for name, settings in self._homes():
            if (settings.shard, settings.household) == (shard, household):
                return name
        return None

    async def _put(self, duty: Duty, settings: Settings, at: datetime, left: Left) -> None:
        job = self._app.configure_task(
            duty.name,
            lock=_lock(duty, settings),
            queueing_lock=_lock(duty, settings),
            queue=settings.shard,
            schedule_at=at,
        )
        try:
            await job.defer_async(household=settings.household, left=dict(left))
        except AlreadyEnqueued:
            log.info("a duty stands in the queue already", extra={"duty": duty.name})

    async def _look_after(self, shard: str) -> None:
        """Let jobs of dead workers be done by others, and put in those of new homes."""
        jobs, connector = self._app.job_manager, self._app.connector
        await connector.execute_query_async(OVER, shard=shard)
        for job in await jobs.get_stalled_jobs(queue=shard, seconds_since_heartbeat=DEAD_SECONDS):
            log.warning("a worker died in the middle of a duty", extra={"duty": job.task_name})
            with suppress(ConnectorException):  # it is over, as the next turn shows
                await jobs.retry_job(job)
        wanted = {
            _lock(duty, settings): (duty, settings)
            for _, settings in self._homes()
            if settings.shard == shard and settings.household is not None
            for duty in duties_of(settings)
        }
        there = await connector.execute_query_all_async(FIND, locks=list(wanted))
        for lock in wanted.keys() - {row["lock"] for row in there}:
            duty, settings = wanted[lock]
            await self._put(duty, settings, clock.now(), {})


def _lock(duty: Duty, settings: Settings) -> str:
    return f"{duty.name} {settings.shard} {settings.household}"
