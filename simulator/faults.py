"""Faults of the transport, thrown in on demand."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal, get_args

type FaultKind = Literal[
    "outage",
    "latency",
    "hang",
    "status",
    "rate_limit",
    "html",
    "empty",
    "broken_json",
    "wrong_shape",
    "wrong_types",
]
KINDS: tuple[str, ...] = get_args(FaultKind.__value__)


@dataclass(slots=True)
class Fault:
    """One kind of trouble, for some requests."""

    fault_id: int
    kind: FaultKind
    path: str = "/"
    device_id: str | None = None
    count: int | None = None
    seconds: float = 0
    status: int = 500
    message: str = "Internal server error"
    error_type: str = "internal_server_error"
    retry_after: str | None = None
    after_processing: bool = False
    hits: int = 0
    _cleared: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    def clear(self) -> None:
        """Let go of the requests that it holds."""
        self._cleared.set()

    async def hold(self) -> None:
        """Wait until the fault is cleared, or its seconds are over."""
        try:
            async with asyncio.timeout(self.seconds or None):
                await self._cleared.wait()
        except TimeoutError:
            return

    @property
    def is_over(self) -> bool:
        """Whether it has befallen all requests that it was for, and need not be cleared."""
        is_spent = self.count is not None and self.hits >= self.count
        # It may still hold a request.
        return is_spent and self.kind != "hang"

    def concerns(self, path: str, named: set[str]) -> bool:
        """Whether it befalls a request for a path which names these ids."""
        if self.count is not None and self.hits >= self.count:
            return False
        return path.startswith(self.path) and (
            self.device_id is None or self.device_id in named
        )


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        """Start without any."""
        self._faults: list[Fault] = []
        self._ids = count(1)

    def __iter__(self) -> Iterator[Fault]:
        """Go through the faults in force."""
        return iter(self._faults)

    def add(
        self,
        kind: FaultKind,
        *,
        path: str = "/",
        device_id: str | None = None,
        count: int | None = None,
        seconds: float = 0,
        status: int | None = None,
        message: str | None = None,
        error_type: str | None = None,
        retry_after: float | str | None = None,
        after_processing: bool = False,
    ) -> Fault:
        """Add one.

        It befalls requests whose path starts with `path` and which name `device_id` or
        a code on it: all of them, or `count`. With `after_processing`, Seam does what
        was asked, and only its answer suffers. `seconds` are real ones.
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
        """Remove all faults, or those of a kind, or one; return how many."""
        going = [
            f
            for f in self._faults
            if kind in (None, f.kind) and fault_id in (None, f.fault_id)
        ]
        for fault in going:
            fault.clear()
            self._faults.remove(fault)
        return len(going)

    def strike(self, path: str, named: set[str]) -> list[Fault]:
        """Return the faults that befall a request, and count them."""
        struck = [f for f in self._faults if f.concerns(path, named)]
        for fault in struck:
            fault.hits += 1
        self._faults = [f for f in self._faults if not f.is_over or f in struck]
        return struck


_STATUS = {"rate_limit": 429, "html": 502, "empty": 503}
_MESSAGES = {"rate_limit": "Too many requests"}
_TYPES = {"rate_limit": "rate_limit_exceeded"}
