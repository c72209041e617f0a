"""The house: imports run one way, modules stay small, every public name is there and says what it does."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import sco_analysis as sco

PACKAGE = Path(sco.__file__).parent
TESTS = Path(__file__).parent

#: A module imports only from modules to its left (in this list: above it).
ORDER = [
    "errors",
    "progress",
    "undisturbed",
    "files",
    "fingerprints",
    "ledger",
    "memory",
    "tables",
    "tokens",
    "matching",
    "dictionary_files",
    "dictionaries",
    "contexts",
    "meanings",
    "offices",
    "addresses",
    "lines",
    "stops",
    "limits",
    "streams",
    "encodings",
    "listing",
    "inputs",
    "languages",
    "rows",
    "archives",
    "webpages",
    "pdfs",
    "apart",
    "word_files",
    "describing",
    "readers",
    "corpus",
    "shapes",
    "candidates",
    "labels",
    "pieces",
    "layout",
    "people",
    "roster",
    "turns",
    "cues",
    "paragraphs",
    "quotes",
    "function_words",
    "flags",
    "forms",
    "prose",
    "phrases",
    "subjects",
    "complements",
    "tags",
    "reporting",
    "cued",
    "findings",
    "capitals",
    "sequences",
    "namings",
    "abbreviations",
    "names",
    "descriptions",
    "introductions",
    "sources",
    "quotations",
    "passages",
    "repeats",
    "sentences",
    "theatres",
    "mentions",
    "lexicon",
    "clauses",
    "direction",
    "placing",
    "rules",
    "wordpieces",
    "encoder",
    "fusion",
    "polarity",
    "parse",
    "sums",
    "intervals",
    "groups",
    "words",
    "topics",
    "tallies",
    "concentration",
    "adjustment",
    "keyness",
    "collocations",
    "uncovered",
    "evidence",
    "page_tables",
    "tracing",
    "drawing",
    "trends",
    "word_figures",
    "figures",
    "records",
    "commits",
    "citations",
    "parameters",
    "pages",
    "execute",
    "plan",
    "site",
    "grid",
    "shares",
    "sketches",
    "parts",
    "pairs",
    "copies",
    "publishing",
    "worker",
    "pools",
    "analysing",
    "run",
    "verify",
    "cli",
    "__main__",
]
PATHS = {path.stem: path for path in sorted(PACKAGE.rglob("*.py")) if path.stem != "__init__"}
MODULES = sorted(PATHS)


class WithoutTypes(ast.NodeTransformer):
    """Leave out what only a type checker imports."""

    def visit_If(self, node):
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


def imports_of(module):
    """Return the modules of this package that ``module`` imports, wherever in it; public names by their module."""
    found = set()
    tree = WithoutTypes().visit(ast.parse(PATHS[module].read_text(encoding="utf-8")))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[-1] for alias in node.names if alias.name.startswith("sco_analysis.")}
        elif isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").split(".")[0] == "sco_analysis"):
            inner = node.module if node.level else ".".join(node.module.split(".")[1:])
            names = [alias.name for alias in node.names if not alias.name.startswith("__")]
            public = {sco.PUBLIC.get(name, name).split(".")[-1] for name in names}
            found |= {inner.split(".")[-1]} if inner else public
    return found


def test_no_two_modules_share_a_name():
    """A module is known by its name alone, whichever folder it stands in."""
    files = [path for path in PACKAGE.rglob("*.py") if path.stem != "__init__"]
    assert len(files) == len(PATHS)


def test_every_module_has_its_place():
    """A new module is put into the order, so that it is settled what it may import."""
    assert [module for module in MODULES if module not in ORDER] == []


@pytest.mark.parametrize("module", [module for module in ORDER if module in MODULES])
def test_imports_run_one_way(module):
    """A module imports only from the modules before it."""
    allowed = set(ORDER[: ORDER.index(module)])
    assert imports_of(module) - allowed == set()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_is_long(path):
    """A module has one subject and at most 400 lines."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_no_function_is_long(path):
    """A function fits on a screen: at most 50 lines, its docstring apart."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
            assert body[-1].end_lineno - body[0].lineno < 50, node.name


@pytest.mark.parametrize("first", ["sco_analysis.parse", "sco_analysis.keyness", "sco_analysis.tallies"])
def test_no_module_hides_the_function_of_its_name(first):
    """`sco.parse` and `sco.keyness` are the functions, whatever was imported before."""
    code = f"import {first}, sco_analysis as sco; print(callable(sco.parse), callable(sco.keyness))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"


@pytest.mark.parametrize("name", sorted(sco.PUBLIC))
def test_every_public_name_is_there_and_documented(name):
    """A public name can be imported from the package, comes from the module that is said, and has a docstring."""
    thing = getattr(sco, name)
    importlib.import_module(f"sco_analysis.{sco.PUBLIC[name]}")
    assert thing is getattr(sys.modules[f"sco_analysis.{sco.PUBLIC[name]}"], name)
    assert inspect.getdoc(thing)


def test_an_unknown_name_is_refused_with_those_there_are():
    """A name that the package has not is refused, and the message lists the public names."""
    with pytest.raises(AttributeError, match=r"has no attribute 'rendr'; public names: .*render"):
        sco.rendr  # noqa: B018


@pytest.mark.parametrize("path", sorted(TESTS.glob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_says_what_it_promises(path):
    """Each test has a docstring: a sentence that the test shows to be true."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    assert [test.name for test in tests if not (ast.get_docstring(test) or "").strip().endswith(".")] == []
