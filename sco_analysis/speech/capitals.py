"""Prose → sequences of capitalised words, each with the titles, nouns and pronouns around it."""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import pairwise

from ..people import fold, spellings
from ..reading.lines import read_rules
from .cues import words
from .phrases import Token, is_finite, tokens_of

_PARTICLES = frozenset(
    "de da di do dos das del della der den du la le van von bin bint ibn ben al el ul ur y ter".split()
)
_LINKS = frozenset(("of", "for", "on", "the", "and", "&", "in"))
_PLACES = frozenset(("US", "UK", "USA", "BC", "DC", "LA", "NYC", "UAE"))
_PRONOUNS = {"he": "m", "he's": "m", "he'd": "m", "she": "f", "she's": "f", "she'd": "f"}
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")


@dataclass(slots=True)
class Run:
    """A sequence of capitalised words, with the titles around it."""

    start: int
    end: int
    name: list[str]
    titles: list[str]
    role: str
    subject: bool
    quoted: bool
    sentence: int
    paragraph: int
    initial: bool
    person_like: bool
    gender: str
    votes: Counter


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


@dataclass
class Capitals:
    """The capitalised sequences of a document, where its sentences begin, and where "he" and "she" stand."""

    text: str
    #: spans of marked words, in order
    quoted: list[tuple[int, int]]
    runs: list[Run] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    #: in the narration: offset, gender, sentence, paragraph
    pronouns: list[tuple[int, str, int, int]] = field(default_factory=list)

    def read(self, paragraphs: Iterable[tuple[int, int]]) -> Capitals:
        """Read all paragraphs."""
        for number, (start, end) in enumerate(paragraphs):
            self._read_paragraph(tokens_of(self.text, start, end, []), number)
        return self

    def _is_quoted(self, at: int) -> bool:
        i = bisect_right(self.quoted, (at, len(self.text))) - 1
        return i >= 0 and self.quoted[i][0] <= at < self.quoted[i][1]

    def _read_paragraph(self, tokens: list[Token], number: int) -> None:
        initial = True
        i = 0
        while i < len(tokens):
            token = tokens[i]
            if initial:
                self.sentences.append(token.start)
            if not token.word:
                initial = token.text in ".?!…" or (initial and token.text in "\"“”'‘")
                i += 1
                continue
            sentence = len(self.sentences)
            quoted = (token.upper or token.low in _PRONOUNS) and self._is_quoted(token.start)
            if token.low in _PRONOUNS and not quoted:
                self.pronouns.append((token.start, _PRONOUNS[token.low], sentence, number))
            last = i + 1
            if token.upper:
                last = _run_end(tokens, i)
                run = _read_run(tokens, i, last, initial=initial, quoted=quoted)
                if run:
                    run.sentence, run.paragraph = sentence, number
                    self.runs.append(run)
            i = last
            initial = False

    def abbreviations(self) -> Iterator[tuple[str, str]]:
        """Find "Shanghai Cooperation Organization (SCO)": the short form and the full one."""
        for short in self.runs:
            if len(short.name) == 1 and self.text[short.start - 1 : short.start] == "(" and short.name[0].isupper():
                full_name = _spelled_out(self.text[max(0, short.start - 140) : short.start - 1], short.name[0])
                if full_name:
                    yield fold(short.name[0]), full_name
        for letters in dict.fromkeys(r.name[0] for r in self.runs if is_acronym(r.name) and len(r.name[0]) > 2):
            link = r"\w[\w'’-]*,?\s+(?:(?:of|and|the|for|on|&)\s+)*"
            spelled = link.join(re.escape(letter) for letter in letters) + r"[\w'’-]+"
            match = re.search(rf"\b{spelled}", self.text) if letters.isalpha() else None
            if match:
                yield fold(letters), " ".join(match[0].split())
        for full, short in pairwise(self.runs):
            bracketed = (
                self.text[full.end : short.start] in (" (", " (the ") and self.text[short.end : short.end + 1] == ")"
            )
            if bracketed and len(short.name) == 1 and len(full.name) > 1:
                letters = short.name[0].replace(".", "").lower()
                initials = [word[0].lower() for word in full.name if word[0].isupper()]
                if letters[:1] == initials[0] and sum(letter in initials for letter in letters) >= 2:
                    yield fold(short.name[0]), " ".join(full.name)


def _run_end(tokens: list[Token], i: int) -> int:
    """Say behind which token a capitalised sequence ends."""
    k = i + 1
    linked = False
    while k < len(tokens) and not _POSSESSIVE.search(tokens[k - 1].text):
        token, before = tokens[k], tokens[k - 1]
        if token.text == "." and token.start == before.end and k + 1 < len(tokens) and tokens[k + 1].upper:
            if len(before.text) == 1 or before.low in titles() or before.low in ("st", "jr", "mt"):
                k += 1
                continue
            break
        if not 0 < token.start - before.end < 3 and before.text != ".":
            break
        if token.word and token.upper and not (token.text == "A" and k + 1 < len(tokens) and not tokens[k + 1].upper):
            k += 1
            continue
        follows = k + 1 < len(tokens) and tokens[k + 1].word and tokens[k + 1].upper
        if token.low in _PARTICLES and follows:
            k += 1
            continue
        bodily = any(t.low in words("body_words") for t in tokens[i:k])
        after_the = token.low in _LINKS and k + 2 < len(tokens) and tokens[k + 1].low == "the" and tokens[k + 2].upper
        if (
            bodily
            and token.low in _LINKS
            and (follows or after_the)
            and (token.low not in ("and", "in", "on") or linked)
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


def is_acronym(name: list[str]) -> bool:
    """Tell a short form in capitals, such as SCO, from a place's, such as US."""
    return len(name) == 1 and len(name[0]) > 1 and name[0].isupper() and "." not in name[0] and name[0] not in _PLACES


def _read_run(tokens: list[Token], first: int, last: int, *, initial: bool, quoted: bool) -> Run | None:
    """Read a capitalised sequence: drop a sentence's first word that is no name, split titles off, look around."""
    k = first
    while k < last and (
        tokens[k].low in words("common")
        or (k == first and initial and tokens[k].low.endswith(("ly", "ing")) and last - k > 1)
    ):
        k += 1
    while last > k and not (tokens[last - 1].word and tokens[last - 1].upper):
        last -= 1
    span = [t for t in tokens[k:last] if t.word]
    if not span or all(t.low in words("not_names") for t in span):
        return None
    if all(t.low.rstrip(".") in titles() and t.text not in first_names() for t in span):
        return None
    dateline = initial and all(t.text.isupper() for t in span) and last < len(tokens)
    if dateline and len(span[0].text) > 3 and tokens[last].text in (",", "—", "–", "-", "--", "("):
        return None
    cut = _office_end(tokens, k, span) or _titles_end(span)
    before = _nouns_before(tokens, k)
    name = [_POSSESSIVE.sub("", t.text) for t in span[cut:]]
    if not name:
        return None
    office = tokens[k - 2 : k] if cut and k > 1 and tokens[k - 1].low in ("of", "for") else []
    title_words = [*before, *(t.low for t in [*office, *span[:cut]])]
    nouns, gender, like = _around(tokens, first, last, title_words)
    role = " ".join([*before, *(t.text for t in [*office, *span[:cut]])])
    subject = _is_subject(tokens, k - len(before), last)
    votes = _pronoun_votes(tokens, last) if subject else Counter()
    return Run(
        span[cut].start, span[-1].start + len(_POSSESSIVE.sub("", span[-1].text)), name, nouns, role, subject, quoted,
        0, 0, initial, like, gender, votes,
    )  # fmt: skip


def _office_end(tokens: list[Token], k: int, span: list[Token]) -> int:
    """Find where an office ends that began before the sequence: "Minister for | Trade | Ada Okello"."""
    if k < 2 or tokens[k - 1].low not in ("of", "for") or tokens[k - 2].low not in titles() or len(span) < 3:
        return 0
    for cut in range(1, len(span) - 1):
        if fold(" ".join(t.text for t in span[cut:])) in spellings() or span[cut].text in first_names():
            return cut
    return len(span) - 2


def _titles_end(span: list[Token]) -> int:
    """Find where the titles of a sequence end and the name begins: "Immigration Minister | Ahmed Hussen"."""
    if any(t.low in words("body_words") for t in span[1:]) and span[0].low not in titles():
        office = [i for i, t in enumerate(span[:-1]) if t.low in titles() and t.low not in words("body_words")]
        return office[-1] + 1 if office and len(span) - office[-1] - 1 in (1, 2, 3) and not any(
            t.low in words("body_words") for t in span[office[-1] :]) else 0  # fmt: skip
    cut = 0
    for i, token in enumerate(span[:-1]):
        if token.low.rstrip(".") in titles() and token.text not in first_names():
            cut = i + 1
    return cut if cut < len(span) else 0


def _nouns_before(tokens: list[Token], k: int) -> list[str]:
    """Return the nouns of a person right before a name: "police chief", "professor"."""
    found: list[str] = []
    j = k - 1
    if j > 1 and tokens[j].text == "," and tokens[j - 1].low in person_nouns():
        return [tokens[j - 1].low]
    if j >= 0 and tokens[j].low.endswith("year-old"):
        return ["person"]
    while j >= 0 and len(found) < 3 and tokens[j].word and not tokens[j].upper:
        if tokens[j].low not in titles() and not (
            found and tokens[j].low in ("police", "vice", "deputy", "prime", "ex")
        ):
            break
        found.insert(0, tokens[j].low)
        j -= 1
    return found


def _around(tokens: list[Token], first: int, last: int, title_words: list[str]) -> tuple[list[str], str, bool]:
    """Read what a name's titles and its apposition tell: nouns, gender, whether it is a person's."""
    nouns = [word.rstrip(".") for word in title_words]
    genders = [titles()[word] for word in nouns if titles().get(word)]
    like = any(word in titles() for word in nouns)
    possessed = last - 1 >= first and _POSSESSIVE.search(tokens[last - 1].text)
    if last < len(tokens) and tokens[last].text in (",", "(", "—", "–") and not possessed:
        apposition: list[str] = []
        for token in tokens[last + 1 : last + 16]:
            if token.text in (",", ".", ";", ")", "—", "–", "“", '"') or token.low in words("auxiliaries"):
                break
            apposition.append(token.low)
        head = _head_nouns(apposition)
        like = like or bool(head) or (len(apposition) == 1 and apposition[0].isdigit() and len(apposition[0]) == 2)
        like = like or (bool(apposition) and apposition[0] == "who")
        nouns += head
        genders += [person_nouns()[word] for word in head if person_nouns().get(word)]
    elif last < len(tokens) and tokens[last].low == "who":
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


def _is_subject(tokens: list[Token], first: int, last: int) -> bool:
    """Tell whether a name looks like the subject of its clause."""
    before = tokens[first - 1] if first > 0 else None
    if before is not None and (before.low in words("prepositions") or before.low in ("by", "and", "or")):
        return False
    if _POSSESSIVE.search(tokens[last - 1].text):
        return False
    after = tokens[last] if last < len(tokens) else None
    if before is None or not before.word or before.low in words("openers") or before.low in words("boundaries"):
        return True
    return after is not None and after.word and is_finite(tokens, last)


def _pronoun_votes(tokens: list[Token], last: int) -> Counter:
    """Count what the first pronoun behind a subject in the same sentence says about its gender."""
    for token in tokens[last : last + 25]:
        if token.text in '.?!"“':
            break
        if token.upper and token.text in first_names():
            break
        if token.low in ("he", "his", "himself", "he's", "he'd"):
            return Counter({"m": 2})
        if token.low in ("she", "her", "herself", "she's", "she'd"):
            return Counter({"f": 2})
    return Counter()
