"""What comes over WebRTC as it was coded. aiortc hands on only what it decoded itself.

Its `RTCRtpReceiver` puts whole coded frames, in order, into a queue, from which a thread takes and
decodes them. That queue is the one place where they can be had: it is put in place of by one that
hands frames on, and in which the thread finds nothing but its end. The queue's name is private, so
an aiortc that has another is refused here, loudly, before anything is received.
"""

from collections.abc import Callable
from queue import Queue
from typing import Any

from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpreceiver import RTCRtpReceiver

QUEUE = "_RTCRtpReceiver__decoder_queue"

Take = Callable[[JitterFrame], None]
"""Takes a coded frame, in the event loop: H.264 has start codes, and its time is in RTP's ticks."""


class ReceiverUnknown(Exception):
    """The aiortc that is installed is not made as the one that this was written for."""


class _HandedOn(Queue[Any]):
    """A queue of frames to be decoded, that none of them gets into."""

    def __init__(self, take: Take) -> None:
        super().__init__()
        self._take = take

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002 - as the queue has it
        if item is None:  # the end, which the thread waits for
            super().put(item, block, timeout)
        else:
            _codec, frame = item
            self._take(frame)


def take_undecoded(receiver: RTCRtpReceiver, take: Take) -> None:
    """Have what a receiver gets handed on, and not decoded; before it receives anything.

    Raises `ReceiverUnknown`.
    """
    if not isinstance(getattr(receiver, QUEUE, None), Queue):
        raise ReceiverUnknown("aiortc's receiver has no queue of coded frames; use 1.16")
    setattr(receiver, QUEUE, _HandedOn(take))


async def ask_for_key_picture(receiver: RTCRtpReceiver) -> None:
    """Ask for a picture that needs no other (RFC 4585, section 6.3.1), where anything comes."""
    for source in receiver.getSynchronizationSources():
        await receiver._send_rtcp_pli(source.source)  # noqa: SLF001 - it has no public name
