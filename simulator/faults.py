"""Faults of the transport, injected on demand."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final, Literal, get_args

type FaultKind = Literal[
    "outage",
    "latency",
    "hang",
    "status",
    "rate_limit",
    "html",
    "empty",
    "broken_json",
    "cut",
    "nested",
    "gzip_bomb",
    "wrong_shape",
    "wrong_types",
    "odd_rows",
    "huge_list",
    "endless_pages",
    "cut_pages",
]
KINDS: tuple[str, ...] = get_args(FaultKind.__value__)
# These change a regular answer.
MALFORMING: Final = (
    "wrong_shape",
    "wrong_types",
    "odd_rows",
    "huge_list",
    "endless_pages",
    "cut_pages",
)


@dataclass(slots=True)
class Fault:
    """A fault, and the requests it applies to."""

    fault_id: int
    kind: FaultKind
    path: str = "/"
    device_id: str | None = None
    count: int | None = None
    seconds: float = 0
    size: int = 0
    status: int = 500
    message: str = "Internal server error"
    error_type: str = "internal_server_error"
    retry_after: str | None = None
    after_processing: bool = False
    hits: int = 0
    _cleared: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def clear(self) -> None:
        """Answer the requests that this fault holds."""
        self._cleared.set()

    async def hold(self) -> None:
        """Wait until the fault is cleared, or for its seconds."""
        try:
            async with asyncio.timeout(self.seconds or None):
                await self._cleared.wait()
        except TimeoutError:
            return

    @property
    def is_over(self) -> bool:
        """Return whether the fault has no more requests to apply to or to hold."""
        is_spent = self.count is not None and self.hits >= self.count
        return is_spent and self.kind != "hang"

    def applies_to(self, path: str, named: set[str]) -> bool:
        """Return whether the fault applies to a request that names these ids."""
        if self.count is not None and self.hits >= self.count:
            return False
        return path.startswith(self.path) and (
            self.device_id is None or self.device_id in named
        )


class Faults:
    """The active faults."""

    def __init__(self) -> None:
        """Initialize without faults."""
        self._faults: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Fault]:
        """Iterate over the active faults."""
        return iter(self._faults)

    def add(
        self,
        kind: FaultKind,
        *,
        path: str = "/",
        device_id: str | None = None,
        count: int | None = None,
        seconds: float = 0,
        size: int | None = None,
        status: int | None = None,
        message: str | None = None,
        error_type: str | None = None,
        retry_after: float | str | None = None,
        after_processing: bool = False,
    ) -> Fault:
        """Add a fault.

        It applies to requests whose path starts with `path` and which name `device_id`
        or a code on it: to all of them, or to `count`. With `after_processing`, the
        request is processed and only its answer suffers. `seconds` pass in real time.
        `size` is the number of rows of a `huge_list` or of bytes in a `gzip_bomb`.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")
        fault = Fault(
            next(self._ids),
            kind,
            path=path,
            device_id=device_id,
            count=count,
            seconds=seconds,
            size=size or _SIZE.get(kind, 0),
            after_processing=after_processing,
            status=status or _STATUS.get(kind, 500),
            message=message or _MESSAGES.get(kind, "Internal server error"),
            error_type=error_type or _TYPES.get(kind, "internal_server_error"),
            retry_after=None if retry_after is None else str(retry_after),
        )
        self._faults.append(fault)
        return fault

    def clear(
        self, kind: FaultKind | None = None, *, fault_id: int | None = None
    ) -> int:
        """Remove all faults, those of a kind, or a single one; return how many."""
        removed = [
            f
            for f in self._faults
            if kind in (None, f.kind) and fault_id in (None, f.fault_id)
        ]
        for fault in removed:
            fault.clear()
            self._faults.remove(fault)
        return len(removed)

    def hit(self, path: str, named: set[str]) -> list[Fault]:
        """Return the faults that apply to a request, and count the request."""
        hitting = [f for f in self._faults if f.applies_to(path, named)]
        for fault in hitting:
            fault.hits += 1
        self._faults = [f for f in self._faults if not f.is_over or f in hitting]
        return hitting


_STATUS = {"rate_limit": 429, "html": 502, "empty": 503}
_MESSAGES = {"rate_limit": "Too many requests"}
_TYPES = {"rate_limit": "rate_limit_exceeded"}
_SIZE = {"huge_list": 100_000, "gzip_bomb": 100_000_000}
