"""Tests of repeats: what was printed before counts once, and nothing else is taken for it."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sco_analysis.repeats import HOLDERS, find_originals, mark_repeats, sketch

LEAD = "The two leaders met in Astana on Monday and signed a treaty on trade and transport."
NEXT = "They also discussed the railway that will link both capitals by the end of the decade."


def _sentences(documents, voice="narration"):
    """Make a sentences table of texts given document by document."""
    rows = [
        ("abcdefghijklmnop"[d], at, text, voice) for d, texts in enumerate(documents) for at, text in enumerate(texts)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "start", "text", "voice"])


def _marked(*documents, voice="narration"):
    """Return ``repeat_of`` for sentences given document by document."""
    return mark_repeats(_sentences(documents, voice)).fillna("").tolist()


def test_the_same_words_are_a_repeat():
    """Case and punctuation aside, a long sentence of an earlier document is a repeat of its first printing."""
    assert _marked([LEAD], ["Bye.", LEAD.upper().replace(".", "!")], [LEAD]) == ["", "", "a:0", "a:0"]


def test_short_sentences_repeat_only_in_their_document():
    """A sentence of five words or more is a repeat in its document; in another one it needs twelve."""
    short = "The two leaders shook hands."
    assert _marked([short, short, "Yes.", "Yes."], [short, short]) == ["", "a:0", "", "", "", "b:0"]


@pytest.mark.parametrize(
    "edited",
    [
        LEAD.replace("signed", "concluded"),
        LEAD.replace("met in", "met again in"),
        LEAD.replace("two ", ""),
        "Today the" + LEAD[3:],
    ],
)
def test_edited_copy_is_a_repeat(edited):
    """A word changed, put in or left out makes no new sentence."""
    assert _marked([LEAD], [edited]) == ["", "a:0"]


@pytest.mark.parametrize(
    "other",
    [
        LEAD.replace("Astana", "Tashkent"),
        LEAD.replace("signed", "never signed"),
        LEAD.replace("a treaty", "2 treaties"),
        LEAD.replace("trade and transport", "energy and defence"),
        "They said on Monday that a treaty on trade and transport is signed by the leaders in Astana.",
    ],
)
def test_another_statement_is_no_repeat(other):
    """Another name, number, negation or matter, and the same words in another order, are statements of their own."""
    assert _marked([LEAD], [other]) == ["", ""]


def test_beside_a_copy_less_is_needed():
    """Next to a copied sentence, a sentence with another name and a short one are copies of their counterparts too."""
    first = [LEAD, NEXT, "It was late."]
    second = [LEAD, NEXT.replace("both capitals", "Astana and Tashkent"), "It was late."]
    assert _marked(first, second) == ["", "", "", "a:0", "a:1", "a:2"]
    assert _marked(first, second[1:]) == [""] * 5


def test_who_says_it_twice_has_said_it_twice():
    """In turns, the same document repeats nothing; another document (one transcript in two files) does."""
    assert _marked([LEAD, LEAD, LEAD.replace("signed", "concluded")], voice="turn") == ["", "", ""]
    assert _marked([LEAD], [LEAD], voice="turn") == ["", "a:0"]


def test_formulas_find_nothing_by_themselves():
    """A run of words that stands in very many sentences does not make two of them copies, nor is it slow."""
    texts = [f"Good people of the world number {i} are w{i} x{i} y{i} z{i} q{i} r{i}." for i in range(80)]
    assert set(_marked(texts)) == {""}


def test_what_is_edited_in_the_middle_is_found_by_its_end():
    """Two statements are compared when they begin or when they end alike; with both edges edited they are two."""
    assert _marked([LEAD], ["Yesterday the " + LEAD[4:]]) == ["", "a:0"]
    assert _marked([LEAD], ["Yesterday the " + LEAD[4:].replace("transport", "traffic")]) == ["", ""]


def _long(number):
    return f"The members of the council met again and spoke for long of w{number} x{number} y{number} z{number}."


def test_a_copy_of_a_copy_names_the_first():
    """However often a passage is edited, every copy names the first printing."""
    again = LEAD.replace("signed", "concluded")
    assert _marked([LEAD], [again], [again.replace("two ", "")]) == ["", "a:0", "a:0"]


POOL = [LEAD, LEAD.replace("signed", "concluded"), LEAD.replace("two ", ""), NEXT, "It was late.", "We met.", _long(1)]


@given(st.lists(st.lists(st.sampled_from(POOL + [_long(n) for n in range(2, 9)]), max_size=5), min_size=2, max_size=8))
def test_a_document_needs_only_what_its_sketch_points_to(documents):
    """Among the documents that its sketch points to, the last document has the originals it has among all."""
    sentences = _sentences(documents)
    doc = sentences["doc_id"]
    last = "abcdefghijklmnop"[len(documents) - 1]
    drawn = sketch(sentences)
    needed = {last}
    for _, group in drawn.groupby(["kind", "hash"]):
        if (doc[group["row"]] == last).any():
            firsts = group.sort_values("row").drop_duplicates("whole")["row"].head(HOLDERS)
            needed |= set(doc[firsts])
    part = sentences[doc.isin(needed)]
    among_all = {copy: first for copy, first in find_originals(sentences).items() if doc[copy] == last}
    among_few = {int(part.index[c]): int(part.index[f]) for c, f in find_originals(part).items()}
    assert {copy: first for copy, first in among_few.items() if doc[copy] == last} == among_all


def test_nothing_repeats_in_an_empty_table():
    """A table without rows, and one without words, are marked without complaint."""
    assert _marked([], []) == []
    assert _marked(["…", "!"], ["…"]) == ["", "", ""]


def test_the_seeds_keep_their_repeats(parsed):
    """In the seeds, sentences repeated are few, and each points to an earlier sentence of the table."""
    sentences = parsed.sentences
    places = sentences["doc_id"] + ":" + sentences["start"].astype("str")
    repeats = sentences["repeat_of"].dropna()
    assert set(repeats) <= set(places)
    assert 0 < len(repeats) < 0.05 * len(sentences)
