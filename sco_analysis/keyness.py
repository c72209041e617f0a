"""Which words mark one group off from another, how evenly a word or topic is spread, and where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from .errors import ParameterError
from .groups import add_groups, check_by, check_choice, counted_sentences
from .tables import WORD, count_words
from .words import counted_words, is_content

if TYPE_CHECKING:
    from .parse import Parsed

MEASURES = {"log-likelihood": "log_likelihood", "fightin-words": "z"}
ADJUST = ("holm", "fdr_bh")

#: Words that the prior of Fightin' Words is worth.
PRIOR = 500.0


def keyness(
    parsed: Parsed,
    target: str | Sequence[str],
    reference: str | Sequence[str] | None = None,
    by: str = "speaker",
    measure: str = "log-likelihood",
    min_count: int = 5,
    adjust: str = "holm",
    function_words: bool = True,
) -> pd.DataFrame:
    """Compare the words of one group with those of another.

    In: what `parse` returns. ``target`` and ``reference``: one or several groups, named as a tally ``by`` that column
    names them (``by="speaker", target="Vladimir Putin"``; ``by="genre", target="news"``); without ``reference``, all
    other groups. ``min_count``: words rarer than this in both together are left out of the table (not of the totals).
    ``adjust``: ``holm`` (Holm) or ``fdr_bh`` (Benjamini and Hochberg) over all words of the table. Words are
    `tables.WORD`, case aside, pure numbers left out. ``function_words=False`` leaves those of
    ``data/function_words.yml`` out of the table (not of the totals, nor of the prior).

    Out: one row a word: ``word``, ``n_target``, ``n_reference``, ``rate_target`` and ``rate_reference`` (per 1,000
    words), ``log_likelihood`` (G² of the table word/other × target/reference: Dunning 1993, Computational Linguistics
    19: 61–74), ``log_odds`` and its ``z`` (Fightin' Words: Monroe, Colaresi and Quinn 2008, Political Analysis 16:
    372–403, with the words of both groups as the informative Dirichlet prior, worth `PRIOR` words), ``p`` and
    ``p_adjusted`` of the chosen ``measure``, ``documents`` (that hold the word). ``log_odds`` above zero speaks for
    the target. Rows are sorted by ``measure``: the target's words first, the reference's last. Where one of the two
    says nothing, or there is no other group, the table is empty.

    p takes words for independent draws, which they are not: read it as a ranking, and look at ``documents``.

    Raises `ParameterError` when an argument or a group is unknown.
    """
    [by] = check_by([by])
    check_choice("measure", measure, tuple(MEASURES))
    check_choice("adjust", adjust, ADJUST)
    words = counted_words(parsed, by)
    groups = sorted(words["group"].unique())
    targets = _named("target", target, groups)
    others = [g for g in groups if g not in targets] if reference is None else _named("reference", reference, groups)
    if set(targets) & set(others):
        raise ParameterError(f"{sorted(set(targets) & set(others))[0]!r} is in target and in reference; keep it in one")
    side = words["group"].map(dict.fromkeys(others, "n_reference") | dict.fromkeys(targets, "n_target"))
    words = words.assign(side=side).dropna(subset=["side"])
    counts = words.groupby(["word", "side"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["n_target", "n_reference"], fill_value=0).rename_axis(columns=None)
    counts["documents"] = words.groupby("word")["doc_id"].nunique()
    return _compare(counts.reset_index(), measure, min_count, adjust, function_words)


def _compare(counts: pd.DataFrame, measure: str, min_count: int, adjust: str, all_words: bool) -> pd.DataFrame:
    """Turn counts per word into the table that `keyness` promises."""
    sizes = counts[["n_target", "n_reference"]].sum()
    wanted = (counts["n_target"] + counts["n_reference"] >= min_count) & (sizes > 0).all()  # one side is no comparison
    out = counts[wanted if all_words else wanted & counts["word"].map(is_content)].reset_index(drop=True)
    out[["rate_target", "rate_reference"]] = out[["n_target", "n_reference"]] / sizes.to_numpy() * 1000
    a, b = out["n_target"], out["n_reference"]
    out["log_likelihood"] = log_likelihood(a, b, *sizes)
    out["log_odds"], out["z"] = fightin_words(a, b, *sizes)
    chi = measure == "log-likelihood"
    out["p"] = stats.chi2.sf(out["log_likelihood"], 1) if chi else 2 * stats.norm.sf(out["z"].abs())
    out["p_adjusted"] = multipletests(out["p"], method=adjust)[1] if len(out) else out["p"]
    strength = out[MEASURES[measure]].abs() * np.sign(out["rate_target"] - out["rate_reference"] if chi else out["z"])
    columns = ["word", "n_target", "n_reference", "rate_target", "rate_reference", "log_likelihood", "log_odds", "z"]
    out = out.assign(strength=strength).sort_values(["strength", "word"], ascending=[False, True], ignore_index=True)
    return out[[*columns, "p", "p_adjusted", "documents"]]


def log_likelihood(a: pd.Series, b: pd.Series, size_a: int, size_b: int) -> pd.Series:
    """Return G² = 2 Σ O ln(O / E) of the four cells word/other × group a/group b; at least 0."""
    both, size = a + b, size_a + size_b
    cells = [(a, both * size_a / size), (b, both * size_b / size)]
    cells += [(size_a - a, (size - both) * size_a / size), (size_b - b, (size - both) * size_b / size)]
    return 2 * sum(special.rel_entr(seen, expected) for seen, expected in cells).clip(lower=0)


def fightin_words(
    a: pd.Series, b: pd.Series, size_a: int, size_b: int, prior: float = PRIOR
) -> tuple[pd.Series, pd.Series]:
    """Return the difference of log odds under the prior, and that difference in standard errors.

    With α = ``prior`` · (a + b) / (size_a + size_b) for each word: δ = ln((a + α) / (size_a + prior − a − α)) −
    ln((b + α) / (size_b + prior − b − α)), and z = δ / √(1/(a + α) + 1/(b + α)) (Monroe et al. 2008).
    """
    alpha = prior * (a + b) / (size_a + size_b)
    odds = [(n + alpha) / (size + prior - n - alpha) for n, size in ((a, size_a), (b, size_b))]
    delta = np.log(odds[0]) - np.log(odds[1])
    return delta, delta / np.sqrt(1 / (a + alpha) + 1 / (b + alpha))


def dispersion(parsed: Parsed, key: str | Sequence[str], by: str = "document") -> pd.DataFrame:
    """Say how evenly topics, states or words are spread over the parts of a corpus.

    In: what `parse` returns; ``key``: one or several keys of `Parsed.mentions`, or words (case aside); ``by``: the
    parts, ``document``, ``session`` or another of `groups.BY`.

    Out: one row a key: ``key``, ``n`` (hits), ``parts``, ``dp`` (Gries' deviation of proportions, ½ Σ |v − s|, where s
    is a part's share of the words and v its share of the hits: 0 is even, 1 all in one place; Gries 2008, International
    Journal of Corpus Linguistics 13: 403–437) and ``dp_norm`` = dp / (1 − min s) (Lijffijt and Gries 2012, ibid. 17:
    147–149). Without a hit both are missing.

    Raises `ParameterError` when ``by`` is unknown.
    """
    [by] = check_by([by])
    rows = add_groups(parsed, counted_sentences(parsed), [by])
    parts = rows.groupby(by)["n_words"].sum()
    keys = [key] if isinstance(key, str) else list(key)
    found = parsed.mentions[parsed.mentions["key"].isin(keys)]
    found = found[["doc_id", "sentence", "key"]].rename(columns={"sentence": "start"})
    found = found.merge(rows[["doc_id", "start", by]], on=["doc_id", "start"], validate="m:1")[["key", by]]
    words = counted_words(parsed, by).rename(columns={"group": by, "word": "key"})
    plain = {k.casefold(): k for k in keys if k not in set(parsed.mentions["key"])}
    words = words.assign(key=words["key"].map(plain)).dropna(subset=["key"])[["key", by]]
    hits = pd.concat([found, words]).groupby(["key", by]).size().unstack(fill_value=0)
    hits = hits.reindex(index=pd.Index(keys, name="key"), columns=parts.index, fill_value=0)
    shares, n = parts / parts.sum(), hits.sum(axis=1)
    spread = hits.div(n.where(n > 0), axis=0).sub(shares, axis=1).abs().sum(axis=1, skipna=False) / 2
    out = pd.DataFrame({"n": n, "parts": len(parts), "dp": spread, "dp_norm": spread / (1 - shares.min())})
    return out.rename_axis("key").reset_index()


def positions(parsed: Parsed, key: str | Sequence[str], by: str = "document") -> pd.DataFrame:
    """Say where in each part of a corpus topics, states or words stand: what `plot_dispersion` draws.

    In: what `parse` returns; ``key`` and ``by`` as for `dispersion`; where parts are no documents, their sentences are
    taken in the order of the corpus.

    Out: one row a hit: ``key``, the part (column ``by``), ``at`` (the share of the part's counted words that stand
    before it, 0 to 1), ``total`` (words of the part), ``doc_id``, ``start`` (of the sentence), ``text`` (of the
    sentence). A key that a part never has is one row with ``at`` missing. Parts stand in the order of the corpus.

    Raises `ParameterError` when ``by`` is unknown.
    """
    [by] = check_by([by])
    keys = [key] if isinstance(key, str) else list(key)
    rows = add_groups(parsed, counted_sentences(parsed), [by])
    rows["before"] = rows.groupby(by)["n_words"].cumsum() - rows["n_words"]
    sizes = rows.groupby(by, sort=False)["n_words"].sum().rename("total").reset_index()
    found = parsed.mentions[parsed.mentions["key"].isin(keys)]
    found = found[["doc_id", "sentence", "start", "key"]].rename(columns={"start": "hit", "sentence": "start"})
    found = found.merge(rows, on=["doc_id", "start"], validate="m:1")
    heads = [text[:n] for text, n in zip(found["text"], found["hit"] - found["start"], strict=True)]
    found["at"] = found["before"] + [count_words(head) for head in heads]
    plain = {k.casefold(): k for k in keys if k not in set(parsed.mentions["key"])}
    words = rows.assign(word=rows["text"].str.findall(WORD)).explode("word").dropna(subset=["word"])
    words["at"] = words["before"] + words.groupby(["doc_id", "start"]).cumcount()
    words["key"] = words["word"].astype("str").str.casefold().map(plain)
    hits = pd.concat([found, words.dropna(subset=["key"])])[["key", by, "at", "doc_id", "start", "text"]]
    cells = pd.merge(pd.Series(keys, name="key"), sizes, how="cross")
    out = cells.merge(hits, on=["key", by], how="left", validate="1:m")
    out["at"] = (out["at"] / out["total"].where(out["total"] > 0)).astype("float64")
    order = out[by].map(dict(zip(sizes[by], range(len(sizes)), strict=True)))
    out = out.assign(part=order, which=out["key"].map(keys.index)).sort_values(["part", "which", "at"], kind="stable")
    return out[["key", by, "at", "total", "doc_id", "start", "text"]].astype({"start": "Int64"}).reset_index(drop=True)


def _named(name: str, wanted: str | Sequence[str], groups: list[str]) -> list[str]:
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    for group in wanted:
        check_choice(name, group, groups)
    return wanted
