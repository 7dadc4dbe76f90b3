"""What a test needs of the machine it runs on."""

import os
import shutil

import pytest


def need(condition: bool, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Skip the calling test with a line saying `what` is missing; in CI that is a failure."""
    if condition:
        return
    if os.environ.get("CI"):  # noqa: TID251 - the tests' own setting
        pytest.fail(f"missing on this machine: {what}")
    pytest.skip(f"missing on this machine: {what}")


def need_program(name: str) -> str:
    """Answer the path of an installed program, or skip."""
    path = shutil.which(name)
    need(path is not None, f"the program {name!r}")
    return path or ""
