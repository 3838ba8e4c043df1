"""Tests of the benchmarks, and of the figures that do not depend on the machine."""

import json
from pathlib import Path
import subprocess
import sys

import pytest

from tests.test_repository import ROOT

COUNTS = {
    "quiet_poll_requests": 1,
    "quiet_poll_writes": 0,
    "quiet_poll_state_changed": 0,
    "quiet_poll_state_reported": 0,
    "change_polls": 1,
    "stays_steps": 0,
}


@pytest.mark.soak
@pytest.mark.timeout(180)
def test_counts(tmp_path: Path) -> None:
    """A quiet poll is one request and no state write; a change shows after one poll."""
    written = tmp_path / "bench.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--codes", "3"),
            *("--locks", "4", "--latency", "20", "--json", str(written)),
        ],
        cwd=ROOT,
        check=True,
    )
    report = json.loads(written.read_text())
    assert report["missed"] == []
    (figures,) = report["locks"].values()
    assert COUNTS.items() <= figures.items()
    assert figures["change_requests"] <= 4
    # The event query and the two lists of the four locks come one after the other.
    assert figures["latency_bare_s"] > 3 * 0.02
    assert figures["latency_locks_requests"] > 0
    assert figures["latency_first_sync_to_bare"] > 0
    assert figures["full_sync_requests"] == 3 + 2 * 4
    assert figures["naive_poll_requests"] == 1 + 2 * 4
