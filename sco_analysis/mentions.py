"""Sentences × dictionary → mentions: who and what each sentence speaks of; and the words in their context.

Topics are plain hits of the dictionary, but for words of a war that is not named (`theatres`). States and
organisations are more than that: a hit is refused where the words around it say that no state is meant (`contexts` in
``data/states.yml``: "the Astana Declaration", "US dollars", "speaks Russian", "Michael Jordan"), and in a talk the
speakers' states are meant without being named ("your country", "our relations": form `address`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from .dictionaries import Dictionary, read_dictionary
from .matches.addresses import find_addresses
from .matches.contexts import refused
from .matches.matching import Hits, Matcher
from .matches.meanings import Found, Sense, join, meanings_of
from .matches.offices import in_office
from .tables import build, check
from .theatres import assign_theatres
from .tokens import Tokens, split_tokens
from .undisturbed import undisturbed

if TYPE_CHECKING:
    from .parse import Parsed

_TRAVELS = ("genre", "source", "date")


def find_mentions(sentences: pd.DataFrame, dictionary: Dictionary | str | Path) -> pd.DataFrame:
    """Find what a dictionary knows in a table of sentences.

    Takes any table with doc_id, start, end, text; uses voice, session, speaker, state and date where they are there.
    ``dictionary`` is what `read_dictionary` gives, or what it takes. Gives the table `mentions`: one row per span and
    key, in every voice; but no topics in furniture, and no names in a line of tags. Topics have no form and no how.

    Raises `TableError` when a column is missing, `DictionaryError` when the dictionary cannot be read.
    """
    check(sentences, "sentences", columns=["doc_id", "start", "end", "text"])
    dictionary = dictionary if isinstance(dictionary, Dictionary) else read_dictionary(dictionary)
    sentences = sentences.reset_index(drop=True)
    return mentions_among(split_tokens(sentences["text"].tolist()), [dictionary], sentences)


@undisturbed
def mentions_among(tokens: Tokens, dictionaries: Iterable[Dictionary], sentences: pd.DataFrame) -> pd.DataFrame:
    """Find mentions as `find_mentions` does, of several dictionaries, where the ``tokens`` of the sentences are known.

    No two of the dictionaries may have a key in common.
    """
    return _table(tokens, join([_found(tokens, dictionary, sentences) for dictionary in dictionaries]), sentences)


def _found(tokens: Tokens, dictionary: Dictionary, sentences: pd.DataFrame) -> Found:
    """Find what one dictionary knows: what is named, what is addressed, and each key once at a place."""
    hits = dictionary.match(tokens)
    hits = hits.where(~refused(tokens, hits, dictionary) & ~_aside(tokens, hits, dictionary, sentences))
    found, pattern = meanings_of(dictionary).of(hits)
    if "date" in sentences:
        days = sentences["date"].to_numpy()[tokens.row[found.first]]
    else:
        days = np.full(len(pattern), np.datetime64("NaT"))
    found = found.where(in_office(found, pattern, days, dictionary))
    if dictionary.extra.get("address"):
        found = join([found, find_addresses(tokens, dictionary.extra["address"], sentences)])
    found = found.where(_new(found))
    if "unnamed" in dictionary.extra:
        doc = pd.factorize(sentences["doc_id"])[0]
        found = assign_theatres(found, tokens, doc, dictionary.extra["unnamed"])
    return found


def _new(found: Found) -> np.ndarray:
    """Tell which hits are not of the same key at the same place as one before: named and addressed at once."""
    site = found.first * max(len(found.keys), 1) + found.key
    order = np.argsort(site, kind="stable")
    new = np.ones(len(site), dtype=bool)
    new[order[1:]] = site[order[1:]] != site[order[:-1]]
    return new


def concordance(parsed: Parsed, pattern_or_key: str, window: int = 60) -> pd.DataFrame:
    """List every occurrence of a key (``"CHN"``, ``"energy"``) or a pattern (``"customs dut*"``) in its context.

    Gives doc_id, start, end, left (``window`` characters before), text, right, speaker, sentence (start of its
    sentence). What is no key of ``parsed.mentions`` is read as a pattern by the rule in `matching`.

    Raises `DictionaryError` when it is no pattern either.
    """
    texts = dict(zip(parsed.documents["doc_id"], parsed.documents["text"], strict=True))
    spans = parsed.mentions.loc[parsed.mentions["key"] == pattern_or_key, ["doc_id", "start", "end"]]
    if spans.empty:
        matcher, found = Matcher([pattern_or_key]), []
        tokens = split_tokens(list(texts.values()))
        hits, names = matcher.match(tokens), list(texts)
        for first, last in zip(hits.first, hits.last, strict=True):
            row = tokens.row[first]
            found.append((names[row], tokens.start[first] - tokens.base[row], tokens.end[last] - tokens.base[row]))
        spans = pd.DataFrame(found, columns=["doc_id", "start", "end"])
    by_document = dict(tuple(parsed.sentences.sort_values("start").groupby("doc_id")))
    rows = []
    for doc_id, start, end in spans.itertuples(index=False):
        text, own = texts[doc_id], by_document.get(doc_id)
        at = own["start"].searchsorted(start, side="right") - 1 if own is not None else -1
        sentence = own.iloc[at] if at >= 0 else {"speaker": None, "start": start}
        left, right = text[max(0, start - window) : start], text[end : end + window]
        context = [re.sub(r"\s", " ", left), text[start:end], re.sub(r"\s", " ", right)]
        rows.append((doc_id, int(start), int(end), *context, sentence["speaker"], int(sentence["start"])))
    columns = ["doc_id", "start", "end", "left", "text", "right", "speaker", "sentence"]
    return pd.DataFrame(rows, columns=columns).sort_values(["doc_id", "start"], ignore_index=True)


def _aside(tokens: Tokens, hits: Hits, dictionary: Dictionary, sentences: pd.DataFrame) -> np.ndarray:
    """Tell which hits stand in furniture that speaks of nothing.

    A caption names states, but its topic is not discussed; a line that is nothing but names is a list of tags.
    """
    row = tokens.row[hits.first]
    if "voice" not in sentences:
        return np.zeros(len(row), dtype=bool)
    aside = sentences["voice"].eq("furniture").to_numpy(dtype=bool)
    if any(entry.kind != "topic" for entry in dictionary.entries.values()):
        size = len(sentences)
        covered = np.bincount(row, weights=hits.last - hits.first + 1, minlength=size)
        aside = aside & (covered == np.bincount(tokens.row, minlength=size))
    return aside[row]


def _table(tokens: Tokens, found: Found, sentences: pd.DataFrame) -> pd.DataFrame:
    """Turn hits into the table of mentions."""
    rank = np.argsort(sorted(range(len(found.keys)), key=found.keys.__getitem__))  # of each key in the order of names
    found = found.where(np.argsort(found.first * max(len(rank), 1) + rank[found.key], kind="stable"))
    row = tokens.row[found.first]
    begin = sentences["start"].to_numpy()[row]
    inner = begin - tokens.base[row]  # from an offset in the tokens' text to one in the document
    columns = {
        "doc_id": sentences["doc_id"].array.take(row),
        "start": tokens.start[found.first] + inner,
        "end": tokens.end[found.last] + inner,
        "text": _printed(tokens, found),
        "key": pd.array(found.keys, dtype="str").take(found.key),
        "sentence": begin,
    }
    for place, name in enumerate(Sense._fields):
        columns[name] = pd.array([sense[place] for sense in found.senses], dtype="str").take(found.sense)
    columns |= {column: sentences[column].array.take(row) for column in _TRAVELS if column in sentences}
    return build("mentions", pd.DataFrame(columns, index=range(len(row))))


def _printed(tokens: Tokens, found: Found) -> ExtensionArray:
    """Return the words of each hit as printed: those of one atom by its number, others cut out of the text."""
    several = np.flatnonzero(found.last > found.first)
    start, end = tokens.start[found.first[several]], tokens.end[found.last[several]]
    phrases = [tokens.text[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)]
    number = tokens.surface[found.first].astype(np.int64)
    number[several] = np.arange(len(tokens.surfaces), len(tokens.surfaces) + len(phrases))
    return pd.array([*tokens.surfaces, *phrases], dtype="str").take(number)
