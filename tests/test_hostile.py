"""Hostile content: what would be code, a formula or a path is shown, written and filed as the text that it is."""

import csv
import hashlib
import io

import nbformat
import pandas as pd
import pytest
from browsing import open_browser
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis import FigureError, ParameterError
from sco_analysis.cli import main
from sco_analysis.records import _check_stem, as_csv, unescape_formulas
from sco_analysis.rendering.grid import slugs
from sco_analysis.rendering.page_tables import MIME
from sco_analysis.rendering.pages import read_page, write_index, write_page
from sco_analysis.rendering.plan import find_notebooks

SCRIPT = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">"
LEAVE = '<meta http-equiv="refresh" content="0;url=https://example.org/"><base href="https://example.org/">'
LINK = "[a](javascript:document.title='taken') ![b](https://example.org/x.png) <a href=\"javascript:alert(1)\">c</a>"
CLOSE = "</title></style></td></table></main>--><svg onload=\"document.title='taken'\">"
HOSTILE = (SCRIPT, LEAVE, LINK, CLOSE, "{{ 7 * 7 }}{% raw %}", "\x1b]0;taken\x07\x1b[31m", "\u202egnp.exe")

PATHS = [
    "../../x",
    "/etc/passwd",
    "..\\..\\x",
    "C:\\x",
    "a\x00b",
    "x" * 300,
    "CON",
    "nul",
    ".",
    "..",
    "",
    "~",
    "\ud800",
]


@pytest.fixture(scope="module")
def pages():
    """A page whose every part holds what is hostile, as the notebooks show it, and the index with it."""
    told = " ".join(HOSTILE)
    table = pd.DataFrame({told: HOSTILE, "n": range(len(HOSTILE))})
    sentences = [{"text": text, "marks": [[1, 3]], "where": f"{text}, {text}"} for text in HOSTILE]
    rows = [{"row": n, "name": text, "n": len(sentences), "sentences": sentences} for n, text in enumerate(HOSTILE)]
    outputs = [
        nbformat.v4.new_output("stream", text=told),
        nbformat.v4.new_output("display_data", data={"text/html": table._repr_html_()}),
        nbformat.v4.new_output(
            "display_data", data={"text/html": table._repr_html_(), MIME: {"column": 0, "rows": rows}}
        ),
        nbformat.v4.new_output("display_data", data={"text/markdown": f"Most is said by {told}."}),
        nbformat.v4.new_output(
            "display_data", data={"image/png": "aaaa"}, metadata={"alt": told, "caption": told, "stem": "x"}
        ),
    ]
    parameters = nbformat.v4.new_code_cell(f"speaker: str = {told!r}  # {told}", metadata={"tags": ["parameters"]})
    parameters.source = parameters.source.replace("\n", " ")
    cell = nbformat.v4.new_code_cell(f"{told!r}", outputs=outputs, metadata={"tags": ["result"]})
    page = read_page(nbformat.v4.new_notebook(cells=[parameters, cell]))
    page.title = told
    about = {"corpus": {"name": told, "documents": 1, "words": 1, "first": told, "last": told, "sha256": "a" * 64}}
    about |= {"version": told, "each": {"speaker": told}}
    return {"page": write_page(page, "page", about), "index": write_index([("page", page, about)], "0")}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["page", "index"])
def test_nothing_on_a_page_executes_or_leads_away(pages, tmp_path, name):
    """In a real browser no script runs, nothing is asked for, the page stays, and no such element is in it at all."""
    (tmp_path / f"{name}.html").write_text(pages[name], encoding="utf-8", errors="replace")
    address = (tmp_path / f"{name}.html").as_uri()
    with open_browser() as browser:
        view = browser.new_page()
        asked, refused, said = [], [], []
        view.on("requestfinished", lambda request: asked.append(request.url))
        view.on("requestfailed", lambda request: refused.append(request.failure))
        view.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        view.goto(address)
        view.wait_for_timeout(300)
        assert (view.url, [url for url in asked if not url.startswith("data:")], said) == (address, [address], [])
        assert set(refused) <= {"csp"}  # by the page's own Content-Security-Policy: nothing was sent
        assert view.title() != "taken"
        bad = "script, iframe, object, form, base, meta[http-equiv=refresh], [onerror], [onload], [href^=javascript]"
        assert view.evaluate("bad => document.querySelectorAll(bad).length", bad) == 0
        assert SCRIPT in view.inner_text("body")
        assert "{{ 7 * 7 }}" in view.inner_text("body")


def test_what_authors_write_is_obeyed_and_what_data_hold_is_not():
    """HTML in a Markdown cell is the author's; in what a cell shows as Markdown it may come from a document."""
    source = "<kbd>x</kbd>"
    output = nbformat.v4.new_output("display_data", data={"text/markdown": source})
    cells = [nbformat.v4.new_markdown_cell(source), nbformat.v4.new_code_cell("1", outputs=[output])]
    parts = [part["html"] for part in read_page(nbformat.v4.new_notebook(cells=cells)).parts]
    assert [str(parts[0]).strip(), str(parts[2]).strip()] == [f"<p>{source}</p>", "<p>&lt;kbd&gt;x&lt;/kbd&gt;</p>"]


@given(
    st.lists(st.text(st.sampled_from("=+-@\t\r\n'＝a1 \"\u202e,;")), min_size=1),
    st.text(st.sampled_from("=+-@'a"), min_size=1),
)
def test_no_text_in_a_csv_is_a_formula_and_all_reads_back(texts, name):
    """No text or name of a column begins as a formula does; numbers stay; `unescape_formulas` gives all back."""
    table = pd.DataFrame({name: pd.Series(texts, dtype="str"), "n": -1.5})
    written = as_csv(table)
    head, *rows = csv.reader(io.StringIO(written, newline=""))
    assert not head[0].startswith(tuple("=+-@\t\r\n＝"))
    assert not any(row[0].startswith(tuple("=+-@\t\r\n＝")) for row in rows if row)
    assert {row[1] for row in rows} == {"-1.5"}
    back = unescape_formulas(pd.DataFrame([row[0] for row in rows], columns=head[:1], dtype="str"))
    assert back[name].tolist() == texts


@given(st.lists(st.one_of(st.sampled_from([*PATHS, "Xi", "XI", "xi", "Xí", "习"]), st.text()), unique=True))
def test_every_value_has_its_own_plain_name_of_a_file(values):
    """Whatever the values of a row of pages, each gets its own short name of letters, digits and hyphens."""
    names = slugs(values)
    assert len({name.casefold() for name in names}) == len(values)
    for name in names:
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert 0 < len(name) <= 120


def test_a_value_written_like_another_one_with_its_digits_has_its_own_name():
    """Even a name made to collide with the mark of another is kept apart."""
    mark = hashlib.sha256(b"XI").hexdigest()[:6]
    assert len(set(slugs(["XI", "Xi", f"xi {mark}"]))) == 3


def test_notebooks_whose_names_differ_by_case_only_are_refused(write_notebook, tmp_path):
    """On some disks their pages would be one file, so one of them has to be renamed."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    paths = [write_notebook("One", ["1"], folder=tmp_path / "a"), write_notebook("one", ["1"], folder=tmp_path / "b")]
    with pytest.raises(ParameterError, match=r"two notebooks are named one: .*One\.ipynb and .*one\.ipynb; rename one"):
        find_notebooks(paths)


@pytest.mark.parametrize("stem", ["con", "nul", "lpt1"])
def test_a_figure_cannot_have_the_name_of_a_device(stem):
    """A name that no file may have on Windows is refused, with one that would do."""
    with pytest.raises(FigureError) as raised:
        _check_stem(stem)
    assert str(raised.value) == f"stem {stem!r} names a device on Windows; write another, such as '{stem}-figure'"


def test_a_terminal_is_not_told_what_to_do(tmp_path, capsys):
    """Control signs and marks of direction in a name or a text are shown as such by `check` and `kwic`."""
    (tmp_path / "corpus.csv").write_text("file,doc_id\ntalk.txt,\u202etaken\n", encoding="utf-8")
    talk = "Vladimir Putin: Trade \x1b[31mgrows\u202e.\n\nXi Jinping: Thank you.\n\n" * 3
    (tmp_path / "talk.txt").write_text(talk, encoding="utf-8")
    assert main(["check", str(tmp_path)]) == 0
    assert not set(capsys.readouterr().out) & set("\x1b\u202e")
    assert main(["kwic", "trade", str(tmp_path)]) == 0
    assert "[Trade] �[31mgrows�." in capsys.readouterr().out
