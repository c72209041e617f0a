"""What each sentence expresses toward each party it mentions, with the words that say so.

Scorers are chosen by name from `SCORERS`: ``rules`` (the lexicon of ``data/polarity.yml`` over clauses; the order of
its rules stands in `clauses`), ``vader`` (the whole sentence, whoever is meant: the comparison that every reader
knows). Any callable does as well, see `score_polarity`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pandas as pd

from .clauses import Sentence, read_sentence
from .errors import ParameterError, TableError
from .lexicon import PROTOCOL, read_lexicon
from .tables import TABLES, build, check

THRESHOLD = 0.15  # from here on a score of the rules is called friendly or hostile
_VADER_THRESHOLD = 0.05  # the bound that its authors recommend
_EVIDENCE_LEAST = 0.05  # weaker words are not named


def score_polarity(
    sentences: pd.DataFrame, mentions: pd.DataFrame, scorer: str | Callable = "rules"
) -> pd.DataFrame:
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

    Raises `ParameterError` for an unknown name or an answer of the wrong length, `TableError` for a missing column.
    """
    check(sentences, "sentences", columns=("doc_id", "start", "end", "text"))
    check(mentions, "mentions", columns=("doc_id", "start", "end", "key", "sentence"))
    if isinstance(scorer, str):
        if scorer not in SCORERS:
            raise ParameterError(f"there is no scorer {scorer!r}; write one of {', '.join(SCORERS)}, or pass a callable")
        judge, name = SCORERS[scorer], scorer
    else:
        judge, name = _asking(scorer), getattr(scorer, "__name__", type(scorer).__name__)
    targets = _place(sentences, mentions)
    scored = judge(targets)
    return _table(sentences, targets, scored, name)


def _place(sentences: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Put each mention into its sentence: one row a mention, start and end in the sentence's text, sorted."""
    if sentences.duplicated(["doc_id", "start"]).any():
        raise TableError("the table `sentences` holds two rows for one (doc_id, start); they must identify a row")
    sites = pd.MultiIndex.from_frame(sentences[["doc_id", "start"]])
    row = sites.get_indexer(pd.MultiIndex.from_frame(mentions[["doc_id", "sentence"]]))
    known = row >= 0
    found, row = mentions[known], row[known]
    base = sentences["start"].to_numpy()[row]
    start, end = found["start"].to_numpy() - base, found["end"].to_numpy() - base
    texts = sentences["text"].to_numpy(dtype=object)
    out = pd.DataFrame(
        {
            "row": row,
            "start": start,
            "end": end,
            "key": found["key"].to_numpy(dtype=object),
            "form": found["form"].fillna("").to_numpy(dtype=object) if "form" in found else "",
            "text": texts[row],
            "holder_state": _column(sentences, "state").fillna("").to_numpy(dtype=object)[row],
            "base": base,
        }
    )
    inside = (start >= 0) & (start < end) & (base + end <= sentences["end"].to_numpy()[row])
    return out[inside].sort_values(["row", "start"], kind="stable", ignore_index=True)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)


def _sentences_of(targets: pd.DataFrame):
    """Yield for each sentence: its row, base offset, text, holder's state and its mentions as tuples."""
    rows = targets["row"].tolist()
    texts, states, bases = targets["text"].tolist(), targets["holder_state"].tolist(), targets["base"].tolist()
    spans = list(zip(*(targets[name].tolist() for name in ("start", "end", "key", "form")), strict=True))
    first, size = 0, len(rows)
    while first < size:
        last = first + 1
        while last < size and rows[last] == rows[first]:
            last += 1
        yield rows[first], bases[first], texts[first], states[first], spans[first:last]
        first = last


def _by_rules(targets: pd.DataFrame) -> list[tuple]:
    """Score by lexicon and clauses: (row, key, polarity, label, evidence, protocol, role) per sentence and key."""
    lexicon = read_lexicon()
    out = []
    for row, base, text, state, spans in _sentences_of(targets):
        sentence, found = read_sentence(text, spans, state, lexicon)
        keys = dict.fromkeys([span[2] for span in spans])
        if not found:
            roles = {t.key: t.role for t in reversed(sentence.targets)} if sentence else {}
            out += [(row, key, 0.0, 0, [], False, roles.get(key)) for key in keys]
            continue
        roles = {target.key: target.role for target in reversed(sentence.targets)}
        weights: dict[str, dict[int, tuple]] = {}
        for target, hit, weight in found:
            # an entry counts once for a key, by the mention it bears on most
            best = weights.setdefault(target.key, {})
            if abs(value := hit.force * weight) > abs(best.get(hit.first, (_EVIDENCE_LEAST,))[0]):
                best[hit.first] = (value, hit)
        for key in keys:
            evidence = weights[key].values() if key in weights else ()
            score = max(-1.0, min(1.0, sum([value for value, _ in evidence])))
            label = (score >= THRESHOLD) - (score <= -THRESHOLD)
            protocol = bool(evidence) and all([hit.entry.kind in PROTOCOL for _, hit in evidence])
            out.append((row, key, score, label, _words(sentence, evidence, text, base), protocol, roles[key]))
    return out


def _words(sentence: Sentence | None, evidence: list, text: str, base: int) -> list[dict]:
    """Name the words that the score rests on, by their span in the document."""
    out = []
    for value, hit in evidence:
        start, end = sentence.span(hit)
        out.append({"start": base + start, "end": base + end, "text": text[start:end], "valence": value})
    return out


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


def _by_vader(targets: pd.DataFrame) -> list[tuple]:
    """Score the whole sentence by VADER, the same for every key (Hutto & Gilbert 2014)."""
    analyser, lexicon, out = _vader(), read_lexicon(), []
    for row, base, text, _, spans in _sentences_of(targets):
        score = analyser.polarity_scores(text)["compound"]
        label = (score >= _VADER_THRESHOLD) - (score <= -_VADER_THRESHOLD)
        evidence, place = [], 0
        for part in text.split(" "):
            chunk = lexicon[part]
            if chunk.word in analyser.lexicon:
                start, end = place + chunk.lead, place + chunk.tail
                valence = analyser.lexicon[chunk.word] / 4  # its valences run from −4 to 4
                evidence.append({"start": base + start, "end": base + end, "text": text[start:end], "valence": valence})
            place += len(part) + 1
        out += [(row, key, score, label, evidence, False, None) for key in dict.fromkeys(span[2] for span in spans)]
    return out


def _asking(scorer: Callable) -> Callable:
    """Make a scorer of the user's callable: one number per mention, averaged over the mentions of a key."""

    def by_callable(targets: pd.DataFrame) -> list[tuple]:
        asked = targets[["text", "start", "end", "key", "form", "holder_state"]]
        answer = [float(value) for value in scorer(asked)]
        if len(answer) != len(targets):
            raise ParameterError(
                f"the scorer returned {len(answer)} numbers for {len(targets)} mentions; return one for each row"
            )
        if any(not -1 <= value <= 1 for value in answer):
            raise ParameterError("the scorer returned a number outside −1 to 1; scale it to that range")
        means = targets.assign(score=answer).groupby(["row", "key"], sort=False)["score"].mean()
        return [
            (row, key, score, (score >= THRESHOLD) - (score <= -THRESHOLD), [], False, None)
            for (row, key), score in means.items()
        ]

    return by_callable


#: name → what scores by it
SCORERS: dict[str, Callable] = {"rules": _by_rules, "vader": _by_vader}

_TRAVEL = ("voice", "session", "turn", "genre", "source", "date", "repeat_of")


def _table(sentences: pd.DataFrame, targets: pd.DataFrame, scored: list[tuple], name: str) -> pd.DataFrame:
    names = ("row", "target", "polarity", "label", "evidence", "protocol", "role")
    columns = dict(zip(names, zip(*scored, strict=True), strict=True)) if scored else {n: [] for n in names}
    rows = list(columns.pop("row"))
    at = sentences.iloc[rows].reset_index(drop=True)
    speaks = _column(at, "voice").isin(["turn", "quotation"]) if "voice" in at else _column(at, "speaker").notna()
    out = {"doc_id": at["doc_id"], "sentence": at["start"]}
    out["holder"] = _column(at, "speaker").astype(object).where(speaks, "author")
    out["holder_state"] = _column(at, "state")
    out |= {key: list(values) for key, values in columns.items()}
    out |= {key: at[key] for key in _TRAVEL if key in at}
    return build("polarity", pd.DataFrame(out).assign(scorer=name))[
        [*TABLES["polarity"].names, "role", *(["repeat_of"] if "repeat_of" in at else [])]
    ]
