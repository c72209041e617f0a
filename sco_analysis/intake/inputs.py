"""A folder, a file or an address → the inputs in it: each with its name, and what corpus.csv says of it."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import CorpusError
from .limits import Limits
from .listing import read_listing

LISTING = "corpus.csv"

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
#: what a name may not show as it is: line ends and other controls, marks that turn the direction, halves of characters
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Input:
    """One file that may hold documents; it can be sent to another process and opened there.

    ``root`` is a folder or an address, ``name`` the file's below it, ``doc_id`` what its document is called;
    ``metadata`` is what corpus.csv says of it, ``within`` what it says of the documents inside it. ``reason`` says why
    it cannot be read, when that is known beforehand. ``alone`` tells that it is the whole corpus.
    """

    root: str
    name: str
    doc_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reason: str = ""
    alone: bool = False

    @property
    def path(self) -> str:
        """The name as it is shown: what cannot be seen or written is escaped."""
        return printable(self.name)

    def open(self) -> BinaryIO:
        """Open the file for reading bytes."""
        if is_address(self.root):
            return _file_system(self.root)[0].open(f"{self.root.rstrip('/')}/{self.name}", "rb")
        return open(os.path.join(self.root, self.name), "rb")  # noqa: PTH118, PTH123 - a path object takes longer


def is_address(path: str | Path) -> bool:
    """Tell an address such as ``s3://…`` from a path."""
    return isinstance(path, str) and _ADDRESS.match(path) is not None


def printable(name: str) -> str:
    """Escape in a file's name what cannot be seen or written: line ends, controls, marks of direction, stray bytes."""
    return _UNSEEN.sub(_escape, name) if not name.isascii() or not name.isprintable() else name


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"


def list_inputs(path: str | Path, limits: Limits) -> tuple[list[Input], list[str]]:
    """List what is at ``path`` that may hold documents, in the order of their ``doc_id``.

    ``path`` is a folder (with its subfolders), a file, or an address that fsspec knows. Returns the inputs and what is
    to be warned of. Hidden files, ``README*`` and ``corpus.csv`` are none; links, devices, and folders that cannot be
    opened are inputs with a ``reason``.

    Raises `CorpusError` when corpus.csv is malformed, or the address cannot be listed.
    """
    root, found, listing = _at_address(str(path)) if is_address(path) else _at_path(Path(path), limits)
    where = f"{root.rstrip('/')}/{LISTING}"
    listed = read_listing(listing, where) if listing is not None else {}
    names = [each.name for each in found]
    ids = name_documents(names, {name: said["doc_id"] for name, said in listed.items() if "doc_id" in said})
    within, gone = _sort_out(listed, set(names), root)
    alone = len(found) == 1
    inputs = [
        Input(root, each.name, ids[each.name], listed.get(each.name, {}), within.get(each.name, {}), each.reason, alone)
        for each in found
    ]
    return (
        sorted(inputs, key=lambda each: each.doc_id),
        [f"{where} lists {printable(file)}, which is not there" for file in gone],
    )


def name_documents(names: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
    """Name each file's document: as it is ``given``, else by the file's stem, else, where that is taken, by its path.

    No two names differ in case alone, so that files can be named after them on any disk.
    """
    names = list(names)
    stems: dict[str, int] = {}
    for name in names:
        if name not in given:
            key = stem_of(name).casefold()
            stems[key] = stems.get(key, 0) + 1
    ids = {name: given[name] for name in names if name in given}
    taken = {doc_id.casefold() for doc_id in given.values()}
    for name in names:
        if name in ids:
            continue
        stem = stem_of(name)
        single = stems[stem.casefold()] == 1 and stem.casefold() not in taken
        ids[name] = unique(stem if single else printable(name), taken)
    return ids


def unique(doc_id: str, taken: set[str]) -> str:
    """Return ``doc_id``, with a number behind it if it is in ``taken``, case aside; it is in ``taken`` then."""
    free, number = doc_id, 1
    while free.casefold() in taken:
        number += 1
        free = f"{doc_id}~{number}"
    taken.add(free.casefold())
    return free


def stem_of(name: str) -> str:
    """Return a file's name without its folders and its ending, as it is shown; ``a.csv.gz`` is ``a``."""
    stem, ending = posixpath.splitext(posixpath.basename(name))
    return printable(posixpath.splitext(stem)[0] if ending.lower() == ".gz" else stem) or "document"


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    reason: str = ""


def is_document(name: str) -> bool:
    """Tell what may be a document by its name: hidden files, ``README*`` and ``corpus.csv`` are none."""
    parts = name.split("/")
    return (
        not any(part.startswith(".") for part in parts) and not parts[-1].startswith("README") and parts[-1] != LISTING
    )


def _at_path(path: Path, limits: Limits) -> tuple[str, list[_Entry], bytes | None]:
    root = path if path.is_dir() else path.parent
    entries = _walk(root, limits) if path.is_dir() else [_Entry(path.name, _special(path.stat().st_mode))]
    listing = root / LISTING
    return str(root), entries, listing.read_bytes() if listing.is_file() else None


def _walk(root: Path, limits: Limits) -> list[_Entry]:
    """List the files below ``root``; folders are looked into without recursion and never through a link."""
    entries, folders = [], [""]
    while folders:
        folder = folders.pop()
        try:
            children = list(os.scandir(root / folder))
        except OSError as error:
            entries.append(_Entry(folder, f"the folder cannot be opened ({error.strerror})"))
            continue
        for child in children:
            name = f"{folder}{child.name}"
            if child.name.startswith("."):
                continue
            if child.is_dir(follow_symlinks=False):
                folders.append(f"{name}/")
            elif is_document(name):
                entries.append(_Entry(name, _why_not(child, root, limits)))
    return sorted(entries, key=lambda entry: entry.name)  # a folder lists its files in any order


def _why_not(entry: os.DirEntry, root: Path, limits: Limits) -> str:
    """Say why a file is not read: because it is a link that is not followed, or no file at all."""
    if not entry.is_symlink():
        return "" if entry.is_file(follow_symlinks=False) else _special(entry.stat(follow_symlinks=False).st_mode)
    try:
        target = Path(entry.path).resolve(strict=True)
        mode = target.stat().st_mode
    except (OSError, RuntimeError):
        return "it is a link that leads nowhere"
    if target.is_relative_to(root.resolve()):
        return "it is a link to what is in the folder already"
    if stat.S_ISDIR(mode):
        return "it is a link to a folder outside; copy that folder here"
    return _special(mode) if limits.follow_links else "it is a link to a file outside the folder; copy that file here"


def _special(mode: int) -> str:
    return "" if stat.S_ISREG(mode) else "it is a device, a pipe or a socket, not a file"


def _file_system(address: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs  # noqa: PLC0415 - needed for addresses alone, and an extra
    except ImportError:
        raise CorpusError(
            f"{address}: reading from an address needs the package fsspec; pip install 'sco-analysis[distributed]'"
        ) from None
    return url_to_fs(address)


def _at_address(address: str) -> tuple[str, list[_Entry], bytes | None]:
    system, place = _file_system(address)
    try:
        single = system.isfile(place)
        paths = [place] if single else sorted(system.find(place))
    except (OSError, ValueError) as error:
        raise CorpusError(f"{address} cannot be listed ({error}); is the address right?") from None
    if not paths:
        raise CorpusError(
            f"there is no folder or file {address!r}, or it is empty; give the address of a folder of texts"
        )
    base = place.rstrip("/").rpartition("/")[0] if single else place.rstrip("/")
    root = address.rstrip("/").rpartition("/")[0] if single else address
    names = [path[len(base) :].lstrip("/") for path in paths]
    listing = f"{base}/{LISTING}"
    data = system.cat_file(listing) if system.exists(listing) else None
    return root, [_Entry(name) for name in names if is_document(name)], data


def _sort_out(
    listed: Mapping[str, Mapping[str, Any]], names: set[str], root: str
) -> tuple[dict[str, dict[str, Mapping[str, Any]]], list[str]]:
    """Sort out the lines of corpus.csv that name no file: those on documents inside one, and those on nothing."""
    within: dict[str, dict[str, Mapping[str, Any]]] = {}
    gone = []
    for file in listed.keys() - names:
        cuts = [position for position, character in enumerate(file) if character in "/#" and file[:position] in names]
        if cuts:
            within.setdefault(file[: cuts[0]], {})[file[cuts[0] + 1 :]] = listed[file]
        elif not _exists(root, file):
            gone.append(file)
    return within, sorted(gone)


def _exists(root: str, file: str) -> bool:
    if is_address(root):
        return _file_system(root)[0].exists(f"{root.rstrip('/')}/{file}")
    return is_there(Path(root, file))


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; a name that no system can hold is not."""
    return os.path.exists(path)  # noqa: PTH110 - Path.exists raises over names that are too long
