"""Music from a folder of this house."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

from unhear.answer.skill import SkillContext
from unhear.clock import random_bytes
from unhear.household.speech import Intent, Reply

EXPLICIT = re.compile(r"[(\[]explicit[)\]]", re.IGNORECASE)
"""How shops mark what is not for children, in the names of files and albums."""

KINDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a")
TRACKS_MAX = 10_000


class Music:
    """Plays what file and folder names promise: artist, album, song."""

    name = "music"
    remembers = ""
    sentences = Path(__file__).parent / "sentences"

    def handle(self, intent: Intent, context: SkillContext) -> Reply:
        """Play something, or go on to the next."""
        if intent.name == "next":
            return Reply("" if context.rooms.skip() else context.say("nothing_plays"))
        folder = context.settings.get("folder")
        if not folder:
            return Reply(context.say("no_folder"))
        tracks = _tracks(Path(str(folder)).expanduser())
        if context.household.only_for_children(context.person):
            adults = {str(name).casefold() for name in context.settings.get("adults", [])}
            tracks = [track for track in tracks if not _is_for_adults(track, adults)]
        if "what" not in intent.slots:
            chosen = _shuffled(tracks)
        else:
            wanted = frozenset(str(intent.slots["what"]).split())
            chosen = [track for track in tracks if wanted <= _words(track)]
        if not chosen:
            return Reply(context.say("not_found" if tracks else "empty"))
        context.rooms.play([Path(str(folder)).expanduser() / track for track in chosen])
        return Reply(context.say("plays", track=chosen[0].stem.replace("_", " ")))


def _tracks(folder: Path) -> list[Path]:
    """Answer the sound files below a folder, by their paths from it, in order."""
    files = (path for path in folder.rglob("*") if path.suffix.lower() in KINDS)
    inside = (path for path in files if path.resolve().is_relative_to(folder.resolve()))
    return sorted(path.relative_to(folder) for path in inside)[:TRACKS_MAX]


def _is_for_adults(track: Path, adults: Collection[str]) -> bool:
    """Whether a guardian named a folder it lies in, or its name says "(explicit)"."""
    folders = {part.casefold() for part in track.parts[:-1]}
    return bool(folders & set(adults)) or EXPLICIT.search(str(track)) is not None


def _words(track: Path) -> frozenset[str]:
    """Answer the words of a track's name and of the folders it lies in."""
    name = str(track.with_suffix("")).casefold()
    return frozenset("".join(c if c.isalnum() else " " for c in name).split())


def _shuffled(tracks: Sequence[Path]) -> list[Path]:
    keyed = [(random_bytes(8), track) for track in tracks]
    return [track for _, track in sorted(keyed)]
