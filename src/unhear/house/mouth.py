"""What one device says: answers, announcements and music, never two at once."""

from collections.abc import Iterable
from threading import Condition
from typing import TYPE_CHECKING, Protocol

import numpy as np

from unhear.answer.synthesiser import Speech

if TYPE_CHECKING:
    from unhear.house.turn import Turn

VOLUME_FULL = 100
CONVERSATION_SECONDS_MAX = 60.0
"""How long an announcement waits for a conversation to end."""


class Speaker(Protocol):
    """Where a device's answers go; called from several threads, never two at once for a device."""

    def woken(self) -> None:
        """Show that the device listens: the wake word was heard."""

    def thinking(self) -> None:
        """Show that an answer is on its way: the request is over."""

    def say(self, speech: Speech) -> None:
        """Play a piece after those before it; may wait for the device to take it."""

    def stop(self) -> None:
        """Stop what plays, at once."""

    def finished(self, turn: "Turn | None") -> None:
        """Show that the conversation rests: `turn` is answered, or there was none."""


class Mouth:
    """A device's speaker with a volume, in which announcements wait for conversations.

    Music pauses while somebody speaks with the device, and goes on afterwards.
    """

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._changed = Condition()
        self._speaking = False
        self._in_conversation = False
        self._conversations = 0
        self._stops = 0
        self._songs = 0
        self.volume = VOLUME_FULL

    def woken(self) -> None:
        """Show that the device listens; what it plays waits."""
        self._converse()
        self._speaker.woken()

    def thinking(self) -> None:
        """Show that an answer is on its way."""
        self._converse()
        self._speaker.thinking()

    def finished(self, turn: "Turn | None") -> None:
        """Show that the conversation rests; what waits to be said or played goes on.

        Not where another conversation has begun as soon as the device was told.
        """
        with self._changed:
            conversation = self._conversations
        self._speaker.finished(turn)
        with self._changed:
            if self._conversations == conversation:
                self._in_conversation = False
                self._changed.notify_all()

    def say(self, speech: Speech) -> None:
        """Play a piece of an answer after those before it."""
        self._speaker.say(_louder(speech, self.volume))

    def stop(self) -> None:
        """Stop what is being said, at once; music only waits."""
        with self._changed:
            self._stops += 1
        self._speaker.stop()

    def announce(self, pieces: Iterable[Speech]) -> None:
        """Say these when no conversation goes on, to the end unless somebody stops them."""
        with self._changed:
            self._changed.wait_for(self._free, CONVERSATION_SECONDS_MAX)
            self._speaking, stops = True, self._stops
        try:
            for piece in pieces:
                if self._stops != stops:
                    return
                self.say(piece)
        finally:
            with self._changed:
                self._speaking = False
                self._changed.notify_all()

    def play(self, pieces: Iterable[Speech]) -> None:
        """Play these, in place of what was played, until the end or `end_music`."""
        with self._changed:
            self._songs += 1
            song = self._songs
        for piece in pieces:
            with self._changed:
                self._changed.wait_for(lambda: self._free() or self._songs != song)
                if self._songs != song:
                    return
            self.say(piece)

    def end_music(self) -> None:
        """Play no more of what is being played."""
        with self._changed:
            self._songs += 1
            self._changed.notify_all()
        self._speaker.stop()

    def _free(self) -> bool:
        return not self._in_conversation and not self._speaking

    def _converse(self) -> None:
        with self._changed:
            self._in_conversation = True
            self._conversations += 1
            self._changed.notify_all()


def _louder(speech: Speech, percent: int) -> Speech:
    """Answer the speech at a volume: each step down is a little softer to the ear."""
    if percent == VOLUME_FULL:
        return speech
    gain = (percent / VOLUME_FULL) ** 2
    return Speech((speech.pcm * gain).astype(np.int16), speech.rate_hz)
