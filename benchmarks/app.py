"""Run the benchmarks with workspaces of several sizes and print the figures."""

import argparse
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
import json
import multiprocessing
import os
from pathlib import Path
import platform
import sys

from .figures import missed, table, with_growth
from .plan import Plan


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--locks",
        type=int,
        nargs="+",
        default=[10, 100, 1000],
        help="numbers of locks to measure with (default: 10 100 1000)",
    )
    parser.add_argument(
        "--latency",
        type=int,
        metavar="MS",
        help="also measure with answers that take so many milliseconds",
    )
    parser.add_argument("--codes", type=int, default=20, help="codes per lock")
    parser.add_argument(
        "--quick", action="store_true", help="repeat little, to see that it works"
    )
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args()


def main() -> int:
    """Run the benchmarks; return 1 if a limit is exceeded."""
    arguments = _arguments()
    results = {}
    for locks in sorted(set(arguments.locks)):
        print(f"{locks} locks with {arguments.codes} codes each …", file=sys.stderr)
        plan = Plan(
            locks=locks,
            codes=arguments.codes,
            polls=3 if arguments.quick else 25,
            rounds=1 if arguments.quick else 7,
            changes=4 if arguments.quick else 60,
            latency=arguments.latency,
        )
        # A process each, so that none is slowed by what another has left in memory.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as processes:
            results[locks] = processes.submit(_measured, plan).result()
    compared = with_growth(results)
    exceeded = list(missed(compared))
    print(table(compared))
    for line in exceeded:
        print(f"EXCEEDED: {line}", file=sys.stderr)
    if arguments.json is not None:
        arguments.json.write_text(
            json.dumps(
                {
                    "python": platform.python_version(),
                    "home_assistant": version("homeassistant"),
                    "processors": os.process_cpu_count(),
                    "latency_ms": arguments.latency,
                    "codes_per_lock": arguments.codes,
                    "locks": compared,
                    "missed": exceeded,
                },
                indent=2,
            )
            + "\n"
        )
    return 1 if exceeded else 0


def _measured(plan: Plan) -> Mapping[str, float]:
    # Home Assistant takes seconds to load, which only the worker process needs.
    from .measure import measure  # noqa: PLC0415  (see above)

    return measure(plan)
