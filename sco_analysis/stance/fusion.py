"""One answer out of two: what the encoder reads, and what the rules know.

The encoder carries over to words that no lexicon lists; the rules know who speaks, what is courtesy, what is only a
place. A multinomial regression weighs both where the target is a state; of other targets the rules know little, and the
encoder answers alone. The weights stand in ``data/model/model.json`` and come from ``benchmarks/train_polarity.py``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: what is weighed, in order
FEATURES = (
    *("encoder_hostile", "encoder_friendly"),  # log-odds against "neither"
    *("rules_hostile", "rules_friendly", "rules_say_hostile", "rules_say_friendly"),
    *("silent", "own", "question", "address"),
)
_SILENT = ("venue", "speaker", "list member")


def make_features(logits: np.ndarray, rules: pd.DataFrame) -> np.ndarray:
    """Return the numbers that are weighed, one row a pair.

    ``rules`` needs polarity, label, role (what the rules found), own (the target is the holder's own state), question
    and address (it is meant only by "you", "our countries" and the like).
    """
    polarity, label = rules["polarity"].to_numpy(dtype=float), rules["label"].to_numpy()
    columns = [
        np.clip(logits[:, 0] - logits[:, 1], -5, 5),
        np.clip(logits[:, 2] - logits[:, 1], -5, 5),
        np.maximum(-polarity, 0),
        np.maximum(polarity, 0),
        label < 0,
        label > 0,
        rules["role"].isin(_SILENT).to_numpy(),
        rules["own"].to_numpy(),
        rules["question"].to_numpy(),
        rules["address"].to_numpy(),
    ]
    return np.column_stack([np.asarray(column, dtype=float) for column in columns])


def alone() -> np.ndarray:
    """Return the weights by which the encoder's answer stands as it is."""
    weights = np.zeros((len(FEATURES) + 1, 2))
    weights[0, 0] = weights[1, 1] = 1.0
    return weights


def fuse(features: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the probabilities of hostile, neither, friendly.

    ``weights`` has a row for each feature, last of all the constant, and a column each for hostile and friendly;
    "neither" is what they are measured against.
    """
    odds = features @ weights[:-1] + weights[-1]
    odds = np.column_stack([odds[:, 0], np.zeros(len(odds)), odds[:, 1]])
    odds = np.exp(odds - odds.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def fit_weights(features: np.ndarray, labels: np.ndarray, shares: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Fit the weights of `fuse` to ``labels`` (−1, 0, 1), each row counted by its share; ``strength``: of the ridge."""
    from scipy.optimize import minimize  # noqa: PLC0415 - only for training

    wide = features.shape[1]
    truth = np.column_stack([labels == k for k in (-1, 0, 1)]).astype(float)
    full = np.column_stack([features, np.ones(len(features))])

    def lost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(wide + 1, 2)
        chances = fuse(features, weights)
        loss = -(shares * np.log((chances * truth).sum(axis=1) + 1e-12)).sum()
        slope = full.T @ (shares[:, None] * (chances - truth))[:, [0, 2]]
        slope[:-1] += strength * weights[:-1]
        return loss + strength / 2 * (weights[:-1] ** 2).sum(), slope.ravel()

    return minimize(lost, np.zeros(2 * (wide + 1)), jac=True, method="L-BFGS-B").x.reshape(wide + 1, 2)
