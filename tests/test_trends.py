"""Tests of trends: rates over the years are drawn as lines, one panel a topic."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import sco_analysis as sco
from sco_analysis.plots.trends import has_trend


def _rates(years, **more):
    rows = [
        {"year": year, "topic": topic, "n": n, "total": 1000, "rate": float(n), "low": n / 2, "high": n * 2.0}
        | {"total_sentences": 50, "covered": 0.5}
        for year in years
        for topic, n in (("energy", 4), ("trade_economy", 2))
    ]
    table = pd.DataFrame(rows)
    for column, value in more.items():
        table.insert(0, column, value)
    return table


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def test_three_years_are_a_trend():
    """Lines need three years with words in them; a group without a date is no year."""
    assert has_trend(_rates(["2019", "2020", "2022"]), ["year"])
    assert not has_trend(_rates(["2019", "2020", "(no date)"]), ["year"])
    assert not has_trend(_rates(["2019", "2020", "2022"]), ["document"])


def test_each_topic_has_a_panel_and_a_missing_year_breaks_the_line():
    """A panel a topic, the most frequent first; the rate of each year, a gap where the corpus has none, a band."""
    ax = sco.plot_topic_frequency(_rates(["2019", "2020", "2022"]))
    panels = ax.figure.axes
    assert [panel.texts[0].get_text() for panel in panels] == ["Energy", "Trade and economy"]
    [line] = panels[0].lines
    assert line.get_xdata().tolist() == [2019, 2020, 2021, 2022]
    assert np.array_equal(line.get_ydata(), [4, 4, np.nan, 4], equal_nan=True)
    assert [len(panel.collections) for panel in panels] == [1, 1]


def test_groups_are_lines_with_a_legend():
    """Counted by another column too, each of its groups has a line; what is covered is said of each group."""
    both = pd.concat([_rates(["2019", "2020", "2021"], genre=name) for name in ("news", "transcript")])
    figure = sco.plot_topic_frequency(both).figure
    assert [len(panel.lines) for panel in figure.axes] == [2, 2]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["news", "transcript"]
    assert figure.get_supxlabel().endswith("Share of sentences with a topic: news 50 %, transcript 50 %.")


def test_what_is_not_drawn_is_said():
    """Words without a date, topics beyond the panels and intervals that could not be estimated are named."""
    table = _rates(["2019", "2020", "2021", "(no date)"]).assign(low=np.nan, high=np.nan)
    words = sco.plot_topic_frequency(table).figure.get_supxlabel().splitlines()
    assert words == [
        "Mentions per 1,000 words, with 95 % interval",
        "No band: too few documents for an interval.",
        "1,000 words without a date are not drawn.",
        "Share of sentences with a topic: 2019 50 %, 2020 50 %, 2021 50 %.",
    ]


def test_trends_draw_where_they_are_told():
    """Axes in, the same Axes out, with the first topic."""
    _, ax = plt.subplots()
    assert sco.plot_topic_frequency(_rates(["2019", "2020", "2021"]), ax) is ax
    assert [text.get_text() for text in ax.texts] == ["Energy"]
