"""What can go wrong, one class a cause. Every message says where, what, and what to write instead."""

from __future__ import annotations

import traceback
from pathlib import Path


class ScoError(Exception):
    """Raised when sco-analysis cannot do what it was asked; the parent of all its errors."""

    def _render_traceback_(self) -> list[str]:
        """Write what a notebook shows instead of the frames: the line of the cell, and the message.

        IPython asks for this by its name. Where in this package it was noticed helps nobody who mistyped an argument;
        ``%debug`` and ``%tb`` still lead there.
        """
        package = str(Path(__file__).parent)
        asked = [call for call in traceback.extract_tb(self.__traceback__) if not call.filename.startswith(package)]
        where = f" in line {asked[-1].lineno}: {asked[-1].line}" if asked else ""
        return [f"{type(self).__name__}{where}", str(self)]


class CorpusError(ScoError):
    """Raised when a folder or file cannot be read as a corpus."""


class TableError(ScoError):
    """Raised when a table lacks a promised column, or a column holds something else than promised."""


class DictionaryError(ScoError):
    """Raised when a dictionary cannot be found or does not have the form of one."""


class ParameterError(ScoError):
    """Raised when an argument or a notebook parameter is unknown or of the wrong type."""


class FigureError(ScoError):
    """Raised when a figure cannot be saved or found: no caption, no alternative text, an unusable stem."""


class RenderError(ScoError):
    """Raised when a notebook failed while it was executed; names the notebook, the cell and the traceback."""


class CorpusWarning(UserWarning):
    """Warned when a file was left out or could not be made full sense of; the rest is analysed."""
