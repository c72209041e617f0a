"""What each sentence expresses toward each party it mentions, with the words that say so.

Scorers are chosen by name from `SCORERS`: ``rules`` (the lexicon of ``data/polarity.yml`` over clauses; the order of
its rules stands in `direction`), ``model`` (a small encoder, weighed together with the rules: see `encoder`, `fusion`
and ``docs/model-card.md``), ``vader`` (the whole sentence, whoever is meant: the comparison that every reader knows).
Any callable does as well, see `score_polarity`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import pandas as pd

from .errors import ParameterError
from .stance.encoder import read_encoder
from .stance.fusion import fuse, make_features
from .stance.placing import Placed, place
from .stance.rules import THRESHOLD, label_scores, score_by_rules
from .tables import WORD, build, check
from .tokens import Tokens
from .undisturbed import undisturbed

_WORD = re.compile(WORD)
_STATE = "[A-Z]{3}|org:.*"  # the keys of states and of organisations of states

_VADER_THRESHOLD = 0.05  # the bound that its authors recommend


def score_polarity(
    sentences: pd.DataFrame,
    mentions: pd.DataFrame,
    scorer: str | Callable = "rules",
    *,
    tokens: Tokens | None = None,
) -> pd.DataFrame:
    """Score what each sentence expresses toward each key it mentions.

    ``sentences`` needs doc_id, start, end, text; voice, speaker, state and the document variables are used when there.
    ``mentions`` is any table of targets with doc_id, start, end (offsets in the document), key, sentence (start of its
    sentence) and, when there, form. A mention outside the sentences handed in, or without a key, gets no row.

    ``scorer`` is a name in `SCORERS`, or a callable. The callable is handed one frame with a row per mention: text (of
    the sentence), start and end (of the target, in that text), key, form, holder_state; it returns a number from −1 to
    1 for each row, and the mentions of one key in one sentence are averaged. From .2 on it is a label of 1, from −.2
    down one of −1. ``tokens`` are those of the sentences' texts, where they are known already; they save time only.

    Returns the table ``polarity`` (see `tables.TABLES`), one row per (sentence, key), zeros included, and the columns
    role (``actor``, ``object``, ``venue``, ``speaker`` or ``list member``; missing where the scorer knows none) and
    those of the document. Rows that rest on nothing may have one empty list of evidence in common.

    Raises `ParameterError` for an unknown name, an answer of the wrong length, or ``model`` without the extra that it
    needs (``pip install sco-analysis[model]``), `TableError` for a missing column.
    """
    check(sentences, "sentences", columns=("doc_id", "start", "end", "text"))
    check(mentions, "mentions", columns=("doc_id", "start", "end", "key", "sentence"))
    if tokens is not None and len(tokens.base) != len(sentences):
        raise ParameterError(f"`tokens` are those of {len(tokens.base)} texts, for {len(sentences)} sentences")
    if isinstance(scorer, str):
        if scorer not in SCORERS:
            raise ParameterError(
                f"there is no scorer {scorer!r}; write one of {', '.join(SCORERS)}, or pass a callable"
            )
        score, name = SCORERS[scorer], scorer
    else:
        score, name = _asking(scorer), getattr(scorer, "__name__", type(scorer).__name__)
    return _table(sentences, score(place(sentences, mentions, tokens)), name)


def _by_model(placed: Placed) -> pd.DataFrame:
    """Weigh what the encoder reads together with what the rules found; the evidence is theirs where both agree."""
    encoder = read_encoder()
    out = score_by_rules(placed)
    pairs = _pair_up(placed.frame, out)
    logits = encoder.logits(pairs["text"].tolist(), pairs["spans"].tolist())
    features = make_features(logits, pairs)
    weights = {kind: np.array(numbers) for kind, numbers in encoder.card["fusion"].items()}
    state = pairs["target"].str.fullmatch(_STATE).to_numpy(dtype=bool)
    chances = np.where(state[:, None], fuse(features, weights["states"]), fuse(features, weights["others"]))
    out["polarity"] = (chances[:, 2] - chances[:, 0]).round(4)
    out["label"] = chances.argmax(axis=1) - 1
    for number in np.flatnonzero(out["label"]):
        label, base = int(out["label"].iat[number]), int(pairs["base"].iat[number])
        found = [entry for entry in out["evidence"].iat[number] if entry["valence"] * label > 0]
        if not found:
            found = encoder.occlude(pairs["text"].iat[number], pairs["spans"].iat[number], label)
            found = [entry | {"start": entry["start"] + base, "end": entry["end"] + base} for entry in found]
        out.at[number, "evidence"] = found
    out["protocol"] &= out["label"].eq(pairs["label"])
    return out


def rules_view(sentences: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Return what `fusion.make_features` takes of each pair, with doc_id, sentence and target: for training."""
    placed = place(sentences, mentions)
    out = _pair_up(placed.frame, score_by_rules(placed))
    at = sentences[["doc_id", "start"]].take(out["row"].to_numpy()).rename(columns={"start": "sentence"})
    return pd.concat([at.reset_index(drop=True), out], axis=1)


def _pair_up(targets: pd.DataFrame, out: pd.DataFrame) -> pd.DataFrame:
    """Return, in step with ``out``, what the model needs: the text, where the target is, what the rules found."""
    spans = [(start, end) for start, end in zip(targets["start"], targets["end"], strict=True)]
    mentions = targets.assign(spans=spans, address=targets["form"].eq("address"), target=targets["key"])
    pairs = mentions.groupby(["row", "target"], sort=False).agg(
        text=("text", "first"), base=("base", "first"), holder=("holder_state", "first"),
        spans=("spans", list), address=("address", "all"),
    )  # fmt: skip
    pairs = out[["row", "target", "polarity", "label", "role"]].join(pairs, on=["row", "target"], validate="1:1")
    return pairs.assign(own=pairs["target"].eq(pairs["holder"]), question=pairs["text"].str.rstrip().str.endswith("?"))


@lru_cache(maxsize=1)
def _vader():
    """NLTK's analyser with the lexicon file that vaderSentiment ships (MIT)."""
    from importlib.resources import files  # noqa: PLC0415

    from nltk.sentiment.vader import SentimentIntensityAnalyzer, VaderConstants  # noqa: PLC0415 - slow to import

    # NLTK reads no file outside its own folders, nor one that an installer has linked: it is handed the text instead
    analyser = SentimentIntensityAnalyzer.__new__(SentimentIntensityAnalyzer)
    analyser.lexicon_file = (files("vaderSentiment") / "vader_lexicon.txt").read_text(encoding="utf8").rstrip("\n")
    analyser.lexicon = analyser.make_lex_dict()
    analyser.constants = VaderConstants()
    return analyser


def _by_vader(placed: Placed) -> pd.DataFrame:
    """Score the whole sentence by VADER, the same for every key (Hutto & Gilbert 2014)."""
    analyser = _vader()
    out = placed.frame[["row", "key", "text", "base"]].drop_duplicates(["row", "key"], ignore_index=True)
    scores, words = {}, {}
    for row, text, base in out[["row", "text", "base"]].drop_duplicates("row").itertuples(index=False):
        scores[row] = analyser.polarity_scores(text)["compound"]
        words[row] = [
            # its valences run from −4 to 4
            {"start": base + m.start(), "end": base + m.end(), "text": m.group(), "valence": known / 4}
            for m in _WORD.finditer(text)
            if (known := analyser.lexicon.get(m.group().lower())) is not None
        ]
    out["polarity"] = out["row"].map(scores).astype(float)
    out["label"] = label_scores(out["polarity"].to_numpy(), _VADER_THRESHOLD)
    return out.assign(evidence=[list(words[row]) for row in out["row"]], protocol=False, role=None).rename(
        columns={"key": "target"}
    )


def _asking(scorer: Callable) -> Callable:
    """Make a scorer of the user's callable: one number per mention, averaged over the mentions of a key."""

    def by_callable(placed: Placed) -> pd.DataFrame:
        targets = placed.frame
        asked = targets[["text", "start", "end", "key", "form", "holder_state"]]
        answer = [float(value) for value in scorer(asked)]
        if len(answer) != len(targets):
            raise ParameterError(
                f"the scorer returned {len(answer)} numbers for {len(targets)} mentions; return one for each row"
            )
        if any(not -1 <= value <= 1 for value in answer):
            raise ParameterError("the scorer returned a number outside −1 to 1; scale it to that range")
        scored = targets.assign(polarity=answer).groupby(["row", "key"], sort=False)["polarity"].mean().reset_index()
        scored["label"] = label_scores(scored["polarity"].to_numpy(), THRESHOLD)
        scored["evidence"] = [[] for _ in range(len(scored))]
        return scored.assign(protocol=False, role=None).rename(columns={"key": "target"})

    return by_callable


#: name → what scores by it: mentions in (``placed.frame`` has a row for each), a frame with row, target and scores out
SCORERS: dict[str, Callable[[Placed], pd.DataFrame]] = {
    "rules": score_by_rules,
    "model": _by_model,
    "vader": _by_vader,
}

_TRAVEL = ("voice", "session", "turn", "genre", "source", "date", "repeat_of")
_SCORES = ("target", "polarity", "label", "evidence", "protocol")


@undisturbed
def _table(sentences: pd.DataFrame, scored: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put the scores beside who says it, and make the table."""
    row = scored["row"].to_numpy()
    known = [column for column in ("state", "speaker", *_TRAVEL) if column in sentences]
    at = pd.DataFrame({column: sentences[column].array.take(row) for column in known}, index=range(len(row)))
    nothing = pd.Series(None, index=at.index, dtype=object)
    speaker = at.get("speaker", nothing)
    speaks = at["voice"].isin(["turn", "quotation"]) if "voice" in at else speaker.notna()
    out = {
        "doc_id": sentences["doc_id"].array.take(row),
        "sentence": sentences["start"].array.take(row),
        "holder": speaker.where(speaks, "author"),
        "holder_state": at.get("state", nothing),
        "scorer": pd.array([name], dtype="str").take(np.zeros(len(row), dtype=np.int64)),
    }
    out |= {column: scored[column].array for column in _SCORES}
    out |= {column: at[column] for column in _TRAVEL if column in at}
    extra = {"role": scored["role"].array} | ({"repeat_of": out.pop("repeat_of")} if "repeat_of" in at else {})
    return build("polarity", pd.DataFrame(out | extra, index=at.index))
