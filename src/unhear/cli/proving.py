"""Check receipts and show parts of them: no house, no network."""

from pathlib import Path
from typing import Annotated

import typer

from unhear.cli.output import Json, console, show_json
from unhear.prove.errors import ProofWrong
from unhear.prove.log_keys import read_bundle, verify_following
from unhear.prove.notes import VerifierKey
from unhear.prove.opening import Opening
from unhear.prove.receipt import Receipt, Verdict


def verify(
    receipt: Annotated[Path, typer.Argument(help="The receipt.")],
    *,
    key: Annotated[str, typer.Option(help="The log's public key, NAME+ID+BASE64, or its file.")],
    witness: Annotated[
        list[str] | None,
        typer.Option(help="A witness's key, or its file: it must have cosigned. Several will do."),
    ] = None,
    log_keys: Annotated[
        Path | None,
        typer.Option(help="The log's log-keys.json, if it has changed its key since yours."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a receipt with the log's public key alone: no house, no network."""
    witnesses = [_key(text) for text in witness or []]
    handovers = () if log_keys is None else read_bundle(_read(log_keys))
    found = Receipt.from_json(_read(receipt))
    verdict = verify_following(found, _key(key), handovers, witnesses)
    for demanded in witnesses:
        if demanded not in verdict.inclusion.witnesses:
            raise ProofWrong(f"the witness {demanded.name} did not cosign the checkpoint")
    if as_json:
        show_json(
            {
                "ok": True,
                "statement": dict(verdict.statement),
                "proves": verdict.proves,
                "cannot_prove": verdict.cannot_prove,
            }
        )
    else:
        _tell(verdict)


def _tell(verdict: Verdict) -> None:
    console.print("[bold green]The receipt is genuine.[/bold green]\n\nIt proves:")
    for sentence in verdict.proves:
        console.print(f"  + {sentence}", markup=False, highlight=False)
    console.print("\nIt cannot prove:")
    for sentence in verdict.cannot_prove:
        console.print(f"  - {sentence}", markup=False, highlight=False)


def disclose(
    receipt: Annotated[Path, typer.Argument(help="A receipt with its opening.")],
    recording: Annotated[str, typer.Argument(help="First digits of the recording's id.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Where it goes.", show_default="beside the receipt")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a receipt that shows that one recording was among the forgotten, and none else.

    It shows neither the others nor the household; it does tell how many there were.
    """
    whole = Receipt.from_json(_read(receipt))
    if not isinstance(whole.opening, Opening):
        raise typer.BadParameter(
            f"{receipt} has no opening of all its recordings; take the house's own copy, from "
            "`unhear receipts --out FOLDER`"
        )
    items = [item.item for item in whole.opening.items]
    chosen = [item for item in items if item.hex().startswith(recording.lower())]
    if len(chosen) != 1:
        found = "several recordings" if chosen else "no recording"
        raise typer.BadParameter(f"{found} of this receipt have an id that begins so")
    item = chosen[0].hex()
    file = out or receipt.with_name(f"{receipt.stem}-shows-{item[:8]}.json")
    try:
        file.write_text(whole.disclosing(chosen[0]).to_json())
    except OSError as error:
        raise typer.BadParameter(f"cannot write {file}: {error.strerror}") from None
    if as_json:
        show_json({"disclosed": item, "of": len(items), "receipt": file})
        return
    console.print(f"{file} shows that {item} was forgotten, one of {len(items)}.", highlight=False)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"cannot read {path}: {error.strerror}") from None


def _key(text: str) -> VerifierKey:
    path = Path(text)
    return VerifierKey.parse(path.read_text() if path.is_file() else text)
