"""Helpers for tests of the sync engine."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from custom_components.seam.api import (
    AccessCode,
    CodeStatus,
    Device,
    Event,
    SeamServerError,
    SeamUnreachableError,
)
from custom_components.seam.api.rows import Rows
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import (
    Fetch,
    FetchCodes,
    FetchDevices,
    FetchEvents,
)
from custom_components.seam.sync.store import ALL_KINDS

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DOWN = SeamUnreachableError("No connection to Seam")
BROKEN = SeamServerError("Internal server error")


def make_device(device_id: str = "door", *, has_codes: bool = True) -> Device:
    """Return a lock."""
    return Device(
        device_id=device_id,
        display_name=device_id.title(),
        can_remotely_lock=True,
        can_unlock_with_code=True if has_codes else None,
    )


def make_code(
    code_id: str,
    *,
    device_id: str = "door",
    is_managed: bool = True,
    name: str | None = None,
    code: str | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    status: CodeStatus = CodeStatus.SET,
) -> AccessCode:
    """Return a code of a lock."""
    return AccessCode(
        access_code_id=code_id,
        device_id=device_id,
        is_managed=is_managed,
        name=name,
        code=code,
        starts_at=starts_at,
        ends_at=ends_at,
        status=status,
    )


def receive_codes(
    engine: SyncEngine,
    *codes: AccessCode,
    device_id: str = "door",
    now: datetime = NOW,
    kinds: Collection[bool] = ALL_KINDS,
) -> None:
    """Answer with these codes of a lock."""
    engine.receive_codes(
        FetchCodes(device_id),
        sorted(codes, key=lambda code: code.is_managed),
        now,
        kinds=kinds,
    )


def synced_engine(
    *codes: AccessCode, devices: Iterable[Device] = (make_device(),)
) -> SyncEngine:
    """Return an engine that has fetched everything once."""
    engine = SyncEngine()
    engine.request_all()
    assert engine.take_due() == (FetchDevices(),)
    engine.receive_devices(FetchDevices(), devices, NOW)
    for fetch in engine.take_due():
        assert isinstance(fetch, FetchCodes)
        receive_codes(
            engine,
            *(code for code in codes if code.device_id == fetch.device_id),
            device_id=fetch.device_id,
        )
    assert engine.finish() is None
    return engine


def code_ids(engine: SyncEngine, device_id: str = "door") -> set[str]:
    """Finish the refresh, and return the IDs of the codes on a lock."""
    engine.finish()
    return {code.access_code_id for code in engine.snapshot.locks[device_id].codes}


def make_event(
    kind: str = "device.connected",
    *,
    at: datetime = NOW,
    device_id: str | None = "door",
    code_id: str | None = None,
    code: str | None = None,
    method: str | None = None,
) -> Event:
    """Return an event."""
    return Event(
        event_id=f"{kind} {device_id} {code_id} {at}",
        event_type=kind,
        created_at=at,
        device_id=device_id,
        access_code_id=code_id,
        code=code,
        method=method,
    )


def polled_engine(*codes: AccessCode) -> SyncEngine:
    """Return an engine that has polled once, so that new events fire."""
    engine = synced_engine(*codes, devices=[make_device(), make_device("gate")])
    poll(engine)
    return engine


def poll(engine: SyncEngine, *events: Event, now: datetime = NOW) -> set[Fetch]:
    """Answer the event query, and return what else is due."""
    engine.begin_poll(now)
    due = set(engine.take_due())
    [query] = [fetch for fetch in due if isinstance(fetch, FetchEvents)]
    engine.receive_events(Rows(events), now)
    return (due - {query}) | set(engine.take_due())


def fired(engine: SyncEngine) -> list[tuple[str, str | None]]:
    """Finish the refresh, and return the types and code names of what fires."""
    engine.finish()
    return [
        (occurrence.event.event_type, occurrence.code_name)
        for occurrence in engine.take_occurrences()
    ]
