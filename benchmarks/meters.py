"""Meters of an event loop, of requests and of state writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from selectors import DefaultSelector, SelectorKey
import time
from types import SimpleNamespace
from typing import Any, override
from unittest.mock import patch

from aiohttp import (
    ClientSession,
    TraceConfig,
    TraceRequestChunkSentParams,
    TraceRequestStartParams,
    TraceResponseChunkReceivedParams,
)
from homeassistant.const import EVENT_STATE_CHANGED, EVENT_STATE_REPORTED
from homeassistant.core import Event, HomeAssistant, StateMachine, callback


@dataclass
class Busy:
    """Seconds for which an event loop was blocked."""

    total: float = 0.0
    longest: float = 0.0


class LoopMeter(DefaultSelector):
    """A selector that measures how long an event loop does not poll its sockets.

    All callbacks of one iteration of the loop count as one block.
    """

    def __init__(self) -> None:
        """Initialize the selector."""
        super().__init__()
        self._busy = Busy()
        self._since = time.perf_counter()

    @override
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait for sockets; the loop is not blocked meanwhile."""
        self._end_block()
        try:
            return super().select(timeout)
        finally:
            self._since = time.perf_counter()

    @contextmanager
    def measure(self) -> Iterator[Busy]:
        """Measure the loop within the context."""
        self._busy, self._since = busy, _ = Busy(), time.perf_counter()
        yield busy
        self._end_block()
        self._busy = Busy()

    def _end_block(self) -> None:
        block = time.perf_counter() - self._since
        self._busy.total += block
        self._busy.longest = max(self._busy.longest, block)


@dataclass
class Traffic:
    """Numbers of requests, and of bytes in the bodies of requests and answers."""

    requests: int = 0
    bytes: int = 0


@contextmanager
def traffic(session: ClientSession, endpoint: str) -> Iterator[Traffic]:
    """Count the traffic of a session with an endpoint."""
    counted = Traffic()
    trace = TraceConfig()

    async def start(
        _session: ClientSession,
        _context: SimpleNamespace,
        params: TraceRequestStartParams,
    ) -> None:
        counted.requests += str(params.url).startswith(endpoint)

    async def count_chunk(
        _session: ClientSession,
        _context: SimpleNamespace,
        params: TraceRequestChunkSentParams | TraceResponseChunkReceivedParams,
    ) -> None:
        if str(params.url).startswith(endpoint):
            counted.bytes += len(params.chunk)

    trace.on_request_start.append(start)
    trace.on_request_chunk_sent.append(count_chunk)
    trace.on_response_chunk_received.append(count_chunk)
    trace.freeze()
    session.trace_configs.append(trace)
    try:
        yield counted
    finally:
        session.trace_configs.remove(trace)


@dataclass
class Writes:
    """Numbers of state writes, and of the events that they caused."""

    calls: int = 0
    changed: int = 0
    reported: int = 0


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Writes]:
    """Count all state writes of Home Assistant."""
    counted = Writes()
    write = StateMachine.async_set_internal

    def counting(*arguments: Any, **named: Any) -> None:
        counted.calls += 1
        write(*arguments, **named)

    @callback
    def changed(_event: Event[Any]) -> None:
        counted.changed += 1

    @callback
    def reported(_event: Event[Any]) -> None:
        counted.reported += 1

    @callback
    def every(_data: Any) -> bool:
        return True

    removers = (
        hass.bus.async_listen(EVENT_STATE_CHANGED, changed),
        # Home Assistant requires a filter for this event.
        hass.bus.async_listen(EVENT_STATE_REPORTED, reported, event_filter=every),
    )
    try:
        with patch.object(StateMachine, "async_set_internal", counting):
            yield counted
    finally:
        for remove in removers:
            remove()
