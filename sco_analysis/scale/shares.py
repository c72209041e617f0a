"""A corpus → shares of it: what one process reads and parses at a time."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from ..corpus import Corpus, iter_corpus, list_inputs
from ..intake.inputs import Input, is_address

#: how many characters of text a byte of such a file holds, about
_UNPACKS = {".parquet": 4, ".zip": 5, ".gz": 5, ".bz2": 6, ".xz": 6}
#: what is reckoned for a file whose size nobody tells
_UNTOLD = 20_000
_ENDLESS = 1 << 62


@dataclass(frozen=True)
class Share:
    """A part of a corpus that one process parses: some files, or documents that are read already.

    ``number`` counts the shares in the order of the corpus; ``first`` and ``last`` narrow a share to some of its
    documents, by their position in it.
    """

    number: int
    inputs: tuple[Input, ...] = ()
    documents: pd.DataFrame | None = None
    first: int = 0
    last: int = _ENDLESS

    @property
    def name(self) -> str:
        """The share's name; those of a corpus sort in its order."""
        whole = self.first == 0 and self.last == _ENDLESS
        return f"{self.number:06d}" if whole else f"{self.number:06d}-{self.first:06d}"

    def read(self) -> tuple[pd.DataFrame, list[str]]:
        """Return the documents of this share, and what is to be told of files that were left out."""
        if self.documents is not None:
            return self.documents.iloc[self.first : self.last].reset_index(drop=True), []
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            frames = list(iter_corpus(self.inputs))
        documents = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"doc_id": [], "text": []})
        messages = [str(warning.message) for warning in told] if self.first == 0 else []
        return documents.iloc[self.first : self.last].reset_index(drop=True), messages

    def halves(self, many: int) -> tuple[Share, Share]:
        """Divide a share of ``many`` documents in two."""
        middle = self.first + many // 2
        return replace(self, last=middle), replace(self, first=middle, last=min(self.last, self.first + many))


def divide(source: Corpus | pd.DataFrame, block: int) -> Iterator[Share]:
    """Divide a corpus into shares of about ``block`` characters of text, in its order.

    Files are gathered by their size and read by who parses them. A file that is larger than two blocks is read here,
    and handed out block by block.

    Raises `CorpusError` when the corpus does not exist.
    """
    number = 0
    for inputs, large in _gather(list_inputs(source), block):
        tables = iter_corpus(inputs, block) if large else [None]
        for documents in tables:
            yield Share(number, () if large else inputs, documents)
            number += 1


def _gather(inputs: list[Input], block: int) -> Iterator[tuple[tuple[Input, ...], bool]]:
    gathered: list[Input] = []
    size = 0
    for source in inputs:
        own = _size_of(source)
        if own > 2 * block:
            if gathered:
                yield tuple(gathered), False
            yield (source,), True
            gathered, size = [], 0
            continue
        gathered.append(source)
        size += own
        if size >= block:
            yield tuple(gathered), False
            gathered, size = [], 0
    if gathered:
        yield tuple(gathered), False


def _size_of(source: Input) -> int:
    """Estimate how many characters a file holds, without reading it."""
    if source.reason:
        return 0
    factor = _UNPACKS.get(PurePosixPath(source.name).suffix.lower(), 1)
    try:
        if is_address(source.root):
            return factor * int(_address_size(source) or _UNTOLD)
        return factor * Path(source.root, source.name).stat().st_size
    except OSError:
        return 0


def _address_size(source: Input) -> Any:
    from fsspec.core import url_to_fs  # noqa: PLC0415 - needed for addresses alone, and an extra

    system, path = url_to_fs(f"{source.root.rstrip('/')}/{source.name}")
    return system.size(path)
