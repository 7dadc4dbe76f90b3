"""`unhear demo`: the main job, shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from unhear.cli.output import Json, console, errors, show_json, show_table
from unhear.demo import STEPS, perform

FAILED = 1


def demo(
    out: Annotated[Path, typer.Option(help="Where the answer and the receipt go.")] = Path(
        "out/demo"
    ),
    *,
    as_json: Json = False,
) -> None:
    """Hear, answer, keep, forget, prove: the whole way of a recording, in about a minute."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=errors, transient=True) as progress:

        @contextmanager
        def begins(name: str) -> Iterator[None]:
            task = progress.add_task(name, total=None)
            yield
            progress.remove_task(task)

        steps = list(perform(out, begins))
    ok = len(steps) == len(STEPS) and all(step.ok for step in steps)
    if as_json:
        rows = [
            {"name": s.name, "ok": s.ok, "figure": s.figure, "seconds": round(s.seconds, 2)}
            for s in steps
        ]
        show_json({"ok": ok, "steps": rows})
    else:
        marks = {True: "[green]yes[/green]", False: "[bold red]NO[/bold red]"}
        show_table(
            "What was shown",
            ["step", "held", "figure", "s"],
            [[s.name, marks[s.ok], s.figure, f"{s.seconds:.1f}"] for s in steps],
        )
        console.print(f"The answer is {out / 'answer.wav'}, the receipt {out / 'receipt.json'}.")
    if not ok:
        raise typer.Exit(FAILED)
