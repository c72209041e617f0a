"""Patterns to hits: one specified rule, one trie over the atoms of the text.

The matching rule, the same for every dictionary:

- **Atoms.** Text and patterns are runs of letters, digits and underscores (`tokens`). A pattern matches whole atoms,
  never a part of one.
- **Globs.** Inside a pattern's atom ``*`` stands for any number of letters or digits, none included, and ``?`` for
  exactly one.
- **Case.** An atom of a pattern that holds no capital letter matches in any case. One that holds a capital matches
  exactly as it is written, or wholly in capitals: ``Turkey`` matches `Turkey` and `TURKEY`, not `turkey`; ``US``
  matches `US`, never `us`. Accents count.
- **Several atoms.** The atoms of a pattern stand in the text one after the other with nothing between them but white
  space without an empty line, one hyphen, one apostrophe, or the full stop of an abbreviation (after a single letter
  or a title such as `Mr` or `St`; white space may follow it). Which of these the pattern itself is written with makes
  no difference. Other punctuation is never crossed.
- **Overlaps.** Leftmost, then longest: the pattern that begins first wins; among those, the one of most atoms. Each
  word of the text serves at most one pattern of a dictionary, whatever its key. Where two patterns fit the same
  words, the one with more letters written out wins, then the one written first. One pattern written under two keys
  counts for both.
- **Traps.** Phrases listed under ``not:`` take part like any pattern, and count for nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from ..errors import DictionaryError
from ..tokens import Tokens

#: Titles and other abbreviations whose full stop does not end a pattern.
ABBREVIATIONS = frozenset(["mr", "mrs", "ms", "dr", "st", "prof", "gen", "lt", "col", "sen", "gov"])

_ATOM = re.compile(r"[\w*?]+")
_BETWEEN = re.compile(r"[\s\-'’.]+")
_GAP = re.compile(r"[^\S\r\n]*(?:\r\n|\r|\n)?[^\S\r\n]*|[-‐‑]|['’ʼ]")
_CROSSED = " \n-‐‑'’ʼ\u00a0"  # the commonest gaps of one character
_DOUBTFUL = "." + "".join(filter(str.isspace, map(chr, range(0x10000))))  # how every other gap begins that is crossed
_LIKELY = 1 << 16  # what a transition leaves of its number where a cheap test asks for it
_KEPT = 4  # automata that a matcher keeps
_STOP = re.compile(r"\.[^\S\r\n]*(?:\r\n|\r|\n)?[^\S\r\n]*")


@dataclass(frozen=True)
class Pattern:
    """One pattern: its atoms, and the (key, sub-key) pairs that it counts for; a trap counts for none."""

    text: str
    atoms: tuple[str, ...]
    targets: tuple[tuple[str, str | None], ...] = ()

    @property
    def weight(self) -> int:
        """The number of letters written out."""
        return sum(len(atom) - atom.count("*") - atom.count("?") for atom in self.atoms)


@dataclass(frozen=True)
class Hits:
    """Where patterns matched: numbers of the first and last atom, and of the pattern."""

    first: np.ndarray
    last: np.ndarray
    pattern: np.ndarray

    def where(self, keep: np.ndarray) -> Hits:
        """Keep the hits for which ``keep`` is true."""
        return Hits(self.first[keep], self.last[keep], self.pattern[keep])


class Matcher:
    """Patterns as one trie over the atoms of the text it is shown; ``backwards`` reads them from their last atom."""

    def __init__(self, patterns: Iterable[Pattern | str], *, backwards: bool = False) -> None:
        self.patterns = [p if isinstance(p, Pattern) else Pattern(p, split_pattern(p)) for p in patterns]
        self.weights = [pattern.weight for pattern in self.patterns]
        self.step = -1 if backwards else 1
        self.symbols: dict[str, int] = {}
        self.children: list[dict[int, int]] = [{}]
        self.accepts: dict[int, int] = {}
        for number, pattern in enumerate(self.patterns):
            node = 0
            for atom in pattern.atoms[:: self.step]:
                symbol = self.symbols.setdefault(atom, len(self.symbols))
                if symbol not in self.children[node]:
                    self.children[node][symbol] = len(self.children)
                    self.children.append({})
                node = self.children[node][symbol]
            self.accepts.setdefault(node, number)
        #: casefolded atom → as it must be printed (empty: in any way), and the symbol that it satisfies
        self.printed: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._made: dict[tuple[tuple[int, ...], ...], tuple] = {}
        self.globs = []
        for atom, symbol in self.symbols.items():
            if "*" in atom or "?" in atom:
                self.globs.append((atom, symbol))
            else:
                for form in {""} if atom == atom.lower() else {atom, atom.upper()}:
                    self.printed[(form or atom).casefold()].append((form, symbol))

    def match(self, tokens: Tokens) -> Hits:
        """Find the hits in ``tokens``, traps included, by the rule for overlaps."""
        first, length, pattern = self._walk(tokens)
        keep = _leftmost(first, first + length)
        return Hits(first[keep], (first + length - 1)[keep], pattern[keep])

    def at(self, tokens: Tokens, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the longest match that begins at each of ``positions``: where, how many atoms, which pattern."""
        which, length, pattern = self._walk(tokens, positions)
        return positions[which], length, pattern

    def begins(self, tokens: Tokens, positions: np.ndarray) -> np.ndarray:
        """Tell at which of ``positions`` a match begins."""
        out = np.zeros(len(positions), dtype=bool)
        out[self._walk(tokens, positions)[0]] = True
        return out

    def _walk(self, tokens: Tokens, positions: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Walk from all ``positions`` (from every atom, if none are given) at once.

        Returns the numbers of those at which a match begins, how many atoms it has, which pattern it is.
        """
        classes, first_state, (keys, values), accepts = self._automaton(tokens)
        likely = np.zeros(_LIKELY, dtype=bool)
        likely[keys % _LIKELY] = True
        opening = first_state[classes]  # by printed form: the state after an atom that begins a pattern
        begins = (opening > 0)[tokens.surface if positions is None else tokens.surface[positions]]
        which = np.flatnonzero(begins)
        at = which if positions is None else positions[which]
        state = opening[tokens.surface[at]]
        best, length = accepts[state], np.ones(len(which), dtype=np.int64)
        who, depth = np.arange(len(which)), 1
        while len(who):
            onward = np.flatnonzero((at + self.step >= 0) & (at + self.step < len(tokens)))
            wanted = state[onward] * len(first_state) + classes[tokens.surface[at[onward] + self.step]]
            cheap = np.flatnonzero(likely[wanted % _LIKELY])
            onward, wanted = onward[cheap], wanted[cheap]
            place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
            fits = np.flatnonzero(keys[place] == wanted)
            onward, place = onward[fits], place[fits]
            near = linked(tokens, np.minimum(at[onward], at[onward] + self.step))
            at, who, state = at[onward[near]] + self.step, who[onward[near]], values[place[near]]
            depth += 1
            found = accepts[state] >= 0
            best[who[found]], length[who[found]] = accepts[state[found]], depth
        kept = best >= 0
        return which[kept], length[kept], best[kept]

    def _automaton(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
        """Make the trie deterministic over the classes of atoms that this text holds."""
        of_surface, sets = self._classes(tokens)
        order = sorted(range(len(sets)), key=sets.__getitem__)
        number = np.empty(len(sets), dtype=np.int64)
        number[order] = np.arange(len(sets))
        first_state, transitions, accepts = self._determined(tuple(sets[n] for n in order))
        return number[of_surface], first_state, transitions, accepts

    def _determined(self, sets: tuple[tuple[int, ...], ...]) -> tuple:
        """Return the automaton over classes of atoms; texts of one kind hold the same ones again and again."""
        made = self._made.get(sets)
        if made is None:
            made = self._determine(sets)
            for oldest in list(self._made)[: max(len(self._made) - _KEPT + 1, 0)]:
                self._made.pop(oldest, None)  # another thread may have done so
            self._made[sets] = made
        return made

    def _determine(self, sets: tuple[tuple[int, ...], ...]) -> tuple:
        having = defaultdict(list)  # symbol → classes
        for number, symbols in enumerate(sets):
            for symbol in symbols:
                having[symbol].append(number)
        states: dict[frozenset[int], int] = {frozenset({0}): 0}
        queue, keys, values, accepts = [frozenset({0})], [], [], []
        for nodes in queue:
            reached = defaultdict(set)
            for node in nodes:
                children = self.children[node]
                for symbol in children.keys() & having.keys() if len(children) > 8 else children:
                    for number in having.get(symbol, ()):
                        reached[number].add(children[symbol])
            for number, nodes_reached in reached.items():
                following = frozenset(nodes_reached)
                if following not in states:
                    states[following] = len(states)
                    queue.append(following)
                keys.append(states[nodes] * len(sets) + number)
                values.append(states[following])
            numbers = [self.accepts[node] for node in nodes if node in self.accepts]
            accepts.append(min(numbers, key=lambda n: (-self.weights[n], n), default=-1))
        keys_, values_ = np.array(keys, dtype=np.int64), np.array(values, dtype=np.int64)
        first_state = np.zeros(len(sets), dtype=np.int64)
        roots = keys_ < len(sets)
        first_state[keys_[roots]] = values_[roots]
        order = np.argsort(keys_)
        return first_state, (keys_[order], values_[order]), np.array(accepts)

    def _classes(self, tokens: Tokens) -> tuple[np.ndarray, list[tuple[int, ...]]]:
        """For each distinct atom the class it belongs to, and for each class the symbols that its atoms satisfy."""
        anything = [symbol for glob, symbol in self.globs if not glob.strip("*")]  # a lone * fits every atom
        known: dict[tuple[int, ...], int] = {tuple(sorted(anything)): 0}
        atoms, symbols = self._satisfied(tokens)
        classes = np.zeros(len(tokens.surfaces), dtype=np.int64)
        alone = np.bincount(atoms, minlength=len(classes))[atoms] == 1
        distinct, which = np.unique(symbols[alone], return_inverse=True)
        own = [known.setdefault(tuple(sorted([symbol, *anything])), len(known)) for symbol in distinct.tolist()]
        classes[atoms[alone]] = np.array(own, dtype=np.int64)[which]
        several: dict[int, list[int]] = defaultdict(list)
        for atom, symbol in zip(atoms[~alone].tolist(), symbols[~alone].tolist(), strict=True):
            several[atom].append(symbol)
        for atom, own in several.items():
            classes[atom] = known.setdefault(tuple(sorted([*own, *anything])), len(known))
        return classes, list(known)

    def _satisfied(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """List which distinct atoms satisfy which symbols: the numbers of both; a lone * is left out."""
        atoms: list[int] = []
        symbols: list[int] = []
        for fold in self.printed.keys() & tokens.of_fold.keys():
            for form, symbol in self.printed[fold]:
                fitting = [n for n in tokens.of_fold[fold] if not form or tokens.surfaces[n] == form]
                atoms += fitting
                symbols += [symbol] * len(fitting)
        for glob, symbol in self.globs:
            fitting = list(_fitting(glob, tokens)) if glob.strip("*") else []
            atoms += fitting
            symbols += [symbol] * len(fitting)
        return np.array(atoms, dtype=np.int64), np.array(symbols, dtype=np.int64)


def _fitting(glob: str, tokens: Tokens) -> Iterator[int]:
    """Find the printed forms that fit one atom with globs; only atoms that begin as it does are tried."""
    fits, small = glob_regex(glob).fullmatch, glob == glob.lower()
    head = re.match(r"[^*?]*", glob)[0][:3].lower()
    if not head.isascii():
        starts = list(tokens.of_start)
    elif len(head) == 3:
        starts = [head] if head in tokens.of_start else []
    else:
        starts = [start for start in tokens.of_start if start.startswith(head)]
    for start in starts:
        for fold in tokens.of_start[start]:
            if small and fits(fold):
                yield from tokens.of_fold[fold]
            elif not small:
                yield from (number for number in tokens.of_fold[fold] if fits(tokens.surfaces[number]))


@cache
def glob_regex(glob: str) -> re.Pattern[str]:
    """Turn one atom of a pattern into a regular expression: for casefolded atoms unless it holds a capital letter."""

    def spell(atom: str) -> str:
        return "".join({"*": r"\w*", "?": r"\w"}.get(c, re.escape(c)) for c in atom)

    return re.compile(spell(glob.casefold()) if glob == glob.lower() else f"{spell(glob)}|{spell(glob.upper())}")


def split_pattern(pattern: str) -> tuple[str, ...]:
    """Split a pattern into its atoms.

    Raises `DictionaryError` when it holds no word, nothing but ``*``, or other characters than the rule knows.
    """
    atoms = tuple(_ATOM.findall(pattern))
    if not any(re.search(r"\w", atom) for atom in atoms):
        raise DictionaryError(f"the pattern {pattern!r} holds no letter or digit; write at least one word")
    rest = _BETWEEN.sub("", _ATOM.sub("", pattern))
    if rest:
        raise DictionaryError(
            f"the pattern {pattern!r} holds {rest[0]!r}; write words, * and ?, joined by spaces, hyphens, apostrophes "
            "or full stops"
        )
    return atoms


def linked(tokens: Tokens, before: np.ndarray) -> np.ndarray:
    """Tell whether a pattern may step from each atom ``before`` to the one after it."""
    left, right = tokens.end[before], tokens.start[before + 1]
    out = (right - left == 1) & tokens.hold(_CROSSED, left)
    doubtful = np.flatnonzero(~out & tokens.hold(_DOUBTFUL, left))
    stop = tokens.hold(".", left[doubtful])
    atoms = before[doubtful]
    short = (tokens.end[atoms] - tokens.start[atoms] == 1) | tokens.are(ABBREVIATIONS)[tokens.ids[atoms]]
    for i in doubtful[~stop | short].tolist():
        gap = tokens.text[left[i] : right[i]]
        if _GAP.fullmatch(gap):
            out[i] = True
        elif _STOP.fullmatch(gap):
            atom = tokens.surfaces[tokens.surface[before[i]]]
            out[i] = len(atom) > 1 or atom.isalpha()
    return out


def _leftmost(first: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Choose, among candidates sorted by ``first``, those that do not overlap one chosen before."""
    keep = np.ones(len(first), dtype=bool)
    reach = np.maximum.accumulate(end) if len(end) else end
    disputed = np.flatnonzero(first[1:] < reach[:-1]) + 1
    columns = (disputed, first[disputed], end[disputed], end[disputed - 1])
    last = taken = -1  # the last disputed one, and where the last chosen one ends
    dropped = []
    for i, begins, ends, before in zip(*(column.tolist() for column in columns), strict=True):
        if i - 1 != last:
            taken = before  # the one before was not disputed: it was chosen, and reaches furthest
        if begins < taken:
            dropped.append(i)
        else:
            taken = ends
        last = i
    keep[dropped] = False
    return keep
