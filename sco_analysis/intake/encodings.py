"""Bytes → text: which encoding a file is in, and what of it could not be decoded."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
#: control characters that text does not hold; tabs, line ends, separators and a stray backspace are let through
_CONTROLS = bytes([*range(0x08), *range(0x0E, 0x1A)])
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_HIGH = bytes(range(128, 256))
_SURROGATE = re.compile("[\ud800-\udfff]")
#: bytes from which the encoding of a text without a mark and not in UTF-8 is guessed
_SAMPLE = 200_000


def decode(data: bytes, declared: str = "") -> tuple[str, str] | None:
    """Decode a text: by its byte-order mark, as UTF-8, as it is ``declared``, as Western European, by statistics.

    Returns the text, character for character but without the mark, and the name of the encoding; nothing when it is
    binary data. A text with a few faulty bytes (cut off within a character, say) has U+FFFD in their places.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(data, encoding)
    try:
        text = data.decode("utf-8")
        if len(data) == len(data.translate(None, _CONTROLS)):
            return text, "utf-8"
        if not _wide(data):
            return None if _looks_binary(text) else (text, "utf-8")
    except UnicodeDecodeError:
        pass
    if _wide(data):
        return _checked(data, _wide(data))
    mended = data.decode("utf-8", errors="replace")
    if _barely_faulty(mended):
        return None if _looks_binary(mended) else (mended, "utf-8")
    high = len(data) - len(data.translate(None, _HIGH))
    for encoding in filter(None, (declared, "cp1252" if high < 0.2 * len(data) else "")):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        return None if _looks_binary(text) else (text, encoding.lower())
    return _guess(data)


def replace_surrogates(text: str) -> str:
    """Put U+FFFD in the place of halves of surrogate pairs, which no text may hold and no file can be written with."""
    return _SURROGATE.sub("\ufffd", text) if not text.isascii() and _SURROGATE.search(text) else text


def _barely_faulty(mended: str) -> bool:
    """Tell UTF-8 with a few faulty bytes, or cut off within a character, from another encoding: most of it is right."""
    faulty = mended.count("\ufffd")
    right = len(_NOT_ASCII.findall(mended)) - faulty
    return right >= (1 if faulty == 1 and mended.endswith("\ufffd") else 3 * faulty)


def _wide(data: bytes) -> str:
    """Tell UTF-16 without a byte-order mark by its zero bytes: every other one, in Latin script."""
    sample = data[:4000]
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.4 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 and odd < 0.05 else ""


def _checked(data: bytes, encoding: str) -> tuple[str, str] | None:
    text = data.decode(encoding, errors="replace")
    faulty = text.count("\ufffd") > 0.02 * len(text) + 1
    return None if faulty or _looks_binary(text) else (text, encoding)


def _guess(data: bytes) -> tuple[str, str] | None:
    """Guess the encoding by statistics: of the lines with something to guess from, when the text is long."""
    if data.count(0):
        return None
    sample = data if len(data) <= _SAMPLE else data[: data.rfind(b"\n", 0, _SAMPLE) + 1] or data[:_SAMPLE]
    best = from_bytes(sample).best()
    if best is None:
        return None
    text = data.decode(best.encoding, errors="replace")
    return None if _looks_binary(text) else (text, best.encoding)


def _looks_binary(text: str) -> bool:
    data = text.encode("utf-8", "replace")
    controls = len(data) - len(data.translate(None, _CONTROLS))
    return controls > 0.02 * len(text) or text.count("\x00") > 0.001 * len(text)
