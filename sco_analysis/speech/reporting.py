"""Sentences → reports: which words are reported, by which expression, and where its source stands."""

from __future__ import annotations

from .complements import Report, complement, content_end, past_addressee, predicate, urged
from .cues import Cue, words
from .flags import GOES_ON_TO
from .function_words import (
    ADJUNCTS,
    ADVERBS,
    ALSO_NOUNS,
    BE,
    DETERMINERS,
    DOCUMENTS,
    NEGATIVE,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
)
from .phrases import Sentence, has_clause, is_clause, is_finite
from .subjects import Range, main_subject, phrase_after, subject_before
from .tags import bare_tag, behind_tag, content_start, go_on, inverted, tagged


def find_reports(tokens: Sentence) -> list[Report]:
    """Find all reports in one sentence, in order of their contents; none overlaps another."""
    found: list[Report] = []
    for i in [i for i, token in enumerate(tokens) if token.cue]:
        token = tokens[i]
        cue = token.verb if not token.upper or i == 0 else None
        if cue:
            reports = _by_verb(tokens, i, cue, found)
        elif token.low == "according" and i + 1 < len(tokens) and tokens[i + 1].low == "to":
            reports = _by_preposition(tokens, i, found)
        else:
            continue
        found += [report for report in reports if _says_something(tokens, report)]
    return _without_overlaps(tokens, found)


def _says_something(tokens: Sentence, report: Report) -> bool:
    """Tell whether a report has any words, not signs only."""
    for k in range(report.start, report.end):  # noqa: SIM110 - nearly always the first is a word, and a generator costs
        if tokens[k].word or tokens[k].mark >= 0:
            return True
    return False


def _without_overlaps(tokens: Sentence, reports: list[Report]) -> list[Report]:
    """Keep of two reports that overlap the one found first; "according to" gives way to a verb behind it."""
    if len(reports) < 2:
        return reports
    kept: list[Report] = []
    for found in sorted(reports, key=lambda r: r.how == "according"):
        report = found
        if report.how == "according":
            if any(tokens.starts[report.start] <= r.cue[0] < tokens.end(report.end - 1) for r in kept):
                continue
            begins = [min(r.start, r.source[0] if r.source else r.start) for r in kept if r.start >= report.start]
            end = min([b for b in begins if b > report.start + 3], default=report.end)
            report = report._replace(end=min(report.end, end))
        if not any(r.start < report.end and report.start < r.end for r in kept):
            kept.append(report)
    return sorted(kept)


def _by_verb(tokens: Sentence, i: int, cue: Cue, found: list[Report]) -> list[Report]:
    """Read what a reporting verb brings: inverted, with its subject before it, as a participle, or bare."""
    before = tokens[i - 1] if i else None
    going = before is not None and before.lists & BE
    if cue.form == "participle" and not going:
        return [] if cue.thought else _by_participle(tokens, i, cue, found)
    if before is not None and (before.lists & DETERMINERS or (going and cue.form != "participle")):
        return []
    if cue.form == "finite" and _is_no_verb(tokens, i):
        return []
    if before is not None and before.low == "to" and not _goes_on_to(tokens, i):
        return []
    low = max([r.end for r in found if r.end <= i], default=0) if found else 0
    turned = inverted(tokens, i, cue, low)
    if turned is not None or _is_denied(tokens, i, cue):
        return turned or []
    verb = (
        i
        if before is None or before.low != "to"
        else next(k for k in range(i - 1, -1, -1) if tokens[k].low in GOES_ON_TO)
    )
    subject = subject_before(tokens, verb, low) or (subject_before(tokens, verb, 0) if low else None)
    if subject is not None:
        return _by_subject(tokens, i, cue, low, *subject)
    if not _is_coordinated(tokens, i):
        return bare_tag(tokens, i, cue, low)
    source = found[-1].source if found else main_subject(tokens, 0, i)
    if source is None or (cue.noun and not _is_verb(tokens, i, source)):
        return []
    return _behind(tokens, i, cue, source, i)


def _by_subject(tokens: Sentence, i: int, cue: Cue, low: int, source: Range, outer: int) -> list[Report]:
    """Read a verb with its subject before it: a closed tag, then what stands behind it, then what stands before."""
    if cue.noun and not _is_verb(tokens, i, source):
        return []
    closed = _is_closed_tag(tokens, i, cue, low, outer) and tagged(tokens, i, cue, low, source, outer)
    return closed or _behind(tokens, i, cue, source, outer) or tagged(tokens, i, cue, low, source, outer)


def _behind(tokens: Sentence, i: int, cue: Cue, source: Range, outer: int) -> list[Report]:
    """Read what a verb reports behind it."""
    content = complement(tokens, i + 1, cue, len(tokens), subordinate=_is_subordinate(tokens, outer))
    content = content or predicate(tokens, i, cue, outer) or urged(tokens, i, cue)
    if not content:
        return []
    return [Report(content[0], content[1], tokens.span(i), source, "judgement" if content[2] else "clause")]


def _is_no_verb(tokens: Sentence, i: int) -> bool:
    """Tell "the facts reported by the press" and "in 16 states" from finite verbs."""
    if i + 2 < len(tokens) and tokens[i + 1].low == "by":
        passive = tokens[i].low.endswith("ed") and not tokens[i + 2].low.endswith("ing")
    else:
        passive = False
    return passive or (i > 0 and tokens[i].lists & ALSO_NOUNS > 0 and tokens[i - 1].text[0].isdigit())


def _goes_on_to(tokens: Sentence, i: int) -> bool:
    """Tell "went on to say" and "continued to say"."""
    return i > 2 and (tokens[i - 2].low in ("continued", "continues") or tokens[i - 3].low in GOES_ON_TO)


def _is_denied(tokens: Sentence, i: int, cue: Cue) -> bool:
    """Tell "did not say" from a report."""
    before = [token for token in tokens[max(0, i - 3) : i] if token.lists & NEGATIVE]
    return bool(before) and cue.lemma in words("deniable")


def _is_coordinated(tokens: Sentence, i: int) -> bool:
    """Tell whether a verb shares the subject of an earlier one: "… and in a statement has said"."""
    k = i - 1
    while k > 0 and (tokens[k].lists & ADVERBS or tokens[k].low.endswith("ly")):
        k -= 1
    if k > 0 and (tokens[k].low in ("and", "but", "then") or tokens[k].text == ","):
        return True
    for j in range(k, max(0, k - 7), -1):
        if not tokens[j].word:
            return False
        if tokens[j].low in ("in", "at", "on", "during") and tokens[j - 1].low in ("and", "but"):
            return True
    return False


def _is_closed_tag(tokens: Sentence, i: int, cue: Cue, low: int, outer: int) -> bool:
    """Tell whether marked words stand right before the subject, and a stop or an adjunct behind the verb."""
    if outer - 1 < low or tokens[outer - 1].mark < 0:
        return False
    k = past_addressee(tokens, i + 1, len(tokens)) if "tell" in cue.frames else i + 1
    after = tokens[k] if k < len(tokens) else None
    return after is None or after.text in (".", ",") or (after.lists & ADJUNCTS and after.low != "that")


def _is_subordinate(tokens: Sentence, outer: int) -> bool:
    """Tell whether a subject belongs to a clause that opens the sentence with "When" or "Though"."""
    opening = ("when", "while", "though", "although", "as", "because", "after", "since", "before", "if")
    return outer == 1 and tokens[0].low in opening


def _is_verb(tokens: Sentence, i: int, source: Range) -> bool:
    """Tell a verb from a noun of the same form by what is around it."""
    a, b = source
    if b != i and not all(t.lists & ADVERBS or t.low.endswith("ly") or not t.word for t in tokens[b:i]):
        return False
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    low = tokens[i].low
    if tokens[i - 1].low.endswith(("'s", "s'")) or (after is not None and is_finite(tokens, i + 1)):
        return False
    if low.endswith("s") and any(t.low in _QUANTIFIERS or t.text[0].isdigit() for t in tokens[a:b]):
        return False
    if tokens[a].lists & PRONOUNS:
        return after is None or after.low != "of"
    plural = tokens[b - 1].low.endswith("s") or b - a > 2
    if after is None or after.low in ("of", "to", "for", "about", "from") or not (low.endswith(("s", "d")) or plural):
        return False
    if after.text in (",", ":", "."):
        marked = i + 2 < len(tokens) and tokens[i + 2].mark >= 0 and after.text != "."
        tagging = a > 0 and (tokens[a - 1].mark >= 0 or tokens[a - 1].text == ",")
        return marked or (tagging and tokens[a].low in ("the", "a", "an"))
    return after.mark >= 0 or after.low == "that" or is_clause(tokens, i + 1, len(tokens))


_QUANTIFIERS = frozenset("two three four five six seven eight nine ten several many some most these those all".split())


def _by_participle(tokens: Sentence, i: int, cue: Cue, found: list[Report]) -> list[Report]:
    """Read "Noting that …, X said" and "…, adding that …"."""
    before = tokens[i - 1] if i else None
    if before is not None and before.low in (
        "of",
        "the",
        "a",
        "for",
        "to",
        "about",
        "from",
        "with",
        "not",
        "against",
        "without",
    ):
        return []
    if before is not None and before.low.endswith("ly") and i > 1 and tokens[i - 2].low in ("without", "of", "by"):
        return []
    judging = "judge" in cue.frames and not cue.frames & {"say", "that"}
    content = complement(tokens, i + 1, cue, len(tokens))
    if judging and content is None and i > 1 and _is_document(tokens, i - 1):
        content = i + 1, content_end(tokens, i + 1, len(tokens)), True
        return [Report(content[0], content[1], tokens.span(i), _issuer(tokens, i), "judgement")]
    if content is None or (cue.noun and tokens[content[0] - 1].low != "that" and tokens[content[0]].mark < 0):
        return []
    start, end, judgement = content
    opening = i == 0 or tokens[0].lists & (OPENERS | PREPOSITIONS)
    if opening and not any(t.mark >= 0 or is_finite(tokens, k) for k, t in enumerate(tokens[:i])):
        return _opening_participle(tokens, i, start, end)
    if _is_document(tokens, i - 1):
        source = _issuer(tokens, i)
        if judgement:
            start, end = i + 1, content_end(tokens, i + 1, len(tokens))
        return [Report(start, end, tokens.span(i), source, "judgement" if judgement else "participle")]
    source = found[-1].source if found and found[-1].how != "according" else main_subject(tokens, 0, i)
    return [Report(start, end, tokens.span(i), source, "judgement" if judgement else "participle")]


def _opening_participle(tokens: Sentence, i: int, start: int, end: int) -> list[Report]:
    """Read a participle that opens the sentence: its clause ends at a comma, its source is the subject behind that."""
    for k in range(start + 1, end):
        if tokens[k].text != ",":
            continue
        phrase = phrase_after(tokens, k + 1, len(tokens))
        reported = tokens[start - 1].low == "that" or is_clause(tokens, start, k)
        if reported and phrase and phrase[1] < len(tokens) and is_finite(tokens, phrase[1]):
            return [Report(start, k, tokens.span(i), phrase, "participle")]
    return []


def _is_document(tokens: Sentence, k: int) -> bool:
    return k > 0 and tokens[k].lists & DOCUMENTS


def _issuer(tokens: Sentence, i: int) -> Range | None:
    """Find who issued the statement that a participle tells of."""
    for k in range(i - 1, 0, -1):
        if tokens[k].low in words("issued"):
            subject = subject_before(tokens, k, 0)
            return subject[0] if subject else None
    return None


def _by_preposition(tokens: Sentence, i: int, found: list[Report]) -> list[Report]:
    """Read "according to …" before, within and behind what it reports."""
    phrase = phrase_after(tokens, i + 2, len(tokens))
    if phrase is None:
        return []
    cue = tokens.span(i, i + 2)
    low = max([r.end for r in found if r.end <= i], default=0) if found else 0
    first = content_start(tokens, low, i)
    if first < i and has_clause(tokens, first, i):
        end = i if tokens[i - 1].word or tokens[i - 1].mark >= 0 else i - 1
        more = go_on(tokens, phrase[1], i, phrase)
        return [Report(first, end, cue, phrase, "according"), *(r._replace(cue=cue, how="according") for r in more)]
    rest = behind_tag(tokens, phrase[1])
    if rest is None or not has_clause(tokens, rest, len(tokens)):
        return []
    return [Report(rest, content_end(tokens, rest, len(tokens)), cue, phrase, "according")]
