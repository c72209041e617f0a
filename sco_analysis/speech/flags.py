"""What can be told of a printed word or sign without its neighbours, as the bits of one number.

So that a rule can be asked of all places of a block at once: ``flags[1:] & CAPITAL`` and the like, without an object.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from ..reading.lines import read_rules
from .cues import first_names, person_nouns, titles, verb_forms, words

(
    # what it looks like
    UPPER, WORD, CAPITAL, POSSESSIVE, SINGLE, NUMERAL, TWO_DIGITS, PLURAL, FULL_STOP, COMMA, THE, OF, INDEFINITE, WHO,
    NOTHING,
    # what it may be in a name, or to one
    COMMON, NO_NAME, TITLE, TITLED, BODY, PARTICLE, LINK, SHORTENED, PERSON, AGED, ADVERBIAL, OPENS_ASIDE, ENDS_ASIDE,
    BEHIND_DATELINE, MAN, WOMAN, VOTES_MAN, VOTES_WOMAN, VOTES_NOBODY, NO_SUBJECT_BEHIND, SUBJECT_BEHIND,
    # what it may be as a verb, or to one
    FINITE, PAST, IN_ED, IN_S, DETERMINER, PREPOSITION, STANDING, BEFORE_VERB, BEHIND_VERB,
    # what it may be to a report or a sentence
    CUE, VERB, PARTICIPLE, BE, TO, GOING, STOPS, BEGINS, SKIPPED, GOES_ON, HONORIFIC, BEFORE_FIGURES, UNCERTAIN,
    STARTER,
) = (1 << bit for bit in range(59))  # fmt: skip

#: what a finite verb is told by
VERBAL = FINITE | PAST | IN_ED | IN_S
#: what a sentence may end with
ENDS = frozenset((".", "?", "!", "…", "..", "...", "...."))
STANDING_ALONE = frozenset("some many several most all few both others".split())
PARTICLES = frozenset(
    "de da di do dos das del della der den du la le van von bin bint ibn ben al el ul ur y ter".split()
)
LINKS = frozenset(("of", "for", "on", "the", "and", "&", "in"))
#: what ends in a full stop within a name, titles apart
SHORT_FORMS = frozenset(("st", "jr", "mt"))
APOSTROPHES = ("'", "’")
#: "went on to say", "continued to say"
GOES_ON_TO = frozenset(("went", "goes", "go", "continued", "continues"))
_CONTRACTED = ("n't", "'re", "'ve", "'ll", "'d", "'m")
#: what a sign is; whatever is none of these says nothing
_SIGNS = (
    (".", FULL_STOP),
    (",", COMMA),
    (".?!…", BEGINS | SKIPPED),
    ("\"“”'‘", SKIPPED),
    ('.?!"“', VOTES_NOBODY),
    (",(—–", OPENS_ASIDE),
    (',.;)—–“"', ENDS_ASIDE),
    ((",", "—", "–", "-", "--", "("), BEHIND_DATELINE),
    (ENDS, STOPS),
    (",;:)]}", GOES_ON),
)


@cache
def _listed() -> dict[str, int]:
    """Return the flags of all words in lists, lower case, and of signs."""
    rules = read_rules("sentences.yml")
    found: dict[str, int] = defaultdict(int)
    for listed, flag in (
        (words("common"), COMMON), (words("not_names"), NO_NAME), (titles(), TITLED), (words("body_words"), BODY),
        (PARTICLES, PARTICLE), (LINKS, LINK),
        (("the",), THE), (("of", "for"), OF), (("who",), WHO), ((*titles(), *SHORT_FORMS), SHORTENED),
        (person_nouns(), PERSON), (words("auxiliaries"), ENDS_ASIDE | FINITE), (words("irregular_pasts"), PAST),
        (("he", "he's", "he'd"), MAN | VOTES_MAN), (("she", "she's", "she'd"), WOMAN | VOTES_WOMAN),
        (("his", "himself"), VOTES_MAN), (("her", "herself"), VOTES_WOMAN),
        ((*words("prepositions"), "by", "and", "or"), NO_SUBJECT_BEHIND),
        (words("openers") | words("boundaries"), SUBJECT_BEHIND),
        (words("determiners"), DETERMINER | BEHIND_VERB), (words("prepositions"), PREPOSITION),
        (STANDING_ALONE, STANDING), (("he", "she", "it", "this", "that", "which", "who"), BEFORE_VERB),
        (("to", "that", "it", "him", "them", "not"), BEHIND_VERB), ((*verb_forms(), "according"), CUE),
        (verb_forms(), VERB), (words("be"), BE), (("to",), TO), (GOES_ON_TO, GOING),
        ((form for form, cue in verb_forms().items() if cue.form == "participle"), PARTICIPLE),
        (rules["titles"], HONORIFIC), (rules["uncertain"], UNCERTAIN), (rules["openers"], STARTER),
        (rules["before_figures"], BEFORE_FIGURES), *_SIGNS,
    ):  # fmt: skip
        for word in listed:
            found[str(word)] |= flag
    return dict(found)


def flags_of(text: str, low: str) -> int:
    """Return the flags of one printed form; ``low`` is the form in lower case with straight apostrophes."""
    first = text[0]
    flags = SINGLE if len(text) == 1 else 0
    if first.islower():
        flags |= GOES_ON
    elif first.isupper():
        flags |= UPPER | HONORIFIC if flags and text != "I" else UPPER
    if "." in text:
        flags |= UNCERTAIN
    if first.isalnum() or first == "_":
        return _flags_of_word(text, low, flags | _listed().get(low, 0) | WORD)
    return flags | _listed().get(text, 0) | SUBJECT_BEHIND


def _flags_of_word(text: str, low: str, flags: int) -> int:
    """Add to the flags of a word what its letters and its ending tell."""
    given = text in first_names()
    if flags & TITLED and not given:
        flags |= TITLE
    if flags & UPPER:
        flags |= CAPITAL
        if text.endswith(("'s", "’s")) or (text[-1] in APOSTROPHES and text[-2:-1] == "s"):
            flags |= POSSESSIVE
        if text == "A":
            flags |= INDEFINITE
        if given:
            flags = flags & ~(VOTES_MAN | VOTES_WOMAN) | VOTES_NOBODY
    elif text[0].isdigit():
        flags |= NUMERAL
    if len(low) == 2 and low.isdigit():
        flags |= TWO_DIGITS
    if low.endswith(("ly", "ing")):
        flags |= ADVERBIAL
    if low.endswith("year-old"):
        flags |= AGED
    return flags | _flags_of_verb(low, flags)


def _flags_of_verb(low: str, flags: int) -> int:
    """Tell by which of the marks of a finite verb a word may be one: the first that it has; see `phrases.is_finite`."""
    plural = PLURAL if low[-1] == "s" else 0
    if flags & (FINITE | PAST):
        return plural
    if low.endswith(_CONTRACTED) or (low.endswith("'s") and low in words("nominative")):
        return plural | FINITE
    if len(low) > 3 and low.endswith("ed"):
        return IN_ED
    return plural | IN_S if len(low) > 3 and plural and not low.endswith(("ss", "us", "is")) else plural
