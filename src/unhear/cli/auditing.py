"""`unhear audit`: evidence of what one house did, or many, for somebody who checks them."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from unhear.cli.output import Json, console, errors, open_house, settings_of, show_json, show_table
from unhear.clock import now
from unhear.house.audit import Finding
from unhear.house.audit import audit as look_at
from unhear.house.evidence.account import Account
from unhear.house.evidence.auditing import audit_houses, houses_in, whose
from unhear.house.evidence.facts import Period
from unhear.house.evidence.oscal import oscal
from unhear.house.evidence.page import page
from unhear.house.evidence.pseudonyms import house_pseudonym
from unhear.house.evidence.reading import read_facts
from unhear.house.evidence.report import report
from unhear.settings import Settings, read_settings

FAILED = 1
A_YEAR = timedelta(days=365)
A_DAY = timedelta(days=1)


def audit(
    context: typer.Context,
    houses: Annotated[
        list[Path] | None, typer.Argument(help="Folders of houses; this house by default.")
    ] = None,
    *,
    folder: Annotated[
        Path | None, typer.Option("--houses", help="A folder with many houses in it.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; a year ago by default."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; today by default."),
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page for people there.")] = None,
    oscal_file: Annotated[
        Path | None, typer.Option("--oscal", help="Write OSCAL assessment results there.")
    ] = None,
    resolve: Annotated[
        str | None, typer.Option(help="Say what a pseudonym of a report stands for, and stop.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check what houses did in a period: what was forgotten, looked at, allowed and learned.

    Of this house everything else is checked too: keys, payloads, files, no plaintext. Other houses
    are read and not opened. Exits with 1 where anything is wrong.
    """
    chosen = [*(houses or ()), *(houses_in(folder) if folder else ())]
    if folder is not None and not chosen:
        raise typer.BadParameter(f"there is no house in {folder}")
    if resolve is not None:
        _resolve([read_settings(one) for one in chosen] or [settings_of(context)], resolve)
        return
    findings = [] if chosen else list(look_at(open_house(context)))
    period, at = _period(since, until)
    made = report(_progress(chosen or [settings_of(context).house], period, at), period)
    _write(html, page(made))
    _write(oscal_file, json.dumps(oscal(made), indent=2) + "\n")
    well = made["ok"] and all(finding.ok for finding in findings)
    if as_json:
        rows = [{"check": f.check, "ok": f.ok, "seen": f.seen} for f in findings]
        show_json({"ok": well, **({"findings": rows} if findings else {}), "evidence": made})
    else:
        _show(findings, made)
    if not well:
        raise typer.Exit(FAILED)


def _period(since: datetime | None, until: datetime | None) -> tuple[Period, datetime]:
    """Answer the days that are meant, whole, and the moment at which houses are looked at."""
    at = now()
    end = at if until is None else until.replace(tzinfo=UTC) + A_DAY
    begin = end - A_YEAR if since is None else since.replace(tzinfo=UTC)
    if begin >= end:
        raise typer.BadParameter("the first day must not be after the last")
    return Period(begin, end), at


def _progress(houses: Sequence[Path], period: Period, at: datetime) -> Iterator[Account]:
    """Yield the accounts of houses, and say on standard error how far it is."""
    with Progress(console=errors, transient=True, auto_refresh=False) as shown:
        task = shown.add_task("Reading houses", total=len(houses), visible=len(houses) > 1)
        for account in audit_houses(houses, period, at):
            yield account
            shown.update(task, advance=1, refresh=True)


def _write(path: Path | None, content: str) -> None:
    if path is None:
        return
    try:
        path.write_text(content)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from None


def _show(findings: Sequence[Finding], made: dict[str, Any]) -> None:
    marks = {True: "[green]ok[/green]", False: "[bold red]wrong[/bold red]"}
    if findings:
        shown = [[one.check, marks[one.ok], one.seen] for one in findings]
        show_table("Audit", ["check", "", "seen"], shown)
    rules = [
        [row["says"], marks[not row["violations"]], str(row["violations"] or "")]
        for row in made["rules"]
    ]
    days = f"{made['from'][:10]} to {made['to'][:10]}"
    show_table(f"Evidence of {made['houses']} houses, {days}", ["rule", "", "broken"], rules)
    for row in made["violations"]:
        line = f"{row['house']}  {row['rule']}  {row['about']}: {row['seen']}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    totals = made["totals"]
    console.print(
        f"{totals['erasures']} erasures, {totals['late']} late; "
        f"{totals['children']} recordings of children; {sum(totals['looks_by_how'].values())} "
        f"looks; {totals['unlearned']} times something was unlearned; {totals['holds']} holds; "
        f"{totals['entries']} entries of logs"
    )


def _resolve(houses: Sequence[Settings], wanted: str) -> None:
    """Say which house, person or thing a pseudonym stands for. Only whoever has the house can."""
    for settings in houses:
        facts = read_facts(settings, now)
        if house_pseudonym(facts.household) == wanted:
            console.print(str(settings.house), markup=False, highlight=False)
            return
        if (found := whose(facts, wanted)) is not None:
            kind, id_ = found
            text = id_.decode() if kind in ("person", "looker") else id_.hex()
            console.print(f"{kind} {text} of {settings.house}", markup=False, highlight=False)
            return
    raise typer.BadParameter(f"nothing here is called {wanted!r} in a report")
