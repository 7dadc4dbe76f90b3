"""Frequent replies are sound already when they are wanted.

Only whole replies without slots are prepared, and all of them from the skills' files, before
anybody says anything: what is in memory here tells nothing of what was said, or that it was.
"""

import logging
from collections.abc import Iterator, Sequence
from threading import Lock

from unhear.answer.registry import Skills
from unhear.answer.synthesiser import Speech, Synthesiser

log = logging.getLogger(__name__)

LETTERS_MAX = 64
"""Longer replies are rare, and begin to be heard at their first comma."""

REPLIES_MAX = 96
SOUND_BYTES_MAX = 8_000_000
"""Measured: 73 replies take 5.8 million bytes, and a tenth of a second each to be made."""

AT_START = 4
"""So many are made before the first request, the others while nothing else is to be done."""


def frequent(skills: Skills) -> Sequence[str]:
    """Answer the short replies without slots, the house's own first, then the shortest."""
    own = skills.replies("").fixed()
    others = {text for skill in skills.all() for text in skills.replies(skill.name).fixed()}
    ordered = [*own, *sorted(others - set(own), key=lambda text: (len(text), text))]
    return [text for text in ordered if len(text) <= LETTERS_MAX][:REPLIES_MAX]


class Prepared:
    """Speaks a few texts from memory and leaves the others to a synthesiser."""

    def __init__(self, synthesiser: Synthesiser, texts: Sequence[str]) -> None:
        """Prepare nothing yet."""
        self._synthesiser = synthesiser
        self._ready: dict[str, tuple[Speech, ...]] = {}
        self._size = 0
        self._left = iter(texts)
        self._lock = Lock()
        self._warm = False

    def speak(self, text: str) -> Iterator[Speech]:
        """Yield speech for `text`: at once where it is prepared."""
        ready = self._ready.get(text)
        yield from self._synthesiser.speak(text) if ready is None else ready

    def warm(self) -> None:
        """Load what the first answer would have to wait for, and prepare the first texts."""
        self._synthesiser.warm()
        self._warm = True
        for _ in range(AT_START):
            self.prepare_next()

    def prepare_next(self) -> None:
        """Make the sound of one more text, if there is one, and room; only once it is warm."""
        with self._lock:
            text = next(self._left, None) if self._warm else None
            if text is None:
                return
            try:
                pieces = tuple(self._synthesiser.speak(text))
            except Exception as error:  # noqa: BLE001 - it is raised where a reply is wanted
                log.warning("no reply prepared", extra={"error": type(error).__name__})
                self._left = iter(())
                return
            self._size += sum(piece.pcm.nbytes for piece in pieces)
            if self._size > SOUND_BYTES_MAX:
                self._left = iter(())
                return
            for piece in pieces:
                piece.pcm.flags.writeable = False
            self._ready[text] = pieces
