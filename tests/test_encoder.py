"""Tests of sco_analysis.stance.encoder and of the scorer ``model``."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sco_analysis.errors import ParameterError, ScoError
from sco_analysis.polarity import score_polarity
from sco_analysis.stance.encoder import FOLDER, Encoder, read_encoder

runtime = pytest.importorskip("onnxruntime", reason="the extra `model` is not installed")

NAMED = re.compile(r"\[([-+0])([^\]]+)\]")
SIGNS = {"-": -1, "0": 0, "+": 1}


def key_of(number: int) -> str:
    """Return a key that looks like a state's (AAA, AAB, …)."""
    return "A" + chr(65 + number // 26) + chr(65 + number % 26)


def marked(*lines: str) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Read sentences with marked targets: sentences, mentions (key: AAA, AAB …), labels in step with the mentions."""
    sentences, mentions, labels = [], [], []
    for number, line in enumerate(lines):
        text, at, doc = "", 0, f"u{number:03}"
        for found in NAMED.finditer(line):
            text += line[at : found.start()]
            span = {"start": len(text), "end": len(text) + len(found[2])}
            mentions.append({"doc_id": doc, **span, "key": key_of(len(labels)), "form": "name", "sentence": 0})
            labels.append(SIGNS[found[1]])
            text, at = text + found[2], found.end()
        text += line[at:]
        sentences.append({"doc_id": doc, "start": 0, "end": len(text), "text": text, "state": None})
    return pd.DataFrame(sentences), pd.DataFrame(mentions), np.array(labels)


def macro(truth: np.ndarray, labels: np.ndarray) -> float:
    both = [((truth == k) & (labels == k)).sum() / ((truth == k).sum() + (labels == k).sum()) for k in (-1, 0, 1)]
    return 2 * float(np.mean(both))


def test_sentences_in_the_manner_of_the_united_nations() -> None:
    """On 62 sentences that the network was not trained on, macro-F1 is .85 or more, above that of VADER."""
    path = Path(__file__).parent / "un_sentences.txt"
    lines = [line for line in path.read_text(encoding="utf8").splitlines() if line[0] != "#"]
    sentences, mentions, truth = marked(*lines)
    figures = {}
    for scorer in ("model", "vader"):
        out = score_polarity(sentences, mentions, scorer=scorer)
        assert out["target"].tolist() == mentions["key"].tolist()
        figures[scorer] = macro(truth, out["label"].to_numpy())
    assert figures["model"] >= 0.85
    assert figures["model"] > figures["vader"]


def test_the_name_of_a_state_changes_nothing() -> None:
    """The target is masked: whoever is named, the answer of the network is the same."""
    sentences, mentions, _ = marked("We thank [+Kenya] for its help.", "We thank [+Russia] for its help.")
    out = score_polarity(sentences, mentions, scorer="model")
    assert out["polarity"].nunique() == 1
    assert out["label"].tolist() == [1, 1]


def test_the_table_is_that_of_the_rules_with_the_model_s_answers() -> None:
    """Polarity from −1 to 1, its sign the label's where there is one, evidence by span, the scorer's name."""
    sentences, mentions, _ = marked(
        "[-France] never asked forgiveness for what it did to our people.",
        "The mandate of the mission in [0Mali] ends in December.",
    )
    out = score_polarity(sentences, mentions, scorer="model")
    assert out["scorer"].tolist() == ["model"] * 2
    assert out["label"].tolist() == [-1, 0]
    assert out["polarity"].between(-1, 1).all()
    text = sentences["text"].iat[0]
    (entry,) = out["evidence"].iat[0]
    assert text[entry["start"] : entry["end"]] == entry["text"] != ""
    assert entry["valence"] < 0


def test_the_same_text_gets_the_same_numbers_alone_and_among_others() -> None:
    """What else is scored does not change an answer."""
    sentences, mentions, _ = marked(
        "We thank [+Kenya].", "The illegal war of [-Russia] must end.", "[0Chad] abstained."
    )
    together = score_polarity(sentences, mentions, scorer="model")["polarity"]
    alone = [score_polarity(sentences, mentions[i : i + 1], scorer="model")["polarity"].iat[0] for i in range(3)]
    assert np.allclose(together, alone, atol=1e-3)


def test_nothing_to_score_is_an_empty_table() -> None:
    """Without mentions there is no row, and no error."""
    sentences, mentions, _ = marked("We thank [+Kenya].")
    assert score_polarity(sentences, mentions.iloc[:0], scorer="model").empty


def test_without_the_runtime_the_message_says_what_to_install(monkeypatch) -> None:
    """Where onnxruntime is missing, the scorer names the extra and the alternative."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ParameterError, match=r"install sco-analysis\[model\], or choose scorer='rules'"):
        Encoder(FOLDER)


def test_a_file_that_is_not_the_one_described_is_refused(tmp_path) -> None:
    """The hash of each file is checked; a missing file is named."""
    card = json.loads((FOLDER / "model.json").read_text(encoding="utf8"))
    with pytest.raises(ScoError, match=r"needs the file model\.json, which is not there"):
        read_encoder(tmp_path)
    shutil.copy(FOLDER / "vocabulary.txt", tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(card), encoding="utf8")
    (tmp_path / "encoder.onnx").write_bytes(b"something else")
    with pytest.raises(ScoError, match=r"encoder\.onnx is not the file that model\.json describes"):
        read_encoder(tmp_path)


def test_the_weights_are_small_and_the_card_names_their_sources() -> None:
    """At most 25 MB; licence, training data, figures and a weight for each feature stand on the card."""
    assert (FOLDER / "encoder.onnx").stat().st_size <= 25e6
    card = json.loads((FOLDER / "model.json").read_text(encoding="utf8"))
    assert "Apache-2.0" in card["licence"]
    assert "NewsMTSC" in " ".join(card["trained_on"])
    assert {len(weights) for weights in card["fusion"].values()} == {len(card["features"])}
