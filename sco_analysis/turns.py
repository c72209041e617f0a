"""Transcripts → speaker turns: from one accepted label to the next label, heading, source line or mark."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from . import tables
from .layout import Block, Layout, layouts_of, stage_directions
from .people import fold
from .reading.candidates import Label
from .reading.roster import Roster
from .tokens import count_words

#: columns of the documents table that travel with every span
TRAVELLING = ("genre", "source", "date")
_FROM_TEXT = tuple(
    "start end text label_start label_end session label speaker state role how confidence session_title".split()
)

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
    rows: list[tuple] = []
    spoken: list[str] = []
    origins: list[int] = []
    texts = documents["text"].tolist()
    layouts = layouts_of(texts)
    for number, text in enumerate(texts):
        for turn, words in turns_of(text, layouts.of(number)):
            rows.append(turn)
            spoken.append(words)
            origins.append(number)
    frame = pd.DataFrame(rows, columns=list(_FROM_TEXT))
    for name in ("doc_id", *TRAVELLING):
        frame[name] = documents[name].take(origins).array if name in documents else None
    frame["n_words"] = count_words(spoken)
    return tables.build("turns", frame)


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


def turns_of(text: str, layout: Layout) -> Iterator[tuple[tuple, str]]:
    """Yield the turns of one text: a row of the columns that it tells itself, and the words that are spoken in it."""
    accepted = [label for label in layout.labels if label.accepted]
    if not accepted:
        return
    roster = Roster(text, accepted)
    outlets: dict[str, str | None] = {}
    for label, session, speech in _speeches(layout.blocks, accepted):
        start, end = (speech[0].start, speech[-1].end) if speech else (label.end, label.end)
        speaker = roster.resolve(label)
        if speaker.name and not speaker.role and not outlets.get(speaker.name):
            outlets[speaker.name] = _outlet(text[start : start + 250], speaker.name)
        role = speaker.role or outlets.get(speaker.name or "")
        said = start, end, text[start:end], label.start, label.end, session, label.printed
        who = speaker.name, speaker.state, role, speaker.how, speaker.confidence
        yield (*said, *who, layout.titles.get(session)), _spoken(text, speech)


def _speeches(blocks: tuple[Block, ...], labels: list[Label]) -> Iterator[tuple[Label, int, list[Block]]]:
    """Gather the speech blocks behind each label, with the session in which the speech begins."""
    by_start = {label.start: label for label in labels}
    label, session, speech = None, 1, []
    for block in blocks:
        if block.kind == "label":
            if label:
                yield label, session, speech
            label, session, speech = by_start[block.start], block.session, []
        elif block.kind == "speech" and label:
            session = session if speech else block.session
            speech.append(block)
    if label:
        yield label, session, speech


def _spoken(text: str, speech: list[Block]) -> str:
    """Return the words of a speech without stage directions."""
    pieces = []
    for block in speech:
        start = block.start
        for begin, end in stage_directions(text, start, block.end):
            pieces.append(text[start:begin])
            start = end
        pieces.append(text[start : block.end])
    return "\n".join(pieces)


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
