"""From every row of a tally to the sentences that it counts, shown together in notebooks and on pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .errors import ParameterError
from .groups import BY, SPOKEN, add_groups, check_by, check_choice, counted_sentences
from .mentions import find_mentions
from .parse import Parsed
from .rendering.page_tables import MIME, mark_up, tell_row
from .tallies import SPEECH, with_holders
from .topics import CEREMONY, spread_topics

_ROW = ["document", "session", "speaker", "sentence", "start", "weight", "marks"]


@dataclass(frozen=True)
class Traced:
    """A table of counts and the sentences behind its rows; a notebook and its page show both.

    ``tally`` is the table as given; ``sentences`` has, for each row of it (``row``, counted from 0), the sentences
    shown: ``document``, ``session``, ``speaker``, ``sentence``, ``start``, ``weight`` (matches, polarity, or words) and
    ``marks`` (the offsets in the sentence of the words that count). ``counts`` has the number of all sentences behind
    each row, ``names`` what each row is called.
    """

    tally: pd.DataFrame
    sentences: pd.DataFrame
    counts: Sequence[int] = field(repr=False)
    names: Sequence[str] = field(repr=False)
    column: int = field(repr=False, default=0)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Give each row with sentences as a record: number, name, count of all its sentences, sentences to show."""
        stance = "target" in self.tally
        columns = ["document", "speaker", "sentence", "weight", "marks"]
        for row, found in self.sentences.groupby("row"):
            shown = [
                {
                    "text": text,
                    "marks": [list(mark) for mark in marks],
                    "where": f"{document}, {speaker}" + (f", {weight:+.2f}" if stance else ""),
                }
                for document, speaker, text, weight, marks in found[columns].itertuples(index=False)
            ]
            yield {"row": int(row), "name": self.names[row], "n": int(self.counts[row]), "sentences": shown}

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<details><summary>{escape(tell_row(row))}</summary><ol>"
            + "".join(f"<li>{mark_up(s)} <cite>({escape(s['where'])})</cite></li>" for s in row["sentences"])
            + "</ol></details>"
            for row in self.rows()
        )
        return f"{self.tally._repr_html_()}<details><summary>The sentences behind each row</summary>{rows}</details>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        told = {"column": self.column, "rows": list(self.rows())}
        return {"text/html": self._repr_html_(), "text/plain": repr(self.tally), MIME: told}


def trace(
    parsed: Parsed,
    tally: pd.DataFrame,
    n: int = 3,
    *,
    dictionary: str | Dictionary = "topics",
    context: bool = False,
    ceremony: bool = True,
    speech: str = "all",
    protocol: bool = True,
) -> Traced:
    """Find the sentences that each row of a tally counts.

    Parameters
    ----------
    parsed
        What `parse` returns; the one that was counted.
    tally
        What `topic_frequency`, `speaker_share` or `sentiment_toward_states` returns, or some rows of it.
    n
        The most sentences to show of each row: those with most matches, of the strongest polarity, or the longest.
    dictionary, context, ceremony, speech, protocol
        What the tally was counted with, where it was not the default.

    Returns
    -------
    Traced
        The tally with its sentences; as the last value of a notebook cell it shows both.

    Raises
    ------
    ParameterError
        When ``tally`` is no tally, or has no row of its own for each group, as a table of another shape.
    """
    by = [column for column in (*BY, "holder") if column in tally and not _describes(column, tally)]
    kinds = {"topic": "topic", "target": "target", "share": ""}
    what = next((kinds[column] for column in kinds if column in tally), None)
    if what is None or not by:
        raise ParameterError(
            "tally has no topic, target or share, or no group; give what topic_frequency, speaker_share or "
            f"sentiment_toward_states returns, or rows of it; its columns are {', '.join(map(str, tally.columns))}"
        )
    check_by(by, also=("holder",))
    check_choice("speech", speech, SPEECH)
    if what == "topic":
        found = _of_topics(parsed, dictionary, context, ceremony, "sub" in tally)
    else:
        found = _of_states(parsed, protocol) if what else _of_speakers(parsed, speech)
    keys = [*by, *([what] if what else []), *(["sub"] if what == "topic" and "sub" in tally else [])]
    found = add_groups(parsed, found, by)
    wanted = tally[keys].astype("str").reset_index(drop=True)
    wanted["row"] = range(len(wanted))
    found = found.merge(wanted, on=keys, how="inner", validate="m:m")
    counts = found.groupby("row").size().reindex(range(len(tally)), fill_value=0)
    found["size"] = found["weight"].abs()
    found = found.sort_values(["row", "size", "doc_id", "start"], ascending=[True, False, True, True], kind="stable")
    found = found.groupby("row").head(n).reset_index(drop=True)
    if "speaker" not in by:
        found = add_groups(parsed, found, ["speaker"])
    found = found.drop(columns="document", errors="ignore")  # there when it forms the groups
    found = found.rename(columns={"doc_id": "document", "text": "sentence"})
    names = wanted[keys].agg(", ".join, axis=1)
    column = max(tally.columns.get_loc(key) for key in keys)
    return Traced(tally, found[["row", *_ROW]], counts.tolist(), names.tolist(), column)


def _describes(column: str, tally: pd.DataFrame) -> bool:
    """Say whether a column follows the figures: the state and role of a speaker, which form no group."""
    figures = [name for name in ("n", "total") if name in tally]
    return bool(figures) and tally.columns.get_loc(column) > tally.columns.get_loc(figures[0])


def _of_topics(parsed: Parsed, dictionary: str | Dictionary, context: bool, ceremony: bool, sub: bool) -> pd.DataFrame:
    """Return the counted sentences with a topic, once for each of them; weight: the number of matches."""
    sentences = counted_sentences(parsed)
    own = isinstance(dictionary, str) and dictionary == "topics"
    mentions = parsed.mentions[parsed.mentions["kind"] == "topic"]
    if not own:
        mentions = find_mentions(
            sentences, dictionary if isinstance(dictionary, Dictionary) else read_dictionary(dictionary)
        )
    hits = mentions[["doc_id", "sentence", "key", "sub", "start", "end"]]
    hits = hits.rename(columns={"start": "from", "sentence": "start", "key": "topic"})
    hits["sub"] = hits["sub"].fillna("(no sub-topic)")
    what = ["topic", "sub"] if sub else ["topic"]
    hits["mark"] = list(zip(hits["from"] - hits["start"], hits["end"] - hits["start"], strict=True))
    found = hits.groupby(["doc_id", "start", *what])["mark"].agg(marks=sorted, weight="size").reset_index()
    if context:
        back = spread_topics(sentences, hits[["doc_id", "start", *what]])
        found = pd.concat([found, back.assign(marks=[[]] * len(back), weight=1)], ignore_index=True)
    if not ceremony:
        only = found.groupby(["doc_id", "start"])["topic"].transform(lambda topics: set(topics) == {CEREMONY})
        found = found[~only.astype(bool)]
    return sentences.merge(found, on=["doc_id", "start"], how="inner", validate="1:m")


def _of_states(parsed: Parsed, protocol: bool) -> pd.DataFrame:
    """Return the counted sentences with a polarity toward a state, once for each; weight: the polarity."""
    sentences = with_holders(counted_sentences(parsed), parsed.polarity)
    rows = parsed.polarity
    rows = rows[protocol | ~rows["protocol"]]
    marks = [
        sorted({(word["start"] - start, word["end"] - start) for word in words})
        for start, words in zip(rows["sentence"], rows["evidence"], strict=True)
    ]
    found = rows[["doc_id", "sentence", "target"]].rename(columns={"sentence": "start"})
    found = found.assign(weight=rows["polarity"], marks=marks)
    sentences = sentences.drop(columns="target", errors="ignore")
    return sentences.merge(found, on=["doc_id", "start"], how="inner", validate="1:m")


def _of_speakers(parsed: Parsed, speech: str) -> pd.DataFrame:
    """Return the counted sentences that somebody says; weight: their words."""
    wanted = {"all": ("turn", "quotation"), "direct": ("turn",), "reported": ("quotation",)}[speech]
    rows = counted_sentences(parsed)
    rows = rows[rows["voice"].isin([voice for voice in SPOKEN if voice in wanted])].reset_index(drop=True)
    return rows.assign(weight=rows["n_words"], marks=[[]] * len(rows))
