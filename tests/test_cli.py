"""The command line: tables out, plain messages, exit codes."""

import csv
import io
import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sco_analysis import __version__
from sco_analysis.cli import main, write_table
from sco_analysis.records import escape_formulas

TALK = """\
President of Russia Vladimir Putin: We value our friends in China. Trade grows.

President of China Xi Jinping: =Trade with Russia grows too.

Vladimir Putin: Thank you.

Xi Jinping: Thank you, Mr President.
"""


@pytest.fixture
def talk(tmp_path):
    """Write a folder with one short transcript and one file that is no text."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "talk.txt").write_text(TALK)
    (folder / "picture.png").write_bytes(b"\x89PNG\x00\x01")
    return folder


def asked_wrongly(capsys, *argv):
    """Run a command that is refused by the parser of the command line; return its message."""
    with pytest.raises(SystemExit) as left:
        main(argv)
    assert left.value.code == 2
    return capsys.readouterr().err


def test_version(capsys):
    """``--version`` says name and version."""
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"sco-analysis {__version__}\n"


def test_a_command_is_needed(capsys):
    """Without a command, with an unknown one, or with an unknown tally, the usage is shown and the exit code is 2."""
    assert "COMMAND" in asked_wrongly(capsys)
    assert "invalid choice: 'rendr'" in asked_wrongly(capsys, "rendr")
    assert "choose from" in asked_wrongly(capsys, "tally", "words", ".")
    assert "'0' is no whole number from 1 upward" in asked_wrongly(capsys, "render", "--jobs", "0")


@pytest.mark.parametrize("argv", [["--help"], ["render", "--help"], ["render", "-p", "x"]])
def test_help_and_refusals_load_nothing_heavy(argv):
    """Neither pandas nor papermill nor matplotlib is imported to show the help or to refuse a typing error."""
    code = f"import sys, sco_analysis.cli as c\ntry: c.main({argv!r})\nexcept SystemExit: pass\nprint(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {"pandas", "numpy", "papermill", "matplotlib", "nbformat"} & set(loaded) == set()


@pytest.mark.parametrize(
    ("argv", "code", "message"),
    [
        (["tally", "speakers", "/nowhere/at/all"], 2, "/nowhere/at/all"),
        (["check", "/nowhere/at/all"], 2, "/nowhere/at/all"),
        (["render", "-p", "by"], 2, "-p by: write -p name=value, for example -p by=state"),
        (["render", "no_such_notebook"], 2, "there is no notebook 'no_such_notebook'"),
        (
            ["tally", "speakers", ".", "--format", "parquet"],
            2,
            "parquet is not for the terminal: add --out FILE.parquet",
        ),
        (
            ["tally", "speakers", ".", "--out", "x.doc"],
            2,
            "the format cannot be told from .doc; add --format csv|json|",
        ),
    ],
)
def test_errors_are_one_plain_message(capsys, argv, code, message):
    """An error says what and where on stderr, without a traceback, and nothing on stdout."""
    assert main(argv) == code
    printed = capsys.readouterr()
    assert printed.err.startswith("sco-analysis: ")
    assert message in printed.err
    assert "Traceback" not in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02\xff" * 50])
def test_a_folder_without_a_readable_document_is_work_that_failed(tmp_path, capsys, content):
    """An empty folder, an empty file, a binary file: a message and exit code 1."""
    if content is not None:
        (tmp_path / "file.txt").write_bytes(content)
    assert main(["tally", "speakers", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("sco-analysis: ")


def test_a_place_that_cannot_be_written_is_work_that_failed(talk, tmp_path, capsys):
    """Where the result cannot go, the message names the place."""
    assert main(["parse", str(talk), "--out", str(talk / "talk.txt" / "x")]) == 1
    assert "talk.txt" in capsys.readouterr().err


def test_tally_as_csv_and_json_say_the_same(talk, capsys):
    """A tally is written as csv or json, to the terminal or to a file, with the same rows."""
    assert main(["tally", "speakers", str(talk)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["speaker"], row["n"], row["total"]) for row in rows] == [
        ("Vladimir Putin", "10", "19"),
        ("Xi Jinping", "9", "19"),
    ]
    assert main(["tally", "speakers", str(talk), "--format", "json"]) == 0
    assert [row["n"] for row in json.loads(capsys.readouterr().out)] == [10, 9]


@pytest.mark.parametrize("what", ["topics", "speakers", "states"])
def test_tallies_go_to_files_by_their_ending(talk, tmp_path, what):
    """``--out`` takes the format from the ending; csv and parquet hold the same columns; no draft stays behind."""
    out = tmp_path / "out"
    out.mkdir()
    for ending in ("csv", "parquet", "json"):
        assert main(["tally", what, str(talk), "--by", "speaker", "--out", str(out / f"t.{ending}")]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["t.csv", "t.json", "t.parquet"]
    assert list(pd.read_csv(out / "t.csv")) == list(pd.read_parquet(out / "t.parquet"))


def test_tally_of_one_speaker_only(talk, capsys):
    """``--speaker`` counts one speaker alone."""
    assert main(["tally", "speakers", str(talk), "--speaker", "Xi Jinping"]) == 0
    assert "Putin" not in capsys.readouterr().out


def test_parse_writes_every_table(talk, tmp_path, capsys):
    """``parse`` writes one file for each table and says how many rows it has."""
    for kind in ("parquet", "csv"):
        assert main(["parse", str(talk), "--out", str(tmp_path / kind), "--format", kind]) == 0
        stems = sorted(path.name for path in (tmp_path / kind).iterdir())
        names = ["documents", "mentions", "polarity", "quotations", "sentences", "turns"]
        assert stems == [f"{name}.{kind}" for name in names]
    assert "turns.csv: 4 rows" in capsys.readouterr().out
    assert pd.read_parquet(tmp_path / "parquet" / "documents.parquet")["text"][0] == TALK


def test_check_says_what_was_read_left_out_and_recognised(talk, capsys):
    """``check`` names the files that were left out and why, the documents, and the labels with their speakers."""
    assert main(["check", str(talk)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1 of 2 files read\n  left out: picture.png: ")
    assert "\ntalk: " in printed
    assert ", 4 turns, 0 quotations, utf-8\n" in printed
    assert "  label: President of China Xi Jinping ×1 = Xi Jinping (named office" in printed


def test_texts_that_begin_like_a_formula_are_escaped():
    """A text that a spreadsheet would run gets an apostrophe; numbers, dates and other texts stay as they are."""
    table = pd.DataFrame(
        {
            "text": ["=1+1", "+49", "-x", "@me", "\tx", "plain", None],
            "n": [-1.5, 2, 3, 4, 5, 6, np.nan],
            "evidence": [[{"start": 1}], [], [], [], [], [], []],
        }
    )
    escaped = escape_formulas(table)
    assert escaped["text"].tolist()[:6] == ["'=1+1", "'+49", "'-x", "'@me", "'\tx", "plain"]
    assert escaped["n"].tolist()[:6] == [-1.5, 2, 3, 4, 5, 6]
    assert escaped["evidence"].tolist()[:2] == ['[{"start": 1}]', "[]"]
    assert table["text"][0] == "=1+1"


def test_a_table_that_cannot_be_written_leaves_no_draft(tmp_path):
    """When writing fails, neither the file nor its draft is there."""
    with pytest.raises(Exception, match=r"."):
        write_table(pd.DataFrame({"x": [object()]}), tmp_path / "x.parquet", "parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_module_runs_as_the_command():
    """``python -m sco_analysis`` is the same command."""
    command = [sys.executable, "-m", "sco_analysis", "--version"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"sco-analysis {__version__}\n"


def test_kwic_lines_up_the_word(talk, capsys):
    """Each occurrence is a line: document and offset, what stands before, the word in brackets, what follows."""
    assert main(["kwic", "trade", str(talk), "--window", "12"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == [
        "talk:67   s in China. [Trade] grows.  Pre",
        "talk:113  i Jinping: =[Trade] with Russia",
    ]
    assert captured.err.endswith("2 occurrences of 'trade'\n")


def test_kwic_writes_tables_and_takes_keys(talk, tmp_path, capsys):
    """A key finds what the dictionaries found; csv and json are tables; a file gets the format of its ending."""
    assert main(["kwic", "CHN", str(talk), "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert "China" in {row["text"] for row in rows}
    assert list(rows[0]) == ["doc_id", "start", "end", "left", "text", "right", "speaker", "sentence"]
    assert main(["kwic", "trad*", str(talk), "--out", str(tmp_path / "found.json")]) == 0
    assert len(json.loads((tmp_path / "found.json").read_text())) == 2


def test_kwic_refuses_what_is_no_pattern(talk, capsys):
    """A pattern with other characters than the rule knows, and text for a file, are refused with what to write."""
    assert main(["kwic", "a|b", str(talk)]) == 1
    assert "holds '|'; write words, * and ?" in capsys.readouterr().err
    assert main(["kwic", "a", str(talk), "--format", "text", "--out", "x.txt"]) == 2
    assert "text is for the terminal; write --format csv|json|parquet" in capsys.readouterr().err


def test_tally_of_one_year_only(talk, capsys):
    """A year or source that nobody spoke in is refused, naming those there are."""
    assert main(["tally", "speakers", str(talk), "--year", "1999"]) == 2
    assert "no sentence has year=1999" in capsys.readouterr().err
