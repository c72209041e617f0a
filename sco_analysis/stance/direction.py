"""Toward whom each entry of a sentence goes, and with what force.

The order of the rules, in plain words:

1.  The entries of the lexicon are looked up, the longest first; a word serves one entry only. Words inside a name
    count for nothing, and a `topic` entry (an issue's name, an organisation's) takes its words out of play.
2.  The sentence falls into clauses. A semicolon, a dash, "but", "while" and the like nearly part what stands on
    their two sides; "which", "because", a bracket do so in part, a comma a little. (`clauses`)
3.  Each mention gets a role: `speaker` (it is only named as who says it), `list member` (one of three or more in a
    row), `venue` (where it happens, or an issue is named after it), `actor` (under no preposition), else `object`.
4.  A negation up to five words before an entry turns it round, weaker; "should", "may", "want" damp it, "if" more, a
    question most of all. What precedes "but" is damped in favour of what follows.
5.  The entry's direction says who is meant: the doer (`actor`: the subject, or whoever follows "by"), the owner
    (`owner`: possessive, "of", else the nearest), whom the words go to (`object`), doer and receiver (`helps`), both
    ends of a relation (`both`; the holder's own end gets less), or the nearest party (`near`). An entry that meets
    nobody in its clause goes, weaker, to the only party of the sentence, if there is but one.
6.  Blame never falls on who stands after "against", "on", "toward": a victim. Another party's praise or blame of a
    third is reported, not expressed: it counts little.
7.  Venues, speakers and members of a list get nothing from `near`, `owner` and `both`.
8.  A party's score is the sum of what it got, each entry counted once, cut at −1 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .clauses import BEFORE, OBJECT, SAME_CLAUSE, SPEAKER, VENUE, Hits, Targets, Words
from .lexicon import TOWARD, Lexicon

_NEGATED = -0.6  # a negated entry says the opposite, weaker
_MODAL, _IF, _QUESTION, _BEFORE_BUT = 0.7, 0.4, 0.2, 0.6
_REPORTED = 0.15
_PASSIVE = 0.6
_OWN = (0.7, 0.35)  # praise of a relation, of joint work: what the holder's own end gets of it
_ALONE = 0.45
_YOU = 0.4
_REACH = 14  # words between an entry and the party it goes to
_NEAREST = 0.4  # less than this getting through: not the party described


def set_force(words: Words, hits: Hits, lexicon: Lexicon, question: np.ndarray) -> None:
    """Turn round what is negated; damp what is asked, wished, supposed, or conceded before a "but"."""
    first = hits.first
    negated, modal, supposed = (np.zeros(len(first), dtype=bool) for _ in range(3))
    for away in range(1, 8):
        at = np.maximum(first - away, 0)
        near = ~words.outside(first - away, first) & (words.passes(at, first) >= 0.7)
        if away <= 5:
            negated ^= near & words.has(at, "negator") & ~words.has(at + 1, "negator_not")
        modal |= near & words.has(at, "modal")
        supposed |= near & words.has(at, "condition")
    modal &= lexicon.kind[hits.entry] != "demand"
    turn = np.full(len(words.base), -1)
    turns = np.flatnonzero(words.has(np.arange(len(words.mask)), "turn"))
    np.maximum.at(turn, words.row[turns], turns)
    row = words.row[first]
    hits.force *= np.where(negated, _NEGATED, 1) * np.where(modal, _MODAL, 1) * np.where(supposed, _IF, 1)
    hits.force *= np.where(question[row], _QUESTION, 1) * np.where(hits.last < turn[row], _BEFORE_BUT, 1)


@dataclass
class Pairs:
    """Every entry with every mention of its sentence; ``of`` picks one mention for each entry."""

    words: Words
    hits: Hits
    targets: Targets
    lexicon: Lexicon

    def __post_init__(self) -> None:
        """Lay out the pairs, in the order of the entries and, within one, of the text."""
        row = self.words.row[self.hits.first]
        edges = np.searchsorted(self.targets.row, np.arange(len(self.words.base) + 1))
        low, many = edges[row], np.diff(edges)[row]
        self.hit = np.repeat(np.arange(len(row)), many)
        self.target = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + np.repeat(low, many)
        t, h = self.target, self.hit
        self.t_first, self.t_last = self.targets.first[t], self.targets.last[t]
        self.h_first, self.h_last = self.hits.first[h], self.hits.last[h]
        self.ahead = self.t_first >= self.h_first
        self.distance = np.where(self.ahead, self.t_first - self.h_last, self.h_first - self.t_last)
        inner = np.where(self.ahead, self.h_last, self.h_first)
        self.passes = self.words.passes(inner, np.where(self.ahead, self.t_first, self.t_last))
        self.clause = self.passes >= SAME_CLAUSE
        self.before, self.role = self.targets.before[t], self.targets.role[t]
        self.possessive = self.targets.possessive[t]
        self.negative = self.hits.force[h] < 0
        # "confidence in X": the preposition belongs to the entry and makes X neither place nor victim
        place = self.targets.place[t]
        own = (place >= self.h_first) & (place <= self.h_last)
        self.before = np.where(own, 0, self.before)
        self.role = np.where(own & (self.role == VENUE), OBJECT, self.role)
        self.silent = self.role >= VENUE
        # "aid to X": who receives is not whom the blame of it meets
        spared = self.words.has(place, "to") & ~own & self.ahead & (self.distance > 2)
        self.spared = self.negative & (self.under("victim") | spared)

    def under(self, *names: str) -> np.ndarray:
        """Say of which the mention stands under one of these kinds of prepositions, none of them the entry's own."""
        return np.array([kind in names for kind in BEFORE])[self.before]

    @cached_property
    def addressed(self) -> np.ndarray:
        """Which have a mention that is an address."""
        return self.targets.has_form("address")[self.target]

    def first(self, wanted: np.ndarray) -> np.ndarray:
        """For each entry the first mention of those ``wanted``, −1 for none."""
        out = np.full(len(self.hits.first), len(self.targets.first))
        np.minimum.at(out, self.hit[wanted], self.target[wanted])
        return np.where(out == len(self.targets.first), -1, out)

    def last(self, wanted: np.ndarray) -> np.ndarray:
        """For each entry the last mention of those ``wanted``, −1 for none."""
        out = np.full(len(self.hits.first), -1)
        np.maximum.at(out, self.hit[wanted], self.target[wanted])
        return out

    def towards(self, name: str) -> np.ndarray:
        """Which entries have the direction ``name``."""
        return self.lexicon.toward[self.hits.entry] == TOWARD.index(name)

    @cached_property
    def nearest(self) -> tuple[np.ndarray, np.ndarray]:
        """The nearest party of each entry, −1 for none, and how much of the force reaches it."""
        share = self.passes * np.maximum(0, 1 - self.distance / (2 * _REACH))
        share = share * np.where(self.under("other", "from"), 0.75, 1.0)
        # "you" is in every sentence of a talk: what is bad need not be meant for it
        share = share * np.where(self.negative & self.addressed, _YOU, 1.0)
        share[self.silent | self.spared | (share < _NEAREST)] = 0
        most = np.zeros(len(self.hits.first))
        np.maximum.at(most, self.hit, share)
        party = self.first((share > 0) & (share == most[self.hit]))
        return party, np.minimum(1.0, most + 0.2)


def _subject(pairs: Pairs) -> np.ndarray:
    """Find the party that an entry's verb has as its subject: before it, under no preposition, in no other clause."""
    words = pairs.words
    wanted = pairs.clause & ~pairs.ahead & (pairs.role != SPEAKER)
    plain = (pairs.before == 0) & (pairs.role != VENUE) & (~pairs.possessive | (pairs.distance <= 6))
    # "X noted that the plan …": a clause of its own with another subject
    plain &= words.count(pairs.t_last + 1, pairs.h_first - 3, "that", "medium") == 0
    gerund = (pairs.distance <= 2) & words.has(pairs.h_first, "ing")
    return pairs.last(wanted & (plain | gerund))


def _is_passive(pairs: Pairs) -> np.ndarray:
    words, first = pairs.words, pairs.hits.first
    participle = words.has(first, "ed", "participle")
    near = words.has(first - 1, "be") | (words.has(first - 1, "adverb", "negator") & words.has(first - 2, "be"))
    # "is committed to", "is interested in": a quality, nothing that is done to anyone
    quality = pairs.towards("actor") & (pairs.lexicon.valence[pairs.hits.entry] > 0)
    return participle & near & ~quality


def _agent(pairs: Pairs) -> np.ndarray:
    """Find the party after "by": the doer of a passive or of a deed."""
    return pairs.first(pairs.clause & pairs.ahead & pairs.under("by") & (pairs.distance < 2 * _REACH))


def _owner(pairs: Pairs) -> tuple[np.ndarray, np.ndarray]:
    """Say whose it is: "… of X", "… by X", "X's …"; else the nearest."""
    reach = np.where(pairs.under("by"), 2 * _REACH, _REACH)
    after = pairs.clause & pairs.ahead & ~pairs.silent & pairs.under("of", "by", "from")
    party = pairs.first(after & (pairs.distance < reach))
    mine = pairs.last(pairs.clause & ~pairs.ahead & pairs.possessive & (pairs.distance <= 4))
    party = np.where(party >= 0, party, mine)
    near, share = pairs.nearest
    return np.where(party >= 0, party, near), np.where(party >= 0, 1.0, share)


def _own(pairs: Pairs, subject: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Say how far the holder answers for what the subject does: 1 for "we", little for another party."""
    first, targets = pairs.hits.first, pairs.targets
    floor = np.where(subject >= 0, targets.last[subject] + 1, 0)
    speaks = pairs.words.count(np.maximum(floor, first - 12), first - 1, "first") > 0
    ours = targets.key[subject] == holder[pairs.words.row[first]]
    return np.where((subject < 0) | ours | speaks, 1.0, _REPORTED)


def _object(pairs: Pairs, subject: np.ndarray, holder: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find to whom the words go."""
    words, targets = pairs.words, pairs.targets
    share = _own(pairs, subject, holder)
    meant = pairs.clause & pairs.ahead & (pairs.distance <= _REACH) & (pairs.role != SPEAKER)
    closely = pairs.under("victim", "other") & (pairs.distance <= 2)
    suffers = (pairs.spared | (pairs.negative & (pairs.role == VENUE))) & ~closely
    place = pairs.targets.place[pairs.target]
    idle = ~pairs.negative & ((pairs.role == VENUE) | ((pairs.distance > 4) & words.has(place, "for")))
    party = pairs.first(meant & ~suffers & ~idle)
    near, reach = pairs.nearest
    # "I thank you" with the party named only in the address: "X, I thank you"
    addressed = (near >= 0) & (near != subject) & (pairs.hits.force > 0)
    early = targets.last[near] - words.opening[targets.row[near]] < 3
    addressed &= targets.has_form("address")[near] | early
    share = np.where(party >= 0, share, 0.8 * reach)
    party = np.where(party >= 0, party, np.where(addressed, near, -1))
    passive = _is_passive(pairs) & (subject >= 0)
    return np.where(passive, subject, party), np.where(passive, _PASSIVE, share)


def _both(pairs: Pairs, holder: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each end of a relation, and what it gets: (pair, weight)."""
    share = pairs.words.passes(pairs.h_first, pairs.t_first)
    meant = pairs.towards("both")[pairs.hit] & ~pairs.silent & (share >= SAME_CLAUSE)
    meant &= np.abs(pairs.t_first - pairs.h_first) <= 2 * _REACH
    ours = pairs.targets.key[pairs.target] == holder[pairs.words.row[pairs.h_first]]
    joint = pairs.lexicon.kind[pairs.hits.entry[pairs.hit]] == "cooperation"
    share = share * np.where(ours, np.where(joint, _OWN[1], _OWN[0]), 1.0)
    which = np.flatnonzero(meant)
    return which, share[which]


def _alone(pairs: Pairs, subject: np.ndarray) -> np.ndarray:
    """Find the only party of the sentence, for an entry that met nobody in its own clause."""
    targets = pairs.targets
    loud = ~pairs.silent & ~pairs.spared
    loud &= ~(pairs.negative & pairs.addressed)
    # who stands after a deed suffered it; who utters a reproach is not its object
    loud &= ~(pairs.towards("actor")[pairs.hit] & pairs.ahead)
    loud &= ~(pairs.towards("object")[pairs.hit] & (pairs.target == subject[pairs.hit]))
    one, other = pairs.first(loud), pairs.last(~pairs.silent)
    low = pairs.first(~pairs.silent)
    same = (low >= 0) & (targets.key[low] == targets.key[other])
    keys = np.full(len(pairs.hits.first), True)
    differs = ~pairs.silent & (targets.key[pairs.target] != targets.key[low[pairs.hit]])
    keys[pairs.hit[differs]] = False
    return np.where(same & keys, one, -1)


def judge(words: Words, hits: Hits, targets: Targets, holder: np.ndarray, lexicon: Lexicon):
    """Say whom each entry evaluates, and how much: arrays of hit, target and value.

    ``holder`` is for each sentence the number of the holder's own key.
    """
    pairs = Pairs(words, hits, targets, lexicon)
    subject, agent = _subject(pairs), _agent(pairs)
    doer = np.where(agent >= 0, agent, np.where(_is_passive(pairs), -1, subject))
    gets, got = _object(pairs, subject, holder)
    near, near_share = pairs.nearest
    owner, owner_share = _owner(pairs)
    party = np.full(len(hits.first), -1)
    weight = np.ones(len(hits.first))
    for name, whom, share in (
        ("near", near, near_share),
        ("actor", doer, np.ones(len(near))),
        ("owner", owner, owner_share),
        ("object", gets, got),
        ("helps", doer, np.ones(len(near))),
    ):
        mine = pairs.towards(name)
        party[mine], weight[mine] = whom[mine], share[mine]
    helped = pairs.towards("helps") & (hits.force > 0) & (gets >= 0)
    helped &= targets.key[gets] != holder[words.row[hits.first]]  # who is helped and says so praises the helper
    helped &= (targets.first[gets] - hits.last <= 5) & (targets.first[gets] > hits.last)
    nobody = (party < 0) & ~helped & ~pairs.towards("both")
    alone = _alone(pairs, subject)
    party, weight = np.where(nobody, alone, party), np.where(nobody, _ALONE, weight)
    chosen = [(np.flatnonzero(party >= 0), party, weight)]
    chosen.append((np.flatnonzero(helped), gets, np.ones(len(gets))))
    out = [_spread(pairs, at, whom[at], share[at]) for at, whom, share in chosen]
    which, share = _both(pairs, holder)
    out.append((pairs.hit[which], pairs.target[which], share))
    hit, target, share = (np.concatenate(column) for column in zip(*out, strict=True))
    return hit, target, share * hits.force[hit]


def _spread(pairs: Pairs, hit: np.ndarray, target: np.ndarray, share: np.ndarray):
    """Let what goes to one member of an enumeration go to all: "we thank X and Y"."""
    group = pairs.targets.group
    edges = np.searchsorted(group, np.arange(group.max(initial=0) + 2))
    low, many = edges[group[target]], np.diff(edges)[group[target]]
    offset = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    return np.repeat(hit, many), np.repeat(low, many) + offset, np.repeat(share, many)
