"""A whole corpus, however large → its tables on disk and its three tallies, by as many processes as there are."""

from __future__ import annotations

import inspect
import json
import pickle
import shutil
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from .. import __version__, tables
from ..corpus import Corpus
from ..dictionaries import read_dictionary
from ..errors import CorpusError, CorpusWarning, ParameterError, RenderError
from ..groups import check_by, check_choice
from ..parse import parse
from ..progress import progress
from ..records import escape_formulas
from ..store.files import alone, put, put_together
from ..store.fingerprints import digest, hash_file
from .copies import find_copies
from .pairs import find_pairs
from .parts import TABLES, WORK, Job, code_here, name_documents, parse_share
from .pools import Lost, Pool, opened, run
from .publishing import TALLIES, add_files, publish_part, sums_file
from .shares import Share, divide
from .sketches import SKETCH

#: Characters of text that one process parses at a time.
BLOCK = 2_000_000
#: Sums of so many parts are added at once.
_TOGETHER = 16
#: So many rows of sketches are sorted at once, or an eighth of the characters of a block.
_SKETCHED = 300_000


@dataclass(frozen=True)
class Analysis:
    """What `analyse` found: the three tallies, what failed, what was done; the other tables are read when asked for."""

    topic_frequency: pd.DataFrame
    speaker_share: pd.DataFrame
    sentiment_toward_states: pd.DataFrame
    #: documents that could not be parsed: doc_id, path, error
    failures: pd.DataFrame
    #: partitions: partition, documents, characters, words, status (``parsed`` or ``taken over``)
    partitions: pd.DataFrame
    folder: Path

    def read(self, name: str) -> pd.DataFrame:
        """Read the whole table ``name`` (``turns``, ``sentences`` …), which must fit into memory."""
        check_choice("name", name, TABLES)
        return pd.read_parquet(self.folder / name)

    def __repr__(self) -> str:
        """Say how much there was."""
        done = self.partitions
        return (
            f"Analysis({done['documents'].sum():,} documents, {done['words'].sum():,} words, {len(done)} partitions, "
            f"{len(self.failures)} failures, in {self.folder})"
        )


def analyse(
    source: Corpus,
    out: str | Path,
    *,
    by: str | Sequence[str] = "speaker",
    scorer: str = "rules",
    options: Mapping[str, Mapping[str, Any]] | None = None,
    scheduler: str | None = None,
    jobs: int | None = None,
    block: int = BLOCK,
) -> Analysis:
    """Parse a corpus of any size, write its tables, and count its topics, speakers and sentiment toward states.

    Parameters
    ----------
    source
        What `read_corpus` takes: a folder or file, an address that fsspec knows, or some of `list_inputs`.
    out
        A folder for the results, which all workers can write to. It gets ``turns/``, ``quotations/``, ``sentences/``,
        ``mentions/``, ``polarity/`` and ``documents/`` (without the texts) with a parquet file for each partition; the
        tallies, ``failures`` and ``partitions`` as csv and parquet; ``manifest.json``; and ``.work``, from which a run
        that was stopped goes on: what was parsed is not parsed again while neither documents nor code have changed.
    by, options
        ``by`` is that of all three tallies; ``options`` are further arguments of each, by its name:
        ``{"speaker_share": {"unit": "turns"}}``.
    scorer
        The name of a scorer, as for `parse`.
    scheduler
        The address of a Dask scheduler, or ``local`` for Dask workers on this machine (both need
        ``sco-analysis[distributed]``). Without it, processes of this machine do the work.
    jobs
        How many processes; one for each processor unless told otherwise. With 1, all is done in this process.
    block
        Characters of text that one process parses at a time: what memory holds is some times that, not the corpus.

    Returns
    -------
    Analysis
        The three tallies, equal to the last digit to those of the corpus parsed at once; the documents that failed; the
        partitions.

    Raises
    ------
    CorpusError
        When the corpus does not exist, holds no document, or two documents have one doc_id.
    ParameterError
        When an argument is unknown, the scheduler does not answer, or another process works in ``out``.

    Warns
    -----
    CorpusWarning
        For each file that was left out, and when documents failed.

    Notes
    -----
    A process that is killed is replaced, and its partition tried again, then halved until the document is found that
    kills it; that one, like those that raise an error, is left out and named in ``failures``. The scorer ``model``
    computes with numbers that depend, in their last bits, on what is scored together; all else is exact.
    """
    job = Job(str(Path(out).expanduser().resolve()), scorer, code_here(), _counts(by, options or {}))
    _try(job)
    shares = divide(source, block)
    place = Path(job.place)
    with ExitStack() as stack:
        try:
            stack.enter_context(alone(job.work, place))
        except RenderError:
            raise ParameterError(f"another process works in {place}; wait for it, or give another folder") from None
        return _analyse(job, stack.enter_context(opened(scheduler, jobs)), shares, _name(source), block)


def _name(source: Corpus) -> str:
    return str(source) if isinstance(source, str | Path) else ", ".join(sorted({each.root for each in source}))


def _counts(by: str | Sequence[str], options: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    for name, own in options.items():
        check_choice("options", name, list(TALLIES))
        for option in own:
            check_choice(f"options[{name!r}]", option, list(inspect.signature(TALLIES[name].add).parameters)[1:])
    counts = {name: {"by": by, **options.get(name, {})} for name in TALLIES}
    for own in counts.values():
        own["by"] = check_by(own["by"], also=("holder",))
    dictionary = counts["topic_frequency"].get("dictionary", "topics")
    if dictionary != "topics":
        if not isinstance(dictionary, str | Path):
            raise ParameterError("dictionary: give the path of its file, so that every worker can read it")
        read_dictionary(dictionary)
        path = Path(dictionary).resolve()
        counts["topic_frequency"] |= {"dictionary": str(path)}
    return counts


def _try(job: Job) -> None:
    """Find out what is wrong with the options before hours of work, on one line of text."""
    tiny = tables.build("documents", [{"doc_id": "a", "text": "China is a friend.", "genre": "news", "n_words": 4}])
    parsed = parse(tiny, job.scorer)
    for name, options in job.counts.items():
        TALLIES[name].add(parsed, **options)


def _analyse(job: Job, pool: Pool, shares: Iterable[Share], root: str, block: int) -> Analysis:
    place = Path(job.place)
    records, failures = _parse_all(job, pool, shares)
    for record in records:
        for message in record["told"]:
            warnings.warn(message, CorpusWarning, stacklevel=4)
    parts = [record for record in records if record["documents"]]
    if not parts:
        raise CorpusError(f"no document of {root} could be parsed; `sco-analysis check` says why")
    rows = _mark_all(job, pool, parts, block)
    found = _add_up(job, pool, parts)
    failed = pd.DataFrame(failures, columns=["doc_id", "path", "error"], dtype="str")
    if len(failed):
        warnings.warn(f"{len(failed)} documents failed; see {place / 'failures.csv'}", CorpusWarning, stacklevel=4)
    columns = ["name", "documents", "characters", "words", "status"]
    done = pd.DataFrame([{name: part[name] for name in columns} for part in parts]).rename(
        columns={"name": "partition"}
    )
    for name, table in {**found, "failures": failed, "partitions": done}.items():
        _write(table, place / name)
    _sweep(job, parts)
    files = [f"{name}.{kind}" for name in (*found, "failures", "partitions") for kind in ("csv", "parquet")]
    manifest = {
        "version": __version__,
        "code": job.code,
        "source": root,
        "scorer": job.scorer,
        "tallies": job.counts,
        "documents": int(done["documents"].sum()),
        "words": int(done["words"].sum()),
        "failures": len(failed),
        "partitions": len(done),
        "rows": rows,
        "sha256": {name: hash_file(place / name) for name in files},
    }
    put(place / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    return Analysis(**found, failures=failed, partitions=done, folder=place)


def _parse_all(job: Job, pool: Pool, shares: Iterable[Share]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Parse all shares, halving those whose process is killed; return their records in order, and the failures."""
    records: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    taken: dict[str, Share] = {}  # those that are worked at
    with progress("Parsing", 0) as step:
        while True:
            lost: list[tuple[Share, Lost]] = []
            for name, record in run(pool, parse_share, _calls(job, shares, taken)):
                step(f"partition {name}")
                share = taken.pop(name)
                if isinstance(record, Lost):
                    lost.append((share, record))
                else:
                    records.append(record)
                    failures += record["failures"]
            if not lost:
                return sorted(records, key=lambda record: record["name"]), failures
            shares = _halved(pool, lost, failures)


def _calls(job: Job, shares: Iterable[Share], taken: dict[str, Share]) -> Iterator[tuple[str, tuple[Job, Share]]]:
    for share in shares:
        taken[share.name] = share
        yield share.name, (job, share)


def _halved(pool: Pool, lost: list[tuple[Share, Lost]], failures: list[dict[str, str]]) -> list[Share]:
    """Halve shares whose process was killed; one that is a single document, or cannot even be read, has failed."""
    halves = []
    for number, names in run(pool, name_documents, ((number, (share,)) for number, (share, _) in enumerate(lost))):
        share, why = lost[number]
        if isinstance(names, Lost):
            failures += [{"doc_id": each.doc_id, "path": each.path, "error": names.how} for each in share.inputs]
        elif len(names) == 1:
            failures.append({"doc_id": names[0][0], "path": names[0][1], "error": why.how})
        else:
            halves += share.halves(len(names))
    return halves


def _mark_all(job: Job, pool: Pool, parts: list[dict[str, Any]], block: int) -> dict[str, int]:
    """Find the passages that several parts print, and write all tables; returns how many rows each has."""
    keys = [part["key"] for part in parts]
    state = digest(keys)[:16]
    size = sum((job.part(key) / "sketch").stat().st_size for key in keys)
    buckets = 1 + size // (SKETCH.itemsize * max(_SKETCHED, block // 8))
    with progress("Repeats", buckets + 2 * len(parts)) as step:
        calls = ((bucket, (job, state, keys, bucket, buckets)) for bucket in range(buckets))
        for bucket, twice in _certain(run(pool, find_pairs, calls)):
            step(f"range {bucket + 1}")
            if twice:
                part, doc = twice[0]
                name = pd.read_parquet(job.part(keys[part]) / "documents.parquet")["doc_id"].iloc[doc]
                raise CorpusError(f"two documents have the doc_id {name!r}; give each its own")
        calls = ((part, (job, state, keys, part, buckets)) for part in range(len(parts)))
        for part, _ in _certain(run(pool, find_copies, calls)):
            step(f"passages of {parts[part]['name']}")
        rows = dict.fromkeys(TABLES, 0)
        calls = ((part, (job, state, keys, part, each["name"])) for part, each in enumerate(parts))
        for part, found in _certain(run(pool, publish_part, calls)):
            step(f"tables of {parts[part]['name']}")
            rows = {name: rows[name] + found[name] for name in rows}
    return rows


def _certain(answers: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    for name, value in answers:
        if isinstance(value, Lost):
            raise RuntimeError(f"a worker was killed again and again ({value.how}); is there too little memory?")
        yield name, value


def _add_up(job: Job, pool: Pool, parts: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    """Add the sums of all parts, some at a time, until one is left, and finish the tallies with it."""
    files = [sums_file(job, part["name"]) for part in parts]
    level = 0
    while len(files) > 1 or not level:
        level += 1
        groups = [files[at : at + _TOGETHER] for at in range(0, len(files), _TOGETHER)]
        calls = ((at, (group, job.work / "added" / f"{level}-{at}.pickle")) for at, group in enumerate(groups))
        files = [file for _, file in sorted(_certain(run(pool, add_files, calls)))]
    total = pickle.loads(files[0].read_bytes())
    found = {}
    for name, tally in TALLIES.items():
        options = {option: value for option, value in job.counts[name].items() if option in tally.both}
        found[name] = tally.finish(total[name], **options)
    return found


def _write(table: pd.DataFrame, path: Path) -> None:
    text = escape_formulas(table).to_csv(index=False, lineterminator="\n").encode()
    put_together(
        {
            path.with_suffix(".csv"): text,
            path.with_suffix(".parquet"): lambda draft: table.to_parquet(draft, index=False),
        }
    )


def _sweep(job: Job, parts: list[dict[str, Any]]) -> None:
    """Remove what earlier runs have left: partitions and marks that are no longer those of this corpus."""
    names, keys = {part["name"] for part in parts}, {part["key"] for part in parts}
    for table in TABLES:
        for file in Path(job.place, table).glob("part-*.parquet"):
            if file.stem.removeprefix("part-") not in names:
                file.unlink()
    for folder in (job.work / "parsed").iterdir():
        if folder.name not in keys:
            shutil.rmtree(folder, ignore_errors=True)
    for file in (*(job.work / "sums").iterdir(), *(job.work / "published").iterdir()):
        if file.stem not in names:
            file.unlink()
    for folder in ("copies", "added"):
        shutil.rmtree(job.work / folder, ignore_errors=True)


__all__ = ["BLOCK", "WORK", "Analysis", "analyse"]
