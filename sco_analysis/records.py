"""Figures as files that can be cited: picture, data and record, the same bytes every time, provenance inside."""

from __future__ import annotations

import base64
import csv
import datetime
import hashlib
import io
import json
import os
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import FigureError
from .store.files import put_together

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .parse import Parsed

DPI = 300  # of the saved png: what journals ask of pictures in print
SCREEN_DPI = 110  # of the picture shown in a notebook

#: Names of what is cited beside the figures, and of the files that describe all of them.
RESERVED = ("package", "corpus", "figures", "manifest")

#: Names that no file may have on Windows, whatever its ending.
DEVICES = ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))

#: The environment variable with what is added to every stem, when one notebook is rendered for many values.
SUFFIX = "SCO_FIGURE_SUFFIX"

#: How a spreadsheet tells a formula, by its first sign; behind apostrophes too, so that they can be taken off again.
FORMULA = re.compile("'*[-=+@\t\r\n＝＋－＠]")

_STEM = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True)
class SavedFigure:
    """A saved figure: its stem, title, caption and alternative text, and the names of its files by their kind.

    In a notebook it shows the picture with its alternative text: as HTML, for JupyterLab shows a png without one; and
    as a png with the text in the output's metadata, for programs that take pictures out of notebooks.
    """

    stem: str
    title: str
    caption: str
    alt: str
    files: Mapping[str, str]
    folder: Path = field(repr=False)
    picture: bytes = field(repr=False)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        png = base64.b64encode(self.picture).decode("ascii")
        told = f"Figure {self.stem}, saved as {', '.join(self.files)}. {self.alt}"  # no folder: pages look the same
        shown = f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{png}">'
        return {"text/html": shown, "image/png": png, "text/plain": told}, {"image/png": {"alt": self.alt}}


def save_figure(
    ax: Axes | Figure,
    tally: pd.DataFrame,
    stem: str,
    *,
    caption: str,
    alt: str,
    parameters: Mapping[str, Any] | None = None,
    corpus: pd.DataFrame | Parsed | None = None,
) -> SavedFigure:
    """Save a figure with its data and its record, ready to be cited.

    Writes ``<stem>.svg``, ``.png`` (300 dpi), ``.pdf``, ``.csv`` (the plotted numbers) and ``.json`` (the record) to
    the folder that `figures_folder` names. The same figure gives the same bytes, whenever and wherever it is saved, and
    each picture holds its title, its alternative text and the hashes of data and corpus.

    Parameters
    ----------
    ax
        The axes, or the whole figure. It is drawn in the style sheet of the package, and closed afterwards.
    tally
        The numbers in the figure. In the csv a text that a spreadsheet would run as a formula gets an apostrophe
        before it; numbers stay as they are.
    stem
        The name of the files: lower-case letters, digits and hyphens, such as ``speaker-share``.
    caption, alt
        What stands below the figure, and what a reader who does not see it is told instead. Both are needed.
    parameters
        What the figure was made with, by name: text, numbers, dates, true or false, and lists of these. Of the absolute
        path of a file or folder only the name is written down.
    corpus
        The documents table or the parsed corpus that the numbers come from.

    Returns
    -------
    SavedFigure
        A small record; as the last value of a notebook cell it shows the picture.

    Raises
    ------
    FigureError
        When caption or alternative text is missing, the stem cannot name a file, a parameter cannot be written down,
        ``ax`` or ``tally`` is something else, or the folder cannot be written to.
    """
    _check_stem(stem)
    stem += os.environ.get(SUFFIX, "")
    caption = _told("caption", caption, stem, "one or two sentences: what is shown, of which texts, in which unit")
    alt = _told("alt", alt, stem, "what a reader who cannot see the figure needs: its kind, its largest numbers")
    figure = _figure(ax)
    data = _as_csv(tally)
    record = {
        "stem": stem,
        "title": _title(figure, caption),
        "caption": caption,
        "alt": alt,
        "parameters": {str(name): _plain(value, str(name)) for name, value in (parameters or {}).items()},
        "corpus": corpus_facts(corpus) if corpus is not None else None,
        "version": __version__,
        "data": hashlib.sha256(data).hexdigest(),
    }
    contents = {**_draw(figure, record), "csv": data}
    picture = contents.pop("screen")
    files = {
        kind: {"name": f"{stem}.{kind}", "sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for kind, content in contents.items()
    }
    contents["json"] = (json.dumps({**record, "files": files}, ensure_ascii=False, indent=1) + "\n").encode()
    folder = figures_folder()
    write_whole(folder, {f"{stem}.{kind}": content for kind, content in contents.items()})
    if "matplotlib.pyplot" in sys.modules:  # else a notebook shows it a second time
        sys.modules["matplotlib.pyplot"].close(figure)
    return SavedFigure(
        stem, record["title"], caption, alt, {kind: f"{stem}.{kind}" for kind in contents}, folder, picture
    )


def figures_folder() -> Path:
    """Say where figures are: the folder in the environment variable ``SCO_FIGURES``; else ``figures/`` of the checkout.

    Outside a checkout of this project it is ``figures/`` of the current folder.
    """
    if os.environ.get("SCO_FIGURES", "").strip():
        return Path(os.environ["SCO_FIGURES"]).expanduser()
    here = Path.cwd()
    home = next((place for place in (here, *here.parents) if _is_checkout(place)), here)
    return home / "figures"


def _is_checkout(place: Path) -> bool:
    try:
        project = tomllib.loads((place / "pyproject.toml").read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        return False
    return project.get("name") == "sco-analysis"


def corpus_facts(corpus: pd.DataFrame | Parsed) -> dict[str, Any]:
    """Say what a corpus is: documents, words, first and last date (empty when no document has one), sources, sha256.

    ``corpus`` is a documents table or a parsed corpus. The hash is that of the documents' own hashes, sorted and
    joined by line feeds: it does not depend on names or places.

    Raises `FigureError` when it is neither.
    """
    documents = getattr(corpus, "documents", corpus)
    missing = [name for name in ("sha256", "n_words") if name not in getattr(documents, "columns", ())]
    if missing:
        raise FigureError(f"corpus lacks {', '.join(missing)}; give the table of read_corpus, or what parse returns")
    days = documents["date"].dropna().dt.strftime("%Y-%m-%d") if "date" in documents else []
    sources = documents["source"].dropna().unique() if "source" in documents else []
    return {
        "documents": len(documents),
        "words": int(documents["n_words"].sum()),
        "first": min(days, default=""),
        "last": max(days, default=""),
        "sources": sorted(map(str, sources)),
        "sha256": hashlib.sha256("\n".join(sorted(documents["sha256"])).encode()).hexdigest(),
    }


def write_whole(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write files into ``folder``, which is made when it is not there; a name appears only when all bytes are written.

    Raises `FigureError`, naming the folder, when it cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        put_together({folder / name: content for name, content in contents.items()})
    except OSError as error:
        raise FigureError(
            f"cannot write to {folder}: {error.strerror}; "
            "set the environment variable SCO_FIGURES to a folder you may write to"
        ) from error


def escape_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before texts that a spreadsheet would run as a formula; numbers stay numbers.

    A text that begins with apostrophes and such a sign gets one more, so `unescape_formulas` gives back what was
    there. Lists and records, such as the evidence of a polarity, come out as JSON.
    """
    texts = table.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    return table.assign(**{name: table[name].map(_as_cell) for name in texts}).rename(columns=_as_cell)


def _as_cell(value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def as_csv(table: pd.DataFrame) -> str:
    """Write ``table`` as csv that a spreadsheet opens without running anything in it (see `escape_formulas`).

    Where a text holds a carriage return all texts are quoted: some readers, Python's among them, begin a new row at a
    bare one, which could then begin with a formula.
    """
    written = escape_formulas(table)
    texts = written.select_dtypes(exclude=["number", "bool", "datetime"])
    broken = any("\r" in value for name in texts for value in (name, *texts[name]) if isinstance(value, str))
    quoting = csv.QUOTE_NONNUMERIC if broken else csv.QUOTE_MINIMAL
    return written.to_csv(index=False, lineterminator="\n", quoting=quoting)


def unescape_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Take off the apostrophes that `escape_formulas` has put before texts: for a csv of ours that was read again."""
    texts = table.select_dtypes(exclude=["number", "bool", "datetime"]).columns
    return table.assign(**{name: table[name].map(_as_text) for name in texts}).rename(columns=_as_text)


def _as_text(value: Any) -> Any:
    return value[1:] if isinstance(value, str) and value.startswith("'") and FORMULA.match(value) else value


def _as_csv(tally: Any) -> bytes:
    import pandas as pd  # noqa: PLC0415 - heavy, and whoever has a tally has it already

    if not isinstance(tally, pd.DataFrame):
        raise FigureError(f"tally is {_kind(tally)}; give the table of numbers that the figure shows")
    if not (isinstance(tally.index, pd.RangeIndex) and tally.index.name is None):
        tally = tally.reset_index(drop=all(name is None for name in tally.index.names))
    return as_csv(tally).encode("utf-8")


def _check_stem(stem: Any) -> None:
    if not isinstance(stem, str):
        raise FigureError(f"stem is {_kind(stem)}; give a text such as 'speaker-share'")
    likely = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "speaker-share"
    if not _STEM.fullmatch(stem):
        raise FigureError(
            f"stem {stem!r} cannot name the figure: use lower-case letters, digits and hyphens, such as {likely!r}"
        )
    if stem in DEVICES:
        raise FigureError(f"stem {stem!r} names a device on Windows; write another, such as '{stem}-figure'")
    if stem in RESERVED:
        raise FigureError(
            f"stem {stem!r} is taken: cite and the gallery use that name; write another, such as '{stem}-figure'"
        )


def _told(name: str, text: Any, stem: str, wanted: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise FigureError(f"figure {stem!r} has no {name}; write {name}=… with {wanted}")
    return " ".join(text.split())


def _figure(ax: Any) -> Figure:
    from matplotlib.artist import Artist  # noqa: PLC0415 - whoever has axes has it already
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = ax.get_figure(root=True) if isinstance(ax, Artist) else None
    if not isinstance(figure, Figure):
        raise FigureError(f"ax is {_kind(ax)}; give the Axes that a plot function returns, or a Figure")
    return figure


def _kind(value: Any) -> str:
    return "None" if value is None else f"of the type {type(value).__name__}"


def _title(figure: Figure, caption: str) -> str:
    """Take the title that the figure shows, else the first sentence of its caption."""
    titles = [axes.get_title(loc) for axes in figure.axes for loc in ("left", "center")]
    panels = [title for title in titles if title.strip()]  # of several panels none names the whole
    written = " ".join((figure.get_suptitle() or (panels[0] if len(panels) == 1 else "")).split())
    return written or re.split(r"(?<=[.?!])\s", caption)[0].rstrip(".")


def _plain(value: Any, name: str) -> Any:
    """Return ``value`` as JSON knows it; refuse what would be written differently each time."""
    value = value.item() if hasattr(value, "item") and not getattr(value, "ndim", 0) else value
    if isinstance(value, os.PathLike):
        value = Path(value).as_posix()
    if isinstance(value, str) and _is_place(value):
        return Path(value).name or value  # where things lie on one machine belongs into no record
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)  # JSON knows neither nan nor infinity
    if isinstance(value, list | tuple):
        return [_plain(item, name) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item, name) for key, item in value.items()}
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise FigureError(f"parameter {name!r} is {_kind(value)}; give text, numbers, dates, true or false, or lists")


def _is_place(text: str) -> bool:
    try:
        return Path(text).is_absolute() and Path(text).exists()
    except (OSError, ValueError):  # too long for a path, or with a sign that no path has
        return False


def provenance(record: Mapping[str, Any]) -> str:
    """Write what a picture says of its origin, as JSON in ASCII: stem, parameters, version, hashes."""
    corpus = record["corpus"]["sha256"] if record["corpus"] else ""
    told = {name: record[name] for name in ("stem", "data", "parameters", "version")}
    return json.dumps({**told, "corpus": corpus}, sort_keys=True)


def _draw(figure: Figure, record: Mapping[str, Any]) -> dict[str, bytes]:
    """Draw the picture in each format; everything that could differ from run to run is fixed or left out."""
    import matplotlib as mpl  # noqa: PLC0415 - heavy, and whoever has a figure has it already

    from .figures import use_style  # noqa: PLC0415

    title, alt, origin = record["title"], record["alt"], provenance(record)
    maker = f"sco-analysis {record['version']}"
    about = {"Title": title, "Description": alt, "Source": origin}
    of_pdf = {"Title": title, "Subject": alt, "Keywords": origin, "Creator": maker, "CreationDate": None}
    of_png = {**about, "Software": None, "Creator": maker}
    with mpl.rc_context():
        use_style()
        figure.draw_without_rendering()
        layout = figure.get_layout_engine()
        figure.set_layout_engine("none")  # one layout for all formats, and no drift from one drawing to the next
        try:
            svg = _printed(
                figure, format="svg", metadata={**about, "Identifier": record["stem"], "Creator": maker, "Date": None}
            )
            return {
                "svg": _accessible(svg.decode("utf-8"), record).encode("utf-8"),
                "png": _printed(figure, format="png", dpi=DPI, metadata=of_png),
                "pdf": _printed(figure, format="pdf", metadata=of_pdf),
                "screen": _smaller(_printed(figure, format="png", dpi=SCREEN_DPI, metadata=of_png)),
            }
        finally:
            figure.set_layout_engine(layout)


def _printed(figure: Figure, **options: Any) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, **options)
    return stream.getvalue()


def _smaller(png: bytes) -> bytes:
    """Write ``png`` with a palette of 256 colours, a third of the size; what it says of itself stays."""
    from PIL import Image, PngImagePlugin  # noqa: PLC0415 - comes with matplotlib

    stream = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        told = PngImagePlugin.PngInfo()
        for name, text in picture.text.items():
            told.add_text(name, text)
        picture.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(stream, "png", optimize=True, pnginfo=told)
    return stream.getvalue()


def _accessible(svg: str, record: Mapping[str, Any]) -> str:
    """Make the root of ``svg`` an image with a name and a description, for those who hear it."""
    stem = record["stem"]
    title = f'<title id="{stem}-title">{escape(record["title"], quote=False)}</title>'
    told = f'<desc id="{stem}-desc">{escape(record["alt"], quote=False)}</desc>'
    root = f'<svg role="img" aria-labelledby="{stem}-title" aria-describedby="{stem}-desc" '
    svg = re.sub(r"<title>.*?</title>", lambda _: f"{title}\n {told}", svg, count=1, flags=re.S)
    return svg.replace("<svg ", root, 1)
