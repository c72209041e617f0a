"""How long a full render takes beside papermill and nbconvert one by one: ``python benchmarks/render.py [--rounds 3]``.

Both execute the project's notebooks on the seeds and make a page of each, by turns, so that a busy machine is busy for
both. Reported are wall time and processor time of each round, the median of the ratios, and what a render costs that
has nothing to do.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def timed(*commands: list[str], **environment: str) -> tuple[float, float]:
    """Run commands one after the other; return seconds by the clock and of the processors."""
    clock, used = time.monotonic(), processor()
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env={**os.environ, **environment},
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr.decode()[-2000:]}")
    return time.monotonic() - clock, processor() - used


def processor() -> float:
    """Return the seconds of the processors that the processes begun here have used, their kernels included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def one_by_one(folder: Path) -> tuple[float, float]:
    """Execute with papermill, convert with nbconvert, each notebook in turn."""
    commands = []
    for path in NOTEBOOKS:
        made = str(folder / path.name)
        commands += [
            ["papermill", "--no-progress-bar", "--cwd", str(path.parent), str(path), made],
            ["nbconvert", "--to", "html", made],
        ]
    return timed(*commands, SCO_FIGURES=str(folder / "figures"))


def together(folder: Path, *options: str) -> tuple[float, float]:
    """Render with this package."""
    return timed(["sco_analysis", "render", "--jobs", "2", "--out", str(folder), *options])


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    walls, processors = [], []
    for number in range(1, rounds + 1):
        with tempfile.TemporaryDirectory() as scratch:
            theirs, ours = one_by_one(Path(scratch)), together(Path(scratch) / "out")
            nothing = min((together(Path(scratch) / "out") for _ in range(3)), key=lambda pair: pair[1])
        walls.append(ours[0] / theirs[0])
        processors.append(ours[1] / theirs[1])
        print(
            f"round {number}: one by one {theirs[0]:.1f} s ({theirs[1]:.1f} s of processor), "
            f"sco-analysis {ours[0]:.1f} s ({ours[1]:.1f}), nothing to do {nothing[0]:.2f} s ({nothing[1]:.2f})",
            flush=True,
        )
    print(
        f"{len(NOTEBOOKS)} notebooks, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}: "
        f"wall {statistics.median(walls):.2f} ×, processor {statistics.median(processors):.2f} × (median of {rounds})"
    )


if __name__ == "__main__":
    main()
