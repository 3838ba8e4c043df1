"""A running scripts/develop and its output."""

from collections.abc import Iterator
import contextlib
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import threading
import time
from typing import Any, Final, Self
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).resolve().parents[2]
READY: Final = "Ctrl-C stops both"
START_SECONDS: Final = 180
WAIT_SECONDS: Final = 30
API_KEY: Final = "seam_test_simulator"


def free_port() -> int:
    """Return an unused port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Development:
    """The scripts/develop process and the two processes that it starts."""

    def __init__(
        self,
        folder: Path,
        *,
        hass_port: int | None = None,
        simulator_port: int | None = None,
    ) -> None:
        """Start the script, by default on unused ports."""
        self.folder = folder
        self.hass_port = hass_port or free_port()
        self.simulator_port = simulator_port or free_port()
        self.url = f"http://127.0.0.1:{self.hass_port}"
        # A conversion watches a lock until this file exists.
        self.watched = folder / "watched"
        self.output: list[str] = []
        self._ready = threading.Event()
        self._command = ""
        self._restarted: subprocess.Popen[bytes] | None = None
        self.process = subprocess.Popen(
            [ROOT / "scripts" / "develop"],
            env={
                **os.environ,
                "SEAM_DEV_DIR": str(folder),
                "HASS_PORT": str(self.hass_port),
                "SIMULATOR_PORT": str(self.simulator_port),
                # The start must not download anything.
                "UV_OFFLINE": "1",
                "UV_CACHE_DIR": str(folder / "uv"),
                "PYTHONPATH": str(ROOT / "tests" / "e2e" / "site"),
                "SEAM_WATCHED": str(self.watched),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read_output, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """Wait until both processes are ready."""
        if not self._ready.wait(START_SECONDS) or READY not in self.text:
            self.stop()
            raise AssertionError(f"scripts/develop did not start:\n{self.text}")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the script, if it still runs."""
        self.stop()

    @property
    def text(self) -> str:
        """Return the output so far."""
        return "".join(self.output)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal if the script still runs, and return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        if self._restarted is not None:
            self._restarted.terminate()
            self._restarted.wait()
        return self.wait()

    def wait(self) -> int:
        """Wait for the end, and return the exit code."""
        code = self.process.wait(timeout=60)
        self._reader.join(timeout=60)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code

    def children(self) -> list[int]:
        """Return the process IDs of all descendants."""
        return list(_descendants(self.process.pid))

    def simulator(self) -> int:
        """Return the process ID of the simulator."""
        return next(
            child
            for child in self.children()
            if b"simulator" in Path(f"/proc/{child}/cmdline").read_bytes()
        )

    def stop_simulator(self) -> None:
        """Stop the simulator only."""
        os.kill(self.simulator(), signal.SIGTERM)
        self._command = self.wait_for("Start it again with: ")

    def start_simulator(self) -> None:
        """Start the stopped simulator with the printed command."""
        self._restarted = subprocess.Popen(self._command.split(), cwd=ROOT)
        self.wait_for_seam()

    def wait_for(self, text: str) -> str:
        """Wait for a text in the output, and return the rest of its line."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            for line in self.output:
                if text in line:
                    return line.partition(text)[2].strip()
            time.sleep(0.1)
        raise AssertionError(f"{text!r} is not in the output:\n{self.text}")

    def wait_for_seam(self) -> None:
        """Wait until the simulator responds."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(URLError):
                self.seam("/workspaces/get")
                return
            time.sleep(0.1)
        raise AssertionError("the simulator does not respond")

    def control(self, name: str, /, **parameters: Any) -> Any:
        """Send a control command to the simulator."""
        return self.seam(f"/_simulator/{name}", **parameters)

    def seam(self, path: str, **parameters: Any) -> Any:
        """Send a request to the simulator, as clients of Seam do."""
        request = Request(
            f"http://127.0.0.1:{self.simulator_port}{path}",
            json.dumps(parameters).encode(),
            {
                "Authorization": f"Bearer {API_KEY}",
                "Content-Type": "application/json",
            },
        )
        with urlopen(request, timeout=30) as response:
            return json.load(response)

    def locks(self) -> dict[str, str]:
        """Return the names of the locks by device ID."""
        return {
            device["device_id"]: device["display_name"]
            for device in self.seam("/devices/list")["devices"]
        }

    def codes(self, device_id: str, *, managed: bool) -> list[dict[str, Any]]:
        """Return the managed or unmanaged codes of a lock."""
        path = "/access_codes/list" if managed else "/access_codes/unmanaged/list"
        codes: list[dict[str, Any]] = self.seam(path, device_id=device_id)[
            "access_codes"
        ]
        return codes

    def _read_output(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if READY in line:
                self._ready.set()
        self._ready.set()


def is_running(process_id: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8")
    except FileNotFoundError, ProcessLookupError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def _descendants(process_id: int) -> Iterator[int]:
    for task in Path(f"/proc/{process_id}/task").glob("*/children"):
        children = ""
        # The thread may have ended in the meantime.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children = task.read_text(encoding="utf-8")
        for child in children.split():
            yield int(child)
            yield from _descendants(int(child))
