"""YAML and the field's other formats to one compiled dictionary: key → patterns, every hit a span.

Which words a pattern matches is specified in `matching`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .errors import DictionaryError
from .matches.dictionary_files import read_content
from .matches.matching import Hits, Matcher, Pattern, split_pattern
from .tables import MENTION_KINDS
from .tokens import Tokens, split_tokens

#: The dictionaries that come with the package.
NAMES = ("states", "topics")

#: Under these a state's or organisation's patterns stand; a city counts as capital.
STATE_FORMS = ("name", "demonym", "capital", "city", "government", "person")

_DATA = Path(__file__).parent / "data"
_FIELDS = ("definition", "examples", "patterns", "not", "sources", "note")


@dataclass(frozen=True)
class Entry:
    """One key of a dictionary: what it means, and the kind of thing that it names."""

    key: str
    kind: str = "topic"
    definition: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Dictionary:
    """A compiled dictionary: entries by key, patterns, and whatever else its file says (``extra``)."""

    name: str
    entries: dict[str, Entry]
    patterns: tuple[Pattern, ...]
    sources: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Say how large it is instead of printing every pattern."""
        return f"Dictionary({self.name!r}: {len(self.entries)} keys, {len(self.patterns)} patterns)"

    @property
    def keys(self) -> list[str]:
        """The keys, in the order of the file."""
        return list(self.entries)

    @cached_property
    def matcher(self) -> Matcher:
        """The patterns, compiled."""
        return Matcher(self.patterns)

    @cached_property
    def _counting(self) -> np.ndarray:
        return np.array([bool(pattern.targets) for pattern in self.patterns], dtype=bool)

    def match(self, tokens: Tokens) -> Hits:
        """Find the hits of the dictionary in ``tokens``, in order, traps left out."""
        hits = self.matcher.match(tokens)
        return hits.where(self._counting[hits.pattern])

    def find(self, texts: str | Sequence[str]) -> pd.DataFrame:
        """Find the hits in one text or several: row (number of the text), start, end, text, key, sub."""
        tokens = split_tokens(texts)
        hits, rows = self.match(tokens), []
        for first, last, number in zip(hits.first, hits.last, hits.pattern, strict=True):
            base = tokens.base[tokens.row[first]]
            start, end = tokens.start[first], tokens.end[last]
            for key, sub in self.patterns[number].targets:
                rows.append((tokens.row[first], start - base, end - base, tokens.text[start:end], key, sub))
        return pd.DataFrame(rows, columns=["row", "start", "end", "text", "key", "sub"])


def read_dictionary(name_or_path: str | Path) -> Dictionary:
    """Read a dictionary: ``"states"`` (organisations and office holders included), ``"topics"``, or a file.

    Files of Lexicoder, LIWC, WordStat and Yoshikoder are read as `dictionary_files` says. A YAML file holds
    ``key: [patterns]``, ``key: {sub-key: [patterns]}``, or the full form under ``entries:`` ::

        kind: topic                     # topic (the default), state or organisation
        sources: ["where the terms come from"]
        entries:
          trade_economy:
            definition: "what a coder would look for"
            examples: ["a sentence"]
            patterns: {trade: [trade, "customs dut*"]}
            not: ["trade union*"]       # phrases that use up their words and count for nothing

    Raises `DictionaryError` saying in which file and at which key something is wrong, and what to write instead.
    """
    if str(name_or_path) in NAMES:
        return _read_own(str(name_or_path))
    path = Path(name_or_path)
    if not path.is_file():
        raise DictionaryError(
            f"there is no dictionary {str(path)!r}; write one of {', '.join(NAMES)}, or the path of a dictionary file"
        )
    return compile_dictionary(read_content(path), name=path.stem, where=str(path))


def compile_dictionary(
    content: dict[str, Any], *, name: str = "dictionary", where: str = "the dictionary"
) -> Dictionary:
    """Compile what a YAML file holds (see `read_dictionary`); ``where`` names it in messages."""
    full = isinstance(content.get("entries"), dict)
    found = content["entries"] if full else content
    kind = content.get("kind", "topic") if full else "topic"
    if kind not in MENTION_KINDS:
        raise DictionaryError(f"{where}: `kind` is {kind!r}; write {', '.join(MENTION_KINDS)}")
    entries: dict[str, Entry] = {}
    targets: dict[str, list[tuple[str, str | None]]] = {}
    traps: dict[str, str] = {}
    for key, entry in found.items():
        at = f"{where}: `{key}`"
        entries[str(key)] = _entry(str(key), kind, entry)
        for sub, pattern in _patterns(entry, at):
            if kind != "topic" and sub not in STATE_FORMS:
                raise DictionaryError(
                    f"{at} has a form {sub!r}; a {kind}'s patterns stand under {', '.join(STATE_FORMS)}"
                )
            targets.setdefault(pattern, [])
            if (str(key), sub) not in targets[pattern]:
                targets[pattern].append((str(key), sub))
        for trap in _strings(entry.get("not", []) if isinstance(entry, dict) else [], f"{at}, `not`"):
            traps[trap] = at
    for trap in _strings(content.get("not", []) if full else [], f"{where}: `not`"):
        traps.setdefault(trap, f"{where}: `not`")
    for trap, at in traps.items():
        if any(at == f"{where}: `{key}`" for key, _ in targets.get(trap, ())):
            raise DictionaryError(f"{at}: {trap!r} is listed as a pattern and under `not`; keep one of the two")
        targets.setdefault(trap, [])  # a trap of one key may be a pattern of another
    extra = {k: v for k, v in content.items() if k not in ("kind", "sources", "entries", "not")} if full else {}
    patterns = tuple(Pattern(text, _split(text, where), tuple(t)) for text, t in targets.items())
    return Dictionary(name, entries, patterns, tuple(map(str, content.get("sources", ()))) if full else (), extra)


def _entry(key: str, kind: str, entry: Any) -> Entry:
    if not _is_full(entry):
        return Entry(key, kind)
    examples = tuple(_strings(entry.get("examples", []), f"`{key}`, `examples`"))
    return Entry(key, kind, str(entry.get("definition", "")).strip(), examples)


def _is_full(entry: Any) -> bool:
    return isinstance(entry, dict) and "patterns" in entry


def _patterns(entry: Any, at: str, sub: str | None = None) -> Iterator[tuple[str | None, str]]:
    """Yield (sub-key, pattern) of one entry; deeper levels are joined to one sub-key by a full stop."""
    if _is_full(entry) and sub is None:
        strange = [name for name in entry if name not in _FIELDS]
        if strange:
            raise DictionaryError(f"{at} has a field {strange[0]!r}; an entry may have {', '.join(_FIELDS)}")
        entry = entry["patterns"]
    if isinstance(entry, dict):
        for name, inner in entry.items():
            if name != "not":
                yield from _patterns(inner, f"{at}, `{name}`", str(name) if sub is None else f"{sub}.{name}")
        return
    found = False
    for pattern in _strings(entry, at):
        found = True
        yield sub, pattern
    if not found:
        raise DictionaryError(f"{at} holds no pattern; write at least one, or leave the key out")


def _strings(values: Any, at: str) -> list[str]:
    if not isinstance(values, list):
        shown = type(values).__name__ if values is not None else "nothing"
        raise DictionaryError(f"{at} holds {shown} where a list is expected; write [word, another word]")
    for value in values:
        if not isinstance(value, str):
            raise DictionaryError(f"{at}: {value!r} is no text; put it in quotation marks")
    return values


def _split(pattern: str, where: str) -> tuple[str, ...]:
    try:
        return split_pattern(pattern)
    except DictionaryError as error:
        raise DictionaryError(f"{where}: {error}") from None


@cache
def _read_own(name: str) -> Dictionary:
    """Read a dictionary of the package, once in a process."""
    if name == "states":
        return _read_states()
    path = _DATA / f"{name}.yml"
    return compile_dictionary(read_content(path), name=name, where=str(path))


def _read_states() -> Dictionary:
    """Merge states, organisations and office holders into one dictionary, so that the longest of all wins."""
    states, organisations = (
        compile_dictionary(read_content(_DATA / f"{name}.yml"), name=name, where=f"{name}.yml")
        for name in ("states", "organisations")
    )
    targets: dict[str, list[tuple[str, str | None]]] = {}
    for pattern in (*states.patterns, *organisations.patterns):
        targets.setdefault(pattern.text, []).extend(pattern.targets)
    terms: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for row in read_people():
        key = row["state"] or next(iter(organisations.find(row["office"]).key), None)
        if key is None:
            raise DictionaryError(f"people.csv: {row['name']!r} has no state, and {row['office']!r} no organisation")
        for name in (row["name"], *filter(None, row["variants"].split("|"))):
            known = targets.setdefault(name, [])
            if (key, "person") not in known:
                known.append((key, "person"))
            terms.setdefault((name, key), []).append((row["name"], row["from"], row["to"]))
    patterns = tuple(Pattern(text, _split(text, "people.csv"), tuple(dict.fromkeys(t))) for text, t in targets.items())
    extra = states.extra | organisations.extra | {"terms": terms}
    sources = states.sources + organisations.sources
    return Dictionary("states", states.entries | organisations.entries, patterns, sources, extra)


def read_people() -> list[dict[str, str]]:
    """Read ``data/people.csv``: name, variants (separated by ``|``), state, office, gender, from, to, source."""
    with (_DATA / "people.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
