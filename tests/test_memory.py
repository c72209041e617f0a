"""Parsed corpora kept on disk: exactly what parsing gives, whoever is at it at the same time."""

import os
import pickle
import subprocess
import sys

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import sco_analysis as sco
from sco_analysis.store.memory import VARIABLE, identify, remember, remembering

TALK = "Vladimir Putin: We value our friends in China. Trade grows.\n\nXi Jinping: Trade grows. Thank you.\n\n" * 2


@pytest.fixture
def documents(tmp_path):
    """One short document."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/talk.txt").write_text(TALK)
    return sco.read_corpus(tmp_path / "texts")


@pytest.fixture
def folder(tmp_path):
    """An empty folder that is used while the test runs."""
    kept = tmp_path / "kept"
    kept.mkdir()
    with remembering(kept):
        yield kept


def tables_of(parsed):
    return [parsed.documents, parsed.turns, parsed.quotations, parsed.sentences, parsed.mentions, parsed.polarity]


def test_what_is_kept_equals_what_is_parsed(documents, folder):
    """The first and the second parse with a folder, and one without, give equal tables of equal types."""
    first, second = sco.parse(documents), sco.parse(documents)
    assert len(list(folder.iterdir())) == 1
    del os.environ[VARIABLE]
    plain = sco.parse(documents)
    os.environ[VARIABLE] = str(folder)
    for tables in zip(tables_of(plain), tables_of(first), tables_of(second), strict=True):
        assert_frame_equal(tables[0], tables[1])
        assert_frame_equal(tables[0], tables[2])
    assert second.documents is documents


def test_without_a_folder_nothing_is_kept(documents, tmp_path, monkeypatch):
    """Unless the variable names a folder, parsing leaves no trace."""
    monkeypatch.delenv(VARIABLE, raising=False)
    before = sorted(tmp_path.rglob("*"))
    sco.parse(documents)
    assert sorted(tmp_path.rglob("*")) == before


def test_another_scorer_or_text_is_another_file(documents, folder):
    """What was made with another scorer, or of another text, is not mistaken for it; a function is never kept."""
    sco.parse(documents)
    sco.parse(documents, scorer=lambda targets: [0.0] * len(targets))
    assert len(list(folder.iterdir())) == 1
    sco.parse(documents, scorer="vader")
    sco.parse(documents.assign(title="Another"))
    assert len(list(folder.iterdir())) == 3


def test_tables_that_differ_in_anything_have_different_names():
    """A value, a type, a column's name, the index and what is attached: each counts."""
    table = pd.DataFrame({"a": [1, 2]})
    attached = table.copy()
    attached.attrs["source"] = "x"
    others = [
        pd.DataFrame({"a": [1, 3]}),
        pd.DataFrame({"a": [1.0, 2.0]}),
        pd.DataFrame({"b": [1, 2]}),
        table.set_axis([5, 6]),
        attached,
    ]
    names = [identify(frame) for frame in (table, *others)] + [identify(table, "vader")]
    assert len(set(names)) == 7
    assert identify(table) == identify(table.copy())


@pytest.mark.parametrize("content", [b"", b"garbage", pickle.dumps(1)[:-1]])
def test_a_broken_file_is_made_anew(folder, content):
    """A file that cannot be read is replaced."""
    table = pd.DataFrame({"a": [1]})
    (folder / f"{identify(table)}.pickle").write_bytes(content)
    assert remember(lambda: "made", table) == "made"
    assert remember(lambda: "not asked", table) == "made"


def test_a_folder_that_is_gone_is_done_without(tmp_path):
    """Where nothing can be written, what was asked for is made all the same."""
    with remembering(tmp_path / "nowhere"):
        assert remember(lambda: "made", pd.DataFrame()) == "made"


def test_several_processes_at_once_get_the_same(documents, folder, tmp_path):
    """Four processes that parse the same documents at the same time all get whole tables, and leave one file."""
    code = (
        "import sys, hashlib, pickle, sco_analysis as sco; p = sco.parse(sco.read_corpus(sys.argv[1]));"
        "print(len(p.sentences), p.mentions.to_json()[:2000])"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "texts")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    printed = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(printed) == 1
    assert len(list(folder.iterdir())) == 1
