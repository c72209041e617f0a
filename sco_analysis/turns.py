"""Transcripts → speaker turns: from one accepted label to the next label, heading, source line or mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from . import tables
from .layout import Layouts, count_spoken, layouts_of
from .people import fold
from .reading.pieces import LABEL, SPEECH
from .reading.roster import Roster
from .tokens import Tokens, split_tokens
from .undisturbed import undisturbed

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
_SPACE = re.compile(r"\s*")
_REST_OF_NAME = re.compile(r"[\w'’-]*")


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
    return turns_among(documents, split_tokens(documents["text"].tolist(), numbered=False))


@undisturbed
def turns_among(documents: pd.DataFrame, tokens: Tokens) -> pd.DataFrame:
    """Split documents as `split_turns` does, where the ``tokens`` of their texts are known."""
    texts = documents["text"].tolist()
    layouts = layouts_of(texts, tokens)
    speeches = _speeches(layouts, tokens)
    base = layouts.base[speeches.doc]
    labels = [label for of in layouts.labels for label in of if label.accepted]
    spans = zip(speeches.start.tolist(), speeches.end.tolist(), strict=True)
    sessions = zip(speeches.doc.tolist(), speeches.session.tolist(), strict=True)
    columns = {
        "start": speeches.start - base,
        "end": speeches.end - base,
        "text": _strings([tokens.text[start:end] for start, end in spans]),
        "label_start": np.array([label.start for label in labels], dtype=np.int64),
        "label_end": np.array([label.end for label in labels], dtype=np.int64),
        "label": _strings([label.printed for label in labels]),
        "session": speeches.session,
        "session_title": _strings([layouts.titles[doc].get(session) for doc, session in sessions]),
        "n_words": speeches.words,
    }
    speakers = list(_speakers(texts, layouts, columns["start"].tolist()))
    for number, name in enumerate(("speaker", "state", "role", "how")):
        columns[name] = _strings([speaker[number] for speaker in speakers])
    columns["confidence"] = np.array([speaker[4] for speaker in speakers], dtype=np.float64)
    for name in ("doc_id", *TRAVELLING):
        columns[name] = documents[name].array.take(speeches.doc) if name in documents else None
    return tables.build("turns", pd.DataFrame(columns))


def explain_labels(documents: pd.DataFrame) -> pd.DataFrame:
    """Say which speaker labels were found in each document, which were accepted or refused, and why.

    Takes the documents table. Returns one row for each different label of a document, in order of appearance:
    ``doc_id``, ``label`` (as printed), ``n`` (how often), ``accepted``, ``reason``, ``first`` (offset of the first).

    Raises `TableError` when ``documents`` lacks ``doc_id`` or ``text``.
    """
    tables.check(documents, "documents", columns=["doc_id", "text"])
    found = layouts_of(documents["text"].tolist())
    rows = [
        {
            "doc_id": doc_id,
            "label": label.printed,
            "accepted": label.accepted,
            "reason": label.reason,
            "first": label.start,
        }
        for doc_id, labels in zip(documents["doc_id"], found.labels, strict=True)
        for label in labels
    ]
    found = pd.DataFrame(rows, columns=["doc_id", "label", "accepted", "reason", "first"])
    groups = found.groupby(["doc_id", "label", "accepted", "reason"], sort=False, as_index=False)
    counted = groups.agg(n=("first", "size"), first=("first", "min"))
    return counted[["doc_id", "label", "n", "accepted", "reason", "first"]]


class _Speeches(NamedTuple):
    """What is said behind each accepted label: span (offsets in the texts joined), words, document and session."""

    start: np.ndarray
    end: np.ndarray
    words: np.ndarray
    doc: np.ndarray
    session: np.ndarray


def _speeches(layouts: Layouts, tokens: Tokens) -> _Speeches:
    """Gather the speech blocks behind each label; a speech is of the session in which it begins."""
    label = np.flatnonzero(layouts.kind == LABEL)
    speech = np.flatnonzero(layouts.kind == SPEECH)
    whose = np.searchsorted(label, speech) - 1  # the number of the label before each block of speech
    first, behind = (
        np.searchsorted(whose, np.arange(len(label))),
        np.searchsorted(whose, np.arange(len(label)), "right"),
    )
    words = np.bincount(whose, count_spoken(tokens, layouts.start[speech], layouts.end[speech]), minlength=len(label))
    silent = first == behind
    begins = np.where(silent, label, np.append(speech, 0)[first])
    ends = np.where(silent, label, np.append(speech, 0)[behind - 1])
    start = np.where(silent, layouts.end[label], layouts.start[begins])
    return _Speeches(start, layouts.end[ends], words.astype(np.int64), layouts.doc[label], layouts.session[begins])


def _speakers(texts: list[str], layouts: Layouts, starts: list[int]) -> Iterator[tuple]:
    """Say for each turn, given by its start, who speaks: name, state, role, how that was found, and how sure it is."""
    waiting = iter(starts)
    for text, labels in zip(texts, layouts.labels, strict=True):
        accepted = [label for label in labels if label.accepted]
        roster = Roster(text, accepted) if accepted else None
        outlets: dict[str, str | None] = {}
        for label, start in zip(accepted, waiting, strict=False):
            speaker = roster.resolve(label)
            if speaker.name and not speaker.role and not outlets.get(speaker.name):
                outlets[speaker.name] = _outlet(text[start : start + 250], speaker.name)
            role = speaker.role or outlets.get(speaker.name or "")
            yield speaker.name, speaker.state, role, speaker.how, speaker.confidence


def _strings(values: list[str | None]) -> ExtensionArray | list[str | None]:
    """Make a column of strings; a list is left as it is where one of them holds a lone surrogate, as no column can."""
    try:
        return pd.array(values, dtype="str")
    except UnicodeEncodeError:
        return values


def _outlet(opening: str, speaker: str) -> str | None:
    """Read the outlet that a journalist gives at the beginning of a question, in any of the usual orders."""
    words = speaker.split()
    if len(words) < 2:
        return None
    name = _find_name(opening, words[0], words[-1][:4])  # the surname may be misspelt further on
    match = _OUTLET_ALONE.match(opening)
    if name:
        start, end = name
        match = _AFTER_NAME.match(opening, end) or _BEFORE_NAME.fullmatch(opening, 0, start) or match
    if not match:
        return None
    outlet = match["outlet"] or match["of"]
    outlet = re.sub(r"^(?:the|from)\s+|\s+(?:newspaper|news agency|agency)$", "", outlet.strip())
    return outlet if outlet[:1].isupper() and fold(words[-1]) not in fold(outlet) else None


def _find_name(opening: str, first: str, surname: str) -> tuple[int, int] | None:
    """Find the span of a first name and of the word behind it that begins as the surname does."""
    start = opening.find(first)
    while start >= 0:
        at = _SPACE.match(opening, start + len(first)).end()
        if at > start + len(first) and opening.startswith(surname, at):
            return start, _REST_OF_NAME.match(opening, at + len(surname)).end()
        start = opening.find(first, start + 1)
    return None
