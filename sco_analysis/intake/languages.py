"""Which language a text is in: English by its commonest words, else by a trained model, asked only when in doubt.

The model is that of py3langid (Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language Identification Tool"),
which is shipped with it and runs offline.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

#: what is parsed
ENGLISH = "en"

#: The commonest words of English that few other languages have among theirs: in English prose, names and all, they
#: are a quarter of the words, in the languages around it less than a twentieth.
_COMMON = frozenset(
    "the of and to that with for from by is are was were be been has have had will would this these those his her "
    "their its it they we you not but which who what when where there than as at or can could should about into".split()
)
_ENOUGH = 0.12
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
#: a slice of the text at its beginning, middle and end; and what of each the model is shown
_SLICE = 400
#: letters below which nothing is said; a script other than Latin says more with each
_FEW, _FEW_OF_OTHERS = 60, 12
#: names of the model → ISO 639-1: kinds of Chinese and of Serbo-Croatian, Norwegian
_SAME = {"wuu": "zh", "yue": "zh", "nan": "zh", "nb": "no", "nn": "no", "arz": "ar", "pnb": "pa", "azb": "az"}
#: Nigerian Pidgin, which the model takes short English headlines for: where it says so, nobody can tell
_LIKE_ENGLISH = ("pcm",)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")


def find_languages(text: str) -> list[str]:
    """Return the languages of a text's beginning, middle and end, as ISO 639-1 codes (639-3 where there is none).

    Each stands once, the commonest first. Where nothing can be told, for want of words or because there are only names,
    there is none.
    """
    if len(text) <= 3 * _SLICE:
        slices = [text]
    else:
        middle = len(text) // 2
        slices = [text[:_SLICE], text[middle : middle + _SLICE], text[-_SLICE:]]
    found = [language for language in map(_language, slices) if language]
    return sorted(set(found), key=lambda language: (-found.count(language), found.index(language)))


def name_language(code: str) -> str:
    """Return the English name of a language with its code: ``Russian (ru)``."""
    import pycountry  # noqa: PLC0415 - needed to say what is not English

    known = pycountry.languages.get(alpha_2=code) if len(code) == 2 else pycountry.languages.get(alpha_3=code)
    return f"{known.name.split(' (')[0]} ({code})" if known else code


def as_code(language: str) -> str:
    """Return the code of a language as somebody wrote it: ``EN-gb`` and ``English`` are ``en``."""
    plain = re.split(r"[-_]", language.strip().casefold())[0]
    if len(plain) in (0, 2):
        return plain
    import pycountry  # noqa: PLC0415

    try:
        known: Any = pycountry.languages.lookup(plain)
    except LookupError:
        return plain
    return getattr(known, "alpha_2", known.alpha_3)


def in_english(documents: pd.DataFrame) -> pd.DataFrame:
    """Return the documents that are in English, or of which nobody knows: those that can be parsed."""
    if "language" not in documents:
        return documents
    foreign = documents["language"].notna() & ~documents["language"].isin([ENGLISH, ""])
    return documents[~foreign].reset_index(drop=True) if foreign.any() else documents


def _language(text: str) -> str:
    pieces = text.lower().split()
    if sum(map(_COMMON.__contains__, pieces)) >= _ENOUGH * len(pieces) > 0:
        return ENGLISH
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    latin = len(_LATIN.findall(text))
    if letters < (_FEW if 2 * latin > letters else _FEW_OF_OTHERS):
        return ""
    small = sum(word[0].islower() for word in words)
    if 2 * latin > letters and 3 * small < len(words):  # a list of names is in no language
        return ""
    code = _model().classify(" ".join(words))[0]
    return "" if code in _LIKE_ENGLISH else _SAME.get(code, code)


@cache
def _model() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - its model takes a second to load

    return LanguageIdentifier.from_model_file(MODEL_FILE)
