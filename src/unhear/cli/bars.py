"""A bar for each part of long work, on standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from unhear.cli.output import errors

Told = Callable[[str, int, int], None]
"""Told what is being done, and how much of how much is done."""


@contextmanager
def bars() -> Iterator[Told]:
    """Show bars while the block runs, each from when its part is first told of."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as progress:
        tasks = {}

        def told(what: str, done: int, all_: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what)
            progress.update(tasks[what], completed=done, total=all_)

        yield told
