"""Tests of formats: what is read from web pages, PDFs, Word documents, tables and archives."""

import gzip
import io
import json
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis.intake import pdfs, rows

TALK = (
    "President of Russia Vladimir Putin: We met in Astana to speak about the future of the organisation.\n\n"
    "Question: Will you meet again?\n\nVladimir Putin: Yes, in the autumn, as was agreed with all of our partners.\n"
)
PAGE = """<!DOCTYPE html><html><head><meta charset="{charset}"><title>Talks • The Paper</title>
<meta property="og:title" content="Talks in Côte d’Azur"><meta property="og:site_name" content="The Paper">
<meta name="author" content="Ann Author"><meta property="article:published_time" content="2024-07-04T18:20:00Z">
<script>var menu = "<p>Not a text</p>";</script></head><body><nav><a href="/">Home</a> <a href="/x">Events</a></nav>
<article><h1>Talks in Côte d’Azur</h1><p>The leaders of ten states met in the city on Thursday to speak of trade.</p>
<p>“We agreed on all of the points,” the minister said after the meeting with his colleagues.</p>
<p>A declaration is to be signed by the heads of state before the end of the summer.</p></article>
<footer>© 2024 All rights reserved</footer></body></html>"""


def _rows(documents, *columns):
    return documents[list(columns)].astype(object).where(documents[list(columns)].notna(), None).values.tolist()


def _pdf(*pages: list[str]) -> bytes:
    """Write a PDF by hand: one text line below the other on each page."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, lines in enumerate(pages):
        shown = " ".join(f"({line}) Tj 0 -14 Td" if line else "0 -20 Td" for line in lines)
        content = f"BT /F1 11 Tf 50 750 Td {shown} ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {5 + 2 * i} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >> stream\n{content}\nendstream")
    body, places = "%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{written}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    return f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")


@pytest.mark.parametrize("charset", ["utf-8", "windows-1252"])
def test_a_page_gives_its_main_text_and_says_what_it_is(tmp_path, charset):
    """Menus, programs and footers are left out; title, site, author and date come from the markup."""
    (tmp_path / "a.html").write_bytes(PAGE.format(charset=charset).encode(charset))
    documents = sco.read_corpus(tmp_path)
    assert _rows(documents, "doc_id", "title", "source", "date", "author", "format", "encoding") == [
        ["a", "Talks in Côte d’Azur", "The Paper", pd.Timestamp("2024-07-04"), "Ann Author", "html", charset]
    ]
    text = documents["text"][0]
    assert text.split("\n")[-1] == "A declaration is to be signed by the heads of state before the end of the summer."
    assert "“We agreed on all of the points,” the minister said" in text
    assert [word for word in ("Home", "Not a text", "rights reserved") if word in text] == []


def test_a_transcript_in_a_pdf_keeps_its_turns(tmp_path):
    """Lines, gaps and page breaks of a PDF lead to the turns; running heads and page numbers are left out."""
    page = ["Press Service", "", "Vladimir Putin: We met in the city to speak", "about trade.", "", "Question: When?"]
    answer = ["Press Service", "", "Vladimir Putin: In the autumn, as we", "agreed."]
    (tmp_path / "a.pdf").write_bytes(_pdf([*page, "", "Page 1"], [*answer, "", "Page 2"], [*answer, "", "Page 3"]))
    documents = sco.read_corpus(tmp_path)
    assert documents["text"].tolist() == [
        "Vladimir Putin: We met in the city to speak\nabout trade.\n\nQuestion: When?"
        + "\fVladimir Putin: In the autumn, as we\nagreed." * 2
    ]
    turns = sco.split_turns(documents)
    assert turns[["label", "text"]].values.tolist() == [
        ["Vladimir Putin", "We met in the city to speak\nabout trade."],
        ["Question", "When?"],
        *[["Vladimir Putin", "In the autumn, as we\nagreed."]] * 2,
    ]


def test_a_word_broken_by_the_setting_of_a_pdf_is_whole_again():
    """The hyphen of the setting goes; one that the word has elsewhere in the text stays."""
    assert pdfs._join_words("extra\ufffe\nordinary talks") == "extraordinary\ntalks"
    assert pdfs._join_words("a follow-up: the follow\ufffe\nup, then") == "a follow-up: the follow-up,\nthen"


def test_a_pdf_of_pictures_says_so(tmp_path):
    """A PDF without a text layer is left out, and the reason says what to do."""
    (tmp_path / "a.pdf").write_bytes(_pdf([], []))
    assert sco.check_corpus(tmp_path)["reason"].tolist() == [pdfs.IMAGES]


def test_a_word_document_gives_paragraphs_and_rows_of_tables(tmp_path):
    """Paragraphs and the rows of a table stand in their order; deleted text is left out; the author is told."""
    docx = pytest.importorskip("docx")
    made = docx.Document()
    made.add_heading("Joint Declaration of the Heads of State", 0)
    made.add_paragraph("The leaders of the states\tmet.")
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "China", "agrees"
    made.add_paragraph("They left.")
    made.core_properties.author, made.core_properties.title = "Secretariat", "final.docx"
    made.save(tmp_path / "a.docx")
    documents = sco.read_corpus(tmp_path)
    assert documents["text"].tolist() == [
        "Joint Declaration of the Heads of State\n\nThe leaders of the states\tmet.\n\nChina\tagrees\n\nThey left."
    ]
    assert _rows(documents, "title", "author", "genre", "format") == [
        ["Joint Declaration of the Heads of State", "Secretariat", "declaration", "docx"]
    ]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "csv.gz"])
def test_a_row_of_a_table_is_a_document(tmp_path, ending):
    """Columns are found by the names they usually have; others come along under their own."""
    frame = pd.DataFrame(
        {
            "ID": ["x1", None],
            "Headline": ["Talks", "Trade"],
            "Content": [TALK, "The ministers of trade, “all of them”,\nmet in the city."],
            "published": ["2024-07-03", "4 July 2024"],
            "Publisher": ["A Paper", None],
            "Section": ["world", "trade"],
        }
    )
    file = tmp_path / f"news.{ending}"
    if ending == "parquet":
        frame.to_parquet(file)
    elif ending == "jsonl":
        file.write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")))
    else:
        frame.to_csv(file, index=False, sep="\t" if ending == "tsv" else ",")
    documents = sco.read_corpus(tmp_path)
    assert _rows(documents, "doc_id", "path", "title", "source", "date", "Section") == [
        ["x1", f"{file.name}#1", "Talks", "A Paper", pd.Timestamp("2024-07-03"), "world"],
        ["news#2", f"{file.name}#2", "Trade", None, pd.Timestamp("2024-07-04"), "trade"],
    ]
    assert documents["text"].tolist() == frame["Content"].tolist()
    assert set(documents["format"]) == {{"tsv": "csv", "csv.gz": "csv"}.get(ending, ending)}


def test_faults_of_rows_are_told_by_row_and_column(tmp_path):
    """A row without text is left out with its number; a date that is none is told, and the row is read without it."""
    (tmp_path / "a.csv").write_text("text;date;genre\nThe first of them.;soon;poem\n;2024-01-01;\nThe third.;;news\n")
    (tmp_path / "b.jsonl").write_text('{"text": "The row of it."}\n{bad\n[1]\n{"speech_id": 1}\n')
    (tmp_path / "c.csv").write_text("name,value\na,1\n")
    with pytest.warns(sco.CorpusWarning) as warned:
        documents = sco.read_corpus(tmp_path)
    assert documents["doc_id"].tolist() == ["a#1", "a#3", "b#1"]
    assert [str(warning.message).split(" (")[0] for warning in warned] == [
        "a.csv#1: column `date`: 'soon' is not a date; column `genre`: 'poem' is none of transcript, news, "
        "declaration, mixed",
        "a.csv#2 was left out: the column with the text is empty",
        "b.jsonl#2 was left out: it is not JSON",
        "b.jsonl#3 was left out: it is not a JSON object with the columns as its keys",
        "b.jsonl#4 was left out: no column holds the text: call it `text`",
        "c.csv was left out: no column holds the text: call it `text`",
    ]


def test_columns_have_one_meaning_each():
    """The name that stands first in the list is taken; a second that means the same keeps its own."""
    assert rows.find_columns(["body", "Text", "url", "Date Published"]) == {
        "body": "body",
        "Text": "text",
        "url": "url",
        "Date Published": "date",
    }
    with pytest.raises(rows.RowError, match=r"no column holds the text: call it `text` \(or content, .*there is a, b"):
        rows.find_columns(["a", "b"])


def test_a_zip_archive_is_read_as_the_folder_that_it_was(tmp_path):
    """An archive that is the whole corpus gives the same documents as the folder, its corpus.csv included."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(TALK)
    (folder / "b.txt").write_text("The second of them.")
    (folder / "corpus.csv").write_text("file,doc_id,source\nb.txt,beta,A Paper\n")
    with zipfile.ZipFile(tmp_path / "texts.zip", "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"texts/{file.name}")
    whole = sco.read_corpus(folder)
    packed = sco.read_corpus(tmp_path / "texts.zip")
    assert packed["path"].tolist() == ["texts/a.txt", "texts/b.txt"]
    pd.testing.assert_frame_equal(packed.drop(columns="path"), whole.drop(columns="path"))
    shutil.rmtree(folder)
    (tmp_path / "c.txt").write_text("The third of them.")
    assert sco.read_corpus(tmp_path)[["doc_id", "path"]].values.tolist() == [
        ["c", "c.txt"],
        ["texts/a", "texts.zip/texts/a.txt"],
        ["texts/beta", "texts.zip/texts/b.txt"],
    ]


def test_a_tar_archive_and_a_gz_file_are_unpacked(tmp_path):
    """The files in a tar.gz are documents, links in it are not; a gz file is the document in it."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name in ("day/one.txt", "two.txt"):
            info = tarfile.TarInfo(name)
            info.size = len(TALK)
            archive.addfile(info, io.BytesIO(TALK.encode()))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    (tmp_path / "x.tar.gz").write_bytes(made.getvalue())
    (tmp_path / "y.txt.gz").write_bytes(gzip.compress(TALK.encode()))
    assert sco.check_corpus(tmp_path)[["path", "reason"]].values.tolist() == [
        ["x.tar.gz/day/one.txt", ""],
        ["x.tar.gz/two.txt", ""],
        ["x.tar.gz/link.txt", "it is a link or a device, not a file"],
        ["y.txt.gz", ""],
    ]
    with pytest.warns(sco.CorpusWarning, match="link or a device"):
        documents = sco.read_corpus(tmp_path)
    assert documents["doc_id"].tolist() == ["x/day/one.txt", "x/two.txt", "y"]
    assert documents["text"].tolist() == [TALK] * 3


def test_corpus_csv_describes_archives_rows_and_members(tmp_path):
    """A line for a file with many documents holds for each of them; a line for one of them is stronger."""
    (tmp_path / "a.csv").write_text("text,source\nThe first of them.,Column\nThe second.,Column\n")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("one.txt", "The one of them.")
    (tmp_path / "corpus.csv").write_text(
        "file,source,rights,doc_id\na.csv,Listed,free,\na.csv#2,,,two\nb.zip/one.txt,Zip,,uno\n"
    )
    documents = sco.read_corpus(tmp_path)
    assert _rows(documents, "doc_id", "source", "rights") == [
        ["a#1", "Listed", "free"],
        ["two", "Listed", "free"],
        ["uno", "Zip", None],
    ]


def test_blocks_reach_into_tables_and_archives(tmp_path):
    """A table with many rows is read in as many blocks as its text needs, and joined they are the corpus."""
    lines = [json.dumps({"text": f"The row number {n} of them all."}) for n in range(50)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "z.txt").write_text("The last.")
    blocks = list(sco.iter_corpus(tmp_path, block=300))
    assert [len(block) for block in blocks] == [11, 10, 10, 10, 10]
    pd.testing.assert_frame_equal(pd.concat(blocks, ignore_index=True), sco.read_corpus(tmp_path))


def test_plain_text_needs_none_of_the_readers(tmp_path):
    """Reading plain English text imports no library for pages, PDFs, Word documents, parquet or languages."""
    (tmp_path / "a.txt").write_text(TALK)
    code = (
        f"import sys, sco_analysis as sco; sco.read_corpus({str(tmp_path)!r}); "
        "heavy = {'trafilatura', 'lxml', 'pypdfium2', 'docx', 'py3langid', 'pycountry', 'fsspec'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_address_is_read_as_the_folder_it_names():
    """An address that fsspec knows gives the documents and the corpus.csv there; one that leads nowhere is refused."""
    fsspec = pytest.importorskip("fsspec", reason="addresses need the extra `distributed`")
    system = fsspec.filesystem("memory")
    system.pipe({"/texts/a.txt": TALK.encode(), "/texts/x/b.jsonl": b'{"text": "The row of it."}'})
    system.pipe({"/texts/corpus.csv": b"file,source\na.txt,A Paper\n", "/texts/README.md": b"Not a text."})
    documents = sco.read_corpus("memory://texts")
    assert _rows(documents, "doc_id", "path", "source") == [["a", "a.txt", "A Paper"], ["b#1", "x/b.jsonl#1", None]]
    assert sco.read_corpus("memory://texts/a.txt")["source"].tolist() == ["A Paper"]
    assert [source.name for source in sco.list_inputs("memory://texts")] == ["a.txt", "x/b.jsonl"]
    with pytest.raises(sco.CorpusError, match="there is no folder or file 'memory://nowhere', or it is empty"):
        sco.read_corpus("memory://nowhere")
