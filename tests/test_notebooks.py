"""The notebooks: thin, stored without outputs, with parameters that explain themselves."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sco_analysis.rendering.parameters import read_parameters

FOLDER = Path(__file__).parent.parent / "notebooks"
NAMES = ["topic_frequency", "speaker_share", "sentiment_toward_states"]
BRANCHING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.For,
    ast.While,
    ast.If,
    ast.Try,
    ast.Lambda,
    ast.IfExp,
)


@pytest.fixture(params=NAMES)
def notebook(request):
    """Return each notebook as plain JSON."""
    return json.loads((FOLDER / f"{request.param}.ipynb").read_text(encoding="utf-8"))


def code_of(notebook):
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_there_is_no_other_notebook():
    """What is rendered is what is tested."""
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


def test_stored_without_outputs(notebook):
    """No output, no execution count, no trace of a run is stored."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"] is not None] == []
    assert "papermill" not in json.dumps(notebook["metadata"])


def test_parameters_are_typed_and_commented(notebook):
    """Every parameter has an annotation and a comment; corpus and by are among them."""
    parameters = read_parameters(notebook)
    assert {"corpus", "by"} <= set(parameters)
    cell = next(c for c in notebook["cells"] if "parameters" in c["metadata"].get("tags", []))
    statements = ast.parse("".join(cell["source"])).body
    assert all(isinstance(statement, ast.AnnAssign) for statement in statements)
    assert [p.name for p in parameters.values() if not p.help] == []


def test_cells_only_call(notebook):
    """No cell defines, loops or branches: what needs that belongs into the package."""
    found = [
        type(n).__name__ for code in code_of(notebook) for n in ast.walk(ast.parse(code)) if isinstance(n, BRANCHING)
    ]
    assert found == []


def test_starts_with_its_question(notebook):
    """The first cell is prose with the title and a paragraph; cells have ids that do not change."""
    first = notebook["cells"][0]
    title, _, lead = "".join(first["source"]).partition("\n\n")
    assert first["cell_type"] == "markdown"
    assert title.startswith("# ")
    assert lead.strip()
    assert all(cell["id"] for cell in notebook["cells"])


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_papermill_prints_the_parameters(name):
    """``papermill --help-notebook`` shows every parameter with type and meaning."""
    path = FOLDER / f"{name}.ipynb"
    command = [sys.executable, "-m", "papermill", "--help-notebook", str(path)]
    printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for parameter in read_parameters(json.loads(path.read_text(encoding="utf-8"))).values():
        assert f"{parameter.name}: {parameter.type} (default " in printed
        assert parameter.help in printed
