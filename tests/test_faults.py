"""Faults: whatever happens, what was finished is there and whole, nothing keeps running, and the next run completes."""

import contextlib
import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import sco_analysis as sco
from sco_analysis import RenderError
from sco_analysis.store.files import LOCK

ROOT = Path(sco.__file__).parent.parent
TALK = "Vladimir Putin: We value our friends in China.\n\nXi Jinping: Trade grows. Thank you.\n\n" * 3

#: Runs the command line and kills itself, as `kill -9` does, at the n-th call of a function: KILLER NAME N WORDS…
KILLER = """
import os, signal, sys
from pathlib import Path
def deadly(function, left):
    def call(*arguments, **options):
        left.append(0)
        if len(left) == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **options)
    return call
if sys.argv[1] == "fsync":
    os.fsync = deadly(os.fsync, [])
else:
    Path.replace = deadly(Path.replace, [])
"""

#: Instead of a kernel: a notebook that is executed at once, with a figure.
NO_KERNEL = """
import json
from sco_analysis.rendering.execute import Workers
def execute(self, notebook, private, *, about, **_):
    (private / "figures").mkdir(parents=True)
    for kind in ("csv", "json"):
        (private / f"figures/share.{kind}").write_text(json.dumps({"alt": "Bars.", "n": [notebook.stem] * 500}))
    content = json.loads(notebook.read_text())
    content["metadata"]["sco_analysis"] = dict(about)
    (private / "executed.ipynb").write_text(json.dumps(content))
Workers.execute = execute
"""
RUN = "from sco_analysis.cli import main\nsys.exit(main(sys.argv[3:]))"

pytestmark = pytest.mark.slow


def command(*words):
    return [sys.executable, "-m", "sco_analysis", *map(str, words)]


def run(words, **options):
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300, **options)


def products(folder):
    """Return every product in ``folder`` with its hash: the log of run times and the private cache are none."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file() and path.name != "render.json" and ".cache" not in path.parts
    }


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_alive(pid):
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.fixture
def disk(tmp_path):
    """A disk of a quarter of a megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "sco-test", str(place)]
    with contextlib.suppress(FileNotFoundError):
        if subprocess.run(mount, capture_output=True, check=False).returncode == 0:
            yield place
            subprocess.run(["umount", "-l", str(place)], check=True)
            return
    pytest.skip("only the administrator of a machine may mount a small disk; the limit on file sizes is tested anyway")


@pytest.fixture
def texts(tmp_path):
    """A folder with one short document."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/talk.txt").write_text(TALK)
    return tmp_path / "texts"


@pytest.fixture
def waiting(write_notebook, tmp_path):
    """Two notebooks; the second one waits until the file ``go`` is there, and tells its kernel and folder."""
    told = tmp_path / "told"
    cell = (
        f"import os, pathlib, time\ntold, go = pathlib.Path({str(told)!r}), pathlib.Path({str(tmp_path / 'go')!r})\n"
        "_ = told.with_suffix('.part').write_text(f\"{os.getpid()} {os.getppid()} {os.environ['TMPDIR']}\")\n"
        "_ = told.with_suffix('.part').rename(told)\nwhile not go.exists():\n    time.sleep(0.05)"
    )
    return [write_notebook("one", ["# One", "1 + 1"]), write_notebook("two", ["# Two", cell, "print('through')"])]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_render_killed_at_any_write_leaves_whole_files(write_notebook, tmp_path, function):
    """Killed at any flush and at any renaming, it leaves only files as they are without; the next run completes."""
    notebook = write_notebook("one", ["# One", "1 + 1"])
    script = KILLER + NO_KERNEL + RUN
    whole = tmp_path / "whole"
    words = [sys.executable, "-c", script, function]
    done = run([*words, "0", "render", notebook, "--out", whole])
    assert done.returncode == 0, done.stderr
    expected = products(whole)
    assert len(expected) == 5
    killed = 0
    for number in range(1, 40):
        out = tmp_path / f"out-{number}"
        if run([*words, str(number), "render", notebook, "--out", out]).returncode == 0:
            break
        killed += 1
        left = {name: sha256 for name, sha256 in products(out).items() if not name.endswith(".part")}
        assert left.items() <= expected.items()
        if number % 4 == 1:  # each next run costs as much as the one before it
            assert run([*words, "0", "render", notebook, "--out", out]).returncode == 0
            assert products(out) == expected
    assert killed == {"fsync": 9, "replace": 9}[function]


def test_kill_9_in_the_middle_takes_the_kernel_along(waiting, tmp_path):
    """Killed while a cell runs, a render leaves the page it had finished, no kernel, no folder; the next completes."""
    out = tmp_path / "out"
    process = subprocess.Popen(command("render", *waiting, "--out", out, "--jobs", "1"), cwd=ROOT)
    wait_for((tmp_path / "told").exists)
    kernel, worker, private = (tmp_path / "told").read_text().split()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not is_alive(kernel) and not is_alive(worker), 10)
    wait_for(lambda: not Path(private).parent.exists(), 10)
    assert sorted(products(out)) == ["build/one.ipynb", "site/one.html"]
    (tmp_path / "go").touch()
    sco.render(waiting, out=out, progress=False)
    log = json.loads((out / "build/render.json").read_text())
    assert [row["status"] for row in log] == ["unchanged", "rendered"]
    sco.render(waiting, out=tmp_path / "undisturbed", progress=False)
    assert products(out) == products(tmp_path / "undisturbed")


@pytest.mark.parametrize("after", [0.2, 1.0, 1.6])
def test_kill_9_at_the_start_leaves_nothing_running(waiting, tmp_path, after):
    """Killed while it loads, or while kernels start, a render leaves no process behind that knows its folder."""
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("render", waiting[1], "--out", out), cwd=ROOT, env=os.environ | {"OUT": str(out)}
    )
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.wait()

    def nothing_left():
        mine = f"OUT={out}".encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            with contextlib.suppress(OSError):
                if mine in environment.read_bytes().split(b"\0"):
                    return False
        return True

    wait_for(nothing_left, 20)
    assert products(out) == {}


def test_two_renders_in_one_folder_do_not_mix(waiting, tmp_path):
    """While one is at work a second is refused with who is at it, touches nothing, and can follow afterwards."""
    out = tmp_path / "out"
    first = subprocess.Popen(command("render", *waiting, "--out", out), cwd=ROOT, stdout=subprocess.DEVNULL)
    wait_for((tmp_path / "told").exists)
    second = run(command("render", waiting[0], "--out", out))
    assert second.returncode == 1
    assert second.stderr == (
        f"sco-analysis: another render is at work in {out} (process {first.pid}); "
        "wait until it has ended, or give another folder: --out FOLDER\n"
    )
    (tmp_path / "go").touch()
    assert first.wait(60) == 0
    after = run(command("render", *waiting, "--out", out))
    assert (after.returncode, after.stderr) == (0, "2 of 2 are as they were; --force makes them anew\n")


def test_a_kernel_that_hangs_is_ended(write_notebook, tmp_path):
    """A cell that runs on, and a kernel that answers no more, end at the limit, named; the others finish."""
    pids = tmp_path / "pids"
    pids.mkdir()
    tell = f"import os, pathlib, signal\n(pathlib.Path({str(pids)!r}) / str(os.getpid())).touch()"
    endless = write_notebook("endless", ["# Endless", tell, "while True:\n    pass", "print('never')"])
    frozen = write_notebook("frozen", [tell, "os.kill(os.getpid(), signal.SIGSTOP)"])
    good = write_notebook("good", ["print('good')"])
    with pytest.raises(RenderError) as raised:
        sco.render([endless, frozen, good], out=tmp_path / "out", jobs=3, cell_timeout=3, progress=False)
    told = "it ran for more than 3 seconds; if that is right, allow more: --cell-timeout SECONDS"
    assert (
        str(raised.value)
        == f"endless.ipynb, cell 3: {told}\n\nfrozen.ipynb, cell 2: {told}\n\n1 of 3 notebooks rendered"
    )
    assert sorted(products(tmp_path / "out")) == ["build/good.ipynb", "site/good.html", "site/index.html"]
    assert len(list(pids.iterdir())) == 2
    wait_for(lambda: not any(is_alive(path.name) for path in pids.iterdir()), 10)


def test_a_full_disk_is_told_and_loses_nothing(write_notebook, disk, tmp_path):
    """With no room for one page, that page is told, the other is whole; with more room the next run completes."""
    small, big = write_notebook("small", ["1"]), write_notebook("big", ["print('0123456789' * 20_000)"])
    out = disk / "out"
    done = run(command("render", small, big, "--out", out))
    assert done.returncode == 1
    assert "big.ipynb: cannot write" in done.stderr
    assert "No space left on device; make room there, or give another folder (--out FOLDER)" in done.stderr
    assert "1 of 2 notebooks rendered" in done.stderr
    assert (
        {"build/small.ipynb", "site/small.html"}
        <= set(products(out))
        <= {*("build/small.ipynb", "site/small.html", "site/index.html")}
    )
    subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
    assert run(command("render", small, big, "--out", out)).returncode == 0
    sco.render([small, big], out=tmp_path / "undisturbed", progress=False)
    assert products(out) == products(tmp_path / "undisturbed")


def test_a_full_disk_leaves_the_last_tables(texts, disk):
    """Where new tables have no room the old ones stay, all of them; with room again all are new."""
    words = command("parse", texts, "--out", disk / "tables")
    assert run(words).returncode == 0
    before = products(disk)
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as stream:
        while stream.write(b"x" * 1024):
            pass
    (texts / "more.txt").write_text(TALK * 30)
    done = run(words)
    assert done.returncode == 1
    assert str(disk / "tables") in done.stderr
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    (disk / "filler").unlink()
    assert products(disk) == before
    subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
    assert run(words).returncode == 0
    after = products(disk)
    assert (set(after), after != before) == (set(before), True)


def test_a_limit_on_the_size_of_files_is_told(write_notebook, tmp_path):
    """Where no file may be large (a quota), the page with one is told, and the other is whole."""
    small, big = write_notebook("small", ["1"]), write_notebook("big", ["print('0123456789' * 40_000)"])
    limit = (200_000, 200_000)
    done = run(
        command("render", small, big, "--out", tmp_path / "out"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
    )
    assert done.returncode == 1
    assert "big.ipynb" in done.stderr
    assert "File too large" in done.stderr
    assert "1 of 2 notebooks rendered" in done.stderr
    assert sorted(products(tmp_path / "out")) == ["build/small.ipynb", "site/index.html", "site/small.html"]


def test_a_disk_that_cannot_be_written_is_refused_at_once(write_notebook, texts, disk):
    """Nothing is executed and nothing parsed in vain: the place is named, with the reason."""
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    for words in (["render", write_notebook("one", ["1"])], ["parse", texts]):
        done = run(command(*words, "--out", disk / "out"))
        assert done.returncode == 1
        assert str(disk / "out") in done.stderr
        assert "Read-only file system" in done.stderr


def test_a_terminal_that_takes_no_more_is_told():
    """When what is printed cannot be written, the command says so and fails."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command("render", "--list"), cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (1, "sco-analysis: a file: No space left on device\n")


@pytest.mark.parametrize(("function", "number"), [("fsync", 6), ("replace", 4)])
def test_a_parse_killed_while_it_writes_leaves_whole_tables(texts, tmp_path, function, number):
    """Killed at a flush or a renaming, it leaves only whole tables; the next run writes all, and sweeps up."""
    script = KILLER + RUN
    whole, out = tmp_path / "whole", tmp_path / "out"
    parse = ["parse", str(texts), "--out"]
    assert run([sys.executable, "-c", script, function, str(number), *parse, str(out)]).returncode == -signal.SIGKILL
    left = {name: sha256 for name, sha256 in products(out).items() if not name.endswith(".part")}
    assert len(left) == (number - 1 if function == "replace" else 0)
    for place in (whole, out):
        assert run(command(*parse, place)).returncode == 0
    assert left.items() <= products(whole).items()
    assert products(out) == products(whole)


#: A clock that runs twelve years ahead while there is a certain file.
CLOCK = """
import os, time
real = time.time
time.time = lambda: real() + 4e8 * os.path.exists({ahead!r})
"""


def test_a_clock_that_jumps_changes_nothing(write_notebook, tmp_path):
    """When the clock of all processes jumps to and fro by years in the middle, a render completes with equal bytes."""
    ahead = tmp_path / "ahead"
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock/sitecustomize.py").write_text(CLOCK.format(ahead=str(ahead)))
    path = os.pathsep.join([str(tmp_path / "clock"), os.environ.get("PYTHONPATH", "")])
    jump = f"import pathlib, time\npathlib.Path({str(ahead)!r}).touch()\ntime.time() > 2e9"
    back = f"pathlib.Path({str(ahead)!r}).unlink()\ntime.time() > 2e9"
    notebook = write_notebook("one", ["# One", jump, back])
    done = run(command("render", notebook, "--out", tmp_path / "out"), env=os.environ | {"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr
    cells = json.loads((tmp_path / "out/build/one.ipynb").read_text())["cells"]
    assert ["".join(cell["outputs"][0]["data"]["text/plain"]) for cell in cells[1:]] == ["True", "False"]
    again = run(command("render", notebook, "--out", tmp_path / "out"))
    assert again.stderr == "1 of 1 are as they were; --force makes them anew\n"


def test_times_of_files_count_for_nothing(write_notebook, texts, tmp_path):
    """Files from the past and the future are unchanged if their bytes are; one of the same size and time is not."""
    notebook = write_notebook("one", ["# One", "corpus"], f'corpus: str = "{texts}"  # folder')
    script = "import sys\n" + NO_KERNEL + RUN
    words = [sys.executable, "-c", script, "", "", "render", notebook, "--out", tmp_path / "out"]
    assert run(words).returncode == 0
    past, future = (315_532_800.0,) * 2, (4_070_908_800.0,) * 2  # 1980, 2099
    for path in (notebook, *texts.iterdir()):
        os.utime(path, future)
    for path in (tmp_path / "out").rglob("*"):
        os.utime(path, past)
    assert run(words).stderr == "1 of 1 are as they were; --force makes them anew\n"
    (texts / "talk.txt").write_text(TALK.replace("China", "India"))
    os.utime(texts / "talk.txt", future)
    assert run(words).returncode == 0
    assert json.loads((tmp_path / "out/build/render.json").read_text())[0]["why"] == ["corpus"]
    assert (tmp_path / "out/build/.cache" / LOCK).exists()
