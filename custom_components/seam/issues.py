"""Repair issues for errors that last."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
import re
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .advice import (
    DISCONNECTED_ERRORS,
    DUPLICATE_NAME,
    EDITED_ERRORS,
    OFFLINE_ERRORS,
    REMOVAL_ERRORS,
    UNRELATED_ERRORS,
    account_name,
    async_advice,
    conflicting_code,
)
from .api import AccessCode, CodeStatus, ConnectedAccount, Scope, SeamProblem
from .attributes import label
from .const import CONSOLE_URL, DOMAIN
from .coordinator import SeamConfigEntry
from .entity import panel_url
from .sync.code_state import DISABLED_ERRORS, can_convert
from .sync.snapshot import LockData

# Seam and the manufacturers retry, so most errors are over before then.
GRACE: Final = timedelta(minutes=10)

_WORKS: Final = (CodeStatus.SET, CodeStatus.REMOVING)

# Issues with a title of their own, by the codes of their errors.
_CODE_ISSUES: Final = {
    "kwikset_unable_to_confirm_deletion": "code_not_removed",
    **dict.fromkeys(REMOVAL_ERRORS, "code_not_removed"),
    **dict.fromkeys(EDITED_ERRORS, "code_changed"),
    **dict.fromkeys(DISABLED_ERRORS, "code_disabled"),
}
_SHARED_ISSUES: Final = {
    "device_removed": "device_removed",
    **dict.fromkeys(OFFLINE_ERRORS, "device_offline"),
    **dict.fromkeys(DISCONNECTED_ERRORS, "account_disconnected"),
}

# All special characters of markdown and HTML are among these, and markdown shows each of
# them literally after a backslash.
_ASCII_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Issue:
    """An issue that is to be created."""

    translation_key: str
    placeholders: dict[str, str]
    severity: ir.IssueSeverity
    created_at: datetime | None
    learn_more_url: str | None = None
    data: dict[str, str | int | float | None] | None = None
    """Data for the repair flow, None if the issue cannot be repaired."""


@callback
def async_setup_issues(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Create and delete the issues of a workspace until it is unloaded."""
    issues = _IssueManager(hass, entry)
    entry.async_on_unload(issues.async_stop)
    # Hubs and bridges that Home Assistant runs may be offline until it has started.
    entry.async_on_unload(async_at_started(hass, issues.async_start))


@callback
def async_remove_issues(
    hass: HomeAssistant, entry: SeamConfigEntry, *, keep_ignored: bool = False
) -> None:
    """Delete the issues of a workspace."""
    for issue_id in _issue_ids(hass, entry):
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
        if issue and not (keep_ignored and issue.dismissed_version):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def stays_issue_prefix(entry: SeamConfigEntry, subentry_id: str | None = None) -> str:
    """Return how the IDs of the issues of all stays, or of some of them, start."""
    prefix = f"{entry.entry_id}.stays."
    return prefix if subentry_id is None else f"{prefix}{subentry_id}."


def colliding_code(
    lock: LockData, code: AccessCode, problem: SeamProblem
) -> AccessCode | None:
    """Return the unmanaged code that prevents a managed one from being set, if known."""
    if not code.is_managed or problem.code == DUPLICATE_NAME:
        return None
    other = conflicting_code(lock, code, problem)
    return None if other is None or other.is_managed else other


def as_placeholders(**texts: str) -> dict[str, str]:
    """Return escaped texts for descriptions, and as `plain_…` for titles and menus.

    Descriptions are shown as markdown with HTML. A name that somebody else wrote must not
    become a link or an image.
    """
    escaped = {
        key: _ASCII_PUNCTUATION.sub(r"\\\g<0>", " ".join(text.split()))
        for key, text in texts.items()
    }
    return escaped | {f"plain_{key}": text for key, text in texts.items()}


def repair_options(lock: LockData, other: AccessCode) -> list[str]:
    """Return the steps of the repair flow that are possible for an unmanaged code."""
    is_possible = {
        "convert": can_convert(lock, other),
        "delete": not other.cannot_delete_unmanaged_access_code,
    }
    return [step for step in is_possible if is_possible[step]]


class _IssueManager:
    """Create issues for errors that have lasted, and delete those of errors that ended."""

    def __init__(self, hass: HomeAssistant, entry: SeamConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._since: dict[str, datetime] = {}
        self._shown: set[str] = set()
        # By device ID, since all codes of the lock were known.
        self._managed: dict[str, set[str]] = {}
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self, _hass: HomeAssistant) -> None:
        """Update the issues now and with each update of the coordinator."""
        coordinator = self._entry.runtime_data
        self._entry.async_on_unload(coordinator.async_add_listener(self._async_update))
        self._async_update()

    @callback
    def async_stop(self) -> None:
        """Delete the issues, except for ignored ones, which stay ignored after a reload."""
        self._async_stop_timer()
        async_remove_issues(self._hass, self._entry, keep_ignored=True)

    def _managed_prefixes(self, lock: LockData) -> set[str]:
        """Return the prefixes of issues of codes that are managed, or were."""
        prefix = _codes_prefix(self._entry, lock)
        managed = {f"{prefix}{code.access_code_id}." for code in lock.managed}
        if not lock.has_all_codes:
            managed |= self._managed.get(lock.device_id, set())
        self._managed[lock.device_id] = managed
        return managed

    @callback
    def _async_update(self, _now: datetime | None = None) -> None:
        """Create and delete issues according to the current errors."""
        self._async_stop_timer()
        coordinator = self._entry.runtime_data
        if not coordinator.last_update_success:
            # The current errors are unknown. The listener is called again once they are.
            return
        now = dt_util.utcnow()
        found = dict(_current_issues(self._hass, self._entry, now))
        # Issues of codes that could not be fetched stay as they are.
        lacking = [
            lock for lock in coordinator.data.locks.values() if lock.lacks_some_codes
        ]
        unknown = tuple(_codes_prefix(self._entry, lock) for lock in lacking)
        # Those of managed codes, which may be gone, are known without unmanaged ones.
        known = tuple(
            prefix
            for lock in coordinator.data.locks.values()
            for prefix in self._managed_prefixes(lock)
            if lock.has_codes
        )

        def is_unknown(issue_id: str) -> bool:
            return issue_id.startswith(unknown) and not issue_id.startswith(known)

        existing = {
            issue_id
            for issue_id in _issue_ids(self._hass, self._entry)
            if not issue_id.startswith(stays_issue_prefix(self._entry))
        }
        for issue_id in existing - found.keys():
            if not is_unknown(issue_id):
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        # After a repair, which deletes the issue, Seam needs time to clear the error.
        for issue_id in self._shown - existing:
            self._since[issue_id] = now
        self._since = {
            issue_id: since
            for issue_id, since in self._since.items()
            if issue_id in found or is_unknown(issue_id)
        }
        self._shown = existing & self._since.keys()
        for issue_id, issue in found.items():
            since = self._since.setdefault(issue_id, min(now, issue.created_at or now))
            if now - since >= GRACE and not issue_id.startswith(unknown):
                self._async_create(issue_id, issue)
        self._async_start_timer(now)

    @callback
    def _async_create(self, issue_id: str, issue: _Issue) -> None:
        self._shown.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data=issue.data,
            is_fixable=issue.data is not None,
            learn_more_url=issue.learn_more_url,
            severity=issue.severity,
            translation_key=issue.translation_key,
            translation_placeholders=issue.placeholders,
        )

    @callback
    def _async_start_timer(self, now: datetime) -> None:
        """Update the issues again when the next error has lasted long enough."""
        ends = [since + GRACE for since in self._since.values()]
        if when := min((end for end in ends if end > now), default=None):
            self._cancel_timer = async_track_point_in_utc_time(
                self._hass, self._async_update, when
            )

    @callback
    def _async_stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None


def _issue_ids(hass: HomeAssistant, entry: SeamConfigEntry) -> list[str]:
    """Return the ids of an entry's issues, including those from before a restart."""
    return [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(f"{entry.entry_id}.")
    ]


def _codes_prefix(entry: SeamConfigEntry, lock: LockData) -> str:
    return f"{entry.entry_id}.code.{lock.device_id}."


def _current_issues(
    hass: HomeAssistant, entry: SeamConfigEntry, now: datetime
) -> Iterator[tuple[str, _Issue]]:
    """Yield an issue and its id for each current error."""
    shared: defaultdict[tuple[str, str], list[tuple[LockData, SeamProblem]]]
    shared = defaultdict(list)
    data = entry.runtime_data.data
    for lock in data.locks.values():
        account = data.account_of(lock)
        for code in lock.codes:
            for problem in code.own_errors:
                yield (
                    f"{_codes_prefix(entry, lock)}{code.access_code_id}.{problem.code}",
                    _code_issue(hass, entry, lock, account, code, problem, now),
                )
        for problem in _errors_beyond_codes(lock, account):
            if problem.code in UNRELATED_ERRORS:
                continue
            owner = f"device.{lock.device_id}"
            account_id = lock.device.connected_account_id
            if problem.scope is not Scope.DEVICE and account_id:
                owner = f"account.{account_id}"
            shared[owner, problem.code].append((lock, problem))
    for (owner, problem_code), places in shared.items():
        yield (
            f"{entry.entry_id}.{owner}.{problem_code}",
            _shared_issue(hass, entry, places),
        )


def _errors_beyond_codes(
    lock: LockData, account: ConnectedAccount | None
) -> Iterator[SeamProblem]:
    """Yield the errors of a lock, its account and its bridge."""
    for problem in lock.device.errors:
        yield (
            replace(problem, scope=Scope.DEVICE)
            if problem.scope is Scope.CODE
            else problem
        )
    if account:
        yield from account.errors
    # Seam repeats errors of the account and the bridge in each code.
    for problem in chain.from_iterable(code.errors for code in lock.codes):
        if problem.scope is not Scope.CODE:
            yield problem


def _code_issue(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    lock: LockData,
    account: ConnectedAccount | None,
    code: AccessCode,
    problem: SeamProblem,
    now: datetime,
) -> _Issue:
    placeholders = as_placeholders(
        lock=lock.device.name,
        name=label(code),
        error_code=problem.code,
        message=problem.message or "–",
        problem=_short(problem),
        advice=async_advice(hass, problem, lock, account, code),
    )
    works = code.status_at(now) in _WORKS
    severity = ir.IssueSeverity.WARNING if works else ir.IssueSeverity.ERROR
    other = colliding_code(lock, code, problem)
    if other is None or not repair_options(lock, other):
        return _Issue(
            translation_key=_CODE_ISSUES.get(
                problem.code,
                "code_not_set" if code.is_managed and not works else "code_error",
            ),
            placeholders=placeholders,
            severity=severity,
            created_at=problem.created_at,
            learn_more_url=_lock_url(hass, entry, lock),
        )
    return _Issue(
        translation_key="duplicate_code",
        placeholders=placeholders | as_placeholders(other=label(other)),
        severity=severity,
        created_at=problem.created_at,
        data={
            "entry_id": entry.entry_id,
            "device_id": lock.device_id,
            "access_code_id": code.access_code_id,
            "other_access_code_id": other.access_code_id,
        },
    )


def _shared_issue(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    places: list[tuple[LockData, SeamProblem]],
) -> _Issue:
    """Return the issue for an error of a lock, or of an account or bridge and its locks."""
    lock, problem = places[0]
    account = entry.runtime_data.data.account_of(lock)
    locks = {other.device_id: other for other, _ in places}.values()
    is_of_device = problem.scope is Scope.DEVICE
    return _Issue(
        translation_key=_SHARED_ISSUES.get(
            problem.code, "device_error" if is_of_device else "account_error"
        ),
        placeholders=as_placeholders(
            lock=lock.device.name,
            locks=", ".join(sorted(other.device.name for other in locks)),
            account=account_name(account, lock.device) or "–",
            error_code=problem.code,
            message=problem.message or "–",
            problem=_short(problem),
            advice=async_advice(hass, problem, lock, account),
        ),
        severity=ir.IssueSeverity.WARNING,
        created_at=min(
            (found.created_at for _, found in places if found.created_at), default=None
        ),
        learn_more_url=_lock_url(hass, entry, lock) if is_of_device else CONSOLE_URL,
    )


def _short(problem: SeamProblem) -> str:
    """Return what is wrong, for a title. Seam may send no message."""
    return problem.message.rstrip(".") or problem.code.replace("_", " ")


def _lock_url(
    hass: HomeAssistant, entry: SeamConfigEntry, lock: LockData
) -> str | None:
    """Return the link to the lock in the panel, or else to its device page, if any."""
    if url := panel_url(entry, lock.device_id):
        return url
    devices = dr.async_get(hass).async_get_devices(
        identifiers={(DOMAIN, lock.device_id)}
    )
    return next(
        (f"homeassistant://config/devices/device/{device.id}" for device in devices),
        None,
    )
