"""The small encoder behind the scorer ``model``: a sentence with its target masked → hostile, neither, friendly.

What it is, what it was trained on and what it is not good for: ``docs/model-card.md``. It runs on `onnxruntime` (the
extra ``model``) on one thread, so that the same text always gets the same numbers; nothing is fetched from anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..errors import ParameterError, ScoError
from ..tables import WORD
from .wordpieces import WordPieces

FOLDER = Path(__file__).parent.parent / "data" / "model"
CARD = "model.json"
_BATCH = 32
_WORD = re.compile(WORD)
_WINDOW = 3  # words that are covered together to see what the answer rests on
Spans = Sequence[tuple[int, int]]


class Encoder:
    """The network, its vocabulary, and its card (``model.json``)."""

    def __init__(self, folder: Path) -> None:
        _need(folder / CARD)
        self.card = json.loads((folder / CARD).read_text(encoding="utf8"))
        for name, digest in self.card["sha256"].items():
            _verify(folder / name, digest)
        vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf8").splitlines()
        self.pieces = WordPieces(vocabulary)
        self._session = _start(folder / "encoder.onnx")

    def logits(self, texts: Sequence[str], spans: Sequence[Spans]) -> np.ndarray:
        """Return three numbers for each text: for hostile, neither, friendly; ``spans``: where its target is named."""
        rows = [self.pieces.encode(text, at) for text, at in zip(texts, spans, strict=True)]
        out = np.zeros((len(rows), 3))
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))  # stable: of like length together
        for low in range(0, len(order), _BATCH):
            batch = order[low : low + _BATCH]
            ids = np.zeros((len(batch), len(rows[batch[-1]])), dtype=np.int64)
            for line, row in enumerate(batch):
                ids[line, : len(rows[row])] = rows[row]
            out[batch] = self._session.run(None, {"ids": ids})[0]
        return out

    def occlude(self, text: str, spans: Spans, label: int) -> list[dict]:
        """Name the words that the answer ``label`` (−1 or 1) rests on most.

        Three words at a time are covered; the stretch without which the answer loses most of its margin over "neither"
        is returned: a list of one {start, end, text, valence}, empty when nothing matters (Zeiler & Fergus 2014).
        """

        def free(start: int, end: int) -> bool:
            return not any(start < stop and first < end for first, stop in spans)

        words = [found.span() for found in _WORD.finditer(text) if free(*found.span())]
        parts = [words[low : low + _WINDOW] for low in range(0, len(words), _WINDOW)]
        stretches = [(part[0][0], part[-1][1]) for part in parts if free(part[0][0], part[-1][1])]
        if not stretches:
            return []
        covered = [text[:a] + " " * (b - a) + text[b:] for a, b in stretches]
        logits = self.logits([text, *covered], [spans] * (len(covered) + 1))
        margin = logits[:, 1 + label] - logits[:, 1]
        loss = margin[0] - margin[1:]
        best = int(np.argmax(loss))
        if loss[best] <= 0:
            return []
        start, end = stretches[best]
        valence = label * round(float(min(1.0, loss[best] / max(abs(margin[0]), 1.0))), 3)
        return [{"start": start, "end": end, "text": text[start:end], "valence": valence}]


def _need(path: Path) -> None:
    if not path.is_file():
        raise ScoError(f"the scorer 'model' needs the file {path.name}, which is not there; install the package again")


def _verify(path: Path, digest: str) -> None:
    _need(path)
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise ScoError(
            f"{path.name} is not the file that {CARD} describes (another sha256); install the package again, or choose "
            "scorer='rules'"
        )


def _start(path: Path):
    try:
        import onnxruntime  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise ParameterError(
            "the scorer 'model' needs onnxruntime, which is not installed; install sco-analysis[model], or choose "
            "scorer='rules'"
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=2)
def read_encoder(folder: Path = FOLDER) -> Encoder:
    """Read the encoder in ``folder``, once in a process.

    Raises `ParameterError` when onnxruntime is not installed, `ScoError` when a file lacks or is not the one described.
    """
    return Encoder(folder)
