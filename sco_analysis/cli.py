"""The command line: ``sco-analysis render | tally | kwic | parse | analyse | check | cite | verify``.

It exits with 0 when all went well, 1 when the work failed, 2 when it was asked wrongly; an error is one plain message.
Whatever a command needs is imported when it runs, so that ``--help`` and a typing error answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import __version__
from .errors import ParameterError, ScoError
from .records import as_csv
from .store.files import put_together, sweep

if TYPE_CHECKING:
    import pandas as pd

#: how many refused labels `check` shows of one document
MOST_REFUSED = 8

#: signs that move, colour or turn what a terminal shows, and halves of signs
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

FORMATS = ("csv", "json", "parquet")
BY = "speaker, state, role, session, document, genre, source or year; several joined by commas"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command given in ``argv`` (default: the words after the program's name) and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _warn
            status = arguments.run(arguments) or 0
            sys.stdout.flush()  # here, where a full disk can still be told
            return status
    except ScoError as error:
        print(f"sco-analysis: {error}", file=sys.stderr)
        return 2 if isinstance(error, ParameterError) or _is_missing(arguments) else 1
    except BrokenPipeError:  # the reader, `head` for example, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"sco-analysis: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sco-analysis: stopped", file=sys.stderr)
        return 130


def _warn(message: Warning | str, *_: Any) -> None:
    print(f"sco-analysis: warning: {message}", file=sys.stderr)


def _is_missing(arguments: argparse.Namespace) -> bool:
    path = getattr(arguments, "path", None) or getattr(arguments, "corpus", None)
    return path is not None and not Path(path).expanduser().exists()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sco-analysis",
        description="Topic frequency, speaker share and sentiment toward states in diplomatic texts.",
        epilog="Exit codes: 0 all went well, 1 the work failed, 2 it was asked wrongly.",
    )
    parser.add_argument("--version", action="version", version=f"sco-analysis {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_render(commands)
    _add_tally(commands)
    _add_kwic(commands)
    command = _add(commands, "parse", _parse, "write all tables of a corpus: documents, turns, … , polarity")
    command.add_argument("path", metavar="PATH", help="folder of documents, or one file")
    command.add_argument("--out", metavar="DIR", required=True, help="folder that gets one file for each table")
    command.add_argument("--format", choices=("parquet", "csv"), default="parquet", help="default: parquet")
    _add_analyse(commands)
    command = _add(commands, "check", _check, "say what is in a folder, and what could not be read or recognised")
    command.add_argument("path", metavar="PATH", help="folder of documents, or one file")
    command = _add(commands, "cite", _cite, "print how to cite a figure")
    command.add_argument("figure", metavar="FIGURE", help="the figure's stem, for example speaker-share")
    command.add_argument("--style", default="bibtex", help="bibtex (default) or another style that `cite` knows")
    command = _add(commands, "verify", _verify, "say whether this checkout reproduces a saved figure")
    command.add_argument("file", metavar="FILE", help="a png, svg or pdf, wherever it has been since it was saved")
    command.add_argument("--corpus", metavar="PATH", help="the documents it rests on, when they lie elsewhere now")
    command.add_argument("--quick", action="store_true", help="believe the records in figures/; render nothing")
    command.epilog = "Exit codes: 0 reproduced, 1 not reproduced, 2 the file says nothing of its origin."
    return parser


def _add(commands: Any, name: str, run: Callable[..., int | None], text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(run=run)
    return command


def _add_render(commands: Any) -> None:
    command = _add(commands, "render", _render, "execute notebooks: build/, site/index.html, figures/")
    command.add_argument("notebooks", metavar="NOTEBOOK", nargs="*", help="names or files (default: all)")
    command.add_argument(
        "-p", dest="parameters", metavar="NAME=VALUE", action="append", default=[], help="set a parameter; see --list"
    )
    command.add_argument("--corpus", metavar="PATH", help="folder of documents, or one file")
    command.add_argument("--out", metavar="DIR", help="folder that gets build/, site/ and figures/")
    command.add_argument("--jobs", metavar="N", type=_positive, help="notebooks at once (default: one a processor)")
    command.add_argument(
        "--each", metavar="NAME", default="", help="a page for each speaker, state, session, document …"
    )
    command.add_argument(
        "--most", metavar="N", type=_positive, default=12, help="with --each: how many, the most frequent (default: 12)"
    )
    command.add_argument("--force", action="store_true", help="make anew what has not changed, too")
    command.add_argument(
        "--cell-timeout",
        metavar="SECONDS",
        type=_whole,
        default=3600,
        help="how long one cell may take (default: 3600; 0: as long as it likes)",
    )
    command.add_argument("--list", action="store_true", help="show the notebooks and their parameters; render nothing")


def _add_tally(commands: Any) -> None:
    command = _add(commands, "tally", _tally, "count topics, speakers, or sentiment toward states")
    command.add_argument("what", choices=("topics", "speakers", "states"))
    command.add_argument("path", metavar="PATH", help="folder of documents, or one file")
    command.add_argument("--by", default="speaker", help=f"what to compare: {BY} (default: speaker)")
    command.add_argument("--format", choices=FORMATS, help="default: by the ending of --out, else csv")
    command.add_argument("--out", metavar="FILE", help="file to write (default: the terminal)")
    command.add_argument("--dictionary", help="topics: name or file of the dictionary (default: topics)")
    command.add_argument("--unit", help="speakers: what is counted (default: words)")
    only = command.add_argument_group("count only")
    for name in ("speaker", "state", "document", "genre", "source"):
        only.add_argument(f"--{name}", default="", metavar="NAME")
    for name in ("session", "year"):
        only.add_argument(f"--{name}", type=_positive, default=0, metavar="N")


def _add_kwic(commands: Any) -> None:
    command = _add(commands, "kwic", _kwic, "show every occurrence of a word, pattern, topic or state in its context")
    command.add_argument(
        "pattern", metavar="PATTERN_OR_KEY", help='a key (energy, CHN, org:sco), or words with * and ? ("customs dut*")'
    )
    command.add_argument("path", metavar="PATH", help="folder of documents, or one file")
    command.add_argument("--window", type=_positive, default=60, metavar="N", help="characters each side (default: 60)")
    command.add_argument("--format", choices=("text", *FORMATS), help="default: by the ending of --out, else text")
    command.add_argument("--out", metavar="FILE", help="file to write (default: the terminal)")


def _add_analyse(commands: Any) -> None:
    command = _add(commands, "analyse", _analyse, "parse and count a corpus of any size, by many processes")
    command.add_argument("path", metavar="CORPUS", help="folder of documents, file, or address that fsspec knows")
    command.add_argument("--out", metavar="FOLDER", required=True, help="gets tallies and tables; a second run goes on")
    command.add_argument("--by", default="speaker", help=f"what to compare: {BY} (default: speaker)")
    command.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, or `local` (default: no cluster)")
    command.add_argument("--jobs", metavar="N", type=_positive, help="processes (default: one a processor)")
    command.add_argument("--block", metavar="MB", type=_positive, help="megabytes of text a process parses at a time")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 upward")
    return int(text)


def _whole(text: str) -> int:
    return 0 if text == "0" else _positive(text)


def _render(arguments: argparse.Namespace) -> None:
    from .run import find_notebooks, render_pages  # noqa: PLC0415 - only this command needs it

    if arguments.list:
        _list(find_notebooks(arguments.notebooks))
        return
    parameters = {}
    for setting in arguments.parameters:
        name, sign, value = setting.partition("=")
        if not sign or not name.isidentifier():
            raise ParameterError(f"-p {setting}: write -p name=value, for example -p by=state")
        parameters[name] = value
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` takes the kernels along as Ctrl-C does
    done = render_pages(
        arguments.notebooks,
        arguments.corpus,
        parameters,
        arguments.out,
        arguments.jobs,
        each=arguments.each,
        most=arguments.most,
        force=arguments.force,
        cell_timeout=arguments.cell_timeout,
    )
    for row in done:
        print(row.page)
    print(done[0].page.with_name("index.html"))
    unchanged = sum(row.status == "unchanged" for row in done)
    if unchanged:
        print(f"{unchanged} of {len(done)} are as they were; --force makes them anew", file=sys.stderr)


def _list(paths: Sequence[Path]) -> None:
    from .rendering.parameters import read_parameters  # noqa: PLC0415
    from .rendering.plan import read_notebook  # noqa: PLC0415

    for path in paths:
        print(path.stem)
        for parameter in read_parameters(read_notebook(path)).values():
            head = f"{parameter.name}: {parameter.type} = {parameter.default!r}"
            print(f"  {head:<36}  {parameter.help}".rstrip())


def _tally(arguments: argparse.Namespace) -> None:
    kind = _format(arguments.format, arguments.out)
    documents = _read(arguments.path)
    from . import parse, select, tallies  # noqa: PLC0415 - heavy, and of no use without documents

    names = ("speaker", "state", "session", "document", "genre", "source", "year")
    only = {name: getattr(arguments, name) for name in names}
    parsed = select(parse(documents), **only)
    by = arguments.by.split(",") if "," in arguments.by else arguments.by
    count, options = {
        "topics": (tallies.topic_frequency, {"dictionary": arguments.dictionary}),
        "speakers": (tallies.speaker_share, {"unit": arguments.unit}),
        "states": (tallies.sentiment_toward_states, {}),
    }[arguments.what]
    table = count(parsed, by=by, **{name: value for name, value in options.items() if value})
    if arguments.out:
        write_table(table, Path(arguments.out), kind)
    else:
        print(_as_text(table, kind), end="")


def _kwic(arguments: argparse.Namespace) -> None:
    as_text = arguments.format == "text" or (arguments.format is None and not arguments.out)
    if as_text and arguments.out:
        raise ParameterError(f"--out {arguments.out}: text is for the terminal; write --format {'|'.join(FORMATS)}")
    kind = "text" if as_text else _format(arguments.format, arguments.out)
    documents = _read(arguments.path)
    from . import concordance, parse  # noqa: PLC0415 - heavy, and of no use without documents

    table = concordance(parse(documents), arguments.pattern, arguments.window)
    if arguments.out:
        write_table(table, Path(arguments.out), kind)
    elif not as_text:
        print(_as_text(table, kind), end="")
    else:
        places = [f"{row.doc_id}:{row.start}" for row in table.itertuples()]
        width = max(map(len, places), default=0)
        for place, row in zip(places, table.itertuples(), strict=True):
            text = " ".join(row.text.split())
            _show(f"{place:<{width}}  {row.left:>{arguments.window}}[{text}]{row.right}".rstrip())
        print(f"{len(table):,} occurrences of {arguments.pattern!r}", file=sys.stderr)


def _format(asked: str | None, out: str | None) -> str:
    ending = Path(out).suffix.lstrip(".").lower() if out else ""
    if asked is None and ending and ending not in FORMATS:
        raise ParameterError(f"--out {out}: the format cannot be told from .{ending}; add --format {'|'.join(FORMATS)}")
    kind = asked or ending or "csv"
    if kind == "parquet" and not out:
        raise ParameterError("parquet is not for the terminal: add --out FILE.parquet")
    return kind


def _read(path: str) -> pd.DataFrame:
    from . import read_corpus  # noqa: PLC0415 - pandas is heavy

    return read_corpus(path)


def _parse(arguments: argparse.Namespace) -> None:
    documents = _read(arguments.path)
    from . import parse  # noqa: PLC0415 - heavy, and of no use without documents

    parsed = parse(documents)
    out = Path(arguments.out)
    tables = {out / f"{field.name}.{arguments.format}": getattr(parsed, field.name) for field in fields(parsed)}
    sweep([out])
    put_together({path: _writer(table, arguments.format) for path, table in tables.items()})
    for path, table in tables.items():
        print(f"{path}: {len(table):,} rows")


def _analyse(arguments: argparse.Namespace) -> None:
    from . import analyse  # noqa: PLC0415 - heavy

    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # `kill` takes the workers along as Ctrl-C does
    by = arguments.by.split(",") if "," in arguments.by else arguments.by
    block = {"block": arguments.block * 1_000_000} if arguments.block else {}
    done = analyse(arguments.path, arguments.out, by=by, scheduler=arguments.scheduler, jobs=arguments.jobs, **block)
    print(done)


def _check(arguments: argparse.Namespace) -> None:
    from . import check_corpus  # noqa: PLC0415 - pandas is heavy

    warnings.simplefilter("ignore")  # what a warning would say of a file is said here
    files = check_corpus(arguments.path)
    print(f"{(files['status'] == 'read').sum()} of {len(files)} files read")
    for row in files[files["reason"] != ""].itertuples():
        _show(f"  {row.status}: {row.path}: {row.reason}")
    documents = _read(arguments.path)
    from . import explain_labels, parse  # noqa: PLC0415 - heavy, and of no use without documents

    parsed = parse(documents)
    labels = explain_labels(parsed.documents)
    for row in parsed.documents.itertuples():
        turns = parsed.turns[parsed.turns["doc_id"] == row.doc_id]
        quotations = parsed.quotations[parsed.quotations["doc_id"] == row.doc_id]
        counts = f"{len(turns)} turns, {len(quotations)} quotations"
        decoded = row.encoding if isinstance(row.encoding, str) else row.format
        _show(f"\n{row.doc_id}: {row.genre}, {row.n_words:,} words, {counts}, {decoded}")
        _explain(labels[labels["doc_id"] == row.doc_id], turns)
        said = quotations[quotations["kind"] != "scare"]
        unknown = turns["speaker"].isna().sum() + said["speaker"].isna().sum()
        if unknown:
            print(f"  turns and quotations whose speaker nobody can tell: {unknown}")


def _explain(labels: pd.DataFrame, turns: pd.DataFrame) -> None:
    """Print the labels of one document: who is meant by each, and what was no label, with the reason."""
    speakers = turns.drop_duplicates("label").set_index("label")[["speaker", "role"]]
    for row in labels[labels["accepted"]].itertuples():
        speaker, role = speakers.loc[row.label] if row.label in speakers.index else (None, None)
        who = speaker if isinstance(speaker, str) else f"nobody by name ({role})"
        _show(f"  label: {_line(row.label)} ×{row.n} = {who} ({row.reason})")
    refused = labels[~labels["accepted"]]
    for row in refused.head(MOST_REFUSED).itertuples():
        _show(f"  no label: {_line(row.label)} ({row.reason})")
    if len(refused) > MOST_REFUSED:
        print(f"  … and {len(refused) - MOST_REFUSED} more that are no labels")


def _show(line: str) -> None:
    """Print a line with words of documents in it: what a terminal would obey, or could not write, is shown as �."""
    print(_CONTROL.sub("�", line))


def _line(label: str) -> str:
    short = " ".join(label.split())
    return short if len(short) <= 60 else f"{short[:59]}…"


def _cite(arguments: argparse.Namespace) -> None:
    from . import cite  # noqa: PLC0415

    print(cite(arguments.figure, style=arguments.style))


def _verify(arguments: argparse.Namespace) -> int:
    from .verify import verify  # noqa: PLC0415

    verdict = verify(arguments.file, corpus=arguments.corpus, quick=arguments.quick)
    print(verdict)
    return 0 if verdict.reproduced else 1


def write_table(table: pd.DataFrame, path: Path, kind: str) -> None:
    """Write ``table`` to ``path`` as csv, json or parquet, under its name only when it is whole."""
    put_together({path: _writer(table, kind)})


def _writer(table: pd.DataFrame, kind: str) -> Callable[[Path], Any]:
    if kind == "parquet":
        return lambda path: table.to_parquet(path, index=False)
    return lambda path: path.write_text(_as_text(table, kind), encoding="utf-8", newline="")


def _as_text(table: pd.DataFrame, kind: str) -> str:
    if kind == "json":
        return table.to_json(orient="records", force_ascii=False, date_format="iso", indent=1) + "\n"
    return as_csv(table)
