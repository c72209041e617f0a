"""A Word document (docx) → its text: paragraphs, and rows of tables, in the order of the page."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from . import archives
from .limits import MEGABYTE, Limits

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: what stands for a character of its own; deleted text (``delText``) and field codes are no text
_MARKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
#: what mc:AlternateContent holds a second time
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"

#: why a document was not read
BROKEN = "it is no Word document, or a broken one; open it and save it anew"
TOO_LARGE = "unpacked it is too large; split it, or raise Limits(document=…)"


def read_word(data: bytes, limits: Limits) -> tuple[str, dict[str, Any]] | str:
    """Read the text of a docx file: a blank line between paragraphs, a tab between the cells of a table's row.

    Insertions count as text, deletions do not; headers, footers, notes and comments are left out. Returns the text and
    what the file says of itself, or the reason why there is none.
    """
    import docx  # noqa: PLC0415 - needed for Word documents alone
    from docx.opc.exceptions import OpcError  # noqa: PLC0415
    from lxml.etree import LxmlError  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
            if any(part.file_size > max(MEGABYTE, limits.ratio * part.compress_size) for part in parts):
                return f"it unpacks to more than {limits.ratio} times its size, as no document does"
            if sum(part.file_size for part in packed.infolist()) > 4 * limits.document:
                return TOO_LARGE
        document = docx.Document(io.BytesIO(data))
        text = "\n\n".join(_blocks(document.element.body))
        properties = document.core_properties
        said = {"title": properties.title, "author": properties.author}
    except (*archives.BROKEN, OpcError, LxmlError):
        return BROKEN
    if len(text) > limits.document:
        return TOO_LARGE
    return text, {key: value.strip() for key, value in said.items() if value and value.strip()}


def _blocks(body: Any) -> list[str]:
    """Return paragraphs and rows of tables in order; a paragraph within a row belongs to the row."""
    blocks: list[str] = []
    for element in body.iter(f"{_W}p", f"{_W}tr"):
        if next(element.iterancestors(f"{_W}tr", _FALLBACK), None) is not None:
            continue
        if element.tag == f"{_W}tr":
            cells = [" ".join(filter(None, map(_text, cell.iter(f"{_W}p")))) for cell in element.findall(f"{_W}tc")]
            blocks.append("\t".join(cells).strip())
        else:
            blocks.append(_text(element))
    return [block for block in blocks if block.strip()]


def _text(paragraph: Any) -> str:
    """Return the text of one paragraph; what stands in a text box within it is a paragraph of its own."""
    pieces = []
    for element in paragraph.iter(f"{_W}t", *_MARKS):
        run = element.getparent().tag == f"{_W}r"  # a tab may also be a setting of the paragraph
        if run and next(element.iterancestors(f"{_W}p")) is paragraph:
            pieces.append(_MARKS.get(element.tag) or element.text or "")
    return "".join(pieces).strip()


def is_word(data: bytes) -> bool:
    """Tell a Word document from another zip archive by the part that holds its text."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            return "word/document.xml" in packed.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
