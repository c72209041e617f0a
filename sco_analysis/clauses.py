"""What one sentence expresses toward the parties it mentions: clauses, direction, negation, role.

The order of the rules, in plain words:

1.  The entries of the lexicon are looked up, the longest first; a word serves one entry only. Words inside a name
    count for nothing, and a `topic` entry (an issue's name, an organisation's) takes its words out of play.
2.  The sentence falls into clauses. A semicolon, a dash, "but", "while" and the like nearly part what stands on
    their two sides; "which", "that", "because" do so in part, a comma a little.
3.  Each mention gets a role: `speaker` (it is only named as who says it), `venue` (where it happens), `list` (one of
    three or more in a row), `actor` (before the verb, under no preposition), else `object`.
4.  A negation up to four words before an entry turns it round, weaker; "should", "may", "want" damp it, "if" more,
    a question most of all. What precedes "but" is damped in favour of what follows.
5.  The entry's direction says who is meant: the doer (`actor`: the subject, or whoever follows "by"), the owner
    (`owner`: possessive, "of", the adjective before it), whom the words go to (`object`), doer and receiver
    (`helps`), both ends of a relation (`both`), or the nearest party (`near`).
6.  Blame never falls on who stands after "against", "on", "toward": a victim. Another party's praise or blame of a
    third is reported, not expressed: it counts a quarter.
7.  Venues, speakers and members of a list get nothing from `near`, `owner` and `both`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .lexicon import STRONG, WEAK, Chunk, Entry, Lexicon

_NEGATED = -0.6  # a negated entry says the opposite, weaker
_MODAL, _IF, _QUESTION = 0.7, 0.4, 0.3
_BEFORE_BUT = 0.6
_REPORTED = 0.25
_PASSIVE = 0.6
_ALONE = 0.45
_OWN = (0.7, 0.35)  # praise of a relation, of joint work: what the holder's own end gets of it
_SAME_CLAUSE = 0.5  # less than this passing between two words: not one clause
_REACH = 14  # words between an entry and the party it describes


@dataclass(slots=True)
class Target:
    """A mention as the rules see it: the chunks it covers, what precedes it, its role."""

    first: int
    last: int
    key: str
    form: str
    number: int  # of the mention, in the order it was handed in
    before: str = ""  # group of the preposition before it: victim venue by from of other, or nothing
    group: int = 0  # number of the enumeration it stands in
    role: str = "object"
    possessive: bool = False
    place: int = -1  # of that preposition

    @property
    def silent(self) -> bool:
        """Whether it is only where, who says so, or one of a list."""
        return self.role in ("venue", "speaker", "list member")


@dataclass(slots=True)
class Hit:
    """An entry found in the sentence: the chunks of its first and last word, and its force after negation and mood."""

    first: int
    last: int
    entry: Entry
    force: float


@dataclass
class Sentence:
    """One sentence cut into chunks, with its entries and mentions."""

    parts: list[str]
    chunks: list[Chunk]
    targets: list[Target] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    bounds: list[tuple[int, float]] = field(default_factory=list)  # (chunk it stands before, what passes)

    def span(self, hit: Hit) -> tuple[int, int]:
        """Where the words of ``hit`` start and end in the sentence."""
        start = sum(map(len, self.parts[: hit.first])) + hit.first
        end = sum(map(len, self.parts[: hit.last])) + hit.last
        return start + self.chunks[hit.first].lead, end + self.chunks[hit.last].tail

    def passes(self, one: int, other: int) -> float:
        """How much of an entry's force gets from chunk ``one`` to chunk ``other``, over the bounds between them."""
        share = 1.0
        if not self.bounds:
            return share
        low, high = (one, other) if one < other else (other, one)
        for place, value in self.bounds:
            if low < place <= high:
                share *= value
        return share


def find_entries(chunks: list[Chunk], marked: list[tuple[int, Chunk]]) -> list[tuple]:
    """Find the entries anchored in the ``marked`` chunks: (entry, the chunks of its words), the longest first."""
    found = []
    for place, chunk in marked:
        for entry in chunk.starts:
            if not entry.before and not entry.after:
                found.append((entry, (place,)))
            elif (own := _words_of(entry, chunks, place)) is not None:
                found.append((entry, own))
    if len(found) > 1:
        found.sort(key=lambda pair: (-len(pair[1]), pair[0].valence != 0, pair[1][0]))
    return found


def _words_of(entry: Entry, chunks: list[Chunk], anchor: int) -> tuple[int, ...] | None:
    """The chunks of the entry's words in order, where all are there and no strong bound lies between."""
    own, size = [anchor], len(chunks)
    place = anchor
    for element, gap in entry.before:
        for step in range(place - 1, max(-1, place - 2 - gap), -1):
            if chunks[step].pause < _SAME_CLAUSE or chunks[step + 1].barrier < _SAME_CLAUSE:
                return None
            if element in chunks[step].elements:
                own.insert(0, step)
                place = step
                break
        else:
            return None
    place = anchor
    for element, gap in entry.after:
        for step in range(place + 1, min(place + 2 + gap, size)):
            if chunks[step - 1].pause < _SAME_CLAUSE or chunks[step].barrier < _SAME_CLAUSE:
                return None
            if element in chunks[step].elements:
                own.append(step)
                place = step
                break
        else:
            return None
    return tuple(own)


def keep_entries(chunks: list[Chunk], found: list[tuple], taken: set[int]) -> list[Hit]:
    """Let each word serve one entry, the longest first; what lies in ``taken`` (names) or is a topic drops out."""
    hits, used = [], set(taken)
    for entry, own in found:
        if not used.isdisjoint(own):
            continue
        used.update(own)
        if entry.valence and not (entry.kind in _TITLED and _is_title(chunks, own[0], own[-1])):
            hits.append(Hit(own[0], own[-1], entry, entry.valence))
    hits.sort(key=lambda hit: hit.first)
    return hits


_TITLED = ("relation", "cooperation")  # kinds whose words are common in the names of treaties and bodies


def _is_title(chunks: list[Chunk], place: int, last: int) -> bool:
    """Whether the words are part of a printed title: capitalised within the sentence."""
    return place > 0 and chunks[last].capital and chunks[place].capital


def find_roles(sentence: Sentence) -> None:
    """Set role, preposition and enumeration of every target."""
    chunks, targets = sentence.chunks, sentence.targets
    covered = {place: target.key for target in targets for place in range(target.first, target.last + 1)}
    previous = None
    for target in targets:
        place = target.first - 1
        while place >= 0 and (
            ("title" in chunks[place].groups and not _is_owner_of(chunks, place)) or covered.get(place) == target.key
        ) and chunks[place].pause == 1.0:
            place -= 1
        joined = previous is not None and _is_joined(chunks, previous.last, place)
        target.group = previous.group if joined else target.number + 1
        target.before = previous.before if joined else _preposition(chunks, place, target)
        target.place = previous.place if joined else place
        target.possessive = chunks[target.last].owner or target.form == "demonym"
        previous = target
    for target in targets:
        target.role = _role(sentence, target)


def _is_owner_of(chunks: list[Chunk], place: int) -> bool:
    """Whether "of" at ``place`` links the target to a noun that is no title: "the provocations of X"."""
    return chunks[place].word == "of" and (place == 0 or "title" not in chunks[place - 1].groups)


def _is_joined(chunks: list[Chunk], last: int, place: int) -> bool:
    """Whether only "and", "or" and commas stand between the earlier mention's ``last`` chunk and ``place``."""
    if not last <= place <= last + 4:
        return False
    if place == last:
        return "," in chunks[last].after
    return all("join" in chunk.groups or "title" in chunk.groups for chunk in chunks[last + 1 : place + 1]) and (
        any("join" in chunk.groups for chunk in chunks[last + 1 : place + 1])
    )


def _preposition(chunks: list[Chunk], place: int, target: Target) -> str:
    if place < 0:
        return ""
    groups = chunks[place].groups
    for name in ("by", "from", "of", "victim", "venue", "other"):
        if name in groups:
            if name == "venue" and target.form in ("demonym", "person", "government", "address"):
                return "other"
            if name == "other" and chunks[place].word == "to" and place and "travel" in chunks[place - 1].groups:
                return "venue"
            return name
    return "venue" if "travel" in groups and target.form in ("name", "capital") else ""


def _role(sentence: Sentence, target: Target) -> str:
    chunks, size = sentence.chunks, len(sentence.chunks)
    after = [chunk.groups for chunk in chunks[target.last + 1 : target.last + 3]]
    last = chunks[target.last]
    if target.first <= 8 and target.last + 1 < size and last.after == ":":
        return "speaker"
    if not last.owner and last.pause > STRONG_END and after and "speech" in after[0]:
        return "speaker"
    place = target.first - 1
    if place > 0 and chunks[place].word == "to" and chunks[place - 1].word == "according":
        return "speaker"
    if len({other.key for other in sentence.targets if other.group == target.group}) > 2:
        return "list member"
    if target.before == "venue" or _is_theatre(chunks, target):
        return "venue"
    return "object" if target.before or target.possessive else "actor"


def _is_theatre(chunks: list[Chunk], target: Target) -> bool:
    """Whether the target only names an issue: "the X crisis", "the war between X and Y"."""
    following = chunks[target.last + 1] if target.last + 1 < len(chunks) else None
    if following is not None and target.possessive and "theatre" in following.groups:
        return True
    return target.before in ("other", "of") and target.place > 0 and "theatre" in chunks[target.place - 1].groups


STRONG_END = 0.2


_TURNS = ("but", "however")


def set_force(sentence: Sentence, marked: list[tuple[int, Chunk]], question: bool) -> None:
    """Turn round what is negated; damp what is asked, wished, supposed, or conceded before a "but"."""
    turn = max((place for place, chunk in marked if place > 1 and chunk.word in _TURNS), default=0)
    steering = [(place, chunk.groups) for place, chunk in marked if chunk.steers]
    for hit in sentence.hits:
        if question:
            hit.force *= _QUESTION
        if hit.last < turn:
            hit.force *= _BEFORE_BUT
        if steering:
            hit.force *= _steered(sentence, hit, steering)


def _steered(sentence: Sentence, hit: Hit, steering: list[tuple[int, frozenset[str]]]) -> float:
    negated = modal = supposed = False
    for place, groups in steering:
        if not hit.first - 8 < place < hit.first or sentence.passes(place, hit.first) < 0.7:
            continue
        if "negator" in groups:
            if place >= hit.first - 5 and "negator_not" not in sentence.chunks[place + 1].groups:
                negated = not negated
        elif "modal" in groups:
            modal = hit.entry.kind != "demand"
        else:
            supposed = True
    return (_NEGATED if negated else 1.0) * (_MODAL if modal else 1.0) * (_IF if supposed else 1.0)


def _alone(sentence: Sentence, hit: Hit) -> list[tuple[Target, float]]:
    """The only party of the sentence, where an entry met nobody in its own clause."""
    keys = {target.key for target in sentence.targets if not target.silent}
    if len(keys) != 1 or hit.entry.toward == "both":
        return []
    target = next(t for t in sentence.targets if not t.silent)
    return [] if target.before == "victim" and hit.force < 0 else [(target, _ALONE)]


def judge(sentence: Sentence, holder_state: str) -> list[tuple[Target, Hit, float]]:
    """Say for each entry which targets it evaluates, and with what weight: rules 5 to 7."""
    out = []
    for hit in sentence.hits:
        pairs = _TOWARD[hit.entry.toward](sentence, hit, holder_state) or _alone(sentence, hit)
        for target, weight in pairs:
            if weight:
                out.append((target, hit, weight))
    return out


def _together(sentence: Sentence, target: Target) -> list[Target]:
    return [other for other in sentence.targets if other.group == target.group]


def _before(sentence: Sentence, hit: Hit) -> list[Target]:
    """The targets of the clause before the entry, the nearest first."""
    targets = [target for target in sentence.targets if target.last < hit.first]
    return [t for t in reversed(targets) if sentence.passes(t.last, hit.first) >= _SAME_CLAUSE]


def _after(sentence: Sentence, hit: Hit) -> list[Target]:
    targets = [target for target in sentence.targets if target.first >= hit.first]
    return [t for t in targets if sentence.passes(hit.last, t.first) >= _SAME_CLAUSE]


def _is_passive(sentence: Sentence, hit: Hit) -> bool:
    chunks = sentence.chunks
    for place in range(hit.first - 1, max(-1, hit.first - 3), -1):
        if "be" in chunks[place].groups:
            return chunks[hit.first].word.endswith("ed") or "participle" in chunks[hit.first].groups
        if not chunks[place].groups & {"adverb", "negator"}:
            break
    return False


def _agent(sentence: Sentence, hit: Hit) -> Target | None:
    """The target after "by": the doer of a passive or of a deed."""
    for target in _after(sentence, hit):
        if target.before == "by" and target.first - hit.last < 2 * _REACH:
            return target
    return None


def _subject(sentence: Sentence, hit: Hit) -> Target | None:
    chunks = sentence.chunks
    for target in _before(sentence, hit):
        distance = hit.first - target.last
        if distance <= 2 and chunks[hit.first].word.endswith("ing") and target.role != "speaker":
            return target
        if target.before or target.role in ("speaker", "venue") or (target.possessive and distance > 6):
            continue
        # "X noted that the plan …": a clause of its own with another subject
        if any(chunk.word == "that" or "medium" in chunk.groups for chunk in chunks[target.last + 1 : hit.first - 2]):
            continue
        return target
    return None


def _actor(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    agent = _agent(sentence, hit)
    if agent is None and not _is_passive(sentence, hit):
        agent = _subject(sentence, hit)
    return [(target, 1.0) for target in _together(sentence, agent)] if agent else []


def _owner(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    """Whose it is: "X's …", "… of X", "… by X"; else the one who is it, shows it or does it."""
    for target in _after(sentence, hit):
        reach = 2 * _REACH if target.before == "by" else _REACH
        if target.before in ("of", "by", "from") and target.first - hit.last < reach and not target.silent:
            return [(other, 1.0) for other in _together(sentence, target)]
        if target.before == "victim" and hit.force < 0:
            break
    for target in _before(sentence, hit):
        if target.possessive and hit.first - target.last <= 4:
            return [(target, 1.0)]
    return _near(sentence, hit, holder_state)


def _is_own(sentence: Sentence, hit: Hit, holder_state: str) -> float:
    """How far the holder answers for what the entry's subject does: 1 where it is "we", little where it is another."""
    chunks = sentence.chunks
    subject = _subject(sentence, hit)
    floor = subject.last if subject else max(-1, hit.first - 12)
    for place in range(hit.first - 1, floor, -1):
        if "first" in chunks[place].groups:
            return 1.0
    if subject is None or subject.key == holder_state:
        return 1.0
    return _REPORTED


def _object(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    chunks = sentence.chunks
    share = _is_own(sentence, hit, holder_state)
    negative = hit.entry.valence < 0
    if _is_passive(sentence, hit) and (subject := _subject(sentence, hit)):
        return [(target, _PASSIVE) for target in _together(sentence, subject)]
    for target in _after(sentence, hit):
        if target.first - hit.last > _REACH:
            break
        if target.role == "speaker" or (negative and target.before in ("victim", "venue")):
            if target.before == "victim" and target.first - hit.last <= 2:
                return [(target, share)]
            continue
        if target.role == "venue" and not negative:
            continue
        if target.first - hit.last > 4 and target.place >= 0 and chunks[target.place].word in ("for", "with"):
            continue
        return [(other, share) for other in _together(sentence, target)]
    if not negative:
        return [(t, 0.8 * s) for t, s in _near(sentence, hit, holder_state) if t.form == "address" or t.last < 3]
    return []


def _helps(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    out = _object(sentence, hit, "*") if hit.force > 0 else []
    out = [(target, 1.0) for target, _ in out if target.first - hit.last <= 5]
    return out + [pair for pair in _actor(sentence, hit, holder_state) if pair not in out]


def _both(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    out = []
    for target in sentence.targets:
        if target.silent or target.key == "":
            continue
        share = sentence.passes(hit.first, target.first)
        if target.key == holder_state:
            share *= _OWN[hit.entry.kind == "cooperation"]
        if share >= _SAME_CLAUSE and abs(target.first - hit.first) <= 2 * _REACH:
            out.append((target, share))
    return out


def _near(sentence: Sentence, hit: Hit, holder_state: str) -> list[tuple[Target, float]]:
    best, most = None, 0.3
    for target in sentence.targets:
        if target.silent or (hit.force < 0 and target.before == "victim"):
            continue
        ahead = target.first > hit.last
        distance = target.first - hit.last if ahead else hit.first - target.last
        share = sentence.passes(hit.last, target.first) * max(0.0, 1 - distance / (2 * _REACH))
        if target.before in ("other", "from"):
            share *= 0.75
        if share > most:
            best, most = target, share
    return [(target, min(1.0, most + 0.2)) for target in _together(sentence, best)] if best else []


_TOWARD = {"near": _near, "actor": _actor, "owner": _owner, "object": _object, "helps": _helps, "both": _both}


def _shares_subject(chunks: list[Chunk], place: int, taken: set[int]) -> bool:
    """Whether the clause that "but" opens at ``place`` has no subject of its own: "X does not attack but helps"."""
    if chunks[place].word not in ("but", "yet") or place + 1 >= len(chunks) or place + 1 in taken:
        return False
    chunk = chunks[place + 1]
    return not (chunk.capital or chunk.groups & {"first", "third", "title", "venue", "condition", "medium", "other"})


def read_sentence(text: str, spans: list[tuple[int, int, str, str]], holder_state: str, lexicon: Lexicon):
    """Judge one sentence.

    ``spans`` are the mentions: start and end in ``text``, key, form. Returns the sentence and what `judge` found; no
    sentence (``None``) where the text holds no word of the lexicon.
    """
    parts = text.split(" ")
    chunks = list(map(lexicon.__getitem__, parts))
    marked = [(place, chunk) for place, chunk in enumerate(chunks) if chunk.marked]
    found = find_entries(chunks, marked)
    if not found:
        return None, []
    sentence = Sentence(parts, chunks, [_target(text, number, *span) for number, span in enumerate(spans)])
    if len(spans) > 1:
        sentence.targets.sort(key=lambda target: (target.first, target.last))
    taken = {p for t in sentence.targets if t.form != "address" for p in range(t.first, t.last + 1)}
    sentence.hits = keep_entries(chunks, found, taken)
    if not sentence.hits:
        return sentence, []
    for place, chunk in marked:
        if chunk.barrier != 1.0:
            shared = chunk.barrier == STRONG and _shares_subject(chunks, place, taken)
            sentence.bounds.append((place, WEAK if shared else chunk.barrier))
        if chunk.pause != 1.0:
            sentence.bounds.append((place + 1, chunk.pause))
    find_roles(sentence)
    set_force(sentence, marked, text.endswith("?"))
    return sentence, judge(sentence, holder_state)


def _target(text: str, number: int, start: int, end: int, key: str, form: str) -> Target:
    first = text.count(" ", 0, start)
    return Target(first, first + text.count(" ", start, end), key, form, number)
