"""How fast is the scorer ``rules`` beside vaderSentiment? Run: ``python benchmarks/polarity_speed.py [PASSES]``.

Both score the same sentences in this process, on one thread, in turn; the median pass of each counts (processor time).
Seconds depend on the machine; the ratio hardly does. What is compared is the scoring alone: splitting into sentences
and finding the states comes before and is not counted on either side. Two denominators, because the two scorers do not
ask the same question:

- *all sentences of the pages*: what a user waits for. vaderSentiment reads each sentence; ``rules`` reads those in
  which a state is mentioned, for the others have nobody to be friendly or hostile to.
- *sentences with a target*: each is read by both. ``rules`` answers for every state in it, with a role and the words
  that the answer rests on; vaderSentiment gives one number for the sentence.

Read are the Kremlin pages of ``../shared/dev/transcripts`` where that folder is, else the seeds.
"""

from __future__ import annotations

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before numpy is imported

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

import sco_analysis as sco

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT.parent / "shared" / "dev" / "transcripts" / "kremlin.jsonl"
PASSES = 5


def main(argv: list[str]) -> int:
    """Measure and print; returns the exit code."""
    passes = int(argv[0]) if argv else PASSES
    sentences, mentions, what = read()
    analyser = SentimentIntensityAnalyzer()
    aimed = sentences[pd.MultiIndex.from_frame(sentences[["doc_id", "start"]]).isin(sites(mentions))]
    print(f"{what}: {len(sentences):,} sentences, {len(aimed):,} of them with a target")
    for name, some in (("all sentences of the pages", sentences), ("sentences with a target", aimed)):
        texts = some["text"].tolist()

        def rules(some: pd.DataFrame = some) -> None:
            sco.score_polarity(some, mentions, scorer="rules")

        def vader(texts: list[str] = texts) -> None:
            for text in texts:
                analyser.polarity_scores(text)

        ours, theirs = measure([rules, vader], passes)
        print(
            f"{name}: rules {len(some) / ours:,.0f} a second, vaderSentiment {len(some) / theirs:,.0f}: "
            f"{theirs / ours:.1f} times"
        )
    return 0


def read() -> tuple[pd.DataFrame, pd.DataFrame, str]:
    """Return sentences, the mentions of states in them, and what they are."""
    if PAGES.is_file():
        with tempfile.TemporaryDirectory() as folder, PAGES.open(encoding="utf-8") as lines:
            for line in lines:
                page = json.loads(line)
                (Path(folder) / f"{page['id']}.txt").write_text(page["text"], encoding="utf-8", newline="")
            parsed, what = sco.parse(sco.read_corpus(folder)), "Kremlin pages of ../shared/dev"
    else:
        parsed, what = sco.parse(sco.read_corpus(ROOT / "seeds")), "the seeds"
    return parsed.sentences, parsed.mentions[parsed.mentions["kind"] == "state"], what


def sites(mentions: pd.DataFrame) -> pd.MultiIndex:
    """Return document and start of the sentences in which something is mentioned."""
    return pd.MultiIndex.from_frame(mentions[["doc_id", "sentence"]].drop_duplicates())


def measure(runs: list[Callable[[], None]], passes: int) -> list[float]:
    """Return the median processor time of each of ``runs``, taken in turn; a first pass of each is not counted."""
    seconds: list[list[float]] = [[] for _ in runs]
    for number in range(passes + 1):
        for run, taken in zip(runs, seconds, strict=True):
            before = time.process_time()
            run()
            if number:
                taken.append(time.process_time() - before)
    return [statistics.median(taken) for taken in seconds]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
