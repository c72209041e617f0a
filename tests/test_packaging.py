"""Packaging: everything follows from pyproject.toml, and the wheel works from any directory."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import sco_analysis

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
NEEDED = [*PROJECT["project"]["dependencies"], *(need for extra in EXTRAS.values() for need in extra)]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


LOCKS = ("requirements.lock", "requirements-test.lock")


def locked(name):
    """Return what a lock pins: the versions by name."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pins = [re.match(r"([\w.-]+)==([^\s;\\]+)", line) for line in lines]
    return {canonical(pin[1]): pin[2] for pin in pins if pin}


def test_generated_files_are_in_step(generate):
    """environment.yml and the data dictionary are what `make docs` would write."""
    assert generate.stale() == []


def test_every_entry_of_the_conda_environment_parses():
    """environment.yml is YAML, and each entry is a package with a bound that conda reads, or pip for what it lacks."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["name"] == "sco-analysis"
    *entries, by_pip = environment["dependencies"]
    entries += by_pip["pip"]
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+(>=[0-9]+(\.[0-9]+)*)?", entry), entry
    names = {re.split(">=", entry)[0] for entry in entries}
    assert names == {"python", "pip", *(Requirement(need).name for need in NEEDED)}


@pytest.mark.parametrize("need", sorted({*NEEDED, *PROJECT["build-system"]["requires"]}))
def test_the_locks_have_what_the_project_needs(need):
    """Each dependency is locked to a version that its bound allows; what rendering needs, in its own lock too."""
    requirement = Requirement(need)
    name = canonical(requirement.name)
    assert locked("requirements-test.lock")[name] in requirement.specifier
    if need in [*PROJECT["project"]["dependencies"], *EXTRAS["build"], *EXTRAS["model"]]:
        assert locked("requirements.lock")[name] in requirement.specifier


def test_rendering_does_not_install_the_tools_of_the_tests():
    """The lock for rendering is the other one without the tools, version by version, and they are no small part."""
    less, more = map(locked, LOCKS)
    assert less.items() < more.items()
    assert {"playwright", "pypandoc-binary", "pytest", "ruff", "typst"} <= more.keys() - less.keys()


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_hashes_and_names_no_place(name):
    """Every pinned package has a hash; no address of an index is written down, in the lock or anywhere else."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|--index|--find-links", text)


def test_versions_agree():
    """The package says the version that its metadata say."""
    assert sco_analysis.__version__ == PROJECT["project"]["version"]


def test_make_lists_its_commands():
    """`make help` names every command with what it does."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # not under another make
    command = ["make", "help"]
    printed = subprocess.run(command, cwd=ROOT, env=alone, capture_output=True, text=True, check=True).stdout
    commands = [line.split()[1] for line in printed.splitlines()]
    assert commands == [
        "help",
        "setup",
        "render",
        "test",
        "lint",
        "lab",
        "docs",
        "validate",
        "write-up",
        "bench",
        "lock",
        "clean",
    ]


def test_make_says_what_to_do_without_python(tmp_path):
    """A Python that is too old or missing is refused with what to write instead."""
    command = ["make", "setup", f"VENV={tmp_path}/venv", "PYTHON=/nowhere/python3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "PYTHON=/nowhere/python3 does not run, or is older than 3.11; give another one." in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_data_files_travel_inside_the_wheel(wheel):
    """Every data file of the package, and the notebooks, are in the wheel; tests and seeds are not."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "sco_analysis", "notebooks"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    wanted = {re.sub("^notebooks/", "sco_analysis/data/notebooks/", name) for name in tracked}
    assert wanted - inside == set()
    assert {name.split("/")[0] for name in inside} == {
        "sco_analysis",
        f"sco_analysis-{sco_analysis.__version__}.dist-info",
    }
    assert any(name.endswith("licenses/LICENSE") for name in inside)


@pytest.mark.slow
def test_the_wheel_works_from_another_directory(wheel, tmp_path):
    """Installed into an environment of its own, the package finds its data and its command runs anywhere."""
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    # The dependencies of the environment that runs the tests serve this one too; our own checkout does not.
    site = subprocess.check_output(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], text=True
    )
    (Path(site.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    here = tmp_path / "elsewhere"
    here.mkdir()
    (here / "talk.txt").write_text("Vladimir Putin: We value our friends.\n\nXi Jinping: We too.\n\n" * 3)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*command):
        done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = run(str(python), "-c", "import sco_analysis; print(sco_analysis.__file__)")
    assert where.startswith(str(tmp_path))
    script = str(tmp_path / "venv" / "bin" / "sco-analysis")
    assert run(script, "--version") == f"sco-analysis {sco_analysis.__version__}\n"
    assert "topic_frequency\n" in run(script, "render", "--list")
    assert run(script, "tally", "speakers", "talk.txt").splitlines()[1].startswith("Vladimir Putin,")
