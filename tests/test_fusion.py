"""Tests of sco_analysis.stance.fusion: what the encoder reads weighed with what the rules found."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sco_analysis.stance.fusion import FEATURES, alone, fit_weights, fuse, make_features


def test_each_feature_stands_in_its_column() -> None:
    """One pair, hostile by both accounts, written out."""
    rules = pd.DataFrame(
        {"polarity": [-0.5], "label": [-1], "role": ["venue"], "own": [True], "question": [False], "address": [True]}
    )
    row = make_features(np.array([[2.0, 0.5, -9.0]]), rules)[0]
    assert dict(zip(FEATURES, row.tolist(), strict=True)) == {
        "encoder_hostile": 1.5,
        "encoder_friendly": -5.0,  # no more than 5
        "rules_hostile": 0.5,
        "rules_friendly": 0.0,
        "rules_say_hostile": 1.0,
        "rules_say_friendly": 0.0,
        "silent": 1.0,
        "own": 1.0,
        "question": 0.0,
        "address": 1.0,
    }


def test_chances_add_up_and_without_weights_all_are_equal() -> None:
    """Each row of chances is 1; weights of zero favour nobody."""
    features = np.random.default_rng(0).normal(size=(5, len(FEATURES)))
    assert np.allclose(fuse(features, np.zeros((len(FEATURES) + 1, 2))), 1 / 3)
    assert np.allclose(fuse(features, np.ones((len(FEATURES) + 1, 2))).sum(axis=1), 1)


def test_fitted_weights_recover_what_made_the_labels() -> None:
    """Labels drawn from known weights are found again; a row with share 0 does not count."""
    rng = np.random.default_rng(1)
    features = rng.normal(size=(3000, 2))
    weights = np.array([[1.0, -1.0], [0.5, 2.0], [-1.0, 0.0]])
    labels = np.array([rng.choice([-1, 0, 1], p=chances) for chances in fuse(features, weights)])
    shares = np.ones(3000)
    features[:50], shares[:50] = 100.0, 0.0
    assert np.abs(fit_weights(features, labels, shares, strength=0.1) - weights).max() < 0.3


def test_where_the_encoder_stands_alone_its_answer_is_kept() -> None:
    """With the weights of `alone` the rules change nothing: the class with the largest logit wins."""
    rules = pd.DataFrame(
        {"polarity": [0.9] * 3, "label": [1] * 3, "role": ["actor"] * 3}
        | {name: [False] * 3 for name in ("own", "question", "address")}
    )
    logits = np.array([[2.0, 0.5, -1.0], [0.0, 1.0, 0.5], [-1.0, 0.0, 0.5]])
    chances = fuse(make_features(logits, rules), alone())
    assert np.allclose(np.log(chances[:, 0] / chances[:, 1]), logits[:, 0] - logits[:, 1])
    assert (chances.argmax(axis=1) - 1).tolist() == [-1, 0, 1]
