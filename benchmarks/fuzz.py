"""Hostile documents by the hundred thousand: does any crash, hang, or lose a word? ``python benchmarks/fuzz.py``.

Documents are put together from pieces of the seeds, of house styles and of rubbish, mutated, and worked on by the
hundreds; what a batch may not do (`PROMISES`) is checked after each. A batch that fails is halved until the one document
is found, which is then made as short as it can be and written to ``build/fuzz/``. Only errors of this package may be
raised. Time is that of the processor: a document may take `SECONDS` of it, and no more.

    python benchmarks/fuzz.py parse --inputs 1000000 --seed 1 --write    the table in docs/reliability.md
    python benchmarks/fuzz.py --minutes 5                                all targets, five minutes each
    python benchmarks/fuzz.py atheris --minutes 5                        guided by coverage, where atheris is installed
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import re
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from fuzz_files import make_file, try_files

import sco_analysis as sco
from sco_analysis import tables
from sco_analysis.intake.languages import in_english
from sco_analysis.parse import parse_strictly

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "reliability.md"
CRASHES = ROOT / "build" / "fuzz"

#: of processor time, for one document of a few hundred signs; for longer ones more, by the sign
SECONDS = 2.0
SECONDS_A_SIGN = 2e-4

PROMISES = (
    "only errors of this package are raised",
    "`documents.text[start:end] == text` in every table of spans",
    "sentences do not overlap, and leave out nothing but white space",
    "every table keeps the promise of its columns, and no key stands twice",
    "every mention and every polarity belongs to a sentence; polarities lie between −1 and 1",
    "the documents come out as they went in, all of them",
    f"no document takes more than {SECONDS:g} s of processor time and {SECONDS_A_SIGN * 1e6:g} µs a sign",
)

LABELS = (
    "Vladimir Putin: | President of Russia Vladimir Putin: |Q |Q: |A: |MR. PRICE: |MS. NAUERT:  |**Xi Jinping:** "
    "|Xi Jinping (via interpreter): |QUESTION: |Question (retranslated): |CHAIR. |Mr. LAVROV. |SECRETARY BLINKEN:  "
    "|Sergei Lavrov — |[Wang Yi]: |Host:|Moderator: |The President: |PRIME MINISTER MODI: |XI|习近平: |Путин: |Q1: |Q12. |"
    "Dmitry Peskov:\n|Foreign Minister Sergey Lavrov:  |Source: |Note: |Photo: |By John Smith|ASTANA, July 4 (Reuters) - "
    "|Moscow, 5 July 2024|* * *|---|###|## Heading of three words\n|> |1. |• |(Applause.)|[Laughter]|[speaks Russian]"
).split("|")
WORDS = (
    'said|told reporters|according to the Kremlin|added that|" he said.|“We support China,” Xi said.|, he said, “|stated: "'
    "|did not say that|welcomed Iran|condemned the United States|thanked Kazakhstan|not only|strategic partnership|war|"
    "Mr.|U.S.|U.K.|e.g.|No. 5|3.5 million|St. Petersburg|J. D. Vance|the President of the Republic of Uzbekistan|he|they|"
    "SCO|Shanghai Cooperation Organisation|our Chinese friends|Astana|Beijing|Kyiv|Moscow’s|Türkiye|Côte d’Ivoire"
).split("|")
RUBBISH = (
    *(
        "\x00",
        "\x07",
        "\x1b[31m",
        "\u202e",
        "\u202d\u2066",
        "\u2069",
        "\u200b",
        "\u200d",
        "\ufeff",
        "\xad",
        "\ufffd",
        "\uffff",
    ),
    *(
        "\u0301" * 30,
        "e\u0301",
        "\U0001f1f7\U0001f1fa",
        "👩‍👩‍👧",
        "\U000e0041",
        "ﷺ",
        "ﬁ",
        "ß",
        "İ",
        "ı",
        "Σς",
        "ǅ",
        "𝐗𝐢",
        "Ⅷ",
        "½",
    ),
    *(
        "\r",
        "\r\n",
        "\x85",
        "\u2028",
        "\u2029",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x1f",
        "\t",
        "\xa0",
        "\u3000",
        "\u2003",
        "\n\n\n",
    ),
    *(
        "“",
        "”",
        "„",
        "‟",
        "«",
        "»",
        "‹",
        "‘",
        "’",
        "‚",
        "'",
        '"',
        "''",
        "``",
        '"""',
        "❝",
        "「",
        "」",
        "『",
        "＂",
        "′",
        "″",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "(((((((",
        "[[[[",
        "“““““",
        "‘‘‘‘",
        "* " * 9,
        "_" * 40,
        "-" * 80,
        "=" * 60,
    ),
    *(
        "...",
        "…",
        ". . .",
        "?!?!",
        "!!!",
        ":",
        "::",
        ": : :",
        ";",
        ",,,",
        "—",
        "–",
        "/",
        "\\",
        "|",
        "&amp;",
        "&#0;",
        "%s",
        "\\n",
    ),
    *(
        "<script>alert(1)</script>",
        "<!--",
        "]]>",
        "=1+1",
        "@SUM(A1)",
        "{{x}}",
        "../../x",
        "http://x.y/z?a=b#c",
        "a@b.c",
        "$1",
    ),
    *(
        "a" * 300,
        "A" * 200,
        "Aa " * 90,
        "a." * 99,
        "A. " * 99,
        "'s" * 50,
        "x-" * 80,
        "1" * 99,
        "1,000," * 30,
        " " * 300,
        "\n" * 60,
    ),
)


class Maker:
    """Makes documents by lot: the same ones for the same seed."""

    def __init__(self, seed: int, seeds: Path = ROOT / "seeds") -> None:
        self.lot = random.Random(seed)
        texts = [path.read_text(encoding="utf-8") for path in sorted(seeds.glob("0*.txt"))]
        self.lines = [line for text in texts for line in text.splitlines() if line.strip()]
        self.whole = "\n\n".join(texts)

    def document(self) -> str:
        """Make one document: mostly a few hundred signs, now and then some thousands."""
        lot = self.lot
        pieces = [self.piece() for _ in range(int(lot.expovariate(0.4)) + 1)]
        if lot.random() < 0.005:
            pieces *= lot.randrange(2, 40)
        text = "".join(pieces)[: 60_000 if lot.random() < 0.001 else 3_000]
        for _ in range(int(lot.expovariate(0.5))):
            text = self.mutate(text)
        return text

    def piece(self) -> str:
        """Choose a stretch of the seeds, a line, a label with words, words, rubbish, or any signs at all."""
        lot = self.lot
        kind = lot.random()
        if kind < 0.3:
            at = lot.randrange(len(self.whole))
            return self.whole[at : at + int(lot.expovariate(0.01)) + 1]
        if kind < 0.45:
            return lot.choice(self.lines)[:400] + lot.choice(("\n", "\n\n", " ", "\r\n"))
        if kind < 0.65:
            return lot.choice(("\n", "\n\n", "")) + lot.choice(LABELS) + self.words() + lot.choice(("\n", "\n\n", ""))
        if kind < 0.8:
            return self.words() + lot.choice((". ", " ", "\n"))
        if kind < 0.97:
            return lot.choice(RUBBISH)
        return "".join(
            chr(lot.choice((lot.randrange(0x250), lot.randrange(0xD800), lot.randrange(0xE000, 0x11000))))
            for _ in range(9)
        )

    def words(self) -> str:
        """Join some words at random."""
        return " ".join(self.lot.choice(WORDS) for _ in range(self.lot.randrange(1, 9)))

    def mutate(self, text: str) -> str:
        """Cut, double, move, turn, put in, or change the case of a stretch of ``text``."""
        lot = self.lot
        start, end = sorted(lot.randrange(len(text) + 1) for _ in range(2))
        end = min(end, start + 80)
        part = text[start:end]
        new = lot.choice(
            ("", part * 2, part * 9, part[::-1], part.upper(), part.lower(), part.swapcase(), lot.choice(RUBBISH), self.piece()[:99],
             part.replace(" ", "\n"), part.replace("\n", " "), part.replace(" ", ""), part.translate({ord("."): ":", ord(":"): "."}))
        )  # fmt: skip
        return text[:start] + new + text[end:]


def table_of(texts: Sequence[str]) -> pd.DataFrame:
    """Make a documents table of ``texts``."""
    rows = [
        {"doc_id": f"d{n:05}", "path": f"d{n:05}.txt", "title": text[:40], "genre": tables.GENRES[n % 3], "text": text}
        | {"sha256": "", "n_words": tables.count_words(text)}
        for n, text in enumerate(texts)
    ]
    return tables.build("documents", rows)


def check_spans(frame: pd.DataFrame, texts: dict[str, str], what: str, prefix: str = "") -> None:
    """Check that the spans of ``frame`` hold its texts, or, with a ``prefix``, that they lie in their documents."""
    for doc_id, start, end, text in zip(
        frame["doc_id"], frame[f"{prefix}start"], frame[f"{prefix}end"], frame["text"], strict=True
    ):
        of = texts[doc_id]
        assert 0 <= start <= end <= len(of), f"{what}: {prefix}span {start}:{end} outside of its document"
        assert prefix or of[start:end] == text, f"{what}: the span {start}:{end} does not hold its text"


def check_partition(sentences: pd.DataFrame, texts: dict[str, str]) -> None:
    """Check that the sentences of each document do not overlap and leave out nothing but white space."""
    spans: dict[str, list[tuple[int, int]]] = {doc_id: [] for doc_id in texts}
    for doc_id, start, end in zip(sentences["doc_id"], sentences["start"], sentences["end"], strict=True):
        spans[doc_id].append((start, end))
    for doc_id, text in texts.items():
        at = 0
        for start, end in [*sorted(spans[doc_id]), (len(text), len(text))]:
            assert start >= at, f"sentences: {start} lies in the one before"
            assert not text[at:start].strip(), f"sentences: {text[at:start].strip()[:20]!r} is in none"
            at = end


def check_parsed(documents: pd.DataFrame, parsed: sco.Parsed) -> None:
    """Check every promise of a parsed corpus (`PROMISES`); raises `AssertionError` with what is broken."""
    texts = dict(zip(documents["doc_id"], documents["text"], strict=True))
    for name in ("documents", "turns", "quotations", "sentences", "mentions", "polarity"):
        frame = tables.check(getattr(parsed, name), name)
        assert not frame.duplicated(list(tables.TABLES[name].key)).any(), f"{name}: a key stands twice"
        assert set(frame["doc_id"]) <= set(texts), f"{name}: a document that is none"
        if "start" in frame:
            check_spans(frame, texts, name)
    check_spans(parsed.turns, texts, "turns", "label_")
    pd.testing.assert_frame_equal(parsed.documents, documents)
    check_partition(parsed.sentences, texts)
    known = set(zip(parsed.sentences["doc_id"], parsed.sentences["start"], strict=True))
    for name in ("mentions", "polarity"):
        frame = getattr(parsed, name)
        assert set(zip(frame["doc_id"], frame["sentence"], strict=True)) <= known, f"{name}: no such sentence"
    assert parsed.polarity["polarity"].between(-1, 1).all(), "polarity: out of its bounds"
    for doc_id, words in zip(parsed.polarity["doc_id"], parsed.polarity["evidence"], strict=True):
        for word in words:
            assert texts[doc_id][word["start"] : word["end"]] == word["text"], "polarity: evidence is not in the text"


def try_parse(texts: Sequence[str]) -> None:
    """Parse, and check every promise."""
    documents = table_of(texts)
    check_parsed(documents, parse_strictly(documents))


def try_steps(texts: Sequence[str]) -> None:
    """Take every step by itself, given less than it would be given on the way; another scorer, another dictionary."""
    documents = table_of(texts)
    by_id = dict(zip(documents["doc_id"], documents["text"], strict=True))
    none = sco.split_turns(documents.iloc[:0])
    tables.check(sco.split_blocks(documents), "blocks")
    sco.explain_labels(documents)
    quotations = sco.find_quotations(documents, none)
    check_spans(quotations, by_id, "quotations without turns")
    for turns, quoted in (
        (none, quotations),
        (none, quotations.iloc[:0]),
        (sco.split_turns(documents), quotations.iloc[:0]),
    ):
        sentences = sco.split_sentences(documents, turns, quoted)
        check_spans(sentences, by_id, "sentences of less")
        check_partition(sentences, by_id)
    mentions = sco.find_mentions(sentences, sco.read_dictionary("states"))
    check_spans(mentions, by_id, "mentions")
    sco.score_polarity(sentences, mentions, scorer="vader")


VALID = {
    ".yml": "kind: topic\nentries:\n  trade:\n    definition: d\n    patterns: {a: [trade, 'customs dut*'], b: [\"oil\"]}\n"
    "    not: [trade union*]\n  war: {patterns: [war, 'peace*']}\n",
    ".yaml": "energy: [oil, gas, \"power plant*\"]\nwar: {a: [war], b: [peace, '*']}\nx: &a [1, 2]\ny: *a\n",
    ".lc3": "+positive\nGOOD*\nvery good\n\n+negative\nbad\n",
    ".dic": "%\n1\tposemo\n2\tnegemo\n%\ngood*\t1\nbad\t2\nodd\t1 2\n",
    ".cat": "POSITIVE\n\tGOOD (1)\n\tVERY_GOOD (1)\n\tSUB\n\t\tFINE* (1)\nNEGATIVE\n\tBAD (1)\n",
    ".lcd": "<?xml version='1.0'?><dictionary><cnode name='a'><pnode name='good'/><cnode name='b'><pnode name='x*'/></cnode></cnode></dictionary>",
}  # fmt: skip


def broken(maker: Maker, content: str, times: int = 4) -> str:
    """Mutate ``content`` a few times, with no pieces of the seeds in it for the most part."""
    for _ in range(maker.lot.randrange(times)):
        content = maker.mutate(content)
    return content


def try_dictionaries(texts: Sequence[str]) -> None:
    """Read mutated dictionary files: a dictionary comes out, which then finds spans, or an error of its own class."""
    with tempfile.TemporaryDirectory(prefix="sco-fuzz-") as folder:
        for text in texts:
            ending, _, content = text.partition("\n")
            path = Path(folder, f"own{ending}")
            path.write_bytes(content.encode("utf-8", "surrogatepass"))
            with contextlib.suppress(sco.DictionaryError):
                found = sco.read_dictionary(path).find(["Trade grows. We oppose the war: very good oil, x1 a*b."])
                assert (found["end"] > found["start"]).all(), "an empty hit"


def try_corpora(texts: Sequence[str]) -> None:
    """Read folders with mutated files, corpus.csv and front matter: nothing is lost, only `CorpusError` raised."""
    for text in texts:
        with tempfile.TemporaryDirectory(prefix="sco-fuzz-") as folder:
            listed, *files = text.split("\x00\x00")
            Path(folder, "corpus.csv").write_bytes(listed.encode("utf-8", "surrogatepass"))
            for number, file in enumerate(files):
                encoding = ("utf-8", "utf-16", "cp1251", "latin-1", "utf-32")[
                    len(file) % 5 if len(file) % 3 == 0 else 0
                ]
                Path(folder, f"{number}{('.txt', '.md')[number % 2]}").write_bytes(file.encode(encoding, "replace"))
            with contextlib.suppress(sco.CorpusError):
                said = sco.check_corpus(folder)
                assert len(said) == len(files), f"{len(said)} files told of {len(files)}"
                documents = tables.check(sco.read_corpus(folder), "documents")
                assert len(documents) == said["status"].ne("left out").sum(), "a document was lost"
                check_parsed(in_english(documents), parse_strictly(documents))  # others are left out, and told


def make_dictionary(maker: Maker) -> str:
    """Make one dictionary file: its ending, and in the lines after it what it holds."""
    ending = maker.lot.choice(list(VALID))
    return f"{ending}\n{broken(maker, VALID[ending])}"


def make_corpus(maker: Maker) -> str:
    """Make one folder: corpus.csv and up to three files, parted by two zero bytes."""
    listed = "file,doc_id,title,source,date,genre\n0.txt,a,A talk,Kremlin,2024-07-05,transcript\n1.md,b,,,,news\n"
    front = "---\ntitle: A: b\ndate: 2024-07-05\nsource: [x, y]\n---\n"
    files = [maker.lot.choice(("", broken(maker, front))) + maker.document() for _ in range(maker.lot.randrange(1, 4))]
    return "\x00\x00".join(
        [broken(maker, listed), *(file.replace("\x00\x00", "\x00 \x00").strip("\x00") for file in files)]
    )


Target = tuple[Callable[[Sequence[str]], None], Callable[[Maker], str], int]

#: name → what is tried, how an input is made, and how many are tried at once
TARGETS: dict[str, Target] = {
    "parse": (try_parse, Maker.document, 400),
    "steps": (try_steps, Maker.document, 100),
    "dictionaries": (try_dictionaries, make_dictionary, 20),
    "corpora": (try_corpora, make_corpus, 5),
    "files": (try_files, make_file, 20),
}


class TooLongError(Exception):
    """Raised in the middle of what has taken too much processor time."""


@contextlib.contextmanager
def limited(texts: Sequence[str]) -> Iterator[None]:
    """Raise `TooLongError` when what is in the block takes more time than ``texts`` may."""

    def stop(*_: Any) -> None:
        raise TooLongError("it takes too long")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS + SECONDS_A_SIGN * sum(map(len, texts)))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def failure(attempt: Callable[[Sequence[str]], None], texts: Sequence[str]) -> str:
    """Say what goes wrong with ``texts``, by its kind and place; empty when all is well."""
    try:
        with limited(texts):
            attempt(texts)
    except TooLongError:
        return "TooLongError"
    except AssertionError as error:
        return f"AssertionError: {re.sub(r'd?[0-9]+', 'N', str(error).splitlines()[0])[:80] if str(error) else ''}"
    except Exception as error:
        trace = error.__traceback__
        while trace.tb_next and "sco_analysis" in trace.tb_next.tb_frame.f_code.co_filename:
            trace = trace.tb_next
        return (
            f"{type(error).__name__} in {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_frame.f_code.co_name}"
        )
    return ""


def find_culprit(attempt: Callable[[Sequence[str]], None], texts: Sequence[str]) -> list[str]:
    """Halve ``texts`` until nothing can be left out for the failure to appear: one document, or a few together."""
    while len(texts) > 1:
        halves = texts[: len(texts) // 2], texts[len(texts) // 2 :]
        texts, last = next((half for half in halves if failure(attempt, half)), texts), texts
        if len(texts) == len(last):
            break
    return list(texts)


def shorten(attempt: Callable[[Sequence[str]], None], text: str, told: str) -> str:
    """Leave out of ``text`` whatever can be, as long as it fails in the same way; for a minute at most."""
    size, end = len(text) // 2, time.process_time() + 60
    while size:
        at = 0
        while at < len(text) and time.process_time() < end:
            shorter = text[:at] + text[at + size :]
            if failure(attempt, [shorter]) == told:
                text = shorter
            else:
                at += size
        size //= 2
    return text


def run(name: str, inputs: int, seed: int, minutes: float, shown: bool = True) -> dict[str, Any]:
    """Try a target with so many inputs, or for so many minutes; comes out: what was tried and what was found."""
    attempt, make, at_once = TARGETS[name]
    maker, begin, found = Maker(seed), time.process_time(), {}
    done, signs, told_at = 0, 0, begin
    warnings.simplefilter("ignore")
    with contextlib.suppress(KeyboardInterrupt):  # what was tried until then counts
        while done < inputs and time.process_time() - begin < minutes * 60:
            texts = [make(maker) for _ in range(min(at_once, inputs - done))]
            if failure(attempt, texts):
                culprit = find_culprit(attempt, texts)
                told = failure(attempt, culprit)
                if told not in found:
                    short = [shorten(attempt, culprit[0], told)] if len(culprit) == 1 else culprit
                    found[told] = short
                    CRASHES.mkdir(parents=True, exist_ok=True)
                    (CRASHES / f"{name}-{len(found)}.json").write_text(json.dumps([told, *short]), encoding="utf-8")
                    print(f"{name}: {told or 'only once'}: {short!r:.600}", flush=True)
            done += len(texts)
            signs += sum(map(len, texts))
            if shown and time.process_time() - told_at > 20:
                told_at = time.process_time()
                print(f"{name}: {done:,} inputs, {signs / 1e6:.0f} million signs, {len(found)} failures", flush=True)
    seconds = time.process_time() - begin
    return {"target": name, "inputs": done, "signs": signs, "seed": seed, "seconds": seconds, "found": found}


def guided(minutes: float) -> None:
    """Let atheris choose the bytes, guided by which lines of the package they reach; it ends the process itself."""
    import atheris  # noqa: PLC0415 - not a requirement: no project needs it but for this

    for name in [name for name in sys.modules if name.startswith("sco_analysis.")]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["sco_analysis"]):
        import sco_analysis.parse  # noqa: F401, PLC0415

    def one(data: bytes) -> None:
        try_parse([atheris.FuzzedDataProvider(data).ConsumeUnicodeNoSurrogates(4000)])

    CRASHES.mkdir(parents=True, exist_ok=True)
    corpus = Path(tempfile.mkdtemp(prefix="sco-fuzz-"))
    maker = Maker(0)
    for number in range(300):
        (corpus / str(number)).write_bytes(b"\x01" + maker.document().encode("utf-32-le"))
    options = [f"-max_total_time={int(minutes * 60)}", f"-artifact_prefix={CRASHES}/", "-timeout=20", str(corpus)]
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


ROW = "| {target} | {inputs:,} | {signs} | {seed} | {failures} |"


def write(results: Sequence[dict[str, Any]]) -> None:
    """Put the results into the table of docs/reliability.md; rows of targets that were not tried stay."""
    text = REPORT.read_text(encoding="utf-8")
    head, mark, rest = text.partition("<!-- fuzz -->\n")
    old, end, tail = rest.partition("<!-- /fuzz -->")
    rows = {line.split("|")[1].strip(): line for line in old.splitlines() if line.startswith("| ")}
    for result in results:
        told = {**result, "signs": f"{result['signs'] / 1e6:.0f}", "failures": "; ".join(result["found"]) or "none"}
        rows[result["target"]] = ROW.format(**told)
    first = "| target | inputs | million characters | seed | failures |"
    lines = [first, "|---|---|---|---|---|", *(row for name, row in rows.items() if name not in ("target", "---"))]
    REPORT.write_text(f"{head}{mark}{chr(10).join(lines)}\n{end}{tail}", encoding="utf-8")


def main() -> int:
    """Try the targets asked for; exits with 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, "atheris", []], help="default: all but atheris")
    parser.add_argument("--inputs", type=int, default=10**9)
    parser.add_argument("--minutes", type=float, default=1e6, help="of processor time, for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="put the results into docs/reliability.md")
    asked = parser.parse_args()
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, signal.default_int_handler)  # also in the background, where Ctrl-C would be ignored
    if "atheris" in asked.targets:
        guided(asked.minutes)
    minutes = asked.minutes if asked.minutes < 1e6 or asked.inputs < 10**9 else 1.0
    results = [run(name, asked.inputs, asked.seed, minutes) for name in asked.targets or TARGETS]
    for result in results:
        each = 1000 * result["seconds"] / max(1, result["inputs"])
        print(f"{result['target']}: {result['inputs']:,} inputs, {len(result['found'])} failures, {each:.2f} ms each")
    if asked.write:
        write(results)
    return int(any(result["found"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
