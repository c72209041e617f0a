"""The paragraphs of many texts by column, so that no object is made for one that is never looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paragraphs:
    """Paragraphs in order: the number of the text of each, where it begins and ends there, and its session."""

    text: list[int]
    start: list[int]
    end: list[int]
    session: list[int]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.text)

    def span(self, number: int) -> tuple[int, int]:
        """Return where a paragraph begins and ends."""
        return self.start[number], self.end[number]
