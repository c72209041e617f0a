"""Tests of analysis by the workers of a Dask cluster: real processes, some of which are killed."""

import pytest
from test_scale import (
    assert_same_tables,
    assert_same_tallies,
    deadly_parse_share,
    parse_share_really,
    without_source,
)

import sco_analysis as sco
from sco_analysis.scale import analysing, pools

pytest.importorskip("distributed", reason="the extra [distributed] is not installed")


def failing_parse_share(job, share):
    """Parse a share on a worker where one document cannot be parsed."""
    from sco_analysis.scale import parts  # noqa: PLC0415 - what is changed here is changed on the worker

    really = parts.parse

    def failing(documents, scorer):
        if documents["doc_id"].eq("d03").any():
            raise ValueError("what is this?")
        return really(documents, scorer)

    parts.parse = failing
    try:
        return parse_share_really(job, share)
    finally:
        parts.parse = really


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(small_folder, tmp_path, monkeypatch):
    """A worker that is killed midway costs its partition a second try; tallies and tables are those of one process."""
    monkeypatch.setattr(analysing, "parse_share", deadly_parse_share)
    out = tmp_path / "out"
    out.mkdir()
    (out / "killed").touch()
    found = sco.analyse(small_folder, out, scheduler="local", jobs=2, block=4_000)
    assert not (out / "killed").exists()
    assert found.failures.empty
    parsed = sco.parse(sco.read_corpus(small_folder))
    assert_same_tallies(found, parsed)
    assert_same_tables(found, parsed)
    again = sco.analyse(small_folder, out, scheduler="local", jobs=2, block=4_000)
    assert again.partitions["status"].tolist() == ["taken over"] * 3


@pytest.mark.slow
def test_a_document_that_fails_on_every_worker_is_reported(small_folder, tmp_path, monkeypatch):
    """A document that no worker can parse is named in `failures`, and the others are counted."""
    monkeypatch.setattr(analysing, "parse_share", failing_parse_share)
    with pytest.warns(sco.CorpusWarning, match="^1 documents failed"):
        found = sco.analyse(small_folder, tmp_path, scheduler="local", jobs=2, block=7_000)
    assert found.failures.to_dict("records") == [
        {"doc_id": "d03", "path": "d03.txt", "error": "ValueError: what is this?"}
    ]
    assert_same_tallies(found, without_source(small_folder, "d03"))


@pytest.mark.slow
def test_a_document_that_kills_every_worker_is_reported(small_folder, tmp_path, monkeypatch):
    """A document that no worker survives is found by halving its partition, and left out."""
    monkeypatch.setattr(analysing, "parse_share", deadly_parse_share)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name in ("d00", "d01"):
        (corpus / f"{name}.txt").write_bytes((small_folder / f"{name}.txt").read_bytes())
    (corpus / "d02.txt").write_text("KILLS EVERY WORKER. Nothing else.")
    with pytest.warns(sco.CorpusWarning, match="^1 documents failed"):
        found = sco.analyse(corpus, tmp_path / "out", scheduler="local", jobs=2)
    assert found.failures["doc_id"].tolist() == ["d02"]
    assert_same_tallies(found, without_source(corpus, "d02"))


def test_a_scheduler_that_is_not_there_is_named(small_folder, tmp_path, monkeypatch):
    """An address that nobody answers at is refused with what to do."""

    def refused(*_, **__):
        raise OSError("timed out")

    monkeypatch.setattr("distributed.Client", refused)
    with pytest.raises(sco.ParameterError, match=r"^scheduler='tcp://nobody:1' does not answer \(timed out\); start"):
        sco.analyse(small_folder, tmp_path, scheduler="tcp://nobody:1")


def test_lost_calls_are_made_again_as_often_as_the_pool_tries():
    """A call whose process was killed is made again; where it is lost each time, it comes back as lost."""

    class Fragile(pools.ThisProcess):
        width = tries = 2

        def wait(self):
            name, value = super().wait()
            return name, pools.Lost("gone") if value < 0 else value

    left = iter([-1, 5])
    calls = [("a", ("once",)), ("b", ("always",))]
    found = dict(pools.run(Fragile(), lambda what: next(left) if what == "once" else -1, calls))
    assert found == {"a": 5, "b": pools.Lost("gone")}


def test_results_do_not_depend_on_what_comes_first(small_folder, tmp_path, monkeypatch):
    """Partitions may be finished in any order."""

    class Backwards(pools.ThisProcess):
        width = 99

        def wait(self):
            name, function, arguments = self._calls.pop()
            return name, function(*arguments)

    monkeypatch.setattr(pools, "ThisProcess", Backwards)
    found = sco.analyse(small_folder, tmp_path, jobs=1, block=4_000)
    assert found.partitions["partition"].tolist() == ["000000", "000001", "000002"]
    parsed = sco.parse(sco.read_corpus(small_folder))
    assert_same_tallies(found, parsed)
