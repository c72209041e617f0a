"""How to cite a figure, the corpus and the package, from the records in the folder of figures; and their gallery."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from . import __version__
from .errors import FigureError
from .records import RESERVED, SUFFIX, figures_folder, write_whole
from .store.commits import PACKAGE, settle_commits

AUTHOR = "The sco-analysis developers"
TITLE = "sco-analysis: topic frequency, speaker share and sentiment toward states in diplomatic texts"
YEAR = "2026"  # of this version; never today's, for a citation made twice is the same
MANIFEST = "manifest.json"
GALLERY = ("README.md", "figures.bib", "figures.csl.json", MANIFEST)

_SHORT = 16  # digits of a hash in a citation: enough to tell texts apart, short enough to print
_BIBTEX = {"figure": "misc", "dataset": "misc", "software": "software"}
_NEEDED = {"stem", "title", "caption", "alt", "parameters", "corpus", "version", "data", "files"}

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~&$@^])")
_LATEX = {
    **{char: f"\\{char}" for char in "&%$#_"},
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # not \{: BibTeX counts braces, and one alone would swallow the next entry
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "–": "--",
    "—": "---",
    "…": r"\dots{}",
    "\u00a0": "~",
    "\u202f": r"\,",
    "\u2009": r"\,",
}
#: signs that LaTeX has in formulas only, and what stands for them in an alternative text, where a formula cannot be
_SIGNS = {"−": ("$-$", "-"), "×": (r"$\times$", "x"), "≤": (r"$\le$", "at most "), "≥": (r"$\ge$", "at least ")}


@dataclass(frozen=True)
class Work:
    """What is cited: its key, kind (figure, dataset, software), author, title, years, container and note."""

    key: str
    kind: str
    author: str
    title: str
    years: tuple[str, ...]
    container: str
    note: str
    version: str
    record: Mapping[str, Any] | None = None

    @property
    def year(self) -> str:
        """The year, or the first and the last; empty when none is known."""
        return "–".join(self.years)


def cite(stem: str, style: str = "bibtex", folder: str | Path | None = None) -> str:
    """Return how to cite a figure that `save_figure` has saved, the corpus it rests on, or this package.

    Parameters
    ----------
    stem
        The figure's stem; ``package``; ``corpus``, or ``corpus:<stem>`` where the figures rest on several.
    style
        ``bibtex`` (an entry), ``csl`` (CSL-JSON, for Zotero and pandoc), ``apa`` (a line of text), ``markdown`` and
        ``latex`` (a figure block with caption and alternative text; for corpus and package a line of the references).
    folder
        The folder of figures (default: as for `save_figure`). Paths in blocks begin with its name.

    Raises
    ------
    FigureError
        When there is no such figure or style, naming those that there are, or a record cannot be read.
    """
    if style not in _STYLES:
        raise FigureError(_unknown("citation style", style, list(_STYLES)))
    place = Path(folder).expanduser() if folder is not None else figures_folder()
    return _STYLES[style](_work(stem, place), place.resolve().name)


def write_gallery(folder: str | Path | None = None) -> list[Path]:
    """Write what describes all figures of a folder, from their records: the same records give the same bytes.

    ``README.md`` is a gallery (picture, caption, alternative text, files, citation); ``figures.bib`` and
    ``figures.csl.json`` hold an entry for each figure, its corpus and the package; ``manifest.json`` holds all records,
    and for each the commit of this project at which it was drawn (see `settle_commits`).
    ``folder`` is the folder of figures (default: as for `save_figure`). Comes out: the files written; none where no
    figure was saved.

    Raises `FigureError` when a record cannot be read or the folder cannot be written to.
    """
    place = Path(folder).expanduser() if folder is not None else figures_folder()
    records = read_records(place)
    if not records:
        return []
    works = [_package(), *_corpora(records).values(), *(_figure(record) for record in records.values())]
    commits = settle_commits(records, place / MANIFEST, PACKAGE.parent / "figures" / MANIFEST)
    manifest = {"figures": [{"id": stem, **record, "commit": commits[stem]} for stem, record in records.items()]}
    texts = (
        _readme(records),
        "\n\n".join(["Written by sco-analysis from the records of the figures.", *map(_bibtex, works)]),
        json.dumps([_csl_item(work) for work in works], ensure_ascii=False, indent=1),
        json.dumps(manifest, ensure_ascii=False, indent=1),
    )
    write_whole(place, {name: f"{text}\n".encode() for name, text in zip(GALLERY, texts, strict=True)})
    return [place / name for name in GALLERY]


def read_records(folder: Path) -> dict[str, dict[str, Any]]:
    """Read the records of the figures in ``folder``, by stem and in its order; other JSON files are left alone.

    Raises `FigureError`, naming the file, when one is no JSON.
    """
    records = {}
    for path in sorted(folder.glob("*.json"), key=lambda path: path.stem):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise FigureError(
                f"{path} cannot be read as the record of a figure: {error}; save the figure anew"
            ) from error
        if isinstance(record, dict) and record.keys() >= _NEEDED and record["stem"] == path.stem:
            records[path.stem] = record
    return records


def _work(stem: str, folder: Path) -> Work:
    if stem == "package":
        return _package()
    records = read_records(folder)
    own = f"{stem}{os.environ.get(SUFFIX, '')}"  # a page of a grid cites its own figure
    if own in records:
        return _figure(records[own])
    corpora = _corpora(records)
    asked = stem.partition(":")[2] if isinstance(stem, str) and stem.startswith("corpus:") else ""
    if asked in records and records[asked]["corpus"]:
        return corpora[records[asked]["corpus"]["sha256"]]
    if stem == "corpus" and len(corpora) == 1:
        return next(iter(corpora.values()))
    of_one = [f"corpus:{name}" for name in records if records[name]["corpus"]]
    if stem == "corpus" and corpora:
        raise FigureError(f"the figures in {folder} rest on {len(corpora)} corpora; write one of: {', '.join(of_one)}")
    if stem == "corpus":
        raise FigureError(f"no figure in {folder} says what corpus it rests on; save one with corpus=…")
    if not records:
        raise FigureError(f"there is no figure {stem!r}: none was saved in {folder}; save_figure does; 'package' works")
    known = [*records, *RESERVED[:2]] if corpora else [*records, RESERVED[0]]
    raise FigureError(_unknown("figure", stem, known, f" in {folder}", [*known, *of_one]))


def _unknown(kind: str, asked: Any, known: Sequence[str], where: str = "", near: Sequence[str] = ()) -> str:
    close = get_close_matches(str(asked).lower(), near or known, n=1, cutoff=0.5)
    nearest = f"; the nearest is {close[0]!r}" if close else ""
    return f"there is no {kind} {asked!r}{where}{nearest}; there are: {', '.join(known)}"


def _package() -> Work:
    return Work("sco-analysis", "software", AUTHOR, TITLE, (YEAR,), "", "", __version__)


def _corpora(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Work]:
    """Return the different corpora that the figures rest on, by their hash."""
    facts = {record["corpus"]["sha256"]: record["corpus"] for record in records.values() if record["corpus"]}
    works = {}
    for sha in sorted(facts):
        corpus = facts[sha]
        key = "sco-analysis-corpus" + (f":{sha[:8]}" if len(facts) > 1 else "")
        title = f"Corpus of {_plural(corpus['documents'], 'document')} ({_plural(corpus['words'], 'word')})"
        years = dict.fromkeys(day[:4] for day in (corpus["first"], corpus["last"]) if day)
        sources = corpus.get("sources", [])
        more = f" and {len(sources) - 3} more" if len(sources) > 3 else ""
        told = [f"Sources: {'; '.join(sources[:3])}{more}."] if sources else []
        note = " ".join([*told, f"SHA-256 {sha[:_SHORT]}."])
        works[sha] = Work(key, "dataset", "", title, tuple(years), "", note, "")
    return works


def _figure(record: Mapping[str, Any]) -> Work:
    told = []
    if record["corpus"]:
        corpus = record["corpus"]
        facts = [_plural(corpus["documents"], "document"), _plural(corpus["words"], "word")]
        days = dict.fromkeys(day for day in (corpus["first"], corpus["last"]) if day)
        facts += [" to ".join(days)] if days else []
        told.append(f"Corpus: {', '.join(facts)}, SHA-256 {corpus['sha256'][:_SHORT]}.")
    told.append(f"Data: {record['stem']}.csv, SHA-256 {record['data'][:_SHORT]}.")
    made = f"Made with sco-analysis {record['version']}"
    key = f"sco-analysis-{record['stem']}"
    return Work(key, "figure", AUTHOR, record["title"], (YEAR,), made, " ".join(told), record["version"], record)


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _bibtex(work: Work, _: str = "") -> str:
    fields = {
        "author": f"{{{_latex(work.author)}}}" if work.author else "",
        "title": f"{{{_latex(work.title)}}}",
        "year": _latex(work.year),
        "date": "/".join(work.years) if len(work.years) > 1 else "",  # BibLaTeX and pandoc read no range in a year
        "version": work.version if work.kind == "software" else "",
        "howpublished": _latex(work.container) or ("Data set" if work.kind == "dataset" else ""),
        "note": _latex(work.note),
    }
    lines = [f"  {name} = {{{text}}},\n" for name, text in fields.items() if text]
    return f"@{_BIBTEX[work.kind]}{{{work.key},\n{''.join(lines)}}}"


def _csl_item(work: Work) -> dict[str, Any]:
    item: dict[str, Any] = {"id": work.key, "type": work.kind, "title": work.title}
    if work.author:
        item["author"] = [{"literal": work.author}]
    if work.years:
        item["issued"] = {"date-parts": [[int(year)] for year in work.years]}
    if work.version:
        item["version"] = work.version
    if work.kind == "figure":
        item["genre"] = "Figure"
    note = " ".join(filter(None, [f"{work.container}." if work.container else "", work.note]))
    return {**item, "note": note} if note else item


def _csl(work: Work, _: str = "") -> str:
    return json.dumps([_csl_item(work)], ensure_ascii=False, indent=1)


def _apa(work: Work, _: str = "") -> str:
    shown = {"figure": "Figure", "dataset": "Data set", "software": "Computer software"}[work.kind]
    title = f"{work.title} (Version {work.version})" if work.kind == "software" else work.title
    begin = [f"{work.author}.", f"({work.year or 'n.d.'}).", f"{title} [{shown}]."]
    if not work.author:  # then the title takes its place
        begin = [f"{title} [{shown}].", f"({work.year or 'n.d.'})."]
    return " ".join([*begin, *([f"{work.container}."] if work.container else []), *([work.note] if work.note else [])])


def _markdown(work: Work, folder: str = "") -> str:
    if not work.record:
        return _plain(_apa(work))
    record = work.record
    path = f"{folder}/{record['stem']}.svg".replace(" ", "%20") if folder else f"{record['stem']}.svg"
    return (
        f"![{_plain(record['alt'])}]({path})\n\n**Figure.** {_plain(record['caption'])}\n\nSource: {_plain(_apa(work))}"
    )


def _plain(text: str) -> str:
    """Escape ``text`` so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def _latex_block(work: Work, folder: str) -> str:
    if not work.record:
        return f"\\bibitem{{{work.key}}} {_latex(_apa(work))}"
    record = work.record
    return "\n".join(
        [
            "\\begin{figure}",
            "  \\centering",
            f"  \\includegraphics[width=\\linewidth, alt={{{_latex(record['alt'], formulas=False)}}}]"
            f"{{{folder}/{record['stem']}.pdf}}",
            f"  \\caption{{{_latex(record['caption'])} \\cite{{{work.key}}}}}",
            f"  \\label{{fig:{record['stem']}}}",
            "\\end{figure}",
        ]
    )


def _latex(text: str, *, formulas: bool = True) -> str:
    """Escape ``text`` so that LaTeX and BibTeX print it as it is."""
    signs = {sign: written[0 if formulas else 1] for sign, written in _SIGNS.items()}
    return text.translate(str.maketrans({**_LATEX, **signs}))


def _readme(records: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [
        "# Figures",
        "Each figure comes as SVG, PNG (300 dpi) and PDF, with the numbers it shows and a record of where they come "
        "from: caption, alternative text, parameters, and the hashes of data and corpus, which are inside the pictures "
        "too. This page is written from the records; do not edit it by hand.",
    ]
    for number, (stem, record) in enumerate(records.items(), 1):
        kinds = {**{kind: told["name"] for kind, told in record["files"].items()}, "record": f"{stem}.json"}
        links = " · ".join(f"[{'data (csv)' if kind == 'csv' else kind}]({name})" for kind, name in kinds.items())
        parts += [
            f"## {_plain(record['title'])}",
            f"![{_plain(record['alt'])}]({stem}.svg)",
            f"**Figure {number}.** {_plain(record['caption'])}",
            f"In words: {_plain(record['alt'])}",
            f"Files: {links}",
            f"Cite as: {_plain(_apa(_figure(record)))}",
            f"For BibTeX, CSL-JSON, or a block to paste: `sco-analysis cite {stem} --style bibtex`, "
            "or `csl`, `apa`, `markdown`, `latex`; all entries are in [figures.bib](figures.bib).",
        ]
    return "\n\n".join(parts)


_STYLES = {"bibtex": _bibtex, "csl": _csl, "apa": _apa, "markdown": _markdown, "latex": _latex_block}
