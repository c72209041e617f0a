"""Tests of undisturbed work: collector and memory are as they were afterwards, and nothing was there to be found."""

import gc
import os

import pyarrow as pa
import pytest

import sco_analysis as sco
from sco_analysis.undisturbed import undisturbed


@pytest.fixture
def collector():
    """Leave the collector on after the test."""
    yield
    gc.enable()


@undisturbed
def _depth(n):
    assert not gc.isenabled()
    if n == 0:
        raise LookupError("no further")
    return _depth(n - 1)


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_afterwards_as_it_was(collector, on):
    """On or off before, through calls within calls and an error: so it is afterwards."""
    (gc.enable if on else gc.disable)()
    with pytest.raises(LookupError):
        _depth(3)
    assert gc.isenabled() == on


def test_memory_comes_from_the_pool_that_was_there_before(monkeypatch):
    """While work goes on Arrow takes memory from the C library; what was made is whole when the other pool is back."""
    monkeypatch.setattr("sco_analysis.undisturbed._MEASURED", True)
    before = pa.default_memory_pool().backend_name
    seen = []

    @undisturbed
    def make():
        seen.append(pa.default_memory_pool().backend_name)
        return pa.array(["Astana", "Tashkent"] * 1000)

    made = make()
    assert seen == ["system"]
    assert pa.default_memory_pool().backend_name == before
    assert made.to_pylist() == ["Astana", "Tashkent"] * 1000


def test_parsing_makes_no_cycles(seeds, collector):
    """Parsed five times with the collector off, the seeds leave no more cycles than parsed once."""
    sco.parse(seeds)
    gc.collect()
    gc.disable()
    sco.parse(seeds)
    once = gc.collect()
    for _ in range(5):
        sco.parse(seeds)
    assert gc.collect() <= 5 * once
    assert once < 100


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system knows no fork")
def test_a_forked_process_starts_afresh(collector):
    """Forked while work goes on, a process has its collector on, and can do such work itself."""

    @undisturbed
    def fork():
        child = os.fork()
        if not child:
            on = gc.isenabled()
            os._exit(0 if on and undisturbed(gc.isenabled)() is False and gc.isenabled() else 1)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    gc.enable()
    assert fork() == 0
    assert gc.isenabled()
