"""Tests of progress: shown where somebody looks, once the work has taken a second, gone afterwards."""

import io
import sys
import types

import pytest

from sco_analysis import progress as module
from sco_analysis.progress import progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Handle:
    def __init__(self, shown):
        self.shown = shown

    def update(self, thing):
        self.shown.append(thing.data)


@pytest.fixture
def at_once(monkeypatch):
    """No patience: whatever is shown is shown at once."""
    monkeypatch.setattr(module, "PATIENCE", 0)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)


@pytest.fixture
def notebook(monkeypatch):
    """A notebook: what it shows, in order."""
    shown = []

    def display(thing, display_id):
        shown.append(thing.data)
        return Handle(shown)

    monkeypatch.setattr(module, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    return shown


def test_a_terminal_shows_a_bar_and_wipes_it_away(at_once, monkeypatch):
    """In a terminal the bar names the step; at the end the line is empty again."""
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress("Parsing", 2) as step:
        step("turns")
        step("polarity")
    written = sys.stderr.getvalue()
    assert "Parsing" in written
    assert "polarity" in written
    assert written.rpartition("\r")[2].strip() == ""


def test_a_file_gets_nothing(at_once, monkeypatch):
    """Where output goes to a file, nothing is written."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress("Parsing", 2) as step:
        step("turns")
    assert sys.stderr.getvalue() == ""


def test_a_notebook_shows_a_bar_and_empties_it(at_once, notebook):
    """In a notebook one output shows each step, and is emptied at the end."""
    with progress("Parsing", 2) as step:
        step("turns")
        step("polarity")
    assert notebook == [
        '<progress max="2" value="0" aria-label="Parsing: turns"></progress> Parsing: turns',
        '<progress max="2" value="1" aria-label="Parsing: polarity"></progress> Parsing: polarity',
        "",
    ]


def test_quick_work_shows_nothing(notebook, monkeypatch):
    """Work that takes less than a second is not announced."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(module, "PATIENCE", 60)
    with progress("Parsing", 2) as step:
        step("turns")
    assert notebook == []


def test_a_render_shows_nothing(at_once, notebook, monkeypatch):
    """With TQDM_DISABLE, as in a render, executed notebooks stay the same whatever the speed."""
    monkeypatch.setenv("TQDM_DISABLE", "1")
    with progress("Parsing", 2) as step:
        step("turns")
    assert notebook == []


def test_a_bar_is_emptied_when_the_work_fails(at_once, notebook):
    """An error passes through, and leaves no bar behind."""
    with pytest.raises(ZeroDivisionError), progress("Parsing", 2) as step:
        step("turns")
        raise ZeroDivisionError
    assert notebook[-1] == ""


def test_only_a_kernel_is_a_notebook(monkeypatch):
    """A shell without a kernel is no notebook, one with a kernel is."""
    for shell, found in (
        (None, False),
        (types.SimpleNamespace(kernel=None), False),
        (types.SimpleNamespace(kernel=1), True),
    ):
        monkeypatch.setitem(sys.modules, "IPython", types.SimpleNamespace(get_ipython=lambda shell=shell: shell))
        assert module._in_notebook() is found
