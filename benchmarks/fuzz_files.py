"""Broken files of every format, for `fuzz`: pages, PDFs, Word documents, tables and archives, mutated as bytes.

A sound text lies beside them in each folder: whatever the others are, it must come out, each of them must be told of,
and nothing may be raised.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

import sco_analysis as sco
from sco_analysis import tables

SOUND = "The ministers met in Astana on Thursday. “Trade will grow,” the minister said after the talks.\n"
#: What a mutation puts in: what formats take for structure, and what none should.
ODD = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x80\x81\x9d", "\u202e\u0301习".encode(), b"\n\n", b"..\x2f..\x2f"),
    *(b"<", b"</p>", b"<p>" * 300, b"&#x0;", b"&#xD800;", b"]]>", b"<!--"),
    b"<!DOCTYPE a [<!ENTITY a 'a'><!ENTITY b '&a;&a;'>]>&b;",
    *(b"endobj", b"stream\n", b"/Length 9999999999", b"<< " * 200, b"(" * 300, b"/Kids [2 0 R]", b"/Encrypt 3 0 R"),
    *(b'"', b'""', b",,,", b"{" * 500, b"[" * 500, b"\\ud800", b"\\u0000", b"1e999"),
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"%PDF-1.4"),
)


def make_file(maker: object) -> str:
    """Make one file: its ending, a line end, and its bytes, each as the sign of that number."""
    lot = maker.lot
    text = (SOUND * 3 + maker.document()[:600]).encode("utf-8", "replace").decode()
    ending = lot.choice([*MADE])
    return f"{ending}\n{MADE[ending](text, lot).decode('latin-1')}"


def try_files(texts: Sequence[str]) -> None:
    """Read a folder of such files: the sound one and all that are said to be read come out, and all are told of."""
    with tempfile.TemporaryDirectory(prefix="sco-fuzz-") as folder:
        for number, text in enumerate(texts):
            ending, _, content = text.partition("\n")
            if ending in MADE:
                Path(folder, f"{number:03}{ending}").write_bytes(content.encode("latin-1", "replace"))
        Path(folder, "sound.txt").write_text(SOUND, encoding="utf-8")
        said = sco.check_corpus(folder)
        documents = tables.check(sco.read_corpus(folder), "documents")
        for path in Path(folder).iterdir():
            assert said["path"].str.startswith(path.name).any(), f"nothing is said of {path.name}"
        assert len(documents) == said["status"].ne("left out").sum(), "a document was lost"
        assert (documents["text"] == SOUND).any(), "the sound document was lost"
        sco.parse(documents)


def mutate(data: bytes, lot: random.Random) -> bytes:
    """Cut, double, turn, overwrite or put something into ``data``, up to three times; one in five is left as it is."""
    for _ in range(lot.randrange(4) if lot.random() < 0.8 else 0):
        start = lot.randrange(len(data) + 1)
        end = min(len(data), start + int(lot.expovariate(0.05)))
        part = data[start:end]
        noise = bytes(lot.randrange(256) for _ in part)
        new = lot.choice((b"", part * 9, part[::-1], noise, lot.choice(ODD), lot.choice(ODD) + part))
        data = data[:start] + new + data[end:] if lot.random() < 0.9 else data[:start]
    return data


def _page(text: str, lot: random.Random) -> bytes:
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
    head = '<title>Talks</title><meta property="og:site_name" content="A"><meta name="date" content="2024-07-04">'
    page = f"<!DOCTYPE html><html><head>{head}</head><body><article><h1>Talks</h1>{paragraphs}</article></body></html>"
    return mutate(page.encode(lot.choice(("utf-8", "utf-16", "cp1251", "latin-1")), "replace"), lot)


def _pdf(text: str, lot: random.Random) -> bytes:
    lines = [line.replace("\\", "").replace("(", "").replace(")", "") for line in text.splitlines()]
    content = "BT /F1 11 Tf 50 750 Td " + " ".join(f"({line}) Tj 0 -14 Td" for line in lines) + " ET"
    stream = mutate(content.encode("latin-1", "replace"), lot)
    packed = lot.random() < 0.5
    stream, how = (zlib.compress(stream), b"/Filter /FlateDecode ") if packed else (stream, b"")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R 4 0 R] /Count 2 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 5 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>",
        b"<< %s/Length %d >> stream\n%s\nendstream" % (how, len(stream), stream),
        b"<< /Title (Talks in Astana) >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    return mutate(body + b"xref\n0 7\n0000000000 65535 f \n" + table + end, lot)


def _zipped(members: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def _word(text: str, lot: random.Random) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in escaped.splitlines())
    body += "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = "http://schemas.openxmlformats.org/package/2006"
    to_document = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    members = {
        "[Content_Types].xml": f'<Types xmlns="{types}/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{types}/relationships">'
        f'<Relationship Id="r1" Type="{to_document}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"<w:document {space}><w:body>{body}</w:body></w:document>",
    }
    hit = lot.choice([*members, "word/document.xml", ""])  # most often what is read; sometimes the archive itself
    packed = _zipped(
        {name: mutate(data.encode(), lot) if name == hit else data.encode() for name, data in members.items()}
    )
    return packed if hit else mutate(packed, lot)


def _frame(text: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"id": ["a", "b"], "title": ["One", None], "text": [text, SOUND * 2], "date": ["2024-07-04", "x"]}
    )


def _csv(text: str, lot: random.Random) -> bytes:
    return mutate(_frame(text).to_csv(index=False).encode(lot.choice(("utf-8", "utf-8-sig", "utf-16")), "replace"), lot)


def _lines(text: str, lot: random.Random) -> bytes:
    rows = [json.dumps(row, ensure_ascii=lot.random() < 0.5) for row in _frame(text).to_dict("records")]
    return mutate("\n".join(rows).encode(), lot)


def _parquet(text: str, lot: random.Random) -> bytes:
    written = io.BytesIO()
    _frame(text).to_parquet(written)
    return mutate(written.getvalue(), lot)


def _text(text: str, lot: random.Random) -> bytes:
    return mutate(text.encode(lot.choice(("utf-8", "utf-16", "utf-32", "cp1251")), "replace"), lot)


def _zip(text: str, lot: random.Random) -> bytes:
    inner = lot.choice([".txt", ".html", ".csv", ".docx"])
    name = lot.choice(["a", "../a", "/a", "a/../../b", "con", "a\x00b", "ä"])
    packed = _zipped({f"{name}{inner}": MADE[inner](text, lot), "b.txt": SOUND.encode()})
    return mutate(packed, lot)


def _gz(text: str, lot: random.Random) -> bytes:
    return mutate(gzip.compress(_text(text, lot)), lot)


#: ending → how a file of it is made of a text
MADE: dict[str, Callable[[str, random.Random], bytes]] = {
    ".txt": _text,
    ".md": _text,
    ".html": _page,
    ".pdf": _pdf,
    ".docx": _word,
    ".csv": _csv,
    ".jsonl": _lines,
    ".parquet": _parquet,
    ".zip": _zip,
    ".txt.gz": _gz,
}
