"""`unhear witness`: watch other people's logs, and cosign them while they only grow."""

from pathlib import Path
from typing import Annotated

import typer

from unhear import clock
from unhear.cli.output import Json, console, show_json
from unhear.prove.notes import KeyKind, VerifierKey
from unhear.prove.witness import Witness
from unhear.stores.key_files import make_key_file, read_key_file
from unhear.stores.witness_memory import WitnessFolder
from unhear.web.serving import serve
from unhear.web.witness import witness_app

witness = typer.Typer(
    help="Watch logs, and cosign them while they only grow.", no_args_is_help=True
)

KeyFile = Annotated[Path, typer.Option("--key", help="The file of the witness's private key.")]


@witness.command("key")
def make_key(
    key: KeyFile,
    name: Annotated[str, typer.Option(help="What it is called, such as witness.example/1.")],
    *,
    as_json: Json = False,
) -> None:
    """Make the key of a witness, and print the public half that others trust."""
    made = make_key_file(key, name, KeyKind.COSIGNATURE).verifier
    if as_json:
        show_json({"file": key, "key": made})
        return
    console.print(f"{key} is made; nobody else may have it. Give this to those who trust you:\n")
    console.print(f"    {made}", soft_wrap=True, markup=False, highlight=False)


@witness.command("serve")
def serve_witness(
    key: KeyFile,
    state: Annotated[Path, typer.Option(help="The folder of what it saw last; never lose it.")],
    log: Annotated[list[str], typer.Option(help="The public key of a log; repeatable.")],
    listen: Annotated[str, typer.Option(help="Where others ask it.")] = "127.0.0.1:8400",
    *,
    as_json: Json = False,
) -> None:
    """Answer logs that ask for a cosignature, until stopped."""
    signer = read_key_file(key, KeyKind.COSIGNATURE)
    watching = Witness(
        signer=signer,
        logs=[VerifierKey.parse(text) for text in log],
        memories=WitnessFolder(state),
        clock=clock.now,
    )

    def ready(url: str) -> None:
        if as_json:
            show_json({"url": url, "key": signer.verifier})
        else:
            console.print(f"The witness {signer.verifier} answers at {url}", soft_wrap=True)

    serve(witness_app(watching), listen, ready)
