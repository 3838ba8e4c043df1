"""Changing managed codes: one, or all that are linked with it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, CodeStatus
from ..attributes import JsonObject, label
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData
from .codes import code_response, name_contains_pin
from .targets import Outcome
from .validation import check_name, check_pin, check_start, check_times
from .waiting import async_wait_until_set

type Fields = Mapping[str, Any]

UNCHANGED: Final[JsonObject] = {"outcome": "unchanged"}


@dataclass(frozen=True, kw_only=True)
class CodeChange:
    """What a code is to become. What is None stays as it is."""

    name: str | None = None
    code: str | None = field(default=None, repr=False)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_ongoing: bool = False
    is_external_modification_allowed: bool | None = None

    def difference(
        self, coordinator: SeamCoordinator, lock: LockData, code: AccessCode
    ) -> dict[str, Any]:
        """Return what would not be as it is, by the names of the code's fields."""
        wanted = {
            "name": self.name,
            "code": self.code,
            "is_external_modification_allowed": self.is_external_modification_allowed,
        }
        fields: dict[str, Any] = {
            key: value
            for key, value in wanted.items()
            if value is not None and value != getattr(code, key)
        }
        if self.name is not None and code.unmasked_name == self.name:
            fields.pop("name", None)
        if not self.is_ongoing and self.starts_at is None and self.ends_at is None:
            return fields
        if self.is_ongoing:
            starts_at, ends_at = None, None
        else:
            starts_at = self.starts_at or code.starts_at
            ends_at = self.ends_at or code.ends_at
            if starts_at is None or ends_at is None:
                raise refusal("times_needed", lock=lock.device.name, name=label(code))
        if _seconds(starts_at, ends_at) != _seconds(code.starts_at, code.ends_at):
            fields |= {
                "starts_at": starts_at,
                "ends_at": ends_at,
                "type": "ongoing" if self.is_ongoing else "time_bound",
            }
        return fields


def _seconds(*moments: datetime | None) -> list[datetime | None]:
    return [moment and moment.replace(microsecond=0) for moment in moments]


def check_change(
    coordinator: SeamCoordinator, lock: LockData, code: AccessCode, fields: Fields
) -> None:
    """Refuse a change of a changeable code that the lock does not allow."""
    now = dt_util.utcnow()
    name, pin = fields.get("name"), fields.get("code")
    if name is not None:
        check_name(lock, name, coordinator.secrets, replaces=code.access_code_id)
    if pin is not None:
        check_pin(lock, pin, replaces=code.access_code_id)
    # The old PIN works until the lock has learnt the new one.
    if (pin and name_contains_pin(name or code.unmasked_name or "", pin)) or (
        name and code.code and name_contains_pin(name, code.code)
    ):
        raise refusal("name_contains_code")
    if (ends_at := fields.get("ends_at")) is not None:
        starts_at = fields["starts_at"]
        check_times(starts_at, ends_at, now)
        if starts_at != code.starts_at:
            check_start(lock, starts_at, now)


def check_changeable(lock: LockData, code: AccessCode) -> None:
    """Refuse a code of which nothing can be changed."""
    now = dt_util.utcnow()
    if code.is_offline_access_code:
        raise refusal(
            "offline_code_unchangeable", lock=lock.device.name, name=label(code)
        )
    # One whose end has just passed may get a later end.
    if code.status_at(now) is CodeStatus.REMOVING and not code.is_expired(now):
        raise refusal("code_being_removed", lock=lock.device.name, name=label(code))


async def async_change(
    coordinator: SeamCoordinator, lock: LockData, code: AccessCode, fields: Fields
) -> JsonObject:
    """Change these fields of a code; return it with its PIN."""
    if not fields:
        return code_response(coordinator, code, UNCHANGED)
    try:
        with translated_errors(coordinator):
            attempt = await coordinator.client.update_access_code(
                code.access_code_id, **_parameters(code, fields)
            )
        coordinator.async_apply(
            coordinator.engine.code_changed, code.access_code_id, fields
        )
        progress = await async_wait_until_set(coordinator, code, attempt, is_new=False)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    return code_response(coordinator, replace(code, **fields), progress)


def _parameters(code: AccessCode, fields: Fields) -> Fields:
    """Return what to send.

    A code with an end must not lose it because somebody renames it: where its times
    are not sent along, Seam may take it for one without.
    """
    if (
        "type" in fields
        or code.starts_at is None
        or code.ends_at is None
        or code.is_expired(dt_util.utcnow())
    ):
        return fields
    return {
        **fields,
        "starts_at": code.starts_at,
        "ends_at": code.ends_at,
        "type": "time_bound",
    }


@dataclass(frozen=True)
class LinkedChange:
    """A change of all codes that have one key."""

    common_code_key: str
    change: CodeChange
    fields: Mapping[str, Fields]
    """What differs, by the ids of the codes of which anything does."""
    codes: tuple[AccessCode, ...]
    """These codes, as they were before."""


def linked_change(
    coordinator: SeamCoordinator, lock: LockData, code: AccessCode, change: CodeChange
) -> LinkedChange:
    """Return the change of all codes linked with this one, checked on each lock."""
    check_changeable(lock, code)
    if code.common_code_key is None:
        raise refusal("not_linked", lock=lock.device.name, name=label(code))
    frame = change.difference(coordinator, lock, code)
    if change.starts_at or change.ends_at:
        # The other codes get both, as Seam knows no way to keep each its own.
        change = replace(
            change,
            starts_at=frame.get("starts_at", code.starts_at),
            ends_at=frame.get("ends_at", code.ends_at),
        )
    fields: dict[str, Fields] = {}
    codes: list[AccessCode] = []
    for other_lock in coordinator.data.locks.values():
        for other in other_lock.managed:
            if other.common_code_key != code.common_code_key:
                continue
            if difference := change.difference(coordinator, other_lock, other):
                check_changeable(other_lock, other)
                check_change(coordinator, other_lock, other, difference)
                fields[other.access_code_id] = difference
                codes.append(other)
    return LinkedChange(code.common_code_key, change, fields, tuple(codes))


async def async_change_linked(
    coordinator: SeamCoordinator, linked: LinkedChange
) -> dict[str, Outcome]:
    """Change all codes that have the key; return what became of each, by their ids."""
    if not linked.codes:
        return {}

    async def wait(code: AccessCode) -> Outcome:
        try:
            return await async_wait_until_set(coordinator, code, is_new=False)
        except HomeAssistantError as err:
            return err

    try:
        with translated_errors(coordinator):
            await coordinator.client.update_multiple_access_codes(
                linked.common_code_key,
                name=linked.change.name,
                starts_at=linked.change.starts_at,
                ends_at=linked.change.ends_at,
            )
        for access_code_id, fields in linked.fields.items():
            coordinator.async_apply(
                coordinator.engine.code_changed, access_code_id, fields
            )
        progresses = await asyncio.gather(*map(wait, linked.codes))
    finally:
        await coordinator.async_refresh_locks({c.device_id for c in linked.codes})
    return {
        code.access_code_id: progress
        if isinstance(progress, HomeAssistantError)
        else code_response(
            coordinator, replace(code, **linked.fields[code.access_code_id]), progress
        )
        for code, progress in zip(linked.codes, progresses, strict=True)
    }
