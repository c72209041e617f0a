"""Tests of persons: names, titles, states, and the people of one document."""

import pytest

from sco_analysis.people import fold, in_title_case, known, split_title, state_of
from sco_analysis.reading.labels import find_labels
from sco_analysis.reading.roster import Roster


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


def _resolved(text: str) -> list[tuple]:
    labels = [label for label in find_labels(text) if label.accepted]
    roster = Roster(text, labels)
    return [(s.name, s.state, s.role, s.how) for s in map(roster.resolve, labels)]


def test_role_and_short_forms_are_one_person():
    """The first label says who somebody is; later ones only name them."""
    text = "President of Kenya Anna Bo (retranslated):\nHello.\nIvan Cy: Yes.\nAnna Bo: Good.\nIvan Cy: Well."
    assert _resolved(text) == [
        ("Anna Bo", "KEN", "President of Kenya", "label"),
        ("Ivan Cy", None, None, "label"),
        ("Anna Bo", "KEN", "President of Kenya", "label"),
        ("Ivan Cy", None, None, "label"),
    ]


def test_a_surname_is_completed_from_the_text():
    """Where a label gives a surname only, the first name is taken from the document's own words."""
    text = "We have Gary Samore here.\n\nMR. SAMORE: Hi.\n\nQ Why?\n\nMR. SAMORE: So.\n\nQ When?"
    assert _resolved(text) == [
        ("Gary Samore", None, None, "introduction"),
        (None, None, "questioner", "unresolved"),
        ("Gary Samore", None, None, "introduction"),
        (None, None, "questioner", "unresolved"),
    ]


def test_an_office_alone_is_its_holder_where_the_document_says_so():
    """`THE PRESIDENT` is the president who has a label of his own; a state in brackets is the delegate's."""
    text = "PRESIDENT BO: Hi.\n\nMR. CY (Kenya): Yes.\n\nPRESIDENT BO: Good.\n\nTHE PRESIDENT: Bye."
    assert [(name, state) for name, state, *_ in _resolved(text)] == [
        ("Bo", None), ("Cy", "KEN"), ("Bo", None), ("Bo", None),
    ]  # fmt: skip


def test_the_chair_of_a_record_is_read_from_its_head():
    """A verbatim record names its president once, at the top."""
    text = "President: Mr. Bo (Fiji)\n\nThe President: I open.\nMr. Cy (Peru): Well.\nThe President: I close."
    assert _resolved(text) == [
        ("Bo", "FJI", "chair", "description"),
        ("Cy", "PER", None, "label"),
        ("Bo", "FJI", "chair", "description"),
    ]
