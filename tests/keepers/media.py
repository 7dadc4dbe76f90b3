"""Real media for root keepers: a SoftHSM token and a software TPM, each in a folder."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from tests.needs import need, need_program
from tests.ports import free_port

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
TOKEN, PIN = "unhear-tests", "271828"
TRIES_MAX = 500


@contextmanager
def soft_token(folder: Path) -> Iterator[str]:
    """Make a token below `folder`; answer the start of a keeper's spec."""
    need(SOFTHSM.exists(), "SoftHSM (Debian: softhsm2)")
    tokens = folder / "tokens"
    tokens.mkdir(parents=True)
    config = folder / "softhsm2.conf"
    config.write_text(
        f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    pin_file = folder / "pin"
    pin_file.write_text(PIN + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(config))
        subprocess.run(
            [
                *(need_program("softhsm2-util"), "--init-token", "--free", "--label", TOKEN),
                *("--pin", PIN, "--so-pin", "31415926"),
            ],
            check=True,
            capture_output=True,
        )
        yield f"pkcs11:module={SOFTHSM};token={TOKEN};pin-file={pin_file}"


@contextmanager
def soft_tpm(folder: Path) -> Iterator[str]:
    """Start a TPM with its memory in `folder`; answer how programs reach it (its TCTI)."""
    program = need_program("swtpm")
    need_program("tpm2_nvdefine")
    folder.mkdir(parents=True, exist_ok=True)
    process, port = _started(program, folder)
    try:
        yield f"swtpm:host=127.0.0.1,port={port}"
    finally:
        process.kill()
        process.wait()


def _started(program: str, folder: Path) -> "tuple[subprocess.Popen[bytes], int]":
    for _ in range(10):
        port = free_port()
        process = subprocess.Popen(
            [
                *(program, "socket", "--tpm2", "--tpmstate", f"dir={folder}"),
                *("--server", f"type=tcp,port={port},bindaddr=127.0.0.1"),
                *("--ctrl", f"type=tcp,port={port + 1},bindaddr=127.0.0.1"),
                *("--flags", "not-need-init,startup-clear"),
            ],
            stderr=subprocess.DEVNULL,
        )
        for _ in range(TRIES_MAX):
            if process.poll() is not None:
                break  # another program took one of the two ports
            if _answers(port + 1):
                return process, port
            Event().wait(0.01)
    pytest.fail("swtpm does not start")


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
