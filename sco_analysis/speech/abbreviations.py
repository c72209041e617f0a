"""Short forms of names → the words they stand for: "Shanghai Cooperation Organization (SCO)"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..people import fold
from .flags import LINKS
from .namings import Namings

#: what may stand between the first letters of two words of a name: the rest of one word, and small words
_LINK = re.compile(r"\w[\w'’-]*+,?+\s++(?:(?:of|and|the|for|on|&)\s++)*+(?=[^\W\d_a-z][\w'’-])")
_NAME_END = re.compile(r"[\w'’-]+")


def abbreviations(text: str, namings: Namings) -> Iterator[tuple[str, str]]:
    """Find the short forms among the names of a text, as `people.fold` reduces them, and the full ones."""
    names, starts, ends = namings.names, namings.start, namings.end
    for name, start in zip(names, starts, strict=True):
        if name.short and text[start - 1 : start] == "(":
            spelled = _spelled_out(text[max(0, start - 140) : start - 1], name.full)
            if spelled:
                yield name.key, spelled
    for letters, spelled in spelled_anywhere(text, {name.letters for name in set(names)} - {""}):
        yield fold(letters), spelled
    near = [i for i, (end, start) in enumerate(zip(ends, starts[1:], strict=False)) if start - end in (2, 6)]
    for i in near:
        full, short = names[i], names[i + 1]
        if full.single or not short.single:
            continue
        bracketed = text[ends[i] : starts[i + 1]] in (" (", " (the ") and text[ends[i + 1] : ends[i + 1] + 1] == ")"
        if bracketed:
            letters = short.full.replace(".", "").lower()
            initials = [word[0].lower() for word in full.words if word[0].isupper()]
            if letters[:1] == initials[0] and sum(letter in initials for letter in letters) >= 2:
                yield short.key, full.full


def _spelled_out(before: str, letters: str) -> str | None:
    """Find the words right before a bracket whose initials are the letters in it; small words are skipped."""
    found = list(re.finditer(r"\w[\w'’-]*", before))
    waiting = len(letters) - 1
    for word in reversed(found[-14:]):
        if word[0][0].upper() == letters[waiting] and (word[0][0].isupper() or word[0] in LINKS):
            waiting -= 1
        elif word[0][0].isupper() or word[0] not in LINKS:
            return None
        if waiting < 0:
            return before[word.start() :].strip() if word[0][0].isupper() else None
    return None


def spelled_anywhere(text: str, acronyms: set[str]) -> list[tuple[str, str]]:
    """Find where words with the initials of an acronym stand in a row; small words between them are skipped."""
    found: list[tuple[int, str, int]] = []
    for letter in {acronym[0] for acronym in acronyms}:
        waiting = {acronym for acronym in acronyms if acronym[0] == letter}
        begun = {acronym[:n] for acronym in waiting for n in range(1, len(acronym))}
        for start in _places(text, letter):
            at, initials = start, letter
            while initials in begun and (link := _LINK.match(text, at + 1)):
                at = link.end()
                initials += text[at]
                if initials in waiting:
                    waiting.discard(initials)
                    found.append((start, initials, _NAME_END.match(text, at).end()))
            if not waiting:
                break
    return [(initials, " ".join(text[start:end].split())) for start, initials, end in sorted(found)]


def _places(text: str, letter: str) -> Iterator[int]:
    """Yield where a word begins with a letter: a plain search, for capitals are rare."""
    at = text.find(letter)
    while at >= 0:
        if not at or not (text[at - 1].isalnum() or text[at - 1] == "_"):
            yield at
        at = text.find(letter, at + 1)
