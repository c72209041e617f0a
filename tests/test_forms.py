"""Rows of printed forms: split once, equal to what plain patterns find, with and without quotation marks."""

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sco_analysis.speech import function_words
from sco_analysis.speech.cues import verb_forms, words
from sco_analysis.speech.flags import BODY, POSSESSIVE, WOMAN
from sco_analysis.speech.forms import BREAK, row_of, with_marks
from sco_analysis.speech.paragraphs import Paragraphs
from sco_analysis.speech.phrases import _ends, _marked_ends, is_finite, sentences_of, words_of
from sco_analysis.speech.prose import split_prose
from sco_analysis.speech.quotes import pair_marks

#: the pattern as one reads it; what the package uses finds the same without going back
PLAIN = re.compile(r"\d+(?:[.,]\d+)*\w*(?:-\w+)*|\w+(?:[-'’.&/]\w+)*(?:['’](?!\w))?|\.{2,}|--+|[^\w\s]")
PIECES = (
    "a s x Ab U.S 1 2,5 12a 3-a _ é İ ٣ ² & / - -- . .. … ? , : ' ’ '' ‘ ‘‘ ’’ “ ” \" ` `` « » „ ( ) \t \xa0"
    " 𝟏 𝒂 \ud800".split(" ")
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from([*PIECES, " ", " ", "\n", "said", "dogs’", "Okello"]), max_size=40).map("".join),
)


def plain_split(text, start, end):
    """Split as the rule is told: one match after the other; words keep an apostrophe behind them after s, x and z."""
    found = []
    for match in PLAIN.finditer(text, start, end):
        word = match[0]
        if word[-1] in "'’" and len(word) > 1 and word[-2] not in "sSzx":
            word = word[:-1]
        found.append((word, match.start()))
    return found


def paragraphs_of(spans):
    columns = zip(*spans, strict=True) if spans else [()] * 3
    return Paragraphs(*map(list, columns), [1] * len(spans))


def marks_of(text):
    return pair_marks([text], paragraphs_of([(0, 0, len(text))])).get(0, [])


def as_pairs(row):
    return [(form.text, start) for form, start in zip(row.forms, row.starts, strict=True)]


@settings(max_examples=300, deadline=None)
@given(texts, st.integers(0, 5), st.integers(0, 5))
def test_forms_are_what_the_plain_pattern_finds(text, before, behind):
    """Any stretch of any text gives the words and signs of the plain pattern, each where it stands."""
    end = max(before, len(text) - behind)
    row = row_of(text, min(before, len(text)), end)
    assert as_pairs(row) == plain_split(text, min(before, len(text)), end)
    assert all(text.startswith(form.text, start) for form, start in zip(row.forms, row.starts, strict=True))


@settings(max_examples=500, deadline=None)
@given(texts)
def test_marked_stretches_stand_in_the_place_of_their_forms(text):
    """A row with marks is what splitting anew between the marks gives, whatever the marks tear apart."""
    marks = marks_of(text)
    expected, start = [], 0
    for mark in marks:
        expected += [*plain_split(text, start, mark.opening), ("“", mark.opening)]
        start = mark.closing
    expected += plain_split(text, start, len(text))
    row = with_marks(text, row_of(text, 0, len(text)), len(text), marks)
    assert as_pairs(row) == expected
    assert [form.size for form in row.forms if form.mark >= 0] == [m.closing - m.opening for m in marks]


def plain_sentences(text, row):
    """Cut as the rule is told: look at every form for the end of a sentence; none has more than 401."""
    found, begin = [], 0
    for i in range(len(row.forms) - 1):
        form = row.forms[i]
        full_stop = form.text in (".", "?", "!", "…", "..", "...", "....")
        ends = _marked_ends(text, row, i) if form.mark >= 0 else full_stop and _ends(row, i)
        if i - begin >= 400 or ends:
            found.append((begin, i + 1))
            begin = i + 1
    return [*found, (begin, len(row.forms))] if begin < len(row.forms) else found


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from([1, 1, 1, 15]))
def test_sentences_are_those_of_a_plain_loop(text, times):
    """Only looking where a sentence may end, and long ones by count, cuts as looking everywhere does."""
    text *= times
    row = with_marks(text, row_of(text, 0, len(text)), len(text), marks_of(text))
    assert list(sentences_of(text, row)) == plain_sentences(text, row)


@pytest.mark.parametrize("n", [400, 401, 402, 802, 1203])
def test_a_text_without_full_stops_is_cut_by_count(n):
    """Sentences without an end have 401 tokens, the last what is left."""
    text = "a " * n
    row = row_of(text, 0, len(text))
    assert list(sentences_of(text, row)) == plain_sentences(text, row)


def test_a_form_knows_what_it_may_be():
    """Cues, sentence ends and names are told of a form once, whatever its case and apostrophe."""
    text = "SAID According Okello’s she’d . Ministry"
    forms = {form.text: form for form in row_of(text, 0, len(text)).forms}
    assert [form.text for form in forms.values() if form.cue] == ["SAID", "According"]
    assert [form.text for form in forms.values() if form.stops] == ["."]
    assert (forms["Okello’s"].bare, forms["Okello’s"].flags & POSSESSIVE > 0) == ("Okello", True)
    assert (forms["she’d"].low, forms["she’d"].flags & WOMAN > 0) == ("she'd", True)
    assert forms["Ministry"].flags & BODY


LISTS = ("determiners", "prepositions", "boundaries", "adverbs", "be", "times", "adjuncts", "nominative", "also_nouns")


@pytest.mark.parametrize("section", LISTS)
def test_a_form_is_in_the_lists_that_hold_it(section):
    """Each form has the bit of a list of function words if and only if the list has it."""
    bit = getattr(function_words, section.upper())
    found = {word for name in LISTS for word in words(name) if function_words.lists_of(word) & bit}
    assert found == {word for name in LISTS for word in words(name) if word in words(section)}


def plainly_finite(low, before, after, *, upper, first):
    """Tell a finite verb as the rule is told, word list by word list."""
    held = {name: before in words(name) for name in ("determiners", "prepositions")}
    if upper or low in words("auxiliaries"):
        return not upper
    if low in words("irregular_pasts"):
        return not any(held.values())
    if low.endswith(("n't", "'re", "'ve", "'ll", "'d", "'m")) or (low.endswith("'s") and low in words("nominative")):
        return True
    fixed = held["determiners"] and before not in "some many several most all few both others".split()
    if len(low) < 4 or fixed or held["prepositions"]:
        return False
    if low.endswith("ed") or not low.endswith("s") or low.endswith(("ss", "us", "is")) or first or not after:
        return low.endswith("ed")
    if before in ("he", "she", "it", "this", "that", "which", "who"):
        return True
    takes = after in words("determiners") or after in ("to", "that", "it", "him", "them", "not")
    return before.isalnum() and not before.endswith("s") and takes


VERBS = "is went said wanted wants press needs opens opened n't he'd it's that's they've cat bus ed some Wants".split()
AROUND = ["", "the", "some", "in", "Okello", "dogs", "he", "that", "to", "and", ",", "of", "which", "not"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_finite_verb_is_told_as_by_the_lists_of_words(verb):
    """Flags of a form and of its neighbours tell what the lists of words tell, whatever stands before and behind."""
    for before, after in product(AROUND, AROUND):
        text = f"{before} {verb} {after}"
        forms, i = row_of(text, 0, len(text)).forms, int(before != "")
        upper = verb[0].isupper() and (i > 0 or (after != "" and after[0].isupper()))
        if verb[0].isupper() and not upper:
            continue
        expected = plainly_finite(verb.lower(), before.lower(), after.lower(), upper=upper, first=i == 0)
        assert is_finite(forms, i) == expected, text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(texts, st.integers(0, 9)), max_size=4))
def test_a_block_is_split_as_its_paragraphs_are(parts):
    """Any paragraphs of any texts, split at once, have the forms and offsets that each has alone, a break between."""
    spans = [(n, a, b) for n, (text, cut) in enumerate(parts) for a, b in ((0, cut), (cut, len(text))) if a <= b]
    prose = split_prose([text for text, _ in parts], paragraphs_of(spans))
    for i, (n, start, end) in enumerate(spans):
        row = row_of(parts[n][0], start, end)
        assert as_pairs(prose.row(i)) == as_pairs(row)
        assert prose.size[prose.first[i] : prose.last[i]].tolist() == [form.size for form in row.forms]
        assert {prose.forms[prose.first[i] - 1], prose.forms[prose.last[i]]} == {BREAK}
    assert prose.forms.count(BREAK) == len(spans) + 1


def test_every_cue_is_a_form_of_its_own():
    """No reporting verb is split by the pattern, so that a form is a cue or not without its neighbours."""
    assert [cue for cue in verb_forms() if [t.text for t in words_of(cue)] != [cue]] == []
