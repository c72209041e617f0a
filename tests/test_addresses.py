"""States meant without a name: who talks with whom says whose they are; against a plain reference."""

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from sco_analysis.matches.addresses import find_addresses
from sco_analysis.tokens import split_tokens

WORDS = {"other": ["you"], "own": ["our country"], "both": ["our relations"], "style": ["Your Highness"]}
SAID = "You, our country, our relations, Your Highness."  # each once
ROW = st.tuples(
    st.sampled_from("ab"),
    st.integers(1, 2),
    st.sampled_from(["turn", "turn", "quotation", "narration"]),
    st.sampled_from(["RUS", "CHN", "IND", None]),
)


def reference(rows):
    """Whom each word means, sentence by sentence: sentence, group, state, how."""
    out = []
    for number, (doc, session, voice, own) in enumerate(rows):
        talk = [r[3] for r in rows if r[:3] == (doc, session, "turn") and r[3]]
        sides = list(dict.fromkeys(talk))
        others = [side for side in sides if side != own]
        if own and voice in ("turn", "quotation"):
            out.append((number, "our country", own, "the speaker's own state"))
        if voice == "turn":
            if own and len(sides) == 2:
                out += [(number, "our relations", side, "both sides of the talk") for side in sides]
            if len(others) == 1:
                how = "the other side of the talk" if own else "the one who is asked"
                out += [(number, word, others[0], how) for word in ("You", "Your Highness")]
    return sorted(out)


def found(rows):
    """Whom each word means, as `find_addresses` says."""
    sentences = pd.DataFrame(rows, columns=["doc_id", "session", "voice", "state"])
    tokens = split_tokens([SAID] * len(rows))
    got = find_addresses(tokens, WORDS, sentences)
    return sorted(
        (tokens.row[first], tokens.text[tokens.start[first] : tokens.end[last]], got.keys[key], got.senses[sense].how)
        for first, last, key, sense in zip(got.first, got.last, got.key, got.sense, strict=True)
    )


@given(st.lists(ROW, min_size=1, max_size=8))
@example([("a", 1, "turn", "RUS"), ("a", 1, "turn", None), ("a", 1, "turn", "CHN"), ("b", 1, "turn", "IND")])
@example([("a", 1, "turn", "RUS"), ("a", 1, "turn", "CHN"), ("a", 1, "turn", "IND"), ("a", 2, "turn", None)])
def test_all_at_once_equals_the_plain_reference(rows):
    """In any talk each word of address means what the rules, read sentence by sentence, say."""
    assert found(rows) == reference(rows)


def test_a_style_stands_for_a_person():
    """The words of a style have the form of a person, the others that of an address."""
    rows = [("a", 1, "turn", "RUS"), ("a", 1, "turn", "QAT")]
    sentences = pd.DataFrame(rows, columns=["doc_id", "session", "voice", "state"])
    got = find_addresses(split_tokens(["You", "Your Highness"]), WORDS, sentences)
    assert sorted((got.keys[key], got.senses[sense].form) for key, sense in zip(got.key, got.sense, strict=True)) == [
        ("QAT", "address"),
        ("RUS", "person"),
    ]


def test_without_speakers_nobody_is_addressed():
    """A table that does not say who speaks, an empty state, a text without such words: nothing is found."""
    tokens = split_tokens([SAID])
    assert len(find_addresses(tokens, WORDS, pd.DataFrame({"doc_id": ["a"]})).first) == 0
    assert found([("a", 1, "turn", "")]) == []
    nothing = pd.DataFrame({"doc_id": ["a"], "voice": ["turn"], "state": ["RUS"]})
    assert len(find_addresses(split_tokens(["Nothing."]), WORDS, nothing).first) == 0
