"""A PDF → its text layer: lines as they are set, hyphens of the setting undone, running heads left out."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise, zip_longest
from typing import Any

from .limits import Limits

#: what PDFium writes for a hyphen that ends a line within a word
_BROKEN = re.compile("(\\w+)[\ufffe\x02\xad]\n(\\w+)([^\\w\\s]*)[ \n]?")
#: a line as it is set: up to the line's end, or to the hyphen that breaks a word there
_PIECE = re.compile("[^\r\n\ufffe]+\ufffe?")
_HYPHENATED = re.compile(r"\w+-\w+")
_NUMBERS = re.compile(r"\d+|\b[ivxlc]+\b")
#: a line stands this much lower than usual after a paragraph
_GAP = 1.35

#: why a PDF was not read
ENCRYPTED = "it is protected by a password; save it without one"
IMAGES = "it holds pictures of pages and no text; run text recognition (OCR) on it first"


def read_pdf(data: bytes, limits: Limits) -> tuple[str, dict[str, Any]] | str:
    r"""Read the text layer of a PDF.

    Lines end with ``\n``, pages with ``\f``; a blank line stands where the page has a gap. A word that the setting
    broke with a hyphen is whole again. Lines that come back at the head or foot of most pages, numbers apart, are left
    out.

    Returns the text and what the file says of itself, or the reason why there is none.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - needed for PDFs alone

    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        return ENCRYPTED if "assword" in str(error) else "it is a broken PDF; open it and save it anew"
    try:
        if len(document) > limits.pages:
            return f"it has {len(document):,} pages; split it, or raise Limits(pages=…)"
        pages, size = [], 0
        for number in range(len(document)):
            pages.append(_lines(document, number))
            size += sum(map(len, pages[-1]))
            if size > limits.document:
                return "its text is too long; split it, or raise Limits(document=…)"
        title = document.get_metadata_value("Title").strip()
    except pdfium.PdfiumError as error:
        return f"page {len(pages) + 1} of the PDF is broken ({error})"
    finally:
        document.close()
    text = "\f".join("\n".join(lines).strip("\n") for lines in _without_running_heads(pages))
    if len(text.split()) < max(3, len(pages) // 2):
        return IMAGES
    return _join_words(text), {"title": title} if title else {}


def _lines(document: Any, number: int) -> list[str]:
    """Return the lines of one page, with an empty one where the page has a gap."""
    page = document[number]
    try:
        content = page.get_textpage()
        text = content.get_text_range()
        pieces = [match for match in _PIECE.finditer(text) if match[0].strip()]
        counted = content.count_chars() == len(text)  # else nobody can tell which character stands where
        tops = [content.get_charbox(_first(piece), loose=True)[3] for piece in pieces] if counted else []
        content.close()
    finally:
        page.close()
    steps = [above - below for above, below in pairwise(tops)]
    usual = sorted(step for step in steps if step > 0)
    gap = _GAP * usual[len(usual) // 5] if usual else math.inf
    lines = [piece[0].rstrip() for piece in pieces]
    spaced = lines[:1]
    for line, step in zip_longest(lines[1:], steps, fillvalue=0.0):
        spaced += ["", line] if step > gap else [line]
    return spaced


def _first(piece: re.Match[str]) -> int:
    return piece.end() - len(piece[0].lstrip())


def _without_running_heads(pages: list[list[str]]) -> list[list[str]]:
    """Leave out the lines at the head and foot that most pages have in common, numbers apart."""
    if len(pages) < 3:
        return pages
    edges = [{position: _bare(page[position]) for position in _edges(page)} for page in pages]
    seen = Counter(bare for page in edges for bare in set(page.values()))
    running = {bare for bare, n in seen.items() if n >= max(3, len(pages) // 2)}
    return [
        [line for position, line in enumerate(page) if edge.get(position, None) not in running]
        for page, edge in zip(pages, edges, strict=True)
    ]


def _edges(page: list[str]) -> list[int]:
    """Return the places of the first two and last two lines with something on them."""
    full = [position for position, line in enumerate(page) if line.strip()]
    return sorted({*full[:2], *full[-2:]})


def _bare(line: str) -> str:
    return _NUMBERS.sub("#", " ".join(line.casefold().split()))


def _join_words(text: str) -> str:
    """Join words that were broken at a line's end; the hyphen stays where the word has one elsewhere in the text."""
    hyphenated = {word.casefold() for word in _HYPHENATED.findall(text)}

    def join(match: re.Match[str]) -> str:
        apart = f"{match[1]}-{match[2]}"
        return f"{apart if apart.casefold() in hyphenated else match[1] + match[2]}{match[3]}\n"

    return _BROKEN.sub(join, text).replace("\ufffe", "-").replace("\x02", "-")
