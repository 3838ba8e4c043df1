"""The benchmark runs, and what it counts is as promised, whatever the machine."""

import json
from pathlib import Path
import subprocess
import sys

from tests.test_project import ROOT

COUNTS = {
    "quiet_poll_requests": 1,
    "quiet_poll_writes": 0,
    "quiet_poll_state_changed": 0,
    "quiet_poll_state_reported": 0,
    "change_polls": 1,
}


def test_counts(tmp_path: Path) -> None:
    """A quiet poll is one request and no state, and a change shows at the next poll."""
    written = tmp_path / "bench.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks", "--quick", "--codes", "3"),
            *("--locks", "4", "--json", str(written)),
        ],
        cwd=ROOT,
        check=True,
    )
    report = json.loads(written.read_text())
    assert report["missed"] == []
    (figures,) = report["locks"].values()
    assert COUNTS.items() <= figures.items()
    assert figures["change_requests"] <= 4
    assert figures["full_sync_requests"] == 2 + 2 * 4
    assert figures["naive_poll_requests"] == 1 + 2 * 4
