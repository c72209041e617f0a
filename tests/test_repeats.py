"""Tests of repeats: what was printed before counts once, and nothing else is taken for it."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from sco_analysis.repeats import HOLDERS, mark_repeats

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
def test_the_rule_is_that_of_the_plain_reading(documents):
    """Whatever the documents, what is marked is what the rule marks sentence by sentence."""
    for voice in ("narration", "turn"):
        sentences = _sentences(documents, voice)
        assert mark_repeats(sentences).fillna("").tolist() == plain_marks(sentences)


WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi China 7 not".split()
LINES = [" ".join(WORDS[(at + step) % 14] for step in range(13)) for at in range(0, 14, 5)]


@st.composite
def tables_of_sentences(draw):
    """Draw a sentences table in which much is nearly alike."""
    rows = []
    for number in range(draw(st.integers(1, 6))):
        for start in range(draw(st.integers(0, 6))):
            words = draw(st.sampled_from(LINES)).split()
            for _ in range(draw(st.integers(0, 3))):
                words[draw(st.integers(0, 12))] = draw(st.sampled_from(WORDS))
            text = " ".join(words[: draw(st.sampled_from([13, 13, 13, 6, 5, 3, 0]))])
            voice = draw(st.sampled_from(["narration", "narration", "turn", "heading", "label", "quotation"]))
            rows.append((f"d{number}", start, text, voice))
    return pd.DataFrame(rows, columns=["doc_id", "start", "text", "voice"])


@settings(max_examples=300)
@given(tables_of_sentences())
def test_nearly_alike_sentences_are_marked_as_by_the_plain_reading(sentences):
    """Copies, edited copies, runs, headings and turns in any mixture are marked as the rule marks them one by one."""
    assert mark_repeats(sentences).fillna("").tolist() == plain_marks(sentences)


def plain_marks(sentences):
    """Mark repeats by the four steps of the rule, one passage after the other."""
    passages = [_Plain(*row) for row in sentences.itertuples() if row.voice not in ("label", "furniture")]
    original = {}
    for i, passage in enumerate(passages):
        copy = _printed_here(passages, i) if len(passage.words) >= (3 if passage.voice == "heading" else 5) else None
        first = next(j for j, other in enumerate(passages) if other.words == passage.words)
        if len(passage.words) >= 12 and passages[first].doc != passage.doc:
            copy = first
        if copy is not None:
            original[i] = copy
    for i in range(len(passages)):
        if i not in original and (copy := _edited_copy(passages, i)) is not None:
            original[i] = copy
    for i in sorted(original, reverse=True):
        for step in (-1, 1):
            _go_on(passages, original, i, step)
    while any(original[i] in original for i in original):
        original = {i: original.get(first, first) for i, first in original.items()}
    marks = [""] * len(sentences)
    for i, first in original.items():
        marks[passages[i].row] = f"{passages[first].doc}:{passages[first].start}"
    return marks


class _Plain:
    """A passage with the words as they are printed and case aside."""

    def __init__(self, row, doc, start, text, voice):
        self.row, self.doc, self.start, self.voice = row, doc, start, voice
        self.printed = re.findall(r"\w+", text)
        self.words = [word.casefold() for word in self.printed]

    def weighs(self, at):
        """Tell whether a word is a name, a number or a negation."""
        word = self.printed[at]
        return (at > 0 and word[0].isupper()) or any(c.isdigit() for c in word) or word in ("not", "No", "never")


def _one_statement(a, b):
    return a.doc != b.doc or "turn" not in (a.voice, b.voice)


def _printed_here(passages, i):
    least = [3 if p.voice == "heading" else 5 for p in passages]
    same = (j for j, p in enumerate(passages) if (p.doc, p.words) == (passages[i].doc, passages[i].words))
    first = next(j for j in same if len(passages[j].words) >= least[j])
    return first if first < i and _one_statement(passages[i], passages[first]) else None


def _edited_copy(passages, i):
    """Return the first of the first five statements with one of its edges that a statement is an edited copy of."""
    statements, seen = [], []
    for j, passage in enumerate(passages[: i + 1]):
        if len(passage.words) >= 12 and passage.voice != "heading" and passage.words not in seen:
            statements.append(j)
            seen.append(passage.words)
    if i not in statements:
        return None
    found = set()
    for edge in (slice(None, 6), slice(-6, None)):
        like = [j for j in statements[:-1] if passages[j].words[edge] == passages[i].words[edge]]
        found.update(like[:HOLDERS])
    for j in sorted(found):
        first, copy = passages[j], passages[i]
        if _one_statement(first, copy) and Indel.normalized_similarity(first.words, copy.words) >= 0.9:
            edits = Indel.editops(first.words, copy.words)
            if not any(copy.weighs(e.dest_pos) if e.tag == "insert" else first.weighs(e.src_pos) for e in edits):
                return j
    return None


def _go_on(passages, original, i, step):
    """Follow a copy and its original as long as what stands beside them is alike."""
    here, there = i + step, original[i] + step
    while min(here, there) >= 0 and max(here, there) < len(passages) and here not in original:
        a, b = passages[here], passages[there]
        if here == there - step or a.doc != passages[here - step].doc or b.doc != passages[there - step].doc:
            return
        if not _one_statement(a, b) or Indel.normalized_similarity(a.words, b.words) < 0.75:
            return
        original[here] = there
        here, there = here + step, there + step


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
