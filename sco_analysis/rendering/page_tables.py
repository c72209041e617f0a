"""Tables as pandas shows them → tables that anyone can read: numbered, headers with their scope, numbers aligned."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from html import escape
from typing import Any

#: The kind of output in which a notebook keeps what a page shows behind each row.
MIME = "application/vnd.sco-analysis.rows+json"

MISSING = ("NaN", "nan", "None", "NaT", "&lt;NA&gt;")  # how pandas prints what is not there

_NUMBER = re.compile(r"\s*[-−+\[(]?[\d.,\s–−%-]*\d(e[-+]\d+)?\s*%?[\])]?\s*|[—–]?")
_TABLE = re.compile(r"<table[^>]*>(.*?)</table>", re.S)
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.S)
_CELL = re.compile(r"<(t[hd])([^>]*)>(.*?)</t[hd]>", re.S)


def write_table(markup: str, number: int, column: int = 0, rows: Collection[int] = (), caption: str = "") -> str:
    """Write the one table in ``markup`` anew, with ``number`` in its caption; empty when there is none, or several.

    ``caption`` is what the caption says when the table has none of its own. The headers come out with the scope of
    what they head, numbers aligned, what is missing as a dash, without bare row numbers. A table with spans keeps its
    rows, one of pandas' styler its style. In those of ``rows``, from 0, the cell of ``column`` leads to
    ``#t<number>-<row>``.
    """
    tables = _TABLE.findall(markup)
    if len(tables) != 1:
        return ""
    found = re.search(r"<caption[^>]*>(.*?)</caption>", tables[0], re.S)
    told = found[1] if found else escape(caption, quote=False)
    caption = f"<caption><b>Table {number}.</b> {told}" if told else f"<caption><b>Table {number}</b>"
    inner = re.sub(r"<caption[^>]*>.*?</caption>", "", tables[0], flags=re.S)
    if re.search(r"#T_\w+[^{]*\{", markup):  # pandas' own ``<style scoped>`` names no table
        written = _TABLE.sub(
            lambda match: f"{match[0].partition('>')[0]}>{caption}</caption>{_scoped(inner)}</table>", markup
        )
        return re.sub(r"<style scoped>.*?</style>| border=\"1\"", "", written, flags=re.S)
    if re.search(r"(row|col)span=\"?(?!\"?1\b)", inner):
        return f"<table>{caption}</caption>{_scoped(inner)}</table>"
    size = re.search(r"<p>(\d+ rows × \d+ columns)</p>", markup)
    if rows:
        caption += f"{'.' if told and not told.endswith('.') else ''} Each name leads to sentences of its row."
    links = {row: f"t{number}-{row}" for row in rows}
    return _frame(inner, caption, links, column) + (f'<p class="facts">{size[1]}</p>' if size else "")


def _scoped(markup: str) -> str:
    """Say of each header cell what it is the header of; an empty one is none."""
    head, parting, body = markup.partition("</thead>")
    rows = [[cell[2].strip() for cell in _CELL.findall(row)] for row in _ROW.findall(head)]
    if "span=" not in head and len(rows) == 2:
        head = f"<thead><tr>{''.join(f'<th>{name}</th>' for name in _one_head(rows)[0])}</tr>"
    head = re.sub(r"<th[^>]*>\s*</th>", "<td></td>", head)
    scoped = re.sub(r"<th(?![\w])", '<th scope="col"', head) + parting
    scoped += re.sub(r"<th(?![\w])", '<th scope="row"', body)
    return re.sub(r">\s+<", "><", re.sub(r' style="text-align: \w+;"| valign="top"', "", scoped)).strip()


def _one_head(head: list[list[str]]) -> list[list[str]]:
    """Join the two rows that pandas writes when the index has names: those of the columns, those of the index."""
    if len(head) == 2 and len(head[0]) == len(head[1]) and not any(map(all, zip(*head, strict=True))):
        return [[upper or lower for upper, lower in zip(*head, strict=True)]]
    return head


def _frame(inner: str, caption: str, links: Mapping[int, str], column: int) -> str:
    """Write the inside of a pandas table anew: headers that say so, numbers aligned, no bare row numbers."""
    head_part, _, body_part = inner.partition("</thead>")
    head, body = (
        [
            ["–" if cell[2] in MISSING else cell[2].replace("&nbsp;", "").strip() for cell in _CELL.findall(row)]
            for row in _ROW.findall(part)
        ]
        for part in (head_part, body_part)
    )
    head = _one_head(head) if len(head) == 2 and head[1] and not any(head[1][1:]) else head
    if head and not head[-1][0] and all(row[0].isdigit() for row in body):
        head, body = [row[1:] for row in head], [row[1:] for row in body]
    else:
        column += 1
    width = len(head[-1]) if head else 0
    numeric = [column > 0 and all(_NUMBER.fullmatch(row[column]) for row in body) for column in range(width)]
    for row, anchor in links.items():
        if row < len(body) and column < width:
            body[row][column] = f"<a href=#{anchor}>{body[row][column]}</a>"
    heads = "".join(_row(row, [bool(name) for name in row], "<th scope=col>") for row in head)
    rows = "".join(_row(row, [True], "<th>") for row in body)
    return f"<table{_aligned(numeric)}>{caption}<thead>{heads}<tbody>{rows}</table>"


def _aligned(numeric: Sequence[bool]) -> str:
    """Write the class of a table that tells the style sheet which columns hold numbers, counted from 1."""
    columns = [f"r{column}" for column, found in enumerate(numeric, 1) if found]
    return f' class="{" ".join(columns)}"' if columns else ""


def _row(cells: Sequence[str], heads: Sequence[bool], head: str) -> str:
    """Write a row without the end tags that HTML lets go: on a page of tables they are a quarter of its weight.

    The first cell of a row in a body is its header by being a ``th`` at its beginning; a scope would say it again.
    """
    marks = [head if column < len(heads) and heads[column] and cell else "<td>" for column, cell in enumerate(cells)]
    return f"<tr>{''.join(mark + cell for mark, cell in zip(marks, cells, strict=True))}\n"


def tell_row(row: Mapping[str, Any]) -> str:
    """Head the sentences of a row: its name, and how many of all its sentences are shown."""
    shown = len(row["sentences"])
    sentences = f"{row['n']:,} sentence{'' if row['n'] == 1 else 's'}"
    return f"{row['name']}: " + (sentences if shown == row["n"] else f"{shown} of {sentences}")


def mark_up(sentence: Mapping[str, Any], tag: str = "mark") -> str:
    """Write a sentence as HTML, the words that count in elements of the name ``tag``."""
    pieces, at = [], 0
    for start, end in sentence["marks"]:
        if start >= at:
            pieces += [escape(sentence["text"][at:start], quote=False)]
            pieces += [f"<{tag}>{escape(sentence['text'][start:end], quote=False)}</{tag}>"]
            at = end
    return "".join(pieces) + escape(sentence["text"][at:], quote=False)
