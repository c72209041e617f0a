"""One input → the documents in it, each with its text or the reason why there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from .encodings import decode
from .inputs import Input
from .limits import MEGABYTE, Limits

#: endings of files that are read as plain text
TEXT = (".txt", ".md", ".text")

Record = dict[str, Any]


def read_input(source: Input, limits: Limits) -> Iterator[Record]:
    """Read the documents in one input.

    Yields a record for each: ``path`` and ``doc_id``, and either ``text``, ``format``, ``encoding``, ``sha256`` and
    ``metadata`` (what the document says of itself), or the ``reason`` why it could not be read.
    """
    record: Record = {"path": source.path, "doc_id": source.doc_id}
    suffix = PurePosixPath(source.name).suffix.lower()
    if source.reason:
        yield record | {"reason": source.reason}
    elif suffix not in TEXT:
        yield record | {"reason": f"files ending in {suffix or 'nothing'} are not read; save it as .txt"}
    else:
        try:
            with source.open() as stream:
                data = stream.read(limits.document + 1)
        except OSError as error:
            yield record | {"reason": f"it cannot be opened ({error.strerror})"}
        else:
            yield record | _read_text(data, limits)


def _read_text(data: bytes, limits: Limits) -> Record:
    if len(data) > limits.document:
        return {"reason": f"it is larger than {limits.document / MEGABYTE:g} MB; split it, or raise Limits(document=…)"}
    if not data.strip():
        return {"reason": "it is empty"}
    decoded = decode(data)
    if decoded is None:
        return {"reason": "it is not text (binary data); export it as plain text in UTF-8"}
    text, encoding = decoded
    return {"text": text, "format": "text", "encoding": encoding, "sha256": hashlib.sha256(data).hexdigest()}
