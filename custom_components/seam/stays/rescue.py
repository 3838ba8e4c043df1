"""What is done so that a guest at risk gets in: a repair issue, then a backup code.

A backup code is deleted if it works longer than the stay.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..actions import ACTIONS, async_run_on_lock
from ..actions.fields import ATTR_ACCESS_CODE_ID
from ..api import AccessCode, CodeStatus
from ..const import DOMAIN
from ..issues import as_placeholders, stays_issue_prefix
from ..sync.snapshot import LockData
from .arrivals import (
    BACKUP_BEFORE,
    REPAIR_BEFORE,
    ROUNDED_BY,
    Arrival,
    Place,
    Verdict,
    backup_of,
)
from .describe import advice_of, lock_names, reason_of
from .links import Link
from .runner import StaysRunner
from .settings import CONF_BACKUP

_LOGGER = logging.getLogger(__name__)

# Seam limits requests per minute. Attempts are farther apart each time.
_RETRY: Final = timedelta(minutes=1)
_LAST_RETRY: Final = timedelta(minutes=15)
# The guest is at the door.
_NEAR_RETRY: Final = timedelta(minutes=2)

_ACTIONS: Final = {
    "pull": "pull_backup_access_code",
    "delete": "delete_access_code",
}
type _Key = tuple[str, str, str | None]
"""What is done, about which code, and for which arrival."""


class Rescue:
    """Creates issues for arrivals at risk, and pulls backup codes if that is allowed."""

    def __init__(
        self,
        hass: HomeAssistant,
        runner: StaysRunner,
        look: Callable[[], None],
    ) -> None:
        """Initialize without issues."""
        self._hass = hass
        self._runner = runner
        self._look = look
        self._running: set[_Key] = set()
        self._done: set[_Key] = set()
        self._retry_after: dict[_Key, timedelta] = {}
        """How long to wait before those that have failed are tried again."""
        self._cancel_retry: dict[_Key, CALLBACK_TYPE] = {}

    @callback
    def async_update(self, arrivals: Iterable[Arrival], now: datetime) -> None:
        """Do what the time until the arrivals asks for."""
        arrivals = list(arrivals)
        urgent = [
            arrival
            for arrival in arrivals
            if arrival.verdict is Verdict.AT_RISK
            and arrival.span.starts_at - REPAIR_BEFORE <= now
        ]
        # What was wrong before may still be.
        unknown = [one for one in arrivals if one.verdict is Verdict.UNKNOWN]
        self._async_update_issues(urgent, set(map(self._issue_id, unknown)))
        if self._runner.settings.get(CONF_BACKUP):
            self._async_pull_backups(urgent, now)
        self._async_delete_backups(now)

    @callback
    def async_stop(self) -> None:
        """Delete the issues, except for ignored ones, which stay ignored."""
        for cancel in self._cancel_retry.values():
            cancel()
        issues = ir.async_get(self._hass).issues
        for (domain, issue_id), issue in list(issues.items()):
            if domain == DOMAIN and issue_id.startswith(self._issue_prefix):
                if not issue.dismissed_version:
                    ir.async_delete_issue(self._hass, DOMAIN, issue_id)

    @callback
    def _async_update_issues(
        self, urgent: Iterable[Arrival], kept: Collection[str]
    ) -> None:
        """Create repair issues while somebody can still fix the lock."""
        entry = self._runner.entry
        wanted = {self._issue_id(arrival): arrival for arrival in urgent}
        for domain, issue_id in list(ir.async_get(self._hass).issues):
            if (
                domain == DOMAIN
                and issue_id.startswith(self._issue_prefix)
                and issue_id not in wanted
                and issue_id not in kept
            ):
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for issue_id, arrival in wanted.items():
            device_ids = [place.device_id for place in _places_at_risk(arrival)]
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.ERROR,
                translation_key="arrival_at_risk",
                translation_placeholders=as_placeholders(
                    name=entry.runtime_data.secrets.mask_name(arrival.name),
                    locks=", ".join(lock_names(entry, device_ids)),
                    time=f"{dt_util.as_local(arrival.span.starts_at):%Y-%m-%d %H:%M}",
                    reason=reason_of(self._hass, entry, arrival) or "–",
                    advice=advice_of(self._hass, entry, arrival) or "",
                ),
            )

    @property
    def _issue_prefix(self) -> str:
        runner = self._runner
        return (
            f"{stays_issue_prefix(runner.entry, runner.subentry.subentry_id)}arrival."
        )

    def _issue_id(self, arrival: Arrival) -> str:
        return f"{self._issue_prefix}{arrival.identity}"

    @callback
    def _async_pull_backups(self, urgent: Iterable[Arrival], now: datetime) -> None:
        """Activate the backups of codes that will not work on arrival."""
        locks = self._runner.entry.runtime_data.data.locks
        for arrival in urgent:
            starts_at = arrival.span.starts_at
            if starts_at - BACKUP_BEFORE > now:
                continue
            is_near = now < starts_at + BACKUP_BEFORE
            for place in _places_at_risk(arrival):
                lock = locks.get(place.device_id)
                code = lock.code(place.code_id) if lock else None
                if (
                    lock is None
                    or code is None
                    # The backup would not work longer.
                    or place.ends_early
                    or not code.is_backup_access_code_available
                    # It may be that of an earlier stay, and deleted or expired.
                    or ((one := backup_of(lock, code)) and not one.is_expired(now))
                ):
                    continue
                # A code may be moved to another stay.
                key = "pull", code.access_code_id, arrival.identity
                longest = _NEAR_RETRY if is_near else _LAST_RETRY
                self._async_begin(key, place.device_id, longest)

    @callback
    def _async_delete_backups(self, now: datetime) -> None:
        """Delete the backups of codes that were deleted, or have ended earlier."""
        locks = self._runner.entry.runtime_data.data.locks
        for link in self._runner.memory.links:
            lock = locks.get(link.device_id)
            # Deleting is refused while the codes are unknown.
            if (
                lock
                and lock.has_codes
                and (backup := _left_over_backup(link, lock, now))
            ):
                key = "delete", backup.access_code_id, None
                self._async_begin(key, link.device_id, _LAST_RETRY)

    @callback
    def _async_begin(self, key: _Key, device_id: str, longest: timedelta) -> None:
        """Pull or delete a backup, unless that is under way or was tried just now."""
        if not (key in self._running or key in self._done or key in self._cancel_retry):
            self._running.add(key)
            self._runner.entry.async_create_background_task(
                self._hass,
                self._async_change(key, device_id, longest),
                f"{DOMAIN} backup",
            )

    async def _async_change(
        self, key: _Key, device_id: str, longest: timedelta
    ) -> None:
        """Pull or delete a backup by the function that the action uses."""
        verb, code_id, _ = key
        try:
            await async_run_on_lock(
                self._hass,
                ACTIONS[_ACTIONS[verb]],
                device_id,
                {ATTR_ACCESS_CODE_ID: code_id},
                Context(),
            )
        except HomeAssistantError as err:
            _LOGGER.log(
                logging.DEBUG if key in self._retry_after else logging.WARNING,
                "Could not %s the backup code for a stay in %s: %s",
                verb,
                self._runner.calendar,
                err,
            )
            # Seam gives the same backup each time, and may still set it on the lock.
            self._async_retry_later(key, longest)
        else:
            # Seam may not delete it after all, and the stay may need another one.
            if verb == "delete":
                codes = {
                    link.code_id
                    for link in self._runner.memory.links
                    if link.backup and link.backup.code_id == code_id
                }
                self._done = {key for key in self._done if key[1] not in codes}
            else:
                self._done.add(key)
        self._running.remove(key)

    @callback
    def _async_retry_later(self, key: _Key, longest: timedelta) -> None:
        @callback
        def look(_now: datetime) -> None:
            del self._cancel_retry[key]
            self._look()

        delay = min(self._retry_after.get(key, _RETRY), longest)
        self._retry_after[key] = 2 * delay
        self._cancel_retry[key] = async_call_later(self._hass, delay, look)


def _left_over_backup(link: Link, lock: LockData, now: datetime) -> AccessCode | None:
    """Return the backup of a code if it works although the stay is over."""
    backup = lock.code(link.backup.code_id) if link.backup else None
    if (
        link.backup is None
        or backup is None
        or not backup.is_managed
        # Somebody has changed it by hand.
        or _differ(backup.ends_at, link.backup.ends_at)
        or backup.is_expired(now)
        or backup.status_at(now) is CodeStatus.REMOVING
    ):
        return None
    code = lock.code(link.code_id)
    if code is None or code.status_at(now) is CodeStatus.REMOVING:
        if link.is_deleting:
            return backup
        # Somebody has deleted the code, maybe because its guest uses the backup.
        code = None
    starts_at, ends_at = (
        (code.starts_at, code.ends_at)
        if code
        else (link.asked.starts_at, link.edited_until or link.asked.ends_at)
    )
    # It may have been rounded, but a guest may also have been given another hour.
    is_extended = not _differ(link.asked.ends_at, link.backup.ends_at) and (
        backup.ends_at != link.backup.ends_at
    )
    is_over = ends_at is not None and ends_at <= now and not is_extended
    is_postponed = starts_at and backup.ends_at and backup.ends_at <= starts_at
    return backup if is_over or is_postponed else None


def _differ(end: datetime | None, other: datetime | None) -> bool:
    """Return whether two ends are not the same one, which Seam may have rounded."""
    if end is None or other is None:
        return end is not other
    return abs(end - other) > ROUNDED_BY


def _places_at_risk(arrival: Arrival) -> list[Place]:
    return [place for place in arrival.places if place.verdict is Verdict.AT_RISK]
