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

from .dictionaries import Dictionary
from .groups import (
    SPOKEN,
    check_by,
    check_choice,
    columns_of,
    count_descriptions,
    count_groups,
    counted_sentences,
    describe_speakers,
    list_groups,
    sort_groups,
    tell_cast,
)
from .intervals import Hits, Sizes, finish_ratios, number_clusters, sum_clusters
from .sums import (
    TIMES,
    Numbers,
    Sums,
    count_numbers,
    count_rows,
    first_rows,
    join,
    number_rows,
    number_values,
    pair_up,
    tell_apart,
)
from .tables import locate
from .topics import only_ceremony, said_topics
from .undisturbed import undisturbed

if TYPE_CHECKING:
    from .parse import Parsed

UNITS = ("words", "turns", "sentences")
SPEECH = ("all", "direct", "reported")
WEIGHTS = ("sentence", "words")


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


@undisturbed
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
    heard = _spoken(parsed, by)
    counted = np.ones(len(heard), dtype=bool) if repeats else heard["repeat_of"].isna().to_numpy()
    hits, topics = said_topics(parsed, dictionary, context, repeats, sub)
    hits, at = _standing_in(heard, counted, hits)
    if not ceremony:
        counted = counted & ~only_ceremony(hits, at, len(heard))
        hits, at = hits[counted[at]], at[counted[at]]
    cast, n_words = tell_cast(heard, by), heard["n_words"].to_numpy()
    group = cast.groups(parsed, by)
    kept, what = np.flatnonzero(counted), list(topics)
    of_rows = group.of(kept)
    cell, row = number_rows(hits, what), np.cumsum(counted)[at] - 1
    touched = first_rows(pair_up(row, cell.number))  # a sentence touches a topic once
    clusters, once = number_clusters(heard, kept), np.ones(max(len(kept), len(hits)), dtype=np.int64)
    words = Sizes(of_rows, clusters, n_words[kept])
    sentences = Sizes(of_rows, clusters, once[: len(kept)])
    mentions = Hits(row, once[: len(row)], cell)
    first_mentions = Hits(row[touched], once[: len(touched)], cell.of(touched))
    return {
        "groups": count_groups(parsed, by, heard, group, parsed.turns),
        "topics": count_rows(topics, what),
        "covered": count_numbers([of_rows.of(np.flatnonzero(np.bincount(row)))]),
        **_named("rate", sum_clusters(words, mentions, "rate")),
        **_named("share", sum_clusters(sentences, first_mentions, "share")),
        **_named("speakers", count_descriptions(parsed, cast.weighted(n_words, kept), by)),
    }


def _spoken(parsed: Parsed, by: Sequence[str]) -> pd.DataFrame:
    """Return all sentences that are speech or prose, repeated ones too: what is needed to count them by ``by``."""
    return counted_sentences(parsed, repeats=True, columns=[*columns_of(by), "repeat_of"])


def _standing_in(rows: pd.DataFrame, counted: np.ndarray, hits: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """Keep the ``hits`` that stand in ``rows`` that are ``counted``; returns them and the row of each."""
    at = locate(rows, hits["doc_id"], hits["start"])
    kept = at >= 0
    kept[kept] = counted[at[kept]]
    return hits[kept], at[kept]


@undisturbed
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


@undisturbed
def sum_speakers(
    parsed: Parsed, by: str | Sequence[str] = "speaker", unit: str = "words", speech: str = "all", within: str = ""
) -> Sums:
    """Count what `finish_speakers` makes the table of; takes what `speaker_share` takes, of a part of a corpus."""
    by = check_by(by)
    check_choice("unit", unit, UNITS)
    check_choice("speech", speech, SPEECH)
    check_choice("within", within, ("", *by))
    everything = speech_rows(parsed, unit, columns_of(by))
    turns = speech_rows(parsed, "turns", columns_of(by)) if unit == "sentences" else everything.iloc[:0]
    spoken = np.flatnonzero((speech == "all") | everything["speech"].eq(speech))
    said = everything.drop(columns="doc_id") if {"document", "session"} & set(by) else everything
    cast, rest = tell_cast(everything, by), [column for column in by if column != within]
    group = cast.groups(parsed, by)
    x, n_words = everything["x"].to_numpy()[spoken], everything["n_words"].to_numpy()
    corpus = Numbers(np.zeros(len(everything), dtype=np.int64), {"corpus": pd.array(["all"], dtype="str")})
    whole = (cast.groups(parsed, [within]) if within else corpus).of(spoken)
    cell = group if not within else cast.groups(parsed, rest) if rest else None
    found = Hits(np.arange(len(spoken)), x, cell and cell.of(spoken))
    return {
        "groups": count_groups(parsed, by, everything, group, turns),
        **_named("share", sum_clusters(Sizes(whole, number_clusters(said, spoken), x), found, "share")),
        **_named("speakers", count_descriptions(parsed, cast.weighted(n_words, spoken), by)),
    }


@undisturbed
def finish_speakers(sums: Sums, by: str | Sequence[str] = "speaker", *, within: str = "") -> pd.DataFrame:
    """Make the table of `speaker_share` from the sums of `sum_speakers`."""
    by = check_by(by)
    cells = list_groups(sums["groups"], by)
    cells = cells if within else cells.assign(corpus="all")
    out = finish_ratios(_part(sums, "share"), cells, group=[within] if within else ["corpus"], kind="share")
    out[["n", "total"]] = out[["n", "total"]].astype("int64")
    out = out.rename(columns={"ratio": "share"})[[*by, "n", "total", "share", "low", "high", "interval"]]
    return describe_speakers(sort_groups(out, by, "n"), _part(sums, "speakers"))


def speech_rows(parsed: Parsed, unit: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return the turns and quotations, or their sentences, that are speech, with ``speech``, ``x`` and ``passage``.

    Of their own columns they have ``columns``, or all but the text.
    """

    def lean(table: pd.DataFrame) -> pd.DataFrame:
        return table[[name for name in table if name != "text" and (columns is None or name in columns)]]

    if unit == "sentences":
        rows = counted_sentences(parsed, columns=list(lean(parsed.sentences)))
        rows = rows[rows["voice"].isin(["turn", "quotation"])].reset_index(drop=True)
        return rows.assign(speech=rows["voice"].map({"turn": "direct", "quotation": "reported"}), x=1)
    told = parsed.quotations
    reported = told["inside"].ne("turn") & told["kind"].ne("scare") & told["repeat_of"].isna()
    parts = [lean(parsed.turns).assign(speech="direct"), lean(told)[reported].assign(speech="reported")]
    rows = pd.concat(parts, ignore_index=True)
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


@undisturbed
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
    heard = with_holders(_spoken(parsed, by), parsed.polarity)
    cast, n_words = tell_cast(heard, by), heard["n_words"].to_numpy()
    group = cast.groups(parsed, by)
    counted = heard["repeat_of"].isna().to_numpy()
    counted = counted if voice == "all" else counted & heard["voice"].eq(voice).to_numpy(dtype=bool)
    stance, at = _standing_in(heard, counted, _stances(parsed.polarity, protocol, targets))
    x = n_words[at] if weight == "words" else np.ones(len(at), dtype=np.int64)
    target, kept = number_rows(stance, ["target"]), np.flatnonzero(counted)
    means = Sizes(join(group.of(at), target), number_clusters(heard, at), x)
    found = Hits(np.arange(len(at)), x * stance["polarity"].to_numpy())
    return {
        "groups": count_groups(parsed, by, heard, group, parsed.turns),
        "sentences": count_numbers([group.of(kept)]),
        "labels": count_numbers([group.of(at), target, number_values("label", stance["label"].to_numpy())]),
        **_named("mean", sum_clusters(means, found, "mean")),
        **_named("speakers", count_descriptions(parsed, cast.weighted(n_words, kept), by)),
    }


@undisturbed
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


def with_holders(sentences: pd.DataFrame, polarity: pd.DataFrame) -> pd.DataFrame:
    """Give sentences the speaker and state of the holder that `score_polarity` found, where it found one."""
    holders = polarity.loc[polarity["holder"].notna(), ["doc_id", "sentence", "holder", "holder_state"]]
    holders = holders.set_axis(["doc_id", "start", "speaker", "state"], axis=1)
    at = locate(holders, sentences["doc_id"], sentences["start"])
    row = np.where(at < 0, np.arange(len(at)), at + len(sentences))
    told = {name: pd.concat([sentences[name], holders[name]]).array.take(row) for name in ("speaker", "state")}
    return sentences.assign(**told)


def _stances(polarity: pd.DataFrame, protocol: bool, targets: str | Sequence[str]) -> pd.DataFrame:
    """Return the rows of ``polarity`` to be counted: doc_id, start, target, polarity, label."""
    if isinstance(targets, str):
        check_choice("targets", targets, ("states", "all"))
        number, first = tell_apart(polarity, ["target"])
        wanted = (polarity["target"].take(first).str.fullmatch("[A-Z]{3}") | (targets == "all")).to_numpy()[number]
    else:
        wanted = polarity["target"].isin(list(targets)).to_numpy()
    wanted = wanted.astype(bool) & (protocol | ~polarity["protocol"].to_numpy(dtype=bool))
    rows = polarity.loc[wanted, ["doc_id", "sentence", "target", "polarity", "label"]]
    return rows.rename(columns={"sentence": "start"})
