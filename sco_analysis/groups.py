"""Who or what a tally compares: the sentences that count, and their groups as a reader knows them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from .errors import ParameterError
from .sums import TIMES, Numbers, Sums, add_up, count_numbers, count_rows, number_rows, tell_apart
from .tables import in_order

if TYPE_CHECKING:
    from .parse import Parsed

#: What a tally can be grouped by.
BY = ("speaker", "state", "role", "session", "document", "genre", "source", "year")
#: The voices that are speech or prose; the others are never counted.
SPOKEN = ("turn", "quotation", "narration")
#: The voice of the text itself, in every tally.
AUTHOR = "author"

#: Groups that exist where nobody speaks, and those shown in the order of the corpus or of time, not by size.
_PLACES = ("session", "document", "genre", "source", "year")
_IN_ORDER = ("session", "document", "year")
_ORDER = ["doc_id", "start"]
#: What `add_groups` reads to say which group a row is in.
_SOURCES = {
    **dict.fromkeys(("speaker", "holder"), ("speaker", "role")),
    "state": ("speaker", "state"),
    "role": ("speaker", "role"),
    "session": ("doc_id", "session"),
    "document": ("doc_id",),
    "year": ("date",),
}
_NAMELESS = {"state": "(no state)", "role": "(no role)", "genre": "(no genre)", "source": "(no source)"}


def check_choice(name: str, value: object, valid: Sequence[str]) -> None:
    """Raise `ParameterError` unless ``value`` is one of ``valid``; the message names the nearest and lists all."""
    if value in valid:
        return
    near = get_close_matches(str(value), valid, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? It may be" if near else "it may be"
    raise ParameterError(f"{name}={value!r} is unknown; {hint} {', '.join(valid)}")


def check_by(by: str | Sequence[str], also: tuple[str, ...] = ()) -> list[str]:
    """Return ``by`` as a list of columns to group by, or raise `ParameterError`."""
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise ParameterError(f"by={by!r} is empty; write one or several of {', '.join((*also, *BY))}")
    for column in columns:
        check_choice("by", column, (*also, *BY))
    if len(set(columns)) < len(columns):
        raise ParameterError(f"by={by!r} names a column twice; write each once")
    return columns


def counted_sentences(parsed: Parsed, *, repeats: bool = False, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the sentences that are speech or prose, repeated ones only if ``repeats``, of their columns ``columns``.

    A column ``passage`` numbers the stretches that intervals resample: one turn, one quotation, or the narration
    between two of them.
    """
    rows = parsed.sentences
    rows = rows if in_order(rows, ("doc_id", "start")) else rows.sort_values(["doc_id", "start"], kind="stable")
    doc, turn = pd.factorize(rows["doc_id"])[0], rows["turn"].to_numpy(dtype=np.int64, na_value=-1)
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = (doc[1:] != doc[:-1]) | (turn[1:] != turn[:-1])
    voices, distinct = pd.factorize(rows["voice"])
    counted = np.append(distinct.isin(SPOKEN), False)[voices]  # the last: of no voice
    kept = np.flatnonzero(counted if repeats else counted & rows["repeat_of"].isna().to_numpy())
    taken = {name: rows[name].array.take(kept) for name in (rows if columns is None else columns)}
    return pd.DataFrame(taken | {"passage": np.cumsum(begins)[kept]})


class Cast(NamedTuple):
    """Who is heard and where, told apart once: the ``number`` of each row, and ``rows`` of which row n has number n.

    Rows with the same number are in the same group, whatever the ``by`` of `tell_cast`, and have the same speaker,
    state and role.
    """

    number: np.ndarray
    rows: pd.DataFrame

    def groups(self, parsed: Parsed, by: Sequence[str]) -> Numbers:
        """Give numbers to the groups that the rows are in, as a reader wants to see them (`add_groups`)."""
        return number_rows(self.labels(parsed, by), by).of(self.number)

    def labels(self, parsed: Parsed, by: Sequence[str]) -> pd.DataFrame:
        """Return the columns ``by`` of the ``rows`` as a reader wants to see them."""
        return pd.DataFrame({column: pd.array(_label(parsed, self.rows, column), dtype="str") for column in by})

    def weighted(self, words: np.ndarray, kept: np.ndarray | slice = slice(None)) -> pd.DataFrame:
        """Return those ``rows`` that are among the ``kept`` ones, with the sum of their ``words`` as ``n_words``."""
        number = self.number[kept]
        there = np.flatnonzero(np.bincount(number, minlength=len(self.rows)))
        return self.rows.take(there).assign(n_words=add_up(words[kept], number, len(self.rows))[there])


def tell_cast(rows: pd.DataFrame, by: Sequence[str]) -> Cast:
    """Tell apart rows (sentences, turns or quotations) by all that groups ``by`` and descriptions rest on."""
    read = ("voice", "speaker", "state", "role", *_sources(by))
    columns = [name for name in rows if name in read]
    number, first = tell_apart(rows, columns)
    return Cast(number, pd.DataFrame({name: rows[name].array.take(first) for name in columns}))


def add_groups(parsed: Parsed, rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return ``rows`` (sentences, turns or quotations) with the columns ``by`` as a reader wants to see them.

    Narration without a speaker is the ``author``'s. An unknown speaker is ``(unidentified questioner)`` when the role
    says so, else ``(unidentified speaker)``. A session is ``<doc_id> 3: <its title>``.
    """
    cast = tell_cast(rows, by)
    return rows.assign(**{name: column.array.take(cast.number) for name, column in cast.labels(parsed, by).items()})


def number_groups(parsed: Parsed, rows: pd.DataFrame, by: Sequence[str]) -> Numbers:
    """Give numbers to the groups that `add_groups` puts ``rows`` in."""
    return tell_cast(rows, by).groups(parsed, by)


def _label(parsed: Parsed, rows: pd.DataFrame, column: str) -> list[str]:
    """Return the label of each of ``rows`` in a column that a reader sees."""
    if column == "session":
        return _session_labels(parsed, rows)
    if column == "document":
        return rows["doc_id"].tolist()
    if column == "year":
        return ["(no date)" if pd.isna(date) else str(date.year) for date in rows["date"]]
    if column in ("genre", "source"):
        return rows[column].fillna(_NAMELESS[column]).tolist()
    told = {name: _known(rows, name) for name in ("voice", "speaker", "role", column)}
    whose = zip(told["voice"], told["speaker"], strict=True)
    author = [voice == "narration" and speaker in (None, AUTHOR) for voice, speaker in whose]
    if column in ("speaker", "holder"):
        parts = [role if role and role.islower() else "speaker" for role in told["role"]]
        names = [name or f"(unidentified {part})" for name, part in zip(told["speaker"], parts, strict=True)]
    else:
        names = [name or _NAMELESS[column] for name in told[column]]
    return [AUTHOR if own else name for own, name in zip(author, names, strict=True)]


def _known(rows: pd.DataFrame, column: str) -> list[str | None]:
    """Return the values of a column of text, nothing where they are missing or there is no such column."""
    if column not in rows:
        return [None] * len(rows)
    return pd.array(rows[column].array, dtype="str").to_numpy(dtype=object, na_value=None).tolist()


def _session_labels(parsed: Parsed, rows: pd.DataFrame) -> list[str]:
    titles = parsed.sentences.groupby(["doc_id", "session"])["session_title"].first().dropna().to_dict()
    sessions = zip(rows["doc_id"], rows["session"], strict=True)
    return [
        f"{doc} {number}" + (f": {titles[doc, number]}" if (doc, number) in titles else "") for doc, number in sessions
    ]


def columns_of(by: Sequence[str]) -> list[str]:
    """List the columns of sentences that are read when they are counted by the groups ``by``."""
    read = dict.fromkeys(("doc_id", "start", "voice", "speaker", "state", "role", "n_words"))
    return [*(read | dict.fromkeys(_sources(by)))]


def _sources(by: Sequence[str]) -> list[str]:
    """List the columns that `add_groups` reads to say which group a row is in."""
    return [source for column in by for source in _SOURCES.get(column, (column,))]


def count_groups(
    parsed: Parsed, by: list[str], heard: pd.DataFrame, groups: Numbers, turns: pd.DataFrame
) -> pd.DataFrame:
    """Count the rows of every group there is, silent ones too: places from all sentences, persons from who speaks.

    Who speaks stands in ``heard``, sentences or turns and quotations with the numbers of their ``groups``, and in
    ``turns``. Groups that are shown in the order of the corpus have columns that tell it: doc_id and start of their
    first row.
    """
    if set(by) <= set(_PLACES):
        frames = [(parsed.sentences, number_groups(parsed, parsed.sentences, by))]
    else:
        frames = [(heard, groups), (turns, number_groups(parsed, turns, by))]
    if not set(_IN_ORDER) & set(by):
        return count_rows(pd.concat([count_numbers([group]) for _, group in frames], ignore_index=True), by)
    parts = [
        rows[_ORDER].assign(**{name: values.take(group.number) for name, values in group.columns.items()})
        for rows, group in frames
    ]
    first = pd.concat(parts, ignore_index=True).sort_values(_ORDER, kind="stable").drop_duplicates(by)
    return count_rows(first, [*_ORDER, *by])


def list_groups(counted: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return every group that `count_groups` found, once, those of places in the order of the corpus."""
    return counted[by].drop_duplicates(ignore_index=True)


def sort_groups(table: pd.DataFrame, by: list[str], size: str, *last: str) -> pd.DataFrame:
    """Sort the groups by size, or as the corpus has them; within a group the columns ``last`` by their n."""
    keys = pd.DataFrame(index=table.index)
    for column, weight in [(column, size) for column in by] + [(column, "n") for column in last]:
        sums = table.groupby(column, sort=column not in _IN_ORDER or column == "year")[weight].sum()
        order = sums if column in _IN_ORDER else sums.sort_values(ascending=False, kind="stable")
        keys[column] = table[column].map(pd.Series(range(len(order)), order.index))
    return table.loc[keys.sort_values(list(keys), kind="stable").index].reset_index(drop=True)


def count_descriptions(parsed: Parsed, rows: pd.DataFrame, by: list[str]) -> Sums:
    """Count the words that each speaker says as somebody of a state, and of a role: tables (speaker, state or role).

    ``rows`` are sentences, turns or quotations with ``n_words``. Where ``by`` names no speaker, or names state or role
    itself, nothing is counted for it.
    """
    who = next((column for column in by if column in ("speaker", "holder")), None)
    described = [column for column in ("state", "role") if who and column not in by]
    if not described:
        return {}
    names, speakers, words = _label(parsed, rows, who), _known(rows, "speaker"), rows["n_words"].tolist()
    sums = {}
    for column in described:
        counted: dict[tuple[str, str], int] = {}
        for name, speaker, value, n in zip(names, speakers, _known(rows, column), words, strict=True):
            if speaker is not None and value is not None:
                counted[name, value] = counted.get((name, value), 0) + n
        keys = sorted(counted)
        told = {name: pd.array([key[side] for key in keys], dtype="str") for side, name in enumerate((who, column))}
        sums[column] = pd.DataFrame(told | {TIMES: np.array([counted[key] for key in keys], dtype=np.int64)})
    return sums


def describe_speakers(table: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    """Add state and role of each speaker behind ``table``: those that most of the speaker's words carry.

    ``sums`` are those of `count_descriptions`.
    """
    for column in [name for name in ("state", "role") if name in sums]:
        who = next(name for name in sums[column] if name not in (column, TIMES))
        most = sums[column].sort_values(TIMES, ascending=False, kind="stable").drop_duplicates(who)
        table = table.merge(most[[who, column]], on=who, how="left", validate="m:1")
    return table
