"""A child process whose output is printed, and kept in case it fails."""

import asyncio
from collections import deque
from collections.abc import Mapping
import contextlib
import os
from pathlib import Path
import signal
import sys
from typing import Final, Self

KEPT_LINES: Final = 30
# Home Assistant may take this long to save its state.
STOP_SECONDS: Final = 30


class Process:
    """A running child process, including its own children."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Initialize from a process that leads its own process group."""
        self.name = name
        self.tail: deque[str] = deque(maxlen=KEPT_LINES)
        self._process = process
        self._output = asyncio.create_task(self._show_output())

    @classmethod
    async def start(
        cls, name: str, *command: str, env: Mapping[str, str], cwd: Path
    ) -> Self:
        """Start a command that does not receive Ctrl-C from the terminal."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=2**20,
            env={**os.environ, **env},
            cwd=cwd,
        )
        return cls(name, process)

    async def wait(self) -> int:
        """Wait for the end of the process and its output, and return the exit code."""
        code = await self._process.wait()
        await self._output
        return code

    async def stop(self) -> None:
        """Terminate the process group, and kill it after a timeout."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            show(self.name, f"did not stop within {STOP_SECONDS} s: killed")
        self._signal(signal.SIGKILL)
        await self._process.wait()
        await self._output

    def _signal(self, number: signal.Signals) -> None:
        # The group exists as long as any of its processes.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def _show_output(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode(errors="replace").rstrip()
            self.tail.append(text)
            show(self.name, text)


def show(name: str, text: str) -> None:
    """Print a line with the name of its process."""
    # A closed terminal must not prevent stopping the other processes.
    with contextlib.suppress(OSError):
        print(f"{name:>9} │ {text}", flush=True)
        return
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")
