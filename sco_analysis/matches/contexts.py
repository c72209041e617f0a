"""Where a hit of a name is not the state: the rules of ``contexts`` in ``states.yml``, asked of many hits at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np

from ..dictionaries import Dictionary
from ..errors import DictionaryError
from ..tokens import Tokens
from .matching import Hits, Matcher, linked

_COMMA = re.compile(r"\s*[,–—]\s*")


def refused(tokens: Tokens, hits: Hits, dictionary: Dictionary) -> np.ndarray:
    """Tell which hits a rule of the dictionary's ``contexts`` refuses."""
    out = np.zeros(len(hits.first), dtype=bool)
    rules = dictionary.extra.get("contexts", [])
    if not rules or not len(out):
        return out
    currency = np.array([tokens.text[end : end + 1] in ("$", "€", "£") for end in tokens.end[hits.last]])
    context = _Context(tokens, hits, dictionary.extra)
    for rule, of_rule in zip(rules, _rules_of_patterns(dictionary), strict=True):
        chosen = np.flatnonzero(of_rule[hits.pattern] & ~out)
        if len(chosen):
            out[chosen] = context.holds(rule, hits.first[chosen], hits.last[chosen])
    return out | currency


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
        found, _, _ = compiled(tuple(flatten(patterns)), backwards).at(self.tokens, np.unique(at[ok]))
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
        found, _, _ = compiled(tuple(flatten(patterns)), False).at(self.tokens, inside)
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
        starts, _, _ = compiled(tuple(nouns), False).at(self.tokens, np.arange(len(self.tokens)))
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
def compiled(patterns: tuple[str, ...], backwards: bool) -> Matcher:
    """Compile patterns once."""
    return Matcher(patterns, backwards=backwards)


def flatten(patterns: list[Any]) -> Iterator[str]:
    """Yield the patterns of lists in lists."""
    for pattern in patterns:
        if isinstance(pattern, list):
            yield from flatten(pattern)
        elif isinstance(pattern, str):
            yield pattern
        else:
            raise DictionaryError(f"`contexts` or `address`: {pattern!r} is no text; put it in quotation marks")
