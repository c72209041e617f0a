"""A document's text → what it says of itself: front matter, its first line, what kind of text it is."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .listing import read_date

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\n)---[ \t]*(?:\r?\n|\Z)", re.S)
_LONGEST_FRONT_MATTER = 20_000
_LABEL_LINE = re.compile(r"^[^\S\n]*(?:Q[ \t\xa0]+\S|(?:The )?[A-Z][\w.'’-]*(?: [\w.'’(),-]+){0,14}:(?:\s|$))", re.M)
_DECLARATION = re.compile(
    r"\b(?:declaration|communiqu[eé]|joint statement|memorandum of understanding|charter)\b", re.IGNORECASE
)


def describe(text: str) -> dict[str, Any]:
    """Return ``title``, ``source``, ``date`` and ``genre`` as the text itself has them; the unknown is left out."""
    front, end = _front_matter(text)
    first = _first_line(text[end:] if end else text)
    said = {
        "title": front.get("title") or first,
        "source": front.get("source") or front.get("source_url"),
        "date": read_date(front.get("date", "")),
        "genre": _guess_genre(text, first),
    }
    return {key: value for key, value in said.items() if value is not None}


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    """Read the YAML block that some exports put before the text, and say where it ends; nothing when it is broken."""
    match = _FRONT_MATTER.match(text[:_LONGEST_FRONT_MATTER]) if text.startswith("---") else None
    if match is None:
        return {}, 0
    try:
        front = yaml.load(match[1], Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return {}, match.end()
    if not isinstance(front, dict):
        return {}, match.end()
    return {key: value for key, value in front.items() if isinstance(value, str)}, match.end()


def _first_line(text: str) -> str:
    """Return the first line of three words or more, as a title for want of a better one."""
    title = ""
    for match in _LINE.finditer(text):
        words = match[0][:1000].split()
        line = " ".join(words)
        if len(words) >= 3:
            title = line
            break
        title = title or line
    return title if len(title) <= 120 else title[:119].rsplit(" ", 1)[0] + "…"


_LINE = re.compile(r"[^\r\n\f\v\x1c-\x1e\x85\u2028\u2029]+")


def _guess_genre(text: str, first: str) -> str:
    """Guess what kind of text it is; corpus.csv knows better."""
    may_be = text.count(":") + text.count("Q") >= 4
    labels = [match[0].strip().lower() for match in _LABEL_LINE.finditer(text)] if may_be else []
    if len(labels) >= 4 and len(set(labels)) < 0.8 * len(labels):
        return "transcript"
    return "declaration" if _DECLARATION.search(first) else "news"
