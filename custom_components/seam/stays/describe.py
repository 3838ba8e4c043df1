"""What people are told about arrivals."""

from collections.abc import Iterable
from typing import Any

from homeassistant.core import HomeAssistant

from ..activity import lock_name
from ..advice import async_advice
from ..attributes import JsonObject, local_time
from ..coordinator import SeamConfigEntry
from .arrivals import CODE_REASONS, Arrival, Place
from .preview import async_reason


def arrival_attributes(
    hass: HomeAssistant, entry: SeamConfigEntry, arrival: Arrival
) -> JsonObject:
    """Return who arrives where and when, and whether they will get in."""
    return {
        "name": entry.runtime_data.secrets.mask_name(arrival.name),
        "starts_at": local_time(arrival.span.starts_at),
        "ends_at": local_time(arrival.span.ends_at),
        "verdict": arrival.verdict.value,
        "reason": reason_of(hass, entry, arrival),
        "advice": advice_of(hass, entry, arrival),
        "locks": [_row(hass, entry, place) for place in arrival.places],
    }


def reason_of(
    hass: HomeAssistant, entry: SeamConfigEntry, arrival: Arrival
) -> str | None:
    """Return why a guest may not get in, None if nothing is known to be wrong."""
    reasons = (_reason(hass, entry, place) for place in arrival.places)
    return next(filter(None, reasons), None)


def advice_of(
    hass: HomeAssistant, entry: SeamConfigEntry, arrival: Arrival
) -> str | None:
    """Return what to do so that a guest gets in, None if there is no advice."""
    advice = (_advice(hass, entry, place) for place in arrival.places)
    return next(filter(None, advice), None)


def lock_names(entry: SeamConfigEntry, device_ids: Iterable[str]) -> list[str]:
    """Return the names of locks, and the IDs of those that are gone."""
    coordinator = entry.runtime_data
    locks = coordinator.data.locks
    return [
        lock_name(coordinator.hass, locks[device_id])
        if device_id in locks
        else device_id
        for device_id in device_ids
    ]


def _row(hass: HomeAssistant, entry: SeamConfigEntry, place: Place) -> Any:
    return {
        "lock": lock_names(entry, [place.device_id])[0],
        "access_code_id": place.code_id,
        "verdict": place.verdict.value,
        "reason": _reason(hass, entry, place)
        or (place.pin_reason and async_reason(hass, place.pin_reason)),
        "advice": _advice(hass, entry, place),
    }


def _reason(hass: HomeAssistant, entry: SeamConfigEntry, place: Place) -> str | None:
    if place.error:
        # Some PINs may have become known since.
        return entry.runtime_data.secrets.mask(str(place.error))
    return async_reason(hass, place.reason) if place.reason else None


def _advice(hass: HomeAssistant, entry: SeamConfigEntry, place: Place) -> str | None:
    """Return the advice for the first problem of a code that is at risk, or its lock."""
    data = entry.runtime_data.data
    lock = data.locks.get(place.device_id)
    # Other reasons, such as a stay without a code, are not due to these problems.
    if lock is None or not (place.reason or "").startswith(CODE_REASONS):
        return None
    code = lock.code(place.code_id)
    problems = [*(code.errors + code.warnings if code else ()), *data.problems_of(lock)]
    account = data.account_of(lock)
    return next(
        (async_advice(hass, problem, lock, account, code) for problem in problems),
        None,
    )
