"""From sentences, turns and mentions to tidy counts: each with its denominator and its interval.

Furniture, headings, labels and repeated passages are never counted. Every group that the corpus holds is a row, silent
ones with n = 0; a speaker nobody can name is a row of its own. What ``interval`` says was resampled is explained in
`intervals`: documents where there are at least five, else the turns of the few there are (then the interval speaks for
these documents alone), else nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from .dictionaries import Dictionary, read_dictionary
from .errors import ParameterError
from .intervals import ratio_intervals
from .mentions import find_mentions
from .parse import Parsed

#: What a tally can be grouped by.
BY = ("speaker", "state", "role", "session", "document", "genre", "source", "year")
UNITS = ("words", "turns", "sentences")
SPEECH = ("all", "direct", "reported")
WEIGHTS = ("sentence", "words")
SPOKEN = ("turn", "quotation", "narration")

#: The voice of the text itself, in every tally.
AUTHOR = "author"
CEREMONY = "ceremony_logistics"

#: Groups of this kind are shown in the order of the corpus or of time, others by size.
_PLACES = ("session", "document", "genre", "source", "year")
_IN_ORDER = ("session", "document", "year")
_NAMELESS = {"state": "(no state)", "role": "(no role)", "genre": "(no genre)", "source": "(no source)"}

#: A sentence that opens like this and is short speaks of what the sentence before it spoke of.
_REFERS_BACK = (
    r"(?i)\W*(?:(?:and|but|so|yes|no|all|both|most|some|none|of),?\s+){0,2}"
    r"(?:it|its|this|that|these|those|they|them|their|such|we|he|she|his|her|the (?:former|latter|same))\b"
)
_SHORT = 12


def check_choice(name: str, value: object, valid: Sequence[str]) -> None:
    """Raise `ParameterError` unless ``value`` is one of ``valid``; the message names the nearest and lists all."""
    if value in valid:
        return
    near = get_close_matches(str(value), valid, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}? It may be" if near else "it may be"
    raise ParameterError(f"{name}={value!r} is unknown; {hint} {', '.join(valid)}")


def check_by(by: str | Sequence[str], also: tuple[str, ...] = ()) -> list[str]:
    """Return ``by`` as a list of columns to group by, or raise `ParameterError`."""
    columns = [by] if isinstance(by, str) else list(by)
    if not columns:
        raise ParameterError(f"by={by!r} is empty; write one or several of {', '.join((*also, *BY))}")
    for column in columns:
        check_choice("by", column, (*also, *BY))
    if len(set(columns)) < len(columns):
        raise ParameterError(f"by={by!r} names a column twice; write each once")
    return columns


def counted_sentences(parsed: Parsed, *, repeats: bool = False) -> pd.DataFrame:
    """Return the sentences that are speech or prose, repeated ones only if ``repeats``.

    A column ``passage`` numbers the stretches that intervals resample: one turn, one quotation, or the narration
    between two of them.
    """
    rows = parsed.sentences.sort_values(["doc_id", "start"], kind="stable", ignore_index=True)
    turn = rows["turn"].fillna(-1)
    rows["passage"] = ((rows["doc_id"] != rows["doc_id"].shift()) | (turn != turn.shift())).cumsum()
    counted = rows["voice"].isin(SPOKEN)
    return rows[counted if repeats else counted & rows["repeat_of"].isna()].reset_index(drop=True)


def add_groups(parsed: Parsed, rows: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return ``rows`` (sentences, turns or quotations) with the columns ``by`` as a reader wants to see them.

    Narration without a speaker is the ``author``'s. An unknown speaker is ``(unidentified questioner)`` when the role
    says so, else ``(unidentified speaker)``. A session is ``<doc_id> 3: <its title>``.
    """
    narration = rows["voice"].eq("narration") if "voice" in rows else pd.Series(False, rows.index)
    author = narration & (rows["speaker"].isna() | rows["speaker"].eq(AUTHOR))
    labels = {}
    for column in by:
        if column in ("speaker", "holder"):
            part = rows["role"].where(rows["role"].str.islower().eq(True)).fillna("speaker")
            label = rows["speaker"].fillna("(unidentified " + part + ")").mask(author, AUTHOR)
        elif column == "session":
            label = _session_labels(parsed, rows)
        elif column == "document":
            label = rows["doc_id"]
        elif column == "year":
            label = rows["date"].dt.year.astype("Int64").astype("str").where(rows["date"].notna(), "(no date)")
        else:
            label = rows[column].fillna(_NAMELESS[column])
            label = label.mask(author, AUTHOR) if column in ("state", "role") else label
        labels[column] = label.astype("str")
    return rows.assign(**labels)


def _session_labels(parsed: Parsed, rows: pd.DataFrame) -> pd.Series:
    titles = parsed.sentences.groupby(["doc_id", "session"])["session_title"].first().rename("title").reset_index()
    titles = rows[["doc_id", "session"]].merge(titles, on=["doc_id", "session"], how="left", validate="m:1")
    title = (": " + titles["title"].astype("str")).fillna("")
    return pd.Series((titles["doc_id"] + " " + titles["session"].astype("str") + title).to_numpy(), rows.index)


def _levels(parsed: Parsed, by: list[str], frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Return every group there is, silent ones too: places from all sentences, persons from ``frames``."""
    if set(by) <= set(_PLACES):
        frames = [parsed.sentences.sort_values(["doc_id", "start"])]
    return pd.concat([add_groups(parsed, f, by)[by] for f in frames]).drop_duplicates(ignore_index=True)


def _in_order(table: pd.DataFrame, by: list[str], size: str, last: str = "") -> pd.DataFrame:
    """Sort the groups by size, or as the corpus has them; within a group the column ``last`` by its n."""
    keys = pd.DataFrame(index=table.index)
    for column, weight in [(column, size) for column in by] + ([(last, "n")] if last else []):
        sums = table.groupby(column, sort=column not in _IN_ORDER or column == "year")[weight].sum()
        order = sums if column in _IN_ORDER else sums.sort_values(ascending=False, kind="stable")
        keys[column] = table[column].map(pd.Series(range(len(order)), order.index))
    return table.loc[keys.sort_values(list(keys), kind="stable").index].reset_index(drop=True)


def _describe(table: pd.DataFrame, by: list[str], rows: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Add state and role of each speaker behind the table: those that most of the speaker's words carry.

    ``rows`` holds the labels of ``by``; ``names`` is the speaker as it was before labelling, missing when unknown.
    """
    who = next((column for column in by if column in ("speaker", "holder")), None)
    if who is None:
        return table
    for column in [c for c in ("state", "role") if c not in by]:
        sums = rows.assign(of=rows[who].where(names)).dropna(subset=["of", column])
        sums = sums.groupby(["of", column])["n_words"].sum().sort_values(ascending=False, kind="stable").reset_index()
        first = sums.drop_duplicates("of").rename(columns={"of": who})[[who, column]]
        table = table.merge(first, on=who, how="left", validate="m:1")
    return table


def topic_frequency(
    parsed: Parsed,
    by: str | Sequence[str] = "speaker",
    dictionary: str | Path | Dictionary = "topics",
    context: bool = False,
    ceremony: bool = True,
    repeats: bool = False,
) -> pd.DataFrame:
    """Count how often each group speaks of each topic.

    In: what `parse` returns. ``by``: one or several of `BY`. ``dictionary``: ``"topics"``, a path, or a `Dictionary`.
    ``context``: short sentences that refer back (``We did it.``) take the topics of the sentence before them (see
    `spread_topics`). ``ceremony=False`` leaves out, above and below the line, the sentences whose only topic is
    `CEREMONY`. ``repeats=True`` counts repeated passages too.

    Out: a row for each group and topic, silent ones too: the columns ``by``, ``topic``, ``n`` (mentions), ``total``
    (words of the group), ``rate`` (mentions per 1,000 words) with ``low`` and ``high``; then ``sentences`` (that touch
    the topic), ``total_sentences``, ``share`` with ``share_low`` and ``share_high``, ``interval`` (what ``low`` and
    ``high`` resampled), ``share_interval``; for speakers also ``state`` and ``role``.

    Raises `ParameterError` for an unknown ``by``, `DictionaryError` for a dictionary that cannot be read.
    """
    by = check_by(by)
    sentences = counted_sentences(parsed, repeats=repeats)
    hits, topics = _topic_hits(parsed, sentences, dictionary)
    if context:
        hits = pd.concat([hits, spread_topics(sentences, hits)], ignore_index=True)
    if not ceremony:
        only = hits.groupby(["doc_id", "start"])["topic"].agg(lambda found: set(found) == {CEREMONY})
        sentences = _without(sentences, only[only].reset_index()[["doc_id", "start"]])
    rows = add_groups(parsed, sentences, by)
    heard = parsed.sentences[parsed.sentences["voice"].isin(SPOKEN)]
    cells = _levels(parsed, by, [heard, parsed.turns]).merge(pd.Series(topics, name="topic"), how="cross")
    hits = hits.merge(rows[["doc_id", "start", "passage", *by]], on=["doc_id", "start"], validate="m:1")
    out = ratio_intervals(hits.assign(y=1), rows.assign(x=rows["n_words"]), cells, group=by, scale="log")
    touched = hits.drop_duplicates(["doc_id", "start", "topic"])
    share = ratio_intervals(touched.assign(y=1), rows.assign(x=1), cells, group=by, scale="logit")
    out[["n", "total"]] = out[["n", "total"]].astype("int64")
    out[["rate", "low", "high"]] = out[["ratio", "low", "high"]] * 1000
    out = out[[*by, "topic", "n", "total", "rate", "low", "high"]].assign(
        sentences=share["n"].astype("int64"),
        total_sentences=share["total"].astype("int64"),
        share=share["ratio"],
        share_low=share["low"],
        share_high=share["high"],
        interval=out["interval"],
        share_interval=share["interval"],
    )
    return _describe(
        _in_order(out, by, "total", "topic"), by, rows.assign(**_raw(sentences, by)), sentences["speaker"].notna()
    )


def _raw(rows: pd.DataFrame, by: list[str]) -> dict[str, pd.Series]:
    return {column: rows[column] for column in ("state", "role") if column not in by}


def _without(rows: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """Leave out the ``rows`` whose doc_id and start stand in ``spans``."""
    found = rows.merge(spans, on=["doc_id", "start"], how="left", validate="m:1", indicator=True)
    return rows[found["_merge"].eq("left_only").to_numpy()].reset_index(drop=True)


def _topic_hits(
    parsed: Parsed, sentences: pd.DataFrame, dictionary: str | Path | Dictionary
) -> tuple[pd.DataFrame, list[str]]:
    """Return the mentions in ``sentences`` (doc_id, start of the sentence, topic) and all topics there are."""
    own = isinstance(dictionary, str) and dictionary == "topics"
    dictionary = dictionary if isinstance(dictionary, Dictionary) else read_dictionary(dictionary)
    found = parsed.mentions[parsed.mentions["kind"] == "topic"] if own else find_mentions(sentences, dictionary)
    hits = found[["doc_id", "sentence", "key"]].rename(columns={"sentence": "start", "key": "topic"})
    topics = list(dict.fromkeys([*dictionary.keys, *hits["topic"]]))
    return hits.merge(sentences[["doc_id", "start"]], on=["doc_id", "start"], validate="m:1"), topics


def spread_topics(sentences: pd.DataFrame, hits: pd.DataFrame) -> pd.DataFrame:
    """Return hits for the sentences that only refer back, in the form of ``hits`` (doc_id, start, topic).

    A sentence refers back when it has no topic of its own, at most twelve words, and opens with a pronoun or
    demonstrative (``It``, ``This``, ``They``, ``And these``, …). It takes each topic of the nearest sentence before it,
    in the same turn, quotation or stretch of narration, that does not refer back itself; each counts once.
    """
    own = sentences.merge(
        hits[["doc_id", "start"]].drop_duplicates(), on=["doc_id", "start"], how="left", validate="1:1", indicator=True
    )["_merge"].eq("both")
    refers = ~own & (sentences["n_words"] <= _SHORT) & sentences["text"].str.match(_REFERS_BACK)
    refers &= sentences["passage"].eq(sentences["passage"].shift())
    anchor = sentences["start"].where(~refers).groupby(sentences["passage"]).ffill()
    back = sentences[["doc_id", "start"]].assign(anchor=anchor)[refers & anchor.notna()]
    found = hits.drop_duplicates().rename(columns={"start": "anchor"})
    return back.merge(found, on=["doc_id", "anchor"], validate="m:m")[["doc_id", "start", "topic"]]


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
    by = check_by(by)
    check_choice("unit", unit, UNITS)
    check_choice("speech", speech, SPEECH)
    check_choice("within", within, ("", *by))
    everything = _speech(parsed, unit)
    spoken = everything if speech == "all" else everything[everything["speech"] == speech]
    rows = add_groups(parsed, spoken, by).assign(corpus="all")
    group = [within] if within else ["corpus"]
    cells = _levels(parsed, by, [everything, _speech(parsed, "turns")])
    cells = cells if within else cells.assign(corpus="all")
    if {"document", "session"} & set(by):  # a document is one of itself: only its turns can be resampled
        rows = rows.drop(columns="doc_id")
    out = ratio_intervals(rows.assign(y=rows["x"]), rows, cells, group=group, scale="logit")
    out[["n", "total"]] = out[["n", "total"]].astype("int64")
    out = out.rename(columns={"ratio": "share"})[[*by, "n", "total", "share", "low", "high", "interval"]]
    return _describe(_in_order(out, by, "n"), by, rows.assign(**_raw(spoken, by)), spoken["speaker"].notna())


def _speech(parsed: Parsed, unit: str) -> pd.DataFrame:
    """Return the turns and quotations, or their sentences, that are speech, with ``speech``, ``x`` and ``passage``."""
    quotations = parsed.quotations
    inside = quotations["inside"].eq("turn")
    if unit == "sentences":
        rows = counted_sentences(parsed)
        rows = rows[rows["voice"].isin(["turn", "quotation"])].reset_index(drop=True)
        return rows.assign(speech=rows["voice"].map({"turn": "direct", "quotation": "reported"}), x=1)
    quotations = quotations[~inside & quotations["kind"].ne("scare") & quotations["repeat_of"].isna()]
    rows = pd.concat([parsed.turns.assign(speech="direct"), quotations.assign(speech="reported")], ignore_index=True)
    return rows.assign(x=rows["n_words"] if unit == "words" else 1, passage=range(len(rows)))


def concentration(share: pd.DataFrame) -> pd.DataFrame:
    """Say in one row how few hold the floor, from what `speaker_share` returns.

    Out: ``speakers`` (who are known and speak), ``effective_shannon`` = exp(−Σ p ln p) and ``effective_hhi`` =
    1 / Σ p² (Hill 1973, Ecology 54: 427–432: the number of equally loud speakers that would be as concentrated),
    ``hhi`` = Σ p² (Herfindahl and Hirschman), ``gini`` (mean absolute difference over twice the mean), all over the
    known speakers; ``unidentified``, the share of all words that nobody could be credited with.
    """
    labels = share[[c for c in share if c in BY and c not in ("state", "role")]]
    unknown = labels.apply(lambda column: column.str.startswith("(")).any(axis=1)
    n = np.sort(share.loc[~unknown & (share["n"] > 0), "n"].to_numpy(dtype=float))
    p, total = n / max(n.sum(), 1), share["n"].sum()
    rank = np.arange(1, len(n) + 1)
    some = len(n) > 0
    row = {
        "speakers": len(n),
        "effective_shannon": float(np.exp(-(p * np.log(p)).sum())) if some else np.nan,
        "effective_hhi": float(1 / (p**2).sum()) if some else np.nan,
        "hhi": float((p**2).sum()) if some else np.nan,
        "gini": float(((2 * rank - len(n) - 1) * p).sum() / len(n)) if some else np.nan,
        "unidentified": share.loc[unknown, "n"].sum() / total if total else np.nan,
    }
    return pd.DataFrame([row])


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
    by = check_by(by, also=("holder",))
    check_choice("weight", weight, WEIGHTS)
    check_choice("voice", voice, ("all", *SPOKEN))
    sentences = counted_sentences(parsed)
    sentences = sentences if voice == "all" else sentences[sentences["voice"] == voice].reset_index(drop=True)
    sentences = _with_holders(sentences, parsed.polarity)
    rows = add_groups(parsed, sentences, by)
    stance = _stances(parsed.polarity, protocol, targets)
    stance = stance.merge(rows.drop(columns="target", errors="ignore"), on=["doc_id", "start"], validate="m:1")
    stance["x"] = stance["n_words"] if weight == "words" else 1
    stance["y"] = stance["x"] * stance["polarity"]
    heard = _with_holders(parsed.sentences[parsed.sentences["voice"].isin(SPOKEN)], parsed.polarity)
    keys = pd.Series(sorted(stance["target"].unique()) if isinstance(targets, str) else list(targets), name="target")
    cells = _levels(parsed, by, [heard, parsed.turns]).merge(keys, how="cross")
    out = ratio_intervals(stance, stance, cells, group=[*by, "target"], scale="identity")
    out = out.drop(columns=["n", "total"]).rename(columns={"ratio": "mean"})
    out = out.merge(_counts(stance, [*by, "target"]), on=[*by, "target"], how="left", validate="1:1")
    out = out.merge(rows.groupby(by).size().rename("total").reset_index(), on=by, how="left", validate="m:1")
    counts = ["n", "total", "negative", "neutral", "positive"]
    out[counts] = out[counts].fillna(0).astype("int64")
    out = out[[*by, "target", "n", "total", "mean", "low", "high", *counts[2:], "interval"]]
    out = _describe(
        _in_order(out, by, "n", "target"), by, rows.assign(**_raw(sentences, by)), sentences["speaker"].notna()
    )
    known = out["state"] if "state" in out else pd.Series(None, out.index, dtype="str")
    out.insert(out.columns.get_loc("interval") + 1, "self", known.eq(out["target"]))
    return out


def _with_holders(sentences: pd.DataFrame, polarity: pd.DataFrame) -> pd.DataFrame:
    """Give sentences the speaker and state of the holder that `score_polarity` found, where it found one."""
    holders = polarity.dropna(subset=["holder"]).drop_duplicates(["doc_id", "sentence"])
    holders = holders[["doc_id", "sentence", "holder", "holder_state"]].rename(columns={"sentence": "start"})
    out = sentences.merge(holders, on=["doc_id", "start"], how="left", validate="1:1")
    own = out["holder"].notna()
    out["speaker"] = out["speaker"].mask(own, out["holder"])
    out["state"] = out["state"].mask(own, out["holder_state"])
    return out.drop(columns=["holder", "holder_state"])


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


def _counts(stance: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    signs = stance.assign(
        n=1, negative=stance["label"].eq(-1), neutral=stance["label"].eq(0), positive=stance["label"].eq(1)
    )
    return signs.groupby(keys)[["n", "negative", "neutral", "positive"]].sum().reset_index()
