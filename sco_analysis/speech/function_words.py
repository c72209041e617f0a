"""Which of the lists of function words in ``data/cues.yml`` a word is in, as the bits of one number."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from .cues import words

_LISTS = (
    "determiners prepositions times relatives boundaries adjuncts pronouns nominative be adverbs openers documents"
    " also_nouns"
).split()
#: words and signs that may bring the narrator back; those that no report goes beyond
RETURNING = frozenset((",", "according", "and", "but", "then", "while", "although", "though", "during", "in"))
CLOSING = frozenset((";", "http", "https"))
(
    DETERMINERS, PREPOSITIONS, TIMES, RELATIVES, BOUNDARIES, ADJUNCTS, PRONOUNS, NOMINATIVE, BE, ADVERBS, OPENERS,
    DOCUMENTS, ALSO_NOUNS, RETURNS, CLOSES, NEGATIVE,
) = (1 << bit for bit in range(16))  # fmt: skip


@cache
def _listed() -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for bit, name in enumerate(_LISTS):
        for word in words(name):
            found[word] |= 1 << bit
    for listed, bit in ((RETURNING, RETURNS), (CLOSING, CLOSES), (("not", "never"), NEGATIVE)):
        for word in listed:
            found[word] |= bit
    return dict(found)


def lists_of(low: str) -> int:
    """Return the lists that a word in lower case, or a sign, is in."""
    found = _listed().get(low, 0)
    return found | NEGATIVE if low.endswith("n't") else found
