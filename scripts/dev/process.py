"""A child process whose output is shown, and kept for when it fails."""

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
# Home Assistant may take this long to write its state down.
STOP_SECONDS: Final = 30


class Process:
    """A running child, with everything it started in turn."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        """Watch `process`, which leads a process group of its own."""
        self.name = name
        self.tail: deque[str] = deque(maxlen=KEPT_LINES)
        self._process = process
        self._output = asyncio.create_task(self._show_output())

    @classmethod
    async def start(
        cls, name: str, *command: str, env: Mapping[str, str], cwd: Path
    ) -> Self:
        """Start `command` out of reach of the terminal's Ctrl-C: we pass on what it means."""
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
        """Return the exit code once it has ended and its output is shown."""
        code = await self._process.wait()
        await self._output
        return code

    async def stop(self) -> None:
        """End the whole group; gently, then not."""
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
        # The group outlives its leader while anything in it runs.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    async def _show_output(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            text = line.decode(errors="replace").rstrip()
            self.tail.append(text)
            show(self.name, text)


def show(name: str, text: str) -> None:
    """Print a line under the name of who said it."""
    # A closed terminal must not keep us from stopping the others.
    with contextlib.suppress(OSError):
        print(f"{name:>9} │ {text}", flush=True)
        return
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")
