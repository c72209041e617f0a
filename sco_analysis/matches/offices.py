"""Names of people: for which state or organisation somebody stands on a day, by the offices of ``people.csv``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..dictionaries import Dictionary
from .meanings import Found

_LEEWAY = pd.Timedelta(days=365)  # somebody stands for an office a year before and after it, too


def in_office(found: Found, pattern: np.ndarray, days: np.ndarray, dictionary: Dictionary) -> np.ndarray:
    """Tell which hits name somebody who holds the office that the key stands for; those that name nobody do.

    ``pattern`` is the number of the pattern of each, ``days`` the date of its sentence.
    """
    keep = np.ones(len(found.first), dtype=bool)
    of_person = np.array([sense.form == "person" for sense in found.senses], dtype=bool)
    people = np.flatnonzero(of_person[found.sense])
    known_days, day = np.unique(days[people].astype("datetime64[D]"), return_inverse=True)
    asked, which = np.unique(pattern[people] * len(known_days) + day, return_inverse=True)  # again and again the same
    holders = []
    for number, of_day in zip(
        (asked // max(len(known_days), 1)).tolist(), asked % max(len(known_days), 1), strict=True
    ):
        name, terms = dictionary.patterns[number], dictionary.extra.get("terms", {})
        holders.append(_offices(name.text, name.targets, terms, pd.Timestamp(known_days[of_day])))
    key = found.key[people].tolist()
    keep[people] = [found.keys[own] in holders[at] for own, at in zip(key, which.tolist(), strict=True)]
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
