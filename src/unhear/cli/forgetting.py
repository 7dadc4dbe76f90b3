"""Forget, and prove it."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from unhear.cli.naming import name_of, person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.forget.kept_receipts import SHOWN, Shown, file_name, hour_of, person_in
from unhear.forget.kept_receipts import receipts as kept_receipts
from unhear.forget.snapshot import snapshot
from unhear.house.drill import rehearse_if_due
from unhear.house.house import House
from unhear.household.scope import Scope
from unhear.household.staff import StaffLook
from unhear.household.words import DeviceId, Purpose, Seen, TraceId
from unhear.prove.log_keys import FILE as LOG_KEYS_FILE
from unhear.prove.receipt import Receipt

FAILED = 1

VERIFIERS = ("verify_receipt.py", "verify.html")


def forget(
    context: typer.Context,
    recording: Annotated[
        list[str] | None, typer.Argument(help="First digits of a recording's id; several will do.")
    ] = None,
    *,
    last: Annotated[bool, typer.Option("--last", help="The newest recording.")] = False,
    person: Annotated[str | None, typer.Option(help="Everything this person said.")] = None,
    device: Annotated[str | None, typer.Option(help="Everything this device heard.")] = None,
    since: Annotated[datetime | None, typer.Option(help="From this moment on.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Up to this moment.")] = None,
    purpose: Annotated[
        Purpose | None, typer.Option(help="Only what is kept for this purpose.")
    ] = None,
    showing: Annotated[
        Seen | None, typer.Option(help="Cameras' clips that show this, of all that is named.")
    ] = None,
    words_only: Annotated[
        bool, typer.Option("--words-only", help="The transcripts; the sound stays.")
    ] = False,
    everything: Annotated[bool, typer.Option("--everything", help="All of it.")] = False,
    household: Annotated[
        bool, typer.Option("--household", help="The household itself: people, keys, all of it.")
    ] = False,
    expired: Annotated[bool, typer.Option("--expired", help="What is past its expiry.")] = False,
    receipt: Annotated[Path | None, typer.Option(help="Where the receipt goes.")] = None,
    as_json: Json = False,
) -> None:
    """Forget, everywhere and in every old backup, and write a receipt.

    Selectors narrow each other down: --person Mia --device kitchen is what Mia said there.
    """
    house = open_house(context)
    if expired:
        done = house.tidy()
        rehearse_if_due(house)
    else:
        try:
            scope = Scope(
                recordings=_chosen(house, recording or [], last=last),
                person=person_called(house, person) if person else None,
                device=DeviceId(device) if device else None,
                since=aware(house, since),
                until=aware(house, until),
                purpose=purpose,
                words_only=words_only,
                household=household,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        if showing is not None:
            scope = Scope(recordings=_shown(house, showing, scope))
        if scope == Scope() and not everything:
            raise typer.BadParameter("say what to forget, or --everything; see --help")
        done = [house.forgetter.forget(house.household.id, scope)]
    _tell(house, done, receipt, as_json=as_json)


def _tell(house: House, done: list[Receipt], file: Path | None, *, as_json: bool) -> None:
    """Write the receipts, and say what was forgotten."""
    told = []
    for one in done:
        path = file if file and len(done) == 1 else Path(file_name(one))
        keep_receipt(house, path, one)
        told.append({"forgotten": one.statement["count"], "receipt": path})
        if as_json:
            continue
        console.print(f"Forgotten: {one.statement['count']} ({one.statement['scope']}).")
        console.print(f"The receipt is {path}. Anybody can check it:")
        console.print(f"  unhear verify {path} --key '{house.ledger.key}'", soft_wrap=True)
    if as_json:
        first = told[0] if told else {"forgotten": "0"}
        show_json({**first, "key": house.ledger.key, "more": told[1:]})
    elif not done:
        console.print("Nothing is past its expiry.")


def keep_receipt(house: House, file: Path, receipt: Receipt) -> None:
    """Write a receipt to a file; and again once witnesses cosigned it, where there are any."""
    _write_receipt(file, receipt)
    if house.ledger.witnesses is not None:
        house.ledger.wait()  # what was done is proved; this makes the proof better
        _write_receipt(file, _renewed(house, receipt))


def _renewed(house: House, receipt: Receipt) -> Receipt:
    """Answer the receipt under the log's present key, cosigned where witnesses did."""
    with house.database.reading() as transaction:
        return house.ledger.renewed(transaction, receipt)


def receipts(
    context: typer.Context,
    *,
    out: Annotated[Path | None, typer.Option(help="Write them all to this folder.")] = None,
    kind: Annotated[
        Shown | None, typer.Option(help="Only those of erasures, consents, looks or grants.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the receipts of this house; write them out again, with what verifies them anywhere."""
    house = open_house(context)
    found = snapshot(
        house.database,
        house.keeper,
        lambda transaction, tree: kept_receipts(transaction, tree, house.household.id),
    )
    if kind is not None:
        found = [one for one in found if one.statement["kind"] in SHOWN[kind]]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for one in found:
            _write_receipt(out / file_name(one), _renewed(house, one))
        log_keys = house.ledger.log_keys(house.database)
        if log_keys is not None:
            (out / LOG_KEYS_FILE).write_text(log_keys)
        for name in VERIFIERS:
            (out / name).write_bytes(files("unhear.verifier").joinpath(name).read_bytes())
    if as_json:
        show_json({"key": house.ledger.key, "receipts": [dict(one.statement) for one in found]})
        return
    looks = {look.entry: look for look in house.access.looks()}
    rows = [
        [
            str(one.proof.index),
            hour_of(one),
            str(one.statement["kind"]),
            _what(house, one, looks.get(one.proof.index)),
        ]
        for one in found
    ]
    show_table(f"{len(rows)} receipts", ["entry", "hour", "kind", "what"], rows)


def _what(house: House, receipt: Receipt, look: StaffLook | None) -> str:
    """Answer in short what a receipt is about; of a look by staff, who looked and why."""
    if look is not None:
        who = f"{look.staff.name} ({look.staff.role}, {look.operator})"
        return f"{who}: {receipt.statement['count']} opened by staff for ticket {look.ticket}"
    said, person = receipt.statement, person_in(receipt)
    if said["kind"] == "unlearning":
        return f"{said['count']} models learned anew"
    if said["kind"] == "grant":
        return f"{said['count']} shared until {said['expires_at']}"
    if person is None:
        return f"{said['count']} ({said['scope']})"
    what = f"{said['count']} {said['how']}" if said["kind"] == "look" else said["purpose"]
    return f"{name_of(house, person)}: {what}"


def _chosen(house: House, prefixes: list[str], *, last: bool) -> frozenset[TraceId] | None:
    chosen = {house.catalogue.find(prefix) for prefix in prefixes}
    if last:
        kept = house.catalogue.recordings()
        if not kept:
            raise typer.BadParameter("nothing is kept, so there is no last recording")
        chosen.add(kept[-1].id)
    return frozenset(chosen) if chosen else None


def _shown(house: House, seen: Seen, scope: Scope) -> frozenset[TraceId]:
    if scope.household or scope.words_only:
        raise typer.BadParameter("--showing names clips alone; leave the other out")
    found = house.catalogue.showing(seen, scope)
    if not found:
        raise typer.BadParameter("no clip that is kept shows this; nothing was forgotten")
    return found


def aware(house: House, moment: datetime | None) -> datetime | None:
    """Answer a moment as it is meant in the house's time zone."""
    return None if moment is None else moment.replace(tzinfo=house.settings.zone)


def _write_receipt(path: Path, receipt: Receipt) -> None:
    try:
        path.write_text(receipt.to_json())
    except OSError as error:
        raise typer.BadParameter(
            f"it is forgotten, but {path} cannot be written ({error.strerror}); "
            "get the receipt again with `unhear receipts --out FOLDER`"
        ) from None
