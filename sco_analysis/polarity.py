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
from .stance.clauses import ROLES, Hits, Words, find_entries, place_targets, read_words
from .stance.direction import judge, set_force
from .stance.encoder import read_encoder
from .stance.fusion import fuse, make_features
from .stance.lexicon import PROTOCOL, Lexicon, read_lexicon
from .tables import TABLES, WORD, build, check, locate

_WORD = re.compile(WORD)
_STATE = "[A-Z]{3}|org:.*"  # the keys of states and of organisations of states

THRESHOLD = 0.15  # from here on a score of the rules is called friendly or hostile
_VADER_THRESHOLD = 0.05  # the bound that its authors recommend
_EVIDENCE_LEAST = 0.05  # weaker words are not named


def score_polarity(sentences: pd.DataFrame, mentions: pd.DataFrame, scorer: str | Callable = "rules") -> pd.DataFrame:
    """Score what each sentence expresses toward each key it mentions.

    ``sentences`` needs doc_id, start, end, text; voice, speaker, state and the document variables are used when there.
    ``mentions`` is any table of targets with doc_id, start, end (offsets in the document), key, sentence (start of its
    sentence) and, when there, form. A mention outside the sentences handed in gets no row.

    ``scorer`` is a name in `SCORERS`, or a callable. The callable is handed one frame with a row per mention: text (of
    the sentence), start and end (of the target, in that text), key, form, holder_state; it returns a number from −1 to
    1 for each row, and the mentions of one key in one sentence are averaged. From .2 on it is a label of 1, from −.2
    down one of −1.

    Returns the table ``polarity`` (see `tables.TABLES`), one row per (sentence, key), zeros included, and the columns
    role (``actor``, ``object``, ``venue``, ``speaker`` or ``list member``; missing where the scorer knows none) and
    those of the document.

    Raises `ParameterError` for an unknown name, an answer of the wrong length, or ``model`` without the extra that it
    needs (``pip install sco-analysis[model]``), `TableError` for a missing column.
    """
    check(sentences, "sentences", columns=("doc_id", "start", "end", "text"))
    check(mentions, "mentions", columns=("doc_id", "start", "end", "key", "sentence"))
    if isinstance(scorer, str):
        if scorer not in SCORERS:
            raise ParameterError(
                f"there is no scorer {scorer!r}; write one of {', '.join(SCORERS)}, or pass a callable"
            )
        score, name = SCORERS[scorer], scorer
    else:
        score, name = _asking(scorer), getattr(scorer, "__name__", type(scorer).__name__)
    return _table(sentences, score(_place(sentences, mentions)), name)


def _place(sentences: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Put each mention into its sentence: one row a mention, start and end in the sentence's text, sorted."""
    row = locate(sentences, mentions["doc_id"], mentions["sentence"])
    start, end = mentions["start"].to_numpy(), mentions["end"].to_numpy()
    base, limit = sentences["start"].to_numpy(), sentences["end"].to_numpy()
    known = np.flatnonzero(row >= 0)
    known = known[(start < end)[known] & (start[known] >= base[row[known]]) & (end[known] <= limit[row[known]])]
    known = known[np.lexsort((start[known], row[known]))]
    row = row[known]
    form = _objects(mentions["form"])[known] if "form" in mentions else np.full(len(known), "")
    return pd.DataFrame(
        {
            "row": row,
            "start": start[known] - base[row],
            "end": end[known] - base[row],
            "key": _objects(mentions["key"])[known],
            "form": np.where(pd.isna(form), "", form),
            "text": _objects(sentences["text"])[row],
            "holder_state": _objects(_column(sentences, "state").fillna(""))[row],
            "base": base[row],
        }
    )


def _objects(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=object)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)


def _by_rules(targets: pd.DataFrame) -> pd.DataFrame:
    """Score by lexicon and clauses; the order of the rules stands in `direction`."""
    lexicon = read_lexicon()
    rows, number = np.unique(targets["row"].to_numpy(), return_inverse=True)
    first = np.searchsorted(number, np.arange(len(rows)))  # of each sentence's mentions
    texts = targets["text"].to_numpy()[first]
    names, key = _numbered(targets["key"].to_numpy(), targets["holder_state"].to_numpy()[first])
    key, holder = key[: len(targets)], key[len(targets) :]
    pair, out_number, out_key = _pairs(number, key, len(names))
    out = pd.DataFrame({"row": rows[out_number], "target": names[out_key]})
    words = read_words(texts, lexicon)
    if not len(words.start):
        return out.assign(polarity=0.0, label=0, evidence=[[] for _ in range(len(out))], protocol=False, role=None)
    start, end = targets["start"].to_numpy(), targets["end"].to_numpy()
    parties = place_targets(words, number, start, end, key, targets["form"].to_numpy(dtype=str))
    hits = find_entries(words, parties.covered, lexicon)
    set_force(words, hits, lexicon, np.array([text.rstrip().endswith("?") for text in texts], dtype=bool))
    hit, target, value = judge(words, hits, parties, holder, lexicon)
    role = np.zeros(len(out), dtype=np.int64)
    role[pair[::-1]] = parties.role[::-1]  # that of the first mention
    out["role"] = np.array(ROLES, dtype=object)[role]
    _add_evidence(out, (pair[target], hit, value), hits, words, targets["base"].to_numpy()[first], lexicon)
    return out


def _numbered(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    codes, names = pd.factorize(np.concatenate(columns))
    return names, codes


def _pairs(number: np.ndarray, key: np.ndarray, many: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count out the (sentence, key) pairs: for each mention its pair, for each pair its sentence and key."""
    distinct, pair = np.unique(number * (many + 1) + key, return_inverse=True)
    return pair, distinct // (many + 1), distinct % (many + 1)


def _add_evidence(
    out: pd.DataFrame, found: tuple, hits: Hits, words: Words, base: np.ndarray, lexicon: Lexicon
) -> None:
    """Add the columns polarity, label, evidence and protocol: each entry counts once for a key, at its strongest."""
    pair, hit, value = found
    strong = np.flatnonzero(np.abs(value) >= _EVIDENCE_LEAST)
    strong = strong[np.lexsort((-np.abs(value[strong]), hit[strong], pair[strong]))]
    pair, hit, value = pair[strong], hit[strong], value[strong]
    new = np.ones(len(pair), dtype=bool)
    new[1:] = (pair[1:] != pair[:-1]) | (hit[1:] != hit[:-1])
    pair, hit, value = pair[new], hit[new], value[new]
    out["polarity"] = np.clip(np.bincount(pair, weights=value, minlength=len(out)), -1, 1)
    out["label"] = _labels(out["polarity"].to_numpy(), THRESHOLD)
    courteous = np.isin(lexicon.kind[hits.entry[hit]], PROTOCOL)
    many = np.bincount(pair, minlength=len(out))
    out["protocol"] = (many > 0) & (np.bincount(pair, weights=courteous, minlength=len(out)) == many)
    start, end = words.start[hits.first[hit]], words.end[hits.last[hit]]
    row = words.row[hits.first[hit]]
    shift = base[row] - words.base[row]
    columns = (pair, start, end, shift, value)
    out["evidence"] = _named(words.text, len(out), columns)


def _named(text: str, size: int, columns: tuple[np.ndarray, ...]) -> list[list[dict]]:
    """List for each of ``size`` pairs the words that its score rests on, with their spans in the document."""
    evidence: list[list[dict]] = [[] for _ in range(size)]
    for at, low, high, move, valence in zip(*(column.tolist() for column in columns), strict=True):
        evidence[at].append({"start": low + move, "end": high + move, "text": text[low:high], "valence": valence})
    return evidence


def _labels(polarity: np.ndarray, threshold: float) -> np.ndarray:
    return (polarity >= threshold).astype(np.int64) - (polarity <= -threshold)


def _by_model(targets: pd.DataFrame) -> pd.DataFrame:
    """Weigh what the encoder reads together with what the rules found; the evidence is theirs where both agree."""
    encoder = read_encoder()
    out = _by_rules(targets)
    pairs = _pair_up(targets, out)
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
    targets = _place(sentences, mentions)
    out = _pair_up(targets, _by_rules(targets))
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


def _by_vader(targets: pd.DataFrame) -> pd.DataFrame:
    """Score the whole sentence by VADER, the same for every key (Hutto & Gilbert 2014)."""
    analyser = _vader()
    out = targets[["row", "key", "text", "base"]].drop_duplicates(["row", "key"], ignore_index=True)
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
    out["label"] = _labels(out["polarity"].to_numpy(), _VADER_THRESHOLD)
    return out.assign(evidence=[list(words[row]) for row in out["row"]], protocol=False, role=None).rename(
        columns={"key": "target"}
    )


def _asking(scorer: Callable) -> Callable:
    """Make a scorer of the user's callable: one number per mention, averaged over the mentions of a key."""

    def by_callable(targets: pd.DataFrame) -> pd.DataFrame:
        asked = targets[["text", "start", "end", "key", "form", "holder_state"]]
        answer = [float(value) for value in scorer(asked)]
        if len(answer) != len(targets):
            raise ParameterError(
                f"the scorer returned {len(answer)} numbers for {len(targets)} mentions; return one for each row"
            )
        if any(not -1 <= value <= 1 for value in answer):
            raise ParameterError("the scorer returned a number outside −1 to 1; scale it to that range")
        scored = targets.assign(polarity=answer).groupby(["row", "key"], sort=False)["polarity"].mean().reset_index()
        scored["label"] = _labels(scored["polarity"].to_numpy(), THRESHOLD)
        scored["evidence"] = [[] for _ in range(len(scored))]
        return scored.assign(protocol=False, role=None).rename(columns={"key": "target"})

    return by_callable


#: name → what scores by it: a frame of mentions in, a frame with row, target and the scores out
SCORERS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "rules": _by_rules,
    "model": _by_model,
    "vader": _by_vader,
}

_TRAVEL = ("voice", "session", "turn", "genre", "source", "date", "repeat_of")


def _table(sentences: pd.DataFrame, scored: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put the scores beside who says it, and make the table."""
    used = [name for name in ("doc_id", "start", "state", "speaker", *_TRAVEL) if name in sentences]
    at = sentences[used].take(scored["row"].to_numpy()).reset_index(drop=True)
    speaks = at["voice"].isin(["turn", "quotation"]) if "voice" in at else _column(at, "speaker").notna()
    out = {"doc_id": at["doc_id"], "sentence": at["start"], "holder_state": _column(at, "state"), "scorer": name}
    out["holder"] = _column(at, "speaker").where(speaks, "author")
    out |= {column: scored[column] for column in scored if column != "row"}
    out |= {column: at[column] for column in _TRAVEL if column in at}
    extra = ["role", *(["repeat_of"] if "repeat_of" in at else [])]
    return build("polarity", pd.DataFrame(out))[[*TABLES["polarity"].names, *extra]]
