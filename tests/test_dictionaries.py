"""The matching rule against a plain reference, and dictionary files with their errors."""

import re
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sco_analysis.dictionaries import DictionaryError, compile_dictionary, read_dictionary
from sco_analysis.matches import matching
from sco_analysis.tokens import split_tokens

# ---------------------------------------------------------------------- the rule, written as plainly as possible


def fits(atom, word):
    """One atom of a pattern against one word of the text."""
    plain = atom == atom.lower()
    forms = [(atom.casefold(), word.casefold())] if plain else [(atom, word), (atom.upper(), word)]
    spelt = [("".join({"*": r"\w*", "?": r"\w"}.get(c, re.escape(c)) for c in a), w) for a, w in forms]
    return any(re.fullmatch(a, w) for a, w in spelt)


def crosses(gap, word):
    """Whether a pattern may cross ``gap`` after ``word``."""
    if gap in ("-", "'", "’"):
        return True
    space = gap.removeprefix(".")
    if gap.startswith(".") and not (len(word) == 1 and word.isalpha()) and word.lower() not in matching.ABBREVIATIONS:
        return False
    return space.isspace() and space.count("\n") < 2 if space else gap == "."


def reference(patterns, text):
    """Spans and patterns, found by trying everything everywhere."""
    words = list(re.finditer(r"\w+", text))
    hits, i = [], 0
    while i < len(words):
        best = None
        for number, pattern in enumerate(patterns):
            atoms = re.findall(r"[\w*?]+", pattern)
            part = words[i : i + len(atoms)]
            if len(part) < len(atoms) or not all(fits(a, w[0]) for a, w in zip(atoms, part, strict=True)):
                continue
            gaps = pairwise(part)
            if all(crosses(text[a.end() : b.start()], a[0]) for a, b in gaps):
                letters = sum(len(a.replace("*", "").replace("?", "")) for a in atoms)
                best = max(best or (0, 0, 0), (len(atoms), letters, -number))
        if best:
            hits.append((words[i].start(), words[i + best[0] - 1].end(), patterns[-best[2]]))
        i += best[0] if best else 1
    return hits


def found(patterns, text):
    """Spans and patterns as the matcher finds them."""
    tokens = split_tokens(text)
    hits = matching.Matcher(patterns).match(tokens)
    rows = zip(hits.first, hits.last, hits.pattern, strict=True)
    return [(tokens.start[a], tokens.end[b], patterns[n]) for a, b, n in rows]


ATOM = st.sampled_from(
    ["a", "ab", "abc", "b", "A", "Ab", "AB", "a*", "*b", "a?", "b?", "A*", "b*b", "é", "É*", "mr", "us"]
)
PATTERN = st.lists(ATOM, min_size=1, max_size=3).map(" ".join)
WORD = st.sampled_from(["a", "ab", "abc", "abcb", "b", "bb", "A", "Ab", "AB", "ABC", "é", "É", "Mr", "us", "US", "ß"])
GAP = st.sampled_from([" ", " ", " ", "-", "'", "’", ".", ". ", ", ", "\n", "\n\n", "  ", "…", "\u00a0", " - "])
TEXT = st.lists(st.tuples(WORD, GAP), max_size=12).map(lambda pairs: "".join(w + g for w, g in pairs))


@settings(max_examples=400)
@given(st.lists(PATTERN, min_size=1, max_size=8, unique=True), TEXT)
@example(["a b", "b a b"], "a b a b")
@example(["*b", "ab", "a?"], "ab")
def test_the_matcher_equals_the_plain_reference(patterns, text):
    """The compiled trie finds what trying every pattern at every word finds."""
    assert found(patterns, text) == reference(patterns, text)


@settings(max_examples=200)
@given(st.lists(PATTERN, min_size=1, max_size=5, unique=True), TEXT)
def test_backwards_finds_what_ends_at_an_atom(patterns, text):
    """Read backwards, the longest pattern that ends at each atom is found."""
    tokens = split_tokens(text)
    ends, length, _ = matching.Matcher(patterns, backwards=True).at(tokens, np.arange(len(tokens)))
    whole = {}
    for first, number in product(range(len(tokens)), range(len(patterns))):
        part = text[tokens.start[first] :]
        size = len(matching.split_pattern(patterns[number]))
        hits = reference([patterns[number]], part)
        if hits and hits[0][0] == 0:
            whole[first + size - 1] = max(whole.get(first + size - 1, 0), size)
    assert dict(zip(ends.tolist(), length.tolist(), strict=True)) == whole


@given(st.lists(PATTERN, min_size=1, max_size=8, unique=True), TEXT)
def test_hits_are_spans_and_never_overlap(patterns, text):
    """Each hit quotes the text by its span, and no word serves two patterns."""
    frame = compile_dictionary({"one": patterns}).find(text)
    assert [text[a:b] for a, b in zip(frame.start, frame.end, strict=True)] == frame.text.tolist()
    assert all(b <= a for b, a in zip(frame.end, frame.start[1:], strict=False))


# ---------------------------------------------------------------------- the rule, by example


@pytest.mark.parametrize(
    ("pattern", "text", "hits"),
    [
        ("turk*", "Turkish TURKEY sTurk turk", ["Turkish", "TURKEY", "turk"]),
        ("Turkey", "Turkey TURKEY turkey", ["Turkey", "TURKEY"]),
        ("US", "US us Us USA U.S.", ["US"]),
        ("U.S", "U.S. U. S. US u.s.", ["U.S", "U. S"]),
        (
            "counter-terrorism",
            "counter terrorism, counter-terrorism counterterrorism",
            ["counter terrorism", "counter-terrorism"],
        ),
        ("China", "China’s Chinatown", ["China"]),
        ("cote d'ivoire", "cote d’Ivoire", ["cote d’Ivoire"]),
        ("customs duties", "customs\nduties customs\n\nduties customs, duties customs. Duties", ["customs\nduties"]),
        ("mr president", "Mr. President! Mr\u00a0President", ["Mr. President", "Mr\u00a0President"]),
        ("organi?ation", "organisation organization organiation", ["organisation", "organization"]),
    ],
)
def test_the_rule_by_example(pattern, text, hits):
    """Case, globs, hyphens, apostrophes and full stops follow the specified rule."""
    assert [text[a:b] for a, b, _ in found([pattern], text)] == hits


# ---------------------------------------------------------------------- files


def write(tmp_path, text):
    """Write a dictionary file."""
    path = tmp_path / "mine.yml"
    path.write_text(text, encoding="utf-8")
    return path


FULL = """
kind: topic
sources: [own reading]
entries:
  trade_economy:
    definition: exchange of goods
    examples: [Trade grew.]
    patterns:
      trade: [trade, trade turnover]
      customs: ["customs dut*"]
    not: ["trade union*"]
  energy: [oil, gas]
"""


def test_the_longest_pattern_wins_and_a_trap_uses_up_its_words(tmp_path):
    """A longer pattern takes the words of a shorter one; a trap takes them and counts for nothing."""
    hits = read_dictionary(write(tmp_path, FULL)).find(
        ["Trade turnover in oil.", "A trade union: customs duties, trade"]
    )
    assert hits.astype(object).where(hits.notna(), None).values.tolist() == [
        [0, 0, 14, "Trade turnover", "trade_economy", "trade"],
        [0, 18, 21, "oil", "energy", None],
        [1, 15, 29, "customs duties", "trade_economy", "customs"],
        [1, 31, 36, "trade", "trade_economy", "trade"],
    ]


def test_what_a_file_says_about_its_keys_is_kept(tmp_path):
    """Definition, examples, kind and sources come with the dictionary."""
    dictionary = read_dictionary(write(tmp_path, FULL))
    entry = dictionary.entries["trade_economy"]
    assert (entry.kind, entry.definition, entry.examples) == ("topic", "exchange of goods", ("Trade grew.",))
    assert repr(dictionary) == "Dictionary('mine': 2 keys, 6 patterns)"
    assert (dictionary.name, dictionary.keys, dictionary.sources) == (
        "mine",
        ["trade_economy", "energy"],
        ("own reading",),
    )


def test_a_plain_file_may_nest(tmp_path):
    """Without `entries`, top-level keys are the entries, and deeper levels are joined to one sub-key."""
    dictionary = read_dictionary(write(tmp_path, "energy: {fossil: {oil: [oil], gas: [gas]}, wind: [wind]}\n"))
    assert dictionary.find("Oil, gas, wind").values.tolist() == [
        [0, 0, 3, "Oil", "energy", "fossil.oil"],
        [0, 5, 8, "gas", "energy", "fossil.gas"],
        [0, 10, 14, "wind", "energy", "wind"],
    ]


def test_one_pattern_under_two_keys_counts_for_both():
    """A pattern written under two keys gives a hit for each."""
    hits = compile_dictionary({"a": ["gas price*"], "b": ["gas price*", "gas"]}).find("gas prices")
    assert hits[["text", "key"]].values.tolist() == [["gas prices", "a"], ["gas prices", "b"]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("energy: oil\n", "`energy` holds str where a list is expected; write [word, another word]"),
        ("energy:\n", "`energy` holds nothing where a list is expected"),
        ("energy: []\n", "`energy` holds no pattern; write at least one"),
        ("energy: [no]\n", "`energy`: False is no text; put it in quotation marks"),
        ("energy: ['*']\n", "the pattern '*' holds no letter or digit; write at least one word"),
        ("energy: ['oil, gas']\n", "the pattern 'oil, gas' holds ','; write words, * and ?, joined by spaces"),
        ("energy: [oil]\nenergy: [gas]\n", "line 2: the key 'energy' stands there twice; merge the two"),
        ("energy: [oil\n", "cannot be read as YAML"),
        ("[oil, gas]\n", "holds no dictionary; write lines like `energy: [oil, gas"),
        ("kind: planet\nentries: {a: [b]}\n", "`kind` is 'planet'; write state, organisation, topic"),
        ("entries: {a: {patterns: [b], pattern: [c]}}\n", "`a` has a field 'pattern'; an entry may have definition,"),
        ("entries: {a: {patterns: [b], not: [b]}}\n", "'b' is listed as a pattern and under `not`; keep one"),
    ],
)
def test_a_malformed_file_is_refused_with_what_to_write_instead(tmp_path, text, message):
    """The message names the file and the key, and says what to write instead."""
    path = write(tmp_path, text)
    with pytest.raises(DictionaryError) as error:
        read_dictionary(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)


def test_an_unknown_name_is_refused_with_the_known_ones():
    """A name that is neither a dictionary nor a file is answered with the names there are."""
    with pytest.raises(DictionaryError, match=r"no dictionary 'topic'; write one of states, topics, or the path of"):
        read_dictionary("topic")


def test_a_state_needs_forms(tmp_path):
    """In a dictionary of states, patterns stand under the forms that mentions know."""
    path = write(tmp_path, "kind: state\nentries: {RUS: [Russia]}\n")
    with pytest.raises(DictionaryError, match=r"`RUS` has a form None; a state's patterns stand under name, demonym"):
        read_dictionary(path)


def test_few_automata_are_kept_and_none_need_be():
    """A matcher keeps those of the last texts; where another thread has dropped one meanwhile, it matches as before."""

    class Dropped(dict):
        def __setitem__(self, key, value):
            self.clear()

    matcher = matching.Matcher(["a b", "c*"])
    texts = ["a b", "c", "a b cd", "x", "a", "b a b", "a b"]
    hits = [matcher.match(split_tokens(text)).first.tolist() for text in texts]
    assert hits == [[0], [0], [0, 2], [], [], [1], [0]]
    assert len(matcher._made) == matching._KEPT
    matcher._made = Dropped()
    assert [matcher.match(split_tokens(text)).first.tolist() for text in texts] == hits
