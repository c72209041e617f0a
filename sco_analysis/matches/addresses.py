"""States meant without a name: "your country", "Mr President", "our relations", where it is known whose they are.

In a talk between two states, or between one and its questioners, the speaker of the sentence says whose state is meant.
"""

from __future__ import annotations

from collections.abc import Mapping

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
    group = groups[hits.pattern]
    states, own, turn, spoken = _speakers(sentences)
    one, other, many = _sides(_sessions(sentences), own, turn, tokens.row[hits.first])
    own, turn, spoken = (column[tokens.row[hits.first]] for column in (own, turn, spoken))
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
    return Found(*map(np.concatenate, zip(*rows, strict=True)), states, tuple(_SENSES.values()))


def _speakers(sentences: pd.DataFrame) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Return the states, and of each sentence its speaker's, −1 for none; whether it is in a turn, or any speech."""
    own, states = pd.factorize(sentences["state"])
    own[own == states.get_indexer([""])[0]] = -1
    turn = sentences["voice"].eq("turn").to_numpy(dtype=bool)
    return tuple(map(str, states)), own, turn, turn | sentences["voice"].eq("quotation").to_numpy(dtype=bool)


def _sessions(sentences: pd.DataFrame) -> np.ndarray:
    """Give the sessions of all documents numbers; those of no name have −1."""
    session = pd.factorize(sentences["doc_id"])[0]
    if "session" in sentences:
        number, numbers = pd.factorize(sentences["session"])
        session = np.where((session < 0) | (number < 0), -1, session * len(numbers) + number)
    return session


def _sides(
    session: np.ndarray, own: np.ndarray, turn: np.ndarray, asked: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the states that take turns in the sessions of the sentences ``asked``: two of them, and how many."""
    known = np.flatnonzero(turn & (own >= 0))
    states = own.max(initial=0) + 1
    pairs = np.sort(session[known] * states + own[known])
    pairs = pairs[np.flatnonzero(np.diff(pairs, prepend=pairs[:1] - 1))]
    low, high = (np.searchsorted(pairs, at * states) for at in (session[asked], session[asked] + 1))
    side = np.append(pairs % states, (-1, -1))  # behind the last there is none
    return side[low], side[low + 1], high - low
