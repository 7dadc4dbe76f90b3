"""What is kept: list it, play it, take it out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from unhear.answer.synthesiser import Speech
from unhear.capture.sound import RATE_HZ
from unhear.cli.naming import ID_DIGITS, guardian_here
from unhear.cli.output import Json, console, open_house, show_json, show_table, unlock
from unhear.engines.audio_files import read_sound
from unhear.engines.microphone import play as play_aloud
from unhear.forget.kept_receipts import file_name
from unhear.house.everything import all_receipts, everything
from unhear.house.house import House
from unhear.house.looks import EXPORTED
from unhear.household.words import UNKNOWN_PERSON, WHOEVER_IS_SEEN, PersonId
from unhear.keep import age
from unhear.keep.catalogue import Recording


def recordings(
    context: typer.Context,
    *,
    words: Annotated[
        bool, typer.Option("--words", help="Open the transcripts too (asks for the passphrase).")
    ] = False,
    as_json: Json = False,
) -> None:
    """List what is kept: when, where, who; the words only with the passphrase."""
    house = open_house(context)
    kept = house.catalogue.recordings()
    identity = unlock(house) if words else None
    if identity is not None:
        house.looks.take(guardian_here(house), [recording.id for recording in kept])
    rows = []
    for recording in kept:
        row = _row(house, recording)
        if identity is not None:
            row["words"] = _words_of(house, recording, identity)
        rows.append(row)
    if as_json:
        show_json({"recordings": rows})
        return
    if not rows:
        console.print("Nothing is kept.")
        return
    columns = ["id", "heard_at", "device", "person", "seen", "seconds", "intent", "expires"]
    columns += ["words"] if words else []
    show_table(f"{len(rows)} kept", columns, [[row[c][:40] for c in columns] for row in rows])


def play(
    context: typer.Context,
    recording: Annotated[str, typer.Argument(help="The first digits of its id.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Write a WAV file instead; an MP4 file of a camera's clip.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open a recording with the passphrase, and play it or write it to a file."""
    house = open_house(context)
    found = house.catalogue.recording(house.catalogue.find(recording))
    trace = found.id
    if found.utterance.seen and out is None:
        raise typer.BadParameter("this is a camera's clip: name a file with --out FILE.mp4")
    identity = unlock(house)
    house.looks.take(guardian_here(house), [trace])
    words = _words_of(house, found, identity)
    opened = _opened(house, found, identity)
    house.note_opened(trace)
    if out is None:
        play_aloud(Speech(read_sound(opened), RATE_HZ))
    else:
        _write(out, opened)
    if as_json:
        show_json({"id": trace.hex(), "words": words, "file": out})
    else:
        console.print(words, markup=False)


def export(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    *,
    with_identity: Annotated[
        bool,
        typer.Option(
            "--with-identity", help="Also write the identity that opens them (passphrase needed)."
        ),
    ] = False,
    as_json: Json = False,
) -> None:
    """Write everything kept: recordings as standard .age files, which the age program opens.

    A camera's clip is several, numbered: opened, and one behind the other, they are an MP4 file.
    What the house knows besides, and the receipts, are JSON beside them, as in the copy that the
    console makes. An exported copy is yours: unhear cannot make it forget.
    """
    house = open_house(context)
    files = []
    for name, content in _exported(house):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        _write(folder / name, content)
        files.append(name)
    if with_identity:
        _write(folder / "identity.txt", f"{unlock(house).reveal()}\n".encode(), secret=True)
    if as_json:
        show_json({"folder": folder, "files": files, "identity": with_identity})
        return
    console.print(f"{len(files)} files written to {folder}.")
    if with_identity:
        console.print(f"Open one with:  age -d -i {folder / 'identity.txt'} FILE.wav.age")


def _exported(house: House) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an export: their names below its folder, and what is in them."""
    kept = house.catalogue.recordings()
    house.looks.take(guardian_here(house), [recording.id for recording in kept], EXPORTED)
    for name, part in everything(house).items():
        yield f"household/{name}.json", _json(part)
    for receipt in all_receipts(house):
        yield f"receipts/{file_name(receipt)}", receipt.to_json().encode()
    for recording in kept:
        moment = recording.utterance.heard_at.strftime("%Y%m%dT%H%M%SZ")
        stem = f"recordings/{moment}-{recording.id.hex()[:ID_DIGITS]}"
        for kind, content in _sealed(house, recording):
            yield f"{stem}.{kind}", content
        yield f"{stem}.json", _json(_row(house, recording))


def _sealed(house: House, recording: Recording) -> Iterator[tuple[str, bytes]]:
    """Yield the age files of a recording: how the name of each ends, and what is in it."""
    if recording.utterance.seen:
        for number, piece in enumerate(house.clips.pieces(recording.id), 1):
            yield f"{number:04}.mp4.age", piece
        return
    sealed = house.catalogue.sealed(recording.id)
    yield "wav.age", sealed.sound
    if sealed.transcript is not None:
        yield "txt.age", sealed.transcript


def _opened(house: House, recording: Recording, identity: age.Identity) -> bytes:
    """Answer the sound of a recording as WAV, or the film of a clip as MP4."""
    if recording.utterance.seen:
        pieces = house.clips.pieces(recording.id)
        return b"".join(age.decrypt(piece, [identity]) for piece in pieces)
    return age.decrypt(house.catalogue.sealed(recording.id).sound, [identity])


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def _row(house: House, recording: Recording) -> dict[str, str]:
    utterance = recording.utterance
    return {
        "id": recording.id.hex()[:ID_DIGITS],
        "heard_at": utterance.heard_at.astimezone(house.settings.zone).strftime(
            "%Y-%m-%d %H:%M:%S"
        ),
        "device": utterance.device,
        "person": _name(house, utterance.person),
        "seen": ", ".join(utterance.seen),
        "seconds": f"{utterance.seconds:.1f}",
        "intent": utterance.intent or "",
        "expires": recording.expires_at.strftime("%Y-%m-%d"),
        "why": " ".join(utterance.reasons),
    }


def _words_of(house: House, recording: Recording, identity: age.Identity) -> str:
    """Answer what was said; nothing in a clip, and where the words alone were forgotten."""
    if recording.utterance.seen:
        return ""
    transcript = house.catalogue.sealed(recording.id).transcript
    return age.decrypt(transcript, [identity]).decode() if transcript else ""


def _name(house: House, person: PersonId) -> str:
    if person == WHOEVER_IS_SEEN:
        return ""
    known = house.household.person(person)
    return known.name if known else str(UNKNOWN_PERSON)


def _write(path: Path, content: bytes, *, secret: bool = False) -> None:
    try:
        path.touch(mode=0o600 if secret else 0o644)
        path.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(f"cannot write {path}: {error.strerror}") from None
