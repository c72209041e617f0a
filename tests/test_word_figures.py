"""Tests of figures of words: they draw what stands in the table."""

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import sco_analysis as sco

POSITIONS = pd.DataFrame(
    [
        ("energy", "a", 0.25, 40),
        ("energy", "a", 0.5, 40),
        ("peace", "a", None, 40),
        ("energy", "b", None, 9),
        ("peace", "b", 0.0, 9),
    ],
    columns=["key", "document", "at", "total"],
)
WORDS = pd.DataFrame(
    [("gas", 9.0, 1.0, 2.0, 3.0, 0.001), ("and", 5.0, 4.0, 0.2, 0.4, 1.0), ("peace", 0.0, 3.0, -1.5, -3.0, 0.01)],
    columns=["word", "rate_target", "rate_reference", "log_odds", "z", "p_adjusted"],
)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_dispersion_draws_a_stroke_for_each_hit():
    """Each part is a line, each key a colour, each hit a stroke at its place; at the right edge stands their number."""
    ax = sco.plot_dispersion(POSITIONS)
    strokes = [[segment[0, 0] for segment in lines.get_segments()] for lines in ax.collections]
    assert strokes == [[0.25, 0.5], [], [], [0.0]]
    assert [text.get_text() for text in ax.texts] == ["2", "0", "0", "1"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Energy", "peace"]


def test_dispersion_says_how_many_parts_are_left_out():
    """A lone key is the title; parts beyond the most are counted below."""
    ax = sco.plot_dispersion(POSITIONS[POSITIONS["key"] == "energy"], most=1)
    assert ax.get_title(loc="left") == "Energy"
    assert ax.texts[-1].get_text() == "1 more in the table."


def test_keyness_draws_both_sides():
    """Bars go right for the target and left for the reference; what is not significant is hollow."""
    ax = sco.plot_keyness(WORDS, target="news", reference="transcript")
    bars = [bar for bar in ax.patches if bar.get_height() > 0 and bar.get_width()]
    assert [bar.get_width() for bar in bars] == [2.0, 0.2, -1.5]
    assert [bar.get_facecolor()[:3] == (1.0, 1.0, 1.0) for bar in bars] == [False, True, False]
    assert {"gas", "and", "peace", "9.0 : 1.0"} <= {text.get_text() for text in ax.texts}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["more with news", "more with transcript"]


def test_keyness_draws_the_strongest_of_each_side():
    """With ``most`` the first words of the target and the last of the reference are drawn."""
    words = {text.get_text() for text in sco.plot_keyness(WORDS, most=1).texts}
    assert "and" not in words
    assert {"gas", "peace"} <= words


@pytest.mark.parametrize(
    ("plot", "table", "words"),
    [
        ("plot_dispersion", POSITIONS.assign(at=None), "It is said nowhere in this corpus."),
        ("plot_dispersion", POSITIONS.head(0), "It is said nowhere in this corpus."),
        ("plot_keyness", WORDS.head(0), "No word is frequent enough to compare."),
    ],
)
def test_nothing_to_draw_is_said(plot, table, words):
    """Where there is nothing to draw the figure says it in words."""
    assert [text.get_text() for text in getattr(sco, plot)(table).texts] == [words]


def test_other_tables_are_refused():
    """A table of another kind, or one of too many keys, is refused with what would do."""
    with pytest.raises(sco.FigureError, match=r"the table lacks word, .*; draw what `keyness` returns"):
        sco.plot_keyness(POSITIONS)
    with pytest.raises(sco.FigureError, match="the table lacks key, at, total; draw what `positions` returns"):
        sco.plot_dispersion(WORDS)
    many = pd.concat([POSITIONS.assign(key=str(i)) for i in range(7)])
    with pytest.raises(sco.FigureError, match="holds 7 keys; draw 6 or fewer"):
        sco.plot_dispersion(many)
