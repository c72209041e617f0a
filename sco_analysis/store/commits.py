"""At which commit of this project a figure was drawn: asked from git where it is, else as it was written down before.

What is written down is committed itself, so it cannot name its own commit, and it must come out the same from every
checkout. Therefore a commit stays as long as the figure does: it is one at which these very files come out.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parent.parent

#: What a figure is made of, in a checkout.
MADE_OF = ("sco_analysis", "notebooks", "seeds", "pyproject.toml", "requirements.lock")

#: What stands behind a commit when files differ from it.
DIRTY = "-dirty"


def settle_commits(records: Mapping[str, Mapping[str, Any]], *manifests: Path) -> dict[str, str | None]:
    """Say for each of the ``records`` of figures, by stem, at which commit it was drawn.

    That is the one in ``manifests`` for the same record, if git knows it; else the last commit that changed package,
    notebooks, seeds or lock, with ``-dirty`` behind it when they differ from it now. Where there is no git, what the
    manifests say stays, and a record that is not in them has None.
    """
    root = PACKAGE.parent
    before = [entry for path in manifests for entry in _entries(path)]
    commits: dict[str, str | None] = {}
    for stem, record in records.items():
        same = [entry["commit"] for entry in before if entry == {"id": stem, **record, "commit": entry.get("commit")}]
        kept = [c for c in same if is_settled(c) and _is_known(root, c)] if (root / ".git").exists() else same
        commits |= {stem: kept[0]} if kept else {}
    now = find_commit(root) if len(commits) < len(records) else None
    return {stem: commits.get(stem, now) for stem in records}


def is_settled(commit: str | None) -> bool:
    """Say whether a commit is one, and nothing was changed after it."""
    return bool(commit) and not commit.endswith(DIRTY)


def can_settle(manifest: Path) -> bool:
    """Say whether ``manifest`` has a figure without a commit, or with a changed one, and there is a git to ask."""
    unsettled = any(not is_settled(entry.get("commit")) for entry in _entries(manifest))
    return unsettled and (PACKAGE.parent / ".git").exists()


def find_commit(root: Path) -> str | None:
    """Find the last commit that changed what figures are made of in the checkout ``root``; None without git."""
    if not (root / ".git").exists():
        return None
    commit = _git(root, "log", "-1", "--format=%H", "--", *MADE_OF)
    changed = _git(root, "status", "--porcelain", "--", *MADE_OF)
    return f"{commit}{DIRTY if changed else ''}" if commit else None


@cache
def _is_known(root: Path, commit: str) -> bool:
    """Say whether git knows ``commit``; where its history is cut off, or it is not there, nobody can say no."""
    if not (root / ".git").exists() or _git(root, "rev-parse", "--is-shallow-repository") != "false":
        return True
    return _git(root, "cat-file", "-t", commit) == "commit"


def _git(root: Path, *words: str) -> str:
    own = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}  # not those of a hook
    try:
        done = subprocess.run(["git", "-C", root, *words], env=own, capture_output=True, text=True, check=False)
    except OSError:  # there is a history, but no git to read it
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _entries(manifest: Path) -> list[dict[str, Any]]:
    try:
        return [entry for entry in json.loads(manifest.read_text(encoding="utf-8"))["figures"] if "id" in entry]
    except (OSError, ValueError, KeyError, TypeError):
        return []
