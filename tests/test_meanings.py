"""What hits stand for, as numbers: one row for each target, one number for each key and sense."""

import pandas as pd

from sco_analysis.dictionaries import Dictionary, Entry
from sco_analysis.matches.matching import Pattern
from sco_analysis.matches.meanings import Sense, join, meanings_of
from sco_analysis.matches.offices import in_office
from sco_analysis.tokens import split_tokens

MAYOR = Pattern("Ann Lee", ("Ann", "Lee"), (("ONE", "person"), ("TWO", "person")))
DICTIONARY = Dictionary(
    "two",
    {"ONE": Entry("ONE", "state"), "TWO": Entry("TWO", "state"), "trade": Entry("trade")},
    (
        Pattern("Oneville", ("Oneville",), (("ONE", "city"),)),
        Pattern("trap", ("trap",)),
        MAYOR,
        Pattern("goods", ("goods",), (("trade", "wares"),)),
        Pattern("Twoland", ("Twoland",), (("TWO", "name"),)),
    ),
    extra={
        "terms": {
            ("Ann Lee", "ONE"): [("Ann Lee", "2001-01-01", "2005-01-01")],
            ("Ann Lee", "TWO"): [("Ann Lee", "2010-01-01", "")],
        }
    },
)


def rows(found):
    """First atom, last atom, key and sense of each hit, written out."""
    columns = zip(found.first, found.last, found.key, found.sense, strict=True)
    return [(first, last, found.keys[key], found.senses[sense]) for first, last, key, sense in columns]


def met(text):
    """What the dictionary finds in a text, and the patterns of the rows."""
    return meanings_of(DICTIONARY).of(DICTIONARY.match(split_tokens(text)))


def test_each_target_of_a_hit_has_a_row():
    """A city counts as capital and says so, a topic has a sub-topic and no form, a trap has no row."""
    found, pattern = met("Goods of Oneville, a trap, and Ann Lee.")
    assert rows(found) == [
        (0, 0, "trade", Sense("topic", None, "wares")),
        (2, 2, "ONE", Sense("state", "capital", "city")),
        (6, 7, "ONE", Sense("state", "person", None)),
        (6, 7, "TWO", Sense("state", "person", None)),
    ]
    assert pattern.tolist() == [3, 0, 2, 2]


def test_joined_hits_keep_what_they_stand_for():
    """Rows stand one after the other; a key of both parts has one number."""
    one, _ = met("Twoland")
    other, _ = met("Oneville and Twoland")
    both = join([one, other])
    assert rows(both) == rows(one) + rows(other)
    assert sorted(both.keys) == sorted(set(one.keys) | set(other.keys))
    assert rows(both.where(both.first > 0)) == [(2, 2, "TWO", Sense("state", "name", None))]


def test_nothing_joined_is_nothing():
    """Hits of empty texts join to none."""
    assert rows(join([met("")[0], met("nothing")[0]])) == []


def test_the_day_says_for_whom_a_name_stands():
    """Who has held offices of two states stands for the one that the day names, for neither long before."""
    found, pattern = met("Ann Lee, Ann Lee, Ann Lee, Ann Lee, Twoland")
    days = pd.to_datetime(["2003-05-05"] * 2 + ["2012-05-05"] * 2 + ["1990-05-05"] * 2 + [None] * 3).to_numpy()
    keep = in_office(found, pattern, days, DICTIONARY)
    assert [(first, key) for first, _, key, _ in rows(found.where(keep))] == [
        (0, "ONE"),
        (2, "TWO"),
        (6, "TWO"),
        (8, "TWO"),
    ]
