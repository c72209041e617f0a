"""From a number back to its sentences: what stands behind one cell of a tally."""

from __future__ import annotations

import pandas as pd

from .dictionaries import read_dictionary
from .groups import add_groups, check_by, check_choice, counted_sentences
from .parse import Parsed

COLUMNS = ("document", "session", "speaker", "sentence", "words")


def evidence(parsed: Parsed, key: str = "", *, by: str = "speaker", group: str = "", n: int = 8) -> pd.DataFrame:
    """Show the sentences that a number counts, the weightiest first.

    Parameters
    ----------
    parsed
        What `parse` returns.
    key
        A topic, a state (ISO 3166 alpha-3) or an organisation; without it the longest sentences are shown.
    by, group
        Narrow to one row of a tally: its column and its value there, for example ``by="genre", group="news"``.
    n
        The most sentences to show.

    Returns
    -------
    pandas.DataFrame
        ``document``, ``session``, ``speaker`` (`author` for narration), ``sentence`` (its text), ``words`` (what
        matched or, for a state, what the polarity rests on); for a state also ``polarity``. States are ordered by the
        strength of the polarity, topics by the number of matches, all else by length; then as the corpus has them.

    Raises
    ------
    ParameterError
        When ``by``, ``group`` or ``key`` is not there; the message says what is.
    """
    (column,) = check_by(by)
    sentences = add_groups(parsed, counted_sentences(parsed), [column])
    if group:
        check_choice(f"{by}: group", str(group), sorted(sentences[column].dropna().unique()))
        sentences = sentences[sentences[column] == str(group)]
    places = sentences[["doc_id", "start"]]
    sentences = add_groups(parsed, sentences.drop(columns="year", errors="ignore"), ["speaker"])
    table = pd.DataFrame(
        {
            "document": sentences["doc_id"],
            "session": sentences["session"],
            "speaker": sentences["speaker"],
            "sentence": sentences["text"].str.split().str.join(" "),
            "start": places["start"],
        }
    )
    if not key:
        table["words"] = sentences["n_words"]
        return _top(table, sentences["n_words"], n)
    known = sorted({*parsed.mentions["key"], *read_dictionary("topics").keys})  # a topic nobody speaks of is no error
    if key not in known:
        check_choice("key", key, known)
    return _of_state(parsed, table, key, n) if len(key) == 3 and key.isupper() else _of_key(parsed, table, key, n)


def _of_key(parsed: Parsed, table: pd.DataFrame, key: str, n: int) -> pd.DataFrame:
    """Keep the sentences with a mention of ``key``, those with most of them first."""
    hits = parsed.mentions[parsed.mentions["key"] == key]
    found = hits.groupby(["doc_id", "sentence"])["text"].agg(words=" · ".join, hits="size").reset_index()
    found = found.rename(columns={"doc_id": "document", "sentence": "start"})
    merged = table.merge(found, on=["document", "start"], how="inner", validate="one_to_one")
    return _top(merged, merged["hits"], n)


def _of_state(parsed: Parsed, table: pd.DataFrame, key: str, n: int) -> pd.DataFrame:
    """Keep the sentences with a polarity toward the state, the strongest first, with the words it rests on."""
    rows = parsed.polarity[parsed.polarity["target"] == key]
    found = pd.DataFrame(
        {
            "document": rows["doc_id"],
            "start": rows["sentence"],
            "polarity": rows["polarity"],
            "words": [" · ".join(f"{w['text']} ({w['valence']:+.1f})" for w in words) for words in rows["evidence"]],
        }
    )
    merged = table.merge(found, on=["document", "start"], how="inner", validate="one_to_one")
    return _top(merged, merged["polarity"].abs(), n)


def _top(table: pd.DataFrame, weight: pd.Series, n: int) -> pd.DataFrame:
    order = table.assign(weight=weight).sort_values(["weight", "document", "start"], ascending=[False, True, True])
    columns = [*COLUMNS, *(["polarity"] if "polarity" in table else [])]
    return order[columns].head(n).reset_index(drop=True)
