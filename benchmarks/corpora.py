"""Corpora of any size for benchmarks, made of the seeds: their documents over and over, with other words in them.

    from corpora import varied_corpus
    documents = pd.DataFrame(varied_corpus(20))

Structure, speakers, names and marks stay as they are printed; ordinary words are exchanged for other ordinary words of
the seeds, three tenths of all and two or more in every sentence, so that long sentences do not come again.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sco_analysis as sco
from sco_analysis.tables import count_words

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
RATE = 0.3
_ORDINARY = re.compile(r"\b[a-z]{4,}\b")
_SENTENCE = re.compile(r"[^.?!\n]+(?:[.?!]+|\n|\Z)")
#: words that make a quotation what it is are left where they stand
_KEPT = frozenset("that said says told asked according added stressed noted believe think this with from they".split())


def varied_corpus(megabytes: float, seed: int = 1, rate: float = RATE) -> Iterator[dict[str, Any]]:
    """Yield records of the documents table until they hold ``megabytes`` (10⁶ characters) of text.

    The same ``seed`` and ``rate`` give the same documents, and a larger corpus begins with the smaller one.
    ``doc_id`` are in ascending order.
    """
    draw = random.Random(seed)
    originals = sco.read_corpus(SEEDS).to_dict("records")
    words = sorted({word for document in originals for word in _ORDINARY.findall(document["text"])} - _KEPT)
    size = number = 0
    while size < megabytes * 1e6:
        original = originals[number % len(originals)]
        text = _SENTENCE.sub(lambda match: _vary(match[0], words, draw, rate), original["text"])
        yield original | {
            "doc_id": f"{number:07d}-{original['doc_id']}",
            "path": f"{number:07d}.txt",
            "text": text,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "n_words": count_words(text),
        }
        size += len(text)
        number += 1


def _vary(sentence: str, words: list[str], draw: random.Random, rate: float) -> str:
    if not rate:
        return sentence
    spans = [match.span() for match in _ORDINARY.finditer(sentence) if match[0] not in _KEPT]
    chosen = draw.sample(spans, min(len(spans), max(2, round(rate * len(spans)))))
    for start, end in sorted(chosen, reverse=True):
        sentence = sentence[:start] + draw.choice(words) + sentence[end:]
    if len(spans) < 2 and len(sentence.split()) > 8:  # a headline of names: two words come in before the last
        at = sentence.rstrip().rindex(" ")
        sentence = f"{sentence[:at]} {draw.choice(words)} {draw.choice(words)}{sentence[at:]}"
    return sentence
