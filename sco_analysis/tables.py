"""The promise of every table: its columns, their dtypes, their meaning; and the one check of that promise."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray
from pandas.api.types import pandas_dtype

from .errors import TableError

#: A word, everywhere in this package: letters and digits, joined by single hyphens, apostrophes or full stops.
WORD = r"\w+(?:[-'’.]\w+)*"

_WORD = re.compile(WORD)

GENRES = ("transcript", "news", "declaration", "mixed")
VOICES = ("turn", "quotation", "narration", "label", "heading", "furniture")
QUOTATION_KINDS = ("direct", "indirect", "mixed", "scare")
MENTION_KINDS = ("state", "organisation", "topic")
FORMS = ("name", "demonym", "capital", "government", "person", "address")
HOWS = ("label", "named", "introduction", "coreference", "description", "previous speaker", "unresolved")


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, the pandas dtype it has, and what a value means."""

    name: str
    dtype: str
    meaning: str
    values: tuple[str, ...] = ()
    promised: bool = True


@dataclass(frozen=True)
class Table:
    """One table: its name, the columns that identify a row, what a row is, and its columns."""

    name: str
    key: tuple[str, ...]
    row: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of all columns, in order."""
        return [column.name for column in self.columns]


def _extra(name: str, dtype: str, meaning: str, values: tuple[str, ...] = ()) -> Column:
    return Column(name, dtype, meaning, values, promised=False)


_DOC = Column("doc_id", "str", "the document, as named in corpus.csv, else the file's stem")
_START = Column("start", "int64", "offset of the first character in documents.text")
_END = Column("end", "int64", "offset after the last character")
_SESSION = Column("session", "int64", "page or meeting within the file, counted from 1")
_OF_SESSION = _extra("session", "int64", "page or meeting within the file, counted from 1")
_SPEAKER = Column("speaker", "str", "canonical name of who speaks; missing when nobody can tell")
_STATE = Column("state", "str", "ISO 3166 alpha-3 code of the state the speaker stands for; missing when none is known")
_N_WORDS = Column("n_words", "int64", "words in the span (tables.WORD)")
_HOW = Column("how", "str", "how the speaker was found", HOWS)
_CONFIDENCE = _extra("confidence", "float64", "how sure the attribution is, 0 to 1")
_REPEAT = _extra("repeat_of", "str", "`doc_id:start` of the earlier passage this one repeats; missing for the first")
_TURN = _extra("turn", "Int64", "start of the turn or quotation the sentence belongs to: what intervals resample")
_TRAVELS = (
    _extra("genre", "str", "genre of the document", GENRES),
    _extra("source", "str", "source of the document"),
    _extra("date", "datetime64[us]", "date of the document"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "documents",
            ("doc_id",),
            "one document as received",
            (
                _DOC,
                Column("path", "str", "path as read, relative to the corpus folder"),
                Column("title", "str", "title, from corpus.csv, else the first line"),
                Column("source", "str", "who published it; missing when unknown"),
                Column("date", "datetime64[us]", "date of publication or event; missing when unknown"),
                Column("genre", "str", "kind of text", GENRES),
                Column("rights", "str", "licence or owner; missing when unknown"),
                Column("sha256", "str", "hash of the file's bytes"),
                Column("n_words", "int64", "words in the text (tables.WORD)"),
                Column(
                    "text",
                    "str",
                    "the decoded file, character for character; of pages, PDFs and the like the main text",
                ),
                _extra("event", "str", "the event it is about, from corpus.csv"),
                _extra("encoding", "str", "encoding it was decoded from; missing where the format has its own"),
                _extra("format", "str", "what it was read as: text, html, pdf, docx, csv, jsonl, parquet"),
                _extra("language", "str", "ISO 639-1 code of its language; missing when nobody can tell"),
                _extra("author", "str", "who wrote it, as the page, the file or a column says; missing when unknown"),
                _extra("url", "str", "address of the page, as the page or a column says; missing when unknown"),
            ),
        ),
        Table(
            "blocks",
            ("doc_id", "start"),
            "one line or paragraph and what it is for",
            (
                _DOC,
                _START,
                _END,
                Column(
                    "kind",
                    "str",
                    "what the block is for: heading, byline, dateline, caption, furniture, label, prose, speech, mark",
                ),
                _SESSION,
            ),
        ),
        Table(
            "turns",
            ("doc_id", "start"),
            "one speaker's words from one label to the next label, heading, source line or mark",
            (
                _DOC,
                _START,
                _END,
                Column("text", "str", "the speech alone, without its label"),
                Column("label_start", "int64", "offset of the label's first character"),
                Column("label_end", "int64", "offset after the label, its colon included"),
                _SESSION,
                Column("label", "str", "the label as printed, without the colon"),
                _SPEAKER,
                _STATE,
                Column("role", "str", "office, outlet or part played (`questioner`, `chair`); missing when unknown"),
                _N_WORDS,
                _extra("how", "str", "how the speaker was found", HOWS),
                _CONFIDENCE,
                _extra("session_title", "str", "heading of the session; missing when it has none"),
                *_TRAVELS,
            ),
        ),
        Table(
            "quotations",
            ("doc_id", "start"),
            "one stretch of reported speech or writing in prose",
            (
                _DOC,
                _START,
                _END,
                Column("text", "str", "the content, without its quotation marks"),
                Column(
                    "kind",
                    "str",
                    "direct, indirect or mixed; `scare` for marked words that nobody says",
                    QUOTATION_KINDS,
                ),
                Column("cue", "str", "the reporting expression as printed; empty when there is none"),
                Column("label", "str", "the source as printed: a name, a role, a pronoun; empty when floating"),
                _HOW,
                _SPEAKER,
                _STATE,
                _N_WORDS,
                _extra("cue_start", "int64", "offset of the cue; where there is none, the quotation's own start"),
                _extra("cue_end", "int64", "offset after the cue"),
                _extra("label_start", "int64", "offset of the source; where there is none, the quotation's own start"),
                _extra("label_end", "int64", "offset after the source"),
                _extra("role", "str", "office or description of the source; missing when unknown"),
                _CONFIDENCE,
                _extra("inside", "str", "`turn` when it stands inside a transcript's turn; else missing", ("turn",)),
                _OF_SESSION,
                _REPEAT,
                *_TRAVELS,
            ),
        ),
        Table(
            "sentences",
            ("doc_id", "start"),
            "one sentence, label, heading or piece of furniture; together they partition the document",
            (
                _DOC,
                _START,
                _END,
                Column("text", "str", "the sentence as printed"),
                _SESSION,
                Column(
                    "voice",
                    "str",
                    "who is heard: a turn, a quotation, the narration; or what is no prose at all",
                    VOICES,
                ),
                _SPEAKER,
                _STATE,
                _N_WORDS,
                _TURN,
                _extra("role", "str", "role of the speaker; missing when unknown"),
                _extra("how", "str", "how the speaker was found; missing outside turns and quotations", HOWS),
                _extra("session_title", "str", "heading of the session; missing when it has none"),
                _REPEAT,
                *_TRAVELS,
            ),
        ),
        Table(
            "mentions",
            ("doc_id", "start", "key"),
            "one hit of a dictionary: a state, an organisation or a topic",
            (
                _DOC,
                _START,
                _END,
                Column("text", "str", "the words that matched, as printed"),
                Column("key", "str", "what they stand for: an ISO 3166 alpha-3 code, `org:…`, a topic"),
                Column("form", "str", "how a state is meant; missing for topics", FORMS),
                Column("sentence", "int64", "start of the sentence it stands in"),
                _extra("kind", "str", "what the key is", MENTION_KINDS),
                _extra("sub", "str", "sub-topic; missing when there is none"),
                _extra("how", "str", "how an address was resolved; missing for the other forms"),
                *_TRAVELS,
            ),
        ),
        Table(
            "polarity",
            ("doc_id", "sentence", "target"),
            "what one sentence expresses toward one target it mentions",
            (
                _DOC,
                Column("sentence", "int64", "start of the sentence"),
                Column("holder", "str", "who says it; `author` where the text itself speaks; missing when unresolved"),
                Column("holder_state", "str", "ISO 3166 alpha-3 code of the holder's state; missing when none"),
                Column("target", "str", "the mention's key"),
                Column("polarity", "float64", "from −1 (hostile) to 1 (friendly)"),
                Column("label", "int64", "−1, 0 or 1"),
                Column("evidence", "object", "the words it rests on: a list of {start, end, text, valence}"),
                _extra("protocol", "bool", "the evidence is a greeting, thanks or a wish only"),
                _extra("voice", "str", "voice of the sentence", VOICES),
                _OF_SESSION,
                _TURN,
                _extra("scorer", "str", "the scorer that gave it"),
                *_TRAVELS,
            ),
        ),
    )
}


def count_words(text: str) -> int:
    """Count the words of ``text``: matches of `tables.WORD`."""
    return sum(1 for _ in _WORD.finditer(text))


def build(name: str, rows: Iterable[Mapping[str, Any]] | pd.DataFrame) -> pd.DataFrame:
    """Make the table ``name`` from ``rows``.

    Columns that the rows lack come out missing (``False`` for bool, 0 for whole numbers); columns beyond the promise
    are kept behind it. Rows come out sorted by the table's key.
    """
    table = TABLES[name]
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    columns = {column.name: _typed(frame, column) for column in table.columns}
    columns |= {name: frame[name].array for name in frame if name not in columns}
    built = pd.DataFrame(columns, index=range(len(frame)))
    built.attrs = deepcopy(frame.attrs)
    return built if in_order(built, table.key) else built.sort_values(list(table.key), kind="stable", ignore_index=True)


def _typed(frame: pd.DataFrame, column: Column) -> ExtensionArray:
    """Return one column in its dtype; where ``frame`` lacks it, nothing in every row."""
    if column.name in frame:
        values = frame[column.name]
        return values.array if values.dtype == pandas_dtype(column.dtype) else values.astype(column.dtype).array
    nothing = {"int64": 0, "bool": False}.get(column.dtype)
    return pd.array([nothing], dtype=column.dtype).take(np.zeros(len(frame), dtype=np.int64))


def in_order(frame: pd.DataFrame, key: tuple[str, ...], *, distinct: bool = False) -> bool:
    """Whether the rows stand sorted by ``key`` already; ``distinct``: and no two have the same, and none is missing."""
    tied = np.ones(max(len(frame) - 1, 0), dtype=bool)
    for column in key:
        values = frame[column].array
        if distinct and values.isna().any():
            return False
        differ = np.asarray(values[:-1] != values[1:], dtype=bool)
        step = np.flatnonzero(tied & differ)  # few strings differ from the one before
        if bool(np.asarray(values.take(step) > values.take(step + 1), dtype=bool).any()):
            return False
        tied &= ~differ
    return not (distinct and tied.any())


def locate(frame: pd.DataFrame, doc_id: pd.Series, start: pd.Series) -> np.ndarray:
    """Find the rows of ``frame`` by document and start: the number of each row asked for, −1 where there is none.

    Where ``frame`` has several such rows, the first is found.
    """
    codes = pd.factorize(pd.concat([frame["doc_id"], doc_id], ignore_index=True))[0].astype(np.int64)
    begins = np.concatenate([frame["start"].to_numpy(dtype=np.int64), start.to_numpy(dtype=np.int64)])
    site = codes * (begins.max(initial=0) + 1) + begins
    there, asked = site[: len(frame)], site[len(frame) :]
    order = np.argsort(there, kind="stable")
    if not len(order):
        return np.full(len(asked), -1)
    row = order[np.minimum(np.searchsorted(there, asked, sorter=order), len(order) - 1)]
    return np.where(there[row] == asked, row, -1)


def check(frame: pd.DataFrame, name: str, *, columns: Iterable[str] | None = None) -> pd.DataFrame:
    """Return ``frame`` unchanged if it keeps the promise of the table ``name``.

    ``columns`` narrows the check to those columns, for functions that need only some.

    Raises `TableError` naming the table, the column and what was found.
    """
    table = TABLES[name]
    wanted = set(columns) if columns is not None else {c.name for c in table.columns if c.promised}
    missing = [column.name for column in table.columns if column.name in wanted and column.name not in frame]
    if missing:
        raise TableError(
            f"the table `{name}` lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}; "
            f"it has {', '.join(map(str, frame.columns)) or 'no columns'}"
        )
    for column in table.columns:
        if column.values and column.name in frame and column.name in wanted:
            strange = set(frame[column.name].dropna()) - set(column.values)
            if strange:
                raise TableError(
                    f"the column `{column.name}` of `{name}` holds {sorted(map(str, strange))[0]!r}; "
                    f"it may hold {', '.join(column.values)}"
                )
    if set(table.key) <= set(frame) and set(table.key) <= wanted and _repeats(frame, table):
        row = frame.loc[frame.duplicated(list(table.key)), list(table.key)].iloc[0].to_dict()
        raise TableError(f"the table `{name}` holds two rows for {row}; {', '.join(table.key)} must identify a row")
    return frame


def _repeats(frame: pd.DataFrame, table: Table) -> bool:
    """Whether two rows have one key; of rows that stand as `build` leaves them, neighbours are compared."""
    promised = {column.name: pandas_dtype(column.dtype) for column in table.columns}
    as_built = all(frame[name].dtype == promised[name] for name in table.key)
    if as_built and in_order(frame, table.key, distinct=True):
        return False
    return bool(frame.duplicated(list(table.key)).any())
