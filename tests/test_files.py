"""Whole files: each is there with all its bytes or not at all, together with those it belongs to."""

import os
import subprocess
import sys

import pytest

from sco_analysis import RenderError
from sco_analysis.store.files import alone, put, put_together, sweep


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    """`put` replaces a file in one step and leaves no draft."""
    put(tmp_path / "new/file", b"one")
    put(tmp_path / "new/file", b"two")
    assert files(tmp_path / "new") == {"file": b"two"}


def test_of_files_that_belong_together_none_changes_alone(tmp_path):
    """When one of them cannot be written, the others are as they were, and the error names the one."""
    put(tmp_path / "a", b"old")
    (tmp_path / "file").touch()

    def fail(path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    for wrong, content in ((tmp_path / "b", fail), (tmp_path / "file/b", b"x")):
        with pytest.raises(OSError) as raised:
            put_together({tmp_path / "a": b"new", wrong: content})
        assert raised.value.filename == str(wrong)
        assert files(tmp_path) == {"a": b"old", "file": b""}


def test_drafts_of_killed_processes_are_swept(tmp_path):
    """What a process that is no more has left is removed; what a living one writes at, and all else, stays."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine, other = f".x.csv.{os.getpid()}-0.part", ".hidden.part"
    for name in (f".x.csv.{gone.pid}-3.part", mine, other, "x.csv"):
        (tmp_path / name).touch()
    sweep([tmp_path, tmp_path / "nowhere"])
    assert set(files(tmp_path)) == {mine, other, "x.csv"}


def test_one_at_a_time(tmp_path):
    """A folder that another one works in is refused, with who it is; afterwards, or elsewhere, it is free."""
    message = rf"another render is at work in shown \(process {os.getpid()}\); wait until .* --out FOLDER"
    with alone(tmp_path / "a", "shown"):
        with pytest.raises(RenderError, match=message), alone(tmp_path / "a", "shown"):
            pass
        with alone(tmp_path / "b", "shown"):
            pass
    with alone(tmp_path / "a", "shown"):
        pass


def test_a_killed_process_holds_nothing(tmp_path):
    """The lock of a process ends with it, even if it is killed."""
    code = (
        "import sys, time; from pathlib import Path; from sco_analysis.store.files import alone\n"
        "with alone(Path(sys.argv[1]), 'x'):\n    print('locked', flush=True)\n    time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "locked\n"
    with pytest.raises(RenderError, match=rf"process {process.pid}\)"), alone(tmp_path, "x"):
        pass
    process.kill()
    process.communicate()
    with alone(tmp_path, "x"):
        pass
