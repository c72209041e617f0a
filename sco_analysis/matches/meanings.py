"""What hits stand for, as numbers: each distinct key and sense is written out once, however often it is met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..dictionaries import Dictionary
from .matching import Hits

_FORMS = {"city": "capital"}  # a city stands for its state as the capital does; `sub` keeps the difference


class Sense(NamedTuple):
    """What a hit says of its key: the columns kind, form, sub and how of the table `mentions`."""

    kind: str
    form: str | None
    sub: str | None
    how: str | None = None


@dataclass(frozen=True)
class Found:
    """Hits and what they stand for: numbers of their first and last atom, of their key and of their sense."""

    first: np.ndarray
    last: np.ndarray
    key: np.ndarray
    sense: np.ndarray
    keys: tuple[str, ...]
    senses: tuple[Sense, ...]

    def where(self, keep: np.ndarray) -> Found:
        """Keep the hits for which ``keep`` is true, or those with the numbers ``keep``, in their order."""
        columns = {name: getattr(self, name)[keep] for name in ("first", "last", "key", "sense")}
        return replace(self, **columns)


@dataclass(frozen=True)
class Meanings:
    """The targets of a dictionary's patterns in one row after the other: ``many`` of each pattern from ``begin`` on."""

    begin: np.ndarray
    many: np.ndarray
    key: np.ndarray
    sense: np.ndarray
    keys: tuple[str, ...]
    senses: tuple[Sense, ...]

    def of(self, hits: Hits) -> tuple[Found, np.ndarray]:
        """Give a row to each target of each hit; returns the pattern of each row, too."""
        many = self.many[hits.pattern]
        which = np.repeat(np.arange(len(many)), many)
        target = np.arange(len(which)) + (self.begin[hits.pattern] - np.cumsum(many) + many)[which]
        columns = (hits.first[which], hits.last[which], self.key[target], self.sense[target])
        return Found(*columns, self.keys, self.senses), hits.pattern[which]


@lru_cache(maxsize=8)
def meanings_of(dictionary: Dictionary) -> Meanings:
    """Write out what the patterns of ``dictionary`` stand for."""
    many = np.array([len(pattern.targets) for pattern in dictionary.patterns], dtype=np.int64)
    keys: dict[str, int] = {}
    senses: dict[Sense, int] = {}
    rows = []
    for pattern in dictionary.patterns:
        for key, sub in pattern.targets:
            sense = _sense(dictionary.entries[key].kind, sub)
            rows.append((keys.setdefault(key, len(keys)), senses.setdefault(sense, len(senses))))
    key, sense = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    return Meanings(np.cumsum(many) - many, many, key, sense, tuple(keys), tuple(senses))


def _sense(kind: str, sub: str | None) -> Sense:
    if kind == "topic":
        return Sense(kind, None, sub)
    return Sense(kind, _FORMS.get(sub, sub), sub if sub in _FORMS else None)


def join(parts: Sequence[Found]) -> Found:
    """Put hits one after the other, with one number for each key and each sense."""
    keys: dict[str, int] = {}
    senses: dict[Sense, int] = {}
    key = [_renumber(part.key, part.keys, keys) for part in parts]
    sense = [_renumber(part.sense, part.senses, senses) for part in parts]
    columns = ([part.first for part in parts], [part.last for part in parts], key, sense)
    return Found(*map(np.concatenate, columns), tuple(keys), tuple(senses))


def _renumber(numbers: np.ndarray, names: Sequence, known: dict) -> np.ndarray:
    """Put in the place of the numbers of ``names`` those that they have among all ``known``."""
    return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)[numbers]
