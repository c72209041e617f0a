"""Sentences → reports: which words are reported, by which expression, and where its source stands."""

from __future__ import annotations

from typing import NamedTuple

from .cues import Cue, particles_of, verb_forms, words
from .phrases import TITLE, Token, has_clause, is_clause, is_finite
from .subjects import Range, main_subject, phrase_after, subject_before

_STOPS = frozenset((",", ".", ";", ":", "?", "!", "…", "—", "–", "--"))
_OCCASIONS = frozenset(
    "interview statement meeting conference hearing briefing speech call email e-mail debate release letter tweet"
    " post report news".split()
)


class Report(NamedTuple):
    """What one reporting expression brings: token ranges of the content and of the source, characters of the cue."""

    start: int
    end: int
    cue: Range
    source: Range | None
    #: `clause`, `tag`, `more` (goes on behind a tag), `according`, `participle`, `judgement`
    how: str


def find_reports(tokens: list[Token]) -> list[Report]:
    """Find all reports in one sentence, in order of their contents; none overlaps another."""
    found: list[Report] = []
    low = 0
    for i, token in enumerate(tokens):
        if token.mark >= 0:
            continue
        cue = verb_forms().get(token.low) if not token.upper or i == 0 else None
        if cue and i >= low:
            low = _add(tokens, found, _by_verb(tokens, i, cue, found), low)
        elif token.low == "according" and i + 1 < len(tokens) and tokens[i + 1].low == "to":
            low = _add(tokens, found, _by_preposition(tokens, i, found), low)
    return _without_overlaps(found)


def _add(tokens: list[Token], found: list[Report], reports: list[Report], low: int) -> int:
    found.extend(r for r in reports if r.start < r.end and any(t.word or t.mark >= 0 for t in tokens[r.start : r.end]))
    return low


def _without_overlaps(reports: list[Report]) -> list[Report]:
    """Keep of two reports that overlap the one found first; "according to" gives way to a verb behind it."""
    kept: list[Report] = []
    for report in sorted(reports, key=lambda r: r.how == "according"):
        if report.how == "according":
            begins = [min(r.start, r.source[0] if r.source else r.start) for r in kept if r.start >= report.start]
            end = min([b for b in begins if b > report.start + 3], default=report.end)
            report = report._replace(end=min(report.end, end))
        if not any(r.start < report.end and report.start < r.end for r in kept):
            kept.append(report)
    return sorted(kept)


def _by_verb(tokens: list[Token], i: int, cue: Cue, found: list[Report]) -> list[Report]:
    before = tokens[i - 1] if i else None
    if cue.form == "participle" and not (before and before.low in words("be")):
        if cue.thought:
            return []
        return _by_participle(tokens, i, cue, found)
    if before is not None and before.low == "to" and not _goes_on_to(tokens, i):
        return []
    if before is not None and before.low in words("determiners"):
        return []
    if before is not None and before.low in words("be") and cue.form != "participle":
        return []
    low = max((r.end for r in found if r.end <= i), default=0)
    span = tokens[i].start, tokens[i].end
    inverted = _inverted(tokens, i, cue, low)
    if inverted is not None:
        return inverted
    verb = i if before is None or before.low != "to" else next(k for k in range(i - 1, -1, -1) if tokens[k].low in _ON)
    subject = subject_before(tokens, verb, low)
    if subject is None and low:
        subject = subject_before(tokens, verb, 0)
    if _is_denied(tokens, i, cue):
        return []
    if subject is None:
        if not _is_coordinated(tokens, i):
            return _bare_tag(tokens, i, cue, low)
        source = found[-1].source if found else main_subject(tokens, 0, i)
        outer = i
        if source is None:
            return []
    else:
        source, outer = subject
    if cue.noun and not _is_verb(tokens, i, source):
        return []
    if subject and _is_closed_tag(tokens, i, cue, low, outer):
        tagged = _tagged(tokens, i, cue, low, source, outer)
        if tagged:
            return tagged
    content = complement(tokens, i + 1, cue, len(tokens), subordinate=_is_subordinate(tokens, outer))
    content = content or _predicate(tokens, i, cue, outer) or _urged(tokens, i, cue)
    if content:
        how = "judgement" if content[2] else "clause"
        return [Report(content[0], content[1], span, source, how)]
    return _tagged(tokens, i, cue, low, source, outer) if subject else []


_ON = frozenset(("went", "goes", "go", "continued", "continues"))


def _goes_on_to(tokens: list[Token], i: int) -> bool:
    """Tell "went on to say" and "continued to say"."""
    return i > 2 and (tokens[i - 2].low in ("continued", "continues") or tokens[i - 3].low in _ON)


def _is_denied(tokens: list[Token], i: int, cue: Cue) -> bool:
    """Tell "did not say" from a report."""
    before = [t.low for t in tokens[max(0, i - 3) : i]]
    negated = any(low in ("not", "never") or low.endswith("n't") for low in before)
    return negated and cue.lemma in words("deniable")


def _is_coordinated(tokens: list[Token], i: int) -> bool:
    """Tell whether a verb shares the subject of an earlier one: "… and in a statement has said"."""
    k = i - 1
    while k > 0 and (tokens[k].low in words("adverbs") or tokens[k].low.endswith("ly")):
        k -= 1
    if k > 0 and (tokens[k].low in ("and", "but", "then") or tokens[k].text == ","):
        return True
    for j in range(k, max(0, k - 7), -1):
        if not tokens[j].word:
            return False
        if tokens[j].low in ("in", "at", "on", "during") and tokens[j - 1].low in ("and", "but"):
            return True
    return False


def _is_closed_tag(tokens: list[Token], i: int, cue: Cue, low: int, outer: int) -> bool:
    """Tell whether marked words stand right before the subject, and a stop or an adjunct behind the verb."""
    if outer - 1 < low or tokens[outer - 1].mark < 0:
        return False
    k = _past_addressee(tokens, i + 1, len(tokens)) if "tell" in cue.frames else i + 1
    after = tokens[k] if k < len(tokens) else None
    return after is None or after.text in (".", ",") or (after.low in words("adjuncts") and after.low != "that")


def _is_subordinate(tokens: list[Token], outer: int) -> bool:
    """Tell whether a subject belongs to a clause that opens the sentence with "When" or "Though"."""
    opening = ("when", "while", "though", "although", "as", "because", "after", "since", "before", "if")
    return outer == 1 and tokens[0].low in opening


def _is_verb(tokens: list[Token], i: int, source: Range) -> bool:
    """Tell a verb from a noun of the same form by what is around it."""
    a, b = source
    if b != i and not all(t.low in words("adverbs") or t.low.endswith("ly") or not t.word for t in tokens[b:i]):
        return False
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    low = tokens[i].low
    if tokens[i - 1].low.endswith(("'s", "s'")) or (after is not None and is_finite(tokens, i + 1)):
        return False
    if low.endswith("s") and (tokens[a].low in _QUANTIFIERS or tokens[a].text[0].isdigit()):
        return False
    if tokens[a].low in words("pronouns"):
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


def _bare_tag(tokens: list[Token], i: int, cue: Cue, low: int) -> list[Report]:
    """A verb with no subject behind marked words: “…” said."""
    if i and tokens[i - 1].mark >= 0 and cue.frames & {"say", "tag"} and i - 1 >= low:
        return [Report(i - 1, i, (tokens[i].start, tokens[i].end), None, "tag")]
    return []


def _inverted(tokens: list[Token], i: int, cue: Cue, low: int) -> list[Report] | None:
    """Read "…, said Telford" and "However, says Kuhrt, “…”"; None when the verb is not inverted."""
    before = tokens[i - 1] if i else None
    if before is None or not (before.mark >= 0 or before.text in (",", "—", "–")) or "judge" in cue.frames:
        return None
    if not cue.frames & {"say", "state", "tag"}:
        return None
    start = i + 1
    if start < len(tokens) and tokens[start].low in particles_of(cue.lemma):
        start += 1
    phrase = phrase_after(tokens, start, len(tokens))
    if phrase is None or tokens[phrase[0]].low in words("times") or _begins_clause(tokens[phrase[0]]):
        return None
    phrase = _named_apposition(tokens, phrase)
    behind = tokens[phrase[1]] if phrase[1] < len(tokens) else None
    if before.mark >= 0 and behind is not None and behind.low.endswith("ed"):
        behind = None
    open_end = behind is None or not behind.word or behind.low in words("relatives") | words("adjuncts")
    if not open_end and not (before.mark >= 0 and behind.low in ("and", "but")):
        return None
    named = any(t.upper for t in tokens[phrase[0] : phrase[1]])
    if before.mark < 0 and not named and tokens[phrase[0]].low not in words("determiners"):
        if phrase[1] - phrase[0] > 3 or (behind is not None and behind.text != "."):
            return None
    if before.mark < 0 and not has_clause(tokens, low, i - 1):
        rest = _behind_tag(tokens, phrase[1])
        opening = all(t.low in words("openers") or not t.word for t in tokens[low:i])
        if rest is not None and (opening or tokens[rest].mark >= 0):
            return [Report(rest, _content_end(tokens, rest, len(tokens)), _span(tokens, i), phrase, "clause")]
        return None
    first = _content_start(tokens, low, i)
    return [
        Report(first, _before_comma(tokens, i), _span(tokens, i), phrase, "tag"),
        *_more(tokens, phrase[1], i, phrase),
    ]


def _begins_clause(token: Token) -> bool:
    return token.low in ("that", "there", "this", "it") or ("'" in token.low and token.low in words("nominative"))


def _named_apposition(tokens: list[Token], phrase: Range) -> Range:
    """Prefer the name in "her partner, Jason Ito,": a description followed by nothing but a name between commas."""
    a, b = phrase
    if b >= len(tokens) or tokens[b].text != "," or tokens[b - 1].upper:
        return phrase
    end = b + 1
    while end < len(tokens) and end - b < 5 and tokens[end].word and tokens[end].upper:
        end += 1
    closed = end >= len(tokens) or tokens[end].text in (",", ".") or tokens[end].low in words("relatives")
    return (b + 1, end) if end > b + 1 and closed else phrase


def _span(tokens: list[Token], i: int) -> Range:
    return tokens[i].start, tokens[i].end


def _before_comma(tokens: list[Token], i: int) -> int:
    return i - 1 if tokens[i - 1].mark < 0 and not tokens[i - 1].word else i


def _content_start(tokens: list[Token], low: int, high: int) -> int:
    """Find where the words before a tag begin; a conjunction behind an earlier report is not theirs."""
    while low < high and not (tokens[low].word or tokens[low].mark >= 0):
        low += 1
    if low and low < high and tokens[low].low in ("and", "or"):
        low += 1
    if low < high - 1 and tokens[high - 1].mark >= 0:
        return _start_of_marked(tokens, low, high - 1)
    return low


def _start_of_marked(tokens: list[Token], low: int, marked: int) -> int:
    """Decide whether the words before a marked stretch belong to what its tag reports."""
    before = tokens[marked - 1]
    if before.text == ":" or (before.text == "," and not has_clause(tokens, low, marked - 1)):
        return marked
    return low


def _tagged(tokens: list[Token], i: int, cue: Cue, low: int, source: Range, outer: int) -> list[Report]:
    """Read "…, Smith said." once nothing reported stands behind the verb."""
    if not cue.frames & {"say", "state", "tell", "tag"} and not ("that" in cue.frames and outer and tokens[outer - 1].mark >= 0):
        return []
    k = outer
    while k > low and tokens[k - 1].low in ("as", "and", "but", "then", "the"):
        k -= 1
    if k <= low or not (tokens[k - 1].mark >= 0 or tokens[k - 1].text in (",", "—", "–", "?", "!")):
        return []
    end = _before_comma(tokens, k)
    first = _content_start(tokens, low, end)
    marked = any(t.mark >= 0 for t in tokens[first:end])
    if not marked and not _may_be_tagged(tokens, first, end, i, cue):
        return []
    return [Report(first, end, _span(tokens, i), source, "tag"), *_more(tokens, i + 1, i, source)]


def _may_be_tagged(tokens: list[Token], first: int, end: int, i: int, cue: Cue) -> bool:
    """Tell whether words without marks before a tag are a reported clause."""
    if cue.thought or cue.lemma in ("begin", "ask", "read", "offer", "continue"):
        return False
    after = tokens[i + 1] if i + 1 < len(tokens) else None
    if after is not None and after.word and "tell" not in cue.frames and after.low not in words("adjuncts") | words("times"):
        return cue.lemma == "go"
    if tokens[first].low.endswith("ing") and not has_clause(tokens, first, end):
        return False
    if cue.lemma == "go":
        return i + 1 < len(tokens) and tokens[i + 1].low == "on" and has_clause(tokens, first, end)
    if has_clause(tokens, first, end):
        return True
    return end - first > 4 and tokens[first].low not in words("prepositions") | words("times")


def _behind_tag(tokens: list[Token], k: int) -> int | None:
    """Find what goes on behind a tag: past its adjuncts and one comma; None at the sentence's end."""
    while k < len(tokens) and (tokens[k].word or tokens[k].text == "("):
        k += 1
        if tokens[k - 1].text == "(":
            k = next((j for j in range(k, len(tokens)) if tokens[j].text == ")"), k) + 1
    if k >= len(tokens) or tokens[k].text not in (",", ";", "—", "–", ":") and tokens[k].mark < 0:
        return None
    k += tokens[k].mark < 0
    return k if k < len(tokens) else None


def _more(tokens: list[Token], k: int, i: int, source: Range) -> list[Report]:
    """Read what goes on behind a tag: "…, she said, but …"."""
    rest = _behind_tag(tokens, k)
    if rest is None:
        return []
    first = tokens[rest]
    if first.mark < 0:
        if first.low in words("relatives") or (first.low.endswith("ing") and len(first.low) > 4):
            rest2 = _behind_tag(tokens, rest) if first.low in words("relatives") else None
            if rest2 is None or tokens[rest2].mark < 0:
                return []
            rest = rest2
        elif first.low in ("as", "according", "when", "while", "though", "although", "after", "a", "an", "the") and not first.low == "but":
            return _more(tokens, rest, i, source) if first.low in ("a", "an", "the") else []
        elif not has_clause(tokens, rest, len(tokens)):
            return []
    if tokens[rest].low == "that":
        rest += 1
    end = _content_end(tokens, rest, len(tokens))
    if tokens[rest].mark >= 0:
        end = rest + 1
    return [Report(rest, end, _span(tokens, i), source, "more")]


def complement(
    tokens: list[Token], k: int, cue: Cue, high: int, *, subordinate: bool = False
) -> tuple[int, int, bool] | None:
    """Find what a verb reports behind it: start and end, and whether it is a judgement in the source's words only."""
    if k < high and tokens[k].low in particles_of(cue.lemma):
        k += 1
    elif cue.lemma in ("point", "go"):
        return None
    if subordinate:
        high = next((j for j in range(k + 1, high) if tokens[j].text == ","), high)
    begin = k
    if "tell" in cue.frames:
        k = _past_addressee(tokens, k, high)
        if k < high and tokens[k].low in ("and", "of", ","):
            that = next((j for j in range(k, min(k + 12, high)) if tokens[j].low == "that" or tokens[j].mark >= 0), None)
            if that and tokens[that].mark < 0 and not any(is_finite(tokens, j) for j in range(k, that)):
                k = that
    for start in _starts(tokens, k, high, near=cue.thought):
        token = tokens[start]
        if token.low == "that" and start + 1 < high and _is_that(tokens, start) and cue.frames - {"judge", "tag"}:
            first = start + 1
            return first, _content_end(tokens, first, high), False
        if token.mark >= 0 and token.low != TITLE and (cue.frames - {"judge"}):
            return start, _marked_end(tokens, start, high), False
        if token.text in (",", ":") and start + 1 < high and tokens[start + 1].mark >= 0 and cue.frames - {"judge"}:
            return start + 1, start + 2, False
    if "judge" in cue.frames:
        stop = next((j for j in range(begin, high) if tokens[j].text == ","), high)
        marked = next((m for m in range(begin, _clause_end(tokens, begin, stop)) if tokens[m].mark >= 0), None)
        if marked is not None:
            return marked, marked + 1, True
    return _bare_clause(tokens, k, cue, high)


def _bare_clause(tokens: list[Token], k: int, cue: Cue, high: int) -> tuple[int, int, bool] | None:
    if not cue.frames & {"say", "tell"} or cue.thought:
        return None
    if "tell" in cue.frames and "say" not in cue.frames and k < high and tokens[k].text in _STOPS:
        return None
    start = _past_adjuncts(tokens, k, high)
    if start >= high or not tokens[start].word or tokens[start].low in ("to", "of", "as", "and", "so", "but", "or"):
        return None
    if start > k and tokens[start].low == "that":
        start += 1
    end = _content_end(tokens, start, high)
    if tokens[start].low in words("prepositions"):
        comma = next((j for j in range(start + 1, end) if tokens[j].text == ","), None)
        first = start + 2 if comma is None else comma + 1
    else:
        first = start
    if tokens[first - 1 : first] and tokens[start].low in ("when", "if", "while", "because", "once", "until", "since"):
        return (start, end, False) if has_clause(tokens, start, end) and cue.lemma in ("say", "tell") else None
    long_enough = end - start > 2 or any(t.mark >= 0 for t in tokens[start:end])
    return (start, end, False) if long_enough and is_clause(tokens, first, end) else None


def _predicate(tokens: list[Token], i: int, cue: Cue, outer: int) -> tuple[int, int, bool] | None:
    """Read what is said of the word a relative clause belongs to: "a deal that critics say is unfair"."""
    relative = outer > 1 and tokens[outer - 1].low in ("that", "which", "what", "who")
    if not relative or i + 1 >= len(tokens) or not is_finite(tokens, i + 1) or not cue.frames & {"say", "state"}:
        return None
    return i + 1, _content_end(tokens, i + 1, len(tokens)), False


def _urged(tokens: list[Token], i: int, cue: Cue) -> tuple[int, int, bool] | None:
    """Read "urged residents to conserve water": what somebody is told to do."""
    if cue.lemma not in words("urging"):
        return None
    for k in range(i + 2, min(i + 9, len(tokens) - 1)):
        if not tokens[k].word or is_finite(tokens, k) or tokens[k].low == "that":
            return None
        if tokens[k].low == "to" and tokens[k + 1].word and not tokens[k + 1].upper:
            first = k - 1 if tokens[k - 1].low in ("not", "never") else k
            return first, _content_end(tokens, first, len(tokens)), False
    return None


def _is_that(tokens: list[Token], k: int) -> bool:
    """Tell the conjunction from "said that"."""
    return tokens[k + 1].word or tokens[k + 1].mark >= 0


def _starts(tokens: list[Token], k: int, high: int, *, near: bool) -> list[int]:
    """List where reported words may begin: at once, and behind the adjuncts up to the next comma or marked words."""
    found = [k] if k < high else []
    infinitive = k + 1 < high and tokens[k].low == "to" and tokens[k + 1].low not in words("determiners")
    infinitive = infinitive and not tokens[k + 1].upper and not tokens[k + 1].low.endswith("s")
    adjunct = near is False and k < high and (tokens[k].low in words("adjuncts") or tokens[k].low in words("times")) and not infinitive
    if adjunct:
        for j in range(k + 1, high):
            if (
                tokens[j].low == "that"
                and tokens[j - 1].word
                and tokens[j - 1].low not in ("in", "on", "at", "of", "by")
            ):
                return [*found, j]
            if (tokens[j].mark >= 0 and tokens[j].low != TITLE) or is_finite(tokens, j):
                return [*found, j] if tokens[j].mark >= 0 else found
            if tokens[j].text in _STOPS:
                return [*found, j, *([j + 1] if j + 1 < high and tokens[j + 1].low == "that" else [])]
    elif k < high and tokens[k].text == "," and k + 1 < high and tokens[k + 1].word:
        for j in range(k + 1, high):
            if tokens[j].text == ",":
                return [*found, *([j + 1] if j + 1 < high and tokens[j + 1].low == "that" else [])]
            if is_finite(tokens, j) or tokens[j].mark >= 0:
                break
    return found


def _past_adjuncts(tokens: list[Token], k: int, high: int) -> int:
    """Step over times and places behind a verb when a clause with its own subject follows."""
    start = k
    while k < high and (tokens[k].low in words("times") and tokens[k].low not in ("this", "last", "next", "late")):
        k += 1
    if k < high and tokens[k].low in ("last", "this", "late", "early", "earlier") and k + 1 < high:
        if tokens[k + 1].low in words("times"):
            return _past_adjuncts(tokens, k + 2, high)
    if k < high and tokens[k].low in ("in", "on", "at", "during", "by", "via", "through", "after", "from"):
        j = k + 1
        if j < high and tokens[j].low in words("determiners"):
            j += 1
        short = j
        while j < high and j - short < 6 and tokens[j].word:
            if j > short and (tokens[j].low in words("nominative") or tokens[j].low in words("determiners")):
                timed = {t.low for t in tokens[k:j]} & (words("times") | _OCCASIONS)
                return j if timed and has_clause(tokens, j, high) else start
            if is_finite(tokens, j):
                break
            j += 1
        return k if k > start else start
    return k


def _past_addressee(tokens: list[Token], k: int, high: int) -> int:
    """Step over whom somebody tells."""
    if k >= high or not tokens[k].word or tokens[k].low in ("that", "of", "about"):
        return k
    if tokens[k].low in ("him", "her", "them", "us", "me", "it", "you", "reporters", "people", "journalists"):
        return k + 1
    j = k + 1
    if tokens[k].low in words("determiners"):
        j += 1
    while j < high and tokens[j].word and tokens[j].low not in words("adjuncts") | words("boundaries"):
        if tokens[j].low in words("nominative") or tokens[j].low in words("determiners"):
            break
        if tokens[j - 1].low.endswith("s") and not tokens[j - 1].upper:
            break
        if (tokens[j].upper and not tokens[j - 1].upper) or is_finite(tokens, j):
            break
        if not tokens[j].upper and tokens[j - 1].upper:
            break
        j += 1
    return j


def _marked_end(tokens: list[Token], start: int, high: int) -> int:
    """Say where the report ends that begins with marked words: with them, or with the clause they are part of."""
    after = tokens[start + 1] if start + 1 < high else None
    if after is None or not after.word or after.low in words("boundaries") or after.low in verb_forms():
        return start + 1
    if after.low in ("in", "on", "at", "during", "after", "used"):
        return start + 1
    return _content_end(tokens, start, high)


def _clause_end(tokens: list[Token], k: int, high: int) -> int:
    for j in range(k, high):
        if tokens[j].text in (";", ".") or (
            tokens[j].low in ("and", "but", "while") and has_clause(tokens, j + 1, high)
        ):
            return j
    return high


def _content_end(tokens: list[Token], start: int, high: int) -> int:
    """Find where reported words end: before the next report, an aside of the narrator's, or the sentence's end."""
    for k in range(start + 1, high):
        token = tokens[k]
        if token.text == ";" or token.low in ("http", "https") or _narrator_returns(tokens, k, high):
            high = k
            break
    while high > start + 1 and tokens[high - 1].mark < 0 and not tokens[high - 1].word and tokens[high - 1].text != ")":
        high -= 1
    return high


def _narrator_returns(tokens: list[Token], k: int, high: int) -> bool:
    token = tokens[k]
    following = tokens[k + 1] if k + 1 < high else None
    if following is None:
        return False
    cue = verb_forms().get(following.low)
    if token.text == ",":
        if cue and cue.form == "participle" and cue.frames & {"say", "that", "tell"}:
            return True
        return following.low == "according" or (
            following.low == "without" and k + 2 < high and (tokens[k + 2].low.endswith(("ing", "ly")))
        )
    if token.low == "according" and following.low == "to":
        return True
    if token.low in ("and", "but", "then") and cue and cue.form == "finite" and cue.frames & {"say", "tell"}:
        return complement(tokens, k + 2, cue, high) is not None
    if token.low in ("but", "while", "and", "although", "though"):
        phrase = phrase_after(tokens, k + 1, high)
        verb = verb_forms().get(tokens[phrase[1]].low) if phrase and phrase[1] < high else None
        criticized = verb and verb.form != "participle" and "judge" in verb.frames
        if criticized and tokens[phrase[0]].low in words("pronouns"):
            return True
        if verb and verb.form != "participle" and not verb.noun and verb.frames & {"say", "tell"}:
            return complement(tokens, phrase[1] + 1, verb, high) is not None
    own = following.low in ("a", "an", "his", "her", "their", "its")
    if (token.low == "during" and following.low in words("determiners")) or (token.low == "in" and own):
        rest = [t for t in tokens[k + 2 : high] if t.word]
        return any(t.low in _OCCASIONS for t in rest[:3]) and not has_clause(tokens, k + 1, high)
    return False


def _by_participle(tokens: list[Token], i: int, cue: Cue, found: list[Report]) -> list[Report]:
    """Read "Noting that …, X said" and "…, adding that …"."""
    before = tokens[i - 1] if i else None
    if before is not None and before.low in ("of", "the", "a", "for", "to", "about", "from", "with", "not", "against", "without"):
        return []
    if before is not None and before.low.endswith("ly") and i > 1 and tokens[i - 2].low in ("without", "of", "by"):
        return []
    judging = "judge" in cue.frames and not cue.frames & {"say", "that"}
    content = complement(tokens, i + 1, cue, len(tokens))
    if judging and content is None and i > 1 and _is_document(tokens, i - 1):
        content = i + 1, _content_end(tokens, i + 1, len(tokens)), True
        return [Report(content[0], content[1], _span(tokens, i), _issuer(tokens, i), "judgement")]
    if content is None or (cue.noun and tokens[content[0] - 1].low != "that" and tokens[content[0]].mark < 0):
        return []
    start, end, judgement = content
    opening = i == 0 or tokens[0].low in words("openers") | words("prepositions")
    if opening and not any(t.mark >= 0 or is_finite(tokens, k) for k, t in enumerate(tokens[:i])):
        return _opening_participle(tokens, i, start, end)
    if _is_document(tokens, i - 1):
        source = _issuer(tokens, i)
        if judgement:
            start, end = i + 1, _content_end(tokens, i + 1, len(tokens))
        return [Report(start, end, _span(tokens, i), source, "judgement" if judgement else "participle")]
    source = found[-1].source if found and found[-1].how != "according" else main_subject(tokens, 0, i)
    return [Report(start, end, _span(tokens, i), source, "judgement" if judgement else "participle")]


def _opening_participle(tokens: list[Token], i: int, start: int, end: int) -> list[Report]:
    """The clause of a participle that opens the sentence ends at a comma; its source is the subject behind that."""
    for k in range(start + 1, end):
        if tokens[k].text != ",":
            continue
        phrase = phrase_after(tokens, k + 1, len(tokens))
        reported = tokens[start - 1].low == "that" or is_clause(tokens, start, k)
        if reported and phrase and phrase[1] < len(tokens) and is_finite(tokens, phrase[1]):
            return [Report(start, k, _span(tokens, i), phrase, "participle")]
    return []


def _is_document(tokens: list[Token], k: int) -> bool:
    return k > 0 and tokens[k].low in words("documents")


def _issuer(tokens: list[Token], i: int) -> Range | None:
    """Find who issued the statement that a participle tells of."""
    for k in range(i - 1, 0, -1):
        if tokens[k].low in words("issued"):
            subject = subject_before(tokens, k, 0)
            return subject[0] if subject else None
    return None


def _by_preposition(tokens: list[Token], i: int, found: list[Report]) -> list[Report]:
    """Read "according to …" before, within and behind what it reports."""
    phrase = phrase_after(tokens, i + 2, len(tokens))
    if phrase is None:
        return []
    cue = tokens[i].start, tokens[i + 1].end
    low = max((r.end for r in found if r.end <= i), default=0)
    first = _content_start(tokens, low, i)
    if first < i and has_clause(tokens, first, i):
        end = i if tokens[i - 1].word or tokens[i - 1].mark >= 0 else i - 1
        more = _more(tokens, phrase[1], i, phrase)
        return [Report(first, end, cue, phrase, "according"), *(r._replace(cue=cue, how="according") for r in more)]
    rest = _behind_tag(tokens, phrase[1])
    if rest is None or not has_clause(tokens, rest, len(tokens)):
        return []
    return [Report(rest, _content_end(tokens, rest, len(tokens)), cue, phrase, "according")]
