"""The queue after what went wrong: each duty of a home stands there once, whatever happened."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.back_ends import shards
from tests.service.processes import until
from tests.service.test_many import home
from unhear.house.shared import Shared
from unhear.service.at_work import Process, Role
from unhear.service.homes import HomesInFolder
from unhear.service.houses import Houses
from unhear.service.life import Life
from unhear.service.queue import QueueWorker, make_tables
from unhear.settings import Settings, read_settings

OTHER = "0" * 32
PUT = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status,
        scheduled_at)
    VALUES (%(shard)s, %(duty)s, %(lock)s, %(lock)s,
        jsonb_build_object('household', %(household)s::text, 'left', '{}'::jsonb),
        %(status)s::procrastinate_job_status, now() + %(hours)s * interval '1 hour')
"""


@pytest.fixture
def queue() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    make_tables(shards().server.address)
    options = "-c search_path=unhear_queue"
    with psycopg.connect(shards().server.address, autocommit=True, options=options) as connection:
        yield connection


def work_until(folder: Path, so: object) -> None:
    """Let a worker of this process look after the homes of a folder until something is so."""

    async def work() -> None:
        shared, life = Shared(), Life()
        failed: list[Exception] = []
        process = Process(
            {Role.WORKER}, ThreadPoolExecutor(), lambda _: None, lambda _h, e: failed.append(e)
        )
        houses = Houses(HomesInFolder(folder), process, shared)
        server = shards().server.address
        worker = QueueWorker(server, shared.leases_on(server, "the queue"), houses, process)
        working = asyncio.create_task(worker.run(life))
        await asyncio.to_thread(until, so, 60)
        life.leave()
        await working
        await houses.close()
        shared.close()
        assert failed == []

    asyncio.run(work())


def test_what_was_left_behind_is_done_or_let_go_and_nothing_twice(
    tmp_path: Path, queue: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    settings = read_settings(home(tmp_path, "a"))

    def put(duty: str, household: str | None, status: str, hours: int) -> None:
        lock = f"{duty} {settings.shard} {household}"
        about = {"shard": settings.shard, "duty": duty, "household": household, "lock": lock}
        queue.execute(PUT, {**about, "status": status, "hours": hours})

    put("tidy", settings.household, "doing", 0)  # its worker died when it was done
    put("tidy", settings.household, "todo", 24)
    queue.execute("UPDATE procrastinate_events SET at = at - interval '1 minute'")
    put("checks", settings.household, "doing", 0)  # its worker died before
    put("checks", OTHER, "todo", 0)  # its home is gone

    def stands() -> list[object]:
        rows = queue.execute(
            "SELECT task_name, status::text, scheduled_at > now(), args->>'household' "
            "FROM procrastinate_jobs WHERE queue_name = %s ORDER BY 1",
            [settings.shard],
        )
        return list(rows)

    duties = ("checks", "decisions", "grants", "tidy")
    whole = [(duty, "todo", True, settings.household) for duty in duties]
    work_until(tmp_path, lambda: stands() == whole)


def test_tables_of_another_version_are_made_anew(
    queue: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    queue.execute("ALTER TABLE procrastinate_jobs DROP COLUMN priority")
    queue.execute("COMMENT ON SCHEMA unhear_queue IS 'older'")
    make_tables(shards().server.address)
    columns = queue.execute("SELECT * FROM procrastinate_jobs").description
    assert columns is not None
    assert "priority" in {column.name for column in columns}


def test_homes_on_files_need_no_queue(tmp_path: Path) -> None:
    code = "import sys, unhear.service.roles; sys.exit('procrastinate' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert Settings(house=tmp_path).database is None
