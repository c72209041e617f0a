"""Who or what a tally compares: the sentences that count, and their groups as a reader knows them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

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
    turn = rows["turn"].fillna(-1)
    begins = (rows["doc_id"] != rows["doc_id"].shift()) | (turn != turn.shift())
    counted = rows["voice"].isin(SPOKEN)
    kept = (counted if repeats else counted & rows["repeat_of"].isna()).to_numpy(dtype=bool)
    rows = rows if columns is None else rows[list(columns)]
    return rows[kept].assign(passage=begins.cumsum()[kept]).reset_index(drop=True)


def add_groups(parsed: Parsed, rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return ``rows`` (sentences, turns or quotations) with the columns ``by`` as a reader wants to see them.

    Narration without a speaker is the ``author``'s. An unknown speaker is ``(unidentified questioner)`` when the role
    says so, else ``(unidentified speaker)``. A session is ``<doc_id> 3: <its title>``.
    """
    narration = rows["voice"].eq("narration") if "voice" in rows else pd.Series(False, rows.index)
    author = narration & (rows["speaker"].isna() | rows["speaker"].eq(AUTHOR))
    labels = {}
    for column in by:
        if column in ("speaker", "holder"):
            part = rows["role"].where(rows["role"].str.islower().eq(True)).fillna("speaker")
            label = rows["speaker"].fillna("(unidentified " + part + ")").mask(author, AUTHOR)
        elif column == "session":
            label = _session_labels(parsed, rows)
        elif column == "document":
            label = rows["doc_id"]
        elif column == "year":
            label = rows["date"].dt.year.astype("Int64").astype("str").where(rows["date"].notna(), "(no date)")
        else:
            label = rows[column].fillna(_NAMELESS[column])
            label = label.mask(author, AUTHOR) if column in ("state", "role") else label
        labels[column] = label.astype("str")
    return rows.assign(**labels)


def _session_labels(parsed: Parsed, rows: pd.DataFrame) -> pd.Series:
    titles = parsed.sentences.groupby(["doc_id", "session"])["session_title"].first().rename("title").reset_index()
    titles = rows[["doc_id", "session"]].merge(titles, on=["doc_id", "session"], how="left", validate="m:1")
    title = (": " + titles["title"].astype("str")).fillna("")
    return pd.Series((titles["doc_id"] + " " + titles["session"].astype("str") + title).to_numpy(), rows.index)


def columns_of(by: Sequence[str]) -> list[str]:
    """List the columns of sentences that are read when they are counted by the groups ``by``."""
    read = dict.fromkeys(("doc_id", "start", "voice", "speaker", "state", "role", "n_words"))
    return [*(read | dict.fromkeys(source for column in by for source in _SOURCES.get(column, (column,))))]


def number_groups(parsed: Parsed, rows: pd.DataFrame, by: Sequence[str]) -> Numbers:
    """Give numbers to the groups that `add_groups` puts ``rows`` in; each is made out once, not for each row."""
    read = {"voice"} | {source for column in by for source in _SOURCES.get(column, (column,))}
    number, first = tell_apart(rows, sorted(read & set(rows)))
    labelled = add_groups(parsed, rows.take(first), by)
    return number_rows(labelled, by).of(number)


def count_groups(parsed: Parsed, by: list[str], frames: list[tuple[pd.DataFrame, Numbers]]) -> pd.DataFrame:
    """Count the rows of every group there is, silent ones too: places from all sentences, persons from ``frames``.

    ``frames`` are tables of sentences, turns or quotations, each with the numbers of its groups. Groups that are shown
    in the order of the corpus have columns that tell it: doc_id and start of their first row.
    """
    if set(by) <= set(_PLACES):
        frames = [(parsed.sentences, number_groups(parsed, parsed.sentences, by))]
    if not set(_IN_ORDER) & set(by):
        return count_rows(pd.concat([count_numbers([group]) for _, group in frames], ignore_index=True), by)
    parts = [
        pd.concat([rows[_ORDER].reset_index(drop=True), group.values.take(group.number).reset_index(drop=True)], axis=1)
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
    number, first = tell_apart(rows, [name for name in ("speaker", "role", "state", "voice") if name in rows])
    words, some = add_up(rows["n_words"], number, len(first)), rows.take(first)
    known = some["speaker"].notna().to_numpy()
    some, words = some[known], words[known]
    labels = number_groups(parsed, some, [who])
    return {column: count_numbers([labels, number_rows(some, [column])], words) for column in described}


def describe_speakers(table: pd.DataFrame, sums: Sums) -> pd.DataFrame:
    """Add state and role of each speaker behind ``table``: those that most of the speaker's words carry.

    ``sums`` are those of `count_descriptions`.
    """
    for column in [name for name in ("state", "role") if name in sums]:
        who = next(name for name in sums[column] if name not in (column, TIMES))
        most = sums[column].sort_values(TIMES, ascending=False, kind="stable").drop_duplicates(who)
        table = table.merge(most[[who, column]], on=who, how="left", validate="m:1")
    return table
