"""Tests of the collector put off: it is as it was afterwards, and had nothing to find."""

import gc

import pytest

import sco_analysis as sco
from sco_analysis.collecting import uncollected


@pytest.fixture
def collector():
    """Leave the collector on after the test."""
    yield
    gc.enable()


@uncollected
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
