"""The reporting expressions of ``data/cues.yml`` by the form in which they are printed."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ..reading.lines import read_rules


class Cue(NamedTuple):
    """One form of a reporting verb."""

    lemma: str
    #: `finite` (said, says), `base` (say) or `participle` (saying)
    form: str
    #: what the verb may take: `say`, `tell`, `tag`, `that`, `judge` (see cues.yml)
    frames: frozenset[str]
    thought: bool
    noun: bool


@cache
def words(section: str) -> frozenset[str]:
    """Return one list of words of ``cues.yml``."""
    return frozenset(str(word) for word in read_rules("cues.yml")[section])


@cache
def verb_forms() -> dict[str, Cue]:
    """Return every form of every reporting verb, lower case."""
    rules = read_rules("cues.yml")
    frames: dict[str, set[str]] = {}
    for frame, lemmas in rules["verbs"].items():
        for lemma in lemmas:
            frames.setdefault(lemma, set()).add(frame)
    found: dict[str, Cue] = {}
    for lemma, taken in frames.items():
        for form, kind in _forms(lemma, rules["irregular"].get(lemma)):
            cue = Cue(lemma, kind, frozenset(taken), lemma in words("thoughts"), form in words("also_nouns"))
            found.setdefault(form, cue)
    return found


def _forms(lemma: str, irregular: list[str] | None) -> list[tuple[str, str]]:
    """Return the forms of a verb with what each is; the base form last, so that "read" counts as finite."""
    if irregular:
        finite = [f for f in irregular if not f.endswith("ing")]
        participles = [f for f in irregular if f.endswith("ing")]
    else:
        stem = lemma[:-1] if lemma.endswith("e") else lemma
        if lemma.endswith("y") and lemma[-2] not in "aeiou":
            finite = [f"{lemma[:-1]}ies", f"{lemma[:-1]}ied"]
        else:
            finite = [f"{lemma}es" if lemma.endswith(("s", "sh", "ch", "x")) else f"{lemma}s", f"{stem}ed"]
        participles = [f"{stem}ing"]
    return [*((f, "finite") for f in finite), *((f, "participle") for f in participles), (lemma, "base")]


@cache
def particles_of(lemma: str) -> frozenset[str]:
    """Return the particles a verb may have: "point out", "go on"."""
    return frozenset(read_rules("cues.yml")["particles"].get(lemma, ()))
