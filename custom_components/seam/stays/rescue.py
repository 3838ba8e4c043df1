"""What is done so that a guest at risk gets in: a repair issue, then a backup code."""

from collections.abc import Callable, Iterable
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
from ..api import AccessCode
from ..const import DOMAIN
from ..issues import as_placeholders, stays_issue_prefix
from .arrivals import BACKUP_BEFORE, REPAIR_BEFORE, Arrival, Place, Verdict
from .describe import advice_of, lock_names, reason_of
from .runner import StaysRunner
from .settings import CONF_BACKUP

_LOGGER = logging.getLogger(__name__)

# Seam limits requests per minute. Attempts are farther apart each time.
_RETRY: Final = timedelta(minutes=1)
_LAST_RETRY: Final = timedelta(minutes=15)


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
        self._pulled: set[tuple[str, str]] = set()
        """By arrival and code, as a code may be moved to another stay."""
        self._retry_after: dict[tuple[str, str], timedelta] = {}
        """How long to wait before those that have failed are pulled again."""
        self._cancel_retry: dict[tuple[str, str], CALLBACK_TYPE] = {}

    @callback
    def async_update(self, arrivals: Iterable[Arrival], now: datetime) -> None:
        """Do what the time until the arrivals asks for."""
        urgent = [
            arrival
            for arrival in arrivals
            if arrival.verdict is Verdict.AT_RISK
            and arrival.span.starts_at - REPAIR_BEFORE <= now
        ]
        self._async_update_issues(urgent)
        if self._runner.settings.get(CONF_BACKUP):
            self._async_pull_backups(urgent, now)

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
    def _async_update_issues(self, urgent: Iterable[Arrival]) -> None:
        """Create repair issues while somebody can still fix the lock."""
        entry = self._runner.entry
        wanted = {self._issue_id(arrival): arrival for arrival in urgent}
        for domain, issue_id in list(ir.async_get(self._hass).issues):
            if (
                domain == DOMAIN
                and issue_id.startswith(self._issue_prefix)
                and issue_id not in wanted
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
        entry = self._runner.entry
        for arrival in urgent:
            if arrival.span.starts_at - BACKUP_BEFORE > now:
                continue
            for place in _places_at_risk(arrival):
                lock = entry.runtime_data.data.locks.get(place.device_id)
                code = lock.code(place.code_id) if lock else None
                if (
                    code is None
                    # The backup would not work longer.
                    or place.ends_early
                    or not code.is_backup_access_code_available
                    or code.pulled_backup_access_code_id
                    or (key := (arrival.identity, code.access_code_id)) in self._pulled
                ):
                    continue
                self._pulled.add(key)
                entry.async_create_background_task(
                    self._hass,
                    self._async_pull_backup(arrival, place, code),
                    f"{DOMAIN} backup",
                )

    async def _async_pull_backup(
        self, arrival: Arrival, place: Place, code: AccessCode
    ) -> None:
        """Activate the backup of a code by the function that the action uses."""
        try:
            await async_run_on_lock(
                self._hass,
                ACTIONS["pull_backup_access_code"],
                place.device_id,
                {ATTR_ACCESS_CODE_ID: code.access_code_id},
                Context(),
            )
        except HomeAssistantError as err:
            key = arrival.identity, code.access_code_id
            _LOGGER.log(
                logging.DEBUG if key in self._retry_after else logging.WARNING,
                "Could not pull the backup code for a stay in %s: %s",
                self._runner.calendar,
                err,
            )
            # Seam gives the same backup each time, and may still set it on the lock.
            self._async_retry_later(key)

    @callback
    def _async_retry_later(self, key: tuple[str, str]) -> None:
        @callback
        def look(_now: datetime) -> None:
            del self._cancel_retry[key]
            self._pulled.remove(key)
            self._look()

        delay = self._retry_after.get(key, _RETRY)
        self._retry_after[key] = min(2 * delay, _LAST_RETRY)
        self._cancel_retry[key] = async_call_later(self._hass, delay, look)


def _places_at_risk(arrival: Arrival) -> list[Place]:
    return [place for place in arrival.places if place.verdict is Verdict.AT_RISK]
