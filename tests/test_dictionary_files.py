"""Dictionaries in the formats of other programs."""

import pytest

from sco_analysis.dictionaries import DictionaryError, read_dictionary
from sco_analysis.matches.dictionary_files import read_content

LC3 = "+ENERGY\noil \npower plant*\n+TRADE\nCustoms\n"
XML = """<?xml version="1.0" encoding="UTF-8"?>
<dictionary style="multiwords" name="x"><cnode name="ENERGY"><pnode name="oil"></pnode>
<pnode name="power plant*"/></cnode>
<cnode name="TRADE"><pnode name=" Customs"/></cnode></dictionary>"""
DIC = "%\n01\tENERGY\n02\tTRADE\n%\n\noil\t01\npower plant*\t01\nCustoms\t02\n"
CAT = "ENERGY\n\tOIL (1)\n\tPOWER_PLANT* (1)\nTRADE\n\tCUSTOMS (1)\n"


@pytest.mark.parametrize(("ending", "text"), [("lc3", LC3), ("lcd", XML), ("ykd", XML), ("dic", DIC), ("cat", CAT)])
def test_one_dictionary_in_five_formats(tmp_path, ending, text):
    """The same dictionary in the format of each program gives the same keys and hits."""
    path = tmp_path / f"mine.{ending}"
    path.write_text(text, encoding="utf-8")
    assert read_content(path) == {"ENERGY": ["oil", "power plant*"], "TRADE": ["customs"]}
    hits = read_dictionary(path).find("Oil, CUSTOMS and power plants")
    assert hits[["text", "key"]].values.tolist() == [
        ["Oil", "ENERGY"],
        ["CUSTOMS", "TRADE"],
        ["power plants", "ENERGY"],
    ]


def test_levels_are_kept(tmp_path):
    """Sub-categories of WordStat and of XML are sub-keys; words beside them are the sub-key `other`."""
    cat, xml = tmp_path / "a.cat", tmp_path / "a.lcd"
    cat.write_text("SOUTH\n\tBW\n\t\tBotswana (1)\n\tZA\n\t\tCape Town (1)\n\tsouthern (1)\n", encoding="utf-8")
    inner = '<cnode name="BW"><pnode name="Botswana"/></cnode><cnode name="ZA"><pnode name="Cape Town"/></cnode>'
    xml.write_text(f'<d><cnode name="SOUTH">{inner}<pnode name="southern"/></cnode></d>', encoding="utf-8")
    assert read_content(cat) == {"SOUTH": {"BW": ["botswana"], "ZA": ["cape town"], "other": ["southern"]}}
    assert read_content(xml) == read_content(cat)


def test_what_the_rule_cannot_express_is_left_out_and_named(tmp_path):
    """An emoticon is left out with a warning that shows it."""
    path = tmp_path / "a.lc3"
    path.write_text("+JOY\n:-)\nhappy\n", encoding="utf-8")
    with pytest.warns(UserWarning, match=r"1 patterns left out, among them ':-\)'"):
        assert read_content(path) == {"JOY": ["happy"]}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.doc", "x", "unknown ending '.doc'; it may be .yml, .yaml, .lc3, .lcd, .ykd, .dic, .cat"),
        ("a.lc3", "oil\n+ENERGY\n", "line 1: 'oil' stands before any category; begin with `+name`"),
        ("a.dic", "oil\t1\n", "there are no categories between two lines of `%`"),
        ("a.dic", "%\n1\tENERGY\n%\noil\t7\n", "the word 'oil' has the category 7, which the head does not name"),
        ("a.lcd", "<dictionary>", "cannot be read as XML"),
        ("a.cat", "", "holds no dictionary"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path, name, text, message):
    """The message names the file and what is wrong."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DictionaryError) as error:
        read_content(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path):
    """The message says to save the file as UTF-8."""
    path = tmp_path / "a.lc3"
    path.write_bytes(b"+X\n\xff\n")
    with pytest.raises(DictionaryError, match=r"is not UTF-8: .*; save it as UTF-8"):
        read_content(path)
