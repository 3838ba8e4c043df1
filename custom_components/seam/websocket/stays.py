"""The stays of the panel: who arrives, and what a run would do."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..attributes import local_time
from ..coordinator import SeamConfigEntry
from ..stays.action import async_stays_preview
from ..stays.arrivals import Arrival, Place, find_arrivals
from ..stays.bookings import digest
from ..stays.settings import CONF_CALENDAR, SUBENTRY_STAYS
from ..stays.watch import WATCHES, StaysWatch
from .texts import error_text, masked_text, selector_text, send_error
from .types import Stay, StayLock, Stays, Text


@callback
def async_stays_rows(
    hass: HomeAssistant,
    entries: Iterable[SeamConfigEntry],
    readable: Collection[str] | None,
    sent: Mapping[str, Stays],
) -> dict[str, Stays]:
    """Return the stays on locks that a user may read, None for all, by subentry.

    Those that are not known at the moment stay as they were sent.
    """
    watches = hass.data.get(WATCHES, {})
    rows: dict[str, Stays] = {}
    for entry in entries:
        for subentry_id, subentry in entry.subentries.items():
            if subentry.subentry_type != SUBENTRY_STAYS:
                continue
            is_loaded = entry.state is ConfigEntryState.LOADED
            watch = watches.get(subentry_id) if is_loaded else None
            calendar: str = subentry.data[CONF_CALENDAR]
            before = sent.get(subentry_id)
            stays = before and before["stays"]
            is_lost = before is not None and before["is_calendar_lost"]
            kept = before["kept"] if before else 0
            code_ids = before["access_code_ids"] if before else []
            if watch:
                is_lost = watch.runner.is_calendar_lost
                kept = _count_kept(watch, readable)
                if readable is None:
                    links = watch.runner.memory.links
                    code_ids = sorted(link.code_id for link in links if link.code_id)
                if (arrivals := _coming(watch)) is not None:
                    stays = [
                        _stay(entry, calendar, shown)
                        for arrival in arrivals
                        if (shown := _readable(arrival, readable))
                    ]
            if readable is None or stays:
                rows[subentry_id] = {
                    "entry_id": entry.entry_id,
                    "subentry_id": subentry_id,
                    "title": subentry.title,
                    "is_calendar_lost": is_lost,
                    "kept": kept,
                    "calendar": calendar if readable is None else None,
                    "access_code_ids": code_ids,
                    "stays": stays,
                }
    return rows


def _coming(watch: StaysWatch) -> tuple[Arrival, ...] | None:
    """Return all stays that have not ended, None if they are not known."""
    runner = watch.runner
    if runner.stays is None or runner.report is None:
        return None
    return find_arrivals(
        runner.stays,
        watch.device_ids,
        runner.report,
        runner.memory.links,
        runner.entry.runtime_data.data.locks,
        dt_util.utcnow(),
        is_only_soon=False,
    )


def _count_kept(watch: StaysWatch, readable: Collection[str] | None) -> int:
    """Return how many stays have codes only because an empty calendar may be a fault."""
    runner = watch.runner
    locks = runner.entry.runtime_data.data.locks
    now = dt_util.utcnow()
    return len(
        {
            link.key
            for link in runner.memory.links
            if runner.is_calendar_empty
            and (readable is None or link.device_id in readable)
            and (lock := locks.get(link.device_id))
            and (code := lock.code(link.code_id))
            and not code.is_expired(now)
        }
    )


def _readable(arrival: Arrival, readable: Collection[str] | None) -> Arrival | None:
    """Return a stay with the locks that a user may read, if any."""
    if readable is None:
        return arrival
    places = tuple(place for place in arrival.places if place.device_id in readable)
    return replace(arrival, places=places) if places else None


def _stay(entry: SeamConfigEntry, calendar: str, arrival: Arrival) -> Stay:
    return {
        # Bookings without a UID may be alike in two calendars.
        "booking": digest(f"{calendar}|{arrival.booking}"),
        "name": entry.runtime_data.secrets.mask_name(arrival.name),
        "starts_at": local_time(arrival.span.starts_at),
        "ends_at": local_time(arrival.span.ends_at),
        "verdict": arrival.verdict.value,
        "has_arrived": arrival.is_settled,
        "locks": [_lock(entry, place) for place in arrival.places],
    }


def _lock(entry: SeamConfigEntry, place: Place) -> StayLock:
    reason: Text | str | None = None
    if isinstance(place.error, HomeAssistantError):
        secrets = entry.runtime_data.secrets
        reason = masked_text(error_text(place.error), secrets.mask)
    elif key := place.reason or place.pin_reason:
        reason = selector_text("stay_reason", key)
    return {
        "device_id": place.device_id,
        "access_code_id": place.code_id,
        "verdict": place.verdict.value,
        "reason": reason,
    }


@websocket_api.require_admin
@websocket_api.async_response
async def handle_preview(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send what a run would do now."""
    try:
        found: dict[str, Any] = await async_stays_preview(
            hass, str(msg.get("subentry_id"))
        )
    except HomeAssistantError as err:
        send_error(connection, msg["id"], err)
        return
    for rows in found.values():
        if isinstance(rows, list):
            for row in rows:
                if key := row.pop("reason_key", None):
                    row["reason"] = selector_text("stay_reason", key)
    connection.send_result(msg["id"], found)
