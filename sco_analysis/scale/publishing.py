"""A parsed part and what the corpus says of it → the tables that users read, and the sums of its tallies."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from .. import tallies
from ..store.files import put
from ..store.fingerprints import digest
from ..sums import Sums, add_sums
from .copies import resolve
from .parts import ROW, TABLES, Job, save_table
from .sketches import rows_in


class Tally(NamedTuple):
    """The two halves of a tally: what is counted of a part, and what is made of all that was counted."""

    add: Callable[..., Sums]
    finish: Callable[..., pd.DataFrame]
    #: options that the second half takes too
    both: tuple[str, ...]


TALLIES = {
    "topic_frequency": Tally(tallies.sum_topics, tallies.finish_topics, ("by", "sub")),
    "speaker_share": Tally(tallies.sum_speakers, tallies.finish_speakers, ("by", "within")),
    "sentiment_toward_states": Tally(tallies.sum_states, tallies.finish_states, ("by", "targets")),
}


def publish_part(job: Job, run: str, keys: Sequence[str], part: int, name: str) -> dict[str, int]:
    """Write the tables of a part as they are in the whole corpus, and its sums; returns the rows of each table."""
    marks = resolve(job, run, keys, part)
    folder = job.part(keys[part])
    told = digest([keys[part], marks.index.tolist(), marks.tolist()])
    published, sums = job.work / "published" / f"{name}.json", sums_file(job, name)
    last = _last(published)
    files = {table: Path(job.place, table, f"part-{name}.parquet") for table in TABLES}
    anew: dict[str, pa.Table] = {}
    if last.get("told") != told or not all(file.is_file() for file in files.values()):
        published.unlink(missing_ok=True)
        anew = _publish(folder, files, marks)
        last = {"told": told, "rows": {table: pq.read_metadata(file).num_rows for table, file in files.items()}}
    counts = digest([told, dict(job.counts)])
    if last.get("counts") != counts or not sums.is_file():
        topics = job.counts["topic_frequency"]
        parsed = _read(
            files, anew, texts=topics.get("context", False) or topics.get("dictionary", "topics") != "topics"
        )
        made = {tally: TALLIES[tally].add(parsed, **options) for tally, options in job.counts.items()}
        put(sums, pickle.dumps(made, protocol=5))
        put(published, json.dumps(last | {"counts": counts}).encode())
    return last["rows"]


def sums_file(job: Job, name: str) -> Path:
    """Return the file with the sums of a part; what is read from there is trusted like code."""
    return job.work / "sums" / f"{name}.pickle"


def add_files(files: Sequence[Path], into: Path) -> Path:
    """Add the sums in some files, each of all tallies, and write what comes out ``into`` another one."""
    parts = [pickle.loads(file.read_bytes()) for file in files]
    put(into, pickle.dumps({name: add_sums([part[name] for part in parts]) for name in parts[0]}, protocol=5))
    return into


def _last(published: Path) -> Mapping[str, Any]:
    try:
        return json.loads(published.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _publish(folder: Path, files: Mapping[str, Path], marks: pd.Series) -> dict[str, pa.Table]:
    """Put the part's tables where users find them; returns those that are other tables now.

    Only sentences and polarity know of repeats.
    """
    known = pq.read_table(folder / "sentences.parquet", columns=["repeat_of"])["repeat_of"]
    told = pd.Series(None, index=range(len(known)), dtype=object)
    told.loc[marks.index] = marks
    column = pa.chunked_array([pa.array(told, type=known.type, from_pandas=True)])
    changed = {"sentences": column, "polarity": column.take(pa.array(rows_in(folder / "sentence_of", ROW)))}
    anew = {}
    for name, file in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        if name in changed and not column.equals(known):
            table = pq.read_table(folder / f"{name}.parquet")
            at = table.schema.get_field_index("repeat_of")
            anew[name] = table.set_column(at, table.schema.field(at), changed[name])
            save_table(anew[name], file)
        else:
            _link(folder / f"{name}.parquet", file)
    return anew


def _link(source: Path, target: Path) -> None:
    """Let a file have a second name, or a copy where the disk cannot do that."""
    draft = target.with_name(f".{target.name}.{os.getpid()}-0.part")
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
    try:
        os.link(source, draft)
    except OSError:
        shutil.copyfile(source, draft)
    draft.replace(target)


def _read(files: Mapping[str, Path], anew: Mapping[str, pa.Table], texts: bool) -> Any:
    """Read what tallies need of a part: no documents, no evidence, and texts at most of sentences, else empty ones.

    ``anew`` are the tables that need not be read.
    """
    found = {}
    for name in TABLES[1:]:
        without = ("evidence",) if texts and name == "sentences" else ("evidence", "text")
        schema = anew[name].schema if name in anew else pq.read_schema(files[name])
        columns = [column for column in schema.names if column not in without]
        part = anew[name].select(columns) if name in anew else pq.read_table(files[name], columns=columns)
        table = part.to_pandas()
        found[name] = table if "text" in columns else table.assign(text="")
    return SimpleNamespace(**found)
