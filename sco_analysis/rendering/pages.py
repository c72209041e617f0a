"""Executed notebooks → self-contained HTML pages and their index, by a lean template of our own.

A page asks nothing of the network and runs no script: its Content-Security-Policy says so to the browser. The code is
folded but there; pictures carry the alternative text of the figure's record.
"""

from __future__ import annotations

import base64
import html
import io
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from .page_tables import MIME, mark_up, tell_row, write_table
from .parameters import read_parameters

TEMPLATES = Path(__file__).parent.parent / "data" / "templates"
PICTURES = ("image/svg+xml", "image/png", "image/jpeg")

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
#: a comment that says what the table is which a cell shows
_CAPTION = re.compile(r"^# Table: (.+)$", re.M)
_BARE_OBJECT = re.compile(r"\s*(\[\s*)?<[\w.]+[\s:(][^\n]*>(\s*\])?\s*")  # <Axes: …> tells a reader nothing


@dataclass
class Page:
    """What a page shows: title, first paragraph, result in a sentence, sections, and its parts in order.

    ``of`` is what one of a row of pages is about: a speaker, a state, a year.
    """

    title: str = ""
    of: str = ""
    lead: str = ""
    lead_html: Any = ""
    result: str = ""
    sections: list[dict[str, str]] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The title, with what the page is about when it is one of a row."""
        return ": ".join(filter(None, [self.title, self.of]))

    def count(self, kind: str) -> int:
        """Count the parts of one kind."""
        return sum(part["kind"] == kind for part in self.parts)

    @property
    def first_figure(self) -> dict[str, Any]:
        """The first figure, or an empty record."""
        return next((part for part in self.parts if part["kind"] == "figure"), {})


def read_page(notebook: Mapping[str, Any], figures: Path | None = None) -> Page:
    """Turn an executed ``notebook`` (as read from JSON) into a `Page`.

    ``figures`` is the folder with the data (csv) of the saved figures, offered for download under each picture. A line
    ``# Table: …`` in a cell is the caption of the table that it shows. What a cell tagged ``result`` shows as Markdown
    is the result in a sentence, for the index.
    """
    page = Page()
    parameters = read_parameters(notebook)
    injected = _injected(notebook)
    for cell in notebook["cells"]:
        tags = cell.get("metadata", {}).get("tags", [])
        source = _text(cell["source"])
        if cell["cell_type"] == "markdown":
            _add_prose(page, source)
        elif cell["cell_type"] == "code" and "injected-parameters" not in tags:
            if "parameters" in tags and parameters:
                page.parts.append(_parameter_table(parameters, injected))
            elif source.strip():
                page.parts.append({"kind": "code", "html": _safe(_highlight(source))})
            for output in cell.get("outputs", []):
                _add_output(page, output, figures, "".join(_CAPTION.findall(source)[:1]))
                if "result" in tags and "text/markdown" in output.get("data", {}):
                    page.result = _plain(_markdown(_text(output["data"]["text/markdown"]), escape=True))
    return page


def write_page(page: Page, name: str, about: Mapping[str, Any]) -> str:
    """Write ``page`` as HTML; ``about`` holds what the executed notebook remembers of corpus and package."""
    return (
        _environment()
        .get_template("page.html")
        .render(
            title=page.heading or name,
            description=page.lead or page.heading or name,
            page=page,
            name=name,
            facts=tell_facts(about.get("corpus", {})),
            corpus=about.get("corpus", {}),
            version=about.get("version", ""),
            style=_style("page", "".join(part["html"] for part in page.parts if part["kind"] == "table")),
        )
    )


def write_index(pages: Iterable[tuple[str, Page, Mapping[str, Any]]], version: str) -> str:
    """Write the index from (name, page, about): a card for each page, and below them the pages that form a row.

    A card has title, question, result, first figure and facts; of a row of pages each has its value and its result.
    """
    cards: list[dict[str, Any]] = []
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for name, page, about in pages:
        facts = tell_facts(about.get("corpus", {}))
        if page.of:
            each = ", ".join(about.get("each", {}))
            row = rows.setdefault((page.title, each), {"title": page.title, "each": each, "facts": facts, "pages": []})
            row["pages"].append({"name": name, "of": page.of, "result": page.result})
            continue
        counts = [_plural(page.count(kind), kind) for kind in ("figure", "table") if page.count(kind)]
        picture = {key: page.first_figure.get(key, "") for key in ("src", "alt")}
        told = {"name": name, "title": page.title or name, "lead": page.lead, "result": page.result}
        cards.append({**told, **picture, "facts": " · ".join(filter(None, [facts, ", ".join(counts)]))})
    return (
        _environment()
        .get_template("index.html")
        .render(
            title="What is talked about, who speaks, and what is said about which state",
            description="Analyses of diplomatic texts. Each page states its question, its numbers with their "
            "uncertainty, the sentences behind them, and what they do not show.",
            cards=cards,
            rows=list(rows.values()),
            version=version,
            style=_style("index"),
        )
    )


def tell_facts(corpus: Mapping[str, Any]) -> str:
    """Say what a corpus is in one line: its folder, documents, words and dates; empty when nothing is known."""
    if not corpus:
        return ""
    facts = [f"Corpus {corpus['name']}", _plural(corpus["documents"], "document"), f"{corpus['words']:,} words"]
    if corpus.get("first"):
        facts.append(corpus["first"] if corpus["first"] == corpus["last"] else f"{corpus['first']} to {corpus['last']}")
    return ", ".join(facts)


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def _environment() -> Any:
    import jinja2  # noqa: PLC0415 - only rendering needs it

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, undefined=jinja2.StrictUndefined
    )


def _style(kind: str, tables: str = "") -> Any:
    """Join the style sheets of all pages and of this kind, without line breaks; align the columns of numbers."""
    sheets = [(TEMPLATES / f"{name}.css").read_text(encoding="utf-8") for name in ("style", kind, "print")]
    columns = {int(n) for names in re.findall(r'<table class="?([r\d ]+)', tables) for n in re.findall(r"\d+", names)}
    numbers = ",".join(f".r{n} tr>:nth-child({n})" for n in sorted(columns))
    if numbers:
        sheets.append(numbers + "{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}")
    return _safe("".join(sheets).replace("\n", ""))


def _safe(markup: str) -> Any:
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2

    return Markup(markup)


def _text(source: str | Sequence[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _markdown(source: str, *, escape: bool) -> str:
    """Write Markdown as HTML; with ``escape``, tags in it are shown and not obeyed: they may come from a document."""
    import mistune  # noqa: PLC0415 - only rendering needs it

    return mistune.create_markdown(escape=escape, plugins=["table", "footnotes", "strikethrough"])(source)


def _add_prose(page: Page, source: str, *, escape: bool = False) -> None:
    """Add a markdown cell; the first heading is the page's title, the paragraph after it the lead."""
    markup = _markdown(source, escape=escape)
    if not page.title:
        heading = re.match(r"\s*<h1>(.*?)</h1>\s*(?:<p>(.*?)</p>)?", markup, re.S)
        if heading:
            page.title = _plain(heading[1])
            page.lead, page.lead_html = _plain(heading[2] or ""), _safe(heading[2] or "")
            markup = markup[heading.end() :]
    markup = re.sub(r"<h2>(.*?)</h2>", lambda match: _anchor(page, match[1]), markup)
    markup = re.sub(
        r"<table>.*?</table>",
        lambda match: f'<section aria-label="Table" tabindex="0">{match[0]}</section>',
        markup.replace("<th>", '<th scope="col">'),
        flags=re.S,
    )
    if markup.strip():
        page.parts.append({"kind": "prose", "html": _safe(markup)})


def _anchor(page: Page, title: str) -> str:
    stem = re.sub(r"\W+", "-", _plain(title).lower()).strip("-") or "section"
    taken = {section["id"] for section in page.sections}
    anchor = next(a for a in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if a not in taken)
    page.sections.append({"id": anchor, "title": _plain(title)})
    return f'<h2 id="{anchor}">{title}</h2>'


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup)).strip()


def _injected(notebook: Mapping[str, Any]) -> dict[str, Any]:
    cells = [c for c in notebook["cells"] if "injected-parameters" in c.get("metadata", {}).get("tags", [])]
    renamed = [{**cell, "metadata": {"tags": ["parameters"]}} for cell in cells]
    return {name: p.default for name, p in read_parameters({"cells": renamed}).items()}


def _parameter_table(parameters: Mapping[str, Any], injected: Mapping[str, Any]) -> dict[str, Any]:
    rows = [
        {"name": name, "value": str(injected.get(name, parameter.default)), "help": parameter.help}
        for name, parameter in parameters.items()
    ]
    changed = [
        name for name, parameter in parameters.items() if injected.get(name, parameter.default) != parameter.default
    ]
    return {"kind": "parameters", "rows": rows, "changed": changed}


def _highlight(source: str) -> str:
    """Escape ``source``, with its comments in ``<i>`` as far as it is Python."""
    starts = list(accumulate(map(len, source.splitlines(keepends=True)), initial=0))
    pieces, at = [], 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                pieces += [html.escape(source[at:start], quote=False)]
                pieces += [f"<i>{html.escape(source[start:end], quote=False)}</i>"]
                at = end
    except (tokenize.TokenError, SyntaxError):
        pass
    return "".join(pieces) + html.escape(source[at:], quote=False)


def _add_output(page: Page, output: Mapping[str, Any], figures: Path | None, caption: str) -> None:
    if output["output_type"] == "stream":
        page.parts.append({"kind": "text", "text": _ANSI.sub("", _text(output["text"])).rstrip()})
        return
    if output["output_type"] == "error":
        page.parts.append({"kind": "text", "text": _ANSI.sub("", "\n".join(output["traceback"]))})
        return
    data = output.get("data", {})
    picture = next((kind for kind in PICTURES if kind in data), None)
    if picture:
        page.parts.append(_figure(page.count("figure") + 1, picture, output, figures))
    elif "text/html" in data:
        _add_html(page, _text(data["text/html"]), data.get(MIME, {}), caption)
    elif "text/markdown" in data:
        _add_prose(page, _text(data["text/markdown"]), escape=True)
    elif "text/plain" in data and not _BARE_OBJECT.fullmatch(_text(data["text/plain"])):
        page.parts.append({"kind": "text", "text": _ANSI.sub("", _text(data["text/plain"]))})


def _figure(number: int, kind: str, output: Mapping[str, Any], figures: Path | None) -> dict[str, Any]:
    content = _text(output["data"][kind])
    packed = base64.b64encode(content.encode()).decode() if kind == "image/svg+xml" else re.sub(r"\s", "", content)
    told = output.get("metadata", {})
    stem = told.get("stem", "")
    table = figures / f"{stem}.csv" if figures and stem else None
    data = base64.b64encode(table.read_bytes()).decode() if table and table.exists() else ""
    return {
        "kind": "figure",
        "number": number,
        "src": f"data:{kind};base64,{packed}",
        "alt": told.get("alt") or told.get(kind, {}).get("alt") or f"Figure {number}, not described",
        "caption": told.get("caption", ""),
        "stem": stem,
        "data": f"data:text/csv;charset=utf-8;base64,{data}" if data else "",
    }


def _add_html(page: Page, markup: str, traced: Mapping[str, Any], caption: str) -> None:
    """Add HTML: one table gets a number and is written anew, with the sentences ``traced``; all else stays."""
    number = page.count("table") + 1
    rows = traced.get("rows", [])
    shown = markup[: markup.index("</table>") + len("</table>")] if rows else markup
    written = write_table(shown, number, traced.get("column", 0), [row["row"] for row in rows], caption)
    if not written:
        page.parts.append({"kind": "html", "html": _safe(markup)})
        return
    told = [
        {
            "id": f"t{number}-{row['row']}",
            "head": tell_row(row),
            "sentences": [{"html": _safe(mark_up(s, "b")), "where": s["where"]} for s in row["sentences"]],
        }
        for row in rows
    ]
    page.parts.append({"kind": "table", "number": number, "html": _safe(written), "rows": told})
