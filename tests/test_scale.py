"""Tests of analysis by partitions: whatever the partitions and whoever parses them, the tallies are the same."""

import json
import os
import signal
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import COMMON, small_corpus
from hypothesis import given, settings
from hypothesis import strategies as st

import sco_analysis as sco
from sco_analysis import tables
from sco_analysis.cli import main
from sco_analysis.parse import parse_with_tokens
from sco_analysis.repeats import mark_repeats
from sco_analysis.scale import analysing, parts, pools, sketches, worker
from sco_analysis.scale.copies import find_copies, resolve
from sco_analysis.scale.pairs import find_pairs
from sco_analysis.scale.parts import Job
from sco_analysis.scale.parts import parse_share as parse_share_really
from sco_analysis.scale.sketches import write_sketch

TALLIES = ("topic_frequency", "speaker_share", "sentiment_toward_states")
SPANS = ("turns", "quotations", "sentences", "mentions", "polarity")


@pytest.fixture(scope="module")
def whole(small_folder):
    """The small corpus, parsed at once."""
    return sco.parse(sco.read_corpus(small_folder))


def assert_same_tallies(found, parsed, by="speaker"):
    """The tallies of an analysis are those of the corpus parsed at once, to the last digit."""
    for name in TALLIES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(sco, name)(parsed, by=by), check_exact=True)


def assert_same_tables(found, parsed):
    """The tables of an analysis, put into order, are those of the corpus parsed at once."""
    for name in SPANS:
        table = tables.build(name, found.read(name)).drop(columns="evidence", errors="ignore")
        expected = getattr(parsed, name).drop(columns="evidence", errors="ignore")
        pd.testing.assert_frame_equal(table[list(expected)], expected, check_dtype=False, check_exact=True)


def without_source(path, doc_id):
    """Parse what is in a folder but for one document."""
    documents = sco.read_corpus(path)
    return sco.parse(documents[documents["doc_id"] != doc_id].reset_index(drop=True))


def deadly_parse_share(job, share):
    """Parse a share, unless it holds a document that kills: once, where a file tells so, or every time."""
    documents, _ = share.read()
    once = Path(job.place, "killed")
    kills = documents["text"].str.contains("KILLS EVERY WORKER").any()
    if kills or (documents["doc_id"].eq("d05").any() and once.is_file()):
        once.unlink(missing_ok=True)
        os.kill(os.getpid(), signal.SIGKILL)
    return parse_share_really(job, share)


def test_a_document_is_parsed_the_same_alone(small_folder, whole):
    """Nothing but `repeat_of` depends on the other documents of a corpus."""
    documents = sco.read_corpus(small_folder)
    alone = [sco.parse(documents.iloc[[at]].reset_index(drop=True)) for at in range(len(documents))]
    for name in SPANS:
        expected = getattr(whole, name).drop(columns="repeat_of", errors="ignore")
        found = pd.concat([getattr(parsed, name) for parsed in alone], ignore_index=True)[list(expected)]
        pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


@pytest.mark.parametrize("block", [pytest.param(1, marks=pytest.mark.slow), 4_000])
def test_partitions_change_nothing(small_folder, whole, tmp_path, block):
    """However a folder is divided, tallies and tables are those of the corpus parsed at once."""
    found = sco.analyse(small_folder, tmp_path / "out", jobs=1, block=block)
    assert len(found.partitions) == {1: 8, 4_000: 3}[block]
    assert whole.sentences["repeat_of"].str.startswith("d01:").any()
    assert_same_tallies(found, whole)
    assert_same_tables(found, whole)
    assert found.failures.empty


def test_results_are_files(small_folder, whole, tmp_path):
    """The tallies lie in the folder as csv and parquet, and the manifest tells their hashes and what there was."""
    found = sco.analyse(small_folder, tmp_path / "out", jobs=1, by=["genre", "speaker"], block=7_000)
    for name in TALLIES:
        written = pd.read_parquet(tmp_path / "out" / f"{name}.parquet")
        pd.testing.assert_frame_equal(written, getattr(sco, name)(whole, by=["genre", "speaker"]), check_exact=True)
        assert len(pd.read_csv(tmp_path / "out" / f"{name}.csv")) == len(written)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert (manifest["documents"], manifest["failures"], manifest["partitions"]) == (8, 0, 2)
    assert manifest["rows"]["sentences"] == len(whole.sentences)
    assert manifest["tallies"]["speaker_share"] == {"by": ["genre", "speaker"]}
    assert repr(found).startswith("Analysis(8 documents, ")
    documents = found.read("documents")
    assert "text" not in documents
    assert documents["doc_id"].tolist() == whole.documents["doc_id"].tolist()


def test_options_reach_their_tally(small_folder, whole, tmp_path):
    """Options of one tally are those of the function of its name."""
    options = {"speaker_share": {"unit": "turns"}, "topic_frequency": {"by": "year", "sub": True, "context": True}}
    found = sco.analyse(small_folder, tmp_path / "out", jobs=1, options=options, block=4_000)
    pd.testing.assert_frame_equal(found.speaker_share, sco.speaker_share(whole, unit="turns"), check_exact=True)
    expected = sco.topic_frequency(whole, by="year", sub=True, context=True)
    pd.testing.assert_frame_equal(found.topic_frequency, expected, check_exact=True)


def test_a_second_run_goes_on(seeds, tmp_path):
    """What was parsed is taken over; a changed document is parsed again with its partition; what is gone is removed."""
    place, out = tmp_path / "corpus", tmp_path / "out"
    place.mkdir()
    for document in small_corpus(seeds)[:4]:
        (place / f"{document['doc_id']}.txt").write_text(document["text"], encoding="utf-8", newline="")
    first = sco.analyse(place, out, jobs=1, block=1)
    assert first.partitions["status"].tolist() == ["parsed"] * 4
    again = sco.analyse(place, out, jobs=1, block=1, by="state")
    assert again.partitions["status"].tolist() == ["taken over"] * 4
    assert_same_tallies(again, sco.parse(sco.read_corpus(place)), by="state")
    (place / "d01.txt").write_text(f"{COMMON} Nothing else was said.")
    (place / "d03.txt").unlink()
    changed = sco.analyse(place, out, jobs=1, block=1)
    assert changed.partitions["status"].tolist() == ["taken over", "parsed", "taken over"]
    parsed = sco.parse(sco.read_corpus(place))
    assert_same_tallies(changed, parsed)
    assert_same_tables(changed, parsed)


def test_a_run_that_was_stopped_goes_on(small_folder, whole, tmp_path, monkeypatch):
    """Partitions that were finished when a run is stopped are not parsed again."""
    done = []

    def stopped(job, share):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(share.name)
        return parse_share_really(job, share)

    monkeypatch.setattr(analysing, "parse_share", stopped)
    with pytest.raises(KeyboardInterrupt):
        sco.analyse(small_folder, tmp_path / "out", jobs=1, block=1)
    monkeypatch.undo()
    found = sco.analyse(small_folder, tmp_path / "out", jobs=1, block=1)
    assert found.partitions["status"].tolist() == ["taken over"] * 3 + ["parsed"] * 5
    assert_same_tallies(found, whole)


def test_a_document_that_fails_is_reported(small_folder, tmp_path, monkeypatch):
    """A document that raises an error is named in `failures`; the others are counted as if it were not there."""

    def failing(documents, scorer):
        if documents["doc_id"].eq("d03").any():
            raise ValueError("what is this?")
        return parse_with_tokens(documents, scorer)

    monkeypatch.setattr(parts, "parse", failing)
    with pytest.warns(sco.CorpusWarning, match=r"^1 documents failed; see .*failures\.csv$"):
        found = sco.analyse(small_folder, tmp_path / "out", jobs=1, block=4_000)
    assert found.failures.to_dict("records") == [
        {"doc_id": "d03", "path": "d03.txt", "error": "ValueError: what is this?"}
    ]
    assert_same_tallies(found, without_source(small_folder, "d03"))


@pytest.mark.slow
def test_killed_processes_are_replaced(small_folder, whole, tmp_path, monkeypatch):
    """A process killed once costs nothing; a document that kills every process is found, left out and reported."""
    monkeypatch.setattr(analysing, "parse_share", deadly_parse_share)
    out = tmp_path / "out"
    out.mkdir()
    (out / "killed").touch()
    found = sco.analyse(small_folder, out, jobs=2, block=4_000)
    assert not (out / "killed").exists()
    assert found.failures.empty
    assert_same_tallies(found, whole)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for file in small_folder.glob("*.txt"):
        (corpus / file.name).write_bytes(file.read_bytes())
    (corpus / "d06.txt").write_text("KILLS EVERY WORKER. Nothing else.")
    with pytest.warns(sco.CorpusWarning, match="^1 documents failed"):
        found = sco.analyse(corpus, out, jobs=2, block=4_000)
    assert found.failures["doc_id"].tolist() == ["d06"]
    assert found.failures["error"].tolist() == ["its process ended with -9"]
    assert_same_tallies(found, without_source(corpus, "d06"))


def test_one_large_file_is_divided(seeds, tmp_path):
    """A file of many documents that is larger than two blocks is handed out block by block."""
    made = small_corpus(seeds)[:5]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(document) + "\n" for document in made))
    found = sco.analyse(tmp_path / "all.jsonl", tmp_path / "out", jobs=1, block=2_000)
    assert len(found.partitions) > 2
    assert_same_tallies(found, sco.parse(sco.read_corpus(tmp_path / "all.jsonl")))


def test_an_address_is_read(seeds, tmp_path):
    """A folder may lie wherever fsspec can read: here in its memory."""
    fsspec = pytest.importorskip("fsspec", reason="the extra [distributed] is not installed")
    system = fsspec.filesystem("memory")
    for document in small_corpus(seeds)[:3]:
        system.pipe(f"/sco-test/{document['doc_id']}.txt", document["text"].encode())
    found = sco.analyse("memory://sco-test", tmp_path / "out", jobs=1, block=4_000)
    assert found.partitions["documents"].sum() == 3
    assert_same_tallies(found, sco.parse(sco.read_corpus("memory://sco-test")))


def test_what_is_asked_wrongly_is_refused_at_once(small_folder, tmp_path):
    """Unknown options, scorers and schedulers, and an empty corpus, are refused with what to write instead."""
    with pytest.raises(sco.ParameterError, match=r"^options='speakers' is unknown; did you mean 'speaker_share'\?"):
        sco.analyse(small_folder, tmp_path, options={"speakers": {}})
    with pytest.raises(sco.ParameterError, match=r"^options\['speaker_share'\]='units' is unknown; "):
        sco.analyse(small_folder, tmp_path, options={"speaker_share": {"units": "turns"}})
    with pytest.raises(sco.ParameterError, match=r"^there is no scorer 'rule'; "):
        sco.analyse(small_folder, tmp_path, scorer="rule")
    with pytest.raises(sco.ParameterError, match=r"^unit='word' is unknown"):
        sco.analyse(small_folder, tmp_path, options={"speaker_share": {"unit": "word"}})
    (tmp_path / "none").mkdir()
    with pytest.raises(sco.CorpusError, match=r"^no document of .*none could be parsed"):
        sco.analyse(tmp_path / "none", tmp_path / "out", jobs=1)


def test_two_runs_do_not_share_a_folder(small_folder, tmp_path):
    """While one process works in a folder, another one is refused."""
    with parts_alone(tmp_path), pytest.raises(sco.ParameterError, match=r"^another process works in .*give another"):
        sco.analyse(small_folder, tmp_path, jobs=1)


def parts_alone(place):
    """Lock a folder as an analysis does."""
    return analysing.alone(place / parts.WORK, place)


def test_memory_is_given_back_where_that_can_be_done(monkeypatch):
    """What a call returns or raises comes through, also where the C library knows no way to give memory back."""
    monkeypatch.setattr(worker.ctypes, "CDLL", lambda _: object())
    worker._trim.cache_clear()
    assert worker.called(divmod, 7, 2) == (3, 1)
    worker._trim.cache_clear()
    monkeypatch.undo()
    with pytest.raises(ValueError, match="invalid literal"):
        worker.called(int, "x")


def test_processes_answer_raise_and_die():
    """A call's value comes back, its error is raised, and a killed process is told from both."""
    pool = pools.Processes(1)
    try:
        pool.submit("a", divmod, 7, 2)
        assert pool.wait() == ("a", (3, 1))
        pool.submit("b", os.abort)
        assert pool.wait() == ("b", pools.Lost(f"its process ended with {-signal.SIGABRT}"))
        pool.submit("c", int, "x")
        with pytest.raises(ValueError, match="invalid literal"):
            pool.wait()
    finally:
        pool.close()


WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi China 7 not".split()
SENTENCES = [" ".join(WORDS[(at + step) % 14] for step in range(13)) for at in range(0, 14, 5)]


@st.composite
def corpora(draw):
    """Draw documents of sentences that are often alike, in parts."""
    documents = []
    for number in range(draw(st.integers(2, 12))):
        rows = []
        for start in range(draw(st.integers(1, 5))):
            words = draw(st.sampled_from(SENTENCES)).split()
            for _ in range(draw(st.integers(0, 2))):
                words[draw(st.sampled_from([*range(13), *[6] * 12]))] = draw(st.sampled_from(WORDS))
            text = " ".join(words[: draw(st.sampled_from([13, 13, 13, 6]))])
            voice = draw(st.sampled_from(["narration", "narration", "turn", "heading", "label"]))
            rows.append({"doc_id": f"d{number}", "start": start * 100, "text": text, "voice": voice})
        documents.append(rows)
    cuts = draw(st.lists(st.integers(1, len(documents) - 1), max_size=3, unique=True))
    return documents, [0, *sorted(cuts), len(documents)], draw(st.sampled_from([1, 3]))


def marks_of_parts(documents, edges, buckets):
    """Mark the sentences of documents that are divided at ``edges``, part by part."""
    found = []
    with tempfile.TemporaryDirectory() as place:
        job, keys = Job(place, "rules", ""), []
        for first, last in pairwise(edges):
            own = pd.DataFrame([row for rows in documents[first:last] for row in rows])
            ids = pd.Series([rows[0]["doc_id"] for rows in documents[first:last]], dtype="str")
            keys.append(f"part{first}")
            write_sketch(own, ids, job.part(keys[-1]))
        for bucket in range(buckets):
            find_pairs(job, "run", keys, bucket, buckets)
        for part in range(len(keys)):
            find_copies(job, "run", keys, part, buckets)
        for part, (first, last) in enumerate(pairwise(edges)):
            marks = resolve(job, "run", keys, part)
            found += marks.reindex(np.arange(sum(map(len, documents[first:last])))).fillna("").tolist()
    return found


@settings(max_examples=50)
@given(corpora())
def test_repeats_are_those_of_the_whole(corpus):
    """Sentences in any number of parts are marked as repeats exactly as they are all together."""
    documents, edges, buckets = corpus
    expected = mark_repeats(pd.DataFrame([row for rows in documents for row in rows])).fillna("").tolist()
    assert marks_of_parts(documents, edges, buckets) == expected


def test_sites_are_divided_by_part():
    """Sites stand in the order of the corpus, and come apart into the parts and the numbers they were made of."""
    sites = sketches.sites_of(np.array([0, 0, 7, 70_000]), np.array([3, 5, 0, 2**32 - 1]))
    found = [
        (part, sites[where].tolist() == sites[sites >> 32 == part].tolist(), numbers.tolist())
        for part, where, numbers in sketches.by_part(sites)
    ]
    assert found == [(0, True, [3, 5]), (7, True, [0]), (70_000, True, [2**32 - 1])]
    assert list(sketches.by_part(sites[:0])) == []


def test_rows_are_read_as_they_were_written(tmp_path):
    """Rows come back in the order asked for, none where none were written, and no draft is left."""
    rows = np.array([(3, 1), (1, 2), (3, 0)], dtype=[("a", "u4"), ("b", "u4")])
    sketches.hand_on(rows, tmp_path / "new" / "rows", sort="a")
    sketches.save(rows[:0], tmp_path / "new" / "none")
    assert sketches.rows_in(tmp_path / "new" / "rows", rows.dtype).tolist() == [(1, 2), (3, 1), (3, 0)]
    assert sketches.rows_in(tmp_path / "new" / "none", rows.dtype).tolist() == []
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["none", "rows"]


def test_a_run_goes_on_in_another_part_as_far_as_it_goes():
    """Short sentences beside a copy are copies in whatever part their originals stand, however many there are."""
    short = [f"{word} was said." for word in WORDS] * 3
    first = [*short[:20], COMMON, *short[20:]]
    second = [*short[:20], COMMON.replace("signed", "made"), *short[20:40], "Nothing more was said of it.", *short[41:]]
    documents = [
        [{"doc_id": name, "start": at, "text": text, "voice": "turn"} for at, text in enumerate(texts)]
        for name, texts in (("d0", first), ("d1", second))
    ]
    expected = [""] * len(first) + [f"d0:{at}" for at in range(41)] + [""] * (len(second) - 41)
    assert marks_of_parts(documents, [0, 1, 2], 1) == expected
    assert marks_of_parts(documents, [0, 2], 1) == expected


def test_a_part_does_not_compare_what_the_corpus_does_not():
    """Of many statements that begin alike only the first of the corpus are compared with, not the first of a part."""
    opening = "I would like to thank everybody"
    endings = [
        "in China for coming here today 1",
        "over there who sent us letters 2",
        "because nobody ever did it before 3",
        "and not least those behind you 4",
        "at home where summers are long 5",
        "whose help made all this so easy",
        "whose help made all this very easy",
    ]
    documents = [
        [{"doc_id": f"d{at}", "start": 0, "text": f"{opening} {ending}", "voice": "narration"}]
        for at, ending in enumerate(endings)
    ]
    alone = mark_repeats(pd.DataFrame([row for rows in documents[5:] for row in rows]))
    assert alone.fillna("").tolist() == ["", "d5:0"]
    assert marks_of_parts(documents, [0, 5, 7], 1) == [""] * 7


def test_the_command_line_says_what_there_was(tmp_path, capsys):
    """`sco-analysis analyse` writes the folder, prints what there was, and warns of what was left out."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.txt").write_text("Xi Jinping met Vladimir Putin in Astana. “China will help Russia,” Xi said.")
    (corpus / "b.txt").write_text("Nothing much was done.")
    (corpus / "c.txt").write_bytes(b"")
    asked = ["analyse", str(corpus), "--out", str(tmp_path / "out"), "--jobs", "1", "--by", "state,genre"]
    assert main(asked) == 0
    shown = capsys.readouterr()
    assert shown.out == f"Analysis(2 documents, 17 words, 1 partitions, 0 failures, in {tmp_path / 'out'})\n"
    assert shown.err == "sco-analysis: warning: c.txt was left out: it is empty\n"
    expected = sco.speaker_share(sco.parse(sco.read_corpus(corpus)), by=["state", "genre"])
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "out" / "speaker_share.parquet"), expected)
