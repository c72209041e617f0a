"""Tables of texts (csv, jsonl, parquet) → one document a row, whatever the columns are called."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, BinaryIO

import yaml

from .encodings import decode, replace_surrogates
from .limits import MEGABYTE, Limits
from .streams import Ahead

#: endings of the names of tables, and what they are
TABLES = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}

#: bytes from which encoding and delimiter are told
_SAMPLE = 1 * MEGABYTE
_BATCH = 64


class RowError(Exception):
    """Raised when a table cannot be read, or no further; says the row where there is one."""


@cache
def known_names() -> dict[str, list[str]]:
    """Read columns.yml: our name of a column → the names it may have."""
    return yaml.safe_load(files("sco_analysis").joinpath("data", "columns.yml").read_text(encoding="utf-8"))


def find_columns(names: Iterable[str]) -> dict[str, str]:
    """Say what each column of a table holds: its name → ours, its own for a column that we do not know.

    Raises `RowError` when none of them holds the text.
    """
    names = [str(name) for name in names if name is not None]
    by_key = {_key(name): name for name in reversed(names)}
    ours: dict[str, str] = {}
    for column, aliases in known_names().items():
        taken = next((by_key[_key(alias)] for alias in aliases if _key(alias) in by_key), None)
        if taken is not None:
            ours.setdefault(taken, column)
    if "text" not in ours.values():
        raise RowError(
            f"no column holds the text: call it `text` (or {', '.join(known_names()['text'][1:4])}, …); "
            f"there is {', '.join(names[:12]) or 'none'}"
        )
    return {name: ours.get(name, name) for name in names}


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def read_rows(stream: BinaryIO, kind: str, limits: Limits) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    """Read a table row by row, holding no more than a few of them.

    Yields the number of each row (the first below the head is 1), its values under our names for the columns, those
    that are empty left out, or the reason why it cannot be read, and the encoding. Raises `RowError` when there is no
    reading on.
    """
    if kind == "parquet":
        yield from _parquet(stream)
        return
    sample = stream.read(_SAMPLE)
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    decoded = decode(whole)
    if decoded is None:
        raise RowError("it is not text (binary data); save it in UTF-8" if sample.strip() else "it is empty")
    text = io.TextIOWrapper(io.BufferedReader(Ahead(sample, stream)), decoded[1], errors="replace", newline="")
    if kind == "csv":
        yield from _csv(text, decoded, limits)
    else:
        yield from _jsonl(text, decoded[1], limits)


def _lines(text: io.TextIOWrapper, limits: Limits) -> Iterator[str]:
    """Return the lines; one that is longer than a document may be ends the reading."""
    while line := text.readline(limits.document + 1):
        if len(line) > limits.document:
            raise RowError(f"a line is longer than {limits.document / MEGABYTE:g} MB")
        yield line


def _csv(
    text: io.TextIOWrapper, decoded: tuple[str, str], limits: Limits
) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    csv.field_size_limit(max(csv.field_size_limit(), limits.document))
    head = decoded[0].split("\n", 1)[0]
    delimiter = max(",;\t|", key=head.count)
    reader = csv.reader(_lines(text, limits), delimiter=delimiter)
    number = 0
    try:
        names = next(reader)
        columns = find_columns(names)
        for number, values in enumerate(filter(None, reader), start=1):
            if len(values) != len(names):
                told = f"it has {len(values)} cells, and the head has {len(names)}; is a quotation mark missing?"
                yield number, told, decoded[1]
            else:
                row = dict(zip(names, values, strict=True))
                yield number, _row(row, columns), decoded[1]
    except (csv.Error, RowError) as error:
        raise RowError(
            f"{error}, in row {number + 1}; is a quotation mark not closed?" if number else str(error)
        ) from None
    except StopIteration:
        raise RowError("it is empty") from None


def _jsonl(text: io.TextIOWrapper, encoding: str, limits: Limits) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    columns: dict[str, str] = {}
    known: tuple[str, ...] = ()
    for number, line in enumerate(_lines(text, limits), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_valid) if "\\u" in line else json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, f"it is not JSON ({str(error)[:80]})", encoding
            continue
        if not isinstance(row, dict):
            yield number, "it is not a JSON object with the columns as its keys", encoding
            continue
        if tuple(row) != known:
            try:
                columns, known = find_columns(row), tuple(row)
            except RowError as error:
                yield number, str(error), encoding
                continue
        yield number, _row(row, columns), encoding


def _valid(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    r"""Make an object of its keys and values; halves of surrogate pairs, which ``\u`` can write, are replaced."""
    return {
        replace_surrogates(key): replace_surrogates(value) if isinstance(value, str) else value for key, value in pairs
    }


def _parquet(stream: BinaryIO) -> Iterator[tuple[int, dict[str, str] | str, str]]:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415 - needed for parquet alone

    number = 0
    try:
        file = pq.ParquetFile(stream)
        columns = find_columns(file.schema_arrow.names)
        for batch in file.iter_batches(batch_size=_BATCH):
            for row in batch.to_pylist():
                number += 1
                yield number, _row(row, columns), "utf-8"
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RowError(f"it is a broken parquet file ({str(error).splitlines()[0][:100]})") from None


def _missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _row(row: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    """Return a row under our names; lists and the like, which no column of ours holds, are left out."""
    said = {}
    for name, value in row.items():
        ours = columns.get(name)
        if ours is None or value is None or isinstance(value, dict | list | tuple | bytes) or _missing(value):
            continue
        text = str(value)
        if text.strip():
            said.setdefault(ours, text)
    return said
