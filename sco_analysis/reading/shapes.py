"""What kind of label a few words could be, told by the words alone: a name, an office, a part played, or none."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from .lines import read_rules

_NAME_PARTICLES = frozenset(
    "de da di do dos das del della der den du la le van von bin bint ibn ben al ul ur y e".split()
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_NO_NAME = re.compile(r"[?!;\"“”«»=@/|]|\s[–—-]+\s|\.\.|\d{3}")
_ARTICLE = re.compile(r"(?:al|el|d|l|o|ad|as|ash)[-'’][A-Z]")
#: the most words a label may have, its brackets left out
_MOST_WORDS = 20
#: how many labels are remembered with their shapes: the same come again, in one document and in the next
REMEMBERED = 1 << 14


@cache
def label_words(section: str) -> frozenset[str]:
    """Return one list of words of ``labels.yml``."""
    return frozenset(str(word).casefold() for word in read_rules("labels.yml")[section])


@cache
def _parts() -> dict[str, str]:
    parts: dict[str, str] = {}
    for part, names in read_rules("labels.yml")["parts"].items():
        for name in names:
            parts.setdefault(str(name).replace(".", ""), part)
    return parts


@lru_cache(REMEMBERED)
def part_of(label: str) -> str:
    """Return the part an anonymous label plays (`questioner`, `chair`, …); empty for all others."""
    return _parts().get(" ".join(label.replace(".", "").casefold().split()), "")


@lru_cache(REMEMBERED)
def without_brackets(printed: str) -> tuple[str, tuple[str, ...]]:
    """Split a label as printed into what stands outside of its brackets and the notes inside them."""
    if "(" not in printed and "[" not in printed:
        return " ".join(printed.split()).rstrip(" ,"), ()
    notes = tuple(note.strip() for note in _BRACKETS.findall(printed))
    return " ".join(_BRACKETS.sub("", printed).split()).rstrip(" ,"), notes


@lru_cache(REMEMBERED)
def shape_of(core: str) -> str:
    """Say what kind of label ``core`` could be; ``no: …`` with the reason when it can be none.

    Shapes: `part` (Question, The President), `titled` (Mr. Lantos), `capitals` (MR. SULLIVAN), `named office`
    (President of Russia Vladimir Putin), `office` (Moderator), `name`, `single` (one word), `other`.
    """
    if part_of(core):
        return "part"
    words = core.replace(",", " ").split(None, _MOST_WORDS + 1)
    reason = _refusal(core, words)
    if reason:
        return f"no: {reason}"
    folded = [word.casefold().rstrip(".") for word in words]
    honorific = folded[0] in label_words("honorifics") and len(words) > 1
    office = any(is_office(word) for word in folded)
    if core.isupper() and (honorific or office or len(words) > 1):
        return "capitals"
    if honorific and not office:
        return "titled"
    if office or honorific:
        return "named office" if _ends_in_name(words, folded) else "office"
    if len(words) == 1:
        return "single"
    proper = all(word[0].isupper() or _particle(word) for word in words)
    return "name" if proper and len(words) <= 6 else "other"


def _refusal(core: str, words: list[str]) -> str:
    """Return why ``core`` cannot be a label, or an empty string."""
    if not words or len(words) > _MOST_WORDS:
        return "it is too long for a label"
    folded = core.casefold().removeprefix("the ")
    listed = label_words("not_labels")
    if folded in listed or (words[0].casefold() in listed and len(words) <= 3 and not is_office(words[-1].casefold())):
        return f"{words[0]!r} heads no speech"
    if _NO_NAME.search(core):
        return "it holds punctuation that no name has"
    if not words[0][0].isupper():
        return "it begins with a small letter"
    for word in words:
        plain = word.casefold().strip(".'’")
        if word.endswith(".") and len(plain) > 4 and plain not in label_words("honorifics"):
            return "it ends a sentence"
        if not (word[0].isupper() or _particle(word) or plain in label_words("connectors") or is_office(plain, True)):
            return f"{word!r} is no part of a name or office"
    if words[-1].casefold() in label_words("connectors"):
        return f"it ends in {words[-1]!r}"
    return ""


def _particle(word: str) -> bool:
    return word.casefold() in _NAME_PARTICLES or _ARTICLE.match(word) is not None


def is_office(word: str, small: bool = False) -> bool:
    """Tell whether a word in lower case is a noun of office; ``small``: may stand in one that is printed small."""
    bare = word.strip(".,'’").removesuffix("’s").removesuffix("'s")
    offices = label_words("office_words" if small else "offices")
    return bare in offices or ("-" in bare and any(part in offices for part in bare.split("-")))


def _ends_in_name(words: list[str], folded: list[str]) -> bool:
    """Tell `Prime Minister Sharif` from `The Acting President`: behind the office stands a name, not its field."""
    if "," in words[0] or is_office(folded[-1]) or folded[0] == "the":
        return False
    last_office = max((i for i, word in enumerate(folded) if is_office(word)), default=-1)
    behind = words[last_office + 1 :]
    if behind and folded[last_office + 1] in label_words("connectors") - _NAME_PARTICLES:
        names = [w for w in behind if w[0].isupper()]
        return len(names) >= 3 or (len(names) == 2 and len(behind) == 3 and len(words) >= 4)
    return bool(behind) and behind[-1][0].isupper()
