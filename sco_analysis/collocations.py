"""Which words stand together more often than chance would put them there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pandas as pd
from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures

from .errors import ParameterError
from .groups import add_groups, check_by, check_choice, counted_sentences
from .words import is_content, split_words

if TYPE_CHECKING:
    from .parse import Parsed

MEASURES = ("log_likelihood", "pmi")
_COLUMNS = ["first", "second", "n", "n_first", "n_second", "log_likelihood", "pmi", "documents"]


def collocations(
    parsed: Parsed,
    word: str = "",
    by: str = "speaker",
    group: str = "",
    measure: str = "log_likelihood",
    min_count: int = 5,
    window: int = 2,
) -> pd.DataFrame:
    """List pairs of content words that stand together, the most closely tied first.

    In: what `parse` returns. ``word``: only pairs with this word (case aside). ``by``, ``group``: only what one group
    says, named as a tally names it (``by="genre", group="news"``). ``measure``: what sorts the rows,
    ``log_likelihood`` or ``pmi``. ``min_count``: rarer pairs are left out; PMI overrates them. ``window``: how many
    words, in the same sentence, a pair may span: 2 for neighbours. Words are `tables.WORD`, case aside; numbers and
    function words (``data/function_words.yml``) form no pair.

    Out: one row a pair: ``first``, ``second`` (in this order), ``n`` (how often together), ``n_first``, ``n_second``
    (how often each), ``log_likelihood`` (Dunning 1993, Computational Linguistics 19: 61–74), ``pmi`` (log2 of observed
    over expected: Church and Hanks 1990, ibid. 16: 22–29), ``documents`` (that hold the pair). Both measures are those
    of NLTK, over all words of the sentences chosen.

    Raises `ParameterError` when an argument or the group is unknown.
    """
    [by] = check_by([by])
    check_choice("measure", measure, MEASURES)
    if window < 2 or min_count < 1:
        raise ParameterError(f"window={window}, min_count={min_count}: write a window from 2 and a count from 1 upward")
    rows = add_groups(parsed, counted_sentences(parsed), [by])
    if group:
        check_choice("group", group, sorted(rows[by].unique()))
        rows = rows[rows[by] == group]
    stream: list[str | None] = []
    documents: dict[tuple[str, str], set[str]] = defaultdict(set)
    for doc_id, text in zip(rows["doc_id"], rows["text"], strict=True):
        words = [found for _, found in split_words(text)]
        stream += [*words, *[None] * (window - 1)]  # no pair reaches across two sentences
        for at, first in enumerate(words):
            for second in words[at + 1 : at + window]:
                documents[first, second].add(doc_id)
    finder = BigramCollocationFinder.from_words(stream, window)
    finder.N = len(stream) - stream.count(None)  # what stands between sentences is no word
    finder.apply_freq_filter(min_count)
    finder.apply_word_filter(lambda found: found is None or not is_content(found))
    pmi = dict(finder.score_ngrams(BigramAssocMeasures.pmi))
    found = []
    for (first, second), score in finder.score_ngrams(BigramAssocMeasures.likelihood_ratio):
        if word and word.casefold() not in (first, second):
            continue
        counts = finder.ngram_fd[first, second], finder.word_fd[first], finder.word_fd[second]
        found.append((first, second, *counts, score, pmi[first, second], len(documents[first, second])))
    table = pd.DataFrame(found, columns=_COLUMNS)
    return table.sort_values([measure, "n", "first", "second"], ascending=[False, False, True, True], ignore_index=True)
