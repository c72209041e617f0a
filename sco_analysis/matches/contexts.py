"""Where a hit of a name is not the state: the rules of ``contexts`` in ``states.yml``, asked of many hits at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

import numpy as np

from ..dictionaries import Dictionary
from ..errors import DictionaryError
from ..tokens import Tokens
from .matching import Hits, Matcher, linked

_COMMA = re.compile(r"\s*[,–—]\s*")
_CURRENCY = "$€£"
_MEMBERS = 5  # words that a name may go on after a hit


def refused(tokens: Tokens, hits: Hits, dictionary: Dictionary) -> np.ndarray:
    """Tell which hits a rule of the dictionary's ``contexts`` refuses."""
    out = np.zeros(len(hits.first), dtype=bool)
    rules = dictionary.extra.get("contexts", [])
    if not rules or not len(out):
        return out
    context = _Context(tokens, hits, dictionary.extra)
    for rule, of_rule in zip(rules, _rules_of_patterns(dictionary), strict=True):
        chosen = np.flatnonzero(of_rule[hits.pattern] & ~out)
        if len(chosen):
            out[chosen] = context.holds(rule, chosen)
    after = tokens.end[hits.last]
    inside = np.flatnonzero(after < len(tokens.text))
    out[inside] |= tokens.hold(_CURRENCY, after[inside])
    return out


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
    """What stands around hits, asked by the conditions of a rule; each is asked of some hits, by their numbers."""

    def __init__(self, tokens: Tokens, hits: Hits, words: Mapping[str, list[str]]) -> None:
        self.tokens, self.first, self.last = tokens, hits.first, hits.last
        self.function_words, self.small = set(words.get("function_words", ())), set(words.get("small_words", ()))
        self.linked_before, self.linked_after = self._gap(hits.first - 1), self._gap(hits.last)

    def holds(self, rule: Mapping[str, Any], hits: np.ndarray) -> np.ndarray:
        """Whether ``rule`` refuses each of ``hits``."""
        conditions = [
            getattr(self, f"_{name}")(rule[name], hits)
            for name in ("after", "before", "after_comma", "before_comma", "near", "after_name", "in_name")
            if name in rule
        ]
        out = np.logical_or.reduce(conditions) if conditions else np.ones(len(hits), dtype=bool)
        for name in ("alone", "short", "shouted"):
            if name in rule:
                out[out] = getattr(self, f"_{name}")(rule[name], hits[out])
        for name in ("after", "before", "near"):
            if f"unless_{name}" in rule:
                out[out] = ~getattr(self, f"_{name}")(rule[f"unless_{name}"], hits[out])
        return out

    def _gap(self, before: np.ndarray, *, comma: bool = False) -> np.ndarray:
        """Whether the atoms ``before`` and those after them stand together, or apart by one comma."""
        ok = (before >= 0) & (before + 1 < len(self.tokens))
        inner = before[ok]
        if comma:
            gaps = zip(self.tokens.end[inner].tolist(), self.tokens.start[inner + 1].tolist(), strict=True)
            ok[ok] = [bool(_COMMA.fullmatch(self.tokens.text[a:b])) for a, b in gaps]
        else:
            ok[ok] = linked(self.tokens, inner)
        return ok

    def _begins(self, patterns: list[Any], at: np.ndarray, *, backwards: bool = False) -> np.ndarray:
        """Whether one of ``patterns`` begins at each of ``at``; backwards, whether it ends there."""
        out = (at >= 0) & (at < len(self.tokens))
        out[out] = compiled(tuple(flatten(patterns)), backwards).begins(self.tokens, at[out])
        return out

    def _after(self, patterns: list[Any], hits: np.ndarray) -> np.ndarray:
        out = self.linked_after[hits]
        out[out] = self._begins(patterns, self.last[hits[out]] + 1)
        return out

    def _before(self, patterns: list[Any], hits: np.ndarray) -> np.ndarray:
        out = self.linked_before[hits]
        out[out] = self._begins(patterns, self.first[hits[out]] - 1, backwards=True)
        return out

    def _after_comma(self, patterns: list[Any], hits: np.ndarray) -> np.ndarray:
        out = self._begins(patterns, self.last[hits] + 1)
        out[out] = self._gap(self.last[hits[out]], comma=True)
        return out

    def _before_comma(self, patterns: list[Any], hits: np.ndarray) -> np.ndarray:
        out = self._begins(patterns, self.first[hits] - 1, backwards=True)
        out[out] = self._gap(self.first[hits[out]] - 1, comma=True)
        return out

    def _near(self, patterns: list[Any], hits: np.ndarray) -> np.ndarray:
        rows, number = np.unique(self.tokens.row[self.first[hits]], return_inverse=True)
        atoms, of = self._atoms(rows)
        found = np.zeros(len(rows), dtype=bool)
        found[of[compiled(tuple(flatten(patterns)), False).begins(self.tokens, atoms)]] = True
        return found[number]

    def _after_name(self, _: bool, hits: np.ndarray) -> np.ndarray:
        following = self.last[hits] + 1
        place = np.minimum(np.searchsorted(self.first, following), len(self.first) - 1)
        out = self.linked_after[hits] & (self.first[place] != following)  # what follows is no mention itself
        out[out] = self._tell(following[out], _is_capitalised)
        out[out] = ~self._headline(hits[out])
        return out

    def _in_name(self, nouns: list[str], hits: np.ndarray) -> np.ndarray:
        """Whether a capitalised name goes on after the hit and holds one of ``nouns``."""
        out, later = np.zeros(len(hits), dtype=bool), np.zeros(len(hits), dtype=bool)
        on, at = np.arange(len(hits)), self.last[hits]
        for step in range(_MEMBERS):
            going = self._gap(at) if step else self.linked_after[hits]
            going[going] = self._tell(at[going] + 1, _goes_on)
            on, at = on[going], at[going] + 1
            found = self._begins(nouns, at)
            out[on[found]], later[on[found]] = True, step > 0
            on, at = on[~found], at[~found]
        out[later] = ~self._headline(hits[later])
        return out

    def _alone(self, _: bool, hits: np.ndarray) -> np.ndarray:
        """Whether no noun follows that the hit describes; a plural describes none."""
        at = self.last[hits] + 1
        following = self.linked_after[hits]
        joined = np.flatnonzero(following)
        while len(joined):  # "Russian and English speakers"
            joined = joined[self._tell(at[joined], ("and", "or").__contains__)]
            joined = joined[self._gap(at[joined]) & self._gap(at[joined] + 1)]
            at[joined] += 2
        following[following] = ~self._tell(at[following], self.function_words.__contains__)
        return ~following & ~self._tell(self.last[hits], _is_plural)

    def _short(self, most: int, hits: np.ndarray) -> np.ndarray:
        row = self.tokens.row[self.first[hits]]
        return np.searchsorted(self.tokens.row, row + 1) - np.searchsorted(self.tokens.row, row) <= most

    def _shouted(self, _: bool, hits: np.ndarray) -> np.ndarray:
        many, small = self._count(hits, lambda word: word != word.upper())
        return (many > 2) & (small == 0)

    def _headline(self, hits: np.ndarray) -> np.ndarray:
        """Whether the sentence of each capitalises all its nouns and verbs."""
        many, small = self._count(hits, lambda w: len(w) > 1 and w[0].islower() and w not in self.small)
        return (many > 5) & (small == 0)

    def _count(self, hits: np.ndarray, test: Callable[[str], bool]) -> tuple[np.ndarray, np.ndarray]:
        """Count the words of each hit's sentence, and those that pass ``test``."""
        rows, number = np.unique(self.tokens.row[self.first[hits]], return_inverse=True)
        atoms, of = self._atoms(rows)
        passing = of[self._tell(atoms, test)]
        return tuple(np.bincount(which, minlength=len(rows))[number] for which in (of, passing))

    def _atoms(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """List the atoms of the sentences ``rows``, with the number of its sentence among them for each."""
        low, high = (np.searchsorted(self.tokens.row, rows, side=side) for side in ("left", "right"))
        many = high - low
        of = np.repeat(np.arange(len(rows)), many)
        return np.arange(len(of)) + (low - np.cumsum(many) + many)[of], of

    def _tell(self, atoms: np.ndarray, test: Callable[[str], bool]) -> np.ndarray:
        """Ask ``test`` of the words that ``atoms`` are, once of each distinct one."""
        surface = self.tokens.surface[atoms]
        passing = np.zeros(len(self.tokens.surfaces), dtype=bool)
        passing[surface] = True
        distinct = np.flatnonzero(passing)
        passing[distinct] = [test(self.tokens.surfaces[number]) for number in distinct.tolist()]
        return passing[surface]


def _is_capitalised(word: str) -> bool:
    return word[:1].isupper()


def _goes_on(word: str) -> bool:
    """Whether a name may go on with ``word``."""
    return _is_capitalised(word) or word in ("of", "for", "and")


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith("ss")


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
