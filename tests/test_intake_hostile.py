"""Tests of bad and hostile input: each gets a clear report, the rest is read, nothing is lost, nothing hangs."""

import gzip
import io
import json
import os
import random
import socket
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis.intake import readers, word_files
from sco_analysis.intake.encodings import decode, replace_surrogates
from sco_analysis.intake.inputs import Input, name_documents, printable
from sco_analysis.intake.limits import Limits
from sco_analysis.intake.readers import KINDS, read_input

GOOD = "The leaders met in the city."


def _reasons(folder, **limits):
    """Check a folder that also holds a good document; return the other documents with their reasons."""
    (folder / "zz-good.txt").write_text(GOOD)
    checked = sco.check_corpus(folder, limits=Limits(**limits))
    assert checked["status"].tolist()[-1] == "read"
    return dict(zip(checked["path"][:-1], checked["reason"][:-1], strict=True))


def _zip(**files: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return made.getvalue()


@pytest.mark.parametrize("ending", sorted(KINDS))
def test_noise_empty_and_cut_files_are_told(tmp_path, ending):
    """Random bytes and nothing at all, under the name of any format, are left out with a reason."""
    (tmp_path / f"a{ending}").write_bytes(b"")
    (tmp_path / f"b{ending}").write_bytes(random.Random(7).randbytes(5000))
    reasons = _reasons(tmp_path)
    assert [path for path, reason in reasons.items() if not reason] == []
    assert {path[0] for path in reasons} == {"a", "b"}


def test_files_that_are_something_else_are_read_as_what_they_are(tmp_path):
    """A zip under the name of a page, a page under the name of a text, and the like, are read and told of."""
    page = f"<!DOCTYPE html><html><body><article><p>{GOOD} They spoke of trade there.</p></article></body></html>"
    (tmp_path / "a.html").write_bytes(_zip(one__txt=GOOD))
    (tmp_path / "b.txt").write_text(page)
    (tmp_path / "c.txt").write_bytes(gzip.compress(GOOD.encode()))
    (tmp_path / "d.pdf").write_text(page)
    (tmp_path / "e.zip").write_text(GOOD)
    assert _reasons(tmp_path) == {
        "a.html/one.txt": "its name ends in .html, but it is a zip archive, and was read as that",
        "b.txt": "its name ends in .txt, but it is a web page, and was read as that",
        "c.txt": "its name ends in .txt, but it is a gz file, and was read as that",
        "d.pdf": "its name says that it is a PDF, but it is none",
        "e.zip": "its name ends in .zip, but it is not a zip archive",
    }


def test_bombs_are_not_unpacked(tmp_path):
    """What unpacks to hundreds of times its size is refused before it fills the memory."""
    zeros = b"\0" * 5_000_000
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(zeros))
    (tmp_path / "b.zip").write_bytes(_zip(a__txt=zeros))
    (tmp_path / "c.docx").write_bytes(_zip(**{"word/document.xml": zeros}))
    (tmp_path / "d.csv.gz").write_bytes(gzip.compress(b"text\n" + (b"The row of it. " * 2000 + b"\n") * 200))
    (tmp_path / "e.zip").write_bytes(_zip(x__zip=_zip(y__zip=_zip(z__zip=_zip(one__txt=GOOD)))))
    (tmp_path / "f.zip").write_bytes(_zip(**{f"{n}__txt": GOOD for n in range(30)}))
    reasons = _reasons(tmp_path, members=20, ratio=100)
    d = reasons.pop("d.csv.gz", "it unpacks to more than 100 times its size, as no text does; the rows")
    assert d.startswith("it unpacks to more than 100 times its size, as no text does; the rows")
    assert {path: reason for path, reason in reasons.items() if not path.startswith("d.csv.gz#")} == {
        "a.txt.gz": "it unpacks to more than 100 times its size, as no text does",
        "b.zip": "it unpacks to more than 100 times its size, as no collection of texts does",
        "c.docx": "it unpacks to more than 100 times its size, as no document does",
        "e.zip/x.zip/y.zip/z.zip": "it is an archive within archives; unpack it",
        "f.zip": "it holds 30 files, more than Limits(members=…) allows",
    }


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path):
    """A single line without end, in a text or in a table, is refused at the limit; the rows before it are read."""
    line = b"The word of it " * 10_000
    (tmp_path / "a.txt").write_bytes(line)
    (tmp_path / "b.csv").write_bytes(b"text\nThe first.\n" + line)
    (tmp_path / "c.jsonl").write_bytes(b'{"text": "The first."}\n{"text": "' + line)
    (tmp_path / "d.zip").write_bytes(_zip(a__txt=random.Random(1).randbytes(150_000)))
    assert _reasons(tmp_path, document=100_000) == {
        "a.txt": "it is larger than 0.1 MB; split it, or raise Limits(document=…)",
        "b.csv#1": "",
        "b.csv": "a line is longer than 0.1 MB, in row 2; is a quotation mark not closed?; "
        "the rows from 2 on were not read",
        "c.jsonl#1": "",
        "c.jsonl": "a line is longer than 0.1 MB; the rows from 2 on were not read",
        "d.zip/a.txt": "it is larger than 0.1 MB; split it, or raise Limits(document=…)",
    }


def test_deep_and_tangled_markup_ends(tmp_path):
    """A hundred thousand open tags, attributes and brackets, and aliases of aliases, are read or refused."""
    (tmp_path / "a.html").write_text("<html><body>" + "<div>" * 100_000 + GOOD)
    (tmp_path / "b.html").write_text(
        "<html><body><p " + " ".join(f"a{n}=1" for n in range(100_000)) + f">{GOOD * 3}</p>"
    )
    (tmp_path / "c.jsonl").write_text('{"text":' + "[" * 100_000 + "\n" + json.dumps({"text": GOOD}))
    (tmp_path / "d.txt").write_text(f"---\ntitle: {'[' * 5000}\n---\n{GOOD}")
    aliases = "\n".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    (tmp_path / "e.txt").write_text(f"---\na: &a [x, x]\n{aliases}\ntitle: *h\n---\n{GOOD * 60}")
    reasons = _reasons(tmp_path)
    assert reasons["a.html"].startswith("no main text was found in the page")
    assert reasons["c.jsonl#1"].startswith("it is not JSON")
    assert {path for path, reason in reasons.items() if not reason} == {"b.html", "c.jsonl#2", "d.txt", "e.txt"}


def test_entities_of_a_word_document_are_not_resolved(tmp_path):
    """Entities that multiply, or name a file of this machine, bring nothing into the text."""
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    entities = '<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">'
    document = (
        f'<?xml version="1.0"?><!DOCTYPE d [{entities}]><w:document xmlns:w="{w}"><w:body><w:p><w:r>'
        f"<w:t>{GOOD} &b; &c;</w:t></w:r></w:p></w:body></w:document>"
    )
    kinds = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    data = _zip(
        **{
            "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="rels" ContentType="application/vnd.'
            f'openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
            f'ContentType="{kinds}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}" '
            'Target="word/document.xml"/></Relationships>',
            "word/document.xml": document,
        }
    )
    (tmp_path / "a.docx").write_bytes(data)
    (tmp_path / "b.txt").write_text(GOOD)
    documents = sco.read_corpus(tmp_path).set_index("doc_id")
    assert documents.loc["a", "text"].startswith(GOOD)
    assert "lol" not in documents.loc["a", "text"]
    assert "root:" not in documents.loc["a", "text"]


def test_links_pipes_and_sockets_are_named_and_not_followed(tmp_path, monkeypatch):
    """Loops, links out of the folder, pipes and sockets are left out, each with its reason; none is opened."""
    outside = tmp_path / "outside.txt"
    outside.write_text(GOOD)
    folder = tmp_path / "texts"
    folder.mkdir()
    monkeypatch.chdir(folder)  # the address of a socket must be short
    os.mkfifo("fifo.txt")
    for name, target in (("dead.txt", "nowhere"), ("inside.txt", "zz-good.txt"), ("loop", "."), ("out.txt", outside)):
        (folder / name).symlink_to(target)
    (folder / "up").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("socket.txt")
    assert _reasons(folder) == {
        "dead.txt": "it is a link that leads nowhere",
        "fifo.txt": "it is a device, a pipe or a socket, not a file",
        "inside.txt": "it is a link to what is in the folder already",
        "loop": "it is a link to what is in the folder already",
        "out.txt": "it is a link to a file outside the folder; copy that file here",
        "socket.txt": "it is a device, a pipe or a socket, not a file",
        "up": "it is a link to a folder outside; copy that folder here",
    }
    assert _reasons(folder, follow_links=True)["out.txt"] == ""


def test_a_file_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    """A file without permission is left out with what the system says, and the rest is read."""
    (tmp_path / "a.txt").write_text(GOOD)
    opened = Input.open

    def refuse(self):
        if self.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return opened(self)

    monkeypatch.setattr(Input, "open", refuse)
    assert _reasons(tmp_path) == {"a.txt": "it cannot be read (Permission denied)"}


def test_members_that_lead_out_of_the_archive_stay_in_it(tmp_path):
    """Names such as ``../../x`` and absolute ones lose what leads out, in paths and doc_ids; nothing is written."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("../../x.txt", "/etc/y.txt", "C:\\z.txt", "__MACOSX/._x.txt"):
            archive.writestr(name, GOOD)
    documents = sco.read_corpus(tmp_path)
    assert documents[["doc_id", "path"]].values.tolist() == [["x", "x.txt"], ["y", "etc/y.txt"], ["z", "C:/z.txt"]]
    assert [file.name for file in tmp_path.iterdir()] == ["a.zip"]


def test_a_member_protected_by_a_password_is_told(tmp_path):
    """A member that is encrypted is left out with the reason; the others are read."""
    data = bytearray(_zip(a__txt=GOOD, b__txt=GOOD))
    entry = data.index(b"PK\x01\x02")  # the first entry of the archive's directory
    data[entry + 8] |= 1
    (tmp_path / "x.zip").write_bytes(bytes(data))
    assert _reasons(tmp_path) == {
        "x.zip/a.txt": "it is protected by a password; pack it without one",
        "x.zip/b.txt": "",
    }


@pytest.mark.parametrize("ending", [".zip", ".docx", ".parquet", ".csv.gz", ".txt.gz", ".pdf"])
def test_what_is_cut_off_anywhere_does_not_stop_the_rest(tmp_path, ending):
    """A file cut off at any place gives rows or a reason, never an error."""
    table = b"text\n" + b"".join(b"The row %d of the table.\n" % n for n in range(50))
    made = {
        ".zip": lambda: _zip(a__txt=GOOD, b__csv=table),
        ".docx": lambda: _zip(**{"word/document.xml": GOOD}),
        ".parquet": lambda: b"PAR1" + table + b"PAR1",
        ".csv.gz": lambda: gzip.compress(table),
        ".txt.gz": lambda: gzip.compress(GOOD.encode()),
        ".pdf": lambda: b"%PDF-1.4\n1 0 obj << /Type /Pages /Kids [1 0 R] /Count 9 >> endobj trailer << /Root 1 0 R >>",
    }[ending]()
    for cut in range(1, len(made), max(1, len(made) // 12)):
        (tmp_path / f"a{ending}").write_bytes(made[:cut])
        assert all(
            "text" in record or record["reason"]
            for s in sco.list_inputs(tmp_path)
            for record in read_input(s, Limits())
        )


def test_names_that_cannot_be_shown_are_escaped(tmp_path):
    """Line ends, marks of direction and stray bytes in a file's name are escaped in path and doc_id."""
    for name in (b"caf\xe9.txt", b"a\nb.txt", "\u202egpj.txt".encode()):
        (tmp_path / os.fsdecode(name)).write_text(GOOD)
    documents = sco.read_corpus(tmp_path)
    assert documents[["doc_id", "path"]].values.tolist() == [
        ["\\u202egpj", "\\u202egpj.txt"],
        ["a\\u000ab", "a\\u000ab.txt"],
        ["caf\\xe9", "caf\\xe9.txt"],
    ]


def test_names_that_differ_in_case_alone_are_told_apart():
    """No two doc_ids are the same on a disk that does not know case, whatever corpus.csv has given away."""
    assert name_documents(["A.txt", "a.txt", "b.txt", "x/B.txt", "c.txt", "d.txt"], {"d.txt": "C"}) == {
        "A.txt": "A.txt",
        "a.txt": "a.txt~2",
        "b.txt": "b.txt",
        "x/B.txt": "x/B.txt",
        "c.txt": "c.txt",
        "d.txt": "C",
    }


def test_stray_bytes_are_replaced_and_counted_on(tmp_path):
    """A text cut off within a character, a null byte, marks of direction and half a surrogate pair do not hide it."""
    (tmp_path / "a.txt").write_bytes("The “leaders” met in “Ürümqi…".encode()[:-1])
    (tmp_path / "b.txt").write_bytes(b"The leaders\0 met. " + GOOD.encode() * 100)
    (tmp_path / "c.txt").write_text("The \u202eleaders\u202c met.", encoding="utf-8")
    (tmp_path / "d.jsonl").write_text(r'{"text": "The \ud800 leaders."}')
    (tmp_path / "e.txt").write_bytes(GOOD.encode("utf-16-le"))
    texts = sco.read_corpus(tmp_path)["text"].tolist()
    assert texts == [
        "The “leaders” met in “Ürümqi\ufffd",
        "The leaders\0 met. " + GOOD * 100,
        "The \u202eleaders\u202c met.",
        "The \ufffd leaders.",
        GOOD,
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "cp1251", "utf-16", "utf-32", "cp1252"])
def test_other_encodings_are_found(encoding):
    """Texts in the encodings of the region come out as they were written."""
    text = {
        "gb18030": "上海合作组织成员国元首理事会会议在阿斯塔纳举行，习近平主席出席会议并发表重要讲话。" * 5,
        "cp1252": "The “leaders” met in Côte d’Azur – at last. " * 5,
    }.get(encoding, "Встреча с Президентом Казахстана состоялась в Астане в июле этого года. " * 5)
    assert decode(text.encode(encoding))[0] == text


def test_a_word_document_broken_inside_is_told(tmp_path):
    """A Word document whose packed text is spoilt is left out with a reason; what was found costs no other document."""
    docx = pytest.importorskip("docx")
    made = docx.Document()
    made.add_paragraph(" ".join(map(str, range(999))))
    made.save(tmp_path / "a.docx")
    with zipfile.ZipFile(tmp_path / "a.docx") as packed:
        part = packed.getinfo("word/document.xml")
    data = bytearray((tmp_path / "a.docx").read_bytes())
    data[part.header_offset + 30 + len(part.filename)] = 0xFF  # of no kind that packed data can be
    (tmp_path / "a.docx").write_bytes(data)
    with pytest.raises(zlib.error):
        docx.Document(tmp_path / "a.docx")
    assert _reasons(tmp_path) == {"a.docx": word_files.BROKEN}


def test_halves_of_surrogate_pairs_in_a_row_are_replaced(tmp_path):
    r"""What ``\ud800`` writes in a name of a column, its value or the text is replaced, in tables and in reasons."""
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"text": GOOD + "\ud800", "a\ud800": "b\udc00"}) + "\n" + json.dumps({"x\ud800": ""})
    )
    assert _reasons(tmp_path)["a.jsonl#2"].endswith("there is x\ufffd")
    with pytest.warns(sco.CorpusWarning, match="no column holds the text"):
        documents = sco.read_corpus(tmp_path)
    assert documents.iloc[0][["text", "a\ufffd"]].tolist() == [GOOD + "\ufffd", "b\ufffd"]
    assert len(sco.parse(documents).documents) == 2


def test_names_that_no_file_can_have_do_not_exist(tmp_path):
    """A name in corpus.csv, or of a corpus, that is longer than the system allows is told like any that is missing."""
    (tmp_path / "a.txt").write_text(GOOD)
    (tmp_path / "corpus.csv").write_text(f"file,title\n{'x' * 300},T\n")
    assert sco.check_corpus(tmp_path)["status"].tolist() == ["read"]
    with pytest.warns(sco.CorpusWarning, match="x" * 300):
        assert len(sco.read_corpus(tmp_path)) == 1
    with pytest.raises(sco.CorpusError, match="there is no folder or file"):
        sco.read_corpus("x" * 300)


def test_an_error_of_a_library_costs_one_file(tmp_path, monkeypatch):
    """Whatever a library raises over a file is the reason why that file was left out, and the others are read."""

    def fail(data, limits):
        raise ArithmeticError("tables are round")

    monkeypatch.setitem(readers._READERS, "html", fail)
    (tmp_path / "a.html").write_text("<html><p>Trade grows.</p></html>")
    told = "it cannot be read (ArithmeticError: tables are round); save it anew, or as plain text"
    assert _reasons(tmp_path) == {"a.html": told}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=300),
        st.tuples(
            st.sampled_from([b"%PDF-1.7", b"PK\x03\x04", b"\x1f\x8b\x08", b"PAR1", b"<html>"]), st.binary(max_size=200)
        ).map(b"".join),
    ),
    ending=st.sampled_from(sorted(KINDS)),
)
def test_no_bytes_stop_the_reading(tmp_path, data, ending):
    """Whatever stands in a file, under whatever name, it comes to a text that can be written, or to a reason."""
    (tmp_path / "a").write_bytes(data)
    source = Input(str(tmp_path), "a" + ending, "a")
    (tmp_path / "a").rename(tmp_path / f"a{ending}")
    records = list(read_input(source, Limits()))
    (tmp_path / f"a{ending}").unlink()
    assert records
    assert all(record["text"].encode() if "text" in record else record["reason"] for record in records)


@given(st.text())
def test_what_is_shown_of_a_name_can_be_written_on_one_line(name):
    """An escaped name is one line of valid characters, and escaping it once more changes nothing."""
    shown = printable(name)
    assert len(shown.splitlines()) <= 1
    assert shown.encode().decode() == printable(shown)
    assert len(replace_surrogates(name).encode().decode()) == len(name)
