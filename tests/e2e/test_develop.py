"""The promises of scripts/develop."""

import os
from pathlib import Path
import signal
import socket
import subprocess

import pytest

from .development import ROOT, Development, is_running

pytestmark = pytest.mark.e2e


def test_state_is_kept_and_ports_can_move(tmp_path: Path) -> None:
    """A second run goes on where the first ended, on other ports, too."""
    with Development(tmp_path) as first:
        device_id = next(iter(first.locks()))
        first.seam("/access_codes/create", device_id=device_id, name="Kept")
        children = first.children()
        assert len(children) >= 2
        assert first.stop(signal.SIGINT) == 0
        assert not any(map(is_running, children))
    assert "Kept" not in first.text

    with Development(tmp_path) as second:
        assert second.hass_port != first.hass_port
        names = [code["name"] for code in second.codes(device_id, managed=True)]
        assert "Kept" in names
        children = second.children()
        assert second.stop(signal.SIGHUP) == 0
        assert not any(map(is_running, children))


def test_death_of_a_child_ends_all(tmp_path: Path) -> None:
    """When the simulator dies, Home Assistant is stopped and the reason told."""
    with Development(tmp_path) as running:
        children = running.children()
        os.kill(running.simulator(), signal.SIGKILL)
        assert running.wait() == 1
        assert "simulator ended with code -9" in running.text
        assert not any(map(is_running, children))


def test_home_assistant_outlives_a_simulator_that_is_told_to_stop(
    tmp_path: Path,
) -> None:
    """So one can see an outage; what is printed starts the simulator again."""
    with Development(tmp_path) as running:
        os.kill(running.simulator(), signal.SIGTERM)
        command = running.wait_for("Start it again with: ").split()
        again = subprocess.Popen(command, cwd=ROOT)
        try:
            running.wait_for_seam()
            assert running.locks()
        finally:
            again.terminate()
            again.wait()
        assert running.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("taken", ["HASS_PORT", "SIMULATOR_PORT"])
def test_taken_port(tmp_path: Path, taken: str) -> None:
    """A port that somebody uses is named, and nothing is started."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        running = (
            Development(tmp_path, hass_port=port)
            if taken == "HASS_PORT"
            else Development(tmp_path, simulator_port=port)
        )
        assert running.wait() == 1
    assert f"Port {port} is taken: set {taken}" in running.text
    assert not (tmp_path / "home-assistant").exists()
