"""Builds the sample write-up: Markdown with the numbers of the tallies, and from it HTML and PDF.

``python docs/write-up/build.py [--figures DIR] [--out DIR]``. The numbers are read from the tallies that were saved
with the figures (csv) and from their records (json); none is typed. Pandoc writes HTML and Typst, Typst the PDF.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd

from sco_analysis.citations import GALLERY
from sco_analysis.plots.drawing import display_name

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
STEMS = ("speaker-share", "topic-frequency")


def read_numbers(figures: Path) -> dict[str, Any]:
    """Read all that the template asks for from the csv and json files in ``figures``."""
    records = {stem: json.loads((figures / f"{stem}.json").read_text(encoding="utf-8")) for stem in STEMS}
    share, rates = (pd.read_csv(figures / f"{stem}.csv") for stem in STEMS)
    known = share[~share["speaker"].str.startswith("(") & (share["n"] > 0)]
    first, second, third = known.nlargest(3, "n", keep="first").to_dict("records")
    rates["name"] = rates["topic"].map(display_name).str.lower()
    wide = rates.pivot_table(index="name", columns="genre", values="rate", sort=False)
    gap = (wide["transcript"] - wide["news"]).abs().idxmax()
    return {
        "corpus": records["speaker-share"]["corpus"],
        "figures": {stem: {**records[stem], "file": f"{stem}.svg"} for stem in STEMS},
        "speakers": list(known["speaker"]),
        "first": first,
        "second": second,
        "third": third,
        "top": {
            genre: rates[rates["genre"] == genre].nlargest(1, "rate", keep="first").to_dict("records")[0]
            for genre in ("transcript", "news")
        },
        "gap": {"name": gap, **wide.loc[gap].to_dict()},
        "estimable": {"yes": int(rates["low"].notna().sum()), "all": len(rates)},
    }


def write_markdown(figures: Path, out: Path) -> Path:
    """Fill the template with the numbers and write it to ``out``, beside the pictures and the bibliography."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), undefined=jinja2.StrictUndefined, autoescape=False
    )
    environment.filters |= {
        "percent": lambda value: f"{value:.{0 if value >= 0.1 else 1}%}".replace("%", "\N{NO-BREAK SPACE}%"),
        "rate": lambda value: f"{value:.1f}",
        "thousands": lambda value: f"{value:,}",
    }
    out.mkdir(parents=True, exist_ok=True)
    text = environment.get_template("write-up.md.j2").render(read_numbers(figures))
    for name in [f"{stem}.svg" for stem in STEMS] + [name for name in GALLERY if name.endswith(".bib")]:
        shutil.copyfile(figures / name, out / name)
    path = out / "write-up.md"
    path.write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")
    return path


def build(markdown: Path) -> list[Path]:
    """Build ``write-up.html`` (one file, pictures inside) and ``write-up.pdf`` beside the Markdown file."""
    import pypandoc  # noqa: PLC0415 - only the test extra brings them
    import typst  # noqa: PLC0415

    out = markdown.parent
    html, source, pdf = (out / f"write-up.{ending}" for ending in ("html", "typ", "pdf"))
    shared = ["--citeproc", "--standalone", f"--resource-path={out}"]
    here = Path.cwd()
    os.chdir(out)  # pandoc looks for the bibliography beside it
    try:
        pypandoc.convert_file(
            str(markdown), "html", format="markdown", outputfile=str(html), extra_args=[*shared, "--embed-resources"]
        )
        pypandoc.convert_file(str(markdown), "typst", format="markdown", outputfile=str(source), extra_args=shared)
        typst.compile(str(source), output=str(pdf))
    finally:
        os.chdir(here)
    source.unlink()
    return [html, pdf]


def main() -> int:
    """Build everything and say where it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--figures", type=Path, default=ROOT / "figures", help="folder of saved figures")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "write-up", help="folder to write to")
    arguments = parser.parse_args()
    markdown = write_markdown(arguments.figures.resolve(), arguments.out.resolve())
    print("\n".join(map(str, [markdown, *build(markdown)])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
