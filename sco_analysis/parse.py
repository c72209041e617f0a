"""The way from documents to polarity in one call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pandas as pd

from . import tables
from .dictionaries import Dictionary, read_dictionary
from .errors import CorpusWarning, ParameterError, ScoError
from .intake.languages import in_english
from .mentions import find_mentions, mentions_among
from .polarity import score_polarity
from .progress import progress
from .quotations import find_quotations
from .sentences import sentences_and_tokens
from .store.memory import remember
from .tokens import Tokens, split_tokens
from .turns import turns_among


@dataclass(frozen=True)
class Parsed:
    """The tables of a parsed corpus; what each column means stands in ``docs/data-dictionary.md``.

    All but ``documents`` and ``polarity`` are tables of spans: ``documents.text[start:end] == text`` for every row.
    """

    documents: pd.DataFrame
    turns: pd.DataFrame
    quotations: pd.DataFrame
    sentences: pd.DataFrame
    mentions: pd.DataFrame
    polarity: pd.DataFrame

    def __repr__(self) -> str:
        """Say how many rows each table has."""
        sizes = ", ".join(f"{len(getattr(self, field.name))} {field.name}" for field in fields(self))
        return f"Parsed({sizes})"


def parse(documents: pd.DataFrame, scorer: str | Callable = "rules") -> Parsed:
    """Parse documents into turns, quotations, sentences, mentions and polarity.

    Parameters
    ----------
    documents
        The documents table (`read_corpus`). Those whose ``language`` is known and not English are left out.
    scorer
        How polarity toward states is scored: see `score_polarity`.

    Returns
    -------
    Parsed
        A frozen record of the six tables. ``mentions`` holds states, organisations and topics, told apart by ``kind``;
        ``polarity`` has one row for each sentence and state in it.

    Raises
    ------
    TableError
        When ``documents`` lacks a promised column.
    ParameterError
        When there is no scorer of that name.

    Warns
    -----
    CorpusWarning
        For a document that no rule can cope with, with what went wrong; it is left out, and the rest is parsed.
    """
    try:
        return parse_strictly(documents, scorer)
    except ScoError:
        raise
    except Exception:
        if not isinstance(scorer, str):  # the caller's own function may have failed
            raise
        documents = in_english(documents)
        good, failed = leave_out_failing(documents, lambda document: _parse(document, scorer))
        if not failed or good.empty:
            raise
    for row, error in failed.items():
        told = f"{documents['doc_id'].iat[row]} was left out: it cannot be parsed ({type(error).__name__}: {error})"
        warnings.warn(f"{told}; please report it with the document", CorpusWarning, stacklevel=2)
    return parse_strictly(good, scorer)


def leave_out_failing(
    documents: pd.DataFrame, work: Callable[[pd.DataFrame], object]
) -> tuple[pd.DataFrame, dict[int, Exception]]:
    """Do ``work`` on each document alone; return those on which it does not fail, and the others' rows and errors."""
    failed = {}
    for row in range(len(documents)):
        try:
            work(documents.iloc[[row]].reset_index(drop=True))
        except Exception as error:
            failed[row] = error
    kept = [row for row in range(len(documents)) if row not in failed]  # by place: labels of the index may come twice
    return documents.iloc[kept].reset_index(drop=True), failed


def parse_strictly(documents: pd.DataFrame, scorer: str | Callable = "rules") -> Parsed:
    """Parse as `parse` does, but fail where one of the documents does."""
    tables.check(documents, "documents")
    documents = in_english(documents)
    if not isinstance(scorer, str):
        return _parse(documents, scorer)[0]
    found = remember(lambda: _parse(documents, scorer)[0], documents, scorer)
    return replace(found, documents=documents)


def parse_with_tokens(documents: pd.DataFrame, scorer: str = "rules") -> tuple[Parsed, Tokens]:
    """Parse as `parse_strictly` does; return also the tokens of the sentences' texts, in the order of their rows."""
    tables.check(documents, "documents")
    return _parse(in_english(documents), scorer)


def _parse(documents: pd.DataFrame, scorer: str | Callable) -> tuple[Parsed, Tokens]:
    with progress("Parsing", 5) as step:
        step("turns")
        tokens = split_tokens(documents["text"].tolist())
        turns = turns_among(documents, tokens)
        step("quotations")
        quotations = find_quotations(documents, turns, tokens=tokens)
        step("sentences")
        sentences, tokens = sentences_and_tokens(documents, turns, quotations, tokens)
        step("mentions")
        mentions = mentions_among(tokens, [read_dictionary(name) for name in ("states", "topics")], sentences)
        step("polarity")
        polarity = score_polarity(sentences, mentions[mentions["kind"] == "state"], scorer=scorer, tokens=tokens)
    return Parsed(documents, turns, quotations, sentences, mentions, polarity), tokens


def select(
    parsed: Parsed,
    *,
    speaker: str = "",
    state: str = "",
    session: int = 0,
    document: str = "",
    genre: str = "",
    source: str = "",
    year: int = 0,
) -> Parsed:
    """Narrow a parsed corpus to what one speaker, state, session, document, genre, source or year has said.

    An empty string (for ``session`` and ``year`` 0) stands for everything. Returns a `Parsed` whose tables hold the
    matching rows; mentions and polarity keep the rows of the sentences that are left, documents those with any
    sentence left.

    Raises `ParameterError` when nothing matches, naming the values there are.
    """
    wanted = {"speaker": speaker, "state": state, "session": session, "doc_id": document, "genre": genre}
    wanted |= {"source": source, "year": year}
    wanted = {column: value for column, value in wanted.items() if value}
    if not wanted:
        return parsed
    sentences = _matching(parsed.sentences, wanted)
    if sentences.empty:
        column = next(c for c in wanted if _matching(parsed.sentences, {c: wanted[c]}).empty or len(wanted) > 1)
        there = ", ".join(str(value) for value in sorted(_column(parsed.sentences, column).dropna().unique())[:30])
        asked = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
        raise ParameterError(f"no sentence has {asked}; {column} is one of: {there}")
    kept = sentences[["doc_id", "start"]].rename(columns={"start": "sentence"})
    return replace(
        parsed,
        documents=parsed.documents[parsed.documents["doc_id"].isin(sentences["doc_id"])].reset_index(drop=True),
        turns=_matching(parsed.turns, wanted),
        quotations=_matching(parsed.quotations, wanted),
        sentences=sentences,
        mentions=parsed.mentions.merge(kept, on=["doc_id", "sentence"], how="inner", validate="many_to_one"),
        polarity=parsed.polarity.merge(kept, on=["doc_id", "sentence"], how="inner", validate="many_to_one"),
    )


def tell_selection(**only: str | int) -> str:
    """Say what `select` has narrowed a corpus to, as it can stand behind a title: `` (only Xi Jinping, 2024)``.

    ``only`` are the values given to `select`; comes out: nothing when all of them are empty.
    """
    named = [
        f"{name} {value}" if name in ("session", "document", "genre") else f"{value}"
        for name, value in only.items()
        if value
    ]
    return f" (only {', '.join(named)})" if named else ""


def code_topics(parsed: Parsed, dictionary: str | Path | Dictionary = "topics") -> Parsed:
    """Return ``parsed`` with the topics of another dictionary in its mentions, in the place of those it had.

    ``dictionary`` is ``"topics"``, the path of a dictionary file, or what `read_dictionary` gives; so `evidence`,
    `positions` and `concordance` know the keys that `topic_frequency` counts with it.

    Raises `DictionaryError` when the dictionary cannot be read.
    """
    kept = parsed.mentions[parsed.mentions["kind"] != "topic"]
    found = find_mentions(parsed.sentences, dictionary).assign(kind="topic")
    return replace(parsed, mentions=tables.build("mentions", pd.concat([kept, found], ignore_index=True)))


def _matching(frame: pd.DataFrame, wanted: dict[str, str | int]) -> pd.DataFrame:
    keep = pd.Series(True, index=frame.index)
    for column, value in wanted.items():
        keep &= _column(frame, column).eq(value).fillna(False).astype(bool)
    return frame[keep].reset_index(drop=True)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame["date"].dt.year if name == "year" else frame[name]
