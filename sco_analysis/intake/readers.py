"""One input → the documents in it, each with its text or the reason why there is none."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from posixpath import splitext
from typing import Any, BinaryIO

from ..errors import CorpusError, ScoError
from . import archives, rows, webpages, word_files
from .apart import read_apart
from .archives import Member
from .encodings import decode, replace_surrogates
from .inputs import Input, printable
from .limits import MEGABYTE, Limits
from .listing import check_row
from .streams import Budget, TooMuch, measure, rewind

#: endings of files, and what they are read as
KINDS = {
    ".txt": "text",
    ".md": "text",
    ".text": "text",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    **rows.TABLES,
    ".zip": "zip",
    ".gz": "gz",
    ".tgz": "gz",
    ".tar": "tar",
}
#: what cannot be read but could be saved as something that can
_INSTEAD = {".doc": ".docx", ".rtf": ".docx", ".odt": ".docx", ".pages": ".docx", ".xlsx": ".csv", ".xls": ".csv"}
_INSTEAD |= {".ods": ".csv", ".json": ".jsonl", ".xml": ".txt", ".epub": ".txt"}
_NAMES = {"html": "a web page", "pdf": "a PDF", "docx": "a Word document", "parquet": "a parquet file"}
_NAMES |= {"zip": "a zip archive", "gz": "a gz file", "tar": "a tar archive", "text": "plain text"}
_MAGIC = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"\x1f\x8b", "gz"), (b"PAR1", "parquet"))
#: titles that a program made of a file's name
_NO_TITLE = re.compile(
    r"\.(?:docx?|pdf|indd|qxd|rtf|txt|pages|odt)$|^microsoft word|^untitled|^slide \d", re.IGNORECASE
)
#: rows of one table whose faults are told one by one; of the rest, how many
_TOLD = 20

Record = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """Where in an input reading has come to: what it is called there, what is said of it, how deep it is nested."""

    path: str
    doc_id: str
    limits: Limits
    budget: Budget
    said: Mapping[str, Any] = field(default_factory=dict)
    within: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    alone: bool = False
    nested: int = 0
    note: str = ""


def read_input(source: Input, limits: Limits) -> Iterator[Record]:
    """Read the documents in one input.

    Yields a record for each: ``path`` and ``doc_id``, and either ``text``, ``format``, ``encoding``, ``sha256`` and
    ``metadata`` (what corpus.csv, or else the document, says of it), or the ``reason`` why it could not be read.
    ``note`` is what is to be told of a document that was read.
    """
    record: Record = {"path": source.path, "doc_id": source.doc_id}
    if source.reason or kind_of(source.name) is None:
        yield record | {"reason": source.reason or _unknown(source.name)}
        return
    part = Part(
        source.path, source.doc_id, limits, Budget(limits.unpacked), source.metadata, source.within, source.alone
    )
    try:
        with source.open() as stream:
            yield from _read(stream, source.name, part)
    except OSError as error:
        yield record | {"reason": f"it cannot be read ({error.strerror or error})"}
    except ScoError:
        raise
    except Exception as error:  # what a library makes of a broken file is its own affair, and must not cost the others
        told = f"{type(error).__name__}: {str(error)[:100]}".rstrip(": ")
        yield record | {"reason": f"it cannot be read ({told}); save it anew, or as plain text"}


def kind_of(name: str) -> str | None:
    """Say by its name what a file is to be read as; nothing when it is of no kind that is read."""
    return KINDS.get(_suffix(name))


def _suffix(name: str) -> str:
    return splitext(name)[1].lower()


def _unknown(name: str) -> str:
    suffix = _suffix(name)
    return f"files ending in {suffix or 'nothing'} are not read; save it as {_INSTEAD.get(suffix, '.txt')}"


def _read(stream: BinaryIO, name: str, part: Part, packed: int | None = None) -> Iterator[Record]:
    """Read what is in ``stream``, as what its name says, or as what its first bytes say where they know better."""
    kind = kind_of(name)
    if kind is None:
        yield _failed(part, _unknown(name))
        return
    try:
        if kind in ("csv", "jsonl", "parquet", "zip", "gz", "tar"):
            start = stream.read(1000)
            if not start:
                yield _failed(part, "it is empty")
                return
            stream = rewind(stream, start)
            size = measure(stream) if packed is None else packed
            found = _sniff(start) or ("tar" if archives.is_tar(start) else kind if kind in ("csv", "jsonl") else "")
            yield from _unfold(stream, name, kind, found, part, size)
            return
        data = stream.read(part.limits.document + 1)
    except (TooMuch, *archives.BROKEN) as error:
        yield _failed(part, _broken(error))
        return
    yield from _document(data, name, kind, part)


def _unfold(stream: BinaryIO, name: str, kind: str, found: str, part: Part, size: int) -> Iterator[Record]:
    """Read what holds many documents, or what turned out to be a single one under the name of such."""
    if found != kind:
        part = _told(part, name, found)
    if found in ("zip", "parquet") and not stream.seekable():
        data = stream.read(part.limits.document + 1)
        if len(data) > part.limits.document:
            yield _failed(
                part, f"within an archive, it is larger than {part.limits.document / MEGABYTE:g} MB; unpack it"
            )
            return
        stream, size = io.BytesIO(data), len(data)
    if found in ("csv", "jsonl", "parquet"):
        yield from _rows(stream, found, part)
    elif found in ("zip", "gz", "tar"):
        if part.nested > part.limits.nested:
            yield _failed(part, "it is an archive within archives; unpack it")
        elif found == "gz":
            stem, ending = splitext(name)
            inner = stem + {".gz": "" if _suffix(stem) else ".txt", ".tgz": ".tar"}.get(ending.lower(), ending)
            opened = archives.gunzip(stream, size, part.limits, part.budget)
            yield from _read(opened, inner, replace(part, nested=part.nested + 1), size)
        else:
            yield from _members(stream, found, part, size)
    elif found:
        yield from _document(stream.read(part.limits.document + 1), name, found, part)
    else:
        yield _failed(part, f"its name ends in {_suffix(name)}, but it is not {_NAMES[kind]}")


def _document(data: bytes, name: str, kind: str, part: Part) -> Iterator[Record]:
    """Read one document from its bytes."""
    found = _sniff(data[:1000]) or ("html" if kind == "text" and webpages.is_page(data) else kind)
    if found == "zip" and word_files.is_word(data):
        found = "docx"
    if len(data) > part.limits.document and found not in ("zip", "gz"):
        yield _failed(
            part, f"it is larger than {part.limits.document / MEGABYTE:g} MB; split it, or raise Limits(document=…)"
        )
        return
    if not data.strip(b" \t\r\n\0"):
        yield _failed(part, "it is empty")
        return
    if found != kind:
        part = _told(part, name, found)
    if found in ("zip", "gz", "parquet"):
        yield from _unfold(io.BytesIO(data), name, found, found, part, len(data))
        return
    read = _READERS[found](data, part.limits)
    if isinstance(read, str) or not read[0].strip():
        yield _failed(part, read if isinstance(read, str) else "it is empty")
        return
    text, encoding, said = read
    if _NO_TITLE.search(said.get("title", "")):
        del said["title"]
    made = {"text": replace_surrogates(text), "format": found, "encoding": encoding}
    yield _record(part) | made | {"sha256": hashlib.sha256(data).hexdigest(), "metadata": said | dict(part.said)}


def _text(data: bytes, _limits: Limits) -> tuple[str, str, Record] | str:
    decoded = decode(data)
    return (*decoded, {}) if decoded else "it is not text (binary data); export it as plain text in UTF-8"


def _page(data: bytes, limits: Limits) -> tuple[str, str, Record] | str:
    return webpages.read_page(data, limits)


def _pdf(data: bytes, limits: Limits) -> tuple[str, str, Record] | str:
    if not data.startswith(b"%PDF-"):
        return f"its name says that it is {_NAMES['pdf']}, but it is none"
    read = read_apart(data, limits)
    return read if isinstance(read, str) else (read[0], "", read[1])


def _word(data: bytes, limits: Limits) -> tuple[str, str, Record] | str:
    read = word_files.read_word(data, limits)
    return read if isinstance(read, str) else (read[0], "", read[1])


_READERS = {"text": _text, "html": _page, "pdf": _pdf, "docx": _word}


def _members(stream: BinaryIO, kind: str, part: Part, size: int) -> Iterator[Record]:
    """Read the files in an archive; each is found under the archive's name and its own."""
    n = 0
    try:
        members = (
            archives.unzip(stream, part.limits, part.budget)
            if kind == "zip"
            else archives.untar(stream, size, part.limits, part.budget)
        )
        for n, member in enumerate(members, start=1):  # noqa: B007 - told below
            yield from _member(member, part)
    except CorpusError as error:
        yield _failed(part, str(error))
        return
    except (TooMuch, *archives.BROKEN) as error:
        yield _failed(part, _broken(error) + (", and was not read to its end" if n else ""))
        return
    if n == 0:
        yield _failed(part, "it holds no file")


def _member(member: Member, part: Part) -> Iterator[Record]:
    listed = _inherited(part) | dict(member.said) | dict(part.within.get(member.name, {}))
    doc_id = member.doc_id if part.alone else f"{part.doc_id}/{member.doc_id}"
    inner = replace(
        part,
        path=printable(member.name) if part.alone else f"{part.path}/{printable(member.name)}",
        doc_id=part.within.get(member.name, {}).get("doc_id", doc_id),
        said=listed,
        within={},
        nested=part.nested + 1,
        alone=False,
    )
    if member.stream is None:
        yield _failed(inner, member.reason)
    else:
        yield from _read(member.stream, member.name, inner, member.packed)


def _rows(stream: BinaryIO, kind: str, part: Part) -> Iterator[Record]:
    """Read the rows of a table; the faults of the first are told one by one, of the rest how many there are."""
    faults = n = 0
    inherited = _inherited(part)
    try:
        for number, row, encoding in rows.read_rows(stream, kind, part.limits):
            n += 1
            here = replace(part, path=f"{part.path}#{number}", doc_id=f"{part.doc_id}#{number}")
            record = _row(row, here, inherited | dict(part.within.get(str(number), {})))
            if "text" in record:
                yield record | {"format": kind, "encoding": encoding}
                continue
            faults += 1
            if faults <= _TOLD:
                yield record
    except (rows.RowError, TooMuch, *archives.BROKEN) as error:
        told = str(error) if isinstance(error, rows.RowError) else _broken(error)
        yield _failed(part, told + (f"; the rows from {n + 1} on were not read" if n else ""))
        return
    if faults > _TOLD:
        yield _failed(part, f"{faults - _TOLD:,} more rows have no text or are faulty")
    if n == 0:
        yield _failed(part, "it has no row")


def _row(row: Record | str, part: Part, listed: Mapping[str, Any]) -> Record:
    if isinstance(row, str):
        return _failed(part, row)
    text = replace_surrogates(row.pop("text", ""))
    if not text.strip():
        return _failed(part, "the column with the text is empty")
    if len(text) > part.limits.document:
        return _failed(part, f"its text is longer than {part.limits.document / MEGABYTE:g} MB")
    said, note = check_row(row)
    said |= listed
    made = {"text": text, "sha256": hashlib.sha256(text.encode()).hexdigest(), "metadata": said}
    doc_id = said.pop("doc_id", part.doc_id)
    return _record(replace(part, doc_id=doc_id, note="; ".join(filter(None, [part.note, note])))) | made


def _inherited(part: Part) -> Record:
    """Return what is said of a file that holds many documents and holds for each of them."""
    return {key: value for key, value in part.said.items() if key not in ("doc_id", "title")}


def _record(part: Part) -> Record:
    return {"path": part.path, "doc_id": part.doc_id} | ({"note": part.note} if part.note else {})


def _failed(part: Part, reason: str) -> Record:
    return {"path": part.path, "doc_id": part.doc_id, "reason": reason}


def _told(part: Part, name: str, found: str) -> Part:
    if not found:
        return part
    suffix = _suffix(name)
    return replace(part, note=f"its name ends in {suffix}, but it is {_NAMES[found]}, and was read as that")


def _broken(error: Exception) -> str:
    if isinstance(error, TooMuch):
        return str(error)
    return f"it is broken ({str(error)[:100] or type(error).__name__})"


def _sniff(start: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if start.startswith(magic)), "")
