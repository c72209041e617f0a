"""The commit of a figure: found in git, kept with the figure, the same from every checkout."""

import json
import subprocess

import pytest

from sco_analysis.store import commits

RECORD = {"stem": "share", "data": "ab"}


def git(folder, *words):
    own = ["-c", "user.name=Anna Bo", "-c", "user.email=anna@bo.test"]
    done = subprocess.run(["git", "-C", folder, *own, *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout of two commits, the second of which changes a page of prose only; the first commit."""
    (tmp_path / "sco_analysis").mkdir()
    (tmp_path / "sco_analysis/code.py").write_text("x = 1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "code")
    (tmp_path / "README.md").write_text("Hello.")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "prose")
    monkeypatch.setattr(commits, "PACKAGE", tmp_path / "sco_analysis")
    commits._is_known.cache_clear()
    return tmp_path


def write(folder, commit):
    """Write a manifest with one figure, drawn at ``commit``."""
    path = folder / "manifest.json"
    path.write_text(json.dumps({"figures": [{"id": "share", **RECORD, "commit": commit}]}))
    return path


def test_the_commit_is_the_last_one_that_changed_what_figures_are_made_of(checkout):
    """A later commit that changes prose only is not named; a file changed or added since is told."""
    code = git(checkout, "rev-parse", "HEAD~1")
    assert commits.find_commit(checkout) == code
    (checkout / "sco_analysis/new.py").write_text("y = 1")
    assert commits.find_commit(checkout) == f"{code}-dirty"


def test_without_git_there_is_none(tmp_path):
    """An unpacked archive has no commit of its own."""
    assert commits.find_commit(tmp_path) is None


def test_a_commit_stays_as_long_as_the_figure_does(checkout):
    """Code that was committed since and changed no figure changes no commit; another figure has the new one."""
    first = git(checkout, "rev-parse", "HEAD~1")
    manifest = write(checkout, first)
    (checkout / "sco_analysis/code.py").write_text("x = 2")
    git(checkout, "commit", "-q", "-a", "-m", "more code")
    assert commits.settle_commits({"share": RECORD}, manifest) == {"share": first}
    now = git(checkout, "rev-parse", "HEAD")
    assert commits.settle_commits({"share": {**RECORD, "data": "cd"}}, manifest) == {"share": now}


@pytest.mark.parametrize("written", [None, "0" * 40, "{first}-dirty"])
def test_what_was_not_settled_is_asked_again(checkout, written):
    """No commit, one that git does not know, and one with changes behind it give way to the one that is there."""
    first = git(checkout, "rev-parse", "HEAD~1")
    manifest = write(checkout, written and written.format(first=first))
    assert commits.settle_commits({"share": RECORD}, manifest) == {"share": first}


def test_checkouts_with_and_without_git_and_with_a_short_history_say_the_same(checkout, tmp_path_factory, monkeypatch):
    """The manifest that came along decides where there is no history to ask, or not all of it."""
    first = git(checkout, "rev-parse", "HEAD~1")
    changed = f"{first}-dirty"
    other = tmp_path_factory.mktemp("others")
    git(other, "clone", "-q", "--depth", "1", checkout.as_uri(), "short")
    (other / "archive").mkdir()
    for name in ("short", "archive"):
        monkeypatch.setattr(commits, "PACKAGE", other / name / "sco_analysis")
        assert commits.settle_commits({"share": RECORD}, write(other / name, first)) == {"share": first}
    assert commits.settle_commits({"share": RECORD}, write(other / "archive", changed)) == {"share": changed}
    assert commits.settle_commits({"share": {}}, write(other / "archive", first)) == {"share": None}


def test_an_open_question_is_asked_where_there_is_git(checkout, tmp_path, monkeypatch):
    """A manifest without a commit is written anew once there is one; where there is no git it stays as it is."""
    assert commits.can_settle(write(checkout, None))
    assert not commits.can_settle(write(checkout, git(checkout, "rev-parse", "HEAD")))
    assert not commits.can_settle(checkout / "nowhere.json")
    monkeypatch.setattr(commits, "PACKAGE", tmp_path / "elsewhere" / "sco_analysis")
    assert not commits.can_settle(write(checkout, None))
