"""Tests of the people of one document: who speaks under each of its labels."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.reading.labels import find_labels
from sco_analysis.reading.roster import Roster


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


@given(
    st.lists(
        st.sampled_from(["Bo", "BO", "Al-Bo", "Anna", "Mr.", " ", "\t", "I. ", "’s", ".", "\n", "é", "the "]),
        max_size=16,
    ).map("".join)
)
def test_first_names_are_those_of_one_pattern(text):
    """Surnames behind a first name stand where a pattern of the surname, run over the whole text, finds them."""
    for surname in ("Bo", "Al-Bo"):
        first = r"[A-Z][\w'’-]+\.?[ \t]+(?:[A-Z]\.?[ \t]+)?"
        plain = re.compile(rf"\b{first}(?:{re.escape(surname)}|{re.escape(surname.upper())})\b")
        assert list(Roster(text, [])._introductions(surname)) == [match.span() for match in plain.finditer(text)]


def test_an_acronym_is_a_name_where_the_text_writes_it_so():
    """A label of few capitals stays an acronym unless the text has it as a word, whole, in small letters."""
    labels = "\n".join(["CCTV: Why?", "MAO: So.", "A-BO: Yes."] * 3)
    assert [name for name, *_ in _resolved(f"{labels}\nMao and A-Bo left the Cctvs.")] == ["CCTV", "Mao", "A-Bo"] * 3
    assert [name for name, *_ in _resolved(labels)] == ["CCTV", "MAO", "A-BO"] * 3


def test_the_fullest_of_many_names_is_found():
    """A name is completed by the longest label that holds all its words and ends in its surname."""
    text = "".join(
        f"{label}: We said so.\n" for label in ["Anna Bo", "Anna Maria Bo", "Anna Bo Cy", "Lea Bo", "Anna Bo"]
    )
    assert [name for name, *_ in _resolved(text)] == [
        "Anna Maria Bo", "Anna Maria Bo", "Anna Bo Cy", "Lea Bo", "Anna Maria Bo",
    ]  # fmt: skip
