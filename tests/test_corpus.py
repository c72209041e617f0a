"""Tests of reading files as documents."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

import sco_analysis as sco

SEED_HASHES = {
    "000_b9daa38eaaacda58.txt": "bbbca3818602dbc9f92cc74b9e213f3158ae9b9265af7b9204ad1f4261ffdb2a",
    "001_5c708bf7d9b9e1e4.txt": "7aaee1f954344e9bb9bc71031b1f4eace0e30e154cac823246df1d18409d7c06",
    "002_03271e99830618a1.txt": "5b6954b1ce1624ca84e697577922acc9292adf0057bcb2f5e041d40a5b6e9432",
    "003_cb992efe61dc0abe.txt": "ab2e475ff972f3bef25ccfa1122fcc80b893e305c38964d22065b41d1c85bff0",
    "004_30bbd3c6a9f80559.txt": "b2b18a58e53fa8d35127c5bccd71a9ffe170d93e00524aad730afa03a3c3b38f",
}


def _folder(tmp_path: Path, **files: bytes | str) -> Path:
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        (tmp_path / name.replace("__", ".")).write_bytes(data)
    return tmp_path


def test_seeds_are_byte_for_byte_as_received(seeds):
    """The seeds have not changed by a byte, and the table says so."""
    assert dict(zip(seeds["path"], seeds["sha256"], strict=True)) == SEED_HASHES
    for name, digest in SEED_HASHES.items():
        assert hashlib.sha256((Path("seeds") / name).read_bytes()).hexdigest() == digest


def test_seed_metadata_is_attached(seeds):
    """The table carries what corpus.csv says of each seed."""
    rows = seeds[["doc_id", "path", "genre", "date"]].values.tolist()
    assert rows == [
        ["astana-2024-arrival", "004_30bbd3c6a9f80559.txt", "news", pd.Timestamp("2024-07-03")],
        ["astana-2024-key-meetings", "002_03271e99830618a1.txt", "news", pd.Timestamp("2024-07-03")],
        ["astana-2024-xi-erdogan", "003_cb992efe61dc0abe.txt", "news", pd.Timestamp("2024-07-04")],
        ["kremlin-2024-astana", "001_5c708bf7d9b9e1e4.txt", "transcript", pd.Timestamp("2024-07-05")],
        ["samarkand-2022-talks", "000_b9daa38eaaacda58.txt", "news", pd.Timestamp("2022-09-15")],
    ]


def test_a_folder_without_corpus_csv_does_well(tmp_path):
    """Without corpus.csv the identifier is the file's stem and the title its first line of three words."""
    folder = _folder(tmp_path, b__txt="Menu\n\nTalks in Astana began\n\nHe left.", a__md="One two three.")
    documents = sco.read_corpus(folder)
    assert documents[["doc_id", "path", "title", "genre", "n_words"]].values.tolist() == [
        ["a", "a.md", "One two three.", "news", 3],
        ["b", "b.txt", "Talks in Astana began", "news", 7],
    ]
    assert documents["source"].isna().all()


def test_the_text_is_the_file_character_for_character(tmp_path):
    """Line ends, no-break spaces and a form feed are kept; only a byte-order mark goes."""
    raw = "One.\r\nTwo.\rThree.\xa0\x0cFour.\n"
    folder = _folder(tmp_path, a__txt="\ufeff".encode() + raw.encode())
    assert sco.read_corpus(folder)["text"].tolist() == [raw]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Türkiye and Côte d’Ivoire"),
        ("utf-16", "Türkiye and Côte d’Ivoire"),
        ("cp1252", "Türkiye and Côte d’Ivoire"),
        ("latin-1", "Türkiye and Café"),
        ("cp1251", "Встреча с Президентом Казахстана состоялась в Астане в июле этого года. " * 4),
    ],
)
def test_encodings_are_detected(tmp_path, encoding, text):
    """Texts in the usual encodings come out as they were written."""
    folder = _folder(tmp_path, a__txt=text.encode(encoding))
    assert sco.read_corpus(folder)["text"].tolist() == [text]


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path):
    """An empty file, a binary file and a format that is not read are left out with the reason; the rest is read."""
    folder = _folder(tmp_path, a__txt="One two.", b__txt="", c__txt=b"\x00\x01\x02" * 50, d__docx="x")
    with pytest.warns(sco.CorpusWarning) as warned:
        documents = sco.read_corpus(folder)
    assert documents["doc_id"].tolist() == ["a"]
    assert [str(warning.message) for warning in warned] == [
        "b.txt was left out: it is empty",
        "c.txt was left out: it is not text (binary data); export it as plain text in UTF-8",
        "d.docx was left out: it is no Word document, or a broken one; open it and save it anew",
    ]
    assert sco.check_corpus(folder)[["path", "status", "n_words"]].values.tolist() == [
        ["a.txt", "read", 2],
        ["b.txt", "left out", 0],
        ["c.txt", "left out", 0],
        ["d.docx", "left out", 0],
    ]


def test_one_file_is_a_corpus(tmp_path):
    """A single file is read, with the corpus.csv beside it."""
    _folder(tmp_path, a__txt="One.", b__txt="Two.", corpus__csv="file,doc_id\na.txt,first\n")
    assert sco.read_corpus(tmp_path / "a.txt")["doc_id"].tolist() == ["first"]


def test_hidden_files_and_readmes_are_no_documents(tmp_path):
    """README files, hidden files and corpus.csv are passed over without a word."""
    folder = _folder(tmp_path, a__txt="One.", README__md="About.", corpus__csv="file\na.txt\n")
    (folder / ".hidden.txt").write_text("x")
    assert sco.check_corpus(folder)["path"].tolist() == ["a.txt"]


def test_same_stems_get_identifiers_of_their_own(tmp_path):
    """Two files of one stem are told apart by their paths."""
    (tmp_path / "x").mkdir()
    folder = _folder(tmp_path, a__txt="One.", b__txt="Two.")
    (folder / "x" / "a.txt").write_text("Three.")
    assert sco.read_corpus(folder)["doc_id"].tolist() == ["a.txt", "b", "x/a.txt"]


def test_front_matter_gives_title_source_and_date(tmp_path):
    """The YAML block that exports put before the text is read as metadata."""
    folder = _folder(tmp_path, a__txt="---\ntitle: Talks\nsource: A Paper\ndate: 2024-07-03\n---\n\nThey met.\n")
    documents = sco.read_corpus(folder)
    assert documents[["title", "source", "date"]].values.tolist() == [["Talks", "A Paper", pd.Timestamp("2024-07-03")]]


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        ("name\na.txt\n", "corpus.csv, line 1: there is no column `file`; the first line must name the columns"),
        ("file\na.txt\na.txt\n", "corpus.csv, line 3: the file 'a.txt' is listed twice; keep one line"),
        ("file,date\na.txt,soon\n", "line 2: 'soon' is not a date; write it as 2024-07-05, or leave it empty"),
        ("file,genre\na.txt,poem\n", "line 2: unknown genre 'poem'; write one of transcript, news, declaration, mixed"),
        ("file,doc_id\na.txt,x\nb.txt,x\n", "two documents have the doc_id 'x'; give each its own"),
    ],
)
def test_a_malformed_corpus_csv_is_refused(tmp_path, listing, message):
    """What is wrong in corpus.csv is named with its line and what to write instead."""
    folder = _folder(tmp_path, a__txt="One.", b__txt="Two.", corpus__csv=listing)
    with pytest.raises(sco.CorpusError) as raised:
        sco.read_corpus(folder)
    assert message in str(raised.value)


def test_a_listed_file_that_is_missing_is_named(tmp_path):
    """A line of corpus.csv without its file is warned of; the rest is read."""
    folder = _folder(tmp_path, a__txt="One.", corpus__csv="file\na.txt\ngone.txt\n")
    with pytest.warns(sco.CorpusWarning, match=r"lists gone\.txt, which is not there"):
        assert len(sco.read_corpus(folder)) == 1


def test_missing_and_empty_folders_are_refused(tmp_path):
    """A folder that is not there, and one with nothing to read in it, say so and what to give instead."""
    with pytest.raises(
        sco.CorpusError, match=r"there is no folder or file 'nowhere-at-all'.*give the path of a folder"
    ):
        sco.read_corpus("nowhere-at-all")
    with pytest.raises(
        sco.CorpusError, match=r"no document could be read in .*: it holds no file ending in \.txt, \.md"
    ):
        sco.read_corpus(tmp_path)


def test_a_relative_path_is_found_from_the_notebooks_folder(tmp_path, monkeypatch):
    """A path that is right seen from the notebooks folder is found from anywhere in the checkout."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("One.")
    monkeypatch.chdir(tmp_path / "docs")
    assert sco.read_corpus("../texts")["doc_id"].tolist() == ["a"]
    monkeypatch.chdir(tmp_path)
    assert sco.read_corpus("../texts")["doc_id"].tolist() == ["a"]


def test_the_blocks_joined_are_the_corpus(tmp_path):
    """Reading in blocks gives the rows of the whole in the same order, however small the blocks."""
    listing = "file,doc_id,note\nb.txt,zeta,first\n"
    folder = _folder(tmp_path, a__txt="One two.", b__txt="Three.", c__md="Four five six.", corpus__csv=listing)
    whole = sco.read_corpus(folder)
    assert whole["doc_id"].tolist() == ["a", "c", "zeta"]
    for block, sizes in ((1, [1, 1, 1]), (9, [2, 1]), (1000, [3])):
        blocks = list(sco.iter_corpus(folder, block=block))
        assert [len(frame) for frame in blocks] == sizes
        joined = pd.concat(blocks, ignore_index=True)
        pd.testing.assert_frame_equal(joined[whole.columns], whole, check_dtype=False)


def test_parts_of_the_list_of_inputs_give_parts_of_the_corpus(tmp_path):
    """Each input of the list, read alone, gives the row that it has within the whole."""
    (tmp_path / "x").mkdir()
    folder = _folder(tmp_path, a__txt="One.", b__txt="Two.", corpus__csv="file,source\nb.txt,A Paper\n")
    (folder / "x" / "a.txt").write_text("Three.")
    whole = sco.read_corpus(folder)
    parts = [sco.read_corpus([source]) for source in sco.list_inputs(folder)]
    assert whole[["doc_id", "path", "source"]].fillna("").values.tolist() == [
        ["a.txt", "a.txt", ""],
        ["b", "b.txt", "A Paper"],
        ["x/a.txt", "x/a.txt", ""],
    ]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_iter_corpus_says_at_once_that_there_is_nothing(tmp_path):
    """A path that is not there is refused when it is given, not when the first block is asked for."""
    with pytest.raises(sco.CorpusError, match="there is no folder or file 'nowhere-at-all'"):
        sco.iter_corpus("nowhere-at-all")
    assert list(sco.iter_corpus(tmp_path)) == []


def test_iter_corpus_warns_of_what_it_leaves_out(tmp_path):
    """A file that cannot be read is warned of, and the blocks hold the rest."""
    folder = _folder(tmp_path, a__txt="One.", b__txt="", c__txt="Three.")
    with pytest.warns(sco.CorpusWarning, match=r"b\.txt was left out: it is empty"):
        assert [frame["doc_id"].tolist() for frame in sco.iter_corpus(folder, block=1)] == [["a"], ["c"]]


def test_a_doc_id_that_a_table_gives_twice_is_told_apart(tmp_path):
    """The second row of one doc_id is kept under a name of its own, and a warning says so."""
    folder = _folder(tmp_path, a__csv="doc_id,text\nx,The first of them.\nX,The second of them.\n")
    with pytest.warns(sco.CorpusWarning, match=r"a\.csv#2: its doc_id is there already; it is called X~2 here"):
        assert sco.read_corpus(folder)["doc_id"].tolist() == ["x", "X~2"]
