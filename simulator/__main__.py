"""Command line of the simulator."""

import argparse
import asyncio
from pathlib import Path
import signal

from .server import Simulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A simulated Seam workspace."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument(
        "--locks", type=int, help="generate this many locks instead of the small rental"
    )
    parser.add_argument("--codes", type=int, default=5, help="managed codes per lock")
    parser.add_argument(
        "--unmanaged", type=int, default=2, help="unmanaged codes per lock"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="how many times faster time runs"
    )
    parser.add_argument(
        "--state", type=Path, help="resume from this file, and save to it"
    )
    return parser.parse_args()


async def _run(arguments: argparse.Namespace) -> None:
    simulator = Simulator(
        speed=arguments.speed,
        locks=arguments.locks,
        codes=arguments.codes,
        unmanaged=arguments.unmanaged,
        state_file=arguments.state,
    )
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await simulator.start(arguments.host, arguments.port)
    keys = [key.token for key in simulator.state.keys.values() if not key.is_revoked]
    print(f"Simulated Seam at {simulator.url} (keys {', '.join(keys)})", flush=True)
    await stopped.wait()
    await simulator.stop()


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
