"""Prose → sequences of capitalised words, each with the titles, nouns and pronouns around it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ..people import fold, spellings
from .cues import first_names, person_nouns, titles, words
from .forms import Form, Row, Rows
from .phrases import is_finite

_PARTICLES = frozenset(
    "de da di do dos das del della der den du la le van von bin bint ibn ben al el ul ur y ter".split()
)
_LINKS = frozenset(("of", "for", "on", "the", "and", "&", "in"))
_GLUE = _PARTICLES | _LINKS | {"."}
_PLACES = frozenset(("US", "UK", "USA", "BC", "DC", "LA", "NYC", "UAE"))
_LONGEST_ACRONYM = 30
#: a word that may begin a name, up to its first letter, before another; small words between the two are skipped
_LINKED, _LINKED_ASCII = (
    re.compile(rf"{letter}(?<!\w\w)(?=\w[\w'’-]*+,?+\s++(?:(?:of|and|the|for|on|&)\s++)*+({letter})[\w'’-])")
    for letter in (r"[^\W\d_a-z]", "[A-Z]")
)
_NAME_END = re.compile(r"[\w'’-]+")


@dataclass(slots=True)
class Run:
    """A sequence of capitalised words, with the titles around it."""

    start: int
    end: int
    name: list[str]
    full: str
    titles: list[str]
    role: str
    subject: bool
    initial: bool
    person_like: bool
    gender: str
    #: the gender of the first pronoun behind a subject in the same sentence
    vote: str
    quoted: bool = False
    sentence: int = 0
    paragraph: int = 0


@dataclass
class Capitals:
    """The capitalised sequences of a document, where its sentences begin, and where "he" and "she" stand."""

    #: spans of marked words, in order
    quoted: list[tuple[int, int]]
    runs: list[Run] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    #: in the narration: offset, gender, sentence, paragraph
    pronouns: list[tuple[int, str, int, int]] = field(default_factory=list)

    def read(self, rows: Rows, paragraphs: Iterable[tuple[int, int]]) -> Capitals:
        """Read all paragraphs."""
        self._text = rows.text
        for number, (start, end) in enumerate(paragraphs):
            self._read_paragraph(rows.row(start, end), number)
        return self

    def _is_quoted(self, at: int) -> bool:
        i = bisect_right(self.quoted, (at, len(self._text))) - 1
        return i >= 0 and self.quoted[i][0] <= at < self.quoted[i][1]

    def _read_paragraph(self, row: Row, number: int) -> None:
        forms, starts = row
        opening = reached = self._begin_sentence(row, 0)
        for i in [i for i, form in enumerate(forms) if form.notable]:
            if i < reached:
                continue
            form = forms[i]
            if form.skipped:
                opening = reached = self._begin_sentence(row, i + 1)
                continue
            quoted = bool(self.quoted) and self._is_quoted(starts[i])
            if form.gender and not quoted:
                self.pronouns.append((starts[i], form.gender, len(self.sentences), number))
            if form.capital:
                reached = _run_end(row, i)
                run = _read_run(row, i, reached, initial=i == opening)
                if run:
                    run.quoted, run.sentence, run.paragraph = quoted, len(self.sentences), number
                    self.runs.append(run)

    def _begin_sentence(self, row: Row, i: int) -> int:
        """Note that a sentence begins at ``i``, and again behind each sign up to its first word; return where that is.

        A sign that neither ends a sentence nor marks a quotation leaves the sentence without a first word.
        """
        for k in range(i, len(row.forms)):
            self.sentences.append(row.starts[k])
            if not row.forms[k].skipped:
                return k
        return len(row.forms)

    def abbreviations(self) -> Iterator[tuple[str, str]]:
        """Find "Shanghai Cooperation Organization (SCO)": the short form and the full one."""
        for short in self.runs:
            if len(short.name) == 1 and self._text[short.start - 1 : short.start] == "(" and short.name[0].isupper():
                full_name = _spelled_out(self._text[max(0, short.start - 140) : short.start - 1], short.name[0])
                if full_name:
                    yield fold(short.name[0]), full_name
        letters = {r.name[0] for r in self.runs if is_acronym(r.name) and 2 < len(r.name[0]) <= _LONGEST_ACRONYM}
        for short_form, words_of in _spelled_anywhere(self._text, {form for form in letters if form.isalpha()}):
            yield fold(short_form), words_of
        for full, short in pairwise(self.runs):
            bracketed = (
                self._text[full.end : short.start] in (" (", " (the ") and self._text[short.end : short.end + 1] == ")"
            )
            if bracketed and len(short.name) == 1 and len(full.name) > 1:
                letters = short.name[0].replace(".", "").lower()
                initials = [word[0].lower() for word in full.name if word[0].isupper()]
                if letters[:1] == initials[0] and sum(letter in initials for letter in letters) >= 2:
                    yield fold(short.name[0]), " ".join(full.name)


def _run_end(row: Row, i: int) -> int:
    """Say behind which form a capitalised sequence ends."""
    forms, k, linked = row.forms, i + 1, False
    while k < len(forms) and not forms[k - 1].possessive:
        form, before = forms[k], forms[k - 1]
        if not form.capital and form.low not in _GLUE:
            break
        follows = k + 1 < len(forms) and forms[k + 1].capital
        gap = row.starts[k] - row.end(k - 1)
        if form.text == "." and not gap and k + 1 < len(forms) and forms[k + 1].upper:
            if len(before.text) == 1 or before.low in titles() or before.low in ("st", "jr", "mt"):
                k += 1
                continue
            break
        if not 0 < gap < 3 and before.text != ".":
            break
        article = form.text == "A" and k + 1 < len(forms) and not forms[k + 1].upper
        if (form.capital and not article) or (form.low in _PARTICLES and follows):
            k += 1
            continue
        after_the = form.low in _LINKS and k + 2 < len(forms) and forms[k + 1].low == "the" and forms[k + 2].upper
        if (
            form.low in _LINKS
            and (follows or after_the)
            and (linked or form.low not in ("and", "in", "on"))
            and any(f.body for f in forms[i:k])
        ):
            k += 2 if after_the else 1
            linked = True
            continue
        break
    return k


def _spelled_out(before: str, letters: str) -> str | None:
    """Find the words right before a bracket whose initials are the letters in it; small words are skipped."""
    found = list(re.finditer(r"\w[\w'’-]*", before))
    waiting = len(letters) - 1
    for word in reversed(found[-14:]):
        if word[0][0].upper() == letters[waiting] and (word[0][0].isupper() or word[0] in _LINKS):
            waiting -= 1
        elif word[0][0].isupper() or word[0] not in _LINKS:
            return None
        if waiting < 0:
            return before[word.start() :].strip() if word[0][0].isupper() else None
    return None


def _spelled_anywhere(text: str, acronyms: set[str]) -> Iterator[tuple[str, str]]:
    """Find where words with the initials of an acronym stand in a row; small words between them are skipped."""
    if not acronyms:
        return
    linked = _LINKED_ASCII if all(form.isascii() for form in acronyms) else _LINKED
    follows = {match.start(): match.start(1) for match in linked.finditer(text)}
    longest = max(map(len, acronyms))
    waiting = set(acronyms)
    for start in follows:
        at, initials = start, text[start]
        while at in follows and len(initials) < longest:
            at = follows[at]
            initials += text[at]
            if initials in waiting:
                waiting.discard(initials)
                yield initials, " ".join(text[start : _NAME_END.match(text, at).end()].split())


def is_acronym(name: list[str]) -> bool:
    """Tell a short form in capitals, such as SCO, from a place's, such as US."""
    return len(name) == 1 and len(name[0]) > 1 and name[0].isupper() and "." not in name[0] and name[0] not in _PLACES


def _read_run(row: Row, first: int, last: int, *, initial: bool) -> Run | None:
    """Read a capitalised sequence: drop a sentence's first word that is no name, split titles off, look around."""
    forms, k = row.forms, first
    while k < last and (
        forms[k].common or (k == first and initial and last - k > 1 and forms[k].low.endswith(("ly", "ing")))
    ):
        k += 1
    while last > k and not forms[last - 1].capital:
        last -= 1
    if k == last or (k + 1 == last and (forms[k].no_name or forms[k].title)):
        return None  # most sequences are one word
    inside = [i for i in range(k, last) if forms[i].word]
    span = [forms[i] for i in inside]
    if all(f.no_name for f in span) or all(f.title for f in span):
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
        row.starts[inside[cut]],
        row.starts[inside[-1]] + len(span[-1].bare),
        name,
        " ".join(name),
        nouns,
        " ".join([*before, *(f.text for f in [*office, *span[:cut]])]) if title_words else "",
        subject,
        initial,
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
    if any(f.body for f in span[1:]) and span[0].low not in titles():
        office = [i for i, f in enumerate(span[:-1]) if f.low in titles() and not f.body]
        named = office and len(span) - office[-1] - 1 in (1, 2, 3) and not any(f.body for f in span[office[-1] :])
        return office[-1] + 1 if named else 0
    cut = 0
    for i, form in enumerate(span[:-1]):
        if form.title:
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
    elif forms[last].text in (",", "(", "—", "–") and not forms[last - 1].possessive:
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
    if forms[last - 1].possessive:
        return False
    if before is None or not before.word or before.low in words("openers") or before.low in words("boundaries"):
        return True
    return last < len(forms) and forms[last].word and is_finite(forms, last)


def _pronoun_vote(forms: list[Form], last: int) -> str:
    """Say what the first pronoun behind a subject in the same sentence tells of its gender."""
    for form in forms[last : last + 25]:
        if form.vote:
            return "" if form.vote == "stop" else form.vote
    return ""
