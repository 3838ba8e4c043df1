"""Check the settings, then run the simulator and Home Assistant."""

import asyncio
import errno
import fcntl
import os
from pathlib import Path
import socket
import sys
from typing import Final

from .client import HomeAssistantError

ROOT: Final = Path(__file__).resolve().parents[2]
HOST: Final = "127.0.0.1"


class StartError(Exception):
    """A reason not to start that the user can fix."""


def port_from(variable: str, default: int) -> int:
    """Return the port from an environment variable; raise StartError if it is in use."""
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise StartError(f"{variable} must be a port number, not {value!r}")
    with socket.socket() as probe:
        # A port in TIME_WAIT counts as free, as it does for the servers.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, int(value)))
        except OSError as err:
            if err.errno == errno.EADDRINUSE:
                raise StartError(
                    f"Port {value} is taken: set {variable} to a free one"
                ) from err
            raise StartError(f"Port {value} cannot be used: {err.strerror}") from err
    return int(value)


def run(folder: Path) -> int:
    """Run until stopped, and return the exit code."""
    hass_port = port_from("HASS_PORT", 8123)
    simulator_port = port_from("SIMULATOR_PORT", 8124)
    if hass_port == simulator_port:
        raise StartError("HASS_PORT and SIMULATOR_PORT must differ")

    # Imported late, because loading Home Assistant takes seconds.
    from .develop import Develop  # noqa: PLC0415 # see above

    return asyncio.run(
        Develop(
            folder, host=HOST, hass_port=hass_port, simulator_port=simulator_port
        ).run()
    )


def main() -> int:
    """Lock the folder, run, and return the exit code."""
    folder = Path(os.environ.get("SEAM_DEV_DIR") or ROOT / ".dev").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"Another scripts/develop uses {folder}: stop it first"
        else:
            try:
                return run(folder)
            except StartError as err:
                message = str(err)
            except HomeAssistantError as err:
                message = f"Home Assistant could not be set up: {err}"
            except TimeoutError:
                message = "Home Assistant could not be set up: it took too long"
            except KeyboardInterrupt:
                return 130  # Nothing was started yet
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
