"""Sources first described and named later: "a spokeswoman said … said Ann Lee"."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from ..people import fold
from .cues import words
from .descriptions import also_called
from .names import Cast, Entity, Mention

#: who is meant, how that was found, how sure it is
Answer = tuple[Entity | None, str, float]


class Answers(list[Answer]):
    """The answers for the quotations of a document, in order, and which of them are the same entity."""

    def __init__(self) -> None:
        super().__init__()
        self._where: dict[Entity, list[int]] = defaultdict(list)
        self._first: dict[Entity, int] = {}

    def add(self, answer: Answer) -> None:
        """Add the answer for the next quotation."""
        if answer[0] is not None:
            self._where[answer[0]].append(len(self))
            self._first.setdefault(answer[0], len(self))
        self.append(answer)

    def first(self, entity: Entity) -> int:
        """Return the number of the first answer that is ``entity``."""
        return self._first[entity]

    def rename(self, entity: Entity, named: Entity) -> None:
        """Say of all answers that are ``entity`` that they are ``named``."""
        where = self._where.pop(entity)
        for k in where:
            self[k] = named, "introduction", 0.7
        self._where[named] += where
        self._first[named] = min(self._first.pop(entity), self._first.get(named, len(self)))


def name_later(text: str, cast: Cast, found: Sequence[Any], answers: Answers) -> None:
    """Name, in place, who was described when quoted and is named by the same noun, or by the next words, soon after."""
    _by_noun(text, cast, found, answers)
    _by_next_words(text, found, answers)


def _by_noun(text: str, cast: Cast, found: Sequence[Any], answers: Answers) -> None:
    """Name who is described first and named by the same noun in the next sentences, if nobody else is."""
    called: dict[str, list[Mention]] | None = None
    for k, q in enumerate(found):
        entity = answers[k][0]
        if not _is_introduced(text, q, entity):
            continue
        called = _called(cast) if called is None else called
        fitting: dict[int, Entity] = {}
        for noun in also_called(next(iter(entity.nouns))):
            namesakes = called.get(noun, [])
            behind = bisect_right(namesakes, q.label[1], key=lambda m: m.start)
            near = [m for m in namesakes[behind : behind + 2] if m.paragraph - q.paragraph in (0, 1)]
            fitting.update((m.start, m.entity) for m in near)
        if len(fitting) == 1:
            answers.rename(entity, next(iter(fitting.values())))


def _called(cast: Cast) -> dict[str, list[Mention]]:
    """Return for each noun who is called so, by where they are first named, as the subject of a clause."""
    called: dict[str, list[Mention]] = defaultdict(list)
    for number in sorted(cast.first.values()):
        mention = cast.mention(number)
        if mention.subject and mention.entity.kind == "person":
            for noun in mention.entity.nouns:
                called[noun].append(mention)
    return called


def _by_next_words(text: str, found: Sequence[Any], answers: Answers) -> None:
    """Name somebody described by who says the next words, if that is a person not heard of before."""
    printed = _Printed(text)
    for i, q in enumerate(found[:-1]):
        entity, (named, how, _) = answers[i][0], answers[i + 1]
        if not _is_introduced(text, q, entity) or named is None or how != "named":
            continue
        if entity.nouns & words("one_of_many") or found[i + 1].paragraph - q.paragraph > 1:
            continue
        new = named.kind == "person" and answers.first(named) > i
        fits = entity.gender in ("", named.gender) or not named.gender
        if new and fits and not printed.before(q.end, fold(named.name.split()[-1])):
            answers.rename(entity, named)


def _is_introduced(text: str, q: Any, entity: Entity | None) -> bool:
    """Tell whether a source is somebody new who is described and not named: "a spokeswoman"."""
    if entity is None or entity.named or entity.kind != "person" or q.label is None:
        return False
    return text[q.label[0] : q.label[1]].lower().startswith(("a ", "an ", "one "))


class _Printed:
    """The words of a text as `people.fold` reduces them, up to the offset asked for last: each is folded once."""

    def __init__(self, text: str) -> None:
        self._text, self._read = text, 0
        self._words: set[str] = set()

    def before(self, end: int, word: str) -> bool:
        """Tell whether ``word`` stands before an offset."""
        if end < self._read:
            self._read, self._words = 0, set()
        whole = max(self._text.rfind(" ", self._read, end), self._read)
        self._words.update(fold.__wrapped__(self._text[self._read : whole]).split())
        self._read = whole
        return word in self._words or word in fold.__wrapped__(self._text[whole:end]).split()
