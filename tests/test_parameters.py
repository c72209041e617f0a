"""The parameters of a notebook: read from its cell, checked before anything runs."""

import pytest

from sco_analysis import ParameterError
from sco_analysis.rendering.parameters import Parameter, assign, convert, read_parameters

CELL = """\
corpus: str = "../seeds"  # folder of source documents
least: int = 3  # rows with fewer are left out
share: float = 0.5
notes = True  # show the notes
"""


def notebook(source, tags=("parameters",)):
    return {"cells": [{"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}}]}


def test_reads_name_type_default_and_comment_of_each():
    """Name, type, default and comment of each parameter are read; without an annotation the default has the type."""
    assert list(read_parameters(notebook(CELL)).values()) == [
        Parameter("corpus", "str", "../seeds", "folder of source documents"),
        Parameter("least", "int", 3, "rows with fewer are left out"),
        Parameter("share", "float", 0.5, ""),
        Parameter("notes", "bool", True, "show the notes"),
    ]


def test_source_may_be_a_list_of_lines():
    """A notebook file holds its source as a list of lines, and that reads the same."""
    assert read_parameters(notebook(CELL.splitlines(keepends=True))) == read_parameters(notebook(CELL))


def test_a_notebook_without_the_cell_has_no_parameters():
    """Without a cell tagged parameters there are none."""
    assert read_parameters(notebook(CELL, tags=())) == {}


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x: int = ", "the parameters cell is not Python: line 1"),
        ("x = open('a')", "the default of the parameter x is \"open('a')\"; write a plain value"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused(source, message):
    """A cell that is no Python, or computes a default, is refused."""
    with pytest.raises(ParameterError) as raised:
        read_parameters(notebook(source))
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("int", "4", 4),
        ("int", 4, 4),
        ("float", "4", 4.0),
        ("float", 1, 1.0),
        ("bool", "no", False),
        ("bool", "True", True),
        ("str", "", ""),
        ("str", "4", "4"),
        ("list[str]", "['a', 'b']", ["a", "b"]),
    ],
)
def test_text_becomes_the_type_of_the_parameter(kind, given, value):
    """What is written on the command line becomes the type that the parameter has."""
    result = convert(given, Parameter("x", kind, "", ""))
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("int", "four"),
        ("int", "4.5"),
        ("int", True),
        ("int", 4.5),
        ("float", "x"),
        ("bool", "maybe"),
        ("bool", 1),
        ("str", 4),
        ("list[str]", "a b"),
    ],
)
def test_a_value_of_another_type_is_refused(kind, given):
    """A value that is not of the parameter's type is refused."""
    with pytest.raises(ParameterError):
        convert(given, Parameter("x", kind, "", ""))


def test_the_refusal_says_where_what_and_what_to_write():
    """The message names parameter, notebook, type, meaning, what was given and an example that would do."""
    with pytest.raises(ParameterError) as raised:
        convert("four", read_parameters(notebook(CELL))["least"], "speaker_share")
    assert str(raised.value) == (
        "the parameter least of the notebook speaker_share is a whole number (rows with fewer are left out); "
        "'four' is not. Write for example least=3"
    )


def test_each_notebook_gets_the_values_it_has_a_parameter_for():
    """A value goes to every notebook that has the parameter, and to no other."""
    both = read_parameters(notebook("by: str = 'speaker'"))
    one = {**both, **read_parameters(notebook("least: int = 3"))}
    assert assign({"by": "state", "least": "2"}, {"a": both, "b": one}) == {
        "a": {"by": "state"},
        "b": {"by": "state", "least": 2},
    }


def test_an_unknown_name_is_refused_with_the_nearest_and_all_there_are():
    """A name that no notebook has is refused; the message has the nearest name and every valid one."""
    one = read_parameters(notebook(CELL))
    with pytest.raises(ParameterError) as raised:
        assign({"lest": "2"}, {"speaker_share": one})
    assert str(raised.value) == (
        "the notebook speaker_share has no parameter 'lest'; did you mean 'least'? "
        "there are: corpus, least, notes, share"
    )
    with pytest.raises(ParameterError) as raised:
        assign({"zzz": "2"}, {"a": one, "b": {}})
    assert str(raised.value) == "none of a, b has a parameter 'zzz'; there are: corpus, least, notes, share"
