"""Prose → sequences of capitalised words, each with the titles, nouns and pronouns around it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..people import Person, fold, known, spellings
from .cues import first_names, person_nouns, titles, words
from .flags import (
    ADVERBIAL,
    BODY,
    CAPITAL,
    COMMON,
    LINKS,
    NO_NAME,
    PARTICLES,
    POSSESSIVE,
    SHORTENED,
    TITLE,
    VOTES_MAN,
    VOTES_NOBODY,
    VOTES_WOMAN,
)
from .forms import Form, Row
from .phrases import is_finite

_GLUE = PARTICLES | LINKS | {"."}
_PLACES = frozenset(("US", "UK", "USA", "BC", "DC", "LA", "NYC", "UAE"))
_VOTES = VOTES_MAN | VOTES_WOMAN | VOTES_NOBODY


@dataclass(slots=True)
class Run:
    """A sequence of capitalised words, with the titles around it."""

    #: the forms that are left of it without the words that only begin the sentence or join nothing
    first: int
    last: int
    #: the span of the name alone
    start: int
    end: int
    name: list[str]
    titles: list[str]
    role: str
    subject: bool
    person_like: bool
    gender: str
    #: the gender of the first pronoun behind a subject in the same sentence
    vote: str


def run_end(row: Row, i: int) -> int:
    """Say behind which form a capitalised sequence ends."""
    forms, k, linked = row.forms, i + 1, False
    while k < len(forms) and not forms[k - 1].flags & POSSESSIVE:
        form, before = forms[k], forms[k - 1]
        if not form.flags & CAPITAL and form.low not in _GLUE:
            break
        follows = k + 1 < len(forms) and forms[k + 1].flags & CAPITAL
        gap = row.starts[k] - row.end(k - 1)
        if form.text == "." and not gap and k + 1 < len(forms) and forms[k + 1].upper:
            if len(before.text) == 1 or before.flags & SHORTENED:
                k += 1
                continue
            break
        if not 0 < gap < 3 and before.text != ".":
            break
        article = form.text == "A" and k + 1 < len(forms) and not forms[k + 1].upper
        if (form.flags & CAPITAL and not article) or (form.low in PARTICLES and follows):
            k += 1
            continue
        after_the = form.low in LINKS and k + 2 < len(forms) and forms[k + 1].low == "the" and forms[k + 2].upper
        if (
            form.low in LINKS
            and (follows or after_the)
            and (linked or form.low not in ("and", "in", "on"))
            and any(f.flags & BODY for f in forms[i:k])
        ):
            k += 2 if after_the else 1
            linked = True
            continue
        break
    return k


@lru_cache(maxsize=1 << 14)
def office_holder(name: str, role: str) -> Person | None:
    """Return the office-holder of a name; a surname alone needs the office beside it."""
    return known(name, role) if " " not in name else spellings().get(fold(name))


def is_acronym(name: list[str]) -> bool:
    """Tell a short form in capitals, such as SCO, from a place's, such as US."""
    return len(name) == 1 and len(name[0]) > 1 and name[0].isupper() and "." not in name[0] and name[0] not in _PLACES


def read_run(row: Row, first: int, last: int, *, initial: bool) -> Run | None:
    """Read a capitalised sequence: drop a sentence's first word that is no name, split titles off, look around."""
    forms, k = row.forms, first
    while k < last and (
        forms[k].flags & COMMON or (k == first and initial and last - k > 1 and forms[k].flags & ADVERBIAL)
    ):
        k += 1
    while last > k and not forms[last - 1].flags & CAPITAL:
        last -= 1
    if k == last or (k + 1 == last and forms[k].flags & (NO_NAME | TITLE)):
        return None  # most sequences are one word
    inside = [i for i in range(k, last) if forms[i].word]
    span = [forms[i] for i in inside]
    if all(f.flags & NO_NAME for f in span) or all(f.flags & TITLE for f in span):
        return None
    if initial and _is_dateline(forms, span, last):
        return None
    cut = (_office_end(forms, k, span) or _titles_end(span)) if len(span) > 1 else 0
    before = _nouns_before(forms, k)
    office = forms[k - 2 : k] if cut and k > 1 and forms[k - 1].low in ("of", "for") else []
    title_words = [*before, *(f.low for f in [*office, *span[:cut]])]
    nouns, gender, like = _around(forms, last, title_words)
    subject = _is_subject(forms, k - len(before), last)
    name = [f.bare for f in span[cut:]]
    return Run(
        k,
        last,
        row.starts[inside[cut]],
        row.starts[inside[-1]] + len(span[-1].bare),
        name,
        nouns,
        " ".join([*before, *(f.text for f in [*office, *span[:cut]])]) if title_words else "",
        subject,
        like,
        gender,
        _pronoun_vote(forms, last) if subject else "",
    )


def _is_dateline(forms: list[Form], span: list[Form], last: int) -> bool:
    """Tell "LAGOS, Nigeria —" from a name."""
    if last >= len(forms) or forms[last].text not in (",", "—", "–", "-", "--", "("):
        return False
    return len(span[0].text) > 3 and all(f.text.isupper() for f in span)


def _office_end(forms: list[Form], k: int, span: list[Form]) -> int:
    """Find where an office ends that began before the sequence: "Minister for | Trade | Ada Okello"."""
    if k < 2 or len(span) < 3 or forms[k - 1].low not in ("of", "for") or forms[k - 2].low not in titles():
        return 0
    for cut in range(1, len(span) - 1):
        if fold(" ".join(f.text for f in span[cut:])) in spellings() or span[cut].text in first_names():
            return cut
    return len(span) - 2


def _titles_end(span: list[Form]) -> int:
    """Find where the titles of a sequence end and the name begins: "Immigration Minister | Ahmed Hussen"."""
    if any(f.flags & BODY for f in span[1:]) and span[0].low not in titles():
        office = [i for i, f in enumerate(span[:-1]) if f.low in titles() and not f.flags & BODY]
        named = (
            office and len(span) - office[-1] - 1 in (1, 2, 3) and not any(f.flags & BODY for f in span[office[-1] :])
        )
        return office[-1] + 1 if named else 0
    cut = 0
    for i, form in enumerate(span[:-1]):
        if form.flags & TITLE:
            cut = i + 1
    return cut


def _nouns_before(forms: list[Form], k: int) -> list[str]:
    """Return the nouns of a person right before a name: "police chief", "professor"."""
    found: list[str] = []
    j = k - 1
    if j > 1 and forms[j].text == "," and forms[j - 1].low in person_nouns():
        return [forms[j - 1].low]
    if j >= 0 and forms[j].low.endswith("year-old"):
        return ["person"]
    while j >= 0 and len(found) < 3 and forms[j].word and not forms[j].upper:
        if forms[j].low not in titles() and not (found and forms[j].low in ("police", "vice", "deputy", "prime", "ex")):
            break
        found.insert(0, forms[j].low)
        j -= 1
    return found


def _around(forms: list[Form], last: int, title_words: list[str]) -> tuple[list[str], str, bool]:
    """Read what a name's titles and its apposition tell: nouns, gender, whether it is a person's."""
    nouns = [word.rstrip(".") for word in title_words]
    genders = [titles()[word] for word in nouns if titles().get(word)]
    like = bool(nouns) and any(word in titles() for word in nouns)
    if last >= len(forms):
        pass
    elif forms[last].text in (",", "(", "—", "–") and not forms[last - 1].flags & POSSESSIVE:
        apposition: list[str] = []
        for form in forms[last + 1 : last + 16]:
            if form.text in (",", ".", ";", ")", "—", "–", "“", '"') or form.low in words("auxiliaries"):
                break
            apposition.append(form.low)
        head = _head_nouns(apposition)
        like = like or bool(head) or (len(apposition) == 1 and apposition[0].isdigit() and len(apposition[0]) == 2)
        like = like or (bool(apposition) and apposition[0] == "who")
        nouns += head
        genders += [person_nouns()[word] for word in head if person_nouns().get(word)]
    elif forms[last].low == "who":
        like = True
    return nouns, genders[0] if genders else "", like


def _head_nouns(apposition: list[str]) -> list[str]:
    """Return the nouns of persons in an apposition, up to its first preposition but for "of"."""
    found: list[str] = []
    for word in apposition:
        if word in words("prepositions") and found:
            break
        if word in words("prepositions") and word != "of":
            break
        if word in person_nouns():
            found.append(word)
    return found


def _is_subject(forms: list[Form], first: int, last: int) -> bool:
    """Tell whether a name looks like the subject of its clause."""
    before = forms[first - 1] if first > 0 else None
    if before is not None and (before.low in words("prepositions") or before.low in ("by", "and", "or")):
        return False
    if forms[last - 1].flags & POSSESSIVE:
        return False
    if before is None or not before.word or before.low in words("openers") or before.low in words("boundaries"):
        return True
    return last < len(forms) and forms[last].word and is_finite(forms, last)


def _pronoun_vote(forms: list[Form], last: int) -> str:
    """Say what the first pronoun behind a subject in the same sentence tells of its gender."""
    for form in forms[last : last + 25]:
        if form.flags & _VOTES:
            return vote_of(form.flags)
    return ""


def vote_of(flags: int) -> str:
    """Return the gender that a pronoun tells; empty for whatever ends the search for one."""
    return "m" if flags & VOTES_MAN else "f" if flags & VOTES_WOMAN else ""
