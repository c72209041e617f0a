"""A row of pages from one notebook: one for each speaker, state, session, document, genre, source or year."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..errors import CorpusError, ParameterError
from ..parse import Parsed, parse, select
from ..store.fingerprints import hash_corpus
from .plan import Job, tell

if TYPE_CHECKING:
    import pandas as pd

#: what there can be a page for each of
EACH = ("speaker", "state", "session", "document", "genre", "source", "year")

SLUG = 48  # signs of a value in the name of a file

#: parameters that narrow a corpus, by which the values of another are found
_NARROWING = ("speaker", "session", "document", "genre", "source", "year")


def expand(
    plan: Sequence[Job], each: str, recall: Callable[[list[Any], Callable[[], Any]], Any]
) -> dict[str, list[Job]]:
    """Make of every job that has a parameter ``each`` one for each value of it in its corpus; the others are left out.

    ``recall`` is asked for the values of a corpus, with what they depend on and how to find them (see
    `Ledger.recall`). Comes out: for each job's name the jobs for its values, in the order of `count_values`.

    Raises `ParameterError` when no notebook has such a parameter, `CorpusError` when the corpus has no such value.
    """
    concerned = [job for job in plan if each in job.values]
    if not concerned:
        names = sorted({name for job in plan for name in job.values} & set(EACH))
        near = get_close_matches(each, names, n=1)
        guess = f"did you mean {near[0]!r}? " if near else ""
        there = f"there can be a page for each {', '.join(names)}" if names else "they have none that could be"
        raise ParameterError(f"no notebook has a parameter {each!r}; {guess}{there}")
    if each not in EACH:
        raise ParameterError(f"{each!r} has no list of values; there can be a page for each {', '.join(EACH)}")
    rows = {}
    for job in concerned:
        only = {name: job.values[name] for name in _NARROWING if name != each and job.values.get(name)}
        made_of = [hash_corpus(job.corpus), each, only]
        values = recall(made_of, lambda job=job, only=only: _values(job.corpus, each, only))
        if not values:
            raise CorpusError(f"there is no {each} in the documents of {job.corpus}; ask for something else")
        names = slugs([tell({each: value}) for value in values])
        rows[job.name] = [_one_of(job, each, value, slug) for value, slug in zip(values, names, strict=True)]
    return rows


def _one_of(job: Job, each: str, value: Any, slug: str) -> Job:
    chosen = {each: value, **_compared(job, each)}
    return replace(
        job,
        name=f"{job.name}--{slug}",
        parameters={**job.parameters, **chosen},
        values={**job.values, **chosen},
        cells=job.cells + (not job.parameters),
        each={each: value},
    )


def _compared(job: Job, each: str) -> dict[str, str]:
    """Choose what a page about one value compares: of the one speaker there is no share, but one for each document."""
    alone = each in _NARROWING and job.values.get("by") == each and "by" not in job.parameters
    return {"by": "session" if each == "document" else "document"} if alone else {}


def _values(corpus: str, each: str, only: dict[str, Any]) -> list[Any]:
    from ..corpus import read_corpus  # noqa: PLC0415 - only a grid reads documents here

    return count_values(select(parse(read_corpus(corpus)), **only), each)


def count_values(parsed: Parsed, each: str) -> list[Any]:
    """List the values of ``each`` in a corpus, the most frequent first, ties by name.

    States are counted by the sentences that say something about them; all else by words: of speakers, sessions and
    documents in turns, quotations and narration. Years are those of the documents' dates.
    """
    if each == "state":
        counts = parsed.polarity.groupby("target").size()
        return _ranked(counts)
    prose = parsed.sentences[parsed.sentences["voice"].isin(["turn", "quotation", "narration"])]
    facts = parsed.documents[["doc_id", "genre", "source"]].assign(year=parsed.documents["date"].dt.year)
    prose = prose.drop(columns=["genre", "source", "year"], errors="ignore").merge(facts, on="doc_id")
    column = "doc_id" if each == "document" else each
    known = prose[prose[column].notna()]
    if each in ("session", "year"):
        known = known.assign(**{column: known[column].astype(int)})
        known = known[known[column] > 0]
    return _ranked(known.groupby(column, observed=True)["n_words"].sum())


def _ranked(counts: pd.Series) -> list[Any]:
    pairs = [(value.item() if hasattr(value, "item") else value, int(n)) for value, n in counts.items()]
    return [value for value, n in sorted(pairs, key=lambda pair: (-pair[1], pair[0])) if n > 0]


def slugs(values: Sequence[Any]) -> list[str]:
    """Write each value as it can stand in the name of a file: a-z, 0-9 and hyphens; no two are the same.

    A value that is long, that has no such sign, or that another would be written like, gets a few digits of its hash.
    """
    plain = [_slug(value) for value in values]
    marked = [_marked(value, slug, plain, 6) for value, slug in zip(values, plain, strict=True)]
    if len(set(marked)) < len(marked):  # a value that is written like another one with its digits
        marked = [_marked(value, slug, [slug, slug], 64) for value, slug in zip(values, plain, strict=True)]
    return marked


def _marked(value: Any, slug: str, plain: Sequence[str], digits: int) -> str:
    if slug and len(slug) <= SLUG and plain.count(slug) == 1:
        return slug
    mark = hashlib.sha256(str(value).encode("utf-8", "surrogatepass")).hexdigest()[:digits]
    return "-".join(filter(None, [slug[:SLUG].strip("-"), mark]))


def _slug(value: Any) -> str:
    letters = unicodedata.normalize("NFKD", str(value)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters.lower()).strip("-")
