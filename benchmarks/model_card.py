"""Writes the table of figures in docs/model-card.md: how well each scorer does on each set that is open.

Called by `validate`. What was trained on is judged by the cross-validated figures that stand in ``model.json``; what
was not (the development splits of NewsMTSC, the sentences of ``tests/un_sentences.txt``) is read anew by what is
shipped.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import polarity_data as data

import sco_analysis as sco
from sco_analysis.stance.encoder import CARD, FOLDER, read_encoder

CARD_PAGE = data.ROOT / "docs" / "model-card.md"
_TABLE = re.compile(r"(?s)(<!-- figures -->\n).*?(<!-- end of figures -->)")
_MARKED = re.compile(r"\[([-+0])([^\]]+)\]")
COLUMNS = ("vader", "rules", "encoder", "model", "teacher")
NAMES = {
    "seeds": "seeds, shared half (rules: seen while they were written; others: cross-validated over pages)",
    "sentences": "sentences written for training (rules: seen; others: cross-validated)",
    "un": "`tests/un_sentences.txt`, written for trying, never trained on",
    "mt-dev": "NewsMTSC, development split mt",
    "rw-dev": "NewsMTSC, development split rw",
}


def write_figures() -> None:
    """Replace the table in the model card."""
    figures = json.loads((FOLDER / CARD).read_text(encoding="utf8"))["figures"]
    lines = ["| set | n | VADER | `rules` | encoder alone | `model` | its teacher |", f"|{'---|' * 7}"]
    for name, what in NAMES.items():
        rows = read_un() if name == "un" else figures_rows(name)
        found = {key: figures[name].get(key) for key in COLUMNS[1:]} if name in figures else {}
        found |= {
            scorer: macro(rows, scorer) for scorer in (("vader", "rules", "model") if name == "un" else ("vader",))
        }
        if "dev" in name or name == "un":
            spans = [row.spans if name == "un" else row.spans[:1] for row in rows]
            read = read_encoder().logits([row.text for row in rows], spans).argmax(axis=1) - 1
            found["encoder"] = macro_of(np.array([row.label for row in rows]), read)
        if "dev" in name:
            found["model"] = found["encoder"]  # the rules have no say there
        cells = " | ".join("" if found.get(c) is None else f"{found[c]:.2f}".replace("0.", ".") for c in COLUMNS)
        lines.append(f"| {what} | {len(rows)} | {cells} |")
    page = CARD_PAGE.read_text(encoding="utf8")
    table = "\n".join(lines) + "\n"
    CARD_PAGE.write_text(_TABLE.sub(lambda found: found[1] + table + found[2], page), encoding="utf8", newline="\n")


def figures_rows(name: str) -> list[data.Row]:
    """Return the rows of a set, each with its label."""
    if name == "seeds":
        return data.read_seeds()[0]
    if name == "sentences":
        return data.draw_sentences(np.random.default_rng(0))
    return data.read_news(name)


def read_un() -> list[data.Row]:
    """Read the sentences that nothing was trained on."""
    lines = (data.ROOT / "tests" / "un_sentences.txt").read_text(encoding="utf8").splitlines()
    rows = []
    for line in lines:
        if not line or line[0] == "#":
            continue
        text, at, found = "", 0, []
        for mark in _MARKED.finditer(line):
            text += line[at : mark.start()]
            found.append(((len(text), len(text) + len(mark[2])), "-0+".index(mark[1]) - 1))
            text, at = text + mark[2], mark.end()
        rows += [data.Row(text + line[at:], (span,), label) for span, label in found]
    return rows


def macro(rows: list[data.Row], scorer: str) -> float:
    """Return the macro-F1 of a scorer; all targets of a sentence are looked at together."""
    ids = {text: f"r{number:05}" for number, text in enumerate(dict.fromkeys(row.text for row in rows))}
    sentences = pd.DataFrame(
        {"doc_id": list(ids.values()), "start": 0, "end": [len(t) for t in ids], "text": list(ids)}
    )
    mentions = [
        {"doc_id": ids[row.text], "start": a, "end": b, "key": f"org:{i:05}", "form": "name", "sentence": 0}
        for i, row in enumerate(rows)
        for a, b in dict(reversed(row.spans)).items()  # one a start
    ]
    out = sco.score_polarity(sentences, pd.DataFrame(mentions), scorer=scorer).sort_values("target")
    return macro_of(np.array([row.label for row in rows]), out["label"].to_numpy())


def macro_of(truth: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean F1 of the three classes."""
    both = [((truth == k) & (labels == k)).sum() / max(1, (truth == k).sum() + (labels == k).sum()) for k in (-1, 0, 1)]
    return 2 * float(np.mean(both))
