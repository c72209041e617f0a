r"""How time and memory of `analyse` grow with the corpus: 1, 10 and 100 times as much text, one process each.

    python benchmarks/scale.py [--base 2] [--times 1 10 100] [--jobs 1] [--block 2] [--scheduler local] [--rate 0.3]

Prints the table that `docs/scale.md` shows. Each corpus is made of the seeds with other words (`corpora`) and analysed
by a process of its own, so that its largest memory is its own; processor time is that of it and its workers. The unit
is one bare pass of ``re.findall(r"\w+")`` over the same text on the same machine, a moment before and after.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpora import RATE, varied_corpus

import sco_analysis as sco

MEGABYTE = 1 << 20
#: megabytes of text that are analysed first, so that dictionaries and models are loaded: six documents do
WARM = 0.2


def write_corpus(megabytes: float, path: Path, rate: float = RATE) -> None:
    """Write a corpus as JSON lines, a document a line, with that part of its ordinary words exchanged."""
    with path.open("w", encoding="utf-8") as stream:
        for document in varied_corpus(megabytes, rate=rate):
            told = {name: document[name] for name in ("doc_id", "text", "title", "source", "genre")}
            stream.write(json.dumps(told | {"date": f"{document['date']:%Y-%m-%d}"}, ensure_ascii=False) + "\n")


def bare_pass(path: Path) -> float:
    """Return the processor seconds of one bare pass over the words of a corpus, a document at a time."""
    seconds = 0.0
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            text = json.loads(line)["text"]
            begun = time.process_time()
            len(re.findall(r"\w+", text))
            seconds += time.process_time() - begun
    return seconds


def peak(who: int) -> float:
    """Return the most memory that this process, or the largest of its children, has held, in megabytes."""
    return resource.getrusage(who).ru_maxrss * 1024 / MEGABYTE


def measure(path: Path, jobs: int, block: int, scheduler: str | None) -> dict[str, float]:
    """Analyse one corpus in this process and say what it took."""
    with tempfile.TemporaryDirectory() as warm:  # what is loaded once is no part of the corpus
        write_corpus(WARM, Path(warm, "corpus.jsonl"))
        sco.analyse(Path(warm, "corpus.jsonl"), Path(warm, "out"), jobs=1)
    unit = bare_pass(path)
    start = peak(resource.RUSAGE_SELF)
    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        before, begun = time.process_time(), time.monotonic()
        done = sco.analyse(path, out, jobs=jobs, block=block, scheduler=scheduler)
        seconds, elapsed = time.process_time() - before, time.monotonic() - begun
        written = sum(file.stat().st_size for file in Path(out).rglob("*") if file.is_file())
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = (unit + bare_pass(path)) / 2
    return {
        "characters": int(done.partitions["characters"].sum()),
        "documents": int(done.partitions["documents"].sum()),
        "partitions": len(done.partitions),
        "processor": seconds + children.ru_utime + children.ru_stime,
        "elapsed": elapsed,
        "unit": unit,
        "start": start,
        "peak": peak(resource.RUSAGE_SELF),
        "worker": peak(resource.RUSAGE_CHILDREN),
        "written": written / 1e6,
    }


def main() -> None:
    """Make the corpora, measure each in a process of its own, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", type=float, default=2, help="megabytes of the smallest corpus")
    parser.add_argument("--times", type=float, nargs="+", default=[1, 10, 100])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--block", type=float, default=2, help="megabytes of text a process parses at a time")
    parser.add_argument("--scheduler")
    parser.add_argument("--rate", type=float, default=RATE, help="which part of the seeds' ordinary words is exchanged")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.jobs, int(asked.block * 1e6), asked.scheduler)))
        return
    print("| corpus | documents | partitions | processor s | × bare pass | s per MB | memory over start | written |")
    print("|---|---|---|---|---|---|---|---|")
    for times in asked.times:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place, "corpus.jsonl")
            write_corpus(asked.base * times, path, asked.rate)
            command = [sys.executable, __file__, "--measure", path, "--jobs", str(asked.jobs)]
            command += ["--block", str(asked.block)]
            command += ["--scheduler", asked.scheduler] if asked.scheduler else []
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        took = json.loads(done.stdout.splitlines()[-1])
        size = took["characters"] / 1e6
        memory = took["worker"] if asked.jobs > 1 or asked.scheduler else took["peak"] - took["start"]
        print(
            f"| {size:,.1f} MB | {took['documents']:,} | {took['partitions']} | {took['processor']:,.1f} "
            f"| {took['processor'] / took['unit']:.1f} | {took['processor'] / size:.2f} "
            f"| {memory:,.0f} MB | {took['written']:,.0f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    main()
