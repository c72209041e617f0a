"""The paragraphs of many texts by column, so that no object is made for one that is never looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..layout import Block


@dataclass(frozen=True)
class Paragraphs:
    """Paragraphs in order: the number of the text of each, where it begins and ends there, and its session."""

    text: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    session: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.text)

    def add(self, text: int, blocks: Iterable[Block]) -> None:
        """Add blocks of one text."""
        for block in blocks:
            self.text.append(text)
            self.start.append(block.start)
            self.end.append(block.end)
            self.session.append(block.session)

    def span(self, number: int) -> tuple[int, int]:
        """Return where a paragraph begins and ends."""
        return self.start[number], self.end[number]
