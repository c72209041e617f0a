"""Streams of bytes that are counted, or that something was read from already."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, BinaryIO

from .limits import MEGABYTE, Limits


class TooMuch(Exception):
    """Raised when something unpacks to more than the limits allow."""


@dataclass
class Budget:
    """How many bytes may yet be unpacked of one input, whatever is nested in it."""

    left: int


class Unpacked(io.RawIOBase):
    """A stream of unpacked bytes that is counted: by the budget, and by what its packed size lets expect."""

    def __init__(self, stream: BinaryIO, packed: int, limits: Limits, budget: Budget) -> None:
        """Count what is read from ``stream``, which is ``packed`` bytes long before it is unpacked."""
        super().__init__()
        self._stream, self._budget, self._ratio = stream, budget, limits.ratio
        self._most = max(MEGABYTE, limits.ratio * packed)
        self._n = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Read the next bytes; raises `TooMuch` when they are more than allowed."""
        data = self._stream.read(len(into))
        self._n += len(data)
        self._budget.left -= len(data)
        if self._n > self._most:
            raise TooMuch(f"it unpacks to more than {self._ratio} times its size, as no text does")
        if self._budget.left < 0:
            raise TooMuch("it unpacks to more than Limits(unpacked=…) allows")
        into[: len(data)] = data
        return len(data)


class Ahead(io.RawIOBase):
    """A stream from which something was read already, given back before the rest."""

    def __init__(self, read: bytes, rest: BinaryIO) -> None:
        """Give back ``read``, then what is left in ``rest``."""
        super().__init__()
        self._read, self._rest = io.BytesIO(read), rest

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, into: Any) -> int:
        """Read the next bytes."""
        data = self._read.read(len(into)) or self._rest.read(len(into))
        into[: len(data)] = data
        return len(data)


def rewind(stream: BinaryIO, start: bytes) -> BinaryIO:
    """Return a stream that begins where ``stream`` did before ``start`` was read from it."""
    if stream.seekable():
        stream.seek(0)
        return stream
    return io.BufferedReader(Ahead(start, stream))


def measure(stream: BinaryIO) -> int:
    """Return the length of a stream that can be sought in; it is left at its beginning."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return size
