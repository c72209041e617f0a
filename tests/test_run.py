"""Rendering: refusals before a kernel starts, finished products only, the same bytes every time."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sco_analysis as sco
from sco_analysis import CorpusError, ParameterError, RenderError, run
from sco_analysis.citations import GALLERY
from sco_analysis.rendering import plan
from sco_analysis.rendering.execute import Workers
from sco_analysis.rendering.site import write_site
from sco_analysis.store import commits

TITLE = "# Who speaks?\n\nOf all words, how many has each?"
PARAMETERS = 'by: str = "speaker"  # column to compare'
FIGURE = """\
import json, os, pathlib
import matplotlib.pyplot as plt, pandas as pd
table = pd.DataFrame({"who": ["Xi", "Putin"], "n": [3, 40]})
axes = table.plot.barh("who", "n")
folder = pathlib.Path(os.environ["SCO_FIGURES"])
stem = folder / "share"
table.to_csv(stem.with_suffix(".csv"), index=False)
_ = stem.with_suffix(".json").write_text(json.dumps({"alt": "Bars: Xi 3, Putin 40.", "caption": "Words."}))
"""

ROOT = Path(sco.__file__).parent.parent
ONE_CORE = "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}) if hasattr(os, 'sched_setaffinity') else None; "

pytestmark = pytest.mark.slow


def files(folder):
    """Return every product in ``folder`` with its hash: the log of run times and the private cache are none."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != "render.json" and ".cache" not in path.parts
    }


def texts(path):
    """Return all text printed in the executed notebook at ``path``."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "".join("".join(o.get("text", "")) for cell in cells for o in cell.get("outputs", []))


@pytest.fixture
def no_kernel(monkeypatch):
    """Make any start of a kernel an error."""

    def refuse(*_, **__):
        raise AssertionError("a kernel was started")

    monkeypatch.setattr(Workers, "execute", refuse)


def test_products_have_their_places_and_parameters_go_where_they_belong(write_notebook, tmp_path):
    """Executed notebooks, pages, index and figures are written; a value goes only to the notebooks that have it."""
    one = write_notebook("one", [TITLE, FIGURE, "table", "print(by)"], PARAMETERS)
    two = write_notebook("two", ["# Two", "print('two', 'by' in globals())"])
    out = tmp_path / "out"
    done = sco.render([one, two], parameters={"by": "state"}, out=out, progress=False)
    assert list(done["notebook"]) == ["one", "two"]
    assert sorted(files(out)) == [
        "build/one.ipynb",
        "build/two.ipynb",
        "figures/share.csv",
        "figures/share.json",
        "site/index.html",
        "site/one.html",
        "site/two.html",
    ]
    assert texts(out / "build/one.ipynb") == "state\n"
    assert texts(out / "build/two.ipynb") == "two False\n"
    page = (out / "site/one.html").read_text(encoding="utf-8")
    assert 'alt="Bars: Xi 3, Putin 40."' in page
    assert "changed for it: by" in page


def test_a_failing_cell_is_named_and_the_others_finish(write_notebook, tmp_path):
    """Notebook, cell and traceback of every failure are told; nothing is left of a failed one, the others are whole."""
    bad = write_notebook("bad", [TITLE, FIGURE, "def f():\n    return 1 / 0", "f()", "print('never')"])
    leaves = write_notebook("leaves", ["import sys", "sys.exit(0)"])
    dies = write_notebook("dies", ["import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"])
    good = write_notebook("good", ["print('good')"])
    out = tmp_path / "out"
    with pytest.raises(RenderError) as raised:
        sco.render([bad, leaves, dies, good], out=out, progress=False)
    message = str(raised.value)
    assert "bad.ipynb, cell 4: ZeroDivisionError: division by zero" in message
    assert "in f()" in message
    assert "\x1b" not in message
    assert "leaves.ipynb, cell 2: SystemExit: 0" in message
    assert "dies.ipynb, cell 2: DeadKernelError: Kernel died" in message
    assert message.endswith("1 of 4 notebooks rendered")
    assert sorted(files(out)) == ["build/good.ipynb", "site/good.html", "site/index.html"]


def test_a_failure_leaves_the_last_good_products(write_notebook, tmp_path):
    """When a notebook fails that went well before, its earlier products stay as they were."""
    sco.render(write_notebook("one", ["print(1)"]), out=tmp_path / "out", progress=False)
    before = files(tmp_path / "out")
    with pytest.raises(RenderError, match="nothing rendered"):
        sco.render(write_notebook("one", ["print(1)", "1 / 0"]), out=tmp_path / "out", progress=False)
    assert files(tmp_path / "out") == before


def test_the_same_bytes_whatever_the_place_and_the_jobs(write_notebook, tmp_path, monkeypatch):
    """Two renders in two folders, with other jobs, time zone, hash seed and locale, give the same files."""
    noisy = "import sys\nprint('a'); print('b', file=sys.stderr)\nprint(hash('x'), object())\ntable.style"
    for name, zone, jobs in (("first", "UTC", 1), ("second {place}", "Asia/Tashkent", 3)):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("TZ", zone)
        monkeypatch.setenv("PYTHONHASHSEED", str(jobs))
        monkeypatch.setenv("LC_ALL", "C" if jobs == 1 else "C.UTF-8")
        made = [
            write_notebook(n, [TITLE, FIGURE, "table", noisy, "import time; time.strftime('%H %Z', time.localtime(0))"])
            for n in ("a", "b")
        ]
        sco.render(made, out=folder / "out", jobs=jobs, progress=False)
    assert len(files(tmp_path / "first/out")) == 7
    assert files(tmp_path / "first/out") == files(tmp_path / "second {place}/out")


def test_cards_stand_in_the_order_that_the_notebooks_give(tmp_path):
    """The index has the notebooks with an order first, then the others by name; one without a page is left out."""
    places = {name: tmp_path / name for name in ("build", "site", "figures")}
    for place in places.values():
        place.mkdir()
    for name, metadata in (("a", {}), ("b", {"order": 2}), ("c", {"order": 1}), ("d", {})):
        (places["build"] / f"{name}.ipynb").write_text(json.dumps({"cells": [], "metadata": metadata}))
        if name != "d":
            (places["site"] / f"{name}.html").touch()
    write_site(places)
    index = (places["site"] / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="(.)\.html">', index) == ["c", "b", "a"]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_no_half_files_and_no_kernel(write_notebook, tmp_path, by):
    """Ctrl-C or `kill` ends the command with 130, leaves nothing under a final name, and takes the kernel along."""
    pid = tmp_path / "pid"
    cell = f"import os, pathlib, time\npathlib.Path({str(pid)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    notebook = write_notebook("sleeper", [cell])
    command = [sys.executable, "-m", "sco_analysis", "render", str(notebook), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: pid.exists() and pid.read_text())
    process.send_signal(by)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert files(tmp_path / "out") == {}
    wait_for(lambda: not is_alive(int(pid.read_text())))


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or ") Z " not in Path(f"/proc/{pid}/stat").read_text()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"parameters": {"bye": "x"}}, ParameterError, "did you mean 'by'?"),
        ({"parameters": {"by": 3}}, ParameterError, "the parameter by of the notebook one is a text"),
        ({"corpus": "nowhere"}, CorpusError, "give a folder or file that is there: --corpus FOLDER"),
        ({"corpus": "a", "parameters": {"corpus": "b"}}, ParameterError, "corpus is given twice: 'b' and 'a'"),
        ({"jobs": 0}, ParameterError, "jobs is 0; give 1 or more"),
    ],
)
def test_what_is_asked_wrongly_is_refused_before_a_kernel_starts(
    write_notebook, tmp_path, no_kernel, options, error, message
):
    """Unknown names, wrong types and missing documents are refused with what to write instead; nothing is made."""
    notebook = write_notebook("one", ["by"], PARAMETERS + '\ncorpus: str = "."  # folder')
    with pytest.raises(error) as raised:
        sco.render(notebook, out=tmp_path / "out", **options)
    assert message in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_a_corpus_without_documents_is_refused_before_a_kernel_starts(write_notebook, tmp_path, no_kernel):
    """An empty folder is no corpus, and that is told at once."""
    (tmp_path / "empty").mkdir()
    notebook = write_notebook("one", ["corpus"], 'corpus: str = "."  # folder')
    with pytest.raises(CorpusError):
        sco.render(notebook, corpus=tmp_path / "empty", out=tmp_path / "out")


def test_a_place_that_cannot_be_written_is_refused_before_a_kernel_starts(write_notebook, tmp_path, no_kernel):
    """Where the products cannot go, nothing is executed."""
    (tmp_path / "file").touch()
    with pytest.raises(RenderError, match=r"cannot write to .*file/build: Not a directory; .* --out FOLDER"):
        sco.render(write_notebook("one", ["1"]), out=tmp_path / "file")


def test_notebooks_are_found_by_name_or_file(write_notebook, tmp_path, monkeypatch):
    """Inside a checkout a notebook's name is enough; a name that is not there is refused with those that are."""
    for folder in ("notebooks", "sco_analysis", "elsewhere"):
        (tmp_path / folder).mkdir()
    one = write_notebook("one", ["1"], folder=tmp_path / "notebooks")
    other = write_notebook("one", ["1"], folder=tmp_path / "elsewhere")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run.find_notebooks() == [one]
    assert run.find_notebooks("one") == [one]
    assert run.find_notebooks([other]) == [other]
    assert run.default_out() == tmp_path
    with pytest.raises(ParameterError, match="there is no notebook 'won'; there are: one; or give the path"):
        run.find_notebooks("won")
    with pytest.raises(ParameterError, match="two notebooks are named one"):
        run.find_notebooks([one, other])


def test_what_is_no_notebook_is_refused(tmp_path):
    """A file that is not a notebook of format 4 is refused by name."""
    path = tmp_path / "one.ipynb"
    path.write_text("hello")
    with pytest.raises(RenderError, match=r"one\.ipynb cannot be read as a notebook"):
        plan.read_notebook(path)
    path.write_text('{"nbformat": 3}')
    with pytest.raises(RenderError, match="a notebook of format 3; save it anew in JupyterLab"):
        plan.read_notebook(path)


def test_a_corpus_inside_the_checkout_is_named_relative_to_the_notebook(write_notebook, tmp_path, monkeypatch):
    """The path that a notebook gets does not depend on where the checkout lies; one from elsewhere is whole."""
    home = tmp_path / "home"
    for folder in ("notebooks", "sco_analysis", "seeds"):
        (home / folder).mkdir(parents=True)
    one = write_notebook("one", ["1"], 'corpus: str = "../seeds"', folder=home / "notebooks")
    monkeypatch.chdir(home)
    assert run.make_plan([one], "seeds", {})[0].parameters == {"corpus": "../seeds"}
    assert run.make_plan([one], tmp_path, {})[0].parameters == {"corpus": str(tmp_path)}
    assert run.make_plan([one], None, {})[0].corpus == str(home / "seeds")


def test_the_facts_of_a_corpus_do_not_depend_on_names(tmp_path):
    """The hash of a corpus is that of its documents' bytes; documents and words are counted."""
    for folder, name in (("a", "x.txt"), ("b", "y.txt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("Three short words.")
    first, second = run.corpus_facts(str(tmp_path / "a")), run.corpus_facts(str(tmp_path / "b"))
    assert (first["name"], first["documents"], first["words"]) == ("a", 1, 3)
    assert first["sha256"] == second["sha256"]


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_the_notebooks_of_this_project_give_the_same_bytes_anywhere(rendered, tmp_path, jobs):
    """All products are the same from a checkout elsewhere, for another user, zone, locale, hash seed, jobs and cores.

    There is an executed notebook and a page for each notebook, five files for each figure, the index and the gallery.
    The other checkout is an unpacked archive: it has no git.
    """
    home = tmp_path / "another place"
    for name in ("sco_analysis", "notebooks", "seeds"):
        shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(rendered / "figures", home / "figures")
    (home / "user").mkdir()
    other = {"HOME": str(home / "user"), "USER": "somebody", "TZ": "Asia/Tashkent", "LC_ALL": "C", "COLUMNS": "200"}
    other |= {"PYTHONHASHSEED": "77", "PYTHONPATH": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    cores = ONE_CORE if jobs == "1" else ""
    command = [sys.executable, "-c", f"import os, sys; from sco_analysis.cli import main; {cores}sys.exit(main())"]
    options = ["render", "--jobs", jobs, "--out", str(tmp_path / "out")]
    subprocess.run([*command, *options], cwd=home, env=os.environ | other, check=True, capture_output=True)
    first, second = files(rendered), files(tmp_path / "out")
    first.pop("outcome")
    figures = len(re.findall(r'"id": ', (rendered / "figures/manifest.json").read_text(encoding="utf-8")))
    assert figures >= 5
    assert len(first) == 2 * 3 + 5 * figures + len(["index.html", *GALLERY])
    assert first == second


def test_a_page_for_each_year_of_the_notebooks_of_this_project(tmp_path):
    """Each notebook has a page for each year, four made at once; titles, captions, files and index name the year."""
    sco.render(out=tmp_path, each="year", jobs=4, progress=False)
    names = [f"{path.stem}--year-{year}" for path in (ROOT / "notebooks").glob("*.ipynb") for year in (2022, 2024)]
    assert {path.stem for path in (tmp_path / "site").iterdir()} == {"index", *names}
    index = (tmp_path / "site/index.html").read_text(encoding="utf-8")
    assert "<h2>Who gets to speak, for each year</h2>" in index
    for name in names:
        year = name[-4:]
        assert f": year {year}</h1>" in (tmp_path / "site" / f"{name}.html").read_text(encoding="utf-8")
        assert f'href="{name}.html">year {year}</a>' in index
    figures = json.loads((tmp_path / "figures/manifest.json").read_text(encoding="utf-8"))["figures"]
    assert len(figures) >= 2 * 5
    assert [figure["id"] for figure in figures if f"(only {figure['id'][-4:]})" not in figure["caption"]] == []


def test_the_notebooks_of_this_project_render(rendered):
    """The three notebooks on the seeds give three pages with described figures, and an index."""
    pages = sorted((rendered / "site").glob("*.html"))
    assert [page.name for page in pages] == [
        "index.html",
        "sentiment_toward_states.html",
        "speaker_share.html",
        "topic_frequency.html",
    ]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "<img" in text
        assert "not described" not in text
        assert str(rendered) not in text
        assert "/tmp/" not in text


def test_the_committed_figures_are_those_of_the_seeds(rendered):
    """Rendering the seeds again gives the numbers that are committed in figures/, figure by figure."""
    committed, fresh = ROOT / "figures", rendered / "figures"
    names = sorted(path.name for path in committed.glob("*.csv"))
    assert names == sorted(path.name for path in fresh.glob("*.csv"))
    assert names, "figures/ holds no numbers: run `make render` and commit the folder"
    for name in names:
        assert (fresh / name).read_text(encoding="utf-8") == (committed / name).read_text(encoding="utf-8"), name


def test_the_committed_figures_say_at_which_commit_they_were_drawn():
    """Each figure in the committed manifest names a commit without changes, one that git knows where it can tell."""
    entries = json.loads((ROOT / "figures/manifest.json").read_text(encoding="utf-8"))["figures"]
    assert entries
    for entry in entries:
        assert re.fullmatch(r"[0-9a-f]{40}", entry["commit"] or ""), f"{entry['id']}: commit the code, render, commit"
        assert commits._is_known(ROOT, entry["commit"])
