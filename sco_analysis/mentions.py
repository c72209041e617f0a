"""Sentences × dictionary → mentions: who and what each sentence speaks of; and the words in their context.

Topics are plain hits of the dictionary, but for words of a war that is not named (`theatres`). States and
organisations are more than that: a hit is refused where the words around it say that no state is meant (`contexts` in
``data/states.yml``: "the Astana Declaration", "US dollars", "speaks Russian", "Michael Jordan"), and in a talk the
speakers' states are meant without being named ("your country", "our relations": form `address`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .errors import DictionaryError
from .matches.matching import Hits, Matcher, linked
from .tables import build, check
from .theatres import assign_theatres
from .tokens import Tokens, split_tokens

if TYPE_CHECKING:
    from .parse import Parsed

_COMMA = re.compile(r"\s*[,–—]\s*")
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
    hits = hits.where(~_refused(tokens, hits, dictionary) & ~_aside(tokens, hits, dictionary, sentences))
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


# ---------------------------------------------------------------------- contexts: where a hit is not the state


def _refused(tokens: Tokens, hits: Hits, dictionary: Dictionary) -> np.ndarray:
    refused = np.zeros(len(hits.first), dtype=bool)
    rules = dictionary.extra.get("contexts", [])
    if not rules or not len(refused):
        return refused
    currency = np.array([tokens.text[end : end + 1] in ("$", "€", "£") for end in tokens.end[hits.last]])
    context = _Context(tokens, hits, dictionary.extra)
    for rule, of_rule in zip(rules, _rules_of_patterns(dictionary), strict=True):
        chosen = np.flatnonzero(of_rule[hits.pattern] & ~refused)
        if len(chosen):
            refused[chosen] = context.holds(rule, hits.first[chosen], hits.last[chosen])
    return refused | currency


@lru_cache(maxsize=4)
def _rules_of_patterns(dictionary: Dictionary) -> list[np.ndarray]:
    """Tell for each rule of ``contexts`` at the hits of which patterns it looks."""
    kinds = {key: entry.kind for key, entry in dictionary.entries.items()}
    forms = [{sub for key, sub in pattern.targets if kinds[key] == "state"} for pattern in dictionary.patterns]
    patterns = list(zip([pattern.text for pattern in dictionary.patterns], forms, strict=True))
    return [np.array([_concerns(rule, text, own) for text, own in patterns]) for rule in dictionary.extra["contexts"]]


def _concerns(rule: Mapping[str, Any], text: str, forms: set[str | None]) -> bool:
    """Whether a rule looks at the hits of a pattern."""
    if text in rule.get("texts_not", ()) or text not in rule.get("texts", (text,)):
        return False
    return bool(forms & set(rule["forms"])) if "forms" in rule else bool(forms)


class _Context:
    """What stands around hits, asked by the conditions of a rule."""

    def __init__(self, tokens: Tokens, hits: Hits, words: Mapping[str, list[str]]) -> None:
        self.tokens, self.hits = tokens, hits.first
        self.function_words, self.small = set(words.get("function_words", ())), set(words.get("small_words", ()))

    def holds(self, rule: Mapping[str, Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Whether ``rule`` refuses each hit."""
        conditions = [
            getattr(self, f"_{name}")(rule[name], first, last)
            for name in ("after", "before", "after_comma", "before_comma", "near", "after_name", "in_name")
            if name in rule
        ]
        out = np.logical_or.reduce(conditions) if conditions else np.ones(len(first), dtype=bool)
        for name in ("alone", "short", "shouted"):
            if name in rule and out.any():
                out &= getattr(self, f"_{name}")(rule[name], first, last)
        for name in ("after", "before", "near"):
            if f"unless_{name}" in rule and out.any():
                out &= ~getattr(self, f"_{name}")(rule[f"unless_{name}"], first, last)
        return out

    def _begins(self, patterns: list[Any], at: np.ndarray, ok: np.ndarray, *, backwards: bool = False) -> np.ndarray:
        found, _, _ = _compiled(tuple(_flatten(patterns)), backwards).at(self.tokens, np.unique(at[ok]))
        return ok & np.isin(at, found)

    def _gap(self, before: np.ndarray, *, comma: bool = False) -> np.ndarray:
        """Whether the atoms ``before`` and those after them stand together, or apart by one comma."""
        ok = (before >= 0) & (before + 1 < len(self.tokens))
        inner = before[ok]
        if comma:
            ends, starts = self.tokens.end[inner], self.tokens.start[inner + 1]
            ok[ok] = [bool(_COMMA.fullmatch(self.tokens.text[a:b])) for a, b in zip(ends, starts, strict=True)]
        else:
            ok[ok] = linked(self.tokens, inner)
        return ok

    def _after(self, patterns: list[Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return self._begins(patterns, last + 1, self._gap(last))

    def _before(self, patterns: list[Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return self._begins(patterns, first - 1, self._gap(first - 1), backwards=True)

    def _after_comma(self, patterns: list[Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return self._begins(patterns, last + 1, self._gap(last, comma=True))

    def _before_comma(self, patterns: list[Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return self._begins(patterns, first - 1, self._gap(first - 1, comma=True), backwards=True)

    def _near(self, patterns: list[Any], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        rows = self.tokens.row[first]
        inside = np.flatnonzero(np.isin(self.tokens.row, rows))
        found, _, _ = _compiled(tuple(_flatten(patterns)), False).at(self.tokens, inside)
        return np.isin(rows, self.tokens.row[found])

    def _word(self, at: int) -> str:
        return self.tokens.surfaces[self.tokens.surface[at]]

    def _words(self, at: int) -> list[str]:
        """List the words of the sentence in which the atom ``at`` stands."""
        row = self.tokens.row[at]
        a, b = np.searchsorted(self.tokens.row, [row, row + 1])
        return [self._word(i) for i in range(a, b)]

    def _headline(self, at: int) -> bool:
        """Whether the sentence capitalises all its nouns and verbs."""
        words = self._words(at)
        return len(words) > 5 and not any(w[0].islower() and w not in self.small for w in words if len(w) > 1)

    def _after_name(self, _: bool, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        out = self._gap(last) & ~np.isin(last + 1, self.hits)  # what follows is no mention itself
        for i in np.flatnonzero(out):
            out[i] = self._word(last[i] + 1)[:1].isupper() and not self._headline(first[i])
        return out

    def _in_name(self, nouns: list[str], first: np.ndarray, last: np.ndarray) -> np.ndarray:
        """Whether a capitalised name goes on after the hit and holds one of ``nouns``."""
        starts, _, _ = _compiled(tuple(nouns), False).at(self.tokens, np.arange(len(self.tokens)))
        out = np.zeros(len(first), dtype=bool)
        for i in np.flatnonzero(np.isin(self.tokens.row[first], self.tokens.row[starts])):
            at, steps = int(last[i]), 0
            while not out[i] and steps < 5 and self._gap(np.array([at]))[0]:
                at, steps = at + 1, steps + 1
                if not (self._word(at)[:1].isupper() or self._word(at) in ("of", "for", "and")):
                    break
                out[i] = at in starts
            out[i] = out[i] and not (steps > 1 and self._headline(first[i]))
        return out

    def _alone(self, _: bool, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        following = self._gap(last)
        for i in np.flatnonzero(following):
            at = last[i] + 1
            while self._word(at) in ("and", "or") and self._gap(np.array([at, at + 1])).all():
                at += 2
            following[i] = self._word(at) not in self.function_words
        plural = np.array([self._word(i).endswith("s") and not self._word(i).endswith("ss") for i in last])
        return ~following & ~plural

    def _short(self, most: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        return np.array([len(self._words(i)) <= most for i in first])

    def _shouted(self, _: bool, first: np.ndarray, last: np.ndarray) -> np.ndarray:
        words = [self._words(i) for i in first]
        return np.array([len(own) > 2 and all(word == word.upper() for word in own) for own in words])


@cache
def _compiled(patterns: tuple[str, ...], backwards: bool) -> Matcher:
    return Matcher(patterns, backwards=backwards)


def _flatten(patterns: list[Any]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, list):
            yield from _flatten(pattern)
        elif isinstance(pattern, str):
            yield pattern
        else:
            raise DictionaryError(f"`contexts` or `address`: {pattern!r} is no text; put it in quotation marks")


# ---------------------------------------------------------------------- address: states meant without a name


def _addresses(tokens: Tokens, words: Mapping[str, list[str]], sentences: pd.DataFrame) -> pd.DataFrame:
    """Find "your country", "Mr President", "our relations" where it is known whose they are."""
    rows = []
    if {"state", "voice"} <= set(sentences):
        groups = [group for group, patterns in words.items() for _ in patterns]
        hits, meant = _compiled(tuple(_flatten(list(words.values()))), False).match(tokens), _Sides(sentences)
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
