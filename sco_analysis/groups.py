"""Who or what a tally compares: the sentences that count, and their groups as a reader knows them."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from .errors import ParameterError
from .sums import TIMES, Sums, count_rows
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


def counted_sentences(parsed: Parsed, *, repeats: bool = False, text: bool = True) -> pd.DataFrame:
    """Return the sentences that are speech or prose, repeated ones only if ``repeats``, their text only if ``text``.

    A column ``passage`` numbers the stretches that intervals resample: one turn, one quotation, or the narration
    between two of them.
    """
    rows = parsed.sentences if text else parsed.sentences.drop(columns="text")
    rows = rows if in_order(rows, ("doc_id", "start")) else rows.sort_values(["doc_id", "start"], kind="stable")
    turn = rows["turn"].fillna(-1)
    begins = (rows["doc_id"] != rows["doc_id"].shift()) | (turn != turn.shift())
    counted = rows["voice"].isin(SPOKEN)
    kept = (counted if repeats else counted & rows["repeat_of"].isna()).to_numpy(dtype=bool)
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


def count_groups(parsed: Parsed, by: list[str], frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Count the rows of every group there is, silent ones too: places from all sentences, persons from ``frames``.

    Groups that are shown in the order of the corpus have columns that tell it: doc_id and start of their first row.
    """
    if set(by) <= set(_PLACES):
        frames = [parsed.sentences]
    order = [*_ORDER] if set(_IN_ORDER) & set(by) else []
    rows = pd.concat([add_groups(parsed, frame, by)[[*_ORDER, *by]] for frame in frames], ignore_index=True)
    first = rows.sort_values(_ORDER, kind="stable").drop_duplicates(by) if order else rows
    return count_rows(first, [*order, *by])


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


def count_descriptions(by: list[str], plain: pd.DataFrame, labelled: pd.DataFrame) -> Sums:
    """Count the words that each speaker says as somebody of a state, and of a role: tables (speaker, state or role).

    ``plain`` holds the rows before `add_groups`, ``labelled`` the same rows after it. Where ``by`` names no speaker, or
    names state or role itself, nothing is counted for it.
    """
    who = next((column for column in by if column in ("speaker", "holder")), None)
    sums = {}
    for column in [c for c in ("state", "role") if who and c not in by]:
        known = plain["speaker"].notna() & plain[column].notna()
        rows = pd.DataFrame({who: labelled[who], column: plain[column], TIMES: plain["n_words"]})[known]
        sums[column] = count_rows(rows, [who, column])
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
