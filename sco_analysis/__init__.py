"""From a folder of diplomatic texts to three citable answers: topics, speakers, sentiment toward states.

Every public name is listed in `PUBLIC` with the module that holds it, and is imported when it is first used, so that
``import sco_analysis`` costs nothing that is not needed.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__version__ = "0.1.0"

#: public name → module
PUBLIC = {
    "read_corpus": "corpus",
    "iter_corpus": "corpus",
    "check_corpus": "corpus",
    "list_inputs": "corpus",
    "Limits": "intake.limits",
    "parse": "parse",
    "select": "parse",
    "tell_selection": "parse",
    "code_topics": "parse",
    "Parsed": "parse",
    "split_blocks": "layout",
    "split_turns": "turns",
    "explain_labels": "turns",
    "find_quotations": "quotations",
    "split_sentences": "sentences",
    "find_mentions": "mentions",
    "concordance": "mentions",
    "score_polarity": "polarity",
    "read_dictionary": "dictionaries",
    "analyse": "scale.analysing",
    "Analysis": "scale.analysing",
    "topic_frequency": "tallies",
    "speaker_share": "tallies",
    "concentration": "concentration",
    "concentration_intervals": "concentration",
    "sentiment_toward_states": "tallies",
    "adjust_shares": "adjustment",
    "agreement": "adjustment",
    "confusion": "adjustment",
    "keyness": "keyness",
    "dispersion": "keyness",
    "positions": "keyness",
    "collocations": "collocations",
    "uncovered_terms": "uncovered",
    "latent_topics": "uncovered",
    "evidence": "evidence",
    "trace": "tracing",
    "plot_topic_frequency": "figures",
    "plot_keyness": "plots.word_figures",
    "plot_dispersion": "plots.word_figures",
    "plot_speaker_share": "figures",
    "plot_sentiment_toward_states": "figures",
    "save_figure": "records",
    "render": "run",
    "verify": "verify",
    "cite": "citations",
    "ScoError": "errors",
    "CorpusError": "errors",
    "CorpusWarning": "errors",
    "TableError": "errors",
    "DictionaryError": "errors",
    "ParameterError": "errors",
    "FigureError": "errors",
    "RenderError": "errors",
}

__all__ = [*PUBLIC, "PUBLIC", "__version__"]  # noqa: PLE0604 - the names are the keys of PUBLIC


def __getattr__(name: str) -> Any:
    if name not in PUBLIC:
        raise AttributeError(
            f"module {__name__!r} has no attribute {name!r}; public names: {', '.join(sorted(PUBLIC))}"
        )
    value = getattr(import_module(f".{PUBLIC[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *PUBLIC])


class _Package(ModuleType):
    """A package in which a module does not hide the public function that has its name, such as `parse`."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in PUBLIC and isinstance(value, ModuleType)):  # the import system says so of each new module
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
