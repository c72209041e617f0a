"""What a page depends on: every kind of input changes its own hash, and nothing else does."""

import pytest

from sco_analysis.store import fingerprints
from sco_analysis.store.fingerprints import digest, hash_corpus, hash_inputs, hash_made_with


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A package, a notebook and a corpus, each of a few bytes."""
    for name, text in {
        "package/run.py": "x = 1",
        "package/data/topics.yml": "trade: [trade]",
        "package/data/templates/page.html": "<p>",
        "package/__pycache__/run.pyc": "compiled",
        "package/data/notebooks/one.ipynb": "{}",
        "requirements.lock": "numpy==1",
        "notebooks/one.ipynb": "{}",
        "notebooks/own.yml": "war: [war]",
        "corpus/a.txt": "Hello.",
        "corpus/notebooks/b.txt": "Bye.",
        "corpus/.hidden": "?",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(fingerprints, "PACKAGE", tmp_path / "package")
    fingerprints.hash_environment.cache_clear()
    yield tmp_path
    fingerprints.hash_environment.cache_clear()


def inputs(project, parameters=None):
    """Hash the inputs of the notebook as they are now."""
    fingerprints.hash_environment.cache_clear()
    given = parameters or {}
    values = {"corpus": "../corpus", "dictionary": "own.yml", "by": "speaker", **given}
    return hash_inputs(
        project / "notebooks/one.ipynb", given, values, str(project / "corpus"), fingerprints.hash_made_with()
    )


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("package/run.py", "code"),
        ("package/new.py", "code"),
        ("package/data/templates/page.html", "code"),
        ("package/data/topics.yml", "dictionaries"),
        ("requirements.lock", "environment"),
        ("notebooks/one.ipynb", "notebook"),
        ("notebooks/helper.py", "notebook"),
        ("notebooks/own.yml", "files"),
        ("corpus/a.txt", "corpus"),
        ("corpus/corpus.csv", "corpus"),
        ("corpus/notebooks/b.txt", "corpus"),
    ],
)
def test_each_input_changes_its_own_hash(project, file, kind):
    """A byte more in a file, or a new file, changes the hash of the kind it belongs to, and no other."""
    before = inputs(project)
    with (project / file).open("a") as stream:
        stream.write(" ")
    after = inputs(project)
    assert [name for name in before if before[name] != after[name]] == [kind]


@pytest.mark.parametrize(
    "file", ["package/__pycache__/run.pyc", "package/data/notebooks/one.ipynb", "corpus/.hidden", "notebooks/two.ipynb"]
)
def test_what_no_page_depends_on_changes_nothing(project, file):
    """Compiled modules, hidden files and other notebooks are no inputs."""
    before = inputs(project)
    (project / file).write_text("changed")
    assert inputs(project) == before


def test_a_parameter_changes_its_hash(project):
    """Another value set is another input."""
    before, after = inputs(project), inputs(project, {"by": "state"})
    assert [name for name in before if before[name] != after[name]] == ["parameters"]


def test_a_package_installed_or_of_another_version_is_another_environment(project, monkeypatch):
    """The names and versions of what is installed are inputs."""
    before = inputs(project)
    (project / "site" / "numpy-2.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(project / "site")
    after = inputs(project)
    assert [name for name in before if before[name] != after[name]] == ["environment"]


def test_the_place_of_a_corpus_does_not_count_but_names_do(tmp_path):
    """The same folder elsewhere has the same hash; a document or folder of another name has another."""
    hashes = []
    for place, name, file in (
        ("x", "texts", "a.txt"),
        ("y", "texts", "a.txt"),
        ("z", "texts", "b.txt"),
        ("x", "t", "a.txt"),
    ):
        folder = tmp_path / place / name
        folder.mkdir(parents=True)
        (folder / file).write_text("Hello.")
        hashes.append(hash_corpus(folder))
    assert hashes[0] == hashes[1]
    assert len(set(hashes)) == 3


def test_a_single_document_counts_with_its_description(tmp_path):
    """Of one file the bytes count, and those of the corpus.csv beside it; not its neighbours'."""
    (tmp_path / "a.txt").write_text("Hello.")
    first = hash_corpus(tmp_path / "a.txt")
    (tmp_path / "b.txt").write_text("Bye.")
    assert hash_corpus(tmp_path / "a.txt") == first
    (tmp_path / "corpus.csv").write_text("file,title\na.txt,A\n")
    assert hash_corpus(tmp_path / "a.txt") != first


def test_a_digest_does_not_depend_on_the_order_of_a_mapping():
    """Mappings of the same content have the same hash; lists in another order do not."""
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest([1, 2]) != digest([2, 1])


def test_the_package_itself_is_hashed():
    """Code, dictionaries and environment of this very package have a hash each, the same twice."""
    assert sorted(hash_made_with()) == ["code", "dictionaries", "environment"]
