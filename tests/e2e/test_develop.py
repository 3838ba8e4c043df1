"""Tests of scripts/develop."""

import os
from pathlib import Path
import signal
import socket

import pytest

from .development import Development, is_running

pytestmark = pytest.mark.e2e


def test_second_run_keeps_state_on_other_ports(tmp_path: Path) -> None:
    """A second run continues with the state of the first, even on other ports."""
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


def test_crash_of_simulator_stops_home_assistant(tmp_path: Path) -> None:
    """If the simulator crashes, Home Assistant is stopped and the reason printed."""
    with Development(tmp_path) as running:
        children = running.children()
        os.kill(running.simulator(), signal.SIGKILL)
        assert running.wait() == 1
        assert "simulator ended with code -9" in running.text
        assert not any(map(is_running, children))


def test_home_assistant_runs_while_simulator_is_stopped(
    tmp_path: Path,
) -> None:
    """The printed command starts a stopped simulator again."""
    with Development(tmp_path) as running:
        running.stop_simulator()
        running.start_simulator()
        assert running.locks()
        assert running.stop(signal.SIGINT) == 0


@pytest.mark.parametrize("taken", ["HASS_PORT", "SIMULATOR_PORT"])
def test_port_in_use(tmp_path: Path, taken: str) -> None:
    """If a port is in use, the error names it and nothing is started."""
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
