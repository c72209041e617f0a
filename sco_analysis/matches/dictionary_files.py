"""Dictionary files of several formats → one nested mapping: key → patterns, or key → sub-key → patterns.

By the file's ending: ``.yml`` and ``.yaml`` (our own and quanteda's), ``.lc3`` (Lexicoder 3: ``+category`` and one
pattern a line), ``.lcd`` and ``.ykd`` (Lexicoder 2 and Yoshikoder: XML of `cnode` and `pnode`), ``.dic`` (LIWC:
numbered categories between two ``%``, then words with their numbers), ``.cat`` (WordStat: indented by tabs,
``WORD (1)``).

The other programs match in any case, so their patterns are read in small letters. A pattern that the matching rule
cannot express (an emoticon, a WordStat rule) is left out, and a warning says which.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from ..errors import DictionaryError
from .matching import split_pattern


def read_content(path: Path) -> dict[str, Any]:
    """Read a dictionary file into nested mappings and lists; a YAML file's own fields (`entries` …) stay as they are.

    Raises `DictionaryError` naming the file when its ending is unknown or it does not have the form of its format.
    """
    if path.suffix.lower() not in READERS:
        raise DictionaryError(f"{path}: unknown ending {path.suffix!r}; it may be {', '.join(READERS)}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DictionaryError(f"{path} is not UTF-8: {error}; save it as UTF-8") from None
    try:
        content = READERS[path.suffix.lower()](text)
    except DictionaryError as error:
        raise DictionaryError(f"{path}, {error}") from None
    except yaml.YAMLError as error:
        raise DictionaryError(f"{path} cannot be read as YAML: {error}") from None
    except ElementTree.ParseError as error:
        raise DictionaryError(f"{path} cannot be read as XML: {error}") from None
    if not isinstance(content, dict) or not content:
        raise DictionaryError(f'{path} holds no dictionary; write lines like `energy: [oil, gas, "power plant*"]`')
    if path.suffix.lower() not in (".yml", ".yaml"):
        left_out: list[str] = []
        content = _usable(content, left_out)
        if left_out:
            shown = ", ".join(map(repr, left_out[:3]))
            warnings.warn(f"{path}: {len(left_out)} patterns left out, among them {shown}", stacklevel=3)
    return content


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):
    """YAML as usual, but a key written twice is an error."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen = set()
    for key, _ in node.value:
        if key.value in seen:
            line = key.start_mark.line + 1
            raise DictionaryError(f"line {line}: the key {key.value!r} stands there twice; merge the two")
        seen.add(key.value)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _yaml(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)


def _lexicoder(text: str) -> dict[str, list[str]]:
    content: dict[str, list[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("+"):
            patterns = content.setdefault(line[1:].strip(), [])
        elif line.strip():
            if not content:
                raise DictionaryError(f"line {number}: {line.strip()!r} stands before any category; begin with `+name`")
            patterns.append(line.strip())
    return content


def _xml(text: str) -> dict[str, Any]:
    return dict(_nodes(ElementTree.fromstring(text)))


def _nodes(parent: ElementTree.Element) -> list[tuple[str, Any]]:
    out = []
    for node in parent.findall("cnode"):
        patterns = [inner.get("name", "").strip() for inner in node.findall("pnode")]
        below = dict(_nodes(node))
        out.append((node.get("name", ""), ({"other": patterns} if patterns else {}) | below if below else patterns))
    return out


def _liwc(text: str) -> dict[str, list[str]]:
    parts = re.split(r"^%\s*$", text, maxsplit=2, flags=re.M)
    if len(parts) < 3:
        raise DictionaryError("line 1: there are no categories between two lines of `%`; a LIWC file begins with them")
    names = dict(line.split(None, 1) for line in parts[1].strip().splitlines() if len(line.split(None, 1)) == 2)
    content: dict[str, list[str]] = {name.strip(): [] for name in names.values()}
    for line in parts[2].splitlines():
        pattern, *numbers = line.strip().split("\t")
        for number in re.findall(r"\d+", " ".join(numbers)):
            if number not in names:
                raise DictionaryError(f"the word {pattern!r} has the category {number}, which the head does not name")
            content[names[number].strip()].append(pattern.strip())
    return {name: patterns for name, patterns in content.items() if patterns}


def _wordstat(text: str) -> dict[str, Any]:
    root: dict[str, Any] = {}
    open_: list[tuple[int, dict[str, Any]]] = [(-1, root)]
    for line in filter(str.strip, text.splitlines()):
        depth = len(re.match(r"\s*", line)[0].replace(" ", ""))
        while open_[-1][0] >= depth:
            open_.pop()
        word = re.fullmatch(r"(.+?) \(\d+\)", line.strip())
        if word:
            open_[-1][1].setdefault("", []).append(word[1].replace("_", " "))
        else:
            open_.append((depth, open_[-1][1].setdefault(line.strip(), {})))
    return {name: _fold_words(inner) for name, inner in root.items() if name}


def _fold_words(node: dict[str, Any]) -> Any:
    """Turn a category's own words into a list; beside sub-categories they are the sub-category `other`."""
    below = {name: _fold_words(inner) for name, inner in node.items() if name}
    own = node.get("", [])
    return below | ({"other": own} if own else {}) if below else own


def _usable(content: Any, left_out: list[str]) -> Any:
    if isinstance(content, dict):
        inner = {name: _usable(value, left_out) for name, value in content.items()}
        return {name: value for name, value in inner.items() if value}
    kept = []
    for pattern in content:
        try:
            split_pattern(pattern)
            kept.append(pattern.lower())
        except DictionaryError:
            left_out.append(pattern)
    return kept


READERS: dict[str, Callable[[str], Any]] = {
    ".yml": _yaml,
    ".yaml": _yaml,
    ".lc3": _lexicoder,
    ".lcd": _xml,
    ".ykd": _xml,
    ".dic": _liwc,
    ".cat": _wordstat,
}
