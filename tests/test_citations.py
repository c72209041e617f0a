"""Tests of citations and the gallery: each style written out, every special sign escaped, the same bytes each time."""

import hashlib
import json
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import yaml

import sco_analysis as sco
from sco_analysis.citations import GALLERY, TITLE, YEAR, read_records, write_gallery

ROOT = Path(__file__).resolve().parent.parent
VERSION = sco.__version__
SHARE = pd.DataFrame({"speaker": ["Anna"], "n": [6]})


def documents(*names, year="2024"):
    return pd.DataFrame(
        {
            "sha256": names,
            "n_words": 600,
            "date": pd.to_datetime([f"{year}-07-05"] * len(names)),
            "source": "The Kremlin",
        }
    )


def save(stem="speaker-share", caption="Words of Anna. All of them.", alt="A bar: Anna, 6 words.", corpus=None):
    _, ax = plt.subplots(figsize=(2, 1))
    ax.bar(SHARE["speaker"], SHARE["n"])
    return sco.save_figure(ax, SHARE, stem, caption=caption, alt=alt, corpus=corpus)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of figures."""
    monkeypatch.setenv("SCO_FIGURES", str(tmp_path / "figures"))
    return tmp_path / "figures"


@pytest.fixture
def saved(folder):
    """The folder with one figure of two documents."""
    save(corpus=documents("aa", "bb"))
    return folder


@pytest.fixture
def hashes(saved):
    """The beginnings of the hashes of data and corpus, as citations print them."""
    record = read_records(saved)["speaker-share"]
    return {"data": record["data"][:16], "corpus": record["corpus"]["sha256"][:16]}


def note_of(hashes):
    corpus = f"Corpus: 2 documents, 1,200 words, 2024-07-05, SHA-256 {hashes['corpus']}."
    return f"{corpus} Data: speaker-share.csv, SHA-256 {hashes['data']}."


def test_a_figure_in_bibtex(hashes):
    """BibTeX is the default; title and author are kept as they are, corpus and data are named with their hashes."""
    assert sco.cite("speaker-share") == (
        "@misc{sco-analysis-speaker-share,\n"
        "  author = {{The sco-analysis developers}},\n"
        "  title = {{Words of Anna}},\n"
        f"  year = {{{YEAR}}},\n"
        f"  howpublished = {{Made with sco-analysis {VERSION}}},\n"
        f"  note = {{{note_of(hashes)}}},\n"
        "}"
    )


def test_a_figure_in_csl(hashes):
    """CSL-JSON is a list of one item, as Zotero and pandoc read it."""
    assert json.loads(sco.cite("speaker-share", "csl")) == [
        {
            "id": "sco-analysis-speaker-share",
            "type": "figure",
            "title": "Words of Anna",
            "author": [{"literal": "The sco-analysis developers"}],
            "issued": {"date-parts": [[int(YEAR)]]},
            "version": VERSION,
            "genre": "Figure",
            "note": f"Made with sco-analysis {VERSION}. {note_of(hashes)}",
        }
    ]


def test_a_figure_in_apa(hashes):
    """APA is one line of plain text."""
    assert sco.cite("speaker-share", "apa") == (
        f"The sco-analysis developers. ({YEAR}). Words of Anna [Figure]. Made with sco-analysis {VERSION}. "
        f"{note_of(hashes)}"
    )


def test_a_figure_in_markdown(hashes):
    """Markdown is a block to paste: the picture with its alternative text, caption and source."""
    assert sco.cite("speaker-share", "markdown") == (
        "![A bar: Anna, 6 words.](figures/speaker-share.svg)\n\n"
        "**Figure.** Words of Anna. All of them.\n\n"
        f"Source: The sco-analysis developers. ({YEAR}). Words of Anna \\[Figure\\]. "
        f"Made with sco-analysis {VERSION}. {note_of(hashes)}"
    )


def test_a_figure_in_latex(saved):
    """LaTeX is a figure that cites the BibTeX entry."""
    assert sco.cite("speaker-share", "latex") == (
        "\\begin{figure}\n"
        "  \\centering\n"
        "  \\includegraphics[width=\\linewidth, alt={A bar: Anna, 6 words.}]{figures/speaker-share.pdf}\n"
        "  \\caption{Words of Anna. All of them. \\cite{sco-analysis-speaker-share}}\n"
        "  \\label{fig:speaker-share}\n"
        "\\end{figure}"
    )


def test_the_package_can_be_cited_without_any_figure(folder):
    """The package has a citation of its own, and none needs a folder of figures."""
    assert sco.cite("package") == (
        "@software{sco-analysis,\n"
        "  author = {{The sco-analysis developers}},\n"
        f"  title = {{{{{TITLE}}}}},\n"
        f"  year = {{{YEAR}}},\n"
        f"  version = {{{VERSION}}},\n"
        "}"
    )
    line = f"The sco-analysis developers. ({YEAR}). {TITLE} (Version {VERSION}) [Computer software]."
    assert sco.cite("package", "apa") == line
    assert sco.cite("package", "latex") == f"\\bibitem{{sco-analysis}} {line}"


def test_the_corpus_can_be_cited(hashes):
    """The corpus is cited by its size, its years, its sources and its hash."""
    note = f"Sources: The Kremlin. SHA-256 {hashes['corpus']}."
    assert sco.cite("corpus") == (
        "@misc{sco-analysis-corpus,\n"
        "  title = {{Corpus of 2 documents (1,200 words)}},\n"
        "  year = {2024},\n"
        "  howpublished = {Data set},\n"
        f"  note = {{{note}}},\n"
        "}"
    )
    assert sco.cite("corpus", "apa") == f"Corpus of 2 documents (1,200 words) [Data set]. (2024). {note}"
    assert sco.cite("corpus:speaker-share", "apa") == sco.cite("corpus", "apa")


def test_several_corpora_are_told_apart(saved):
    """Where figures rest on different corpora, each is cited by its figure, and each has an entry of its own."""
    save("other", corpus=documents("cc", year="2022"))
    with pytest.raises(sco.FigureError) as caught:
        sco.cite("corpus")
    assert str(caught.value) == (
        f"the figures in {saved} rest on 2 corpora; write one of: corpus:other, corpus:speaker-share"
    )
    assert "Corpus of 1 document (600 words) [Data set]. (2022)." in sco.cite("corpus:other", "apa")
    write_gallery()
    keys = re.findall(r"^@\w+\{(\S+),$", (saved / "figures.bib").read_text(encoding="utf-8"), re.M)
    assert len(keys) == len(set(keys)) == 5


def test_a_corpus_without_dates_has_none(folder):
    """What has no date is cited with none: n.d. in APA, no year in BibTeX."""
    save(corpus=documents("aa").drop(columns=["date", "source"]))
    assert "[Data set]. (n.d.). SHA-256" in sco.cite("corpus", "apa")
    assert "year" not in sco.cite("corpus")


NASTY = r'50 % of {A}_b & C#1 ~ $5 ^ \x <y> "q" [z] *w* `v` −1 – 2 @me'


def test_latex_and_bibtex_escape_what_is_special(folder):
    """Every sign that LaTeX or BibTeX would take for a command is escaped, and braces stay in pairs."""
    save(caption=NASTY + " }", alt=NASTY)
    before = (
        r"50 \% of \textbraceleft{}A\textbraceright{}\_b \& C\#1 \textasciitilde{} \$5 \textasciicircum{} "
        r"\textbackslash{}x \textless{}y\textgreater{} \textquotedbl{}q\textquotedbl{} [z] *w* `v` "
    )
    block, entry = sco.cite("speaker-share", "latex"), sco.cite("speaker-share")
    assert "\\caption{" + before + r"$-$1 -- 2 @me \textbraceright{} \cite" in block
    assert "alt={" + before + "-1 -- 2 @me}" in block  # no formula in what is read aloud
    assert "title = {{" + before + r"$-$1 -- 2 @me \textbraceright{}}}" in entry
    for text in (block, entry):
        assert text.count("{") == text.count("}")


def test_markdown_escapes_what_is_special(folder):
    """Read by a Markdown parser, picture, alternative text and caption are what was written, and nothing more."""
    mistune = pytest.importorskip("mistune")
    save(caption=NASTY, alt=NASTY)
    tree = mistune.create_markdown(renderer=None)(sco.cite("speaker-share", "markdown"))
    image, caption = tree[0]["children"][0], tree[2]["children"]
    assert image["type"] == "image"
    assert "".join(child["raw"] for child in image["children"]) == NASTY
    assert {child["type"] for child in caption} == {"strong", "text"}
    assert "".join(child.get("raw", "") for child in caption) == f" {NASTY}"


@pytest.mark.parametrize(
    ("stem", "style", "message"),
    [
        (
            "speaker-shares",
            "apa",
            "there is no figure 'speaker-shares' in {0}; the nearest is 'speaker-share'; "
            "there are: speaker-share, package, corpus",
        ),
        ("zzz", "apa", "there is no figure 'zzz' in {0}; there are: speaker-share, package, corpus"),
        (
            "speaker-share",
            "BibTex",
            "there is no citation style 'BibTex'; the nearest is 'bibtex'; "
            "there are: bibtex, csl, apa, markdown, latex",
        ),
        ("speaker-share", "xyz", "there is no citation style 'xyz'; there are: bibtex, csl, apa, markdown, latex"),
    ],
)
def test_what_is_unknown_is_refused(saved, stem, style, message):
    """An unknown figure or style is refused with the nearest that there is, and with all."""
    with pytest.raises(sco.FigureError) as caught:
        sco.cite(stem, style)
    assert str(caught.value) == message.format(saved)


def test_an_empty_folder_says_what_to_do(folder):
    """Where no figure was saved the message says so; the corpus then has nothing to be known from."""
    with pytest.raises(sco.FigureError) as caught:
        sco.cite("speaker-share")
    assert str(caught.value) == (
        f"there is no figure 'speaker-share': none was saved in {folder}; save_figure does; 'package' works"
    )
    with pytest.raises(sco.FigureError) as caught:
        sco.cite("corpus")
    assert str(caught.value) == f"no figure in {folder} says what corpus it rests on; save one with corpus=…"
    assert write_gallery() == []
    assert not folder.exists()


def test_a_broken_record_is_named(saved):
    """A record that is no JSON is named, with what to do."""
    (saved / "speaker-share.json").write_text('{"stem"', encoding="utf-8")
    with pytest.raises(sco.FigureError, match=r"speaker-share\.json cannot be read as the record of a figure: .*anew"):
        sco.cite("speaker-share")


def test_another_folder_can_be_named(saved, tmp_path, monkeypatch):
    """A folder given by hand is read, and paths in blocks begin with its name."""
    saved.rename(tmp_path / "plates")
    block = sco.cite("speaker-share", "markdown", folder=tmp_path / "plates")
    assert "](plates/speaker-share.svg)" in block


def test_the_gallery_describes_each_figure(saved):
    """The gallery shows each figure with caption, alternative text, files and citation; the manifest has its record."""
    save("another", caption="Two [sic].", alt="None.")
    assert [path.name for path in write_gallery()] == list(GALLERY)
    readme = (saved / "README.md").read_text(encoding="utf-8")
    line = sco.cite("speaker-share", "apa").replace("[Figure]", r"\[Figure\]")
    assert readme.endswith(
        "## Words of Anna\n\n"
        "![A bar: Anna, 6 words.](speaker-share.svg)\n\n"
        "**Figure 2.** Words of Anna. All of them.\n\n"
        "In words: A bar: Anna, 6 words.\n\n"
        "Files: [svg](speaker-share.svg) · [png](speaker-share.png) · [pdf](speaker-share.pdf) · "
        "[data (csv)](speaker-share.csv) · [record](speaker-share.json)\n\n"
        f"Cite as: {line}\n\n"
        "For BibTeX, CSL-JSON, or a block to paste: `sco-analysis cite speaker-share --style bibtex`, "
        "or `csl`, `apa`, `markdown`, `latex`; all entries are in [figures.bib](figures.bib).\n"
    )
    assert "**Figure 1.** Two \\[sic\\]." in readme
    for link in re.findall(r"\]\(([\w.-]+)\)", readme):
        assert (saved / link).is_file()
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    assert {entry.pop("commit", "")[:40].strip("0123456789abcdef") for entry in manifest["figures"]} == {""}
    assert manifest == {"figures": [{"id": stem, **record} for stem, record in read_records(saved).items()]}
    assert [figure["id"] for figure in manifest["figures"]] == ["another", "speaker-share"]


def test_the_gallery_is_in_the_order_of_stems(saved):
    """A figure stands before those whose stem goes on after its own."""
    save("speaker-share-press")
    assert list(read_records(saved)) == ["speaker-share", "speaker-share-press"]


def test_bibliographies_hold_all_there_is_to_cite(saved):
    """figures.bib and figures.csl.json have an entry for the package, the corpus and each figure."""
    write_gallery()
    cited = ["package", "corpus", "speaker-share"]
    bib = (saved / "figures.bib").read_text(encoding="utf-8")
    assert bib.endswith("\n\n" + "\n\n".join(sco.cite(stem) for stem in cited) + "\n")
    items = json.loads((saved / "figures.csl.json").read_text(encoding="utf-8"))
    assert items == [item for stem in cited for item in json.loads(sco.cite(stem, "csl"))]


def test_the_gallery_is_the_same_every_time(saved):
    """Written again, or after a figure was saved again, the gallery has the same bytes; a figure gone leaves it."""
    before = {path.name: path.read_bytes() for path in write_gallery()}
    save(corpus=documents("bb", "aa"))
    assert {path.name: path.read_bytes() for path in write_gallery()} == before
    save("passing")
    write_gallery()
    for path in saved.glob("passing.*"):
        path.unlink()
    assert {path.name: path.read_bytes() for path in write_gallery()} == before


def test_the_committed_gallery_is_in_step(tmp_path):
    """The committed figures have the hashes that their records say, and their gallery is what their records give."""
    committed = ROOT / "figures"
    records = read_records(committed)
    if not records:
        pytest.skip("no figure is committed yet")
    for record in records.values():
        for told in record["files"].values():
            assert hashlib.sha256((committed / told["name"]).read_bytes()).hexdigest() == told["sha256"], told["name"]
        (tmp_path / f"{record['stem']}.json").write_bytes((committed / f"{record['stem']}.json").read_bytes())
    for path in write_gallery(tmp_path):
        assert path.read_bytes() == (committed / path.name).read_bytes(), path.name


def test_citation_file_agrees_with_the_package():
    """CITATION.cff names the version, author and title that `cite` does, and the licence has the same year."""
    told = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert (told["version"], told["title"]) == (VERSION, TITLE)
    assert told["authors"] == [{"name": "The sco-analysis developers"}]
    assert f"(c) {YEAR} {told['authors'][0]['name']}" in (ROOT / "LICENSE").read_text(encoding="utf-8")
