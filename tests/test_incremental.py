"""What is unchanged is not executed again; whatever has changed is. The kernel is a stub here: it only counts."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sco_analysis as sco
from sco_analysis import CorpusWarning, ParameterError, RenderError, run
from sco_analysis.rendering.execute import Workers
from sco_analysis.store import fingerprints

PARAMETERS = 'corpus: str = "../corpus"\nby: str = "speaker"\nspeaker: str = ""\ndictionary: str = "own.yml"'
TALK = "Vladimir Putin: We value our friends. Trade grows.\n\nXi Jinping: Thank you.\n\n" * 3


@pytest.fixture
def executed(monkeypatch):
    """Replace the kernels: each job writes its notebook as executed, and a figure; return the names, as they run."""
    names = []

    def execute(self, notebook, private, *, parameters, about, on_cell, environment, cell_timeout):
        content = json.loads(notebook.read_text(encoding="utf-8"))
        stem = f"{content['metadata'].get('stem', notebook.stem)}{environment['SCO_FIGURE_SUFFIX']}"
        names.append(f"{notebook.stem}{environment['SCO_FIGURE_SUFFIX']}")
        (private / "figures").mkdir(parents=True)
        (private / "figures" / f"{stem}.json").write_text(json.dumps({"alt": "Bars."}))
        (private / "figures" / f"{stem}.csv").write_text(f"n\n{len(parameters)}\n")
        content["metadata"]["sco_analysis"] = dict(about)
        content["metadata"]["given"] = dict(parameters)
        (private / "executed.ipynb").write_text(json.dumps(content))

    monkeypatch.setattr(Workers, "execute", execute)
    return names


@pytest.fixture
def project(write_notebook, tmp_path, monkeypatch):
    """A small checkout: a package, two notebooks, a corpus, a lock."""
    for folder in ("package/data", "notebooks", "corpus"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "package/code.py").write_text("x = 1")
    (tmp_path / "package/data/topics.yml").write_text("trade: [trade]")
    (tmp_path / "requirements.lock").write_text("numpy==1")
    (tmp_path / "corpus/talk.txt").write_text(TALK)
    (tmp_path / "notebooks/own.yml").write_text("war: [war]")
    write_notebook("one", ["# One\n\nA question.", "by"], PARAMETERS, folder=tmp_path / "notebooks")
    write_notebook("two", ["# Two\n\nAnother.", "1"], folder=tmp_path / "notebooks")
    monkeypatch.setattr(fingerprints, "PACKAGE", tmp_path / "package")
    yield tmp_path
    fingerprints.hash_environment.cache_clear()


def render(project, *names, **options):
    """Render the notebooks of the small checkout; return the status of each page."""
    fingerprints.hash_environment.cache_clear()
    paths = [project / "notebooks" / f"{name}.ipynb" for name in names or ("one", "two")]
    done = run.render_pages(paths, out=project / "out", jobs=1, progress=False, **options)
    return {row.name: row.status for row in done}


def test_what_is_unchanged_is_not_executed_again(project, executed):
    """A second render executes nothing; `force` executes all; the log says what was made, why, and how long it took."""
    assert render(project, "one") == {"one": "rendered"}
    assert render(project, "one") == {"one": "unchanged"}
    assert executed == ["one"]
    assert render(project, "one", force=True) == {"one": "rendered"}
    log = json.loads((project / "out/build/render.json").read_text())
    assert [(row["page"], row["status"], row["why"]) for row in log] == [("one", "rendered", ["forced"])]
    assert log[0]["seconds"] >= 0


@pytest.mark.parametrize(
    ("file", "what"),
    [
        ("notebooks/one.ipynb", "notebook"),
        ("notebooks/own.yml", "files"),
        ("corpus/talk.txt", "corpus"),
        ("corpus/corpus.csv", "corpus"),
        ("package/code.py", "code"),
        ("package/data/topics.yml", "dictionaries"),
        ("requirements.lock", "environment"),
    ],
)
def test_whatever_has_changed_is_executed_again(project, executed, file, what):
    """A byte more in the notebook, a dictionary, the corpus, the code, the lock: the page is made anew and says so."""
    render(project, "one")
    if file.endswith(".csv"):
        (project / file).write_text("file,title\ntalk.txt,A talk\n")
    else:
        with (project / file).open("a") as stream:
            stream.write("\n")
    assert render(project, "one") == {"one": "rendered"}
    assert json.loads((project / "out/build/render.json").read_text())[0]["why"] == [what]
    assert render(project, "one") == {"one": "unchanged"}


def test_another_parameter_or_package_is_executed_again(project, executed, monkeypatch):
    """Another value, and another installed version, make the page anew; a notebook without the parameter stays."""
    render(project)
    assert render(project, parameters={"by": "state"}) == {"one": "rendered", "two": "unchanged"}
    assert render(project, parameters={"by": "state"}) == {"one": "unchanged", "two": "unchanged"}
    (project / "site/numpy-2.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(project / "site")
    assert render(project, parameters={"by": "state"}) == {"one": "rendered", "two": "rendered"}


@pytest.mark.parametrize("product", ["build/one.ipynb", "site/one.html", "figures/one.csv"])
def test_a_product_removed_or_altered_by_hand_is_made_again(project, executed, product):
    """A page, an executed notebook, a figure: gone or changed, it is as it was after the next render."""
    render(project, "one")
    path = project / "out" / product
    content = path.read_bytes()
    for spoil in (path.unlink, lambda: path.write_bytes(b"x")):
        spoil()
        assert render(project, "one") == {"one": "rendered"}
        assert path.read_bytes() == content


def test_an_index_removed_or_altered_is_written_again_without_a_kernel(project, executed):
    """Index and gallery follow from the pages; to write them executes nothing."""
    render(project, "one")
    index = project / "out/site/index.html"
    content = index.read_bytes()
    for spoil in (index.unlink, lambda: index.write_bytes(b"x")):
        spoil()
        assert render(project, "one") == {"one": "unchanged"}
        assert index.read_bytes() == content
    assert executed == ["one"]


def test_code_edited_while_it_ran_is_not_trusted(project, executed, monkeypatch):
    """When the package changes during a render, nobody knows which page saw which code: all is made anew next time."""
    publish = run.Run.publish

    def edit(self, *arguments):
        (project / "package/code.py").write_text("x = 2")
        return publish(self, *arguments)

    monkeypatch.setattr(run.Run, "publish", edit)
    render(project, "one")
    assert render(project, "one") == {"one": "rendered"}
    assert render(project, "one") == {"one": "unchanged"}


def test_two_pages_must_not_save_different_figures_under_one_name(project, executed):
    """Which of them would be there in the end would be left to chance; it is refused with both names."""
    for path in (project / "notebooks").glob("*.ipynb"):
        content = json.loads(path.read_text())
        content["metadata"]["stem"] = "share"
        path.write_text(json.dumps(content))
    with pytest.raises(RenderError, match=r"two saves a figure file share\.csv, and so does one, another one; rename"):
        render(project, parameters={"by": "state"})


def test_a_page_for_each_value(project, executed):
    """`each` makes a page and figures for each value, the most frequent first, only of notebooks with the parameter."""
    assert render(project, each="speaker") == {"one--vladimir-putin": "rendered", "one--xi-jinping": "rendered"}
    assert executed == ["one--vladimir-putin", "one--xi-jinping"]
    made = json.loads((project / "out/build/one--xi-jinping.ipynb").read_text())
    assert made["metadata"]["given"] == {"speaker": "Xi Jinping", "by": "document"}  # one speaker has no share
    assert "<h1>One: Xi Jinping</h1>" in (project / "out/site/one--xi-jinping.html").read_text()
    assert (project / "out/figures/one--xi-jinping.csv").exists()
    index = (project / "out/site/index.html").read_text()
    assert index.index('href="one--vladimir-putin.html"') < index.index('href="one--xi-jinping.html"')
    assert set(render(project, each="speaker").values()) == {"unchanged"}


def test_a_long_row_of_pages_is_limited_and_says_so(project, executed):
    """Only as many as asked for are made, and a warning says how many there would be."""
    with pytest.warns(CorpusWarning, match=r"one: the 1 most frequent of 2; --most 2 for all"):
        assert render(project, each="speaker", most=1) == {"one--vladimir-putin": "rendered"}


def test_pages_of_values_that_are_gone_are_removed(project, executed):
    """A page whose value the corpus has no more goes with its figures, and is told; other pages and own edits stay."""
    render(project, each="speaker")
    render(project)
    (project / "corpus/talk.txt").write_text(TALK.replace("Xi Jinping", "Emomali Rahmon"))
    (project / "out/figures/one--xi-jinping.csv").write_text("edited by hand")
    with pytest.warns(CorpusWarning, match="removed, for the corpus has no such speaker: one--xi-jinping"):
        render(project, each="speaker")
    assert {path.name for path in (project / "out/site").glob("*.html")} == {
        *("index.html", "one.html", "two.html", "one--vladimir-putin.html", "one--emomali-rahmon.html"),
    }
    assert [path.name for path in (project / "out").rglob("*xi-jinping*")] == ["one--xi-jinping.csv"]
    assert "Xi Jinping" not in (project / "out/site/index.html").read_text()


@pytest.mark.parametrize(
    ("each", "message"),
    [
        (
            "speakers",
            "no notebook has a parameter 'speakers'; did you mean 'speaker'? there can be a page for each",
        ),
        ("by", "'by' has no list of values; there can be a page for each speaker, state"),
    ],
)
def test_a_row_of_pages_that_cannot_be_is_refused(project, executed, each, message):
    """A parameter that no notebook has, or that has no list of values, is refused with those that would do."""
    with pytest.raises(ParameterError) as raised:
        render(project, each=each)
    assert message in str(raised.value)
    assert executed == []


@pytest.mark.slow
def test_nothing_to_do_loads_nothing_heavy(rendered, tmp_path):
    """To find that the three notebooks are unchanged imports neither pandas nor papermill nor matplotlib nor jinja2."""
    place = tmp_path / "rendered"
    shutil.copytree(rendered, place)
    code = (
        "import sys; from sco_analysis.run import render_pages\n"
        f"print([row.status for row in render_pages(out={str(place)!r})])\nprint(*sys.modules)"
    )
    root = Path(sco.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    told, _, loaded = done.stdout.partition("\n")
    assert told == "['unchanged', 'unchanged', 'unchanged']"
    assert {"pandas", "numpy", "papermill", "matplotlib", "nbformat", "jinja2", "mistune", "tqdm"} & set(
        loaded.split()
    ) == set()
