"""What is wrong for a while, as issues that people are shown under Repairs."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
import re
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .advice import NOT_ABOUT_LOCKS, advice_key, async_advice
from .api import AccessCode, CodeStatus, Scope, SeamProblem
from .attributes import can_convert, label
from .const import CONSOLE_URL, DOMAIN
from .coordinator import SeamConfigEntry
from .sync.snapshot import LockData

# Seam and the makers' clouds try again by themselves: most errors are over before then.
GRACE: Final = timedelta(minutes=10)

_WORKS: Final = (CodeStatus.SET, CodeStatus.REMOVING)

# Whatever means something to markdown or HTML is among these, and markdown takes each
# of them as it is after a backslash.
_ASCII_PUNCTUATION: Final = re.compile(r"[!-/:-@\[-`{-~]")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trouble:
    """Something that is wrong, as its issue tells it."""

    translation_key: str
    placeholders: dict[str, str]
    severity: ir.IssueSeverity
    created_at: datetime | None
    learn_more_url: str | None = None
    data: dict[str, str | int | float | None] | None = None
    """What the flow that repairs it needs, None where there is no such flow."""


@callback
def async_keep_issues(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Keep the issues of a workspace in line with the picture, until it is unloaded."""
    issues = _Issues(hass, entry)
    entry.async_on_unload(issues.async_stop)
    # While Home Assistant starts, makers' hubs that run on it may not be there yet.
    entry.async_on_unload(async_at_started(hass, issues.async_start))


@callback
def async_remove_issues(
    hass: HomeAssistant, entry: SeamConfigEntry, *, keep_ignored: bool = False
) -> None:
    """Remove the issues of a workspace."""
    for issue_id in _issue_ids(hass, entry):
        issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
        if issue and not (keep_ignored and issue.dismissed_version):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


def colliding_code(
    lock: LockData, code: AccessCode, problem: SeamProblem
) -> AccessCode | None:
    """Return the unmanaged code that a managed one cannot be set for, if it is known."""
    if not code.is_managed or advice_key(problem) != "find_duplicate":
        return None
    for other in lock.unmanaged:
        if other.access_code_id == problem.other_access_code_id:
            return other
    return next(
        (other for other in lock.unmanaged if code.code and other.code == code.code),
        None,
    )


def as_placeholders(**texts: str) -> dict[str, str]:
    """Return texts for descriptions, and as `plain_…` for titles and menus.

    Descriptions are shown as markdown with HTML, and guests and makers write names:
    none of these may become a link, a picture or a box of its own.
    """
    escaped = {
        key: _ASCII_PUNCTUATION.sub(r"\\\g<0>", " ".join(text.split()))
        for key, text in texts.items()
    }
    return escaped | {f"plain_{key}": text for key, text in texts.items()}


def choices(lock: LockData, other: AccessCode) -> list[str]:
    """Return what can be done about an unmanaged code."""
    possible = {
        "convert": can_convert(lock, other),
        "delete": not other.cannot_delete_unmanaged_access_code,
    }
    return [choice for choice, is_possible in possible.items() if is_possible]


class _Issues:
    """Opens issues when errors have lasted, and closes them when these are gone."""

    def __init__(self, hass: HomeAssistant, entry: SeamConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._since: dict[str, datetime] = {}
        self._shown: set[str] = set()
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self, _hass: HomeAssistant) -> None:
        """Begin to follow the picture."""
        coordinator = self._entry.runtime_data
        self._entry.async_on_unload(coordinator.async_add_listener(self._async_update))
        self._async_update()

    @callback
    def async_stop(self) -> None:
        """Take away what people are shown. What they ignore, they ignore after a reload."""
        self._async_stop_timer()
        async_remove_issues(self._hass, self._entry, keep_ignored=True)

    @callback
    def _async_update(self, _now: datetime | None = None) -> None:
        """Bring the issues in line with the picture."""
        self._async_stop_timer()
        coordinator = self._entry.runtime_data
        if not coordinator.last_update_success:
            # Nothing is known to be better or worse. The listener is called when it is.
            return
        now = dt_util.utcnow()
        found = dict(_troubles(self._hass, self._entry, now))
        # Where the codes cannot be had, their issues stay as they were.
        unknown = tuple(
            _codes_prefix(self._entry, lock)
            for lock in coordinator.data.locks.values()
            if lock.device.has_access_codes and not lock.has_codes
        )
        there = set(_issue_ids(self._hass, self._entry))
        for issue_id in there - found.keys():
            if not issue_id.startswith(unknown):
                ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        # What was just repaired gets its time once more until the error is gone, too.
        for issue_id in self._shown - there:
            self._since[issue_id] = now
        self._since = {
            issue_id: since
            for issue_id, since in self._since.items()
            if issue_id in found or issue_id.startswith(unknown)
        }
        self._shown = there & self._since.keys()
        for issue_id, trouble in found.items():
            since = self._since.setdefault(
                issue_id, min(now, trouble.created_at or now)
            )
            if now - since >= GRACE and not issue_id.startswith(unknown):
                self._async_show(issue_id, trouble)
        self._async_start_timer(now)

    @callback
    def _async_show(self, issue_id: str, trouble: _Trouble) -> None:
        self._shown.add(issue_id)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            issue_id,
            data=trouble.data,
            is_fixable=trouble.data is not None,
            learn_more_url=trouble.learn_more_url,
            severity=trouble.severity,
            translation_key=trouble.translation_key,
            translation_placeholders=trouble.placeholders,
        )

    @callback
    def _async_start_timer(self, now: datetime) -> None:
        """Wake up when the next error has lasted: until then nothing need change."""
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
    """Return the ids of an entry's issues, those of before a restart included."""
    return [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(f"{entry.entry_id}.")
    ]


def _codes_prefix(entry: SeamConfigEntry, lock: LockData) -> str:
    return f"{entry.entry_id}.code.{lock.device_id}."


def _troubles(
    hass: HomeAssistant, entry: SeamConfigEntry, now: datetime
) -> Iterator[tuple[str, _Trouble]]:
    """Yield all that is wrong, by the id of its issue."""
    shared: defaultdict[tuple[str, str], list[tuple[LockData, SeamProblem]]]
    shared = defaultdict(list)
    for lock in entry.runtime_data.data.locks.values():
        for code in lock.codes:
            for problem in code.own_errors:
                yield (
                    f"{_codes_prefix(entry, lock)}{code.access_code_id}.{problem.code}",
                    _code_trouble(hass, entry, lock, code, problem, now),
                )
        for problem in _errors_beyond_codes(lock):
            if advice_key(problem) == NOT_ABOUT_LOCKS:
                continue
            owner = f"device.{lock.device_id}"
            account_id = lock.device.connected_account_id
            if problem.scope is not Scope.DEVICE and account_id:
                owner = f"account.{account_id}"
            shared[owner, problem.code].append((lock, problem))
    for (owner, problem_code), places in shared.items():
        yield f"{entry.entry_id}.{owner}.{problem_code}", _shared_trouble(hass, places)


def _errors_beyond_codes(lock: LockData) -> Iterator[SeamProblem]:
    """Yield the errors of a lock, its account and bridge, which each code repeats."""
    for problem in lock.device.errors:
        yield (
            replace(problem, scope=Scope.DEVICE)
            if problem.scope is Scope.CODE
            else problem
        )
    for problem in chain.from_iterable(code.errors for code in lock.codes):
        if problem.scope is not Scope.CODE:
            yield problem


def _code_trouble(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    lock: LockData,
    code: AccessCode,
    problem: SeamProblem,
    now: datetime,
) -> _Trouble:
    placeholders = as_placeholders(
        lock=lock.device.name,
        name=label(code),
        error_code=problem.code,
        message=problem.message or "–",
        advice=async_advice(hass, problem),
    )
    severity = (
        ir.IssueSeverity.WARNING
        if code.status_at(now) in _WORKS
        else ir.IssueSeverity.ERROR
    )
    other = colliding_code(lock, code, problem)
    if other is None or not choices(lock, other):
        return _Trouble(
            translation_key="code_error",
            placeholders=placeholders,
            severity=severity,
            created_at=problem.created_at,
        )
    return _Trouble(
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


def _shared_trouble(
    hass: HomeAssistant, places: list[tuple[LockData, SeamProblem]]
) -> _Trouble:
    """Return the trouble of a device, or of an account or bridge with all its locks."""
    lock, problem = places[0]
    locks = {other.device_id: other for other, _ in places}.values()
    provider = lock.device.device_provider
    if problem.scope is Scope.DEVICE:
        key, learn_more_url = "device_error", None
    else:
        is_to_reconnect = advice_key(problem) == "reconnect_account"
        key = "account_disconnected" if is_to_reconnect else "account_error"
        learn_more_url = CONSOLE_URL
    return _Trouble(
        translation_key=key,
        placeholders=as_placeholders(
            lock=lock.device.name,
            locks=", ".join(sorted(other.device.name for other in locks)),
            account=(provider and provider.display_name)
            or lock.device.manufacturer
            or "–",
            error_code=problem.code,
            message=problem.message or "–",
            advice=async_advice(hass, problem),
        ),
        severity=ir.IssueSeverity.WARNING,
        created_at=min(
            (found.created_at for _, found in places if found.created_at), default=None
        ),
        learn_more_url=learn_more_url,
    )
