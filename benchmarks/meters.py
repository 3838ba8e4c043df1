"""Measuring an event loop, requests, and writes of states."""

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
    """Seconds for which an event loop looked after nothing else."""

    total: float = 0.0
    longest: float = 0.0


class LoopMeter(DefaultSelector):
    """Measures how long an event loop stays away from its sockets and timers.

    What one turn of the loop does counts as one stretch, be it one callback or many.
    """

    def __init__(self) -> None:
        """Measure from now on."""
        super().__init__()
        self._busy = Busy()
        self._since = time.perf_counter()

    @override
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        """Wait, as the loop has nothing to do."""
        self._end_stretch()
        try:
            return super().select(timeout)
        finally:
            self._since = time.perf_counter()

    @contextmanager
    def measure(self) -> Iterator[Busy]:
        """Measure what happens within."""
        self._busy, self._since = busy, _ = Busy(), time.perf_counter()
        yield busy
        self._end_stretch()
        self._busy = Busy()

    def _end_stretch(self) -> None:
        stretch = time.perf_counter() - self._since
        self._busy.total += stretch
        self._busy.longest = max(self._busy.longest, stretch)


@dataclass
class Traffic:
    """Requests, and the bytes of their bodies and of the answers'."""

    requests: int = 0
    bytes: int = 0


@contextmanager
def traffic(session: ClientSession, endpoint: str) -> Iterator[Traffic]:
    """Count what goes to and comes from an endpoint through a session."""
    counted = Traffic()
    trace = TraceConfig()

    async def start(
        _session: ClientSession,
        _context: SimpleNamespace,
        params: TraceRequestStartParams,
    ) -> None:
        counted.requests += str(params.url).startswith(endpoint)

    async def pass_by(
        _session: ClientSession,
        _context: SimpleNamespace,
        params: TraceRequestChunkSentParams | TraceResponseChunkReceivedParams,
    ) -> None:
        if str(params.url).startswith(endpoint):
            counted.bytes += len(params.chunk)

    trace.on_request_start.append(start)
    trace.on_request_chunk_sent.append(pass_by)
    trace.on_response_chunk_received.append(pass_by)
    trace.freeze()
    session.trace_configs.append(trace)
    try:
        yield counted
    finally:
        session.trace_configs.remove(trace)


@dataclass
class Writes:
    """States that were written: calls, and what the bus told of them."""

    calls: int = 0
    changed: int = 0
    reported: int = 0


@contextmanager
def writes(hass: HomeAssistant) -> Iterator[Writes]:
    """Count the writes of all states of Home Assistant."""
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
        # Home Assistant wants a filter here, as there are so many.
        hass.bus.async_listen(EVENT_STATE_REPORTED, reported, event_filter=every),
    )
    try:
        with patch.object(StateMachine, "async_set_internal", counting):
            yield counted
    finally:
        for remove in removers:
            remove()
