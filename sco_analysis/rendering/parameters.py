"""The parameters of a notebook, read from its own cell; values are checked against it before anything runs."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from ..errors import ParameterError

#: How a truth value may be written on the command line.
TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter: its name, the type it was annotated with, its default and its comment."""

    name: str
    type: str
    default: Any
    help: str


def read_parameters(notebook: Mapping[str, Any]) -> dict[str, Parameter]:
    """Read the typed parameters of ``notebook`` (a notebook as read from JSON), by name.

    They are the assignments ``name: type = value  # meaning`` of the cell tagged ``parameters``. A parameter without
    an annotation has the type of its default. No such cell: no parameters.

    Raises `ParameterError` when the cell is not Python, or a default is not a plain value.
    """
    tagged = [cell for cell in notebook["cells"] if "parameters" in cell.get("metadata", {}).get("tags", [])]
    if not tagged:
        return {}
    source = "".join(tagged[0]["source"])
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"the parameters cell is not Python: line {error.lineno}: {error.msg}") from error
    comments = _comments(source)
    found = {}
    for statement in statements:
        target, annotation = _target(statement)
        if target is None:
            continue
        default = _literal(statement.value, target)
        kind = ast.unparse(annotation).strip("'\"") if annotation is not None else type(default).__name__
        found[target] = Parameter(target, kind, default, comments.get(statement.end_lineno, ""))
    return found


def assign(
    given: Mapping[str, Any], notebooks: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, dict[str, int | str | float | bool]]:
    """Give each notebook those of the ``given`` values that it has a parameter for, each of the parameter's type.

    ``notebooks`` holds the parameters of each notebook by its name. Comes out: the values by notebook.

    Raises `ParameterError` for a name that no notebook has (with the nearest one, and all there are), and for a value
    of the wrong type.
    """
    known = sorted({name for parameters in notebooks.values() for name in parameters})
    for name in given:
        if name not in known:
            raise ParameterError(_unknown(name, known, list(notebooks)))
    return {
        notebook: {
            name: convert(value, parameters[name], notebook) for name, value in given.items() if name in parameters
        }
        for notebook, parameters in notebooks.items()
    }


def convert(value: Any, parameter: Parameter, notebook: str = "") -> Any:
    """Turn ``value``, written as text or already typed, into the type of ``parameter``.

    Raises `ParameterError` naming the parameter, what was given, and what would do.
    """
    try:
        return _CONVERT.get(parameter.type, _from_literal)(value)
    except (ValueError, TypeError, SyntaxError) as error:
        where = f" of the notebook {notebook}" if notebook else ""
        meaning = f" ({parameter.help})" if parameter.help else ""
        raise ParameterError(
            f"the parameter {parameter.name}{where} is {_ARTICLE.get(parameter.type, parameter.type)}{meaning}; "
            f"{value!r} is not. Write for example {parameter.name}={_example(parameter)}"
        ) from error


def _unknown(name: str, known: Sequence[str], notebooks: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f"did you mean {near[0]!r}? " if near else ""
    who = f"the notebook {notebooks[0]} has" if len(notebooks) == 1 else f"none of {', '.join(notebooks)} has"
    return f"{who} {'no' if len(notebooks) == 1 else 'a'} parameter {name!r}; {guess}there are: {', '.join(known)}"


def _target(statement: ast.stmt) -> tuple[str | None, ast.expr | None]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value) if value is not None:
            return name, annotation
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name, None
    return None, None


def _literal(value: ast.expr, name: str) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError as error:
        raise ParameterError(
            f"the default of the parameter {name} is {ast.unparse(value)!r}; write a plain value (text, number, "
            "True or False, a list of such)"
        ) from error


def _comments(source: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("# ").strip() for t in tokens if t.type == tokenize.COMMENT}


def _to_int(value: Any) -> int:
    if isinstance(value, bool | float):
        raise TypeError
    return int(value)


def _to_float(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError
    return float(value)


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in TRUTH:
        raise ValueError
    return TRUTH[value.lower()]


def _to_str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _from_literal(value: Any) -> Any:
    return ast.literal_eval(value) if isinstance(value, str) else value


def _example(parameter: Parameter) -> str:
    return str(parameter.default) if parameter.default != "" else "Russia"


_CONVERT = {"int": _to_int, "float": _to_float, "bool": _to_bool, "str": _to_str}
_ARTICLE = {"int": "a whole number", "float": "a number", "bool": "true or false", "str": "a text"}
