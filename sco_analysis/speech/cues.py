"""The word lists of ``data/cues.yml`` and ``data/first_names.csv``, and each reporting verb by its printed forms."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
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


@cache
def first_names() -> dict[str, str]:
    """Return the genders (`f`, `m`, empty) of first names in common use."""
    lines = files("sco_analysis").joinpath("data", "first_names.csv").read_text(encoding="utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return {row["name"]: row["gender"] for row in rows}


@cache
def person_nouns() -> dict[str, str]:
    """Return the nouns of persons with their gender, plurals left out."""
    lists = read_rules("cues.yml")["person_nouns"]
    return {str(noun): "" if gender == "n" else gender for gender in ("n", "m", "f") for noun in lists[gender]}


@cache
def titles() -> dict[str, str]:
    """Return the titles that stand before names, with the gender they tell."""
    lists = read_rules("cues.yml")["titles"]
    found = {str(title): "" if gender == "n" else gender for gender in ("n", "m", "f") for title in lists[gender]}
    return found | {noun: gender for noun, gender in person_nouns().items() if gender or noun not in found}
