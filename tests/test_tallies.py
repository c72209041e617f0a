"""Tallies: small corpora whose whole table is written out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from sco_analysis import tables, tallies
from sco_analysis.dictionaries import compile_dictionary
from sco_analysis.errors import ParameterError

ASTANA = {"doc_id": "astana", "genre": "transcript", "source": "Kremlin", "date": "2024-07-04", "session": 1}
PAPER = {"doc_id": "paper", "genre": "news", "source": "Daily", "date": "2022-09-15", "session": 1}
PUTIN = {"speaker": "Vladimir Putin", "state": "RUS", "role": "President of Russia"}
XI = {"speaker": "Xi Jinping", "state": "CHN", "role": "President of China"}


def _sentence(start, words, voice="turn", **more):
    return {"start": start, "end": start + 9, "n_words": words, "voice": voice, "turn": start} | more


def _corpus():
    """Three turns of a transcript, one of them a nameless journalist's, and a short article that quotes Putin."""
    title = {"session_title": "Meeting with Xi Jinping"}
    sentences = [
        ASTANA | title | _sentence(0, 4, "heading", text="Meeting with Xi Jinping", turn=None),
        ASTANA | title | PUTIN | _sentence(100, 10, text="We value China and its trade."),
        ASTANA | title | PUTIN | _sentence(150, 4, text="It grows every year.", turn=100),
        ASTANA | title | PUTIN | _sentence(190, 6, text="Thank you for the warm welcome.", turn=100),
        ASTANA | title | XI | _sentence(200, 20, text="Russia is a good partner in energy and trade."),
        ASTANA | title | {"role": "questioner"} | _sentence(300, 5, text="What about gas?"),
        PAPER | _sentence(0, 3, "heading", text="Putin praises China", turn=None),
        PAPER | _sentence(20, 12, "narration", text="The summit discussed trade with Russia.", turn=None),
        PAPER | PUTIN | _sentence(80, 8, "quotation", text="China is our friend, he said."),
        PAPER | _sentence(120, 12, "narration", text="The summit again.", turn=None, repeat_of="paper:20"),
    ]
    turns = [
        ASTANA | title | PUTIN | {"start": 100, "end": 199, "n_words": 20},
        ASTANA | title | XI | {"start": 200, "end": 299, "n_words": 20},
        ASTANA | title | {"role": "questioner", "start": 300, "end": 399, "n_words": 5},
        ASTANA | title | {"speaker": "Amir of Qatar", "state": "QAT", "start": 400, "end": 401, "n_words": 0},
    ]
    quotations = [
        PAPER | PUTIN | {"start": 80, "end": 89, "n_words": 5, "kind": "direct"},
        PAPER | {"start": 30, "end": 35, "n_words": 2, "kind": "scare"},
        PAPER | PUTIN | {"start": 130, "end": 135, "n_words": 5, "kind": "direct", "repeat_of": "paper:80"},
        ASTANA | XI | {"start": 210, "end": 215, "n_words": 5, "kind": "direct", "inside": "turn"},
    ]
    mentions = [
        ("astana", 100, 120, "trade_economy"),
        ("astana", 190, 195, "ceremony_logistics"),
        ("astana", 200, 230, "energy"),
        ("astana", 200, 240, "trade_economy"),
        ("astana", 300, 310, "energy"),
        ("astana", 300, 312, "energy"),
        ("paper", 0, 1, "trade_economy"),
        ("paper", 20, 40, "trade_economy"),
        ("paper", 120, 125, "trade_economy"),
    ]
    mentions = [
        {"doc_id": d, "sentence": s, "start": a, "end": a + 3, "key": k, "kind": "topic"} for d, s, a, k in mentions
    ]
    stances = [
        ("astana", 100, PUTIN, "CHN", 0.6, 1, False),
        ("astana", 190, PUTIN, "CHN", 0.5, 1, True),
        ("astana", 200, XI, "RUS", 0.4, 1, False),
        ("astana", 200, XI, "org:sco", 0.4, 1, False),
        ("paper", 20, {"speaker": "author"}, "RUS", 0.0, 0, False),
        ("paper", 80, PUTIN, "CHN", -0.2, -1, False),
        ("paper", 80, PUTIN, "RUS", 0.0, 0, False),
    ]
    polarity = [
        {"doc_id": d, "sentence": s, "holder": h["speaker"], "holder_state": h.get("state"), "target": t}
        | {"polarity": p, "label": label, "protocol": protocol}
        for d, s, h, t, p, label, protocol in stances
    ]
    return SimpleNamespace(
        sentences=tables.build("sentences", sentences),
        turns=tables.build("turns", turns),
        quotations=tables.build("quotations", quotations),
        mentions=tables.build("mentions", mentions),
        polarity=tables.build("polarity", polarity),
    )


def _same(table, columns, rows):
    expected = pd.DataFrame(rows, columns=columns)
    pd.testing.assert_frame_equal(table[columns], expected, check_dtype=False, rtol=1e-9)


def test_sub_topics_are_counted_each():
    """With ``sub`` a row is a sub-topic; sub-topics of a group add up to its topics, silent ones are rows."""
    dictionary = compile_dictionary({"trade": {"goods": ["trade"], "money": ["euro*"]}, "gas": ["gas"]})
    table = tallies.topic_frequency(_corpus(), by="genre", dictionary=dictionary, sub=True)
    _same(
        table,
        ["genre", "topic", "sub", "n", "total", "sentences", "covered"],
        [
            ("transcript", "trade", "goods", 2, 45, 2, 0.6),
            ("transcript", "trade", "money", 0, 45, 0, 0.6),
            ("transcript", "gas", "(no sub-topic)", 1, 45, 1, 0.6),
            ("news", "trade", "goods", 1, 20, 1, 0.5),
            ("news", "trade", "money", 0, 20, 0, 0.5),
            ("news", "gas", "(no sub-topic)", 0, 20, 0, 0.5),
        ],
    )


def test_covered_is_the_share_of_sentences_with_any_topic():
    """Each row of a group says which share of its sentences the dictionary covers; of silence there is none."""
    table = tallies.topic_frequency(_corpus()).drop_duplicates("speaker").set_index("speaker")["covered"]
    expected = {"Vladimir Putin": 2 / 4, "Xi Jinping": 1, "author": 1, "(unidentified questioner)": 1}
    assert table.drop("Amir of Qatar").to_dict() == expected
    assert np.isnan(table["Amir of Qatar"])


def test_topics_by_speaker():
    """Each speaker and topic is a row: hits, words, rate per 1,000, sentences, their share; the silent ones too."""
    table = tallies.topic_frequency(_corpus())
    few = table[table["topic"].isin(["trade_economy", "energy", "ceremony_logistics"])].reset_index(drop=True)
    nan = np.nan
    _same(
        few,
        ["speaker", "topic", "n", "total", "rate", "sentences", "total_sentences", "share"],
        [
            ("Vladimir Putin", "energy", 0, 28, 0, 0, 4, 0),
            ("Vladimir Putin", "trade_economy", 1, 28, 1000 / 28, 1, 4, 1 / 4),
            ("Vladimir Putin", "ceremony_logistics", 1, 28, 1000 / 28, 1, 4, 1 / 4),
            ("Xi Jinping", "energy", 1, 20, 50, 1, 1, 1),
            ("Xi Jinping", "trade_economy", 1, 20, 50, 1, 1, 1),
            ("Xi Jinping", "ceremony_logistics", 0, 20, 0, 0, 1, 0),
            ("author", "energy", 0, 12, 0, 0, 1, 0),
            ("author", "trade_economy", 1, 12, 1000 / 12, 1, 1, 1),
            ("author", "ceremony_logistics", 0, 12, 0, 0, 1, 0),
            ("(unidentified questioner)", "energy", 2, 5, 400, 1, 1, 1),
            ("(unidentified questioner)", "trade_economy", 0, 5, 0, 0, 1, 0),
            ("(unidentified questioner)", "ceremony_logistics", 0, 5, 0, 0, 1, 0),
            ("Amir of Qatar", "energy", 0, 0, nan, 0, 0, nan),
            ("Amir of Qatar", "trade_economy", 0, 0, nan, 0, 0, nan),
            ("Amir of Qatar", "ceremony_logistics", 0, 0, nan, 0, 0, nan),
        ],
    )
    assert list(table)[:7] == ["speaker", "topic", "n", "total", "rate", "low", "high"]
    assert set(table["interval"]) == {"not estimable"}
    assert table[["low", "high"]].isna().all(axis=None)
    assert dict(zip(table["speaker"], table["state"].fillna(""), strict=True)) == {
        "Vladimir Putin": "RUS",
        "Xi Jinping": "CHN",
        "author": "",
        "(unidentified questioner)": "",
        "Amir of Qatar": "",
    }


OWN = compile_dictionary({"commerce": ["trade"], "fuel": ["gas", "energy"], "space": ["moon"]})


def test_topics_of_an_own_dictionary():
    """Another dictionary is run on the sentences, and its silent keys are rows."""
    _same(
        tallies.topic_frequency(_corpus(), by="genre", dictionary=OWN),
        ["genre", "topic", "n", "total"],
        [
            ("transcript", "commerce", 2, 45),
            ("transcript", "fuel", 2, 45),
            ("transcript", "space", 0, 45),
            ("news", "commerce", 1, 20),
            ("news", "fuel", 0, 20),
            ("news", "space", 0, 20),
        ],
    )


def test_context_spreads_a_topic_to_what_refers_back():
    """`It grows every year.` takes the trade of the sentence before; `Thank you …` does not."""
    table = tallies.topic_frequency(_corpus(), context=True).set_index(["speaker", "topic"])
    assert table.loc[("Vladimir Putin", "trade_economy"), ["n", "sentences"]].tolist() == [2, 2]
    assert table["n"].sum() == tallies.topic_frequency(_corpus())["n"].sum() + 1


def test_ceremony_can_be_left_out():
    """A sentence whose only topic is ceremony leaves the numerator and the denominator."""
    table = tallies.topic_frequency(_corpus(), ceremony=False).set_index(["speaker", "topic"])
    assert table.loc[("Vladimir Putin", "trade_economy"), ["total", "total_sentences"]].tolist() == [22, 3]
    assert table.loc[("Vladimir Putin", "ceremony_logistics"), "n"] == 0


def test_repeats_are_counted_when_asked():
    """The article's repeated sentence counts only with `repeats=True`."""
    once = tallies.topic_frequency(_corpus(), by="document").set_index(["document", "topic"])
    twice = tallies.topic_frequency(_corpus(), by="document", repeats=True).set_index(["document", "topic"])
    assert once.loc[("paper", "trade_economy"), ["n", "total"]].tolist() == [1, 20]
    assert twice.loc[("paper", "trade_economy"), ["n", "total"]].tolist() == [2, 32]


@pytest.mark.parametrize(
    ("by", "labels"),
    [
        ("state", ["RUS", "CHN", "author", "(no state)"]),
        ("role", ["President of Russia", "President of China", "author", "questioner", "(no role)"]),
        ("session", ["astana 1: Meeting with Xi Jinping", "paper 1"]),
        ("document", ["astana", "paper"]),
        ("genre", ["transcript", "news"]),
        ("source", ["Kremlin", "Daily"]),
        ("year", ["2022", "2024"]),
    ],
)
def test_every_grouping_has_labels_a_reader_knows(by, labels):
    """Each group is named for the reader and the words of all groups add up."""
    table = tallies.topic_frequency(_corpus(), by=by)
    found = table.drop_duplicates(by)
    assert [label for label in found[by] if label != "QAT"] == labels
    assert found["total"].sum() == 65


def test_several_groupings_at_once():
    """`by` takes a list; the columns come in its order."""
    _same(
        tallies.speaker_share(_corpus(), by=["genre", "speaker"], within="genre"),
        ["genre", "speaker", "n", "total", "share"],
        [
            ("transcript", "Vladimir Putin", 20, 45, 20 / 45),
            ("transcript", "Xi Jinping", 20, 45, 20 / 45),
            ("transcript", "(unidentified questioner)", 5, 45, 5 / 45),
            ("transcript", "Amir of Qatar", 0, 45, 0),
            ("news", "Vladimir Putin", 5, 5, 1),
        ],
    )


def test_share_of_words():
    """Turns and quotations count; scare quotes, repeats and quotations inside a turn do not."""
    table = tallies.speaker_share(_corpus())
    _same(
        table,
        ["speaker", "n", "total", "share", "state", "role"],
        [
            ("Vladimir Putin", 25, 50, 0.5, "RUS", "President of Russia"),
            ("Xi Jinping", 20, 50, 0.4, "CHN", "President of China"),
            ("(unidentified questioner)", 5, 50, 0.1, None, None),
            ("Amir of Qatar", 0, 50, 0.0, "QAT", None),
        ],
    )
    assert list(table)[:6] == ["speaker", "n", "total", "share", "low", "high"]


def test_share_interval_resamples_turns_in_few_documents():
    """Six turns of one transcript are resampled: the bounds are Clopper and Pearson's for the effective draws."""
    corpus, words = _corpus(), np.array([40, 30, 50, 20, 30, 30])
    turns = [ASTANA | (PUTIN, XI)[i % 2] | {"start": 100 * i, "n_words": n} for i, n in enumerate(words)]
    corpus.turns, corpus.quotations = tables.build("turns", turns), corpus.quotations.iloc[:0]
    row = tallies.speaker_share(corpus).iloc[0]
    h, mine = words / 200, words * [1, 0, 1, 0, 1, 0]
    variance = ((mine - 0.6 * words) ** 2 / (1 - h)).sum() / 200**2
    freedom = 1 / ((h**2).sum() + (h**2 / (1 - h)).sum() ** 2 - (h**4 / (1 - h) ** 2).sum())
    draws = 0.6 * 0.4 / variance * (1.959964 / stats.t.ppf(0.975, freedom)) ** 2
    assert (row["speaker"], row["n"], row["total"], row["interval"]) == ("Vladimir Putin", 120, 200, "turns")
    expected = proportion_confint(0.6 * draws, draws, method="beta")
    assert (row["low"], row["high"]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("unit", "speech", "rows"),
    [
        ("words", "direct", [("Vladimir Putin", 20), ("Xi Jinping", 20), ("(unidentified questioner)", 5)]),
        ("words", "reported", [("Vladimir Putin", 5), ("(unidentified questioner)", 0), ("Xi Jinping", 0)]),
        ("turns", "all", [("Vladimir Putin", 2), ("(unidentified questioner)", 1), ("Xi Jinping", 1)]),
        ("sentences", "all", [("Vladimir Putin", 4), ("(unidentified questioner)", 1), ("Xi Jinping", 1)]),
        ("sentences", "reported", [("Vladimir Putin", 1), ("(unidentified questioner)", 0), ("Xi Jinping", 0)]),
    ],
)
def test_units_and_kinds_of_speech(unit, speech, rows):
    """Words, turns or sentences; in the room, in the press, or both; who is silent stays a row."""
    table = tallies.speaker_share(_corpus(), unit=unit, speech=speech)
    found = [pair for pair in zip(table["speaker"], table["n"], strict=True) if pair[0] != "Amir of Qatar"]
    assert found == rows
    assert table["total"].unique().tolist() == [table["n"].sum()]


def test_share_by_session_and_document_never_resamples_documents():
    """A document is one of itself, so its share has turns behind it or nothing."""
    assert "documents" not in set(tallies.speaker_share(_corpus(), by="document")["interval"])


def test_sentiment_by_speaker():
    """Each holder and state is a row with its counts; organisations are left out; the author is a holder."""
    nan = np.nan
    table = tallies.sentiment_toward_states(_corpus())
    columns = ["speaker", "target", "n", "total", "mean", "negative", "neutral", "positive", "self"]
    _same(
        table,
        columns,
        [
            ("Vladimir Putin", "CHN", 3, 4, 0.3, 1, 0, 2, False),
            ("Vladimir Putin", "RUS", 1, 4, 0.0, 0, 1, 0, True),
            ("Xi Jinping", "CHN", 0, 1, nan, 0, 0, 0, True),
            ("Xi Jinping", "RUS", 1, 1, 0.4, 0, 0, 1, False),
            ("author", "CHN", 0, 1, nan, 0, 0, 0, False),
            ("author", "RUS", 1, 1, 0.0, 0, 1, 0, False),
            ("(unidentified questioner)", "CHN", 0, 1, nan, 0, 0, 0, False),
            ("(unidentified questioner)", "RUS", 0, 1, nan, 0, 0, 0, False),
            ("Amir of Qatar", "CHN", 0, 0, nan, 0, 0, 0, False),
            ("Amir of Qatar", "RUS", 0, 0, nan, 0, 0, 0, False),
        ],
    )
    assert list(table)[:7] == ["speaker", "target", "n", "total", "mean", "low", "high"]
    assert set(table["interval"]) == {"not estimable"}


def test_sentiment_by_holder_state_and_list():
    """`holder` names the speaker's column so; `state` is the holder's; a list gives both columns."""
    corpus = _corpus()
    assert tallies.sentiment_toward_states(corpus, by="holder").columns[0] == "holder"
    by_state = tallies.sentiment_toward_states(corpus, by="state")
    _same(
        by_state[by_state["n"] > 0].reset_index(drop=True),
        ["state", "target", "n", "mean", "self"],
        [
            ("RUS", "CHN", 3, 0.3, False),
            ("RUS", "RUS", 1, 0.0, True),
            ("CHN", "RUS", 1, 0.4, False),
            ("author", "RUS", 1, 0.0, False),
        ],
    )
    both = tallies.sentiment_toward_states(corpus, by=["genre", "state"])
    assert list(both)[:5] == ["genre", "state", "target", "n", "total"]


def test_sentiment_options():
    """Words weigh, greetings can go, one voice can be heard alone, targets can be chosen."""
    corpus = _corpus()
    first = tallies.sentiment_toward_states(corpus, weight="words").iloc[0]
    assert (first["n"], first["mean"]) == (3, pytest.approx((10 * 0.6 + 6 * 0.5 - 8 * 0.2) / 24))
    first = tallies.sentiment_toward_states(corpus, protocol=False).query("target == 'CHN'").iloc[0]
    assert (first["n"], first["total"], first["mean"]) == (2, 4, pytest.approx(0.2))
    corpus.polarity["protocol"] = corpus.polarity["protocol"].astype(object)
    again = tallies.sentiment_toward_states(corpus, protocol=False).query("target == 'CHN'").iloc[0]
    assert again.equals(first)
    first = tallies.sentiment_toward_states(corpus, voice="quotation").iloc[0]
    assert (first["n"], first["total"], first["mean"]) == (1, 1, -0.2)
    assert set(tallies.sentiment_toward_states(corpus, targets="all")["target"]) == {"CHN", "RUS", "org:sco"}
    assert set(tallies.sentiment_toward_states(corpus, targets=["USA"])["n"]) == {0}


def test_five_documents_are_resampled():
    """With one dyad in five documents the interval is theirs: mean ± t(4) standard errors, here by hand."""
    values = [0.1, 0.5, 0.3, 0.2, 0.4]
    sentences = [PAPER | PUTIN | _sentence(0, 9, text="x") | {"doc_id": f"d{i}"} for i in range(5)]
    polarity = [
        {
            "doc_id": f"d{i}",
            "holder": "Vladimir Putin",
            "holder_state": "RUS",
            "target": "CHN",
            "polarity": p,
            "label": 1,
        }
        for i, p in enumerate(values)
    ]
    corpus = _corpus()
    corpus.sentences, corpus.polarity = tables.build("sentences", sentences), tables.build("polarity", polarity)
    row = tallies.sentiment_toward_states(corpus).iloc[0]
    step = 2.7764451 * np.std(values, ddof=1) / np.sqrt(5)
    assert row["interval"] == "documents"
    assert (row["low"], row["high"]) == pytest.approx((0.3 - step, 0.3 + step))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda corpus: tallies.topic_frequency(corpus, by="speker"),
            "by='speker' is unknown; did you mean 'speaker'? It may be speaker, state, role, session, document, genre, "
            "source, year",
        ),
        (
            lambda corpus: tallies.topic_frequency(corpus, by="zzz"),
            "by='zzz' is unknown; it may be speaker, state, role, session, document, genre, source, year",
        ),
        (lambda corpus: tallies.speaker_share(corpus, by=[]), "by=[] is empty; write one or several of speaker, state"),
        (lambda corpus: tallies.speaker_share(corpus, by=["state", "state"]), "names a column twice; write each once"),
        (
            lambda corpus: tallies.speaker_share(corpus, unit="word"),
            "unit='word' is unknown; did you mean 'words'? It may be words, turns, sentences",
        ),
        (lambda corpus: tallies.speaker_share(corpus, speech="loud"), "It may be all, direct, reported"),
        (lambda corpus: tallies.speaker_share(corpus, within="genre"), "within='genre' is unknown"),
        (lambda corpus: tallies.sentiment_toward_states(corpus, by="holders"), "did you mean 'holder'?"),
        (lambda corpus: tallies.sentiment_toward_states(corpus, weight="sentences"), "did you mean 'sentence'?"),
        (lambda corpus: tallies.sentiment_toward_states(corpus, voice="turns"), "It may be all, turn, quotation"),
        (lambda corpus: tallies.sentiment_toward_states(corpus, targets="state"), "did you mean 'states'?"),
    ],
)
def test_messages_name_what_to_write(call, message):
    """A wrong argument is refused with the nearest right one and all of them."""
    with pytest.raises(ParameterError) as error:
        call(_corpus())
    assert message.lower() in str(error.value).lower()


def test_an_empty_corpus_gives_empty_tables():
    """Nothing read, nothing counted, and no error."""
    empty = SimpleNamespace(
        **{name: tables.build(name, []) for name in ("sentences", "turns", "quotations", "mentions", "polarity")}
    )
    assert tallies.topic_frequency(empty).empty
    assert tallies.speaker_share(empty).empty
    assert tallies.sentiment_toward_states(empty).empty
