"""States meant without a name: "your country", "Mr President", "our relations", where it is known whose they are.

In a talk between two states, or between one and its questioners, the speaker of the sentence says whose state is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..tokens import Tokens
from .contexts import compiled, flatten
from .meanings import Found, Sense

_OWN, _BOTH, _OTHER, _ASKED = _HOWS = (
    "the speaker's own state",
    "both sides of the talk",
    "the other side of the talk",
    "the one who is asked",
)
_SENSES = {(how, form): Sense("state", form, None, how) for how in _HOWS for form in ("address", "person")}


def find_addresses(tokens: Tokens, words: Mapping[str, list[str]], sentences: pd.DataFrame) -> Found:
    """Find the ``words`` of address, listed by group, and the states that they mean; none where nobody speaks."""
    groups = np.array([group for group, patterns in words.items() for _ in patterns])
    hits = compiled(tuple(flatten(list(words.values()))), False).match(tokens)
    if not len(hits.first) or not {"state", "voice"} <= set(sentences):
        return Found(*np.zeros((4, 0), dtype=np.int64), (), ())
    group, sides = groups[hits.pattern], _Sides.of(sentences)
    own, turn, spoken, one, other, many = sides.at(tokens.row[hits.first])
    across = turn & ~np.isin(group, ("own", "both"))
    meant = (  # whose, by what, and where it holds
        (own, _OWN, (group == "own") & spoken & (own >= 0)),
        (one, _BOTH, turn & (group == "both") & (own >= 0) & (many == 2)),
        (other, _BOTH, turn & (group == "both") & (own >= 0) & (many == 2)),
        (one + other - own, _OTHER, across & (own >= 0) & (many == 2)),
        (one, _ASKED, across & (own < 0) & (many == 1)),
    )
    numbers = {sense: number for number, sense in enumerate(_SENSES)}
    rows = []
    for state, how, holds in meant:
        at = np.flatnonzero(holds)
        sense = np.where(group[at] == "style", numbers[how, "person"], numbers[how, "address"])
        rows.append((hits.first[at], hits.last[at], state[at], sense))
    return Found(*map(np.concatenate, zip(*rows, strict=True)), sides.states, tuple(_SENSES.values()))


@dataclass(frozen=True)
class _Sides:
    """For each sentence the speaker's state, and the states that take turns in its session: up to two, and how many."""

    own: np.ndarray
    turn: np.ndarray
    spoken: np.ndarray
    one: np.ndarray
    other: np.ndarray
    many: np.ndarray
    states: tuple[str, ...]

    @classmethod
    def of(cls, sentences: pd.DataFrame) -> _Sides:
        """Read the sides of every talk off the sentences."""
        own, states = pd.factorize(sentences["state"])
        own[own == states.get_indexer([""])[0]] = -1
        turn = sentences["voice"].eq("turn").to_numpy(dtype=bool)
        spoken = turn | sentences["voice"].eq("quotation").to_numpy(dtype=bool)
        columns = ["doc_id", "session"] if "session" in sentences else ["doc_id"]
        session = sentences.groupby(columns, sort=False).ngroup().to_numpy() + 1  # 0: of no session
        known = turn & (own >= 0)
        pairs = np.unique(session[known] * max(len(states), 1) + own[known])
        talk, side = pairs // max(len(states), 1), pairs % max(len(states), 1)
        one, other = np.full((2, session.max(initial=0) + 1), -1)
        one[talk[::-1]], other[talk] = side[::-1], side
        many = np.bincount(talk, minlength=len(one))
        return cls(own, turn, spoken, one[session], other[session], many[session], tuple(map(str, states)))

    def at(self, rows: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return what is known of the sentences ``rows``: own, turn, spoken, one, other, many."""
        return tuple(column[rows] for column in (self.own, self.turn, self.spoken, self.one, self.other, self.many))
