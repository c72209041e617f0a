"""The sample write-up: its numbers are those of the tallies, its citations resolve, a real tool builds it."""

import importlib.util
import re
from pathlib import Path

import pandas as pd
import pytest

HERE = Path(__file__).resolve().parent.parent / "docs" / "write-up"


@pytest.fixture(scope="module")
def script():
    """Load the script that builds the write-up."""
    spec = importlib.util.spec_from_file_location("write_up", HERE / "build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_number_is_typed():
    """The template has no number of its own but the level of the intervals and the unit of the rates."""
    template = (HERE / "write-up.md.j2").read_text(encoding="utf-8")
    prose = re.sub(r"width=100%|\{\{.*?\}\}|\{%.*?%\}|\{[^{}]*\}", "", template, flags=re.S)
    assert set(re.findall(r"\d[\d.,]*", prose)) == {"95", "1,000"}


@pytest.mark.slow
def test_the_write_up_says_what_the_tallies_say(script, rendered, tmp_path):
    """The numbers in the text are those of the tables saved with the figures."""
    text = script.write_markdown(rendered / "figures", tmp_path).read_text(encoding="utf-8")
    share = pd.read_csv(rendered / "figures" / "speaker-share.csv").iloc[0]
    rates = pd.read_csv(rendered / "figures" / "topic-frequency.csv")
    assert f"{share['speaker']} has {share['share']:.0%}".replace("%", "\N{NO-BREAK SPACE}%") in text
    assert f"of the {share['total']:,} words" in text
    assert f"with {rates['rate'].max():.1f}" in " ".join(text.split())
    assert "nan" not in text


@pytest.mark.slow
def test_pandoc_and_typst_build_the_write_up(script, rendered, tmp_path):
    """HTML is one file with both figures described and every citation resolved; the PDF has the figures in it too."""
    html, pdf = script.build(script.write_markdown(rendered / "figures", tmp_path))
    page = html.read_text(encoding="utf-8")
    pictures = re.findall(r'<img[^>]*src="data:image/svg[^>]*alt="([^"]+)"|<svg', page)
    assert len(pictures) >= 2
    assert page.count("figcaption") >= 4
    assert len(re.findall(r'id="ref-sco-analysis', page)) == 4
    assert not re.search(r"sco-analysis[\w-]*\?\)", page)  # how pandoc shows a citation it does not know
    assert not re.search(r'(src|href)="https?:', page)
    references = re.sub(r"<[^>]+>", "", page[page.index('id="refs"') :])
    assert "2022–2024" in references
    assert "--" not in references
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert len(content) > 40_000
