"""Which of the lists of function words in ``data/cues.yml`` a word is in, as the bits of one number."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from .cues import words

_LISTS = (
    "determiners prepositions times relatives boundaries adjuncts pronouns nominative be adverbs openers auxiliaries"
    " documents also_nouns"
).split()
(
    DETERMINERS, PREPOSITIONS, TIMES, RELATIVES, BOUNDARIES, ADJUNCTS, PRONOUNS, NOMINATIVE, BE, ADVERBS, OPENERS,
    AUXILIARIES, DOCUMENTS, ALSO_NOUNS,
) = (1 << bit for bit in range(14))  # fmt: skip


@cache
def _listed() -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for bit, name in enumerate(_LISTS):
        for word in words(name):
            found[word] |= 1 << bit
    return dict(found)


def lists_of(low: str) -> int:
    """Return the lists that a word in lower case is in."""
    return _listed().get(low, 0)
