"""What was rendered from what: so that nothing is executed again whose inputs and products are as they were."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping
from itertools import starmap
from pathlib import Path
from typing import Any

from .files import put
from .fingerprints import digest, hash_file

FOLDER = ".cache"


class Ledger:
    """The record of the last render into one place: inputs and products of each page, by their hashes.

    It is kept in ``build/.cache/rendered.json``; to remove that folder loses nothing but time.
    """

    def __init__(self, out: Path, made_with: Mapping[str, str]) -> None:
        self.out = out
        self.folder = out / "build" / FOLDER
        self.path = self.folder / "rendered.json"
        self.made_with = digest(dict(made_with))
        self._lock = threading.Lock()
        try:
            self._kept = json.loads(self.path.read_text(encoding="utf-8"))
            self._kept = {name: dict(self._kept[name]) for name in ("pages", "facts")}
        except (OSError, ValueError, KeyError, TypeError):  # none yet, or broken: then everything is rendered
            self._kept = {"pages": {}, "facts": {}}

    def why(self, name: str, inputs: Mapping[str, str]) -> list[str]:
        """Say why ``name`` has to be made: what has changed since the last time; nothing when all is as it was."""
        last = self._kept["pages"].get(name)
        if not last:
            return ["not rendered before"]
        changed = [key for key, value in inputs.items() if last["inputs"].get(key) != value]
        return changed or [told for told in starmap(self._lost, last["products"].items()) if told]

    def _lost(self, product: str, sha256: str) -> str:
        path = self.out / product
        if not path.is_file():
            return f"{product} was removed"
        return "" if hash_file(path) == sha256 else f"{product} was altered"

    def enter(self, name: str, inputs: Mapping[str, str], products: Iterable[Path]) -> None:
        """Write down that the ``products`` of ``name`` were made from ``inputs``."""
        made = {path.relative_to(self.out).as_posix(): hash_file(path) for path in products}
        with self._lock:
            self._kept["pages"][name] = {"inputs": dict(inputs), "products": made}
            self._save()

    def products(self, name: str) -> dict[str, str]:
        """Return the products of ``name`` with their hashes; empty when it was not rendered."""
        return dict(self._kept["pages"].get(name, {}).get("products", {}))

    def recall(self, what: list[Any], make: Callable[[], Any]) -> Any:
        """Return what ``make`` makes (plain values), from the last time when ``what`` it is made of is the same.

        It is made anew whenever the package or the environment has changed.
        """
        facts = self._kept["facts"]
        if facts.get("made_with") != self.made_with:
            facts = self._kept["facts"] = {"made_with": self.made_with}
        key = digest(what)
        if key not in facts:
            facts[key] = json.loads(json.dumps(make(), sort_keys=True))  # in the order in which it is read back
            with self._lock:
                self._save()
        return facts[key]

    def parsed(self, *, anew: bool = False) -> Path:
        """Return the folder for parsed corpora of this code; those of earlier code are removed, with ``anew`` all."""
        kept = self.folder / f"parsed-{self.made_with[:16]}"
        for folder in self.folder.glob("parsed-*"):
            if folder != kept or anew:
                shutil.rmtree(folder, ignore_errors=True)
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)  # what is read from here is trusted like code
        for draft in kept.glob(".*.part"):  # of kernels that were killed
            draft.unlink(missing_ok=True)
        return kept

    def forget(self) -> None:
        """Forget everything: the code was changed while it ran, and nobody knows what was made with what."""
        with self._lock:
            self._kept = {"pages": {}, "facts": {}}
            self.path.unlink(missing_ok=True)
        shutil.rmtree(self.folder / f"parsed-{self.made_with[:16]}", ignore_errors=True)

    def _save(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk: what was made stays, and is made once more next time
            put(self.path, json.dumps(self._kept, ensure_ascii=False, indent=1, sort_keys=True).encode())
