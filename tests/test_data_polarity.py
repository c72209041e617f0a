"""Tests of data/polarity.yml: every entry is well formed and does what its example says."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import yaml

from sco_analysis.polarity import score_polarity
from sco_analysis.stance.lexicon import KINDS, PATH, STEPS, TOWARD, read_lexicon

CONTENT = yaml.safe_load(PATH.read_text(encoding="utf8"))
ENTRIES = CONTENT["entries"]


@pytest.fixture(scope="module")
def scores() -> pd.DataFrame:
    """Score every example, each as a document of its own, toward its X and Y."""
    sentences = [
        {"doc_id": f"{n:04}", "start": 0, "end": len(e["example"]), "text": e["example"]} for n, e in enumerate(ENTRIES)
    ]
    mentions = [
        {"doc_id": f"{n:04}", "start": m.start(), "end": m.end(), "key": m.group(), "form": "name", "sentence": 0}
        for n, e in enumerate(ENTRIES)
        for m in re.finditer(r"\b[XY]\b", e["example"])
    ]
    return score_polarity(pd.DataFrame(sentences), pd.DataFrame(mentions)).set_index(["doc_id", "target"])


@pytest.mark.parametrize("number", range(len(ENTRIES)), ids=lambda n: ENTRIES[n]["pattern"][:40])
def test_the_example_of_an_entry_has_the_sign_of_its_valence(number: int, scores: pd.DataFrame) -> None:
    """In the example, what is expressed toward X is friendly, hostile or nothing, as the valence says."""
    assert np.sign(scores.loc[(f"{number:04}", "X"), "polarity"]) == np.sign(ENTRIES[number]["valence"])


def test_every_entry_has_the_fields_and_no_others() -> None:
    """Pattern, valence and example stand in every entry; kind and direction are known ones."""
    for entry in ENTRIES:
        assert {"pattern", "valence", "kind", "example"} <= set(entry) <= {
            "pattern", "valence", "kind", "toward", "example"
        }  # fmt: skip
        assert -1 <= entry["valence"] <= 1
        assert entry["kind"] in (*KINDS, "topic")
        assert (entry["kind"] == "topic") == (entry["valence"] == 0)
        assert entry.get("toward", "near") in TOWARD
        assert "X" in re.findall(r"\b[XY]\b", entry["example"])


def test_patterns_are_lower_case_short_and_written_once() -> None:
    """No pattern stands twice, none has a capital, none more elements than the compiled table holds."""
    patterns = [pattern for entry in ENTRIES for pattern in entry["pattern"].split(" / ")]
    assert sorted({p for p in patterns if patterns.count(p) > 1}) == []
    assert [p for p in patterns if p != p.lower()] == []
    assert max(entry.size for entry in read_lexicon().entries) <= STEPS + 1


def test_every_class_that_a_pattern_names_is_defined() -> None:
    """`<class>` in a pattern is one of the classes, and each class is used."""
    named = {name for entry in ENTRIES for name in re.findall(r"<(\w+)>", entry["pattern"])}
    assert named == set(CONTENT["classes"])


def test_the_words_of_groups_and_classes_are_text() -> None:
    """YAML reads a bare `no` or `on` as a truth value: every word must come out as text."""
    words = [word for group in (*CONTENT["words"].values(), *CONTENT["classes"].values()) for word in group]
    assert [word for word in words if not isinstance(word, str)] == []
