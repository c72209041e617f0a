"""What several tests share: the seeds parsed once, and rendered once; a small corpus made of them."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from hypothesis import settings

import sco_analysis as sco

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
SHARED = ROOT.parent / "shared"

#: What documents of the small corpus have in common.
COMMON = "The leaders of the member states signed a declaration on trade and transport in Astana on Thursday."


def find_way_to_cut_off() -> list[str]:
    """Return the words before a command that take the network from it; none where the machine does not allow it."""
    for words in (["unshare", "-n"], ["unshare", "-rn"]):
        if shutil.which(words[0]) and not subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
            return words
    return []


CUT_OFF = find_way_to_cut_off()

#: Runs at the start of every Python process: writes down, and refuses, what would leave the machine.
GUARD = """
import os, sys
def guard(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments[1] if event.startswith(("socket.c", "socket.s")) else arguments[0]
        host = address[0] if isinstance(address, tuple) else address if event.startswith("socket.get") else "a file"
        if str(host) not in ("a file", "127.0.0.1", "::1", "localhost", "", "None", "0.0.0.0"):
            with open(os.environ["SCO_ASKED"], "a") as stream:
                print(event, host, sys.argv, file=stream)
            raise OSError(f"the network was asked: {event} {host}")
sys.addaudithook(guard)
"""


def watched(asked: Path) -> dict[str, str]:
    """Return an environment in which each Python process writes into the file ``asked`` what it asks of the network."""
    folder = asked.with_name("guard")
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    asked.touch()
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "SCO_ASKED": str(asked)}


@pytest.fixture(scope="session")
def seeds():
    """The five documents of ``seeds/`` as a table."""
    return sco.read_corpus(SEEDS)


@pytest.fixture(scope="session")
def parsed(seeds):
    """The five documents of ``seeds/``, parsed; do not change its tables."""
    return sco.parse(seeds)


def small_corpus(seeds):
    """Make eight short documents of the seeds: their beginnings, with other words, and sentences in common."""
    texts = [text[:1500] for text in seeds["text"]]
    made = []
    for number in range(8):
        text = re.sub(r"\bcooperation\b", ["trade", "security", "friendship"][number % 3], texts[number % len(texts)])
        if number % 2:
            text += "\n\n" + COMMON.replace("Thursday", "Friday" if number == 5 else "Thursday") + " Talks went on.\n"
        made.append({"doc_id": f"d{number:02d}", "text": text})
    return made


@pytest.fixture(scope="session")
def small_folder(seeds, tmp_path_factory):
    """The small corpus as a folder of texts; do not change it."""
    place = tmp_path_factory.mktemp("corpus")
    for document in small_corpus(seeds):
        (place / f"{document['doc_id']}.txt").write_text(document["text"], encoding="utf-8", newline="")
    return place


@pytest.fixture(scope="session")
def rendered(tmp_path_factory, worker_id) -> Path:
    """The folder with build/, site/ and figures/ of the three notebooks on the seeds, made once for all processes.

    They are rendered without a network, where the machine lets us cut it off; what is asked of it is in ``../asked``.
    """
    base = tmp_path_factory.getbasetemp()
    place = (base if worker_id == "master" else base.parent) / "rendered"
    try:
        place.mkdir()
    except FileExistsError:  # another test process is at it
        while not (place / "outcome").exists():
            time.sleep(0.1)
    else:
        command = [*CUT_OFF, sys.executable, "-m", "sco_analysis", "render", "--out", str(place), "--jobs", "2"]
        env = watched(place.with_name("asked"))
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        outcome = done.stderr if done.returncode else ""
        (place / "outcome.part").write_text(outcome, encoding="utf-8")
        (place / "outcome.part").rename(place / "outcome")
    outcome = (place / "outcome").read_text(encoding="utf-8")
    assert not outcome, outcome
    return place


@pytest.fixture(scope="session")
def generate():
    """Load the script that writes the generated files."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of human readings beside the checkout; tests that need it are skipped where it is not."""
    if not SHARED.is_dir():
        pytest.skip("there is no folder of human readings beside this checkout")
    return SHARED


@pytest.fixture
def write_notebook(tmp_path) -> Callable[..., Path]:
    """Write a small notebook: ``write_notebook(name, cells, parameters="…")``; a cell that starts with # is prose."""

    def write(name: str, cells: Sequence[str], parameters: str = "", folder: Path = tmp_path) -> Path:
        made = [
            nbformat.v4.new_markdown_cell(cell) if cell.startswith("# ") else nbformat.v4.new_code_cell(cell)
            for cell in cells
        ]
        if parameters:
            made.insert(0, nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        for number, cell in enumerate(made):
            cell["id"] = f"cell-{number}"
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = folder / f"{name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel}), path)
        return path

    return write
