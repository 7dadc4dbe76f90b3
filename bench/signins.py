"""Pages while strangers try to sign in, beside without: `python -m bench.signins --json`.

A console as `unhear run` serves it, in a process of its own, gets 5,000 wrong sign-ins a minute,
each from another address of this machine (127.0.0.0/8) over a connection of its own: wrong
passphrases, recovery phrases, and passkeys that nobody has. Meanwhile a guardian who is signed in
reads pages. Rounds with and without the attack take turns; the peer is the same server without it.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from time import monotonic, perf_counter, sleep

import httpx2

from bench.report import milliseconds, progress, quantile, report
from unhear.forget.traces import new_trace_id
from unhear.house.house import House
from unhear.house.setup import SetupPlan, set_up
from unhear.household.words import UNKNOWN_PERSON, DeviceId, Utterance
from unhear.keep import identity as identities
from unhear.settings import Settings
from unhear.web.ceremonies import text
from unhear.web.console import console_app
from unhear.web.home import Home
from unhear.web.serving import serving

API = "/api/v1"
PER_MINUTE = 5_000
ROUNDS, ROUND_SECONDS = 3, 20
READ_EVERY_SECONDS = 0.1
RATIO_AIM = 1.5
KEPT = 200
PAGES = ("/today", "/account", "/sign-ins", "/receipts", "/api/v1/recordings")
PASSPHRASE = "seven quiet rivers sleep"  # noqa: S105 - of a house that lives as long as this
PATIENCE_SECONDS = 60.0
ANSWER_SECONDS_MAX = 20.0
NICE = 19
"""An attacker's machines are others: here it gets what the server and the guardian leave."""

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="answer JSON (it always does)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=ROUND_SECONDS)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        asyncio.run(_serve(options.serve))
    elif options.attack is not None:
        asyncio.run(_attack(options.attack, options.seconds))
    else:
        _measure(options.rounds, options.seconds)


def _measure(rounds: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "house"
        proof = _house(house)
        with _server(house) as (url, pid), _guardian(url, proof) as guardian:
            _read(guardian, seconds / 4)
            quiet, busy, outcomes = _rounds(guardian, url, pid, rounds, seconds)
    ratio = quantile(busy.times, 0.95) / quantile(quiet.times, 0.95)
    sent = sum(outcomes.values())
    report(
        ok=ratio <= RATIO_AIM and sent >= 0.95 * PER_MINUTE * rounds * seconds / 60,
        figures={
            "ratio_p95": round(ratio, 3),
            "ratio_aim": RATIO_AIM,
            "pages_under_attack": milliseconds(busy.times),
            "processor_under_attack": round(busy.processor / (rounds * seconds), 3),
            "attempts": sent,
            "attempts_a_minute": round(sent * 60 / (rounds * seconds)),
            "answers": dict(sorted(outcomes.items())),
        },
        peers={
            "the same server without attack": {
                "pages": milliseconds(quiet.times),
                "processor": round(quiet.processor / (rounds * seconds), 3),
            }
        },
        packages=["uvicorn", "fastapi"],
    )


class _Rounds:
    """What pages took, and how many seconds of processor the server used."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.processor = 0.0


def _rounds(
    guardian: httpx2.Client, url: str, pid: int, rounds: int, seconds: int
) -> tuple[_Rounds, _Rounds, Counter[str]]:
    """Read pages, now without attack and now with one."""
    quiet, busy, outcomes = _Rounds(), _Rounds(), Counter[str]()
    for number in range(rounds):
        progress(f"round {number + 1} of {rounds}")
        before = _processor_seconds(pid)
        quiet.times += _read(guardian, seconds)
        between = _processor_seconds(pid)
        arguments = [sys.executable, "-m", "bench.signins", "--attack", url]
        with subprocess.Popen(
            [*arguments, "--seconds", str(seconds)], stdout=subprocess.PIPE, text=True
        ) as attack:
            assert attack.stdout is not None  # noqa: S101 - it is a pipe
            attack.stdout.readline()  # It is about to begin.
            busy.times += _read(guardian, seconds)
            outcomes.update(json.loads(attack.stdout.read()))
        quiet.processor += between - before
        busy.processor += _processor_seconds(pid) - between
    return quiet, busy, outcomes


def _house(folder: Path) -> dict[str, str]:
    """Make a house that keeps something; answer the proof that its guardian brings."""
    settings = Settings(house=folder)
    set_up(settings, SetupPlan(name="Bench", guardian="Guardian", keep=True), PASSPHRASE)
    house = House(settings)
    now = house.clock()
    for number in range(KEPT):
        utterance = Utterance(
            of=new_trace_id(),
            heard_at=now - timedelta(minutes=number),
            device=DeviceId("kitchen"),
            person=UNKNOWN_PERSON,
            seconds=1.5,
        )
        house.catalogue.keep(
            wav=bytes(48_000),
            transcript="set a timer",
            utterance=utterance,
            keep_until=now + timedelta(days=30),
        )
    lock = house.identity.by_passphrase
    assert lock is not None  # noqa: S101 - it was made with one
    key = identities._stretched(PASSPHRASE, lock.salt, lock.log_n)  # noqa: SLF001 - as browsers do
    proof = identities._derived(key, identities.PASSPHRASE_PROOF)  # noqa: SLF001
    house.close()
    return {"guardian": "Guardian", "proof": text(proof)}


async def _serve(folder: Path) -> None:
    """Serve the console of a house until the process is ended."""
    home = Home(Settings(house=folder))
    home.begin(asyncio.get_running_loop())

    def make(url: str) -> object:
        home.origin = f"http://localhost:{url.rpartition(':')[2]}"
        return console_app(home)

    async with serving(make, "127.0.0.1:0"):  # type: ignore[arg-type]
        print(home.origin, flush=True)
        await asyncio.Event().wait()


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, int]]:
    """Serve in another process; answer the address and the process."""
    command = [sys.executable, "-m", "bench.signins", "--serve", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None  # noqa: S101 - it is a pipe
            yield server.stdout.readline().strip(), server.pid
        finally:
            server.terminate()


@contextmanager
def _guardian(url: str, proof: dict[str, str]) -> Iterator[httpx2.Client]:
    """Sign a guardian in, in a browser that keeps its connection."""
    with httpx2.Client(
        base_url=url, headers={"origin": url}, trust_env=False, timeout=PATIENCE_SECONDS
    ) as client:
        answer = client.post(f"{API}/session/passphrase", json=proof)
        answer.raise_for_status()
        given = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
        client.headers["cookie"] = "; ".join(given)
        yield client


def _read(guardian: httpx2.Client, seconds: float) -> list[float]:
    """Read pages one after the other for so long; answer how long each took, in seconds."""
    ends, times = monotonic() + seconds, []
    for page in cycle(PAGES):
        began = perf_counter()
        guardian.get(page).raise_for_status()
        times.append(perf_counter() - began)
        if monotonic() >= ends:
            return times
        sleep(READ_EVERY_SECONDS)
    raise AssertionError  # A cycle does not end.


async def _attack(url: str, seconds: float) -> None:
    """Try to sign in, evenly over so many seconds; print what was answered, and how often."""
    os.nice(NICE)
    port = int(url.rpartition(":")[2])
    count = round(PER_MINUTE * seconds / 60)
    addresses = _addresses()
    print("ready", flush=True)
    began = monotonic()
    outcomes: Counter[str] = Counter()

    async def attempt(number: int, address: str) -> None:
        await asyncio.sleep(began + number * seconds / count - monotonic())
        outcomes[await _try(number, address, url, port)] += 1

    await asyncio.gather(*(attempt(number, next(addresses)) for number in range(count)))
    print(json.dumps(outcomes), flush=True)


def _addresses() -> Iterator[str]:
    """Answer addresses of this machine, others in each process, and none twice."""
    first = os.getpid() % 200 + 2
    for number in range(1 << 16):
        yield f"127.{first}.{number >> 8}.{number & 0xFF}"


async def _try(number: int, address: str, url: str, port: int) -> str:
    """Try to sign in, from an address; answer the status, or what went wrong."""
    wrong = {"guardian": "Guardian", "proof": text(number.to_bytes(32, "big"))}
    stranger = {"credential": {"id": "AAAA", "rawId": "AAAA", "type": "public-key"}}
    ways = (("passphrase", wrong), ("recovery", wrong), ("passphrase", wrong))
    path, body = (*ways, ("passkey/finish", stranger))[number % 4]
    content = json.dumps(body).encode()
    head = (
        f"POST {API}/session/{path} HTTP/1.1\r\nHost: {url.removeprefix('http://')}\r\n"
        f"Origin: {url}\r\nContent-Type: application/json\r\nConnection: close\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    try:
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, local_addr=(address, 0)
            )
            writer.write(head.encode() + content)
            answer = await reader.read()
            writer.close()
    except (OSError, TimeoutError) as error:
        return type(error).__name__
    return answer[9:12].decode() or "nothing"


def _processor_seconds(pid: int) -> float:
    """Answer how long a process has computed (proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
