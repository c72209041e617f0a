"""Does this checkout reproduce a picture? What the picture says of its origin, against what is made here and now."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import struct
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import __version__
from .citations import read_records
from .errors import FigureError, ParameterError, ScoError
from .records import figures_folder
from .rendering.plan import find_notebooks, make_plan, read_notebook
from .run import carry_out, open_places

KINDS = ("png", "svg", "pdf")
KEYS = {"stem", "data", "parameters", "version", "corpus"}

_PNG = b"\x89PNG\r\n\x1a\n"
_SVG_SOURCE = re.compile(r"<dc:source>(.*?)</dc:source>", re.S)
_PDF_KEYWORDS = re.compile(rb"/Keywords\s*\(((?:[^\\()]|\\.)*)\)", re.S)
_PDF_ESCAPE = re.compile(rb"\\(.)", re.S)


@dataclass(frozen=True)
class Verdict:
    """Whether a picture is reproduced, what it says of its origin, and a line for each thing that was compared."""

    reproduced: bool
    provenance: Mapping[str, Any]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in words, the answer last."""
        return "\n".join([*self.lines, "reproduced" if self.reproduced else "not reproduced"])


def verify(
    file: str | Path, folder: str | Path | None = None, *, corpus: str | Path | None = None, quick: bool = False
) -> Verdict:
    """Say whether this checkout reproduces a picture that `save_figure` wrote, wherever it has been since.

    Its provenance (stem, parameters, version, hashes of data and corpus) is read from inside the file. Then the
    notebook that saves a figure of this stem is rendered with these parameters, in a folder of its own, on the
    documents in ``corpus`` (default: those that the parameters name), and version, corpus, parameters, data and the
    file's bytes are compared. With ``quick`` nothing is rendered, and the records in ``folder`` (default: as for
    `save_figure`) are believed; so they are for a figure that no notebook here saves.

    Raises `ParameterError` when ``file`` cannot be read, is no png, svg or pdf, or says nothing of its origin;
    `FigureError` when there is neither a notebook nor a record of the figure here.
    """
    content = _read(Path(file))
    told = read_provenance(content, str(file))
    notebook = None if quick else _find_notebook(told["stem"])
    if notebook is not None:
        return _compare(told, content, *_render_again(notebook, told, corpus))
    place = Path(folder).expanduser() if folder is not None else figures_folder()
    records = read_records(place) if place.is_dir() else {}
    if told["stem"] not in records:
        raise FigureError(
            f"there is no figure {told['stem']!r} here: {place} has no record of it"
            + ("" if quick else ", and no notebook saves it")
            + "; run this inside the checkout that it comes from"
        )
    return _compare(told, content, records[told["stem"]], [], f"the record {place / told['stem']}.json")


def read_provenance(content: bytes, name: str = "the file") -> dict[str, Any]:
    """Read what a picture says of its origin from the bytes of a png, svg or pdf; ``name`` names it in messages.

    Raises `ParameterError` when it is none of these, or says nothing that `save_figure` would have written.
    """
    if content.startswith(_PNG):
        found = dict(_png_texts(content)).get("Source", "")
    elif content.startswith(b"%PDF-"):
        match = _PDF_KEYWORDS.search(content)
        found = _PDF_ESCAPE.sub(rb"\1", match[1]).decode("latin-1") if match else ""
    elif b"<svg" in content[:4096]:
        match = _SVG_SOURCE.search(content.decode("utf-8", "replace"))
        found = html.unescape(match[1]) if match else ""
    else:
        raise ParameterError(f"{name} is none of {', '.join(KINDS)}; give a picture that save_figure has written")
    try:
        told = json.loads(found)
    except ValueError:
        told = None
    if not isinstance(told, dict) or not told.keys() >= KEYS or not isinstance(told["parameters"], dict):
        raise ParameterError(
            f"{name} does not say where it comes from: it was not written by save_figure, or a program that has "
            "converted it since has dropped what it said; give the file as it was saved"
        )
    return told


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ParameterError(f"{path} cannot be read: {error.strerror or error}; give the path of a picture") from error


def _png_texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Read the texts in a png: chunks of length, type, data and checksum."""
    at = len(_PNG)
    while at + 8 <= len(content):
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        data = content[at + 8 : at + 8 + length]
        at += length + 12
        keyword, _, rest = data.partition(b"\0")
        if kind == b"tEXt":
            yield keyword.decode("latin-1"), rest.decode("latin-1")
        elif kind == b"iTXt" and len(rest) > 2:
            packed, text = rest[0], rest[2:].split(b"\0", 2)[-1]
            try:
                yield keyword.decode("latin-1"), (zlib.decompress(text) if packed else text).decode("utf-8", "replace")
            except zlib.error:
                continue


def _find_notebook(stem: str) -> Path | None:
    """Find the notebook that names the stem of a figure; what a grid has added to the stem is not in it."""
    base = re.escape(stem.partition("--")[0])
    try:
        paths = find_notebooks()
    except ScoError:
        return None
    for path in paths:
        cells = read_notebook(path)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        if any(re.search(rf"""["']{base}["']""", source) for source in sources):
            return path
    return None


def _render_again(
    notebook: Path, told: Mapping[str, Any], corpus: str | Path | None
) -> tuple[dict[str, Any], list[bytes], str]:
    """Render ``notebook`` with the parameters of a figure; comes out: its record, the page's pictures, the source."""
    known = make_plan([notebook], None, {})[0].values
    said = {name: told["parameters"].get(name, value) for name, value in known.items()}
    given = {name: value for name, value in said.items() if value != known[name]}
    named = given.pop("corpus", "")
    where = Path(corpus) if corpus is not None else (notebook.parent / named).resolve() if named else None
    if where is not None and not where.exists():
        raise FigureError(
            f"the figure rests on the documents in {str(corpus or named)!r}, and there is nothing at {where}; "
            "say where they are: --corpus FOLDER (in Python: corpus=…)"
        )
    job = make_plan([notebook], where, given)[0]
    mark = "".join(told["stem"].partition("--")[1:])
    with tempfile.TemporaryDirectory(prefix="sco-verify-") as scratch:
        places = open_places(Path(scratch))
        carry_out([replace(job, name=f"{job.name}{mark}")], places, 1)
        records = read_records(places["figures"])
        executed = json.loads((places["build"] / f"{job.name}{mark}.ipynb").read_text(encoding="utf-8"))
    if told["stem"] not in records:
        raise FigureError(
            f"{notebook.name} was rendered and saved no figure {told['stem']!r}; it saves {list(records)}"
        )
    outputs = [output for cell in executed["cells"] for output in cell.get("outputs", [])]
    packed = ["".join(output["data"]["image/png"]) for output in outputs if "image/png" in output.get("data", {})]
    return records[told["stem"]], [base64.b64decode(picture) for picture in packed], f"{notebook.name}, rendered again"


def _compare(
    told: Mapping[str, Any], content: bytes, record: Mapping[str, Any], pictures: list[bytes], source: str
) -> Verdict:
    """Compare what a picture says, and its bytes, with the record of the figure as it is made here."""
    corpus = record["corpus"]["sha256"] if record["corpus"] else ""
    pairs = {
        "version": (told["version"], __version__),
        "corpus": (told["corpus"], corpus),
        "parameters": tuple(_without_place(each["parameters"]) for each in (told, record)),
        "data": (told["data"], record["data"]),
    }
    lines = [f"{told['stem']}: compared with {source}"]
    for name, (there, here) in pairs.items():
        lines.append(f"  {name}: {'the same' if there == here else f'{_short(there)}, here {_short(here)}'}")
    saved = {kind: each["sha256"] for kind, each in record["files"].items()}
    digest = hashlib.sha256(content).hexdigest()
    kind = next((kind for kind, sha256 in saved.items() if sha256 == digest), "")
    if kind:
        lines.append(f"  bytes: the same as {record['stem']}.{kind}")
    elif content in pictures:
        kind = "page"
        lines.append("  bytes: the same as the picture in the page")
    else:
        lines.append("  bytes: not those of a file that is saved here; the picture may have been changed")
    return Verdict(bool(kind) and all(there == here for there, here in pairs.values()), told, tuple(lines))


def _without_place(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out where the documents lie: that they are the same is told by their hash."""
    return {name: value for name, value in parameters.items() if name != "corpus"}


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return f"{value[:16]}…" if isinstance(value, str) and len(value) == 64 else repr(value)
