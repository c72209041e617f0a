"""Tests of the process apart: what crashes, hangs or fills the memory costs one file and little time."""

import os
import signal
import sys
import threading
import zlib

import pytest
from test_intake_formats import _pdf

from sco_analysis.intake import apart, pdfs
from sco_analysis.intake.limits import MEGABYTE, Limits

LINES = ["The ministers met in Astana.", "Trade will grow."]
SOUND = "The ministers met in Astana.\nTrade will grow."


def _packed(content: bytes) -> bytes:
    """Write a PDF whose page shows ``content``, packed."""
    stream = zlib.compress(content, 9)
    plain = _pdf(["x"])
    head, _, rest = plain.partition(b"5 0 obj\n")
    return (
        head
        + b"5 0 obj\n<< /Filter /FlateDecode /Length %d >> stream\n" % len(stream)
        + stream
        + rest[rest.index(b"\nendstream") :]
    )


def test_a_pdf_is_read_as_without_a_process_apart():
    """Text, metadata and reasons are those of `read_pdf`."""
    for data in (_pdf(LINES), _pdf([], []), b"%PDF-1.4 broken"):
        assert apart.read_apart(data, Limits()) == pdfs.read_pdf(data, Limits())
    assert (
        apart.read_apart(_packed(b"BT /F1 11 Tf 50 750 Td (Trade will grow.) Tj ET"), Limits())[0] == "Trade will grow."
    )


def test_what_takes_too_long_is_ended():
    """A page of a million words is given up after a twentieth of a second; the next file is read."""
    slow = _packed(b"BT /F1 11 Tf 50 750 Td " + b"(ab cd) Tj 0 -14 Td " * 500_000 + b" ET")
    limits = Limits(seconds=0.05)
    assert apart.read_apart(slow, limits) == "it took more than 0.05 s; save it anew, or raise Limits(seconds=…)"
    assert apart.read_apart(_pdf(LINES), Limits()) == (SOUND, {})


def test_an_answer_in_the_last_moment_costs_no_other_file(monkeypatch):
    """Where the time is up when the answer is there, the answer counts, and the ended process is asked no more."""

    class Late(threading.Timer):
        def cancel(self):
            self.function()

        def start(self):
            super().cancel()
            super().start()

    with monkeypatch.context() as patch:
        patch.setattr(apart.threading, "Timer", Late)
        assert apart.read_apart(_pdf(LINES), Limits()) == (SOUND, {})
    assert (os.getpid(), Limits().memory) not in apart._running
    assert apart.read_apart(_pdf(LINES), Limits()) == (SOUND, {})


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux limits the memory of a process")
def test_what_takes_too_much_memory_is_ended():
    """200 kB that unpack to 200 MB fail where 100 MB are allowed; the next file is read."""
    bomb = _packed(b" " * 200_000_000)
    assert len(bomb) < 300_000
    limits = Limits(memory=100 * MEGABYTE)
    assert apart.read_apart(bomb, limits) == (
        "reading it failed, or took more than 100 MB of memory; save it anew, or raise Limits(memory=…)"
    )
    assert apart.read_apart(_pdf(LINES), limits) == (SOUND, {})


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system knows no signal that kills")
def test_a_process_that_was_killed_is_started_again():
    """Killed between two files, it is there for the next one."""
    assert apart.read_apart(_pdf(LINES), Limits()) == (SOUND, {})
    process = apart._running[os.getpid(), Limits().memory]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert apart.read_apart(_pdf(LINES), Limits()) == (SOUND, {})
