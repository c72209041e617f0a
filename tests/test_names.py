"""Names in prose: who is one person, what gender, which nouns; bodies and their short forms."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.speech import flags, namings
from sco_analysis.speech.abbreviations import spelled_anywhere
from sco_analysis.speech.capitals import read_run, run_end
from sco_analysis.speech.cues import first_names
from sco_analysis.speech.forms import row_of
from sco_analysis.speech.names import Cast
from sco_analysis.speech.namings import read_names
from sco_analysis.speech.paragraphs import Paragraphs
from sco_analysis.speech.prose import split_prose


def namings_of(*texts, quoted=()):
    spans = [(n, *span) for n, text in enumerate(texts) for span in paragraphs_of(text)]
    columns = zip(*spans, strict=True) if spans else [()] * 3
    paragraphs = Paragraphs(*map(list, columns), [1] * len(spans))
    return read_names(split_prose(texts, paragraphs), [True] * len(texts), list(quoted))


def paragraphs_of(text):
    return [match.span() for match in re.finditer(r"[^\n]+", text)]


def cast_of(text):
    return Cast(text, namings_of(text)[0])


def mentions_of(text):
    cast = cast_of(text)
    return [cast.mention(i) for i in range(len(cast.named))]


def people(text):
    return {e.name: (e.gender, e.count) for e in cast_of(text).entities if e.kind == "person"}


def test_sequences_that_another_thread_forgets_are_read_all_the_same(monkeypatch):
    """Where whatever is noted is forgotten at once, the names are as before; long sequences are not noted at all."""

    class Forgotten(dict):
        def __setitem__(self, key, value):
            noted.append(key)
            self.clear()

    noted = []
    monkeypatch.setattr(namings, "_READINGS", Forgotten())
    text = "Ada Okello met " + "Ito " * 30 + "in Astana."
    assert [name.full for name in namings_of(text)[0].names] == ["Ada Okello", "Ito " * 29 + "Ito", "Astana"]
    assert noted == [(False, "Astana"), (False, "Ada", "Okello")]


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
    names = [m.entity.name for m in mentions_of(text)]
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


WORDS = (
    "Anna|Bo|Okello|Mr.|St|J.|A|(SCO)|of|the|and|in|for|de|van|U.S.|'s|Okello’s|dogs'|,|.|?|said|wants|opened|who|he|She|"
    'his|İ|Ⓐ|—|–|“|”|"|Ministry|Trade|Minister|minister|police chief|President|Really|The|However|Monday|LAGOS|'
    "Nigeria|golfer|45|forty-year-old|a|is|(|)|by|Smith|Bank|&|no|3|\n|\n"
).split("|")
texts = st.builds(lambda glue, words: glue.join(words), st.sampled_from([" ", " ", "", "  "]),
                  st.lists(st.sampled_from(WORDS), max_size=40))  # fmt: skip


def plainly_read(text, quoted):
    """Read names as the rules are told: word by word, sentence by sentence."""
    names, sentences, pronouns = [], [], []
    for number, span in enumerate(paragraphs_of(text)):
        row = row_of(text, *span)
        opening = reached = begin_sentence(row, 0, sentences)
        for i, form in enumerate(row.forms):
            if i < reached:
                continue
            if form.flags & flags.BEGINS:
                opening = reached = begin_sentence(row, i + 1, sentences)
                continue
            marked = any(start <= row.starts[i] < end for start, end in quoted)
            if form.flags & (flags.MAN | flags.WOMAN) and not marked:
                gender = "m" if form.flags & flags.MAN else "f"
                pronouns.append((row.starts[i], gender, len(sentences), number))
            if form.flags & flags.CAPITAL:
                reached = run_end(row, i)
                run = read_run(row, i, reached, initial=i == opening)
                if run:
                    names.append((run, marked, len(sentences), number))
    return names, sentences, pronouns


def begin_sentence(row, i, sentences):
    for k in range(i, len(row.forms)):
        sentences.append(row.starts[k])
        if not row.forms[k].flags & flags.SKIPPED:
            return k
    return len(row.forms)


@settings(max_examples=500, deadline=None)
@given(st.lists(texts, min_size=1, max_size=3), st.integers(0, 30))
def test_a_block_of_names_is_read_as_each_is_by_the_rules(texts, cut):
    """All names, sentences and pronouns of a block, read at once, are what the rules tell of one place at a time."""
    quoted = [(n, cut, min(cut + 9, len(text))) for n, text in enumerate(texts)]
    for text, found in zip(texts, namings_of(*texts, quoted=quoted), strict=True):
        names, sentences, pronouns = plainly_read(text, [(cut, cut + 9)])
        runs = [run for run, *_ in names]
        assert (found.sentences, found.pronouns) == (sentences, pronouns)
        assert [(n.words, n.titles, n.role, n.gender) for n in found.names] == [
            (run.name, run.titles, run.role, run.gender) for run in runs
        ]
        assert list(zip(found.start, found.end, found.subject, found.vote, strict=True)) == [
            (run.start, run.end, run.subject, run.vote) for run in runs
        ]
        places = zip(found.weight, found.sentence, found.paragraph, strict=True)
        assert list(places) == [(6 + 1.5 * run.subject - 3 * said, *place) for run, said, *place in names]
        told = [like or n.kind for n, like in zip(found.names, found.like, strict=True)]
        assert [i for i, run in enumerate(runs) if run.person_like and not told[i]] == []


@settings(max_examples=200, deadline=None)
@given(texts)
def test_mentions_are_spans_of_the_text(text):
    """Whatever the words: no mention leaves the text, and they stand in order."""
    mentions = mentions_of(text)
    assert all(0 <= m.start < m.end <= len(text) and text[m.start : m.end].strip() for m in mentions)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)


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
    assert dict(spelled_anywhere(text, acronyms)) == {a: words for a, words in expected.items() if words}


def test_a_document_of_namesakes_is_read():
    """Hundreds of persons of one surname are all read, though only the first of them are told apart."""
    text = " ".join(f"Z{chr(97 + i % 26)}{chr(97 + i // 26)}o Okello left." for i in range(520))
    assert [m.start for m in mentions_of(text)] == list(range(0, len(text), 18))
