"""The words of the sentences that count, with their groups; and the words that say nothing of the matter."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pandas as pd

from .groups import add_groups, counted_sentences
from .reading.lines import read_rules
from .tables import WORD

if TYPE_CHECKING:
    from .parse import Parsed

_WORD = re.compile(WORD)
_NUMBER = re.compile(r"[\d.'’-]+")


def counted_words(parsed: Parsed, by: str) -> pd.DataFrame:
    """Return every counted word but numbers, casefolded, with its document (``doc_id``) and its ``group`` of ``by``."""
    rows = add_groups(parsed, counted_sentences(parsed), [by])
    words = rows.assign(group=rows[by], word=rows["text"].str.findall(WORD))[["doc_id", "group", "word"]]
    words = words.explode("word", ignore_index=True).dropna(subset=["word"])
    words["word"] = words["word"].astype("str").str.casefold()
    return words[~words["word"].str.fullmatch(_NUMBER.pattern)]


@cache
def function_words() -> frozenset[str]:
    """Return the words of ``data/function_words.yml``."""
    return frozenset(word for group in read_rules("function_words.yml").values() for word in group)


def is_content(word: str) -> bool:
    """Tell whether a casefolded word may say something of the matter: no function word, number or single letter."""
    return len(word) > 1 and not _NUMBER.fullmatch(word) and word.replace("’", "'") not in function_words()


def split_words(text: str) -> list[tuple[int, str]]:
    """Split a text into its words, casefolded, each with the offset at which it begins."""
    return [(found.start(), found[0].casefold()) for found in _WORD.finditer(text)]
