"""How much of anything is read before it is too much: what keeps hostile files from taking all time and memory."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an input may be; what is larger is left out, with the reason.

    ``document``: bytes of one document (also one row of a table, one member of an archive, unpacked).
    ``unpacked``: bytes that one archive or compressed file may unpack to, all members together.
    ``ratio``: how many times its packed size something may unpack to (up to a megabyte, it may do as it likes).
    ``members``: files in one archive.
    ``nested``: archives within archives.
    ``markup``: characters of one web page, its tags included. ``pages``: pages of one PDF.
    ``seconds`` and ``memory`` (bytes): what reading one PDF may take.
    ``follow_links``: whether links to files outside the folder are followed; links to folders never are.
    """

    document: int = 32 * MEGABYTE
    unpacked: int = 4000 * MEGABYTE
    ratio: int = 300
    members: int = 100_000
    nested: int = 2
    markup: int = 4 * MEGABYTE
    pages: int = 5000
    seconds: float = 60.0
    memory: int = 1000 * MEGABYTE
    follow_links: bool = False
