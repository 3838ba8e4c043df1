"""The figures: titles, limits and the table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

type Results = Mapping[int, Mapping[str, float]]

# Targets for times apply with the largest supported number of locks. Those for webhooks
# and with latency apply with the number of locks of a common large installation.
LARGE: Final = 1000
USUAL: Final = 100


@dataclass(frozen=True)
class Figure:
    """A figure and its limit."""

    key: str
    title: str
    digits: int = 0
    bar: float | None = None
    at: int | None = None
    """The number of locks that the bar applies to, None for any."""

    def has_bar(self, locks: int) -> bool:
        """Return whether the figure has a bar with that many locks."""
        return self.bar is not None and self.at in {None, locks}


FIGURES: Final = (
    Figure("quiet_poll_requests", "Quiet poll: requests", 0, 1),
    Figure("quiet_poll_bytes", "Quiet poll: bytes sent and received"),
    Figure("quiet_poll_bytes_more", "Quiet poll: bytes added by more locks", 0, 16),
    Figure("quiet_poll_writes", "State writes during quiet polls", 0, 0),
    Figure("quiet_poll_state_changed", "state_changed events during quiet polls", 0, 0),
    Figure(
        "quiet_poll_state_reported", "state_reported events during quiet polls", 0, 0
    ),
    Figure("quiet_poll_loop_ms", "Quiet poll: event loop busy (ms)", 2, 10, LARGE),
    Figure("quiet_poll_wall_ms", "Quiet poll: duration (ms)", 1),
    Figure("quiet_poll_cpu_ms", "Quiet poll: CPU time (ms)", 2),
    Figure("naive_poll_requests", "Naive poll: requests"),
    Figure("naive_poll_bytes", "Naive poll: bytes sent and received"),
    Figure("naive_poll_wall_ms", "Naive poll: duration (ms)", 1),
    Figure("naive_poll_cpu_ms", "Naive poll: CPU time (ms)", 1),
    Figure("full_sync_requests", "Full sync: requests"),
    Figure("bare_wall_s", "Bare loop: duration (s)", 2),
    Figure("bare_cpu_s", "Bare loop: CPU time (s)", 2),
    Figure("sdk_wall_s", "Seam SDK: duration (s)", 2),
    Figure("sdk_cpu_s", "Seam SDK: CPU time (s)", 2),
    *(
        Figure(f"{key}_{rest}", f"{title}: {what}", digits, bar, LARGE)
        for key, title in (
            ("first_sync", "First full sync"),
            ("full_sync", "Later full sync"),
        )
        for rest, what, digits, bar in (
            ("wall_s", "duration (s)", 2, None),
            ("cpu_s", "CPU time (s)", 2, None),
            ("wall_to_bare", "duration relative to the bare loop", 2, 1.3),
            ("cpu_to_bare", "CPU time relative to the bare loop", 2, 2),
            ("wall_to_sdk", "duration relative to the SDK", 2, 1),
            ("cpu_to_sdk", "CPU time relative to the SDK", 2, 1 / 3),
            ("block_ms", "longest block of the event loop (ms)", 1, 50),
        )
    ),
    Figure("latency_bare_s", "Bare loop with latency: duration (s)", 2),
    Figure("latency_locks_s", "Reload with latency: duration (s)", 2),
    Figure(
        "latency_locks_requests",
        "Reload with latency: duration in response times",
        1,
        5,
        USUAL,
    ),
    Figure("latency_first_sync_s", "First full sync with latency: duration (s)", 2),
    Figure(
        "latency_first_sync_to_bare",
        "First full sync with latency: duration relative to the bare loop",
        2,
        1.05,
        USUAL,
    ),
    Figure("collection_ms", "Full garbage collection in Home Assistant (ms)"),
    Figure("memory_per_code", "Snapshot: bytes per code", 0, 2048, LARGE),
    Figure("change_polls", "Polls until a change shows", 0, 1),
    Figure("change_requests", "Requests of the poll that fetches a change", 0, 4),
    Figure("webhook_median_ms", "Change by webhook: median delay (ms)"),
    Figure("webhook_p95_ms", "Change by webhook: 95th percentile (ms)", 0, 250, USUAL),
    Figure("stays_codes", "Codes for 1,000 bookings"),
    Figure("stays_steps", "Quiet comparison with 1,000 bookings: changes", 0, 0),
    Figure(
        "stays_compare_ms",
        "Quiet comparison with 1,000 bookings: CPU time (ms)",
        0,
        100,
        USUAL,
    ),
    Figure(
        "stays_alike_to_others",
        "1,000 bookings with one title: CPU time relative to those with other titles",
        2,
        2,
    ),
)


def with_growth(results: Results) -> dict[int, dict[str, float]]:
    """Return the results with the figures that compare sizes."""
    least = results[min(results)]["quiet_poll_bytes"]
    return {
        locks: {**figures, "quiet_poll_bytes_more": figures["quiet_poll_bytes"] - least}
        for locks, figures in results.items()
    }


def missed(results: Results) -> Iterator[str]:
    """Yield a sentence about each figure above its bar."""
    for locks, figures in results.items():
        for figure in FIGURES:
            if figure.has_bar(locks) and figures.get(figure.key, 0) > (figure.bar or 0):
                yield (
                    f"{figure.title}: {figures[figure.key]:.{figure.digits}f} with "
                    f"{locks} locks, but the target is at most {_bar(figure)}"
                )


def table(results: Results) -> str:
    """Return a Markdown table of the figures that were measured."""
    sizes = sorted(results)
    lines = [
        f"| Figure | {' | '.join(f'{locks:,} locks' for locks in sizes)} | Target |",
        f"| --- |{' ---: |' * (len(sizes) + 1)}",
    ]
    for figure in FIGURES:
        if figure.key not in results[sizes[0]]:
            continue
        values = " | ".join(
            f"{results[locks][figure.key]:,.{figure.digits}f}" for locks in sizes
        )
        lines.append(f"| {figure.title} | {values} | {_bar(figure)} |")
    return "\n".join(lines)


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    where = "" if figure.at is None else f" with {figure.at:,} locks"
    return f"{round(figure.bar, 2):,g}{where}"
