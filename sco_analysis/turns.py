"""Transcripts → speaker turns: from one accepted label to the next label, heading, source line or mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from . import tables
from .layout import Block, Layout, layout_of, stage_directions
from .people import Roster, fold
from .reading.candidates import Label

#: columns of the documents table that travel with every span
TRAVELLING = ("genre", "source", "date")

#: Where journalists put their outlet: behind the name, before it, or alone.
_AFTER_NAME = re.compile(
    r",\s+(?P<outlet>[^.,;:?!]{2,45}?)(?=[.,;])|\s+(?:of|from|with)\s+(?P<of>[A-Z][^.,;:?!]{1,40}?)(?=[.,;])"
)
_BEFORE_NAME = re.compile(r"(?:Good \w+[.,!]\s+)?(?P<outlet>[A-Z][^.,;:?!]{1,40}?),\s+(?:my name is\s+)?")
_OUTLET_ALONE = re.compile(
    r"(?:Good \w+[.,!]\s+)?(?P<outlet>[A-Z][^.,;:?!]{1,40}? (?:newspaper|agency|channel|TV|radio|magazine))(?=[.,;])"
)


def split_turns(documents: pd.DataFrame) -> pd.DataFrame:
    """Split transcripts into turns; a document without accepted labels has none.

    Parameters
    ----------
    documents
        The documents table (`read_corpus`); ``doc_id`` and ``text`` are needed, genre, source and date travel along.

    Returns
    -------
    pandas.DataFrame
        One row a turn, columns as in ``tables.TABLES["turns"]``. ``text`` is the speech without its label; ``n_words``
        leaves out stage directions such as ``(Laughter.)`` and page marks that stand inside the speech.

    Raises
    ------
    TableError
        When ``documents`` lacks ``doc_id`` or ``text``.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    rows = [row for document in documents.to_dict("records") for row in turns_of(document, layout_of(document["text"]))]
    return tables.build("turns", rows)


def explain_labels(documents: pd.DataFrame) -> pd.DataFrame:
    """Say which speaker labels were found in each document, which were accepted or refused, and why.

    Takes the documents table. Returns one row for each different label of a document, in order of appearance:
    ``doc_id``, ``label`` (as printed), ``n`` (how often), ``accepted``, ``reason``, ``first`` (offset of the first).

    Raises `TableError` when ``documents`` lacks ``doc_id`` or ``text``.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    rows = [
        {
            "doc_id": doc_id,
            "label": label.printed,
            "accepted": label.accepted,
            "reason": label.reason,
            "first": label.start,
        }
        for doc_id, text in zip(documents["doc_id"], documents["text"], strict=True)
        for label in layout_of(text).labels
    ]
    found = pd.DataFrame(rows, columns=["doc_id", "label", "accepted", "reason", "first"])
    groups = found.groupby(["doc_id", "label", "accepted", "reason"], sort=False, as_index=False)
    counted = groups.agg(n=("first", "size"), first=("first", "min"))
    return counted[["doc_id", "label", "n", "accepted", "reason", "first"]]


def turns_of(document: dict[str, Any], layout: Layout) -> Iterator[dict[str, Any]]:
    """Yield the turns of one document as rows of the turns table."""
    text = document["text"]
    accepted = [label for label in layout.labels if label.accepted]
    if not accepted:
        return
    roster = Roster(text, accepted)
    speakers = {label.start: roster.resolve(label) for label in accepted}
    travelling = {name: document.get(name) for name in TRAVELLING}
    outlets: dict[str, str | None] = {}
    for label, speech in _speeches(layout.blocks, accepted):
        session = speech[0].session if speech else _session_at(layout.blocks, label.start)
        start, end = (speech[0].start, speech[-1].end) if speech else (label.end, label.end)
        speaker = speakers[label.start]
        if speaker.name and not speaker.role:
            outlets[speaker.name] = outlets.get(speaker.name) or _outlet(text[start : start + 250], speaker.name)
        yield {
            "doc_id": document["doc_id"],
            "start": start,
            "end": end,
            "text": text[start:end],
            "label_start": label.start,
            "label_end": label.end,
            "session": session,
            "label": label.printed,
            "speaker": speaker.name,
            "state": speaker.state,
            "role": speaker.role or outlets.get(speaker.name or ""),
            "n_words": count_spoken(text, speech),
            "how": speaker.how,
            "confidence": speaker.confidence,
            "session_title": layout.titles.get(session),
            **travelling,
        }


def _speeches(blocks: tuple[Block, ...], labels: list[Label]) -> Iterator[tuple[Label, list[Block]]]:
    """Gather the speech blocks behind each label."""
    by_start = {label.start: label for label in labels}
    label, speech = None, []
    for block in blocks:
        if block.kind == "label":
            if label:
                yield label, speech
            label, speech = by_start[block.start], []
        elif block.kind == "speech" and label:
            speech.append(block)
    if label:
        yield label, speech


def _session_at(blocks: tuple[Block, ...], offset: int) -> int:
    return next((block.session for block in blocks if block.start <= offset < block.end), 1)


def count_spoken(text: str, speech: list[Block]) -> int:
    """Count the words of a speech without stage directions."""
    words = 0
    for block in speech:
        words += tables.count_words(text[block.start : block.end])
        words -= sum(tables.count_words(text[a:b]) for a, b in stage_directions(text, block.start, block.end))
    return words


def _outlet(opening: str, speaker: str) -> str | None:
    """Read the outlet that a journalist gives at the beginning of a question, in any of the usual orders."""
    words = speaker.split()
    if len(words) < 2:
        return None
    surname = re.escape(words[-1][:4])  # the surname may be misspelt further on
    name = re.search(rf"{re.escape(words[0])}\s+{surname}[\w'’-]*", opening)
    match = _OUTLET_ALONE.match(opening)
    if name:
        after = _AFTER_NAME.match(opening, name.end())
        match = after or _BEFORE_NAME.fullmatch(opening, 0, name.start()) or match
    if not match:
        return None
    outlet = match["outlet"] or match["of"]
    outlet = re.sub(r"^(?:the|from)\s+|\s+(?:newspaper|news agency|agency)$", "", outlet.strip())
    return outlet if outlet[:1].isupper() and fold(words[-1]) not in fold(outlet) else None
