"""Hostile documents: what the fuzzing of `benchmarks/fuzz.py` promises, on a few of them, and all that it has found."""

import importlib.util
import json
import warnings

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture(scope="module")
def fuzz():
    """Load the script that fuzzes."""
    path = pytest.MonkeyPatch()
    path.syspath_prepend(str(ROOT / "benchmarks"))  # it imports its neighbour
    spec = importlib.util.spec_from_file_location("fuzz", ROOT / "benchmarks/fuzz.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    path.undo()
    return module


#: what was found, by what it did
FOUND = {
    "a line of signs that is no rule took exponential time": "=" * 60 + "o",
    "links before what is no signature took exponential time": "Hi there " + "http://a" * 40 + " y (@c) no",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_was_found_is_mended(fuzz, text):
    """Each document that once crashed, hung or lost something keeps every promise now."""
    fuzz.try_parse([text])


@pytest.mark.parametrize("target", ["parse", "steps", "dictionaries", "corpora", "files"])
def test_hostile_documents_keep_every_promise(fuzz, target):
    """A handful of documents made of seeds, house styles and rubbish are parsed without a broken promise."""
    attempt, make, _ = fuzz.TARGETS[target]
    maker = fuzz.Maker(7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        attempt([make(maker) for _ in range(3 if target == "corpora" else 12)])


@given(st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("\n\n :“”\"'.Q—()[]*=")), max_size=120))
@settings(max_examples=15)
def test_any_text_keeps_every_promise(fuzz, text):
    """Whatever the signs, spans hold their texts, sentences leave nothing out, and no error is raised."""
    fuzz.try_parse([text, f"Vladimir Putin: {text}\n\nXi Jinping: {text}", f"“{text},” he said."])


def test_a_culprit_is_found_and_made_short(fuzz):
    """Of many documents the one that fails is found, and cut down to what it fails by."""

    def attempt(texts):
        assert not any("x!" in text for text in texts), "d1 has 5 of it"

    texts = [f"text {n}" for n in range(37)]
    texts[22] = "many words before x! and after"
    told = fuzz.failure(attempt, texts)
    assert told == "AssertionError: N has N of it"
    assert fuzz.find_culprit(attempt, texts) == [texts[22]]
    assert fuzz.shorten(attempt, texts[22], told) == "x!"


def test_what_takes_too_long_is_stopped(fuzz, monkeypatch):
    """A document that never ends is stopped after its share of the processor's time, and told."""
    monkeypatch.setattr(fuzz, "SECONDS", 0.05)

    def attempt(texts):
        while True:
            pass

    assert fuzz.failure(attempt, ["x"]) == "TooLongError"


def test_what_was_tried_is_written_into_the_report(fuzz, tmp_path, monkeypatch):
    """The row of a target is replaced, those of the others stay, and so does all around the table."""
    report = tmp_path / "reliability.md"
    report.write_text("# A\n<!-- fuzz -->\n<!-- /fuzz -->\nB\n")
    monkeypatch.setattr(fuzz, "REPORT", report)
    row = {"target": "parse", "inputs": 1000, "signs": 2_400_000, "seed": 1, "seconds": 3.0, "found": {}}
    fuzz.write([row])
    fuzz.write([{**row, "target": "steps", "found": {"ValueError in x.py:f": ["y"]}}])
    fuzz.write([{**row, "inputs": 2000}])
    assert report.read_text() == (
        "# A\n<!-- fuzz -->\n| target | inputs | million characters | seed | failures |\n|---|---|---|---|---|\n"
        "| parse | 2,000 | 2 | 1 | none |\n| steps | 1,000 | 2 | 1 | ValueError in x.py:f |\n<!-- /fuzz -->\nB\n"
    )


def test_crashes_are_kept_in_a_form_that_can_be_read_again(fuzz, tmp_path, monkeypatch):
    """What failed is written as JSON: how it failed, and the document, whatever signs are in it."""

    def attempt(texts):
        raise KeyError("x")

    monkeypatch.setattr(fuzz, "CRASHES", tmp_path)
    monkeypatch.setitem(fuzz.TARGETS, "parse", (attempt, lambda maker: "\ud800 text", 4))
    found = fuzz.run("parse", 8, 0, 1, shown=False)["found"]
    assert list(found) == ["KeyError in fuzz.py:failure"]
    assert json.loads((tmp_path / "parse-1.json").read_text())[0] == "KeyError in fuzz.py:failure"
