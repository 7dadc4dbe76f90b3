"""`unhear learn`: what the house learned and that it is exact, how much it helps; forgetting it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from unhear.capture.sound import Pcm
from unhear.cli.forgetting import FAILED, keep_receipt
from unhear.cli.naming import name_of, person_called
from unhear.cli.output import Json, console, open_house, show_json, show_table
from unhear.cli.plots import share_bars
from unhear.engines.audio_files import read_sound
from unhear.forget.kept_receipts import file_name
from unhear.house.house import House
from unhear.house.unlearning import forget_learned
from unhear.house.voices import SENTENCES_MIN
from unhear.household.words import DeviceId, Purpose
from unhear.learn.standing import Standing
from unhear.learn.subjects import TAUGHT
from unhear.learn.trial import TRIED_MIN, Trial

learn = typer.Typer(
    help="What the house learned at home: of whom, that it is exact, how much it helps.",
    no_args_is_help=True,
)

DIGEST_DIGITS = 12
BAR_WIDTH = 30
TIMES: Mapping[str, str] = {
    "before": "before learning",
    "after": "after learning",
    "forgotten": "forgotten again",
}
"""When lessons that were held out are tried, by what `Trial` calls it."""


@learn.command()
def status(context: typer.Context, *, as_json: Json = False) -> None:
    """Say what is learned, from how many recordings of whom.

    Nothing is learned of anybody without consent: `unhear consent give NAME --for improve`, and
    `identify` for voices. What a recording taught goes with it.
    """
    house = open_house(context)
    found = house.learning.standings()
    if as_json:
        show_json({"subjects": [_standing(house, one) for one in found]})
        return
    rows = [
        [
            one.subject.value,
            one.subject.purpose.value,
            str(one.recordings),
            ", ".join(f"{name}: {count}" for name, count in _teachers(house, one).items()),
            _short(one.state),
            _short(one.model),
        ]
        for one in found
    ]
    columns = ["subject", "consent", "recordings", "of", "state", "model"]
    show_table("Learned", columns, rows)


@learn.command()
def prove(context: typer.Context, *, as_json: Json = False) -> None:
    """Build all that is learned anew from the contributions that are kept, and compare the bits.

    Exits with 1 where they differ. Receipts of kind `unlearning` hold the same digests.
    """
    house = open_house(context)
    found = house.learning.standings()
    wrong = [one.subject.value for one in found if not one.is_proved]
    if as_json:
        show_json({"ok": not wrong, "subjects": [_proof(one) for one in found]})
    else:
        for one in found:
            _tell_proof(one)
        if wrong:
            console.print(
                f"\nWhat was learned about {', '.join(wrong)} is not what the contributions that "
                "are kept make. `unhear forget --expired` builds it anew.",
                style="bold red",
                soft_wrap=True,
            )
        else:
            console.print("\nEverything learned is, bit for bit, what the contributions make.")
    if wrong:
        raise typer.Exit(FAILED)


@learn.command()
def report(
    context: typer.Context,
    *,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw it as a picture, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say how much it helps: each lesson is tried by what was learned of the others.

    Three times: before anything is learned, after the others were, and after they were unlearned
    again one by one, when it must be as before.
    """
    house = open_house(context)
    found = house.learning.trials()
    if plot is not None:
        _draw(plot, found)
    if as_json:
        show_json({"trials": [_trial(one) for one in found], "tried_min": TRIED_MIN, "plot": plot})
        return
    for one in found:
        console.print(f"{one.subject} ({one.tried} lessons, each held out in turn)")
        for when, said in TIMES.items():
            console.print(_bar(said, getattr(one, when), one.tried), markup=False, highlight=False)
    for subject in sorted(set(TAUGHT) - {one.subject for one in found}):
        console.print(f"{subject}: too little to tell yet, it takes {TRIED_MIN} lessons")
    if plot is not None:
        console.print(f"Drawn in {plot}.", markup=False, soft_wrap=True)


@learn.command()
def voice(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Whose voice it is.")],
    files: Annotated[
        list[Path],
        typer.Argument(help=f"Recordings of a sentence each; {SENTENCES_MIN} or more."),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Learn whose a voice is, from a few sentences; their sound is not kept.

    It takes that person's consent: `unhear consent give NAME --for identify`.
    """
    house = open_house(context)
    person = person_called(house, name)
    sentences = [_sound(file) for file in files]
    house.voices.enrol(person, DeviceId(house.settings.device), sentences)
    if as_json:
        show_json({"person": person, "sentences": len(sentences)})
    else:
        console.print(f"{name} is known by voice now. `unhear learn forget` takes it back.")


def _sound(file: Path) -> Pcm:
    try:
        return read_sound(file.read_bytes())
    except OSError as error:
        raise typer.BadParameter(f"cannot read {file}: {error.strerror}") from None


@learn.command()
def forget(
    context: typer.Context,
    *,
    person: Annotated[
        str | None, typer.Option(help="Of this person alone.", show_default="everybody")
    ] = None,
    purpose: Annotated[
        Literal["improve", "identify", "fleet"],
        typer.Option(
            help="improve: words, phrasings, wake word; identify: voices; fleet: the fleet."
        ),
    ] = "improve",
    as_json: Json = False,
) -> None:
    """Forget what was learned, also in every old backup, and write the receipts. No undo.

    Recordings stay, and so do consents: `unhear consent withdraw` stops learning.
    """
    house = open_house(context)
    known = person_called(house, person) if person else None
    done = forget_learned(house, Purpose(purpose), known)
    receipts = [one for one in (done.erasure, done.unlearning) if one is not None]
    files = [Path(file_name(one)) for one in receipts]
    for file, one in zip(files, receipts, strict=True):
        keep_receipt(house, file, one)
    models = "0" if done.unlearning is None else str(done.unlearning.statement["count"])
    if as_json:
        show_json(
            {
                "forgotten": done.erasure.statement["count"],
                "models": models,
                "receipts": files,
                "key": house.ledger.key,
            }
        )
        return
    console.print(
        f"Forgotten: {done.erasure.statement['count']} contributions; {models} models are as if "
        "they had never been.",
        soft_wrap=True,
    )
    for file in files:
        console.print(f"  unhear verify {file} --key '{house.ledger.key}'", soft_wrap=True)


def _teachers(house: House, one: Standing) -> dict[str, int]:
    return {name_of(house, person): count for person, count in one.taught_by.items()}


def _standing(house: House, one: Standing) -> dict[str, object]:
    return {
        "subject": one.subject.value,
        "consent": one.subject.purpose.value,
        "recordings": one.recordings,
        "of": _teachers(house, one),
        "state": one.state.hex(),
        "model": one.model.hex(),
    }


def _proof(one: Standing) -> dict[str, object]:
    return {
        "subject": one.subject.value,
        "recordings": one.recordings,
        "ok": one.is_proved,
        "state": one.state.hex(),
        "state_built": one.state_built.hex(),
        "model": one.model.hex(),
        "model_built": one.model_built.hex(),
    }


def _trial(one: Trial) -> dict[str, object]:
    counts = {when: getattr(one, when) for when in TIMES}
    return {"subject": one.subject.value, "tried": one.tried, **counts}


def _tell_proof(one: Standing) -> None:
    mark = "[green]the same[/green]" if one.is_proved else "[bold red]different[/bold red]"
    console.print(f"{one.subject}: {one.recordings} recordings, {mark}")
    for what, there, built in (
        ("state", one.state, one.state_built),
        ("model", one.model, one.model_built),
    ):
        console.print(f"  {what}  there {_short(there)}  built {_short(built)}", highlight=False)


def _short(digest: bytes) -> str:
    return digest.hex()[:DIGEST_DIGITS]


def _bar(said: str, right: int, tried: int) -> str:
    full = round(BAR_WIDTH * right / tried)
    bar = "█" * full + "░" * (BAR_WIDTH - full)
    return f"  {said:<16}{bar} {right / tried:>4.0%}  {right} of {tried}"


def _draw(file: Path, found: list[Trial]) -> None:
    groups = {
        one.subject.value: {said: (getattr(one, when), one.tried) for when, said in TIMES.items()}
        for one in found
    }
    note = "Lessons that were held out and came out right."
    try:
        file.write_text(share_bars("How much learning helps here", note, groups), "utf-8")
    except OSError as error:
        raise typer.BadParameter(f"cannot write {file}: {error.strerror}") from None
