"""MLLP framing: bytes as they come to whole messages, and back.

A frame is 0x0B, the message, 0x1C 0x0D. Junk between frames is dropped; a frame whose end block
was lost is given up at the next 0x0B, so that two messages are never read as one. Pure: no
sockets, no clock, memory bounded by one frame.
"""

from __future__ import annotations

import re

START = b"\x0b"
END = b"\x1c\r"
MAX_FRAME = 1 << 20
# The end block, an end block whose carriage return was lost before the next start, or that start.
_EDGE = re.compile(rb"\x1c\r|\x1c(?=\x0b)|\x0b")


def frame(message: bytes) -> bytes:
    """Wrap a message for the wire. Raises ValueError when its bytes would break the frame."""
    if START in message or END in message or message.endswith(b"\x1c"):
        raise ValueError("message: holds the bytes of a block edge")
    return START + message + END


class Deframer:
    """Collects the bytes of one connection; `feed` returns the messages they complete.

    `junk_bytes`, `lost` (frames without an end) and `too_long` count what was dropped.
    """

    def __init__(self, *, max_frame: int = MAX_FRAME) -> None:
        self.max_frame = max_frame
        self.junk_bytes = 0
        self.lost = 0
        self.too_long = 0
        self._buffer = bytearray()
        self._inside = False
        self._overlong = False
        self._scanned = 0

    @property
    def partial(self) -> bool:
        """True while a frame has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes and return every message that is now whole, in order."""
        self._buffer += data
        frames: list[bytes] = []
        while self._step(frames):
            pass
        return frames

    def _step(self, frames: list[bytes]) -> bool:
        """Consume up to the next edge; False when more bytes are needed."""
        return self._in_frame(frames) if self._inside else self._between()

    def _between(self) -> bool:
        at = self._buffer.find(START)
        drop = len(self._buffer) if at < 0 else at
        self.junk_bytes += drop
        del self._buffer[: drop if at < 0 else at + 1]
        self._inside = at >= 0
        self._scanned = 0
        return self._inside

    def _in_frame(self, frames: list[bytes]) -> bool:
        edge = _EDGE.search(self._buffer, self._scanned)
        if edge is None:
            return self._wait()
        message = bytes(self._buffer[: edge.start()])
        fits = not self._overlong and edge.start() <= self.max_frame
        ended = edge.group() != START
        if ended and fits:
            frames.append(message)
        self.too_long += not fits and not self._overlong
        self.lost += fits and not ended
        del self._buffer[: edge.end() if ended else edge.start()]
        self._inside = self._overlong = False
        return True

    def _wait(self) -> bool:
        """Keep the bytes for the next feed; of a frame that outgrew its bound, only the edge."""
        if not self._overlong and len(self._buffer) > self.max_frame + 1:
            self.too_long += 1
            self._overlong = True
        # A last 0x1C may be the first half of an end block: it is looked at again.
        if self._overlong:
            del self._buffer[:-1]
        self._scanned = max(0, len(self._buffer) - 1)
        return False
