"""Tests of repeats: what was printed before counts once, and nothing else is taken for it."""

import pytest

from sco_analysis.repeats import mark_repeats

LEAD = "The two leaders met in Astana on Monday and signed a treaty on trade and transport."
NEXT = "They also discussed the railway that will link both capitals by the end of the decade."


def _marked(*documents, voice="narration"):
    """Return ``repeat_of`` for sentences given document by document."""
    rows = [
        {"doc_id": "abcdef"[d], "start": at, "text": text, "voice": voice}
        for d, texts in enumerate(documents)
        for at, text in enumerate(texts)
    ]
    mark_repeats(rows)
    return [row.get("repeat_of", "") for row in rows]


def test_the_same_words_are_a_repeat():
    """Case and punctuation aside, a long sentence of an earlier document is a repeat of its first printing."""
    assert _marked([LEAD], ["Bye.", LEAD.upper().replace(".", "!")], [LEAD]) == ["", "", "a:0", "a:0"]


def test_short_sentences_repeat_only_in_their_document():
    """A sentence of five words or more is a repeat in its document; in another one it needs twelve."""
    short = "The two leaders shook hands."
    assert _marked([short, short, "Yes.", "Yes."], [short]) == ["", "a:0", "", "", ""]


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


def test_the_seeds_keep_their_repeats(parsed):
    """In the seeds, sentences repeated are few, and each points to an earlier sentence of the table."""
    sentences = parsed.sentences
    places = sentences["doc_id"] + ":" + sentences["start"].astype("str")
    repeats = sentences["repeat_of"].dropna()
    assert set(repeats) <= set(places)
    assert 0 < len(repeats) < 0.05 * len(sentences)
