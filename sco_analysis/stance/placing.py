"""Mentions put into their sentences: what every scorer of polarity is handed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from ..tables import locate
from ..tokens import Tokens, split_tokens
from ..undisturbed import undisturbed


@dataclass(frozen=True)
class Placed:
    """Mentions in their sentences, in the order of the text.

    Of each mention: ``mention`` and ``row``, the numbers of its row in ``mentions`` and of its sentence's in
    ``sentences``; ``start`` and ``end``, its offsets in the sentence's text. ``tokens`` are those of the texts of all
    sentences where they are known.
    """

    sentences: pd.DataFrame
    mentions: pd.DataFrame
    tokens: Tokens | None
    mention: np.ndarray
    row: np.ndarray
    start: np.ndarray
    end: np.ndarray

    @cached_property
    def base(self) -> np.ndarray:
        """Where the sentence of each begins in its document."""
        return self.sentences["start"].to_numpy()[self.row]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a mention: row, start, end, key, form, text (of the sentence), holder_state, base."""
        form = self.of_mention("form").to_numpy(dtype=object)
        text = self.sentences["text"].to_numpy(dtype=object)
        state = _column(self.sentences, "state").fillna("").to_numpy(dtype=object)
        return pd.DataFrame(
            {
                "row": self.row,
                "start": self.start,
                "end": self.end,
                "key": self.of_mention("key").to_numpy(dtype=object),
                "form": np.where(pd.isna(form), "", form),
                "text": text[self.row],
                "holder_state": state[self.row],
                "base": self.base,
            }
        )

    def of_mention(self, column: str) -> ExtensionArray:
        """Return a column of the table of mentions, in step; missing in every row where the table lacks it."""
        return _column(self.mentions, column).array.take(self.mention)

    def tokens_of(self, rows: np.ndarray) -> tuple[Tokens, np.ndarray]:
        """Return tokens that hold those of the sentences ``rows``, and the numbers that their texts have there."""
        if self.tokens is not None:
            return self.tokens, rows
        texts = self.sentences["text"].take(rows).tolist()
        return split_tokens(texts), np.arange(len(texts))


@undisturbed
def place(sentences: pd.DataFrame, mentions: pd.DataFrame, tokens: Tokens | None = None) -> Placed:
    """Put each mention into its sentence; those that are empty, outside it, or of no key drop out."""
    row = locate(sentences, mentions["doc_id"], mentions["sentence"])
    start, end = mentions["start"].to_numpy(), mentions["end"].to_numpy()
    base, limit = sentences["start"].to_numpy(), sentences["end"].to_numpy()
    known = np.flatnonzero((row >= 0) & mentions["key"].notna().to_numpy())
    known = known[(start < end)[known] & (start[known] >= base[row[known]]) & (end[known] <= limit[row[known]])]
    known = known[np.lexsort((start[known], row[known]))]
    row = row[known]
    return Placed(sentences, mentions, tokens, known, row, start[known] - base[row], end[known] - base[row])


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)
