"""Where a name is not the state: the rules of ``contexts`` asked of many hits at once, against a plain reference."""

import re

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sco_analysis.dictionaries import compile_dictionary
from sco_analysis.matches.contexts import refused
from sco_analysis.matches.matching import Matcher
from sco_analysis.tokens import split_tokens

CONTENT = {
    "kind": "state",
    "entries": {
        "GEO": {"name": ["Georgia"], "demonym": ["Georgian", "Georgians"], "capital": ["Tbilisi"]},
        "USA": {"name": ["US"], "not": ["US Open"]},
        "JOR": {"name": ["Jordan"], "capital": ["Amman"]},
    },
    "function_words": ["and", "in", "is"],
    "small_words": ["of", "the"],
    "contexts": [
        {"forms": ["capital"], "in_name": ["Forum", "Film Festival"], "after": ["Declaration*", ["peace accord*"]]},
        {"forms": ["demonym"], "alone": True, "before": ["speaks", "in * and"]},
        {"forms": ["name", "capital"], "after_comma": ["Texas"], "texts_not": ["Amman"]},
        {"texts": ["Jordan", "Georgia"], "after_name": True, "unless_after": ["Prime"]},
        {"texts": ["Jordan"], "before_comma": ["brother"], "before": ["Mr"], "unless_before": ["dear Mr"]},
        {"texts": ["Georgia"], "near": ["Atlanta", "state of"], "unless_near": ["Tbilisi"]},
        {"texts": ["Tbilisi"], "near": ["Source"], "short": 3},
        {"texts": ["US"], "shouted": True, "unless_before": ["THE"]},
    ],
}
STATES = compile_dictionary(CONTENT)

# ---------------------------------------------------------------------- the rules, written as plainly as possible


class Place:
    """One hit in its sentence, and the answers to what a rule asks."""

    def __init__(self, tokens, hits, number):
        self.words = [tokens.surfaces[n] for n in tokens.surface]
        self.gaps = [tokens.text[end:start] for end, start in zip(tokens.end, tokens.start[1:], strict=False)]
        self.first, self.last, self.others = hits.first[number], hits.last[number], set(hits.first)
        self.own = [at for at, row in enumerate(tokens.row) if row == tokens.row[self.first]]
        self.sentence = [self.words[at] for at in self.own]

    def linked(self, before):
        """Whether the word ``before`` and the next stand together."""
        return 0 <= before < len(self.gaps) and self.gaps[before] in (" ", "-", "'")

    def comma(self, before):
        """Whether one comma stands between the word ``before`` and the next, even where a sentence ends between."""
        return 0 <= before < len(self.gaps) and re.fullmatch(r"\s*[,–—]\s*", self.gaps[before]) is not None

    def fits(self, patterns, at, step=1):
        """Whether one of ``patterns`` begins at the word ``at``, or ends there."""
        for pattern in flat(patterns):
            atoms = pattern.split(" ")[::step]
            places = [at + step * i for i in range(len(atoms))]
            if not all(0 <= p < len(self.words) for p in places):
                continue
            near = all(self.linked(min(p, p + step)) for p in places[:-1])
            if near and all(word_fits(a, self.words[p]) for a, p in zip(atoms, places, strict=True)):
                return True
        return False

    def headline(self):
        """Whether the sentence capitalises all its nouns and verbs."""
        small = [w for w in self.sentence if len(w) > 1 and w[0].islower() and w not in CONTENT["small_words"]]
        return len(self.sentence) > 5 and not small

    def after(self, patterns):
        return self.linked(self.last) and self.fits(patterns, self.last + 1)

    def before(self, patterns):
        return self.linked(self.first - 1) and self.fits(patterns, self.first - 1, -1)

    def after_comma(self, patterns):
        return self.comma(self.last) and self.fits(patterns, self.last + 1)

    def before_comma(self, patterns):
        return self.comma(self.first - 1) and self.fits(patterns, self.first - 1, -1)

    def near(self, patterns):
        return any(self.fits(patterns, at) for at in self.own)

    def after_name(self, _):
        following = self.last + 1
        if not self.linked(self.last) or following in self.others:
            return False
        return self.words[following][0].isupper() and not self.headline()

    def in_name(self, nouns):
        for at in range(self.last + 1, self.last + 6):
            if not self.linked(at - 1):
                return False
            if not (self.words[at][0].isupper() or self.words[at] in ("of", "for", "and")):
                return False
            if self.fits(nouns, at):
                return not (at > self.last + 1 and self.headline())
        return False

    def alone(self, _):
        word = self.words[self.last]
        if word.endswith("s") and not word.endswith("ss"):
            return False
        if not self.linked(self.last):
            return True
        at = self.last + 1
        while self.words[at] in ("and", "or") and self.linked(at) and self.linked(at + 1):
            at += 2
        return self.words[at] in CONTENT["function_words"]

    def short(self, most):
        return len(self.sentence) <= most

    def shouted(self, _):
        return len(self.sentence) > 2 and all(word == word.upper() for word in self.sentence)


def flat(patterns):
    return [one for p in patterns for one in (flat(p) if isinstance(p, list) else [p])]


def word_fits(atom, word):
    """Whether an atom of a pattern fits a word; ``*`` stands at its end."""
    forms = [(atom, word.lower())] if atom == atom.lower() else [(atom, word), (atom.upper(), word)]
    return any(w.startswith(a[:-1]) if a.endswith("*") else w == a for a, w in forms)


def refuses(rule, place, text, form):
    """Whether one rule refuses one hit."""
    if text in rule.get("texts_not", ()) or text not in rule.get("texts", (text,)):
        return False
    if form not in rule.get("forms", (form,)):
        return False
    conditions = ("after", "before", "after_comma", "before_comma", "near", "after_name", "in_name")
    asked = [getattr(place, name)(rule[name]) for name in conditions if name in rule]
    if asked and not any(asked):
        return False
    if not all(getattr(place, name)(rule[name]) for name in ("alone", "short", "shouted") if name in rule):
        return False
    unless = [name for name in ("after", "before", "near") if f"unless_{name}" in rule]
    return not any(getattr(place, name)(rule[f"unless_{name}"]) for name in unless)


def reference(tokens, hits):
    """What the rules say of each hit, asked one by one."""
    out = []
    for number, pattern in enumerate(hits.pattern):
        place = Place(tokens, hits, number)
        text, form = STATES.patterns[pattern].text, STATES.patterns[pattern].targets[0][1]
        currency = tokens.text[tokens.end[hits.last[number]] :][:1] in ("$", "€", "£")
        out.append(currency or any(refuses(rule, place, text, form) for rule in CONTENT["contexts"]))
    return out


NAME = st.sampled_from(["Georgia", "Georgian", "Georgians", "Tbilisi", "US", "Jordan", "Amman", "GEORGIA"])
WORD = st.sampled_from(
    """and or in of the is Texas Smith Prime speaks Forum Film Festival Declaration peace accord Mr dear brother Atlanta
    state Source THE SAID said noun a""".split()
)
GAP = st.sampled_from([" ", " ", " ", " ", ", ", "-", "; ", " – ", "$"])
SENTENCE = st.lists(st.tuples(NAME | WORD, GAP), min_size=1, max_size=9).map(lambda p: "".join(w + g for w, g in p))


@settings(max_examples=300)
@given(st.lists(SENTENCE, min_size=1, max_size=4))
@example(
    ["Tbilisi Film Festival", "Tbilisi Smith of Film Festival", "Tbilisi Smith Smith Prime The Prime Film Festival"]
)
@example(["US THE SAID", "THE US SAID", "US said the", "US$ is"])
@example(["speaks Georgian", "speaks Georgian noun", "speaks Georgian and or is", "in the and Georgian in"])
@example(["brother, Jordan", "Mr Jordan", "dear Mr Jordan", "Georgia, Texas", "Amman, Texas", "Jordan Prime"])
@example(["Georgia – ", "Texas"])
@example(["Georgia Atlanta", "Georgia Atlanta Tbilisi", "Tbilisi Source", "Tbilisi Source is noun"])
def test_the_rules_asked_of_all_hits_equal_those_asked_of_each(sentences):
    """What is refused among the hits of several sentences is what the rules, read word by word, refuse."""
    tokens = split_tokens(sentences)
    hits = STATES.match(tokens)
    assert refused(tokens, hits, STATES).tolist() == reference(tokens, hits)


def test_a_text_without_hits_has_nothing_to_refuse():
    """No hit, no answer."""
    tokens = split_tokens(["nothing here"])
    assert refused(tokens, STATES.match(tokens), STATES).tolist() == []


def test_what_begins_at_a_place_is_asked_of_those_places_only():
    """``begins`` answers for each place that it is asked of, in their order."""
    tokens = split_tokens("peace talks and peace accords")
    assert Matcher(["peace accord*"]).begins(tokens, np.array([0, 3, 4])).tolist() == [False, True, False]
