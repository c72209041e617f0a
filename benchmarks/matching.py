r"""How fast is a dictionary matched? Run: ``python benchmarks/matching.py [folder]``.

Times are given as ratios to one bare pass of ``re.findall(r"\w+", text)`` over the same text in the same run, so that
machines compare. What is timed: splitting the text into tokens and ids (once for all dictionaries), matching one
dictionary of each kind on the tokens given, and, to compare, the same patterns as one alternation of regular
expressions. Without a folder, the seeds are repeated to about two million words.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import sco_analysis as sco
from sco_analysis.dictionaries import Dictionary
from sco_analysis.matches.matching import glob_regex
from sco_analysis.tokens import split_tokens

ROOT = Path(__file__).resolve().parent.parent
WORDS = 2_000_000
RUNS = 5


def main(folder: str = "") -> None:
    """Time and print."""
    texts = sco.read_corpus(folder or ROOT / "seeds")["text"].tolist()
    size = sum(len(text.split()) for text in texts)
    texts = texts * (1 if folder else -(-WORDS // size))
    dictionaries = {name: sco.read_dictionary(name) for name in ("topics", "states")}
    tokens = split_tokens(texts)
    for dictionary in dictionaries.values():
        dictionary.match(tokens)  # compiled before the clock starts
    bare = [_time(lambda: [re.findall(r"\w+", text) for text in texts]) for _ in range(RUNS)]
    unit = statistics.median(bare)
    print(
        f"{len(tokens):,} tokens; one bare pass: {unit:.2f} s, {len(tokens) / unit / 1e6:.1f} million tokens a second"
    )
    print(f"{'split into tokens and ids':<46} {_ratio(lambda: split_tokens(texts), unit)}")
    for name, dictionary in dictionaries.items():
        label = f"match {name} ({len(dictionary.patterns):,} patterns), given ids"
        print(f"{label:<46} {_ratio(lambda d=dictionary: d.match(tokens), unit)}")
    print(f"{'the same patterns of topics as one regex':<46} {_regex(dictionaries['topics'], texts, unit)}")


def _regex(dictionary: Dictionary, texts: list[str], unit: float) -> str:
    """Time the naive way on a twentieth of the text, for it is slow."""
    longest = sorted(dictionary.patterns, key=lambda pattern: -len(pattern.text))
    words = (r"[\s'’-]+".join(glob_regex(atom).pattern for atom in pattern.atoms) for pattern in longest)
    naive = re.compile(r"\b(?:" + "|".join(f"(?:{word})" for word in words) + r")\b", re.IGNORECASE)
    part = texts[: max(1, len(texts) // 20)]
    share = sum(map(len, part)) / sum(map(len, texts))
    return f"{_time(lambda: [naive.findall(text) for text in part]) / share / unit:.0f} ×"


def _ratio(work: Callable[[], object], unit: float) -> str:
    return f"{statistics.median(_time(work) for _ in range(RUNS)) / unit:.2f} ×"


def _time(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    main(*sys.argv[1:2])
