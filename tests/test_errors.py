"""Errors: in a notebook they read like help."""

import re

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import sco_analysis as sco
from sco_analysis import errors

CLASSES = [thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, Exception)]


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_every_error_is_public(error):
    """Each error can be caught by its name in the package, and all but the warning by the one name of their parent."""
    assert getattr(sco, error.__name__, error) is error
    assert issubclass(error, sco.ScoError | UserWarning)


def test_in_a_cell_an_error_is_its_line_and_its_message():
    """IPython shows the line of the cell and the message, not the frames of the package."""
    shell = InteractiveShell.instance()
    result = shell.run_cell("import sco_analysis as sco\nsco.read_dictionary('topisc')", silent=True)
    shown = result.error_in_exec._render_traceback_()
    assert shown[0] == "DictionaryError in line 2: sco.read_dictionary('topisc')"
    assert "topics" in shown[1]
    assert len(shown) == 2


@pytest.mark.slow
def test_in_a_kernel_an_error_is_its_line_and_its_message():
    """What a notebook keeps of an error is two lines: where, and what to write instead."""
    cell = nbformat.v4.new_code_cell("import sco_analysis as sco\n\nsco.read_corpus('/nowhere/at-all')")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    with pytest.raises(CellExecutionError):
        NotebookClient(notebook, kernel_name="python3").execute()
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in cell["outputs"][0]["traceback"]]
    assert lines[0] == "CorpusError in line 3: sco.read_corpus('/nowhere/at-all')"
    assert lines[1].startswith("there is no folder or file '/nowhere/at-all'")
    assert len(lines) == 2
