"""Names in prose: who is one person, what gender, which nouns; bodies and their short forms."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.speech.capitals import Capitals, _spelled_anywhere
from sco_analysis.speech.cues import first_names
from sco_analysis.speech.forms import Rows
from sco_analysis.speech.names import Cast


def cast_of(text):
    return Cast(Rows(text), [(0, len(text))], [])


def people(text):
    return {e.name: (e.gender, e.count) for e in cast_of(text).entities if e.kind == "person"}


def test_a_surname_is_the_person_named_in_full():
    """Full name, title with surname and surname alone are one person, before and behind the full name."""
    text = "Okello spoke first. Transport Minister Grace Okello signed. Ms. Okello left. “Okello's gone.”"
    assert people(text) == {"Grace Okello": ("f", 4)}


def test_two_persons_of_one_surname_are_told_apart_by_title():
    """A title's gender chooses between namesakes."""
    text = "Peter Lindqvist and Anna Lindqvist came. Ms. Lindqvist spoke. Mr. Lindqvist slept."
    assert people(text) == {"Peter Lindqvist": ("m", 2), "Anna Lindqvist": ("f", 2)}


@pytest.mark.parametrize(
    ("text", "name", "nouns"),
    [
        ("TransRail chief executive Mbali Dube resigned.", "Mbali Dube", {"chief", "executive"}),
        ("Mbali Dube, a retired judge, resigned.", "Mbali Dube", {"judge"}),
        ("Her coach, Mbali Dube, resigned.", "Mbali Dube", {"coach"}),
        ("Deputy Prime Minister Mbali Dube resigned.", "Mbali Dube", {"deputy", "prime", "minister"}),
    ],
)
def test_titles_and_appositions_give_nouns(text, name, nouns):
    """What stands before a name or behind its comma tells what the person may be called later."""
    person = next(e for e in cast_of(text).entities if e.name == name)
    assert (person.kind, nouns <= person.nouns) == ("person", True)


@pytest.mark.parametrize(
    ("text", "gender"),
    [
        ("Mr. Abara left.", "m"),
        ("Spokeswoman Uzo Abara left.", "f"),
        ("Chairman Uzo Abara left.", "m"),
        ("Coach Uzo Abara said she would leave.", "f"),
        ("Coach Uzo Abara left.", ""),
        ("Elizabeth Abara left.", "f"),
    ],
)
def test_gender_comes_from_titles_nouns_first_names_and_pronouns(text, gender):
    """What the text says comes before what the first name suggests; nothing known stays empty."""
    assert [e.gender for e in cast_of(text).entities if e.kind == "person"] == [gender]


def test_a_short_form_in_brackets_is_the_full_name():
    """An abbreviation introduced in brackets, or spelled out elsewhere, means the body of the full name."""
    text = "The Nile Basin Council (NBC) met. The NBC voted. The Board of Grain Traders left; BGT is small."
    names = [m.entity.name for m in cast_of(text).mentions]
    assert names == ["Nile Basin Council"] * 3 + ["Board of Grain Traders"] * 2


def test_datelines_weekdays_and_titles_alone_are_no_names():
    """Nothing that only looks like a name becomes one."""
    assert cast_of("LAGOS, Nigeria — On Monday the Prime Minister spoke in March.").entities[0].name == "Nigeria"
    assert cast_of("However, on Friday they met. The Minister left.").entities == []


def test_office_holders_have_the_spelling_of_the_people_file():
    """Other spellings of somebody in people.csv are the same person."""
    text = "Recep Tayyip Erdoğan met the press. Erdogan left."
    (person,) = [e for e in cast_of(text).entities if e.kind == "person"]
    assert (person.person.name, person.person.state, person.count) == ("Recep Tayyip Erdogan", "TUR", 2)


def test_first_names_are_marked_f_m_or_either():
    """The list of first names holds no other mark and no name twice."""
    assert set(first_names().values()) == {"f", "m", ""}
    assert first_names()["Grace"] == "f"
    assert first_names()["Jean"] == ""


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Anna", "Bo", "Mr.", "(SCO)", "of", "the", "U.S.", "'s", ",", ".", "said", "İ", "—"]),
        max_size=20,
    )
)
def test_mentions_are_spans_of_the_text(pieces):
    """Whatever the words: no mention leaves the text, and sequences stand in order."""
    text = " ".join(pieces)
    runs = Capitals([]).read(Rows(text), [(0, len(text))]).runs
    assert all(0 <= run.start < run.end <= len(text) for run in runs)
    assert [run.start for run in runs] == sorted(run.start for run in runs)
    assert all(text[m.start : m.end].strip() for m in cast_of(text).mentions)


def plainly_spelled(text, letters):
    """Find the words of an acronym as one pattern of its letters does."""
    link = r"\w[\w'’-]*,?\s+(?:(?:of|and|the|for|on|&)\s+)*"
    match = re.search(rf"\b{link.join(map(re.escape, letters))}[\w'’-]+", text)
    return " ".join(match[0].split()) if match else None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([*"Nile Basin's Council of and the & No-Big N Bo B O'C École , . ( x 3".split(), "\n"]),
        max_size=25,
    ),
    st.sampled_from([" ", " ", "  ", "-"]),
    st.sampled_from([(), ("ÉC",)]),
)
def test_acronyms_are_spelled_out_where_a_pattern_of_their_letters_finds_them(pieces, glue, others):
    """One walk from word to word finds for every acronym what a search for its own letters finds first."""
    text, acronyms = glue.join(pieces), {"NBC", "NB", "BNC", "CC", "NBNB", *others}
    expected = {letters: plainly_spelled(text, letters) for letters in acronyms}
    assert dict(_spelled_anywhere(text, acronyms)) == {a: words for a, words in expected.items() if words}


def test_a_document_of_namesakes_is_read():
    """Hundreds of persons of one surname are all read, though only the first of them are told apart."""
    text = " ".join(f"Z{chr(97 + i % 26)}{chr(97 + i // 26)}o Okello left." for i in range(520))
    assert [m.start for m in cast_of(text).mentions] == list(range(0, len(text), 18))
