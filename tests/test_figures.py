"""Tests of figures: they draw what stands in the table, and nothing else."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis.figures import display_name

SHARE = pd.DataFrame(
    {
        "speaker": ["Anna Bo", "(unidentified questioner)", "Ivan Cy"],
        "n": [60, 30, 10],
        "total": [100, 100, 100],
        "share": [0.6, 0.3, 0.1],
        "low": [0.4, 0.1, np.nan],
        "high": [0.8, 0.5, np.nan],
    }
)
RATES = pd.DataFrame(
    {
        "genre": ["news", "news", "transcript", "transcript"],
        "topic": ["energy", "trade_economy"] * 2,
        "n": [4, 1, 2, 0],
        "total": [1000, 1000, 2000, 2000],
        "rate": [4.0, 1.0, 1.0, 0.0],
        "low": [2.0, np.nan, 0.5, 0.0],
        "high": [8.0, np.nan, 2.0, 1.5],
    }
)
TALLY = pd.DataFrame(
    {
        "state": ["RUS", "RUS", "author"],
        "target": ["CHN", "USA", "CHN"],
        "n": [5, 3, 2],
        "total": [10, 10, 4],
        "mean": [0.5, -0.8, 0.0],
        "low": [0.2, np.nan, -0.1],
        "high": [0.8, np.nan, 0.1],
    }
)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def _texts(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_speaker_share_draws_bars_counts_and_intervals():
    """Each row is a bar of its share with its count written out; an interval that is missing is not drawn."""
    ax = sco.plot_speaker_share(SHARE)
    assert [bar.get_width() for bar in ax.patches] == [0.6, 0.3, 0.1]
    assert [label.get_text() for label in ax.get_yticklabels()] == SHARE["speaker"].tolist()
    assert _texts(ax)[:3] == ["60 % · 60 words", "30 % · 30 words", "10 % · 10 words"]
    assert [len(lines.get_segments()) for lines in ax.collections] == [2]
    assert _texts(ax)[3] == "No line: too few documents or turns for an interval."
    assert ax.get_xlabel() == "Share of all 100 words, with 95 % interval"


def test_unknown_speakers_are_hatched():
    """Nobody's words are told from somebody's without colour."""
    ax = sco.plot_speaker_share(SHARE)
    assert [bar.get_hatch() or "" for bar in ax.patches] == ["", "////", ""]


def test_rows_left_out_are_counted():
    """A figure that shows the largest rows only says how many more there are."""
    ax = sco.plot_speaker_share(SHARE, most=2, unit="turns")
    assert len(ax.patches) == 2
    assert _texts(ax) == ["60 % · 60 turns", "30 % · 30 turns", "1 more in the table."]


def test_topic_frequency_draws_a_dot_for_each_cell():
    """Each group has a colour, a marker and its number of words; topics are named for readers, the frequent first."""
    ax = sco.plot_topic_frequency(RATES)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Energy", "Trade and economy"]
    dots = [line for line in ax.lines if line.get_marker() not in ("", "None", None)]
    assert [line.get_xdata().tolist() for line in dots] == [[1.0, 0.0], [4.0, 1.0]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["transcript (2,000)", "news (1,000)"]
    assert len({line.get_marker() for line in dots}) == 2


def test_what_the_dictionary_covers_stands_beside_each_group():
    """Where the table knows the share of sentences with a topic, the legend, or the note of a lone group, says it."""
    rates = RATES.assign(total_sentences=10, covered=[0.5, 0.5, 0.8, 0.8])
    legend = sco.plot_topic_frequency(rates).get_legend()
    assert legend.get_title().get_text() == "Genre (words; share of sentences with a topic)"
    assert [text.get_text() for text in legend.get_texts()] == ["transcript (2,000; 80 %)", "news (1,000; 50 %)"]
    assert any("50 % of sentences have a topic." in text for text in _texts(sco.plot_topic_frequency(rates.head(2))))


def test_sub_topics_have_a_line_each():
    """A table of sub-topics is drawn with a line for each, under the topic's name."""
    rates = RATES.head(2).copy()
    rates.insert(2, "sub", ["oil_gas", "trade"])
    labels = [label.get_text() for label in sco.plot_topic_frequency(rates).get_yticklabels()]
    assert labels == ["Energy · oil gas", "Trade and economy · trade"]


def test_each_dot_has_its_n_beside_it():
    """At the right edge stands n of each dot, at the height of the dot."""
    ax = sco.plot_topic_frequency(RATES)
    dots = [place for line in ax.lines if line.get_marker() in "os" for place in line.get_ydata()]
    counts = {round(text.xy[1], 6): text.get_text() for text in ax.texts if text.get_text().isdigit()}
    assert [counts[round(place, 6)] for place in dots] == ["2", "0", "4", "1"]


def test_many_groups_have_a_panel_each():
    """More than three groups are small multiples on common axes, headed by the group and its words."""
    many = pd.concat([RATES[RATES["genre"] == "news"].assign(genre=name) for name in "abcd"])
    ax = sco.plot_topic_frequency(many)
    panels = ax.figure.axes
    assert len(panels) == 4
    assert ["a\n1,000 words" in _texts(panels[0]), "d\n1,000 words" in _texts(panels[3])] == [True, True]
    assert len({panel.get_xlim() for panel in panels}) == 1
    assert ax.figure.get_supxlabel().startswith("Mentions per 1,000 words, with 95 % interval\n")
    assert [panel.get_legend() for panel in panels] == [None] * 4


def test_an_interval_that_leaves_the_figure_is_marked():
    """An interval longer than the axis ends in an arrow, and a note says what the arrow means."""
    far = RATES.assign(high=[800.0, np.nan, 2.0, 1.5])
    ax = sco.plot_topic_frequency(far)
    assert ax.get_xlim() == (0, 10.0)
    assert any("▸ The interval goes on." in text for text in _texts(ax))
    assert not any("▸" in text for text in _texts(sco.plot_topic_frequency(RATES)))


def test_long_names_are_wrapped():
    """A name takes three lines at most; what is left over is marked as left out."""
    name = "kremlin-2024-astana 6: Meeting with the Acting Head of the Executive Branch of the Islamic Republic of Iran"
    ax = sco.plot_speaker_share(SHARE.assign(speaker=[name, "b", "c"]))
    assert ax.get_yticklabels()[0].get_text() == (
        "kremlin-2024-astana 6: Meeting with\nthe Acting Head of the Executive\nBranch of the Islamic Republic of …"
    )


def test_sentiment_matrix_prints_mean_and_n():
    """Each cell prints its mean and its number of sentences, and is framed where the interval leaves out zero."""
    ax = sco.plot_sentiment_toward_states(TALLY)
    assert sorted(_texts(ax)) == sorted(["+0.50", "n 5", "−0.80", "n 3", "0", "n 2"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Russia", "author"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["China", "United\nStates"]
    assert len(ax.patches) == 1


def test_sentiment_ranked_puts_the_friendliest_first():
    """Ranked targets stand in the order of their means."""
    ax = sco.plot_sentiment_toward_states(TALLY, kind="ranked")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["China", "United States"]


@pytest.mark.parametrize(
    ("plot", "table", "words"),
    [
        ("plot_speaker_share", SHARE, "Nobody is heard in this corpus."),
        ("plot_topic_frequency", RATES, "No topic is spoken of in this corpus."),
        ("plot_sentiment_toward_states", TALLY, "No state is spoken of in 1 sentences or more."),
    ],
)
def test_an_empty_tally_says_so(plot, table, words):
    """Where there is nothing to draw the figure says it in words."""
    assert _texts(getattr(sco, plot)(table.head(0))) == [words]


def test_shares_of_nothing_say_so():
    """Groups that share a total of zero have no share: where all are so the figure says it, else a dash stands."""
    silent = SHARE.assign(n=0, total=0, share=np.nan, low=np.nan, high=np.nan)
    assert _texts(sco.plot_speaker_share(silent)) == ["Nobody is heard in this corpus."]
    half = pd.concat([SHARE.head(1), silent.tail(1)])
    assert _texts(sco.plot_speaker_share(half))[:2] == ["60 % · 60 words", "– · 0 words"]
    wordless = RATES.assign(n=0, total=0, rate=np.nan, low=np.nan, high=np.nan)
    assert _texts(sco.plot_topic_frequency(wordless)) == ["No topic is spoken of in this corpus."]


def test_figures_draw_where_they_are_told():
    """Axes in, the same Axes out."""
    _, ax = plt.subplots()
    assert sco.plot_speaker_share(SHARE, ax) is ax


def test_another_table_is_refused():
    """A table of another kind, or an unknown kind of figure, is refused with what would do."""
    with pytest.raises(sco.FigureError, match="the table lacks topic, rate; draw what the tally of the same"):
        sco.plot_topic_frequency(SHARE)
    with pytest.raises(sco.FigureError, match="kind='pie' is unknown; it may be matrix, ranked"):
        sco.plot_sentiment_toward_states(TALLY, kind="pie")


def test_names_for_readers():
    """Keys are shown under the names in common use; what is no key stays as it is."""
    keys = ("RUS", "TUR", "USA", "org:sco", "middle_east", "Anna Bo", "XXX")
    assert [display_name(key) for key in keys] == [
        "Russia", "Türkiye", "United States", "SCO", "Middle East", "Anna Bo", "XXX",
    ]  # fmt: skip


def test_every_topic_and_organisation_has_a_name():
    """No figure shows a key of ours: every topic has a name for readers."""
    topics = sco.read_dictionary("topics").keys
    assert [topic for topic in topics if display_name(topic) == topic] == []


def test_several_panels_are_named_by_the_caption(tmp_path, monkeypatch):
    """No single panel gives its title to the whole figure; the first sentence of the caption does."""
    monkeypatch.setenv("SCO_FIGURES", str(tmp_path))
    figure, (left, right) = plt.subplots(1, 2)
    left.set_title("In the room")
    right.set_title("In the press")
    saved = sco.save_figure(figure, SHARE, "two-panels", caption="Share of words. Two bars.", alt="Two empty panels.")
    assert saved.title == "Share of words"
