"""From sentences, turns and mentions to tidy counts: each with its denominator and its interval.

Furniture, headings, labels and repeated passages are never counted. Every group that the corpus holds is a row, silent
ones with n = 0; a speaker nobody can name is a row of its own. What ``interval`` says was resampled is explained in
`intervals`: documents where there are at least five, else the turns of the few there are (then the interval speaks for
these documents alone), else nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .groups import (
    SPOKEN,
    add_groups,
    check_by,
    check_choice,
    count_descriptions,
    count_groups,
    counted_sentences,
    describe_speakers,
    list_groups,
    sort_groups,
)
from .intervals import finish_ratios, sum_clusters
from .mentions import find_mentions
from .sums import TIMES, Sums, count_rows, number_rows
from .tables import locate

if TYPE_CHECKING:
    from .parse import Parsed

UNITS = ("words", "turns", "sentences")
SPEECH = ("all", "direct", "reported")
WEIGHTS = ("sentence", "words")

CEREMONY = "ceremony_logistics"
#: What a hit of a topic without sub-topics shows as its sub-topic.
NO_SUB = "(no sub-topic)"

#: A sentence that opens like this and is short speaks of what the sentence before it spoke of.
_REFERS_BACK = (
    r"(?i)\W*(?:(?:and|but|so|yes|no|all|both|most|some|none|of),?\s+){0,2}"
    r"(?:it|its|this|that|these|those|they|them|their|such|we|he|she|his|her|the (?:former|latter|same))\b"
)
#: Such a sentence only counts points off, or closes the matter.
_COUNTS_OFF = r"(?i)\W*(?:this|that|it)(?:['’]s| is| was) (?:the |my )?(?:first|second|third|last|all|it|one)\b"
_SHORT = 12


def topic_frequency(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    dictionary: str | Path | Dictionary = "topics",
    context: bool = False,
    ceremony: bool = True,
    repeats: bool = False,
    sub: bool = False,
) -> pd.DataFrame:
    """Count how often each group speaks of each topic.

    In: what `parse` returns. ``by``: one or several of `BY`. ``dictionary``: ``"topics"``, a path, or a `Dictionary`.
    ``context``: short sentences that refer back (``We did it.``) take the topics of the sentence before them (see
    `spread_topics`). ``ceremony=False`` leaves out, above and below the line, the sentences whose only topic is
    `CEREMONY`. ``repeats=True`` counts repeated passages too. ``sub=True`` counts each sub-topic by itself.

    Out: a row for each group and topic, silent ones too: the columns ``by``, ``topic`` (and ``sub``), ``n`` (mentions),
    ``total`` (words of the group), ``rate`` (mentions per 1,000 words) with ``low`` and ``high``; then ``sentences``
    (that touch the topic), ``total_sentences``, ``share`` with ``share_low`` and ``share_high``, ``interval`` (what
    ``low`` and ``high`` resampled), ``share_interval``; ``covered`` (share of the group's sentences in which the
    dictionary finds any topic: what is said in the others, see `uncovered_terms`); for speakers also ``state`` and
    ``role``.

    Raises `ParameterError` for an unknown ``by``, `DictionaryError` for a dictionary that cannot be read.
    """
    sums = sum_topics(parsed, by, dictionary, context, ceremony, repeats, sub)
    return finish_topics(sums, by, sub=sub)


def sum_topics(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    dictionary: str | Path | Dictionary = "topics",
    context: bool = False,
    ceremony: bool = True,
    repeats: bool = False,
    sub: bool = False,
) -> Sums:
    """Count what `finish_topics` makes the table of; takes what `topic_frequency` takes, of a part of a corpus."""
    by = check_by(by)
    read = context or not (isinstance(dictionary, str) and dictionary == "topics")  # whether the words are needed
    sentences = counted_sentences(parsed, repeats=repeats, text=read)
    hits, topics = topic_hits(parsed, sentences, dictionary, sub)
    if context:
        hits = pd.concat([hits, spread_topics(sentences, hits)], ignore_index=True)
    if not ceremony:
        only = hits.groupby(["doc_id", "start"])["topic"].agg(lambda found: set(found) == {CEREMONY})
        sentences = _without(sentences, only[only].reset_index()[["doc_id", "start"]])
    rows = add_groups(parsed, sentences, by)
    heard = _heard(parsed)
    what = list(topics)
    keys = [*by, *what]
    at = locate(rows, hits["doc_id"], hits["start"])
    hits = pd.concat([hits[at >= 0], rows.take(at[at >= 0])[["passage", *by]].set_axis(hits.index[at >= 0])], axis=1)
    hits = hits.assign(row=at[at >= 0])
    touched = hits[~pd.Series(number_rows(hits, ["row", *what])[0], hits.index).duplicated()]
    return {
        "groups": count_groups(parsed, by, [heard, parsed.turns]),
        "topics": count_rows(topics, what),
        "covered": count_rows(hits.drop_duplicates("row"), by),
        **_named("rate", sum_clusters(hits.assign(y=1), rows.assign(x=rows["n_words"]), keys, by, "rate")),
        **_named("share", sum_clusters(touched.assign(y=1), rows.assign(x=1), keys, by, "share")),
        **_named("speakers", count_descriptions(by, sentences, rows)),
    }


def finish_topics(sums: Sums, by: str | Sequence[str] = "speaker", *, sub: bool = False) -> pd.DataFrame:
    """Make the table of `topic_frequency` from the sums of `sum_topics`."""
    by = check_by(by)
    what = ["topic", "sub"] if sub else ["topic"]
    cells = list_groups(sums["groups"], by).merge(sums["topics"][what], how="cross")
    out = finish_ratios(_part(sums, "rate"), cells, group=by, kind="rate")
    share = finish_ratios(_part(sums, "share"), cells, group=by, kind="share")
    out[["n", "total"]] = out[["n", "total"]].astype("int64")
    out[["rate", "low", "high"]] = out[["ratio", "low", "high"]] * 1000
    covered = cells[by].merge(sums["covered"], on=by, how="left", validate="m:1")[TIMES].fillna(0)
    out = out[[*by, *what, "n", "total", "rate", "low", "high"]].assign(
        sentences=share["n"].astype("int64"),
        total_sentences=share["total"].astype("int64"),
        share=share["ratio"],
        share_low=share["low"],
        share_high=share["high"],
        interval=out["interval"],
        share_interval=share["interval"],
        covered=covered / share["total"].where(share["total"] > 0),
    )
    return describe_speakers(sort_groups(out, by, "total", *what), _part(sums, "speakers"))


def _named(name: str, sums: Sums) -> Sums:
    """Put ``name`` before the names of tables, so that `_part` finds them again among others."""
    return {f"{name}: {table}": frame for table, frame in sums.items()}


def _part(sums: Sums, name: str) -> Sums:
    return {table.partition(": ")[2]: frame for table, frame in sums.items() if table.startswith(f"{name}: ")}


def _without(rows: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Leave out the ``rows`` whose doc_id and start stand in ``spans``."""
    found = rows.merge(spans, on=["doc_id", "start"], how="left", validate="m:1", indicator=True)
    return rows[found["_merge"].eq("left_only").to_numpy()].reset_index(drop=True)


def topic_hits(
    parsed: Parsed, sentences: pd.DataFrame, dictionary: str | Path | Dictionary, sub: bool = False
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the mentions in ``sentences`` (doc_id, start of the sentence, topic, sub) and all topics there are."""
    own = isinstance(dictionary, str) and dictionary == "topics"
    dictionary = dictionary if isinstance(dictionary, Dictionary) else read_dictionary(dictionary)
    found = parsed.mentions[parsed.mentions["kind"] == "topic"] if own else find_mentions(sentences, dictionary)
    hits = found[["doc_id", "sentence", "key", "sub"]].rename(columns={"sentence": "start", "key": "topic"})
    hits["sub"] = hits["sub"].fillna(NO_SUB)
    known = dict.fromkeys((key, s or NO_SUB) for pattern in dictionary.patterns for key, s in pattern.targets)
    topics = pd.DataFrame([*known], columns=["topic", "sub"]) if sub else pd.DataFrame({"topic": dictionary.keys})
    columns = list(topics)
    topics = pd.concat([topics, hits[columns]]).drop_duplicates(ignore_index=True)
    hits = hits[["doc_id", "start", *columns]]
    return hits[locate(sentences, hits["doc_id"], hits["start"]) >= 0], topics


def spread_topics(sentences: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return hits for the sentences that only refer back, in the form of ``hits`` (doc_id, start, topic).

    A sentence refers back when it has no topic of its own, at most twelve words, and opens with a pronoun or
    demonstrative (``It``, ``This``, ``They``, ``And these``, …), unless it only counts points off (``This is the
    first.``). It takes each topic of the nearest sentence before it, in the same turn, quotation or stretch of
    narration, that does not refer back itself; each counts once.
    """
    own = sentences.merge(
        hits[["doc_id", "start"]].drop_duplicates(), on=["doc_id", "start"], how="left", validate="1:1", indicator=True
    )["_merge"].eq("both")
    refers = ~own & (sentences["n_words"] <= _SHORT) & sentences["text"].str.match(_REFERS_BACK)
    refers &= ~sentences["text"].str.match(_COUNTS_OFF)
    refers &= sentences["passage"].eq(sentences["passage"].shift())
    anchor = sentences["start"].where(~refers).groupby(sentences["passage"]).ffill()
    back = sentences[["doc_id", "start"]].assign(anchor=anchor)[refers & anchor.notna()]
    found = hits.drop_duplicates().rename(columns={"start": "anchor"})
    return back.merge(found, on=["doc_id", "anchor"], validate="m:m")[list(hits)]


def speaker_share(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    unit: str = "words",
    speech: str = "all",
    within: str = "",
) -> pd.DataFrame:
    """Count who speaks how much.

    In: what `parse` returns. ``by``: one or several of `BY`. ``unit``: ``words``, ``turns`` (a quotation is one) or
    ``sentences``. ``speech``: ``direct`` (turns, spoken in the room), ``reported`` (quotations in prose), or ``all``.
    ``within``: one of ``by``; the share is then of that group and not of the whole corpus. Quotations inside a turn
    are the turn's, marked words that nobody says (``scare``) are nobody's, repeated ones count once.

    Out: a row for each group, silent ones too: the columns ``by``, ``n``, ``total``, ``share``, ``low``, ``high``;
    then ``interval`` (what was resampled); for speakers also ``state`` and ``role``.

    Raises `ParameterError` when an argument is unknown.
    """
    return finish_speakers(sum_speakers(parsed, by, unit, speech, within), by, within=within)


def sum_speakers(
    parsed: Parsed, by: str | Sequence[str] = "speaker", unit: str = "words", speech: str = "all", within: str = ""
) -> Sums:
    """Count what `finish_speakers` makes the table of; takes what `speaker_share` takes, of a part of a corpus."""
    by = check_by(by)
    check_choice("unit", unit, UNITS)
    check_choice("speech", speech, SPEECH)
    check_choice("within", within, ("", *by))
    everything = speech_rows(parsed, unit)
    spoken = everything if speech == "all" else everything[everything["speech"] == speech]
    rows = add_groups(parsed, spoken, by).assign(corpus="all")
    group, keys = ([within], by) if within else (["corpus"], ["corpus", *by])
    clusters = rows.drop(columns="doc_id") if {"document", "session"} & set(by) else rows  # a document is one of itself
    return {
        "groups": count_groups(parsed, by, [everything, speech_rows(parsed, "turns")]),
        **_named("share", sum_clusters(clusters.assign(y=rows["x"]), clusters, keys, group, "share")),
        **_named("speakers", count_descriptions(by, spoken, rows)),
    }


def finish_speakers(sums: Sums, by: str | Sequence[str] = "speaker", *, within: str = "") -> pd.DataFrame:
    """Make the table of `speaker_share` from the sums of `sum_speakers`."""
    by = check_by(by)
    cells = list_groups(sums["groups"], by)
    cells = cells if within else cells.assign(corpus="all")
    out = finish_ratios(_part(sums, "share"), cells, group=[within] if within else ["corpus"], kind="share")
    out[["n", "total"]] = out[["n", "total"]].astype("int64")
    out = out.rename(columns={"ratio": "share"})[[*by, "n", "total", "share", "low", "high", "interval"]]
    return describe_speakers(sort_groups(out, by, "n"), _part(sums, "speakers"))


def speech_rows(parsed: Parsed, unit: str) -> pd.DataFrame:
    """Return the turns and quotations, or their sentences, that are speech, with ``speech``, ``x`` and ``passage``."""
    quotations = parsed.quotations.drop(columns="text")
    inside = quotations["inside"].eq("turn")
    if unit == "sentences":
        rows = counted_sentences(parsed, text=False)
        rows = rows[rows["voice"].isin(["turn", "quotation"])].reset_index(drop=True)
        return rows.assign(speech=rows["voice"].map({"turn": "direct", "quotation": "reported"}), x=1)
    quotations = quotations[~inside & quotations["kind"].ne("scare") & quotations["repeat_of"].isna()]
    rows = pd.concat(
        [parsed.turns.drop(columns="text").assign(speech="direct"), quotations.assign(speech="reported")],
        ignore_index=True,
    )
    return rows.assign(x=rows["n_words"] if unit == "words" else 1, passage=range(len(rows)))


def sentiment_toward_states(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    weight: str = "sentence",
    protocol: bool = True,
    voice: str = "all",
    targets: str | Sequence[str] = "states",
) -> pd.DataFrame:
    """Average what each group expresses toward each state.

    In: what `parse` returns. ``by``: one or several of `BY`, of who holds the stance (``author`` where the text itself
    speaks); ``holder`` is another name for the speaker. ``weight``: each ``sentence`` counts once, or by its
    ``words``. ``protocol=False`` leaves out sentences whose only evidence is a greeting or thanks. ``voice``: ``turn``,
    ``quotation``, ``narration``, or ``all``. ``targets``: ``states``, ``all`` keys, or a list of keys.

    Out: a row for each group and target, silent ones too: the columns ``by``, ``target``, ``n`` (sentences that refer
    to the target), ``total`` (all sentences of the group), ``mean`` (−1 … 1) with ``low`` and ``high``; then the
    counts ``negative``, ``neutral``, ``positive``, ``interval`` (what was resampled), ``self`` (the holder's own state
    is the target); for speakers also ``state`` and ``role``.

    Raises `ParameterError` when an argument is unknown.
    """
    return finish_states(sum_states(parsed, by, weight, protocol, voice, targets), by, targets=targets)


def sum_states(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    weight: str = "sentence",
    protocol: bool = True,
    voice: str = "all",
    targets: str | Sequence[str] = "states",
) -> Sums:
    """Count what `finish_states` makes the table of; takes what `sentiment_toward_states` takes."""
    by = check_by(by, also=("holder",))
    check_choice("weight", weight, WEIGHTS)
    check_choice("voice", voice, ("all", *SPOKEN))
    sentences = counted_sentences(parsed, text=False)
    sentences = sentences if voice == "all" else sentences[sentences["voice"] == voice].reset_index(drop=True)
    sentences = with_holders(sentences, parsed.polarity)
    rows = add_groups(parsed, sentences, by)
    stance = _stances(parsed.polarity, protocol, targets)
    at = locate(rows, stance["doc_id"], stance["start"])
    own = rows.take(at[at >= 0])[["passage", "n_words", *by]].set_axis(stance.index[at >= 0])
    stance = pd.concat([stance[at >= 0], own], axis=1)
    stance["x"] = stance["n_words"] if weight == "words" else 1
    stance["y"] = stance["x"] * stance["polarity"]
    heard = with_holders(_heard(parsed), parsed.polarity)
    keys = [*by, "target"]
    return {
        "groups": count_groups(parsed, by, [heard, parsed.turns]),
        "sentences": count_rows(rows, by),
        "labels": count_rows(stance, [*keys, "label"]),
        **_named("mean", sum_clusters(stance, stance, keys, keys, "mean")),
        **_named("speakers", count_descriptions(by, sentences, rows)),
    }


def finish_states(
    sums: Sums, by: str | Sequence[str] = "speaker", *, targets: str | Sequence[str] = "states"
) -> pd.DataFrame:
    """Make the table of `sentiment_toward_states` from the sums of `sum_states`."""
    by = check_by(by, also=("holder",))
    named = sorted(sums["labels"]["target"].unique()) if isinstance(targets, str) else list(targets)
    cells = list_groups(sums["groups"], by).merge(pd.Series(named, name="target", dtype="str"), how="cross")
    out = sort_groups(_means(sums, cells, by), by, "n", "target")
    out = describe_speakers(out, _part(sums, "speakers"))
    known = out["state"] if "state" in out else pd.Series(None, out.index, dtype="str")
    out.insert(out.columns.get_loc("interval") + 1, "self", known.eq(out["target"]))
    return out


def _means(sums: Sums, cells: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Give each of ``cells`` its mean polarity, weighted by x, and the counts of −1, 0 and 1."""
    keys = list(cells)
    out = finish_ratios(_part(sums, "mean"), cells, group=keys, kind="mean")
    out = out.drop(columns=["n", "total"]).rename(columns={"ratio": "mean"})
    labels, signs = sums["labels"], {"negative": -1, "neutral": 0, "positive": 1}
    counts = {"n": labels[TIMES], **{name: labels[TIMES] * labels["label"].eq(sign) for name, sign in signs.items()}}
    counted = labels[keys].assign(**counts).groupby(keys)[list(counts)].sum().reset_index()
    out = out.merge(counted, on=keys, how="left", validate="1:1")
    out = out.merge(sums["sentences"].rename(columns={TIMES: "total"}), on=by, how="left", validate="m:1")
    whole = [*counts, "total"]
    out[whole] = out[whole].fillna(0).astype("int64")
    return out[[*keys, "n", "total", "mean", "low", "high", *signs, "interval"]]


def _heard(parsed: Parsed) -> pd.DataFrame:
    """Return all sentences that are speech or prose, repeated ones too, without their text."""
    sentences = parsed.sentences.drop(columns="text")
    return sentences[sentences["voice"].isin(SPOKEN)]


def with_holders(sentences: pd.DataFrame, polarity: pd.DataFrame) -> pd.DataFrame:
    """Give sentences the speaker and state of the holder that `score_polarity` found, where it found one."""
    holders = polarity.loc[polarity["holder"].notna(), ["doc_id", "sentence", "holder", "holder_state"]]
    at = locate(holders.rename(columns={"sentence": "start"}), sentences["doc_id"], sentences["start"])
    found = holders.take(np.maximum(at, 0)) if len(holders) else holders.reindex(range(len(at)))
    held = pd.Series(at >= 0, sentences.index)
    return sentences.assign(
        speaker=sentences["speaker"].mask(held, found["holder"].set_axis(sentences.index)),
        state=sentences["state"].mask(held, found["holder_state"].set_axis(sentences.index)),
    )


def _stances(polarity: pd.DataFrame, protocol: bool, targets: str | Sequence[str]) -> pd.DataFrame:
    """Return the rows of ``polarity`` to be counted: doc_id, start, target, polarity, label."""
    if isinstance(targets, str):
        check_choice("targets", targets, ("states", "all"))
        wanted = polarity["target"].str.fullmatch("[A-Z]{3}") | (targets == "all")
    else:
        wanted = polarity["target"].isin(list(targets))
    wanted &= protocol | ~polarity["protocol"]
    rows = polarity.loc[wanted, ["doc_id", "sentence", "target", "polarity", "label"]]
    return rows.rename(columns={"sentence": "start"})
