"""Passages printed before: the same words again, or nearly the same, as where two papers edit one piece of wire copy.

The rule, in four steps:

1. **Again, word for word.** Narration and quotations of five words or more (headings of three) printed before in the
   same document; sentences of twelve or more printed in an earlier one. Case and punctuation are ignored.
2. **Nearly the same.** A sentence of twelve words or more is a copy of an earlier one when at least nine tenths of the
   words of both stand in the other in the same order (2 · shared / (all words of both) ≥ 0.9), and what differs is no
   name, no number and no negation: "talks with China" is no copy of "talks with India".
3. **In a run.** Beside a copy (the sentence before or after it, whose original stands beside its original) three
   quarters are enough, names and numbers may differ, and no length is needed.
4. **In the room.** What one says twice in a meeting was said twice: in a turn only another document counts.

Compared are only sentences that share a run of five words, found by an index of such runs; a run that stands in more
than `_COMMON` sentences is a formula and finds nothing.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from difflib import SequenceMatcher
from typing import Any

#: fewest words of a passage that counts as repeated: in one document, and in another one
_HERE, _ELSEWHERE = 5, 12
#: how alike two sentences are that are one: alone, and beside another copy
_ALONE, _IN_RUN = 0.9, 0.75
_RUN_OF_WORDS = 5
_COMMON = 50
_NEGATIONS = frozenset("not no never none nobody nothing neither nor without cannot t".split())
_PASSED_OVER = ("label", "furniture")

Row = dict[str, Any]


def mark_repeats(rows: list[Row]) -> None:
    """Mark, in place, the rows of a sentences table that were printed before.

    ``rows`` stand in the order of the corpus, with doc_id, start, text and voice. Those that repeat an earlier one get
    ``repeat_of`` = ``doc_id:start`` of the first that says it.
    """
    passages = [row for row in rows if row["voice"] not in _PASSED_OVER]
    words = [re.findall(r"\w+", row["text"]) for row in passages]
    folded = [[word.casefold() for word in own] for own in words]
    original = _exact(passages, folded)
    _edited(passages, words, folded, original)
    _runs(passages, folded, original)
    for copy, first in original.items():
        while first in original:  # what was taken for the first proved a copy itself
            first = original[first]  # noqa: PLW2901
        passages[copy]["repeat_of"] = f"{passages[first]['doc_id']}:{passages[first]['start']}"


def _exact(passages: list[Row], folded: list[list[str]]) -> dict[int, int]:
    """Find the passages that are another one word for word: number of the copy → number of the first."""
    seen: dict[tuple[str, ...], int] = {}
    original = {}
    for i, row in enumerate(passages):
        if len(folded[i]) < (3 if row["voice"] == "heading" else _HERE):
            continue
        first = seen.setdefault(tuple(folded[i]), i)
        elsewhere = passages[first]["doc_id"] != row["doc_id"]
        if first != i and _may_repeat(row, passages[first]) and (len(folded[i]) >= _ELSEWHERE or not elsewhere):
            original[i] = first
    return original


def _edited(passages: list[Row], words: list[list[str]], folded: list[list[str]], original: dict[int, int]) -> None:
    """Add to ``original`` the sentences that differ from an earlier one by a word or two."""
    index: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for i, own in enumerate(folded):
        if i in original or len(own) < _ELSEWHERE or passages[i]["voice"] == "heading":
            continue
        runs = {tuple(own[at : at + _RUN_OF_WORDS]) for at in range(len(own) - _RUN_OF_WORDS + 1)}
        found = Counter(j for run in runs if len(index.get(run, ())) <= _COMMON for j in index.get(run, ()))
        for j, _ in found.most_common(3):
            if _may_repeat(passages[i], passages[j]) and _is_edited(words[j], words[i], folded[j], own):
                original[i] = j
                break
        else:
            for run in runs:
                index[run].append(i)


def _is_edited(before: list[str], after: list[str], before_folded: list[str], after_folded: list[str]) -> bool:
    """Whether two sentences differ in few words, none of which is a name, a number or a negation."""
    matcher = SequenceMatcher(None, before_folded, after_folded, autojunk=False)
    if matcher.real_quick_ratio() < _ALONE or matcher.ratio() < _ALONE:
        return False
    changed = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            changed += [(at, before[at]) for at in range(a, b)] + [(at, after[at]) for at in range(c, d)]
    return not any(
        (at > 0 and word[0].isupper()) or any(c.isdigit() for c in word) or word.casefold() in _NEGATIONS
        for at, word in changed
    )


def _runs(passages: list[Row], folded: list[list[str]], original: dict[int, int]) -> None:
    """Add to ``original`` what stands beside a copy and is much like what stands beside its original."""
    queue = list(original.items())
    while queue:
        copy, first = queue.pop()
        for step in (-1, 1):
            i, j = copy + step, first + step
            if not (0 <= i < len(passages) and 0 <= j < len(passages)) or i in original or i in (first, j):
                continue
            same_place = passages[i]["doc_id"] == passages[copy]["doc_id"]
            same_place &= passages[j]["doc_id"] == passages[first]["doc_id"]
            if same_place and _may_repeat(passages[i], passages[j]) and _like(folded[i], folded[j]):
                original[i] = original.get(j, j)
                queue.append((i, j))


def _like(a: list[str], b: list[str]) -> bool:
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _IN_RUN


def _may_repeat(row: Row, first: Row) -> bool:
    """Whether ``row`` would be the same passage if it had the same words: it is no second saying in one meeting."""
    spoken = row["voice"] == "turn" or first["voice"] == "turn"
    return row["doc_id"] != first["doc_id"] or not spoken
