"""Tests of saved figures: which files, the same bytes each time, provenance inside, and what is refused."""

import base64
import csv
import datetime
import hashlib
import html
import io
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from PIL import Image

import sco_analysis as sco
from sco_analysis.records import corpus_facts, escape_formulas, figures_folder

KINDS = ["svg", "png", "pdf", "csv", "json"]
CAPTION = "Words of two speakers. Türkiye — “all” of it."
ALT = "Bars: Anna 60 %, <Ivan> & others 40 %."
SHARE = pd.DataFrame(
    {
        "speaker": ["Anna", "=Ivan"],
        "n": [6, -4],
        "total": [10, 10],
        "share": [0.6, 0.1 + 0.2],
        "low": [0.5, np.nan],
    }
)
DOCUMENTS = pd.DataFrame(
    {
        "doc_id": ["b", "a"],
        "source": ["The Kremlin", None],
        "date": pd.to_datetime(["2024-07-05", "2022-09-15"]),
        "sha256": ["bb", "aa"],
        "n_words": [300, 20],
    }
)


def drawn(title="Who speaks"):
    _, ax = plt.subplots(figsize=(4, 3), layout="constrained")
    ax.barh(SHARE["speaker"], SHARE["share"], hatch="//", label="a")
    ax.legend()
    ax.set_title(title, loc="left")
    return ax


def save(ax=None, tally=SHARE, stem="speaker-share", **given):
    return sco.save_figure(ax or drawn(), tally, stem, **{"caption": CAPTION, "alt": ALT, **given})


def hashes(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of figures, not yet there; no figure stays open."""
    monkeypatch.setenv("SCO_FIGURES", str(tmp_path / "new" / "figures"))
    yield tmp_path / "new" / "figures"
    plt.close("all")


@pytest.fixture
def saved(folder):
    """The folder with one figure saved with parameters and corpus."""
    save(parameters={"by": "speaker", "unit": "words"}, corpus=DOCUMENTS)
    return folder


def origin_of(record):
    told = {name: record[name] for name in ("stem", "data", "parameters", "version")}
    return {**told, "corpus": record["corpus"]["sha256"]}


def info_of(pdf):
    """Read the Info dictionary of a PDF: names to texts."""
    number = re.search(rb"/Info (\d+) 0 R", pdf)[1]
    body = re.search(rb"\n" + number + rb" 0 obj\n<<(.*?)>>\nendobj", pdf, re.S)[1]
    found = {}
    for name, written in re.findall(rb"/(\w+) \(((?:[^()\\]|\\.)*)\)", body, re.S):
        text = re.sub(rb"\\(\d{3}|.)", unescaped, written, flags=re.S)
        found[name.decode()] = text.decode("utf-16" if text.startswith(b"\xfe\xff") else "ascii")
    return found


def unescaped(match):
    char = match[1]
    return bytes([int(char, 8)]) if len(char) == 3 else {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(char, char)


def test_five_files_are_written(saved):
    """A figure becomes svg, png, pdf, csv and json under its stem, and nothing else is left in the folder."""
    assert sorted(path.name for path in saved.iterdir()) == sorted(f"speaker-share.{kind}" for kind in KINDS)
    assert saved.joinpath("speaker-share.pdf").read_bytes().startswith(b"%PDF-")
    assert saved.joinpath("speaker-share.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_png_has_300_dots_per_inch(saved):
    """The png has 300 dots per inch."""
    with Image.open(saved / "speaker-share.png") as picture:
        assert [round(dots) for dots in picture.info["dpi"]] == [300, 300]


def test_record_says_all_that_is_needed(saved):
    """The record holds words, parameters, corpus, version, and the hash of each file as it is on the disk."""
    record = json.loads((saved / "speaker-share.json").read_text(encoding="utf-8"))
    files = record.pop("files")
    assert record == {
        "stem": "speaker-share",
        "title": "Who speaks",
        "caption": CAPTION,
        "alt": ALT,
        "parameters": {"by": "speaker", "unit": "words"},
        "corpus": {
            "documents": 2,
            "words": 320,
            "first": "2022-09-15",
            "last": "2024-07-05",
            "sources": ["The Kremlin"],
            "sha256": hashlib.sha256(b"aa\nbb").hexdigest(),
        },
        "version": sco.__version__,
        "data": hashlib.sha256((saved / "speaker-share.csv").read_bytes()).hexdigest(),
    }
    assert list(files) == ["svg", "png", "pdf", "csv"]
    for kind, told in files.items():
        content = (saved / f"speaker-share.{kind}").read_bytes()
        written = {
            "name": f"speaker-share.{kind}",
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
        }
        assert told == written


def test_csv_holds_the_plotted_numbers(saved):
    """The csv has the numbers as they are, and an apostrophe before a text that a spreadsheet would run."""
    assert (saved / "speaker-share.csv").read_bytes() == (
        b"speaker,n,total,share,low\nAnna,6,10,0.6,0.5\n'=Ivan,-4,10,0.30000000000000004,\n"
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx"])
def test_formulas_are_escaped(text):
    """Whatever a spreadsheet takes for a formula gets an apostrophe, in a cell and in a column's name."""
    escaped = escape_formulas(pd.DataFrame({text: [text, "a" + text, None], "n": [-1, -2, -3]}))
    assert list(escaped.columns) == ["'" + text, "n"]
    assert list(escaped["'" + text])[:2] == ["'" + text, "a" + text]
    assert list(escaped["n"]) == [-1, -2, -3]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")), min_size=1, max_size=5))
def test_any_text_can_be_read_back(texts):
    """What a csv reader finds is the text that was written, with at most an apostrophe before it."""
    written = escape_formulas(pd.DataFrame({"t": texts, "n": 1})).to_csv(index=False, lineterminator="\n")
    rows = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert [
        row[0].removeprefix("'") if row[0] != text else row[0] for row, text in zip(rows, texts, strict=True)
    ] == texts


def test_a_named_index_is_data(folder):
    """An index with a name is a column of the csv; row numbers and an index without a name are not."""
    save(tally=SHARE.set_index("speaker")[["n"]], stem="named")
    save(tally=SHARE[["n"]].iloc[::-1], stem="numbered")
    assert (folder / "named.csv").read_text(encoding="utf-8") == "speaker,n\nAnna,6\n'=Ivan,-4\n"
    assert (folder / "numbered.csv").read_text(encoding="utf-8") == "n\n-4\n6\n"


def test_saving_twice_gives_the_same_bytes(saved):
    """A figure drawn again and saved again, or saved twice without being drawn again, gives the same files."""
    before = hashes(saved)
    ax = drawn()
    for _ in range(2):
        save(ax, parameters={"by": "speaker", "unit": "words"}, corpus=DOCUMENTS)
        assert hashes(saved) == before


def test_the_settings_of_the_user_do_not_change_the_bytes(saved):
    """Settings of matplotlib in force when a figure is saved change nothing in its files, and are left as they were."""
    before = hashes(saved)
    ax = drawn()
    with plt.rc_context({"svg.hashsalt": None, "svg.fonttype": "none", "savefig.transparent": True, "pdf.fonttype": 3}):
        save(ax, parameters={"by": "speaker", "unit": "words"}, corpus=DOCUMENTS)
        assert plt.rcParams["svg.fonttype"] == "none"
    assert hashes(saved) == before


PROGRAM = """
import pandas as pd, sco_analysis as sco
share = pd.DataFrame({"speaker": ["Anna", "Çelik", "Ivan 的"], "n": [6, 3, 1], "total": 10, "share": [0.6, 0.3, 0.1],
    "low": [0.4, 0.1, None], "high": [0.8, 0.5, None]})
documents = pd.DataFrame({"sha256": ["b", "a"], "n_words": [2, 1], "date": pd.to_datetime(["2024-07-05", None])})
sco.save_figure(sco.plot_speaker_share(share), share, "share", caption="Türkiye — all.", alt="Bars.",
    parameters={"by": "speaker", "only": ["a", "b"]}, corpus=documents)
"""
CONDITIONS = [
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"},
    {"TZ": "Asia/Tashkent", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "4711", "LANG": "de_DE.UTF-8"},
    {
        "TZ": "America/Caracas",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "OMP_NUM_THREADS": "1",
        "SOURCE_DATE_EPOCH": "99999",
    },
]


def test_the_bytes_are_the_same_everywhere(tmp_path):
    """Time zone, locale, hash seed, date and directory leave no trace in the five files."""
    found = []
    for number, condition in enumerate(CONDITIONS):
        home = tmp_path / str(number)
        home.mkdir()
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH", "MPLCONFIGDIR") if name in os.environ
        }
        environment = {**kept, **condition, "PYTHONPATH": str(Path(sco.__file__).parent.parent), "PYTHONUTF8": "1"}
        command = [sys.executable, "-W", "ignore", "-c", PROGRAM]
        subprocess.run(command, cwd=home, env={**environment, "MPLBACKEND": "agg"}, check=True)
        found.append(hashes(home / "figures"))
    assert sorted(found[0]) == sorted(f"share.{kind}" for kind in KINDS)
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_png_tells_where_it_comes_from(saved):
    """The text chunks of the png hold title, alternative text, maker and origin, and no date and no other program."""
    record = json.loads((saved / "speaker-share.json").read_text(encoding="utf-8"))
    with Image.open(saved / "speaker-share.png") as picture:
        told = dict(picture.text)
    assert json.loads(told.pop("Source")) == origin_of(record)
    assert told == {"Title": "Who speaks", "Description": ALT, "Creator": f"sco-analysis {sco.__version__}"}


def test_svg_tells_where_it_comes_from(saved):
    """The svg is an image with a name and a description, and has its origin as Dublin Core, without a date."""
    record = json.loads((saved / "speaker-share.json").read_text(encoding="utf-8"))
    root = ET.parse(saved / "speaker-share.svg").getroot()
    svg, dc = "{http://www.w3.org/2000/svg}", "{http://purl.org/dc/elements/1.1/}"
    assert root.get("role") == "img"
    named = {element.get("id"): (element.tag, element.text) for element in root.iter() if element.get("id")}
    assert named[root.get("aria-labelledby")] == (f"{svg}title", "Who speaks")
    assert named[root.get("aria-describedby")] == (f"{svg}desc", ALT)
    assert len(root.findall(f"{svg}title")) == 1
    told = {element.tag.removeprefix(dc): element.text for element in root.iter() if element.tag.startswith(dc)}
    assert json.loads(told["source"]) == origin_of(record)
    assert (told["identifier"], told["description"]) == ("speaker-share", ALT)
    assert "date" not in told


def test_pdf_tells_where_it_comes_from(saved):
    """The Info of the pdf holds title, alternative text, maker and origin, and no date."""
    record = json.loads((saved / "speaker-share.json").read_text(encoding="utf-8"))
    info = info_of((saved / "speaker-share.pdf").read_bytes())
    assert json.loads(info["Keywords"]) == origin_of(record)
    assert (info["Title"], info["Subject"]) == ("Who speaks", ALT)
    assert info["Creator"] == f"sco-analysis {sco.__version__}"
    assert "CreationDate" not in info
    assert "ModDate" not in info


def test_provenance_survives_other_alphabets(folder):
    """Title and alternative text outside of Latin script come back whole from png, svg and pdf."""
    alt = "Столбцы: Путин 68 % (习近平 3 %) – \\ „so“"
    save(drawn("Кто говорит"), stem="cyrillic", alt=alt)
    with Image.open(folder / "cyrillic.png") as picture:
        assert (picture.text["Title"], picture.text["Description"]) == ("Кто говорит", alt)
    info = info_of((folder / "cyrillic.pdf").read_bytes())
    assert (info["Title"], info["Subject"]) == ("Кто говорит", alt)
    assert ET.parse(folder / "cyrillic.svg").getroot().find("{http://www.w3.org/2000/svg}desc").text == alt


def test_a_notebook_shows_the_picture_once(folder):
    """The value shows the picture with its alternative text, names no folder, and the drawn figure is closed."""
    ax = drawn()
    data, told = save(ax)._repr_mimebundle_()
    assert told == {"image/png": {"alt": ALT}}
    assert data["text/plain"] == f"Figure speaker-share, saved as svg, png, pdf, csv, json. {ALT}"
    assert data["text/html"] == f'<img alt="{html.escape(ALT)}" src="data:image/png;base64,{data["image/png"]}">'
    with Image.open(io.BytesIO(base64.b64decode(data["image/png"]))) as picture:
        assert picture.format == "PNG"
        assert max(picture.size) < 600
        assert picture.text["Title"] == "Who speaks"
    assert not plt.fignum_exists(ax.figure.number)
    assert str(folder) not in repr(save())


def test_a_whole_figure_can_be_saved(folder):
    """A Figure is taken as well as Axes, with or without pyplot."""
    figure = Figure()
    figure.subplots().plot([1, 2])
    assert save(figure).files == {kind: f"speaker-share.{kind}" for kind in KINDS}
    assert (folder / "speaker-share.svg").exists()


def test_title_comes_from_the_figure_or_the_caption(folder):
    """Without a title in the figure, the first sentence of the caption is the title."""
    assert save(drawn("")).title == "Words of two speakers"
    ax = drawn("")
    ax.figure.suptitle("Above\nall")
    assert save(ax).title == "Above all"


def test_panels_do_not_name_the_whole(folder):
    """Where several panels have titles, none of them is the title of the figure."""
    figure, panels = plt.subplots(1, 2)
    for panel in panels:
        panel.plot([1, 2])
        panel.set_title("Panel")
    assert save(figure).title == "Words of two speakers"


def test_line_breaks_in_words_become_spaces(folder):
    """A caption written over several lines of code is one line in the record."""
    assert save(caption=" One\n   two. ").caption == "One two."


@pytest.mark.parametrize("name", ["caption", "alt"])
@pytest.mark.parametrize("text", ["", " \n", None])
def test_words_are_required(folder, name, text):
    """Without caption or alternative text nothing is written, and the message says what to write."""
    with pytest.raises(sco.FigureError) as caught:
        save(**{name: text})
    assert str(caught.value).startswith(f"figure 'speaker-share' has no {name}; write {name}=… with ")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("stem", "likely"),
    [("Speaker Share", "speaker-share"), ("../x", "x"), ("a_b.png", "a-b-png"), ("-a", "a"), ("Доля", "speaker-share")],
)
def test_unusable_stems_are_refused(folder, stem, likely):
    """A stem that is not of lower-case letters, digits and hyphens is refused, with one that would do."""
    with pytest.raises(sco.FigureError) as caught:
        save(stem=stem)
    assert str(caught.value) == (
        f"stem {stem!r} cannot name the figure: use lower-case letters, digits and hyphens, such as {likely!r}"
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"stem": "corpus"},
            "stem 'corpus' is taken: cite and the gallery use that name; write another, such as 'corpus-figure'",
        ),
        ({"stem": None}, "stem is None; give a text such as 'speaker-share'"),
        ({"ax": 3}, "ax is of the type int; give the Axes that a plot function returns, or a Figure"),
        ({"tally": [1]}, "tally is of the type list; give the table of numbers that the figure shows"),
        ({"corpus": SHARE}, "corpus lacks sha256, n_words; give the table of read_corpus, or what parse returns"),
        (
            {"parameters": {"x": {1, 2}}},
            "parameter 'x' is of the type set; give text, numbers, dates, true or false, or lists",
        ),
    ],
)
def test_what_cannot_be_saved_is_refused(folder, given, message):
    """A wrong argument is named, with what to give instead, and nothing is written."""
    with pytest.raises(sco.FigureError) as caught:
        save(**given)
    assert str(caught.value) == message
    assert not folder.exists()


def test_parameters_are_written_plainly(folder):
    """Numbers of numpy, paths, dates and tuples are written as JSON has them."""
    day = datetime.date(2024, 7, 5)
    save(parameters={"a": np.int64(3), "b": Path("x/y"), "c": day, "d": (1, None), "e": float("nan"), "f": np.True_})
    record = json.loads((folder / "speaker-share.json").read_text(encoding="utf-8"))
    assert record["parameters"] == {"a": 3, "b": "x/y", "c": "2024-07-05", "d": [1, None], "e": "nan", "f": True}


def test_no_place_on_a_machine_is_recorded(folder, tmp_path):
    """Of the path of a folder or file only the name is recorded; a relative path, or what is no path, is kept."""
    save(parameters={"a": str(tmp_path), "b": tmp_path, "c": "../seeds", "d": "/no such thing/", "e": "/a" * 4000})
    record = json.loads((folder / "speaker-share.json").read_text(encoding="utf-8"))
    assert record["parameters"] == {
        "a": tmp_path.name,
        "b": tmp_path.name,
        "c": "../seeds",
        "d": "/no such thing/",
        "e": "/a" * 4000,
    }


def test_unwritable_folder_is_named(tmp_path, monkeypatch):
    """A folder that cannot be written to is named, with what to set instead."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCO_FIGURES", str(tmp_path / "file" / "figures"))
    with pytest.raises(sco.FigureError) as caught:
        save()
    assert str(caught.value) == (
        f"cannot write to {tmp_path}/file/figures: Not a directory; "
        "set the environment variable SCO_FIGURES to a folder you may write to"
    )


def test_nothing_half_written_is_left(saved, monkeypatch):
    """When the disk fails while the files are written, the last good ones stay and no part of a new one does."""
    before = hashes(saved)
    write = Path.write_bytes

    def fail(path, content):
        write(path, content[:10])
        if ".csv." in path.name:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(sco.FigureError, match="No space left on device"):
        save(caption="Another one.")
    assert hashes(saved) == before


def test_figures_go_where_they_belong(tmp_path, monkeypatch):
    """Figures go to SCO_FIGURES, else to figures/ of the checkout around the current folder, else of that folder."""
    inside = tmp_path / "checkout" / "notebooks"
    inside.mkdir(parents=True)
    (tmp_path / "checkout" / "pyproject.toml").write_text('[project]\nname = "sco-analysis"\n')
    (inside / "pyproject.toml").write_text("no TOML at all [")
    monkeypatch.delenv("SCO_FIGURES", raising=False)
    monkeypatch.chdir(inside)
    assert figures_folder() == tmp_path / "checkout" / "figures"
    monkeypatch.chdir(tmp_path)
    assert figures_folder() == tmp_path / "figures"
    monkeypatch.setenv("SCO_FIGURES", "elsewhere")
    assert figures_folder() == Path("elsewhere")


def test_a_parsed_corpus_counts_as_its_documents(parsed):
    """A parsed corpus and its documents table are the same corpus, in whatever order the documents are."""
    facts = corpus_facts(parsed)
    assert facts == corpus_facts(parsed.documents.iloc[::-1])
    assert (facts["documents"], facts["first"], facts["last"]) == (5, "2022-09-15", "2024-07-05")
    assert facts["words"] == parsed.documents["n_words"].sum()


def test_render_names_the_same_corpus(parsed):
    """The hash of the corpus in a figure's record is the one on the page that shows it."""
    from sco_analysis import run  # noqa: PLC0415

    there = run.corpus_facts(str(Path(__file__).parent.parent / "seeds"))
    facts = corpus_facts(parsed)
    assert {name: facts[name] for name in there if name != "name"} == {
        name: there[name] for name in there if name != "name"
    }
