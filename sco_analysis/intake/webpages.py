"""A web page → its main text, and what it says of itself: title, date, site, author, address."""

from __future__ import annotations

import re
from typing import Any

from .encodings import decode
from .limits import MEGABYTE, Limits

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_ENCODING_OF_XML = re.compile(r"\A\s*<\?xml[^>]*\?>")
#: A tag with more in it than this loses its attributes, which carry pictures, or are there to wear the parser out.
_LONG_TAG = re.compile(r"<(/?[A-Za-z][\w-]{0,30})[^<>]{3000,}>")
#: what is no text; a comment or a program that is not closed ends with the page
_PROGRAMS = re.compile(
    r"<(?!script[^>]{0,300}ld\+json)(script|style|svg|template)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S
)
#: dates are read off the markup; a search through the prose would find the date of something else
_DATES = {"extensive_search": False, "original_date": True}
_FIELDS = {"title": "title", "sitename": "source", "date": "date", "author": "author", "url": "url"}

#: why a page was not read
NO_TEXT = "no main text was found in the page; save it as plain text"


def is_page(data: bytes) -> bool:
    """Tell a web page by its first tag."""
    start = data[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").replace(b"\x00", b"").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<?xml")) and b"<html" in start + data[:4000].lower()


def read_page(data: bytes, limits: Limits) -> tuple[str, str, dict[str, Any]] | str:
    """Read a web page: its main text, one paragraph a line, without menus, comments and what is related.

    Returns the text, the encoding, and what the page says of itself; or the reason why there is none.
    """
    from lxml import html  # noqa: PLC0415 - needed for web pages alone
    from lxml.etree import LxmlError  # noqa: PLC0415
    from trafilatura import bare_extraction  # noqa: PLC0415 - takes a second to import

    declared = _DECLARED.search(data[:4000])
    decoded = decode(data, declared[1].decode("ascii") if declared else "")
    if decoded is None:
        return "it is not text (binary data), though its name says that it is a web page"
    markup, encoding = decoded
    markup = _LONG_TAG.sub(r"<\1>", _PROGRAMS.sub("", _ENCODING_OF_XML.sub("", markup)))
    if len(markup) > limits.markup:
        return f"it is a page of more than {limits.markup / MEGABYTE:g} MB; split it, or raise Limits(markup=…)"
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
        page = bare_extraction(
            tree,
            fast=True,
            with_metadata=True,
            include_comments=False,
            include_tables=True,
            date_extraction_params=_DATES,
        )
    except (LxmlError, ValueError, RecursionError) as error:
        return f"the page cannot be taken apart ({str(error)[:80] or type(error).__name__})"
    if page is None or not (page.text or "").strip():
        return NO_TEXT
    said = {ours: getattr(page, theirs) for theirs, ours in _FIELDS.items() if getattr(page, theirs)}
    said.setdefault("source", page.hostname)
    return page.text, encoding, {key: value for key, value in said.items() if value}
