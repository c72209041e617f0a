"""Sentences × dictionary → mentions: who and what each sentence speaks of; and the words in their context.

Topics are plain hits of the dictionary, but for words of a war that is not named (`theatres`). States and
organisations are more than that: a hit is refused where the words around it say that no state is meant (`contexts` in
``data/states.yml``: "the Astana Declaration", "US dollars", "speaks Russian", "Michael Jordan"), and in a talk the
speakers' states are meant without being named ("your country", "our relations": form `address`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .matches.contexts import compiled, flatten, refused
from .matches.matching import Hits, Matcher
from .tables import build, check
from .theatres import assign_theatres
from .tokens import Tokens, split_tokens

if TYPE_CHECKING:
    from .parse import Parsed

_TRAVELS = ("genre", "source", "date")
_FORMS = {"city": "capital"}  # a city stands for its state as the capital does; `sub` keeps the difference
_LEEWAY = pd.Timedelta(days=365)  # somebody stands for an office a year before and after it, too


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


def mentions_among(tokens: Tokens, dictionaries: Iterable[Dictionary], sentences: pd.DataFrame) -> pd.DataFrame:
    """Find mentions as `find_mentions` does, of several dictionaries, where the ``tokens`` of the sentences are known.

    No two of the dictionaries may have a key in common.
    """
    parts = [_hits(tokens, dictionary, sentences) for dictionary in dictionaries]
    return _table(tokens, pd.concat(parts, ignore_index=True), sentences)


def _hits(tokens: Tokens, dictionary: Dictionary, sentences: pd.DataFrame) -> pd.DataFrame:
    """Find the hits of one dictionary: numbers of their first and last atom, key, kind, form, sub, how."""
    hits = _named(tokens, dictionary, sentences)
    if dictionary.extra.get("address"):
        hits = pd.concat([hits, _addresses(tokens, dictionary.extra["address"], sentences)], ignore_index=True)
    hits = hits.astype({"first": "int64", "last": "int64"})
    hits = hits[~hits.duplicated(["first", "key"]).to_numpy()]  # named and addressed at once
    if "unnamed" in dictionary.extra:
        first = hits["first"].to_numpy()
        places = {"doc_id": sentences["doc_id"].array.take(tokens.row[first]), "sentence": tokens.row[first]}
        hits = assign_theatres(hits.assign(**places, start=tokens.start[first]), dictionary.extra["unnamed"])
    return hits[["first", "last", "key", "kind", "form", "sub", "how"]]


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


def _table(tokens: Tokens, hits: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """Turn hits into the table of mentions."""
    row = tokens.row[hits["first"].to_numpy()]
    order = np.lexsort((pd.factorize(hits["key"], sort=True)[0], hits["first"], row))
    hits, row = hits.take(order), row[order]
    first, last = hits.pop("first").to_numpy(), hits.pop("last").to_numpy()
    start, end, begin = tokens.start[first], tokens.end[last], sentences["start"].to_numpy()[row]
    columns = {
        "doc_id": sentences["doc_id"].array.take(row),
        "start": begin + (start - tokens.base[row]),
        "end": begin + (end - tokens.base[row]),
        "text": [tokens.text[a:b] for a, b in zip(start.tolist(), end.tolist(), strict=True)],
        "sentence": begin,
        **{column: hits[column].array for column in hits},
        **{column: sentences[column].array.take(row) for column in _TRAVELS if column in sentences},
    }
    return build("mentions", pd.DataFrame(columns, index=range(len(row))))


def _named(tokens: Tokens, dictionary: Dictionary, sentences: pd.DataFrame) -> pd.DataFrame:
    """Find what is named: the hits of the dictionary that no context refuses, one row for each of their targets."""
    hits = dictionary.match(tokens)
    hits = hits.where(~refused(tokens, hits, dictionary) & ~_aside(tokens, hits, dictionary, sentences))
    targets = [(n, *target) for n, pattern in enumerate(dictionary.patterns) for target in pattern.targets]
    table = pd.DataFrame(targets, columns=["pattern", "key", "sub"], dtype=object)
    table["kind"] = [dictionary.entries[key].kind for key in table["key"]]
    topic = table["kind"] == "topic"
    table["form"] = table["sub"].replace(_FORMS).where(~topic, None)
    table["sub"] = table["sub"].where(topic | table["sub"].isin(list(_FORMS)), None)
    table["how"] = None
    texts = ["key", "sub", "kind", "form", "how"]
    table[texts] = table[texts].astype("str")
    count = np.bincount(table["pattern"].astype(int), minlength=len(dictionary.patterns))
    which = np.repeat(np.arange(len(hits.first)), count[hits.pattern])
    step = np.arange(len(which)) - np.repeat(np.cumsum(count[hits.pattern]) - count[hits.pattern], count[hits.pattern])
    found = table.iloc[(np.cumsum(count) - count)[hits.pattern[which]] + step].reset_index(drop=True)
    found["first"], found["last"] = hits.first[which], hits.last[which]
    return found[_in_office(tokens, found, dictionary, sentences)].drop(columns="pattern")


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


def _in_office(tokens: Tokens, found: pd.DataFrame, dictionary: Dictionary, sentences: pd.DataFrame) -> np.ndarray:
    """Tell which hits name somebody who, on the date of the sentence, holds the office that the key stands for."""
    keep, terms = np.ones(len(found), dtype=bool), dictionary.extra.get("terms", {})
    dates = sentences["date"].to_numpy() if "date" in sentences else np.full(len(sentences), np.datetime64("NaT"))
    person = np.flatnonzero(found["form"] == "person")
    numbers, keys = found["pattern"].to_numpy()[person], found["key"].to_numpy()[person]
    days = dates[tokens.row[found["first"].to_numpy()[person]].astype(int)].astype("datetime64[D]")
    known: dict[Any, set[str]] = {}  # the same name is asked about on the same day again and again
    for i, number, key, day in zip(person, numbers, keys, days, strict=True):
        asked = (number, str(day))
        if asked not in known:
            pattern = dictionary.patterns[number]
            known[asked] = _offices(pattern.text, pattern.targets, terms, pd.Timestamp(day))
        keep[i] = key in known[asked]
    return keep


def _offices(
    name: str, targets: tuple[tuple[str, str | None], ...], terms: Mapping[Any, Any], date: pd.Timestamp
) -> set[str]:
    """List the keys that a name stands for on ``date``.

    A full name stands for its state whenever it is said, unless it has held offices of two; a surname alone stands for
    nobody before the first year in office is near.
    """
    keys = [key for key, sub in targets if sub == "person"]
    if len(keys) == 1 and (" " in name or pd.isna(date)):
        return set(keys)
    if pd.isna(date):  # without a date, the same person's latest office; of two people, neither
        people = {person for key in keys for person, _, _ in terms[name, key]}
        return {max(keys, key=lambda key: max(term[1] for term in terms[name, key]))} if len(people) == 1 else set()
    serving = []
    for key in keys:
        for _, since, until in terms[name, key]:
            ended = len(keys) > 1 and until and date > pd.Timestamp(until) + _LEEWAY
            if pd.Timestamp(since) - _LEEWAY <= date and not ended:
                serving.append((since, key))
    return {max(serving)[1]} if serving else set()


# ---------------------------------------------------------------------- address: states meant without a name


def _addresses(tokens: Tokens, words: Mapping[str, list[str]], sentences: pd.DataFrame) -> pd.DataFrame:
    """Find "your country", "Mr President", "our relations" where it is known whose they are."""
    rows = []
    if {"state", "voice"} <= set(sentences):
        groups = [group for group, patterns in words.items() for _ in patterns]
        hits, meant = compiled(tuple(flatten(list(words.values()))), False).match(tokens), _Sides(sentences)
        for first, last, number in zip(hits.first, hits.last, hits.pattern, strict=True):
            keys, how = meant.by(tokens.row[first], groups[number])
            form = "person" if groups[number] == "style" else "address"
            rows += [(first, last, key, "state", form, None, how) for key in keys]
    columns = ["first", "last", "key", "kind", "form", "sub", "how"]
    texts = dict.fromkeys(("key", "kind", "form", "sub", "how"), "str")
    return pd.DataFrame(rows, columns=columns, dtype=object).astype(texts)


class _Sides:
    """Whose state is meant by whom: in a talk between two states, or between one and its questioners."""

    def __init__(self, sentences: pd.DataFrame) -> None:
        state = sentences["state"].astype("str")
        self.voice, self.state = (column.to_numpy(dtype=object) for column in (sentences["voice"], state))
        columns = ["doc_id", "session"] if "session" in sentences else ["doc_id"]
        self.session = sentences.groupby(columns, sort=False).ngroup().to_numpy()
        known = (sentences["voice"].eq("turn") & state.notna()).to_numpy(dtype=bool)
        pairs = pd.DataFrame({"session": self.session[known], "state": self.state[known]}).drop_duplicates()
        self.sides: dict[int, list[str]] = {}
        for session, side in zip(pairs["session"].tolist(), pairs["state"], strict=True):
            self.sides.setdefault(session, []).append(side)

    def by(self, row: int, group: str) -> tuple[list[str], str]:
        """Resolve a word of ``group`` in the sentence ``row``: the states meant, and how they were found."""
        own, voice = self.state[row], self.voice[row]
        own = own if isinstance(own, str) else None
        if group == "own":
            spoken = own and voice in ("turn", "quotation")
            return ([own], "the speaker's own state") if spoken else ([], "")
        if voice != "turn":
            return [], ""
        sides = self.sides.get(self.session[row], [])
        if group == "both":
            return (sides, "both sides of the talk") if len(sides) == 2 and own else ([], "")
        others = [state for state in sides if state != own]
        if len(others) != 1:
            return [], ""
        return others, "the other side of the talk" if own else "the one who is asked"
