"""Archives (zip, tar.gz) and compressed files (gz) → what is in them, unpacked in memory and never onto the disk."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from .inputs import LISTING, is_document, name_documents, printable
from .limits import MEGABYTE, Limits
from .listing import read_listing
from .streams import Budget, TooMuch, Unpacked

#: what a broken archive may raise while it is read
BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, IndexError, KeyError),
)


@dataclass(frozen=True)
class Member:
    """One file in an archive: its name, what its document is called, and its stream or the reason why there is none."""

    name: str
    doc_id: str
    stream: BinaryIO | None = None
    packed: int = 0
    said: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def unzip(stream: BinaryIO, limits: Limits, budget: Budget) -> Iterator[Member]:
    """Read the files in a zip archive in the order of their names, with what a corpus.csv in it says of them.

    Raises what is in `BROKEN`, `TooMuch`, and `CorpusError` when that corpus.csv is malformed.
    """
    with zipfile.ZipFile(stream) as archive:
        infos = sorted((i for i in archive.infolist() if not i.is_dir()), key=lambda info: info.filename)
        _check_size(sum(info.file_size for info in infos), stream.seek(0, io.SEEK_END), len(infos), limits)
        listed = _listed(archive, limits)
        infos = [info for info in infos if is_document(plain_name(info.filename))]
        given = {plain_name(name): said["doc_id"] for name, said in listed.items() if "doc_id" in said}
        ids = name_documents(dict.fromkeys(plain_name(info.filename) for info in infos), given)
        for info in infos:
            name = plain_name(info.filename)
            said = listed.get(name, {})
            if info.flag_bits & 0x1:
                yield Member(name, ids[name], reason="it is protected by a password; pack it without one")
                continue
            try:
                opened = archive.open(info)
            except BROKEN as error:
                told = f"it is broken in the archive ({str(error)[:80] or type(error).__name__})"
                yield Member(name, ids[name], reason=told)
                continue
            with opened:
                counted = io.BufferedReader(Unpacked(opened, info.compress_size, limits, budget))
                yield Member(name, ids[name], counted, info.compress_size, said)


def untar(stream: BinaryIO, packed: int, limits: Limits, budget: Budget) -> Iterator[Member]:
    """Read the files in a tar archive of ``packed`` bytes in the order in which they stand; raises as `unzip` does."""
    counted = io.BufferedReader(Unpacked(stream, packed, limits, budget))
    with tarfile.open(fileobj=counted, mode="r|") as archive:
        for number, info in enumerate(archive, start=1):
            plain = plain_name(info.name)
            if number > limits.members:
                raise TooMuch(f"it holds more than {limits.members:,} files")
            if info.isdir() or not is_document(plain):
                continue
            opened = archive.extractfile(info) if info.isreg() else None
            if opened is None:
                yield Member(plain, printable(plain), reason="it is a link or a device, not a file")
            else:
                with opened:
                    yield Member(plain, printable(plain), opened, info.size)


def gunzip(stream: BinaryIO, packed: int, limits: Limits, budget: Budget) -> BinaryIO:
    """Return a stream of what is in a gz file of ``packed`` bytes; reading raises what is in `BROKEN`, or `TooMuch`."""
    return io.BufferedReader(Unpacked(gzip.GzipFile(fileobj=stream), packed, limits, budget))


def is_tar(start: bytes) -> bool:
    """Tell a tar archive by its first block."""
    return start[257:262] == b"ustar"


def plain_name(name: str) -> str:
    """Return a member's name without what leads out of the archive."""
    return "/".join(part for part in name.replace("\\", "/").split("/") if part not in ("", ".", ".."))


def _listed(archive: zipfile.ZipFile, limits: Limits) -> dict[str, dict[str, Any]]:
    """Read the corpus.csv nearest to the archive's root; nothing when there is none."""
    names = sorted((n for n in archive.namelist() if n.rpartition("/")[2] == LISTING), key=lambda n: (n.count("/"), n))
    if not names or archive.getinfo(names[0]).file_size > limits.document:
        return {}
    folder = names[0][: -len(LISTING)]
    with archive.open(names[0]) as stream:
        listed = read_listing(stream.read(limits.document), names[0])
    return {folder + name: said for name, said in listed.items()}


def _check_size(unpacked: int, packed: int, members: int, limits: Limits) -> None:
    if members > limits.members:
        raise TooMuch(f"it holds {members:,} files, more than Limits(members=…) allows")
    if unpacked > max(MEGABYTE, limits.ratio * packed):
        raise TooMuch(f"it unpacks to more than {limits.ratio} times its size, as no collection of texts does")
    if unpacked > limits.unpacked:
        raise TooMuch("it unpacks to more than Limits(unpacked=…) allows")
