"""Which sentences speak of which topics: what `topic_frequency` counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .groups import counted_sentences
from .mentions import find_mentions
from .sums import tell_apart
from .tables import locate

if TYPE_CHECKING:
    from .parse import Parsed

CEREMONY = "ceremony_logistics"
#: What a hit of a topic without sub-topics shows as its sub-topic.
NO_SUB = "(no sub-topic)"

#: A sentence that opens like this and is short speaks of what the sentence before it spoke of.
_REFERS_BACK = (
    r"(?i)\W*(?:(?:and|but|so|yes|no|all|both|most|some|none|of),?\s+){0,2}"
    r"(?:it|its|this|that|these|those|they|them|their|such|we|he|she|his|her|the (?:former|latter|same))\b"
)
#: Such a sentence only counts points off, or closes the matter.
_COUNTS_OFF = r"(?i)\W*(?:this|that|it)(?:['’]s| is| was) (?:the |my )?(?:first|second|third|last|all|it|one)\b"
_SHORT = 12


def said_topics(
    parsed: Parsed,
    dictionary: str | Path | Dictionary = "topics",
    context: bool = False,
    repeats: bool = False,
    sub: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return all mentions that `topic_frequency` may count (doc_id, start of the sentence, topic, sub), and all topics.

    It takes the options of `topic_frequency`. Those of sentences that do not count are among them.
    """
    read = parsed.sentences if _is_own(dictionary) and not context else counted_sentences(parsed, repeats=repeats)
    hits, topics = _find_topics(parsed, read, dictionary, sub)
    return (pd.concat([hits, spread_topics(read, hits)], ignore_index=True) if context else hits), topics


def topic_hits(
    parsed: Parsed, sentences: pd.DataFrame, dictionary: str | Path | Dictionary, sub: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the mentions in ``sentences`` (doc_id, start of the sentence, topic, sub) and all topics there are."""
    hits, topics = _find_topics(parsed, sentences, dictionary, sub)
    return hits[locate(sentences, hits["doc_id"], hits["start"]) >= 0], topics


def _is_own(dictionary: str | Path | Dictionary) -> bool:
    """Whether the topics asked for are those that `parse` has found already."""
    return isinstance(dictionary, str) and dictionary == "topics"


def _find_topics(
    parsed: Parsed, sentences: pd.DataFrame, dictionary: str | Path | Dictionary, sub: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what `topic_hits` does, the mentions of other sentences too where `parse` has found them."""
    own = _is_own(dictionary)
    dictionary = dictionary if isinstance(dictionary, Dictionary) else read_dictionary(dictionary)
    found = parsed.mentions if own else find_mentions(sentences, dictionary)
    what = ["topic", "sub"] if sub else ["topic"]
    at = np.flatnonzero(found["kind"].eq("topic") if own else np.ones(len(found)))
    names = {"doc_id": "doc_id", "start": "sentence", "topic": "key"} | ({"sub": "sub"} if sub else {})
    hits = pd.DataFrame({name: found[column].array.take(at) for name, column in names.items()})
    hits = hits.assign(sub=hits["sub"].fillna(NO_SUB)) if sub else hits
    topics = pd.DataFrame(_subs(dictionary), columns=what) if sub else pd.DataFrame({"topic": dictionary.keys})
    return hits, pd.concat([topics, hits[what].take(tell_apart(hits, what)[1])]).drop_duplicates(ignore_index=True)


def _subs(dictionary: Dictionary) -> list[tuple[str, str]]:
    """List the topics of a dictionary, each with its sub-topics."""
    targets = ((key, sub or NO_SUB) for pattern in dictionary.patterns for key, sub in pattern.targets)
    return list(dict.fromkeys(targets))


def spread_topics(sentences: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return hits for the sentences that only refer back, in the form of ``hits`` (doc_id, start, topic).

    A sentence refers back when it has no topic of its own, at most twelve words, and opens with a pronoun or
    demonstrative (``It``, ``This``, ``They``, ``And these``, …), unless it only counts points off (``This is the
    first.``). It takes each topic of the nearest sentence before it, in the same turn, quotation or stretch of
    narration, that does not refer back itself; each counts once.
    """
    own = sentences.merge(
        hits[["doc_id", "start"]].drop_duplicates(), on=["doc_id", "start"], how="left", validate="1:1", indicator=True
    )["_merge"].eq("both")
    refers = ~own & (sentences["n_words"] <= _SHORT) & sentences["text"].str.match(_REFERS_BACK)
    refers &= ~sentences["text"].str.match(_COUNTS_OFF)
    refers &= sentences["passage"].eq(sentences["passage"].shift())
    anchor = sentences["start"].where(~refers).groupby(sentences["passage"]).ffill()
    back = sentences[["doc_id", "start"]].assign(anchor=anchor)[refers & anchor.notna()]
    found = hits.drop_duplicates().rename(columns={"start": "anchor"})
    return back.merge(found, on=["doc_id", "anchor"], validate="m:m")[list(hits)]


def only_ceremony(hits: pd.DataFrame, at: np.ndarray, size: int) -> np.ndarray:
    """Tell of each of so many sentences whether it has a topic and that is always `CEREMONY`."""
    touched, other = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    touched[at], other[at[hits["topic"].ne(CEREMONY)]] = True, True
    return touched & ~other
