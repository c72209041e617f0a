"""What the dictionary misses: frequent terms, and latent topics, of the sentences in which it finds nothing.

Both are there to improve a dictionary with: read the examples, add what is a topic, leave what is none. They prove
nothing about the corpus by themselves.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .dictionaries import Dictionary
from .errors import ParameterError
from .groups import counted_sentences
from .topics import topic_hits
from .words import is_content, split_words

if TYPE_CHECKING:
    from .parse import Parsed

_TERMS = ["term", "n", "sentences", "documents", "elsewhere", "example", "doc_id", "start"]
_TOPICS = ["latent", "terms", "sentences", "share", "documents", "example", "doc_id", "start"]
_SEED = 0
#: An example should be short enough to be read and long enough to be understood: about so many words.
_EXAMPLE = 18


def uncovered_terms(
    parsed: Parsed, dictionary: str | Path | Dictionary = "topics", min_count: int = 3, most: int = 30
) -> pd.DataFrame:
    """List the content words, and pairs of them, that are frequent where the dictionary finds no topic.

    In: what `parse` returns; ``dictionary``: as for `topic_frequency`; ``min_count``: rarer terms are left out;
    ``most``: the most rows. What the states dictionary knows (names of states, organisations, office holders), numbers
    and function words (``data/function_words.yml``) are no terms. A word that stands only in a pair that is listed is
    left out.

    Out: one row a term, the most frequent first: ``term``, ``n`` (in sentences without a topic), ``sentences`` and
    ``documents`` (that hold it there), ``elsewhere`` (in sentences with a topic: high where the term adds little),
    ``example`` (a sentence without a topic) with its ``doc_id`` and ``start``. Empty where every sentence has a topic.
    """
    sentences = counted_sentences(parsed)
    terms = _terms(parsed, sentences)
    bare = _bare(parsed, sentences, dictionary)
    n: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    places: dict[str, list[int]] = defaultdict(list)
    for at, (own, missed) in enumerate(zip(terms, bare, strict=True)):
        (n if missed else elsewhere).update(own)
        for term in set(own) if missed else ():
            places[term].append(at)
    for pair in [term for term in n if " " in term and n[term] >= min_count]:
        for word in pair.split():
            if n[word] == n[pair]:
                places.pop(word, None)
    rows = []
    for term in (term for term in places if n[term] >= min_count):
        found = sentences.iloc[places[term]]
        example = found.loc[(found["n_words"] - _EXAMPLE).abs().idxmin()]
        counts = n[term], len(found), found["doc_id"].nunique(), elsewhere[term]
        rows.append((term, *counts, _one_line(example["text"]), example["doc_id"], int(example["start"])))
    table = pd.DataFrame(rows, columns=_TERMS)
    return table.sort_values(["n", "term"], ascending=[False, True], ignore_index=True).head(most)


def latent_topics(
    parsed: Parsed, dictionary: str | Path | Dictionary = "topics", topics: int = 6, terms: int = 8, min_count: int = 3
) -> pd.DataFrame:
    """Group what is said where the dictionary finds no topic, by the words that stand together.

    Non-negative matrix factorisation (Lee and Seung 1999, Nature 401: 788–791), as scikit-learn does it, of the
    sentences' content words weighted by tf–idf (a word needs ``min_count`` sentences). Seeded, and started from the
    singular vectors (Boutsidis and Gallopoulos 2008, Pattern Recognition 41: 1350–1362), so that the same corpus gives
    the same table each time.

    In: what `parse` returns; ``dictionary``: as for `topic_frequency`; ``topics``: how many to look for; ``terms``: how
    many words to show of each.

    Out: one row a latent topic, the largest first: ``latent`` (its number), ``terms``, ``sentences`` (in which it is
    the strongest) and their ``share`` of all sentences without a topic, ``documents``, ``example`` (the sentence in
    which it is strongest) with its ``doc_id`` and ``start``. Fewer rows, or none, where there are too few words.

    Raises `ParameterError` when ``topics``, ``terms`` or ``min_count`` is less than 1.
    """
    if min(topics, terms, min_count) < 1:
        raise ParameterError(f"topics={topics}, terms={terms}, min_count={min_count}: each must be 1 or more")
    sentences = counted_sentences(parsed)
    bare = _bare(parsed, sentences, dictionary)
    documents = [own for own, missed in zip(_terms(parsed, sentences), bare, strict=True) if missed]
    sentences = sentences[bare].reset_index(drop=True)
    frequent = Counter(term for own in documents for term in set(own))
    vocabulary = sorted(term for term in frequent if " " not in term and frequent[term] >= min_count)
    if len(vocabulary) < 2:
        return pd.DataFrame(columns=_TOPICS)
    weights, parts = _factorise(documents, vocabulary, topics)
    strongest = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)
    rows = []
    for k, part in enumerate(parts):
        own = np.flatnonzero(strongest == k)
        if not len(own):
            continue
        best = [vocabulary[i] for i in np.lexsort((np.arange(len(part)), -part)) if part[i] > 0][:terms]
        example = sentences.iloc[own[weights[own, k].argmax()]]
        counts = len(own), len(own) / len(sentences), sentences["doc_id"].iloc[own].nunique()
        rows.append(
            (0, " · ".join(best), *counts, _one_line(example["text"]), example["doc_id"], int(example["start"]))
        )
    table = pd.DataFrame(rows, columns=_TOPICS).sort_values(["sentences", "terms"], ascending=[False, True])
    return table.assign(latent=range(1, len(table) + 1)).reset_index(drop=True)


def _factorise(documents: list[list[str]], vocabulary: list[str], topics: int) -> tuple[np.ndarray, np.ndarray]:
    """Return how strong each topic is in each sentence and each word in each topic, rounded beyond doubt."""
    from sklearn.decomposition import NMF  # noqa: PLC0415 - heavy, and of no use elsewhere
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    counts = TfidfVectorizer(analyzer=list, vocabulary=vocabulary).fit_transform(documents)
    some = min(topics, *counts.shape)
    model = NMF(some, init="nndsvd", random_state=_SEED, max_iter=1000)
    weights = model.fit_transform(counts)
    return weights.round(6), model.components_.round(6)


def _bare(parsed: Parsed, sentences: pd.DataFrame, dictionary: str | Path | Dictionary) -> np.ndarray:
    """Tell which ``sentences`` have no topic of the dictionary."""
    hits, _ = topic_hits(parsed, sentences, dictionary)
    places = hits[["doc_id", "start"]].drop_duplicates()
    merged = sentences[["doc_id", "start"]].merge(
        places, on=["doc_id", "start"], how="left", validate="1:1", indicator=True
    )
    return merged["_merge"].eq("left_only").to_numpy()


def _terms(parsed: Parsed, sentences: pd.DataFrame) -> list[list[str]]:
    """List, for each sentence, its content words and pairs of neighbouring ones, names of the states file left out."""
    named = parsed.mentions[parsed.mentions["kind"].ne("topic") & parsed.mentions["form"].ne("address")]
    spans: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
    for doc_id, sentence, start, end in named[["doc_id", "sentence", "start", "end"]].itertuples(index=False):
        spans[doc_id, sentence].append((start, end))
    out = []
    for doc_id, start, text in sentences[["doc_id", "start", "text"]].itertuples(index=False):
        inside = spans.get((doc_id, start), [])
        own, before, end = [], "", 0
        for at, word in split_words(text):
            known = any(a < start + at + len(word) and start + at < b for a, b in inside)
            content = "" if known or not is_content(word) else word
            if content:
                own.append(content)
                if before and not re.search(r"[^\s\-]", text[end:at]):  # no pair reaches across a comma
                    own.append(f"{before} {content}")
            before, end = content, at + len(word)
        out.append(own)
    return out


def _one_line(text: str) -> str:
    return " ".join(text.split())
