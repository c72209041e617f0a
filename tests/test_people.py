"""Tests of persons: names, titles, states, and the people of one document."""

import pytest

from sco_analysis.dictionaries import read_dictionary
from sco_analysis.people import _states_in, fold, in_title_case, known, split_title, state_named, state_of


@pytest.mark.parametrize(
    ("printed", "role", "name"),
    [
        ("President of Russia Vladimir Putin", "President of Russia", "Vladimir Putin"),
        ("Turkish Foreign Minister Hakan Fidan", "Turkish Foreign Minister", "Hakan Fidan"),
        ("Emir of Qatar Tamim bin Hamad bin Khalifa Al Thani (retranslated)", "Emir of Qatar",
         "Tamim bin Hamad bin Khalifa Al Thani"),
        ("Acting Head of the Executive Branch of the Islamic Republic of Iran Mohammad Mokhber",
         "Acting Head of the Executive Branch of the Islamic Republic of Iran", "Mohammad Mokhber"),
        ("Governor of the Novgorod Region Andrei Bo", "Governor of the Novgorod Region", "Andrei Bo"),
        ("Construction, Housing and Trade Minister Anna Bo", "Construction, Housing and Trade Minister", "Anna Bo"),
        ("Anna Bo, President of Chad", "President of Chad", "Anna Bo"),
        ("Mr. Bo (Chad)", "", "Bo"),
        ("Mr. KING of Iowa", "", "KING"),
        ("The Acting President", "The Acting President", ""),
        ("Anna Bo", "", "Anna Bo"),
    ],
)  # fmt: skip
def test_a_label_is_split_into_role_and_name(printed, role, name):
    """The role ends where the name begins, whatever stands in the role."""
    assert split_title(printed) == (role, name)


def test_spellings_fold_into_one():
    """Accents, dots, hyphens, case and the possessive do not make another name."""
    assert {fold(name) for name in ("Erdoğan", "Erdogan’s", "ERDOGAN")} == {"erdogan"}
    assert fold("Kassym-Jomart Tokayev") == "kassym jomart tokayev"


def test_capitals_become_a_name():
    """Names in capitals are written as names are; others are left alone."""
    assert [in_title_case(name) for name in ("SULLIVAN", "McFAUL", "O'BRIEN", "AL-JUBEIR", "XI", "P J Bo")] == [
        "Sullivan", "McFaul", "O'Brien", "Al-Jubeir", "Xi", "P J Bo",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "canonical", "state"),
    [
        ("Vladimir Putin", "Vladimir Putin", "RUS"),
        ("Recep Tayyip Erdoğan", "Recep Tayyip Erdogan", "TUR"),
        ("Tayyip Erdogan", "Recep Tayyip Erdogan", "TUR"),
        ("Ibrahim Reisi", "Ebrahim Raisi", "IRN"),
        ("Tamim bin Hamad bin Khalifa Al Thani", "Tamim bin Hamad Al Thani", "QAT"),
    ],
)
def test_known_people(name, canonical, state):
    """Office-holders are known by the spellings in the data file."""
    person = known(name)
    assert person is not None
    assert (person.name, person.state) == (canonical, state)


def test_a_common_surname_alone_is_nobody():
    """A surname without an office is no office-holder, and an unknown name is unknown."""
    assert known("Smith") is None
    assert known("Anna Bo") is None


def test_states_of_roles():
    """The state a role stands for is read out of its words."""
    assert [state_of(role) for role in ("President of Iran", "Turkish leader", "Minister of Energy")] == [
        "IRN", "TUR", None,
    ]  # fmt: skip


def _plain_states(words: str) -> list[tuple]:
    """Search a few words for states without asking first whether they can hold one."""
    return read_dictionary("states").find(words)[["start", "end", "key", "sub"]].values.tolist()


def test_states_in_a_few_words_are_those_of_the_whole_dictionary():
    """Names and offices that are not searched at all hold no state; no pattern has wildcards, which would be missed."""
    words = [
        "President of Russia", "the United States", "France", "NEW ZEALAND", "Anna Bo", "Georgia Bo", "Xi Jinping",
        "Russian-Chinese", "U.S.", "US", "us", "Minister of Energy", "Papua New Guinea", "Guinea, Bissau", "", "–",
    ]  # fmt: skip
    assert [[list(hit) for hit in _states_in(word)] for word in words] == [_plain_states(word) for word in words]
    assert not [p.text for p in read_dictionary("states").patterns if set("*?") & set(p.text)]


def test_a_note_names_a_state_only_as_a_whole():
    """A state's name alone in a note is the state; a constituency that holds a city's name is none."""
    assert [state_named(note) for note in ("France", "the Netherlands", "Paris North", "")] == [
        "FRA",
        "NLD",
        None,
        None,
    ]
